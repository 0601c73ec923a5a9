#!/usr/bin/env bash
# The whole life of a container with IRIS in it, before your eyes and checked at each step: start and
# merge, the death of the control process, freeze and thaw, the death of the agent, the stop. IRIS is
# the stand-in of tests/standin; everything of ours is the released program.
#   tests/demo/demo.sh [auto|container|namespaces]    after the release preset and iris-standin were built
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1
# shellcheck source=tests/demo/show.sh
source tests/demo/show.sh
# shellcheck source=tests/demo/box.sh
source tests/demo/box.sh

readonly programs=build/release/bin standin=build/dev/bin/iris-standin
readonly probes=http://127.0.0.1:8008
readonly password='correct horse battery staple'
room='' # everything that the box sees of this machine

# --- the stage ------------------------------------------------------------------------------------

furnish_room() {
  room=$(mktemp -d /tmp/iris-init-demo.XXXXXX)
  mkdir -p "$room"/{data,home,run,irissys,conf/merge.d,secret} \
    "$room"/root/{usr/local/bin,proc,sys,dev,run,tmp,etc,"${room#/}"}
  local bin=$room/root/usr/local/bin name
  install -m 755 "$programs"/{iris-init,iris-agent,irisctl,cpfmerge} "$bin" || bad "the programs are not built"
  install -m 755 "$standin" "$bin/iris-standin" || bad "the stand-in for IRIS is not built"
  for name in iris-main iris irisdb; do ln -s iris-standin "$bin/$name"; done

  # The merge file that was there before us, as it is: no newline at its end.
  printf '[config]\nglobals=0,0,800,0,0,0\ngmheap=256000' >"$room/conf/merge.cpf"
  printf '# journals are kept for two days\n[Journal]\nDaysBeforePurge=2\n' >"$room/conf/merge.d/10-journal.cpf"
  printf '%s\n' "$password" >"$room/secret/password"
  chmod 600 "$room/secret/password"
  box_log=$room/log
  : >"$box_log"
  if needs_other_user; then
    chown -R 51773:51773 "$room" && chown -R root:root "$room/root"
  fi
}

set_environment() {
  local bin=/usr/local/bin
  if [[ $box_kind == namespaces ]]; then bin=$room/root/usr/local/bin; fi
  box_environment=(
    "PATH=$bin"
    "HOME=$room/home"
    "ISC_PACKAGE_INSTANCENAME=IRIS"
    "ISC_PACKAGE_INSTALLDIR=$room/irissys"
    "IRISSYS=$room/home/irissys"
    "ISC_DATA_DIRECTORY=$room/data/iris"
    "ISC_CPF_MERGE_FILE=$room/conf/merge.cpf"
    "IRIS_INIT_MERGE_DIR=$room/conf/merge.d"
    "IRIS_INIT_MERGE_PASSWORD_FILE=$room/secret/password"
    "IRIS_INIT_PATHS_RUN_DIR=$room/run"
    "IRIS_INIT_HTTP_LISTEN=127.0.0.1:8008"
  )
}

clean_up() {
  local code=$?
  trap '' INT TERM
  close_box
  if [[ $room ]]; then rm -rf "$room"; fi
  exit "$code"
}

# --- probes ---------------------------------------------------------------------------------------

# "503 200 503": what startupz, livez and readyz answer now; 000 when nobody listens.
answers() {
  local codes
  codes=$(in_box_network curl --silent --max-time 2 --write-out '%{http_code} ' \
    --output /dev/null "$probes/startupz" --output /dev/null "$probes/livez" --output /dev/null "$probes/readyz" 2>/dev/null)
  printf '%s\n' "${codes:-000 000 000 }" | sed 's/ $//'
}

# await PATTERN SECONDS SINCE [COMMAND…]: until the three answers match and the command succeeds; shows
# every change of the answers with its time since SINCE.
last_answers=''
await() {
  local wanted=$1 deadline=$(($(now_us) + $2 * 1000000)) since=$3 current
  shift 3
  while (($(now_us) < deadline)); do
    current=$(answers)
    if [[ $current != "$last_answers" ]]; then
      # shellcheck disable=SC2086 # three words
      printf '    %9s   startupz %s   livez %s   readyz %s\n' "$(since "$since")" $current
      last_answers=$current
    fi
    # shellcheck disable=SC2053 # a pattern
    if [[ $current == $wanted ]] && "${@:-true}"; then return; fi
    if [[ $wanted != *000* ]] && ! kill -0 "$box_job" 2>/dev/null; then bad "the container has ended"; fi
    sleep 0.01
  done
  bad "within $2 s the probes should answer '$wanted'${1:+ and '$*' should be so}"
}

# A new step shows the answers that it begins with.
chapter() {
  last_answers=''
  step "$@"
}

# json_text KEY: the text of that name in the JSON on standard input.
json_text() { sed -nE "s/.*\"$1\" *: *\"([^\"]*)\".*/\1/p" | head -n 1; }

irisctl() {
  note "\$ irisctl $*"
  in_box irisctl "$@" 2>&1 | short_paths | indent
  return "${PIPESTATUS[0]}"
}

# --- the story ------------------------------------------------------------------------------------

story_of_the_start() {
  chapter "Start: iris-init is PID 1, with the merge file as it was, one more fragment and a password in a file"
  note "merge.cpf (ISC_CPF_MERGE_FILE), no newline at its end:"
  { cat "$room/conf/merge.cpf" && echo; } | indent | indent
  note "merge.d/10-journal.cpf (IRIS_INIT_MERGE_DIR):"
  indent <"$room/conf/merge.d/10-journal.cpf" | indent
  note "\$ iris-init -- iris-main"
  local began
  began=$(now_us)
  start_box iris-init -- iris-main
  await '200 200 200' 60 "$began"
  good "IRIS is ready $(since "$began") after the container was started"
  show_log
}

