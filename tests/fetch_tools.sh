#!/usr/bin/env bash
# Programs that single tests ask, fetched from Debian's packages and only unpacked, into build/tools. Sourced by ./run.

# Only the program, without the service that the package would start: for the test that asks promtool.
fetch_promtool() {
  local tools=$PWD/build/tools
  if command -v promtool >/dev/null || [[ -x $tools/usr/bin/promtool ]]; then return; fi
  mkdir -p "$tools"
  if ! (cd "$tools" && apt-get download -qq prometheus >/dev/null 2>&1 && dpkg-deb -x prometheus_*.deb . &&
    rm prometheus_*.deb); then
    say "run: cannot fetch promtool (package prometheus); the test that asks it is skipped"
  fi
}

# kubectl whose kustomize is 5 or later: Debian 12's is too old, so Debian 13's, from its own lists and only
# unpacked. Nothing of the system's apt changes.
has_kustomize() { "$1" version --client 2>/dev/null | grep -Eq 'Kustomize Version: v([5-9]|[1-9][0-9])'; }
fetch_kubectl() {
  local tools=$PWD/build/tools apt options
  if has_kustomize "$tools/usr/bin/kubectl" || has_kustomize kubectl; then return; fi
  apt=$tools/apt-trixie
  mkdir -p "$apt/lists/partial" "$apt/cache/archives/partial" "$apt/parts"
  say 'deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://deb.debian.org/debian trixie main' >"$apt/list"
  options=(-qq -o "Dir::Etc::sourcelist=$apt/list" -o "Dir::Etc::sourceparts=$apt/parts" -o "Dir::State::lists=$apt/lists"
    -o "Dir::Cache=$apt/cache" -o Acquire::Languages=none -o Acquire::Retries=2 -o Acquire::http::Timeout=30)
  if ((EUID == 0)); then options+=(-o APT::Sandbox::User=root); fi
  if ! (cd "$tools" && apt-get "${options[@]}" update && apt-get "${options[@]}" download kubectl/trixie &&
    dpkg-deb -x kubectl_*.deb . && rm -rf kubectl_*.deb "$apt") >/dev/null 2>&1; then
    say "run: cannot fetch kubectl from Debian 13; the tests that build manifests are skipped"
  fi
}
