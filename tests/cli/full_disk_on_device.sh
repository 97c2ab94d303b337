#!/bin/sh
# The disk fills up while the output thread writes frames of the emulated device: one message, the
# documented exit code, and with more room --continue gives the bytes of an undisturbed run.
# usage: full_disk_on_device.sh KALIUM_EMULATED RECIPE
set -u
kalium=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
sed 's/max_steps: 40/max_steps: 10/; s/time_ps: 0[0-9.]*/time_ps: 0.02/
    s/time_ns: .*/time_ns: 0.0006, timestep_fs: 2, frame_ps: 0.002, energy_ps: 0.1}/' "$2" >"$work/short.yaml"
cd "$work" || exit 1
mkdir disk
unshare -rm mount -t tmpfs none disk 2>/dev/null || { echo "no user namespaces here"; exit 77; }

cat >full.sh <<'END'
mount -t tmpfs -o size=300k none disk || exit 77
"$1" run short.yaml -o disk/run --device cuda --quiet --checkpoint 0.5
echo "exit $?"
stat -c "frames take %s bytes" disk/run/trajectory.nc
mount -o remount,size=20M none disk
"$1" run --continue -o disk/run --device cuda --quiet &&
    cmp whole/trajectory.nc disk/run/trajectory.nc && cmp whole/energies.csv disk/run/energies.csv
END
"$kalium" run short.yaml -o whole --device cuda --quiet >log 2>&1 || { echo "FAILED: $(cat log)"; exit 1; }
unshare -rm sh full.sh "$kalium" >log 2>&1 || { echo "FAILED: $(cat log)"; exit 1; }
grep -q "exit 74" log && [ "$(grep -c "error:" log)" -eq 1 ] &&
    grep -q "cannot write disk/run/[a-z.]*: No space left on device" log ||
    { echo "FAILED: $(cat log)"; exit 1; }
cat log