story_of_the_merge() {
  chapter "Merge: what IRIS was given, and what it took"
  local cpf=$room/data/iris/iris.cpf effective=$room/run/merge.cpf
  note "the effective merge file, PasswordHash masked here:"
  sed -E 's/(PasswordHash=).*/\1*****/I' "$effective" | short_paths | indent | indent
  check "it is readable by IRIS's user only" test "$(stat -c %a "$effective")" = 600
  check "globals is in iris.cpf: $(grep -m1 '^globals=' "$cpf")" grep -qx 'globals=0,0,800,0,0,0' "$cpf"
  check "gmheap is in iris.cpf: $(grep -m1 '^gmheap=' "$cpf")" grep -qx 'gmheap=256000' "$cpf"
  check "the fragment is in iris.cpf: $(grep -m1 '^DaysBeforePurge=' "$cpf")" grep -qx 'DaysBeforePurge=2' "$cpf"
  check "PasswordHash is the password's, says cpfmerge passwordhash --verify" hash_is_right "$effective"
  check "it stands in no file and no log line in clear" not_in_clear
  check "the seed file was not touched" test "$(md5sum <"$room/conf/merge.cpf")" = \
    "$(printf '[config]\nglobals=0,0,800,0,0,0\ngmheap=256000' | md5sum)"
}

hash_is_right() {
  local hash
  hash=$(sed -nE 's/^PasswordHash=//p' "$1")
  [[ $hash ]] && "$programs/cpfmerge" passwordhash --verify "$hash" <"$room/secret/password" >/dev/null
}

not_in_clear() { ! grep -rqF "$password" "$room"/{data,home,run,irissys,conf,log}; }

story_of_status() {
  chapter "Status: for people, and the probes in detail"
  check "irisctl status" irisctl status
  note "\$ curl $probes/readyz?verbose"
  in_box_network curl --silent --max-time 2 "$probes/readyz?verbose" | indent
}

story_of_a_crash() {
  chapter "Crash: kill -9 of the control process (irisdb)"
  local began control again
  control=$(child_named irisdb) || bad "PID 1 has no child 'irisdb'"
  began=$(now_us)
  kill -KILL "$control"
  await '* 200 503' 10 "$began"
  good "noticed $(since "$began") after the kill; livez stays 200: it will be restarted here"
  await '200 200 200' 60 "$began"
  good "recovered by itself in $(since "$began")"
  again=$(child_named irisdb) || bad "PID 1 has no child 'irisdb'"
  check "there is a new control process" test "$again" != "$control"
  check "PID 1 is the same" test "$(name_of "$box_pid")" = iris-init
  show_log
}

story_of_a_freeze() {
  chapter "Freeze: for a snapshot of the volume"
  local began answer token
  began=$(now_us)
  note "\$ irisctl freeze --owner demo --lease 60s -o json"
  answer=$(in_box irisctl freeze --owner demo --lease 60s -o json) || bad "freeze failed: $answer"
  short_paths <<<"$answer" | indent
  good "frozen in $(since "$began")"
  token=$(json_text token <<<"$answer")
  check "there is a token" test -n "$token"
  check "irisctl status" irisctl status
  check "a frozen IRIS stays ready" test "$(answers)" = '200 200 200'
  note "\$ irisctl freeze --owner other"
  local refusal code=0
  refusal=$(in_box irisctl freeze --owner other 2>&1) || code=$?
  indent <<<"$refusal"
  check "another owner is refused (exit code $code)" test "$code" = 3
  note "here the snapshot would be cut"
  began=$(now_us)
  check "thawed, and the freeze held all the time (exit code 0)" irisctl thaw --token "$token"
  good "that took $(since "$began")"
  await '200 200 200' 10 "$began"
  show_log
}

story_of_the_agent() {
  chapter "The agent dies: kill -9 of iris-agent"
  local began agent control
  agent=$(child_named iris-agent) || bad "PID 1 has no child 'iris-agent'"
  control=$(child_named irisdb)
  began=$(now_us)
  kill -KILL "$agent"
  await '200 200 200' 10 "$began" another_agent_than "$agent"
  good "the probes are back $(since "$began") after the kill"
  check "IRIS did not notice: same control process" test "$(child_named irisdb)" = "$control"
  check "the new agent knows of the freeze before it" status_tells 'the freeze held'
  show_log
}

another_agent_than() {
  local agent
  agent=$(child_named iris-agent) && [[ $agent != "$1" ]]
}

status_tells() { in_box irisctl status | grep -qF "$1"; }

story_of_the_stop() {
  chapter "Stop: SIGTERM to PID 1, as the kubelet sends it"
  local began
  began=$(now_us)
  signal_box TERM
  await '* * @(503|000)' 10 "$began"
  wait_box
  good "the container ended $(since "$began") after SIGTERM"
  show_log
  check "exit code $box_code: IRIS is down, cleanly" test "$box_code" = 0
  check "nothing is left running" test ! -e "/proc/$box_pid"
}

main() {
  trap clean_up EXIT
  trap 'exit 130' INT TERM
  local began
  began=$(now_us)
  furnish_room
  open_box "${1:-auto}"
  say "Its files lie in $room, shown as '~' below."
  set_environment
  story_of_the_start
  story_of_the_merge
  story_of_status
  story_of_a_crash
  story_of_a_freeze
  story_of_the_agent
  story_of_the_stop
  printf '\n%sAll as expected, in %s.%s\n' "$bold" "$(since "$began")" "$plain"
}

main "$@"
