#!/usr/bin/env bash
# Builds docker/Dockerfile over images with the stand-in, by podman and by both builders of docker, without a registry.
#   image.sh build WORK [--prebuilt]    afterwards WORK/environment says what the tests need to know
#   image.sh remove WORK                ends the dockerd and removes the images, but for the builder stage's
# --prebuilt: podman takes the programs of build/release, too, instead of building them in the builder stage; the two
# of docker always do: they are asked to read the Dockerfile, not to compile once more.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
verb=$1 work=$2 prebuilt=${3:-}
here=$PWD/tests/container ours=localhost/iris-init-test

say() { printf '%s\n' "$*"; }
docker() { /usr/bin/docker -H "unix://$work/dockerd/docker.sock" "$@"; }

# podman asks for limits that a machine may not give, and for a runtime that does not know hybrid cgroups.
export CONTAINERS_CONF=$work/containers.conf BUILDAH_RUNTIME=runc BUILDAH_ISOLATION=oci
write_configuration() {
  printf '%s\n' '[containers]' 'default_ulimits = ["nofile=4096:4096", "nproc=8192:8192"]' \
    '[engine]' 'runtime = "runc"' 'cgroup_manager = "cgroupfs"' 'events_logger = "file"' >"$CONTAINERS_CONF"
}

# Debian 12 for the builder stage, from the machine's own mirror; kept, so that podman's cache is good for something.
builder_base() {
  if podman image exists localhost/iris-init-debian:12; then return; fi
  local mirror
  mirror=$(awk '/^URIs:/ { print $2; exit }' /etc/apt/sources.list.d/debian.sources 2>/dev/null || true)
  mmdebstrap --variant=minbase --mode=root --quiet --dpkgopt='path-exclude=/usr/share/doc/*' \
    --dpkgopt='path-exclude=/usr/share/man/*' bookworm "$work/debian.tar" "${mirror:-http://deb.debian.org/debian}"
  podman import --quiet "$work/debian.tar" localhost/iris-init-debian:12 >/dev/null
  rm "$work/debian.tar"
}

# A context in which `./run build` has nothing left to do.
prebuilt_context() {
  local context=$work/prebuilt
  mkdir -p "$context/build/release/bin" "$context/docker"
  cp build/release/bin/* "$context/build/release/bin/"
  if [[ -x build/release-arm64/bin/iris-init ]]; then
    mkdir -p "$context/build/release-arm64" && cp -r build/release-arm64/bin "$context/build/release-arm64/"
  fi
  cp docker/Dockerfile "$context/docker/"
  printf '#!/bin/sh\ntest "$*" = build || test "$*" = "build --arch arm64"\n' >"$context/run"
  chmod +x "$context/run"
}

# build NAME CONTEXT BUILDER COMMAND…: an image of ours over NAME
build_ours() {
  local base=$1 context=$2 builder=$3
  shift 3
  "$@" --build-arg IRIS_IMAGE="$base" --build-arg BUILDER_IMAGE="$builder" --build-arg VERSION="$version" \
    --build-arg REVISION="$revision" -f "$context/docker/Dockerfile" "$context"
}

build() {
  mkdir -p "$work"
  write_configuration
  version=$(sed -n 's/^project(.* VERSION \([^ ]*\) .*/\1/p' CMakeLists.txt)
  revision=$(git rev-parse HEAD 2>/dev/null || echo unknown)
  "$here/bases.sh" build/dev/bin/iris-standin "$work/bases"
  "$here/dockerd.sh" start "$work/dockerd"
  prebuilt_context
  local kind podman_build=(podman build --quiet --layers=false --format docker --network=host)
  for kind in iris iris-old builder; do
    podman build --quiet --format docker -t "localhost/standin-$kind" "$work/bases/$kind" >/dev/null
  done
  for kind in iris builder; do
    docker build --quiet -t "localhost/standin-$kind" "$work/bases/$kind" >/dev/null
  done

  local builder=localhost/standin-builder context=$work/prebuilt what='with the programs that are there'
  if [[ $prebuilt != --prebuilt ]]; then
    builder_base
    builder=localhost/iris-init-debian:12 context=. what='the programs included (minutes)'
    podman_build=(podman build --quiet --layers --format docker --network=host) # so that they are built but once
  fi
  say "podman $(podman version -f '{{.Client.Version}}') builds, $what"
  build_ours localhost/standin-iris "$context" "$builder" "${podman_build[@]}" -t "$ours:iris" >/dev/null
  build_ours localhost/standin-iris-old "$context" "$builder" "${podman_build[@]}" -t "$ours:old" >/dev/null
  build_ours localhost/standin-iris "$context" "$builder" "${podman_build[@]}" --target binaries \
    -t "$ours:binaries" >/dev/null
  say "docker $(docker version -f '{{.Server.Version}}') builds: classic, BuildKit"
  DOCKER_BUILDKIT=0 build_ours localhost/standin-iris "$work/prebuilt" localhost/standin-builder \
    docker build --quiet --network=none -t "$ours:iris" >/dev/null
  DOCKER_BUILDKIT=1 build_ours localhost/standin-iris "$work/prebuilt" localhost/standin-builder \
    docker build --quiet --network=none -t "$ours:buildkit" >/dev/null
  DOCKER_BUILDKIT=1 build_ours localhost/standin-iris "$work/prebuilt" localhost/standin-builder \
    docker build --quiet --network=none --target binaries -t "$ours:binaries" >/dev/null
  podman_build=(podman build --quiet --layers=false --format docker --network=none)
  if [[ -d $work/prebuilt/build/release-arm64 ]]; then
    say "each of them takes the programs for arm64"
    local arm64=(--build-arg ARCH=arm64 --target binaries)
    build_ours none "$work/prebuilt" localhost/standin-builder "${podman_build[@]}" "${arm64[@]}" -t "$ours:arm64" >/dev/null
    DOCKER_BUILDKIT=0 build_ours none "$work/prebuilt" localhost/standin-builder \
      docker build --quiet --network=none "${arm64[@]}" -t "$ours:arm64" >/dev/null
    DOCKER_BUILDKIT=1 build_ours none "$work/prebuilt" localhost/standin-builder \
      docker build --quiet --network=none "${arm64[@]}" -t "$ours:arm64-buildkit" >/dev/null
  fi
  printf '%s\n' "export CONTAINERS_CONF=$CONTAINERS_CONF" "export DOCKER_HOST=unix://$work/dockerd/docker.sock" \
    "export IRIS_INIT_IMAGE=$ours" "export IRIS_INIT_IMAGE_VERSION=$version" \
    "export IRIS_INIT_IMAGE_REVISION=$revision" >"$work/environment"
}

remove() {
  "$here/dockerd.sh" stop "$work/dockerd" || say "the dockerd in $work/dockerd did not end"
  podman rmi --force "$ours":{iris,old,binaries,arm64} localhost/standin-{iris,iris-old,builder} >/dev/null 2>&1 || true
  rm -rf "$work"
}

case $verb in
  build) build ;;
  remove) remove ;;
esac
