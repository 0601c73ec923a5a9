#!/usr/bin/env bash
# probes over HTTP beside the usual exec probe: CPU, latency under attack, time to notice, memory, wake-ups.
#   probes.sh [--quick]   fewer rounds: to see that it works, not for figures
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

for preset in release dev; do cmake --preset "$preset" --log-level=WARNING >/dev/null; done
cmake --build --preset release --parallel "$(nproc)" >/dev/null
cmake --build --preset dev --target probes_bench iris-standin --parallel "$(nproc)" >/dev/null
exec build/dev/bin/probes_bench "$@"
