#!/bin/sh
# Sourced by the tests of exported systems: what a file holds, and what is refused. Wants $kalium.

has() { # has FILE LINE...: the file has these lines, blanks squeezed
    file=$1
    shift
    for line in "$@"; do
        tr -s ' ' <"$file" | grep -qF -- "$line" || { echo "$file has no line '$line'"; exit 1; }
    done
}

refuses() { # refuses WORDS ARGUMENTS...
    words=$1
    shift
    if "$kalium" export "$@" >log 2>&1; then echo "export $*: not refused"; exit 1; fi
    grep -qF -- "$words" log || { echo "export $*: $(cat log)"; exit 1; }
}
