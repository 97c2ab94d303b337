#!/bin/sh
# What --device means, with and without a GPU. usage: device.sh KALIUM KALIUM_EMULATED
set -u
kalium=$1
emulated=$2
log=$(mktemp)
trap 'rm -f "$log"' EXIT
failures=0

fail() {
    echo "FAILED: $1: $(cat "$log")"
    failures=$((failures + 1))
}
says() { # says PROGRAM CODE TEXT arguments...: ends with the code and says the text
    program=$1 code=$2 text=$3
    shift 3
    "$program" "$@" >"$log" 2>&1
    got=$?
    [ "$got" -eq "$code" ] && grep -qF -- "$text" "$log" || fail "exit $got instead of $code: $*"
}

says "$kalium" 0 "backend    cpu" info --device cpu
says "$kalium" 0 "device     cpu, 1 thread," info --device cpu --threads 1
for bad in gpu cuda: cuda:x cuda:-1 cuda:1.5 cuda:99999 CUDA ""; do
    says "$kalium" 64 "--device $bad: auto, cpu, cuda or cuda:N" info --device "$bad"
done

# a device is there
says "$emulated" 0 "device     cuda:0, emulated, 8 multiprocessors" info
says "$emulated" 0 "toolkit    CUDA emulated" info
says "$emulated" 0 "device     cuda:0, emulated" info --device cuda
says "$emulated" 0 "device     cuda:0, emulated" info --device cuda:0
says "$emulated" 0 "device     cpu, 1 thread," info --device cpu --threads 1
says "$emulated" 64 "--device cuda:1: there is no CUDA device 1; 1 is here, counted from 0" \
    info --device cuda:1

# the self-test computes the same on both, and is quick
begin=$(date +%s)
says "$emulated" 0 "cuda-emulated largest relative difference" selftest --threads 1
[ "$(grep -c ': good$' "$log")" -eq 4 ] || fail "self-test on CPU and device"
[ $(($(date +%s) - begin)) -lt 60 ] || fail "the self-test takes a minute or more"

# none is there, or this build cannot use it: one sentence, and auto does with the CPU
if "$kalium" info --device cuda >"$log" 2>&1; then
    says "$kalium" 0 "device     cuda:" info
else
    code=$?
    [ $code -eq 69 ] && [ "$(wc -l <"$log")" -eq 1 ] && grep -q "^kalium: error: --device cuda: " "$log" &&
        grep -q "; --device cpu runs the same recipe$" "$log" || fail "exit $code without a device"
    says "$kalium" 0 "device     cpu, " info
    "$kalium" info --device cuda >"$log" 2>&1
    if grep -qF "no CUDA device can be used (" "$log"; then
        reason=$(sed 's/.*no CUDA device can be used/; no CUDA device can be used/; s/; --device.*//' "$log")
        says "$kalium" 0 "$reason" info
    fi
fi

[ $failures -eq 0 ] && echo "--device is understood"
[ $failures -eq 0 ]
