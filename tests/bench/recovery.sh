#!/usr/bin/env bash
# what a death of the database costs beside tini with an exec probe, and whether stops leave clean data
# packages: tini
#   recovery.sh [--quick]     --quick: to see that it works, not for figures; else half an hour
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

for preset in release dev; do cmake --preset "$preset" --log-level=WARNING >/dev/null; done
cmake --build --preset release --parallel "$(nproc)" >/dev/null
cmake --build --preset dev --target recovery_bench iris-standin --parallel "$(nproc)" >/dev/null
bench=build/dev/bin/recovery_bench
if [[ ${1:-} == --quick ]]; then
  "$bench" outage 1
  "$bench" stops 10 50
  exit
fi
"$bench" outage 15
"$bench" stops 1000 50
"$bench" stops 30 1
