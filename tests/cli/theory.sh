#!/bin/sh
# SPDX-License-Identifier: MIT
# Hand-made numbers through `kalium theory`, their errors, and what is refused.
set -eu
kalium=$1

gives() { # gives LINE ARGUMENTS...
    line=$1
    shift
    "$kalium" theory "$@" | tr -s ' ' | grep -qxF -- "$line" || {
        echo "theory $*: no line '$line'"
        exit 1
    }
}

refuses() { # refuses WORDS ARGUMENTS...
    words=$1
    shift
    rc=0
    message=$("$kalium" theory "$@" 2>&1) || rc=$?
    [ "$rc" -eq 64 ] || { echo "theory $*: exit code $rc"; exit 1; }
    case $message in *"$words"*) ;; *) echo "theory $*: $message"; exit 1 ;; esac
}

sand="--concentration-mol-per-L 1 --current-mA-per-cm2 1 --anion-transference 0.5"
gives 'sand_time_s 292464 +- 2.9e+04' sand --diffusion-m2-per-s 1e-9+-1e-10 $sand
gives 'critical_radius_A 9.5144 +- 0.95' nucleus --surface-energy-J-per-m2 0.1+-0.01 \
    --molar-volume-cm3-per-mol 45.9 --overpotential-V 0.1
gives 'barrier_J 3.79185e-19 +- 1.1e-19' nucleus --surface-energy-J-per-m2 0.1+-0.01 \
    --molar-volume-cm3-per-mol 45.9 --overpotential-V 0.1
gives 'contact_angle_deg 60 +- 1.7' wetting --solid-vapour-J-per-m2 0.5+-0.01 \
    --solid-liquid-J-per-m2 0.3 --liquid-vapour-J-per-m2 0.4
refuses 'give sand, nucleus or wetting' rust
refuses 'needs --diffusion' sand $sand
refuses 'positive number' sand --diffusion-m2-per-s 1e-9x $sand
refuses 'has no option' sand --colour 1
refuses 'needs a value' sand --diffusion-m2-per-s
refuses 'complete wetting' wetting --solid-vapour-J-per-m2 0.9 --solid-liquid-J-per-m2 0.3 \
    --liquid-vapour-J-per-m2 0.4
