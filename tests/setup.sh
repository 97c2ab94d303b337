#!/bin/sh
# Installs what kalium needs on Debian 12 / Ubuntu 24.04 or newer, when something is missing.
set -eu

packages="build-essential cmake ninja-build pkg-config libnetcdf-dev libfftw3-dev libcyaml-dev
libyaml-dev gemmi-dev tao-pegtl-dev libstb-dev libcmocka-dev librandom123-dev libboost-context-dev packmol gnuplot-nox"

missing=""
for p in $packages; do
    dpkg-query -W -f='${Status}' "$p" 2>/dev/null | grep -q 'install ok installed' || missing="$missing $p"
done
[ -z "$missing" ] && exit 0

if ! command -v apt-get >/dev/null 2>&1; then
    echo "kalium: these packages are missing:$missing" >&2
    echo "kalium: this script knows apt-get (Debian, Ubuntu) only; install them with your package manager" >&2
    exit 1
fi
if [ "$(id -u)" -eq 0 ]; then
    sudo=""
elif command -v sudo >/dev/null 2>&1; then
    sudo="sudo"
else
    echo "kalium: these packages are missing:$missing" >&2
    echo "kalium: run as root, or ask your administrator for: apt-get install$missing" >&2
    exit 1
fi
echo "kalium: installing$missing"
export DEBIAN_FRONTEND=noninteractive
# shellcheck disable=SC2086
if ! { $sudo apt-get update -qq && $sudo apt-get install -y -qq --no-install-recommends $missing >/dev/null; }; then
    echo "kalium: the packages could not be installed; apt-get says why above. They are:$missing" >&2
    exit 1
fi
