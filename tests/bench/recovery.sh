#!/usr/bin/env bash
# what a death of the database costs in podman, beside tini with an exec probe and alone, and whether stops leave clean data
# packages: podman buildah runc docker.io busybox-static tini
#   recovery.sh [--quick]     --quick: to see that it works, not for figures; else half an hour
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
rounds=15 stops=1000 whole=30
if [[ ${1:-} == --quick ]]; then rounds=1 stops=10 whole=1; fi

for preset in release dev; do cmake --preset "$preset" --log-level=WARNING >/dev/null; done
cmake --build --preset release --parallel "$(nproc)" >/dev/null
cmake --build --preset dev --target recovery_bench iris-standin --parallel "$(nproc)" >/dev/null
work=$(mktemp -d /tmp/iris-init-image.XXXXXX)
trap 'tests/container/image.sh remove "$work"' EXIT
tests/container/image.sh build "$work" --prebuilt
(
  # shellcheck source=/dev/null
  source "$work/environment"
  python3 -B tests/bench/recovery.py "$rounds"
)
build/dev/bin/recovery_bench "$stops" 50
build/dev/bin/recovery_bench "$whole" 1
