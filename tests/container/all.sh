#!/usr/bin/env bash
# The image, built as its users build it, and the tests of real containers of it. Everything is gone afterwards.
#   all.sh [--prebuilt]     after the release preset and iris-standin were built; see image.sh
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

if ((EUID != 0)); then
  echo "the image is built and tried as root only: podman and a dockerd of its own"
  exit 1
fi
work=$(mktemp -d /tmp/iris-init-image.XXXXXX) # a short path: a socket's name may have 107 bytes
trap 'tests/container/image.sh remove "$work"' EXIT
tests/container/image.sh build "$work" "$@"
# shellcheck source=/dev/null
source "$work/environment"
ctest --preset dev --label-regex container
