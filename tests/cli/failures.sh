#!/bin/sh
# Sourced by tests that go on after a failure and end by looking at how many there were.
failures=0

fail() {
    echo "FAILED: $1"
    failures=$((failures + 1))
}
