#!/usr/bin/env bash
# The programs for arm64 on an arm64 machine that qemu emulates, with Debian's kernel and busybox and nothing else:
# all four start, PID 1 answers all that tests/integration/init_suite*.cpp ask, and the stand-in for IRIS lives,
# freezes, dies, comes back and stops under iris-init. Nothing of the machine outlives it.
#   arm64_machine.sh TOOLS BIN TESTS [GTEST_FILTER]      what ./run fetches and builds for it
# Exit code: 0 passed, 1 not.
set -euo pipefail
tools=$(realpath "$1") bin=$(realpath "$2") tests=$(realpath "$3")
filter=${4:-IrisLife.*:IrisStop.*:IrisFreeze.*:IrisMerge.*:IrisHold.*}
readonly most_seconds=1500

root=$(mktemp -d)
trap 'rm -rf "$root" "$root.cpio"' EXIT
mkdir -p "$root"/{bin,sbin,usr/bin,usr/sbin,proc,sys,dev,tmp,etc,root,released}
cp "$tools/bin/busybox" "$root/bin/"
cp "$bin"/{iris-init,iris-agent,irisctl,cpfmerge} "$root/released/"
# Tests know the paths of what they start.
for directory in bin tests/integration/helpers; do
  mkdir -p "$root$tests/$directory"
  find "$tests/$directory" -maxdepth 1 -type f -executable -exec cp -t "$root$tests/$directory" {} +
done
printf 'root:x:0:0:root:/root:/bin/sh\n' >"$root/etc/passwd"
printf 'root:x:0:\n' >"$root/etc/group"

cat >"$root/init" <<'INIT'
#!/bin/busybox sh
/bin/busybox --install -s
export PATH=/usr/sbin:/usr/bin:/sbin:/bin
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
mkdir -p /dev/pts /dev/shm
mount -t devpts devpts /dev/pts
mount -t tmpfs shm /dev/shm
mount -t tmpfs tmp /tmp
ip link set lo up
sh /checks
echo "CHECKS ENDED $?"
poweroff -f
INIT
cat >"$root/checks" <<CHECKS
echo "\$(uname -srm): up after \$(cut -d' ' -f1 /proc/uptime) s"
failed=0
for name in iris-init iris-agent irisctl cpfmerge; do
  "/released/\$name" --version || failed=1
done
"$tests/bin/init_suite" /released/iris-init || failed=1
"$tests/bin/iris_integration_test" --gtest_color=no --gtest_filter='$filter' || failed=1
exit \$failed
CHECKS
chmod 755 "$root" "$root/init" # mktemp keeps others out
(cd "$root" && find . -print0 | cpio --null --create --format=newc --quiet) >"$root.cpio"

# Without pointer authentication: emulating its cipher would take most of the time.
timeout --kill-after=5 "$most_seconds" qemu-system-aarch64 -machine virt -cpu max,pauth=off -smp 2 -m 2048 -display none -nic none \
  -no-reboot -serial stdio -monitor none -kernel "$tools"/boot/vmlinuz-* -initrd "$root.cpio" \
  -append 'console=ttyAMA0 panic=-1 quiet' </dev/null |
  tr -d '\r' | tee "$root/said" || echo "arm64_machine.sh: the machine did not end within $most_seconds s"
if ! grep -qx 'CHECKS ENDED 0' "$root/said"; then
  echo "arm64_machine.sh: not all passed"
  exit 1
fi
