#!/usr/bin/env bash
# The libraries of another architecture that our programs are linked with: Debian's packages for it, fetched from its own
# lists and only unpacked, so that the system gets no second architecture. What Debian says of each is kept for the SBOM.
# Sourced by ./run.

# libc6-dev, although the cross compiler has a glibc: that one gets no security updates.
readonly foreign_libraries=(libc6-dev libinih-dev musl-dev nettle-dev)

# fetch_libraries ARCH: into build/tools/ARCH. It is there, or all of it is fetched.
fetch_libraries() {
  local into=$PWD/build/tools/$1 work=$PWD/build/tools/$1.fetch options package
  if [[ -e $into/complete ]]; then return; fi
  begin "fetching ${foreign_libraries[*]} for $1"
  rm -rf "$into" "$work"
  mkdir -p "$into/control" "$work/lists/partial" "$work/cache/archives/partial" "$work/empty"
  local mirror=http://deb.debian.org keys='[signed-by=/usr/share/keyrings/debian-archive-keyring.gpg]'
  printf '%s\n' "deb $keys $mirror/debian bookworm main" "deb $keys $mirror/debian bookworm-updates main" \
    "deb $keys $mirror/debian-security bookworm-security main" >"$work/list"
  options=(-qq -o "APT::Architecture=$1" -o "APT::Architectures::=$1" -o "Dir::Etc::sourcelist=$work/list"
    -o "Dir::Etc::sourceparts=$work/empty" -o "Dir::State::lists=$work/lists" -o "Dir::State::status=/dev/null"
    -o "Dir::Cache=$work/cache" -o Acquire::Languages=none -o Acquire::Retries=2 -o Acquire::http::Timeout=30)
  if ((EUID == 0)); then options+=(-o APT::Sandbox::User=root); fi
  (cd "$work" && apt-get "${options[@]}" update && apt-get "${options[@]}" download "${foreign_libraries[@]}") ||
    fail "cannot fetch Debian's $1 packages ${foreign_libraries[*]} (apt's reason is above)"
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
