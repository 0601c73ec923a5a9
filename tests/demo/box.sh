# shellcheck shell=bash disable=SC2034,SC2154 # variables are shared with demo.sh
# The box: a container of podman or docker where one can really run, else new namespaces. The
# story in demo.sh is the same for both: `room` is seen under the same path inside and outside.
#
#   open_box auto|container|namespaces   chooses, says which, starts nothing
#   start_box                            starts PID 1 in it; its output goes to box_log
#   in_box COMMAND…                      as `kubectl exec` would run it
#   in_box_network COMMAND…              a program of this machine in the box's network
#   signal_box SIGNAL, wait_box          end it; wait_box sets box_code
#   close_box                            whatever is left of it goes

box_kind='' box_engine=() box_name=iris-init-demo-$$ box_image='' box_job='' box_pid='' box_code=''
box_log='' box_environment=()
# An engine asks for higher limits by default than some machines allow.
box_limits=(--ulimit nofile=1024:4096 --ulimit nproc=4096:4096)

# --- what this machine can do ---------------------------------------------------------------------

# Can this engine make an image of ours and run it? Only a try tells.
engine_works() {
  command -v "$1" >/dev/null || return 1
  if [[ $1 == docker ]] && ((EUID != 0)); then return 1; fi # its processes would be out of our reach
  local said
  box_image=localhost/$box_name
  tar -C "$room/root" -c . | timeout 60 "$@" import - "$box_image" >/dev/null 2>&1 || return 1
  said=$(timeout 60 "$@" run --rm --network=none "${box_limits[@]}" "$box_image" \
    /usr/local/bin/iris-init --version 2>&1) && [[ $said == iris-init* ]] && return 0
  note "$* is here but cannot run a container: $(tail -n 1 <<<"$said")"
  "$@" rmi "$box_image" >/dev/null 2>&1
  return 1
}

find_engine() {
  local try
  for try in "podman" "podman --runtime runc --cgroup-manager cgroupfs" "docker"; do
    read -ra box_engine <<<"$try"
    if engine_works "${box_engine[@]}"; then return 0; fi
  done
  box_engine=() box_image=''
  return 1
}

namespaces_work() {
  box_unshare=(unshare --pid --fork --mount --mount-proc --ipc --net --uts --kill-child)
  if ((EUID != 0)); then box_unshare+=(--user --map-root-user); fi
  "${box_unshare[@]}" true 2>/dev/null
}

# In a container of root's, and in namespaces of root's, IRIS has the user that it has in its image.
needs_other_user() { ((EUID == 0)); }

open_box() {
  if [[ $1 != namespaces ]] && find_engine; then
    box_kind=container
    say "Running in a container of '${box_engine[*]}', without a network."
  elif [[ $1 != container ]] && namespaces_work; then
    box_kind=namespaces
    say "Running in new namespaces (pid, mount, ipc, net, uts$( ((EUID)) && echo ', user')), as a container would."
  else
    bad "this machine can run neither a container (podman, docker) nor new namespaces (unshare): root is needed," \
      "or unprivileged user namespaces"
  fi
}

# --- running it -----------------------------------------------------------------------------------

start_box() {
  : >"$box_log"
  "start_$box_kind" "$@" >>"$box_log" 2>&1 </dev/null &
  box_job=$!
  find_box_pid
}

start_container() {
  local options=() assignment
  for assignment in "${box_environment[@]}"; do options+=(--env "$assignment"); done
  if needs_other_user; then options+=(--user 51773:51773); fi
  exec "${box_engine[@]}" run --rm --name "$box_name" --network=none --hostname iris-0 "${box_limits[@]}" \
    --volume "$room:$room" --workdir "$room/home" "${options[@]}" "$box_image" "$@"
}

start_namespaces() {
  local become=()
  if needs_other_user; then become=(setpriv --reuid=51773 --regid=51773 --clear-groups --); fi
  cd "$room/home" || exit 1
  # The words of the inner shell are its own: $@ is expanded there.
  # shellcheck disable=SC2016
  exec "${box_unshare[@]}" -- sh -c 'ip link set lo up && hostname iris-0 2>/dev/null; exec "$@"' sh \
    "${become[@]}" env --ignore-environment "${box_environment[@]}" "$@"
}

# The number that PID 1 of the box has out here.
find_box_pid() {
  local _
  for _ in {1..500}; do
    case $box_kind in
      container) box_pid=$("${box_engine[@]}" inspect -f '{{.State.Pid}}' "$box_name" 2>/dev/null) ;;
      namespaces) box_pid=$(children_of "$box_job") ;;
    esac
    if [[ ${box_pid:-0} != 0 && $(name_of "$box_pid") == iris-init ]]; then return; fi
    if ! kill -0 "$box_job" 2>/dev/null; then break; fi
    sleep 0.01
  done
  bad "PID 1 did not start"
}

in_box() {
  case $box_kind in
    container) "${box_engine[@]}" exec "$box_name" "$@" ;;
    namespaces)
      nsenter --target "$box_pid" "${enter_user[@]}" --pid --mount --ipc --net --uts \
        env --ignore-environment "${box_environment[@]}" "$@"
      ;;
  esac
}

enter_user=()
if ((EUID != 0)); then enter_user=(--user --preserve-credentials); fi

in_box_network() { nsenter --target "$box_pid" --net "${enter_user[@]}" "$@"; }

signal_box() { kill "-$1" "$box_pid"; }

wait_box() {
  box_code=0
  wait "$box_job" || box_code=$?
  box_job=''
}

close_box() {
  if [[ $box_job ]]; then
    if [[ $box_pid ]]; then kill -KILL "$box_pid" 2>/dev/null; fi
    kill -KILL "$box_job" 2>/dev/null
    wait "$box_job" 2>/dev/null
  fi
  if ((${#box_engine[@]})); then
    "${box_engine[@]}" rm --force "$box_name" >/dev/null 2>&1
    if [[ $box_image ]]; then "${box_engine[@]}" rmi "$box_image" >/dev/null 2>&1; fi
  fi
  box_job=''
}

# --- looking at processes from outside -------------------------------------------------------------

name_of() { cat "/proc/$1/comm" 2>/dev/null; }

# The only or first child.
children_of() {
  local children
  read -ra children <"/proc/$1/task/$1/children" 2>/dev/null
  printf '%s\n' "${children[@]}"
}

# child_named NAME: the child of the box's PID 1 that has this name, seen from out here.
child_named() {
  local pid
  for pid in $(children_of "$box_pid"); do
    if [[ $(name_of "$pid") == "$1" ]]; then
      printf '%s\n' "$pid"
      return
    fi
  done
  return 1
}
