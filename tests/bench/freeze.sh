#!/usr/bin/env bash
# what a freeze costs beside its sessions, how long it can outlive its lease, and copies under load
#   freeze.sh [--quick]     --quick: to see that it works, not for figures; else a quarter of an hour
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

for preset in release dev; do cmake --preset "$preset" --log-level=WARNING >/dev/null; done
cmake --build --preset release --parallel "$(nproc)" >/dev/null
cmake --build --preset dev --target freeze_bench iris-standin --parallel "$(nproc)" >/dev/null
bench=build/dev/bin/freeze_bench
if [[ ${1:-} == --quick ]]; then
  "$bench" added 3
  "$bench" killed 8
  "$bench" copies 5
  exit
fi
"$bench" added 30
"$bench" killed 300
"$bench" copies 500
