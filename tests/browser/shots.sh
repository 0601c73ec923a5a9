#!/usr/bin/env bash
# The page for people in a real browser: headless Chromium loads it from the running product, in three
# states, on a wide screen and on a phone, in light and in dark. Checks that nothing breaks the page's own
# security policy, that it asks for nothing from elsewhere, fits a phone's width and refreshes itself; leaves
# the pictures for people to look at.
#   shots.sh BIN_DIRECTORY PICTURE_DIRECTORY
# shellcheck disable=SC2317  # what the trap and check() call is reached
set -uo pipefail

if (($# != 2)); then
  echo "usage: shots.sh BIN_DIRECTORY PICTURE_DIRECTORY" >&2
  exit 2
fi
bin=$(realpath "$1") pictures=$2
chromium=$(command -v chromium) || {
  echo "SKIPPED: no chromium here (Debian's package chromium)"
  exit 4
}
# A network of its own: the port is free, and nothing else can be reached from the page.
if [[ ${IRIS_INIT_SHOTS_INSIDE:-} != yes ]]; then
  if ! unshare --net true 2>/dev/null; then
    echo "SKIPPED: cannot make a network namespace here (root is needed)"
    exit 4
  fi
  # shellcheck disable=SC2016  # expanded by the inner shell
  IRIS_INIT_SHOTS_INSIDE=yes exec unshare --net sh -c 'ip link set lo up && exec "$@"' sh "$0" "$bin" "$pictures"
fi

mkdir -p "$pictures"
pictures=$(realpath "$pictures")
room=$(mktemp -d) init=''
failed=0

end_of_all() {
  if [[ $init ]]; then
    kill -KILL "$init" 2>/dev/null # PID 1 of its namespace: all in it end
    wait "$init" 2>/dev/null
  fi
  rm -rf "$room"
}
trap end_of_all EXIT

say() { printf '%s\n' "$*"; }
check() {
  local what=$1
  shift
  if "$@"; then
    say "  ok      $what"
  else
    say "  FAILED  $what"
    failed=$((failed + 1))
  fi
}

start_product() {
  mkdir -p "$room"/{bin,run,data,home,inst,faults,merge.d,secret}
  for name in iris-main iris irisdb; do ln -s "$bin/iris-standin" "$room/bin/$name"; done
  printf '[config]\nglobals=0,0,800,0,0,0\n' >"$room/seed.cpf"
  printf 'Correct-Horse-7\n' >"$room/secret/password"
  cd "$room/home" || exit 1
  env -i PATH="$room/bin:$bin:/usr/sbin:/usr/bin:/sbin:/bin" ISC_DATA_DIRECTORY="$room/data/iris" \
    ISC_PACKAGE_INSTALLDIR="$room/inst" ISC_PACKAGE_INSTANCENAME=IRIS IRISSYS="$room/home/irissys" \
    ISC_CPF_MERGE_FILE="$room/seed.cpf" IRIS_STANDIN_FAULTS="$room/faults" IRIS_STANDIN_START_MS=1500 \
    IRIS_INIT_PATHS_RUN_DIR="$room/run" IRIS_INIT_PATHS_CONFIG="$room/none.ini" \
    IRIS_INIT_MERGE_DIR="$room/merge.d" IRIS_INIT_MERGE_PASSWORD_FILE="$room/secret/password" \
    IRIS_INIT_HTTP_LISTEN=127.0.0.1:8008 IRIS_INIT_RESTART_DELAY=1h \
    unshare --pid --fork --kill-child --mount-proc --ipc "$bin/iris-init" -- iris-main >"$room/log" 2>&1 </dev/null &
  init=$!
}
probe() { curl -s -o /dev/null -w '%{http_code}' --max-time 5 "http://127.0.0.1:8008/$1"; }
wait_for() {
  local path=$1 code=$2 tries
  for ((tries = 0; tries < 300; tries++)); do
    if [[ $(probe "$path") == "$code" ]]; then return 0; fi
    sleep 0.1
  done
  say "no $code from $path; the log:"
  tail -n 20 "$room/log"
  return 1
}
# A program in the container, as `kubectl exec` would run it.
inside() {
  local pid1
  pid1=$(pgrep -P "$init" -x iris-init | head -n 1)
  nsenter --target "$pid1" --pid --mount --ipc env -i PATH="$room/bin:$bin:/usr/bin:/bin" \
    ISC_DATA_DIRECTORY="$room/data/iris" ISC_PACKAGE_INSTALLDIR="$room/inst" ISC_PACKAGE_INSTANCENAME=IRIS \
    IRIS_STANDIN_FAULTS="$room/faults" IRIS_INIT_PATHS_RUN_DIR="$room/run" "$@"
}

# browse NAME WIDTH,HEIGHT [OPTION …]: a picture, and what the browser had to say about the page.
browse() {
  local name=$1 size=$2
  shift 2
  timeout 60 "$chromium" --headless=new --no-sandbox --disable-gpu --disable-dev-shm-usage --hide-scrollbars \
    --no-first-run --disable-extensions --disable-background-networking --user-data-dir="$room/profile" \
    --window-size="$size" --enable-logging=stderr --v=0 --virtual-time-budget=2000 \
    --screenshot="$pictures/$name.png" "$@" "http://127.0.0.1:8008/" >"$room/$name.browser" 2>&1
  [[ -s $pictures/$name.png ]]
}
no_complaint() { ! grep -E 'CONSOLE|Content Security Policy|Refused to' "$room/$1.browser"; }

pictures_of() {
  local state=$1
  check "$state, wide, light" browse "$state-wide-light" 1280,1400
  check "$state, wide, dark" browse "$state-wide-dark" 1280,1400 --force-dark-mode --blink-settings=preferredColorScheme=0
  check "$state, phone, light" browse "$state-phone-light" 500,2200
  check "$state, phone, dark" browse "$state-phone-dark" 500,2200 --force-dark-mode --blink-settings=preferredColorScheme=0
  check "$state: the browser has nothing to complain about" no_complaint "$state-wide-light"
}
# The document as the browser has understood it.
dom() {
  timeout 60 "$chromium" --headless=new --no-sandbox --disable-gpu --disable-dev-shm-usage --no-first-run \
    --user-data-dir="$room/profile" --dump-dom "http://127.0.0.1:8008/" 2>/dev/null
}

start_product
wait_for startupz 503 || exit 1
say "starting"
check "starting, wide, light" browse starting-wide-light 1280,1400
wait_for readyz 200 || exit 1
say "up"
pictures_of up
dom >"$room/dom"
check "it shows the state" grep -q 'IRIS: <span class="ok">up</span>' "$room/dom"
check "it refreshes itself" grep -q 'http-equiv="refresh"' "$room/dom"
check "it asks for nothing from elsewhere" bash -c "! grep -E '(src|href|action)=' '$room/dom'"
say "frozen"
inside irisctl freeze --owner '<b>"snapshot"&job</b>' --lease 500s >/dev/null
pictures_of frozen
dom >"$room/dom"
check "an owner is text, whatever it is" grep -q '&lt;b&gt;"snapshot"&amp;job&lt;/b&gt;' "$room/dom"
inside irisctl thaw --force >/dev/null
say "down"
inside iris stop IRIS quietly >/dev/null
wait_for readyz 503 || exit 1
pictures_of down
dom >"$room/dom"
check "it says so first" grep -q 'IRIS: <span class="bad">down</span>' "$room/dom"
check "it shows what fails" grep -q '<td class="bad">503</td>' "$room/dom"
say "pictures: $pictures"
exit $((failed > 0))
