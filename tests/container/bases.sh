#!/usr/bin/env bash
# What the container tests need before there is an image of ours: contexts to build base images from, without a registry.
#   bases.sh STANDIN OUT      OUT/iris and OUT/iris-old: contexts of an IRIS image with tini and without;
#                             OUT/builder: of something that can copy files, as root
set -euo pipefail
standin=$1 out=$2
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

root=$out/root
rm -rf "$out"
mkdir -p "$root"/{bin,etc,tmp,proc,sys,dev,run,var/tmp,root,usr/bin,usr/local/bin,usr/irissys/bin,home/irisowner/irissys,faults}
install -m 755 "$(command -v busybox)" "$root/bin/busybox"
"$root/bin/busybox" --list | while read -r applet; do
  [[ $applet == busybox || $applet == init ]] || ln -s busybox "$root/bin/$applet"
done
install -m 755 "$standin" "$root/usr/irissys/bin/iris-standin"
ln -s /usr/irissys/bin/iris-standin "$root/iris-main"
ln -s /usr/irissys/bin/iris-standin "$root/irisHealth.sh"
ln -s /usr/irissys/bin/iris-standin "$root/usr/bin/iris"
ln -s iris-standin "$root/usr/irissys/bin/irisdb"
printf '%s\n' 'root:x:0:0:root:/root:/bin/sh' 'irisowner:x:51773:51773::/home/irisowner:/bin/sh' >"$root/etc/passwd"
printf '%s\n' 'root:x:0:' 'irisowner:x:51773:' 'extra:x:60000:irisowner' >"$root/etc/group"
chmod 1777 "$root/tmp" "$root/var/tmp" "$root/faults"
chown -R 51773:51773 "$root/home/irisowner" "$root/usr/irissys"

mkdir -p "$out/iris" "$out/iris-old" "$out/builder"
tar -C "$root" --numeric-owner -cf "$out/iris-old/root.tar" .
ln "$out/iris-old/root.tar" "$out/builder/root.tar"
printf '%s\n' 'FROM scratch' 'ADD root.tar /' 'ENV PATH=/usr/bin:/bin' >"$out/builder/Dockerfile"
install -m 755 "$(command -v tini-static)" "$root/tini"
tar -C "$root" --numeric-owner -cf "$out/iris/root.tar" .
cp "$here/iris/Dockerfile" "$out/iris/Dockerfile"
sed 's|^ENTRYPOINT .*|ENTRYPOINT ["/iris-main"]|' "$here/iris/Dockerfile" >"$out/iris-old/Dockerfile"
