#!/usr/bin/env bash
# Are two builds the same? Everything once more from a copy of the sources in another directory, without ccache; the
# archives must be the same, byte by byte.
#   twice.sh OUT        OUT holds what `./run package --once` has made
set -euo pipefail
out=$(cd "$1" && pwd)
cd "$(dirname "${BASH_SOURCE[0]}")/.."
: "${SOURCE_DATE_EPOCH:=$(git log -1 --format=%ct)}"
export SOURCE_DATE_EPOCH CCACHE_DISABLE=1

elsewhere=$(mktemp -d /var/tmp/another-directory-for-the-same-build.XXXXXX)
trap 'rm -rf "$elsewhere"' EXIT
mkdir -p "$elsewhere/build"
tar --exclude=./build --exclude=./.git --exclude=__pycache__ -cf - . | tar -C "$elsewhere" -xf -
if [[ -d build/tools/arm64 ]]; then
  mkdir "$elsewhere/build/tools" && cp -a build/tools/arm64 "$elsewhere/build/tools/"
fi
"$elsewhere/run" package --once >"$elsewhere/said" 2>&1 || { tail -20 "$elsewhere/said"; exit 1; }
different=0
for archive in "$out"/*.tar.gz; do
  if cmp "$archive" "$elsewhere/build/package/$(basename "$archive")"; then
    printf '%s: a second build elsewhere gives the same bytes\n' "$(basename "$archive")"
  else
    different=1
  fi
done
exit "$different"
