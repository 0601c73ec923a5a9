# shellcheck shell=sh disable=SC2034,SC2154  # here, stage, of and others are iris-restore's
# The clone of iris-restore, which reads this in: 'beside' makes it, 'drop' removes it.

# A clone that shares a volume with the running one would write into it, and one that has the node's network is bound by no
# policy; policies add up, so that one for all pods lets the clone out, too.
may_be_cloned() {
  host=$(field statefulset iris .spec.template.spec.hostNetwork) || fail "cannot read the StatefulSet iris in this namespace"
  [ "$host" != true ] ||
    fail "the running IRIS has the network of its node, where no NetworkPolicy holds: a clone could speak to everybody"
  each='{.name}|{.persistentVolumeClaim.claimName}|{.hostPath.path}|{.nfs.path}{"\n"}'
  shared=$(kubectl get statefulset iris -o "jsonpath={range .spec.template.spec.volumes[*]}$each{end}")
  shared=$(echo "$shared" | awk -F '|' '($2 != "" && $2 != "iris-pvc") || $3 != "" || $4 != "" { print $1 }')
  [ -z "$shared" ] || fail "the clone would write to a volume of the running IRIS: '$shared' of the StatefulSet iris"
  each='{.metadata.name}|{.spec.podSelector}|{.spec.egress}{"\n"}'
  opens=$(kubectl get networkpolicy -o "jsonpath={range .items[*]}$each{end}") || fail "cannot read the NetworkPolicies"
  opens=$(echo "$opens" | awk -F '|' '$1 != "iris-no-egress-clone" && $2 !~ /matchLabels/ && $3 ~ /[{]/ { print $1 }')
  if [ -n "$opens" ] && [ "$not_started" = no ]; then
    fail "NetworkPolicies add up, and '$opens' lets every pod speak, a clone as well; change its podSelector, or: beside --not-started"
  fi
}

# The running pod under other names, on a claim made from the snapshot: k8s/restore/clone over a base that is written here.
# Nothing but the pod's spec is taken: by labels or annotations somebody who looks after the running one would find the clone.
write_clone() { # SNAPSHOT
  pod=$(field statefulset iris .spec.template.spec)
  case $pod in '{'*'}') ;; *) fail "this kubectl prints no JSON (1.27 or later is needed): $pod" ;; esac
  cp -R "$here/.." "$work/k8s"
  plan_claim "$1"
  claim_from "$(source_of "$1")" >"$work/k8s/base/pvc.yaml"
  cat >"$work/k8s/base/statefulset.yaml" <<YAML
apiVersion: apps/v1
kind: StatefulSet
metadata: { name: iris }
spec:
  replicas: 1
  serviceName: iris-pod
  selector: { matchLabels: { app: iris } }
  template:
    metadata: { labels: { app: iris } }
    spec: $pod
YAML
  echo 'resources: [statefulset.yaml, pvc.yaml, services.yaml, configmap.yaml]' >"$work/k8s/base/kustomization.yaml"
  if [ "$not_started" = yes ]; then
    arguments=$(field statefulset iris '.spec.template.spec.containers[?(@.name=="iris")].args')
    arguments=${arguments%]}
    case $arguments in '' | '[') arguments='[' ;; *) arguments=$arguments, ;; esac
    cat >>"$work/k8s/base/kustomization.yaml" <<YAML
patches:
  - patch: |
      { apiVersion: apps/v1, kind: StatefulSet, metadata: { name: iris }, spec: { template: { spec: { containers:
        [{ name: iris, args: $arguments"--up","false"] }] } } } }
YAML
  fi
  kubectl kustomize "$work/k8s/restore/clone" >"$work/clone.yaml"
}

# What is there already is that clone, or nothing is done.
compare_clone() { # SNAPSHOT
  there=$(field_if_there statefulset iris-clone '.metadata.labels.app}:{.metadata.deletionTimestamp')
  claim=$(field_if_there pvc iris-pvc-clone '.metadata.labels.app}:{.metadata.deletionTimestamp}:{.spec.dataSource.name')
  case ${there:-iris-clone:}=${claim:-iris-clone::$1} in
    iris-clone:=iris-clone::"$1") ;;
    iris-clone:*=iris-clone:*) fail "there is an iris-clone already, or what is left of one (from '${claim##*:}'): iris-restore drop" ;;
    *) fail "there is a StatefulSet iris-clone or a claim iris-pvc-clone that iris-restore did not make" ;;
  esac
  [ -n "$there" ] || return 0
  [ -n "$claim" ] || fail "there is an iris-clone already, and its claim is gone: iris-restore drop"
  arguments=$(field statefulset iris-clone '.spec.template.spec.containers[?(@.name=="iris")].args')
  case $arguments:$not_started in
    *'"--up","false"]:yes') ;;
    *'"--up","false"]:no' | *:yes) fail "there is an iris-clone already, and only one of the two is --not-started: iris-restore drop" ;;
  esac
}

beside() {
  snapshot=$1
  need_snapshot "$1"
  may_be_cloned
  compare_clone "$1"
  work=$(mktemp -d)
  write_clone "$1"
  stage=cloning
  # The policy first: a pod that is there before it could speak to somebody.
  kubectl apply -f "$here/clone/no-egress.yaml"
  if [ -z "$there" ]; then kubectl apply -f "$work/clone.yaml"; fi
  if [ "$not_started" = yes ]; then
    wait_for_pod iris-clone-0 iris-pvc-clone running
    say "its container runs, IRIS does not: kubectl exec iris-clone-0 -- iris start IRIS nostu quietly"
    if [ -n "$opens" ]; then say "the NetworkPolicy '$opens' lets it speak: no production may start in it"; fi
  else
    wait_for_pod iris-clone-0 iris-pvc-clone
    say "iris-clone runs on $1. Into it: kubectl exec -it iris-clone-0 -- iris session IRIS. Away with it: iris-restore drop"
  fi
  stage=ended
}

drop() {
  stage=dropping
  volume=$(field pvc iris-pvc-clone .spec.volumeName 2>/dev/null) || volume=
  kubectl delete statefulset -l app=iris-clone
  kubectl wait --for=delete pod/iris-clone-0 --timeout="${stop_within}s" ||
    fail "iris-clone-0 still stops; its claim and the policy that lets nothing out are kept"
  kubectl delete service,pvc -l app=iris-clone
  kubectl delete networkpolicy -l app=iris-clone # the last: while the pod stops, it still could send
  stage=ended
  if [ -n "$volume" ]; then
    say "if the volume $volume is still there (kubectl get pv), its class keeps it. Away with it and its data:"
    say "kubectl patch pv $volume -p '$delete_it'"
  fi
}
