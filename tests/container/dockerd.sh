#!/usr/bin/env bash
# A dockerd of the tests' own: a socket, a store and nothing of the machine's network.
#   dockerd.sh start DIR      returns when DIR/docker.sock answers
#   dockerd.sh stop DIR       ends it and takes its mounts away
set -euo pipefail
directory=$2

await_socket() {
  local _
  for _ in {1..200}; do
    if /usr/bin/docker -H "unix://$directory/docker.sock" version >/dev/null 2>&1; then return; fi
    if ! kill -0 "$1" 2>/dev/null; then break; fi
    sleep 0.1
  done
  tail -5 "$directory/dockerd.log"
  return 1
}

case $1 in
  start)
    mkdir -p "$directory"/{data,exec}
    ulimit -n "$(ulimit -Hn)"
    setsid dockerd --data-root "$directory/data" --exec-root "$directory/exec" --pidfile "$directory/dockerd.pid" \
      --host "unix://$directory/docker.sock" --storage-driver overlay2 --iptables=false --ip6tables=false \
      --ip-forward=false --ip-masq=false --bridge=none --userland-proxy=false \
      --exec-opt native.cgroupdriver=cgroupfs --default-ulimit nofile=1024:4096 \
      >"$directory/dockerd.log" 2>&1 </dev/null &
    await_socket $!
    ;;
  stop)
    if [[ ! -e $directory/dockerd.pid ]]; then exit; fi
    pid=$(cat "$directory/dockerd.pid")
    kill "$pid" 2>/dev/null || true
    while [[ -e /proc/$pid ]]; do sleep 0.1; done
    awk -v under="$directory/" 'index($2, under) == 1 { print $2 }' /proc/mounts | sort -r | xargs -r -n 1 umount
    ;;
esac
