#!/usr/bin/env bash
# iris-init beside the other small inits: size, memory, start, signals, reaping, wake-ups.
# packages: tini dumb-init catatonit
#   pid1.sh [--quick]     fewer rounds: to see that it works, not for figures
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

for preset in release dev; do cmake --preset "$preset" --log-level=WARNING >/dev/null; done
cmake --build --preset release --target iris-init-musl --parallel "$(nproc)" >/dev/null
cmake --build --preset dev --target pid1_bench --parallel "$(nproc)" >/dev/null
exec build/dev/bin/pid1_bench "$@" build/release/bin/iris-init \
  /usr/bin/tini-static /usr/bin/tini /usr/bin/dumb-init /usr/bin/catatonit
