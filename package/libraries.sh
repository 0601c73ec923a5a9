#!/usr/bin/env bash
# The libraries of another architecture that our programs are linked with: Debian's packages for it, fetched from its own
# lists and only unpacked, so that the system gets no second architecture. What Debian says of each is kept for the SBOM.
# Sourced by ./run.

# libc6-dev, although the cross compiler has a glibc: that one gets no security updates.
readonly foreign_libraries=(libc6-dev libinih-dev musl-dev nettle-dev)

# fetch_foreign ARCH INTO PACKAGE…: all of it is there, or none. A kernel is named by the package that depends on the newest.
fetch_foreign() {
  local arch=$1 into=$2 work=$2.fetch options package names=()
  shift 2
  if [[ -e $into/complete ]]; then return; fi
  begin "fetching $* for $arch"
  rm -rf "$into" "$work"
  mkdir -p "$into/control" "$work/lists/partial" "$work/cache/archives/partial" "$work/empty"
  local mirror=http://deb.debian.org keys='[signed-by=/usr/share/keyrings/debian-archive-keyring.gpg]'
  printf '%s\n' "deb $keys $mirror/debian bookworm main" "deb $keys $mirror/debian bookworm-updates main" \
    "deb $keys $mirror/debian-security bookworm-security main" >"$work/list"
  options=(-qq -o "APT::Architecture=$arch" -o "APT::Architectures::=$arch" -o "Dir::Etc::sourcelist=$work/list"
    -o "Dir::Etc::sourceparts=$work/empty" -o "Dir::State::lists=$work/lists" -o "Dir::State::status=/dev/null"
    -o "Dir::Cache=$work/cache" -o Acquire::Languages=none -o Acquire::Retries=2 -o Acquire::http::Timeout=30)
  if ((EUID == 0)); then options+=(-o APT::Sandbox::User=root); fi
  apt-get "${options[@]}" update || fail "cannot fetch the lists of Debian's $arch packages (apt's reason is above)"
  for package in "$@"; do
    if [[ $package == linux-image-* ]]; then
      package=$(apt-cache "${options[@]}" depends --important "$package" | sed -n '/Depends: /{s///p;q}' | tr -d ' ')
    fi
    names+=("$package")
  done
  (cd "$work" && apt-get "${options[@]}" download "${names[@]}") ||
    fail "cannot fetch Debian's $arch packages ${names[*]} (apt's reason is above)"
  for package in "$work"/*.deb; do
    dpkg-deb --extract "$package" "$into"
    dpkg-deb --field "$package" >"$into/control/$(dpkg-deb --field "$package" Package)"
    dpkg-deb --fsys-tarfile "$package" | tar --list | sed -n 's|^\./|/|p' \
      >"$into/control/$(dpkg-deb --field "$package" Package).list"
  done
  rm -rf "$work"
  touch "$into/complete"
  end
}

fetch_libraries() { fetch_foreign "$1" "$PWD/build/tools/$1" "${foreign_libraries[@]}"; }
# For a machine of that architecture, and its tests.
fetch_machine() { fetch_foreign "$1" "$PWD/build/tools/$1-machine" "linux-image-cloud-$1" busybox-static libgtest-dev libgmock-dev; }
