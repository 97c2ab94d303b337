#!/bin/sh
# The first run: a small box of 1 M KFSI in DME, from packing to D(K+), in a few minutes.
set -eu
kalium=$1
folder=${2:-demo}
rm -rf "$folder"
"$kalium" run demo -o "$folder"
"$kalium" report "$folder" >/dev/null
echo
echo "All of it on one page:                   $folder/report.html (and report.txt)"
echo "Picture of the mean-square displacement:  $folder/msd.png (and msd.svg)"
echo "Look at the trajectory:                   vmd -e $folder/view.vmd"
