#!/usr/bin/env bash
# probes over HTTP beside the usual exec probe: CPU, latency under attack, time to notice, memory, wake-ups.
# packages: runc busybox-static
#   probes.sh [--quick] [PART…]   --quick: to see that it works, not for figures; parts: a (with e), b, c, d
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

for preset in release dev; do cmake --preset "$preset" --log-level=WARNING >/dev/null; done
cmake --build --preset release --parallel "$(nproc)" >/dev/null
cmake --build --preset dev --target probes_bench iris-standin --parallel "$(nproc)" >/dev/null

# What the runtime adds to each exec probe: CPU of `runc exec` of a program that does nothing, in
# milliseconds; empty where no container can be run. The kubelet's and the shim's part is not in it.
runtime_ms() {
  local room name=iris-init-bench-$$ rounds=40
  room=$(mktemp -d)
  mkdir -p "$room/rootfs/bin"
  cp "$(command -v busybox)" "$room/rootfs/bin/"
  (cd "$room" && runc spec &&
    sed -i -e 's/"terminal": true/"terminal": false/' -e 's#"sh"#"/bin/busybox", "sleep", "600"#' config.json)
  if runc run --detach --bundle "$room" "$name" </dev/null >"$room/log" 2>&1; then
    bash -c 'for ((i = 0; i < $2; i++)); do runc exec "$1" /bin/busybox true; done; times' bash "$name" "$rounds" |
      awk -v rounds="$rounds" 'NR == 2 { split($1, u, /[ms]/); split($2, s, /[ms]/)
        printf "%.1f", ((u[1] + s[1]) * 60 + u[2] + s[2]) * 1000 / rounds }'
    runc delete --force "$name" >/dev/null 2>&1
  fi
  rm -rf "$room"
}
if command -v runc >/dev/null && command -v busybox >/dev/null; then RUNTIME_MS=$(runtime_ms); fi
RUNTIME_MS=${RUNTIME_MS:-} exec build/dev/bin/probes_bench "$@"
