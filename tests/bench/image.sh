#!/usr/bin/env bash
# What the product adds to an image: bytes, and time from the container's start to iris-main's, beside tini.
# packages: podman buildah runc docker.io busybox-static tini
#   image.sh [--quick]     fewer rounds: to see that it works, not for figures
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

for preset in release dev; do cmake --preset "$preset" --log-level=WARNING >/dev/null; done
cmake --build --preset release --parallel "$(nproc)" >/dev/null
cmake --build --preset dev --target image_stamp iris-standin --parallel "$(nproc)" >/dev/null
work=$(mktemp -d /tmp/iris-init-image.XXXXXX)
trap 'tests/container/image.sh remove "$work"' EXIT
tests/container/image.sh build "$work" --prebuilt
# shellcheck source=/dev/null
source "$work/environment"
python3 -B tests/bench/image.py build/release/bin build/dev/bin/image_stamp "$@"
