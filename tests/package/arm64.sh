#!/usr/bin/env bash
# The released programs for arm64, under qemu-user: each starts, says its version and its help, and PID 1 answers all
# that tests/integration/init_suite*.cpp ask, but for what qemu itself cannot do.
#   arm64.sh BIN VERSION INIT_SUITE       the directory of the programs; what they shall say; the suite
# Exit code: 0 passed, 1 not, 77 where there are none or they cannot be run.
set -uo pipefail
bin=$1 version=$2 suite=$3

if [[ ${4:-} != inside ]]; then
  if [[ ! -x $bin/iris-init ]]; then
    echo "SKIPPED: no programs for arm64; './run build --arch arm64' builds them"
    exit 77
  fi
  exec python3 -B "$(dirname "$0")/foreign.py" /usr/bin/qemu-aarch64-static "$0" "$@" inside
fi

failed=0
for name in iris-init iris-agent irisctl cpfmerge; do
  said=$("$bin/$name" --version 2>&1)
  if [[ $said == "$name $version" ]]; then
    echo "$said: it starts"
  else
    echo "$name --version: '$said'"
    failed=1
  fi
  if ! "$bin/$name" --help | grep -qi "^usage: $name"; then
    echo "$name --help: no usage"
    failed=1
  fi
done

# qemu-user keeps signals to itself, has threads, needs calls of its own that the profile refuses, and does not know
# PR_SET_CHILD_SUBREAPER. The amd64 program under qemu-x86_64 fails in the same seven; arm64_machine.sh, with a kernel of its
# own, in none.
readonly beyond_qemu="ends with 128 + the signal that ended the program
mask and ignored signals come back to the last bit
-s and TINI_SUBREAPER: orphans come without being PID 1
forwards the two that the C library keeps for itself
forwards faults that somebody sends
works under a seccomp profile that answers EPERM
has one thread"

answers=$("$suite" "$bin/iris-init")
if [[ $answers == SKIPPED:* ]]; then
  echo "$answers"
  exit 77
fi
asked=0
while IFS= read -r line; do
  check=$(sed -E 's/ +(ok|-) *$//' <<<"$line")
  asked=$((asked + 1))
  if [[ $line =~ \ -\ *$ ]] && ! grep -qxF -- "$check" <<<"$beyond_qemu"; then
    echo "the suite: $check: $(grep -F "  $check: " <<<"$answers")"
    failed=1
  fi
done < <(grep -E ' (ok|-) *$' <<<"$answers")
((asked >= 50)) || { echo "the suite asked $asked questions only: $answers"; failed=1; }
echo "the suite asked $asked questions; qemu stands in the way of $(wc -l <<<"$beyond_qemu")"
exit "$failed"
