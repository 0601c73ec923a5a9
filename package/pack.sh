#!/usr/bin/env bash
# One archive of the programs of one architecture, the same bytes wherever it is made from the same sources.
#   pack.sh ARCH BUILD HOST_BIN OUT [SYSROOT]    BUILD/bin goes in; HOST_BIN's programs are asked for their --help
set -euo pipefail
arch=$1 build=$2 host_bin=$3 out=$4
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
version=$(sed -n 's/^project(.* VERSION \([^ ]*\) .*/\1/p' "$here/../CMakeLists.txt")
# The commit's time. Where there is no repository, say it: a time of a file would not be the same everywhere.
: "${SOURCE_DATE_EPOCH:=$(git -C "$here" log -1 --format=%ct)}"
export SOURCE_DATE_EPOCH LC_ALL=C

name=iris-init-$version-linux-$arch
rm -rf "${out:?}/$name" "$out/$name.tar.gz"
mkdir -p "$out/$name/bin"
install -m 755 "$build"/bin/{cpfmerge,iris-agent,iris-init,irisctl} "$out/$name/bin/"
python3 -B "$here/man.py" "$host_bin" "$version" "$out/$name/share/man"
install -m 644 "$here/../LICENSE" "$out/$name/LICENSE"
python3 -B "$here/sbom.py" "$build" "$arch" "$version" "${@:5}" >"$out/$name/sbom.spdx.json"
(cd "$out/$name" && find . -type f -printf '%P\n' | sort | xargs sha256sum) >"$out/$name.sums"
mv "$out/$name.sums" "$out/$name/SHA256SUMS"
find "$out/$name" -type d -exec chmod 755 {} + -o -type f ! -perm 755 -exec chmod 644 {} +
tar -C "$out" --sort=name --owner=0 --group=0 --numeric-owner --format=gnu --mtime="@$SOURCE_DATE_EPOCH" -cf - "$name" |
  gzip -n -9 >"$out/$name.tar.gz"
rm -rf "${out:?}/$name"
printf '%s: %s bytes\n' "$name.tar.gz" "$(stat -c %s "$out/$name.tar.gz")"
