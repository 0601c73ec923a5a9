#!/usr/bin/env bash
# The container's side of what an init owes: real containers of podman, with its default seccomp profile.
#   init_podman.sh BINARY [BINARY…]     the first one must pass everything; a name is looked up in PATH
# Exit code: 0 passed, 1 not, 77 where podman is missing or cannot run a container.
# shellcheck disable=SC2317  # the checks are called by the names that stand in a table
# shellcheck disable=SC2016  # what stands in single quotes is for the container's shell
set -uo pipefail

skip() {
  printf 'SKIPPED: %s\n' "$1"
  exit 77
}

for tool in podman runc busybox script; do
  command -v "$tool" >/dev/null || skip "no $tool here; './run suite' installs it"
done
((EUID == 0)) || skip "podman is tried as root only"
(($# > 0)) || { printf 'usage: init_podman.sh BINARY [BINARY…]\n' >&2; exit 2; }

work=$(mktemp -d)
image=localhost/iris-init-suite:$$
clean_up() {
  podman rm --all --force --filter "ancestor=$image" >/dev/null 2>&1
  podman rmi --force "$image" >/dev/null 2>&1
  rm -rf "$work"
}
trap clean_up EXIT

# podman wants limits that this machine may not give it, and a runtime that knows hybrid cgroups.
cat >"$work/containers.conf" <<'TEXT'
[containers]
default_ulimits = ["nofile=1024:1024", "nproc=4096:4096"]
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
TEXT
export CONTAINERS_CONF=$work/containers.conf

# A root with a static busybox, the static inits, and dynamic ones with their loader and libc.
root=$work/root
mkdir -p "$root"/{bin,etc,tmp,proc,dev,lib64,lib/x86_64-linux-gnu}
cp "$(command -v busybox)" "$root/bin/busybox"
for applet in sh sleep true cat id kill ps stty; do ln -s busybox "$root/bin/$applet"; done
inits=()
for binary in "$@"; do
  path=$(command -v "$binary") || continue
  cp "$path" "$root/bin/init-$(basename "$binary")"
  inits+=("init-$(basename "$binary")")
  ldd "$path" 2>/dev/null | grep -o '/[^ ]*' | while read -r library; do
    mkdir -p "$root$(dirname "$library")"
    cp -L "$library" "$root$library"
  done
done
tar -C "$root" -cf - . | podman import - "$image" >/dev/null 2>"$work/error" || skip "podman import: $(cat "$work/error")"

run() { timeout 30 podman run --rm --network=none "$@"; }
run "$image" /bin/true 2>"$work/error" || skip "podman cannot run a container: $(tail -1 "$work/error")"

# --- the checks: each gets an init's path and is silent and true when all is well ------------------

expect() { # CODE COMMAND…: what it said goes to a file
  local expected=$1 code=0
  shift
  "$@" >"$work/said" 2>&1 || code=$?
  ((code == expected)) || { printf 'code %d instead of %d: %s' "$code" "$expected" "$(tail -1 "$work/said")"; return 1; }
}
await_main() { # NAME: until its program has set its traps
  local try
  for try in {1..50}; do
    if podman exec "$1" ps 2>/dev/null | grep -q 'sleep 0.1'; then return 0; fi
  done
  printf 'the program does not run (%d looks)' "$try"
  return 1
}
gives_codes() { expect 7 run "$image" "$1" -- sh -c 'exit 7' && expect 143 run "$image" "$1" -- sh -c 'kill $$'; }
is_pid1() { expect 0 run "$image" "$1" -- sh -c '[ "$(cat /proc/1/comm)" = "$(basename '"$1"' | cut -c1-15)" ]'; }
hardened() {
  expect 5 run --read-only --cap-drop=all --security-opt=no-new-privileges --user 51773:51773 --pids-limit 20 \
    --memory 16m "$image" "$1" -- sh -c 'exit 5'
}
as_podmans_init() { expect 3 run --init --init-path "$root$1" "$image" sh -c 'exit 3'; }
stops() { # podman stop: TERM reaches the program, long before podman would kill it
  local name=suite-$$-$RANDOM
  podman run -d --network=none --name "$name" "$image" "$1" -- \
    sh -c 'trap "exit 9" TERM; while :; do sleep 0.1; done' >/dev/null || return
  await_main "$name" || return
  podman stop -t 20 "$name" >/dev/null
  local code
  code=$(podman inspect -f '{{.State.ExitCode}}' "$name")
  podman rm -f "$name" >/dev/null 2>&1
  [[ $code == 9 ]] || { printf 'code %s instead of 9' "$code"; return 1; }
}
forwards() { # podman kill -s
  local name=suite-$$-$RANDOM
  podman run -d --network=none --name "$name" "$image" "$1" -- \
    sh -c 'trap "exit 11" USR1; while :; do sleep 0.1; done' >/dev/null || return
  await_main "$name" || return
  podman kill -s USR1 "$name" >/dev/null
  local code
  code=$(timeout 20 podman wait "$name")
  podman rm -f "$name" >/dev/null 2>&1
  [[ $code == 11 ]] || { printf 'code %s instead of 11' "$code"; return 1; }
}
interactive() { # podman run -it: what is typed arrives, the program owns the terminal
  printf 'echo $((40+2))\nexit 6\n' | timeout 30 script -qec \
    "podman run --rm --network=none -it $image $1 -- sh -i" /dev/null >"$work/said" 2>&1
  local code=$?
  ((code == 6)) || { printf 'code %d instead of 6: %s' "$code" "$(tail -1 "$work/said")"; return 1; }
  grep -q 42 "$work/said" || { printf 'no answer on the terminal'; return 1; }
}
piped() { [[ $(printf 'one' | run -i "$image" "$1" -- cat) == one ]] || { printf 'standard input did not arrive'; return 1; }; }
reaps() { # orphans of an exec'ed shell come to PID 1
  local name=suite-$$-$RANDOM left
  podman run -d --network=none --name "$name" "$image" "$1" -- sleep 1000 >/dev/null || return
  podman exec "$name" sh -c 'for i in 1 2 3 4 5 6 7 8 9 10; do (sleep 0.1 &); done; sleep 0.5'
  left=$(podman exec "$name" ps -o stat,comm | grep -c '^Z')
  podman rm -f -t 0 "$name" >/dev/null 2>&1
  [[ $left == 0 ]] || { printf '%s zombies' "$left"; return 1; }
}

checks=(
  "gives_codes|the program's code, or 128 + its signal"
  "is_pid1|it is PID 1 of the container"
  "stops|podman stop ends the program by SIGTERM"
  "forwards|podman kill -s USR1 arrives"
  "interactive|podman run -it: a shell on a terminal"
  "piped|podman run -i: standard input"
  "reaps|orphans of podman exec are reaped"
  "hardened|read-only, no capabilities, no new privileges, uid 51773, 16 MB"
  "as_podmans_init|podman run --init --init-path"
)
failed=0 complaints=()
printf '%-66s' ''
printf ' %-14s' "${inits[@]#init-}"
printf '\n'
for check in "${checks[@]}"; do
  printf '%-66s' "${check#*|}"
  for init in "${inits[@]}"; do
    if why=$("${check%%|*}" "/bin/$init"); then
      word=ok
    else
      word=-
      complaints+=("${init#init-}: ${check#*|}: $why")
      [[ $init != "${inits[0]}" ]] || failed=1
    fi
    printf ' %-14s' "$word"
  done
  printf '\n'
done
((${#complaints[@]} == 0)) || printf "%s\n" "${complaints[@]}"
exit "$failed"
