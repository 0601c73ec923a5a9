#!/bin/sh
# One application-consistent snapshot of IRIS's volume: freeze, ask for a VolumeSnapshot, wait until the storage has
# cut it, thaw, label it, prune the old ones.
#
# Whatever goes wrong or ends this script, IRIS is thawed: by finish() below, and where nothing can run any more, by
# the lease. A snapshot is labelled consistency=crash from its birth; only a thaw that says that the freeze held, after
# the cut was seen, makes it consistency=application.
#
# Exit code: 0 an application-consistent snapshot is ready; 4 it is crash-consistent only; 1 none, or it did not get
# ready; 143 told to end.
set -eu

pod=${IRIS_POD:-iris-0}
container=${IRIS_CONTAINER:-iris}
claim=${CLAIM:-iris-pvc}
class=${SNAPSHOT_CLASS:-}           # empty: the cluster's default for this storage
lease=${LEASE:-120}                 # seconds, at most 540: the longest that IRIS can stay frozen
ready_within=${READY_WITHIN:-1800}  # seconds
keep=${KEEP:-7}                     # of each kind: application- and crash-consistent ones that are ready, others
made_by=${MADE_BY:-iris-snapshot}   # a label: what has it is pruned
owner=${OWNER:-iris-snapshot}       # the name of this job's pod: no two share a freeze
work=${TMPDIR:-/tmp}

readonly thaw_reserve=20 # seconds of the lease that are left for the thaw
name=iris-$(date -u +%Y%m%d-%H%M%S)
asked=no # somebody may have to thaw

say() { echo "iris-snapshot: $*"; }
fail() {
  say "$*" >&2
  exit 1
}
now() { date +%s; }

# irisctl in IRIS's container: its exit code in $code, its answer in $work/answer. In the background, since a shell acts
# on a signal only between two commands.
irisctl_in_pod() {
  timeout 100 kubectl exec "$pod" -c "$container" -- irisctl "$@" -o json >"$work/answer" &
  code=0
  wait "$!" || code=$?
  cat "$work/answer" || :
}

# 'kubectl exec' also ends with 0 when its stream breaks before irisctl has ended (kubernetes/kubectl#1726): what a 0
# means is true only where irisctl's own words say it, too.
answered() { [ "$code" = 0 ] && grep -q "\"$1\": true" "$work/answer"; }

# irisctl answers 3 when nothing of ours is frozen, and also while a freeze is still coming about.
thaw_back() {
  until [ "$(now)" -gt "$((begun + lease))" ]; do
    code=0
    text=$(timeout 100 kubectl exec "$pod" -c "$container" -- irisctl thaw --owner "$owner" -o json 2>&1) || code=$?
    case $code:$text in
      0:*'"thawed": true'* | 4:*) say "thawed again" && return ;;
      3:*'under way'*) ;;
      3:*) say "nothing of ours is frozen" && return ;;
      *) say "cannot thaw (exit code $code): $text" ;;
    esac
    sleep 2 || :
  done
  say "IRIS could not be asked to thaw; the lease has ended, and it thaws by itself"
}

# Only what this script has made. What is not ready counts for itself, so that it drives out nothing that is good.
prune() {
  each='{.metadata.creationTimestamp} {.metadata.name} {.status.readyToUse} {.metadata.labels.consistency}{"\n"}'
  kubectl --request-timeout=20s get volumesnapshot -l "made-by=$made_by" -o "jsonpath={range .items[*]}$each{end}" \
    >"$work/made" || return
  sort -r "$work/made" |
    awk -v keep="$keep" '{ kind = $3 == "true" ? $4 : "not ready"; if (++seen[kind] > keep) print $2 }' >"$work/old"
  while read -r old; do
    say "pruning $old"
    kubectl --request-timeout=20s delete volumesnapshot "$old" --wait=false || return
  done <"$work/old"
}

finish() {
  end=$?
  trap - EXIT
  trap : HUP INT TERM # heard, and not obeyed before IRIS is thawed
  # A freeze that is on its way comes about even when nobody waits for it: a thaw must not overtake it.
  until wait; do :; done
  if [ "$asked" = yes ]; then thaw_back; fi
  # A night that failed may have left one, too.
  case $end in 1 | 4) prune || say "not pruned" ;; esac
  exit "$end"
}
trap finish EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

field() { kubectl --request-timeout=10s get volumesnapshot "$name" -o "jsonpath={.status.$1}" 2>/dev/null || :; }

# --- freeze ---------------------------------------------------------------------------------------

say "freezing IRIS in $pod for at most $lease s"
begun=$(now)
asked=yes
irisctl_in_pod freeze --owner "$owner" --lease "${lease}s" --timeout 90s
answered frozen || fail "not frozen, or nobody could tell (exit code $code): no snapshot"

# --- cut ------------------------------------------------------------------------------------------

cat >"$work/snapshot.yaml" <<YAML
apiVersion: snapshot.storage.k8s.io/v1
kind: VolumeSnapshot
metadata:
  name: $name
  labels: { app: iris, made-by: $made_by, consistency: crash }
spec:
  ${class:+volumeSnapshotClassName: $class}
  source: { persistentVolumeClaimName: $claim }
YAML
kubectl --request-timeout=20s create -f "$work/snapshot.yaml" || fail "cannot create VolumeSnapshot $name"

# creationTime is the moment of the cut. readyToUse comes later, perhaps hours: an upload needs no frozen IRIS.
until [ -n "$(field creationTime)" ]; do
  if [ "$(now)" -ge "$((begun + lease - thaw_reserve))" ]; then
    fail "$name was not cut while IRIS was frozen: $(field error.message)"
  fi
  sleep 1
done
say "$name is cut, $(($(now) - begun)) s after the freeze began"

# --- thaw -----------------------------------------------------------------------------------------

irisctl_in_pod thaw --owner "$owner"
thawed=$code
consistency=crash
if answered held; then
  consistency=application
elif [ "$thawed" != 4 ]; then # refused, or the answer was lost: whether it held is not known
  thaw_back
fi
asked=no

if [ "$consistency" = crash ]; then
  say "$name is crash-consistent only: the freeze did not hold, or nobody could tell (exit code $thawed)" >&2
  exit 4
fi
kubectl --request-timeout=20s label volumesnapshot "$name" --overwrite consistency=application ||
  kubectl --request-timeout=20s label volumesnapshot "$name" --overwrite consistency=application ||
  fail "$name is application-consistent, but cannot be labelled so"

# --- ready ----------------------------------------------------------------------------------------

# An error may be one that the storage gets over: it is said, and believed when the time is up.
trouble=''
until [ "$(field readyToUse)" = true ]; do
  told=$(field error.message)
  waited=$(($(now) - begun - lease))
  if [ "$waited" -ge "$ready_within" ]; then
    fail "$name is cut but not ready after $ready_within s: $told"
  fi
  if [ "$told" != "$trouble" ]; then say "$name is not ready yet: ${told:-no error any more}"; fi
  trouble=$told
  if [ "$waited" -lt 120 ]; then sleep 5; else sleep 30; fi
done
say "$name is application-consistent and ready"

prune || fail "not pruned"
