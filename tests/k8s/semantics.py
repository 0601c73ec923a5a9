"""What a schema cannot say: rules between the fields of a manifest and between manifests.

Each rule takes the objects of one kustomization and yields what is wrong; semantics_test.py shows each failing.
"""
import json
import re

WORKLOADS = ("Deployment", "StatefulSet", "DaemonSet", "Job")
UNITS = {"": 1, "m": 1e-3, "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12,
         "Ki": 2**10, "Mi": 2**20, "Gi": 2**30, "Ti": 2**40}
NAME = re.compile(r"[a-z0-9]([-a-z0-9.]*[a-z0-9])?")
# Present in every cluster, in the cluster of our documentation, or made by hand beforehand.
GIVEN = {("Secret", "iris-password"), ("Secret", "iris-key"), ("Secret", "longhorn-s3")}


def quantity(text):
    match = re.fullmatch(r"([0-9.]+)([a-zA-Z]*)", str(text))
    if not match or match[2] not in UNITS:
        raise ValueError(f"'{text}' is no quantity")
    return float(match[1]) * UNITS[match[2]]


def label(o):
    return f"{o['kind']}/{o['metadata']['name']}"


def template_of(o):
    """The pod template of a workload, or None."""
    if o["kind"] in WORKLOADS:
        return o["spec"]["template"]
    if o["kind"] == "CronJob":
        return o["spec"]["jobTemplate"]["spec"]["template"]
    return None


def pods(objects):
    for o in objects:
        template = template_of(o)
        if template:
            yield o, template.get("metadata", {}).get("labels", {}), template["spec"]


def containers(spec):
    return spec["containers"] + spec.get("initContainers", [])


def names(objects):
    seen = set()
    for o in objects:
        name, space = o["metadata"]["name"], o["metadata"].get("namespace", "")
        if not NAME.fullmatch(name):
            yield f"{label(o)}: not a name that Kubernetes takes"
        if (o["kind"], name, space) in seen:
            yield f"{label(o)}: twice"
        seen.add((o["kind"], name, space))


def versions(objects):
    for o in objects:
        if "beta" in o["apiVersion"] and not o["apiVersion"].startswith("longhorn.io/"):
            yield f"{label(o)}: {o['apiVersion']} may not exist in a cluster of today"


def selectors(objects):
    all_labels = [labels for _, labels, _ in pods(objects)]
    for o, labels, _ in pods(objects):
        wanted = o["spec"].get("selector", {}).get("matchLabels", {})
        if o["kind"] in ("Deployment", "StatefulSet", "DaemonSet") and not wanted:
            yield f"{label(o)}: no selector"
        if any(labels.get(key) != value for key, value in wanted.items()):
            yield f"{label(o)}: its selector {wanted} misses its own pods {labels}"
    for o in objects:
        if o["kind"] == "Service":
            wanted = o["spec"].get("selector", {})
        elif o["kind"] == "NetworkPolicy":
            wanted = o["spec"]["podSelector"].get("matchLabels", {})
        else:
            continue
        if all_labels and not any(wanted.items() <= labels.items() for labels in all_labels):
            yield f"{label(o)}: selects no pod: {wanted}"


def ports(objects):
    named = {port["name"] for _, _, spec in pods(objects) for c in containers(spec) for port in c.get("ports", [])}
    for _, _, spec in pods(objects):
        for c in containers(spec):
            own = [port["name"] for port in c.get("ports", [])]
            for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
                port = c.get(probe, {}).get("httpGet", {}).get("port")
                if isinstance(port, str) and port not in own:
                    yield f"container {c['name']}: {probe} asks port '{port}', which is not there"
            if len(own) != len(set(own)):
                yield f"container {c['name']}: a port's name twice"
    for o in objects:
        if o["kind"] == "Service" and named:
            for port in o["spec"]["ports"]:
                if isinstance(port.get("targetPort"), str) and port["targetPort"] not in named:
                    yield f"{label(o)}: no container has a port '{port['targetPort']}'"
    services = [o for o in objects if o["kind"] == "Service"]
    for o in objects:
        if o["kind"] != "ServiceMonitor":
            continue
        wanted = o["spec"]["selector"]["matchLabels"]
        met = [s for s in services if wanted.items() <= s["metadata"].get("labels", {}).items()]
        for endpoint in o["spec"]["endpoints"]:
            if not any(endpoint["port"] == p["name"] for s in met for p in s["spec"]["ports"]):
                yield f"{label(o)}: no Service with {wanted} has a port '{endpoint['port']}'"


def volumes(objects):
    for o, _, spec in pods(objects):
        known = [v["name"] for v in spec.get("volumes", [])]
        if len(known) != len(set(known)):
            yield f"{label(o)}: a volume's name twice"
        used = set()
        for c in containers(spec):
            paths = [m["mountPath"] for m in c.get("volumeMounts", [])]
            for mount in c.get("volumeMounts", []):
                used.add(mount["name"])
                if mount["name"] not in known:
                    yield f"{label(o)}: container {c['name']} mounts '{mount['name']}', which is no volume"
            for path in paths:
                if paths.count(path) > 1:
                    yield f"{label(o)}: container {c['name']} mounts at '{path}' twice"
        for name in sorted(set(known) - used):
            yield f"{label(o)}: nobody mounts the volume '{name}'"
        for volume in spec.get("volumes", []):
            if len(volume) != 2:
                yield f"{label(o)}: volume '{volume['name']}' needs exactly one source"


def mounts_inside_the_data(objects):
    """A mount inside the volume's mount leaves a directory on the volume, which IRIS may refuse."""
    for o, _, spec in pods(objects):
        claims = {v["name"] for v in spec.get("volumes", []) if "persistentVolumeClaim" in v}
        for c in containers(spec):
            mounts = c.get("volumeMounts", [])
            for data in (m["mountPath"] for m in mounts if m["name"] in claims):
                for m in mounts:
                    if m["mountPath"].startswith(data + "/"):
                        yield f"{label(o)}: '{m['mountPath']}' lies inside the data volume's mount '{data}'"
                for e in c.get("env", []):
                    if e["name"] == "ISC_DATA_DIRECTORY" and not e["value"].startswith(data + "/"):
                        yield f"{label(o)}: ISC_DATA_DIRECTORY '{e['value']}' is no subdirectory of '{data}'"


def references(objects):
    """Everything that is named is there: claims, ConfigMaps, Secrets, service accounts, roles."""
    there = {(o["kind"], o["metadata"]["name"]) for o in objects} | GIVEN
    for o, _, spec in pods(objects):
        wanted = []
        for v in spec.get("volumes", []):
            if "persistentVolumeClaim" in v:
                wanted.append(("PersistentVolumeClaim", v["persistentVolumeClaim"]["claimName"]))
            if "secret" in v:
                wanted.append(("Secret", v["secret"].get("secretName", "")))
            if "configMap" in v and not v["configMap"].get("optional"):
                wanted.append(("ConfigMap", v["configMap"]["name"]))
        if "serviceAccountName" in spec:
            wanted.append(("ServiceAccount", spec["serviceAccountName"]))
        if o["kind"] == "StatefulSet":
            wanted.append(("Service", o["spec"]["serviceName"]))
        for reference in wanted:
            if reference not in there:
                yield f"{label(o)}: there is no {'/'.join(reference)}"
    for o in objects:
        if o["kind"] == "RoleBinding":
            for reference in [o["roleRef"], *o["subjects"]]:
                if (reference["kind"], reference["name"]) not in there:
                    yield f"{label(o)}: there is no {reference['kind']}/{reference['name']}"


def resources(objects):
    for o, _, spec in pods(objects):
        for c in spec["containers"]:
            given = c.get("resources", {})
            if "memory" not in given.get("requests", {}) or "memory" not in given.get("limits", {}):
                yield f"{label(o)}: container {c['name']} needs a request and a limit of memory"
            for what, asked in given.get("requests", {}).items():
                limit = given.get("limits", {}).get(what)
                if limit is not None and quantity(asked) > quantity(limit):
                    yield f"{label(o)}: container {c['name']} requests more {what} than its limit"


def shared_memory(objects):
    """IRIS's shared memory counts against the pod's limit; half of it is left for the processes."""
    merged = [o for o in objects if o["kind"] == "ConfigMap" and o["metadata"]["name"].startswith("iris-cpf-merge")]
    for o in merged:
        text = "\n".join(o["data"].values())
        buffers = sum(int(n) for n in (re.search(r"^globals=([0-9,]+)$", text, re.M) or ["", "0"])[1].split(","))
        heap = int((re.search(r"^gmheap=(\d+)$", text, re.M) or ["", "0"])[1]) / 1024
        for owner, _, spec in pods(objects):
            if owner["kind"] != "StatefulSet":
                continue
            limits = spec["containers"][0].get("resources", {}).get("limits", {})
            limit = quantity(limits.get("memory", "0")) / 2**20
            if (buffers + heap) * 2 > limit:
                yield f"{label(owner)}: {buffers + heap:.0f} MB of shared memory in a limit of {limit:.0f} MiB"


def images(objects):
    """The same program on every node and tomorrow."""
    for o, _, spec in pods(objects):
        for c in containers(spec):
            image = c.get("image", "")
            tag = image.rpartition("/")[2].partition(":")[2]
            if not tag or tag == "latest":
                yield f"{label(o)}: container {c['name']}: '{image}' is pinned by no tag and no digest"


def one_database(objects):
    """One pod on one volume, and nothing that stands in the way of a drain."""
    for o in objects:
        if o["kind"] == "PodDisruptionBudget":
            yield f"{label(o)}: it would block the drain of the node"
        if o["kind"] == "Deployment":
            yield f"{label(o)}: a Deployment runs two databases on one volume"
        if o["kind"] == "StatefulSet":
            if o["spec"].get("replicas") != 1:
                yield f"{label(o)}: replicas is not 1"
            if o["spec"].get("volumeClaimTemplates"):
                yield f"{label(o)}: a claim template can be neither resized nor replaced"
        if o["kind"] == "PersistentVolumeClaim" and o["spec"]["accessModes"] not in (
                ["ReadWriteOnce"], ["ReadWriteOncePod"]):
            yield f"{label(o)}: more than one node could mount it"


def jobs(objects):
    for o in objects:
        if o["kind"] == "CronJob":
            if o["spec"].get("concurrencyPolicy") != "Forbid":
                yield f"{label(o)}: two of them could run at once"
            spec = o["spec"]["jobTemplate"]["spec"]
        elif o["kind"] == "Job":
            spec = o["spec"]
        else:
            continue
        if "activeDeadlineSeconds" not in spec:
            yield f"{label(o)}: no activeDeadlineSeconds, it could hang for ever"
        if spec["template"]["spec"].get("restartPolicy") != "Never":
            yield f"{label(o)}: restartPolicy is not Never"


def seconds(text):
    """Of a duration as Go writes it: 1m40s."""
    parts = re.findall(r"(\d+)(h|m|s)", text)
    if "".join(number + unit for number, unit in parts) != text or not text:
        raise ValueError(f"'{text}' is no duration")
    return sum(int(number) * {"h": 3600, "m": 60, "s": 1}[unit] for number, unit in parts)


def velero_hooks(objects):
    """What Velero runs in a pod: irisctl gives up before Velero does, and the lease outlives both."""
    for o, _, spec in pods(objects):
        annotations = template_of(o).get("metadata", {}).get("annotations", {})
        hooks = {phase: {key.rpartition("/")[2]: value for key, value in annotations.items()
                         if key.startswith(f"{phase}.hook.backup.velero.io/")} for phase in ("pre", "post")}
        if not hooks["pre"] and not hooks["post"]:
            continue
        owners = set()
        for phase, hook in hooks.items():
            if set(hook) != {"container", "command", "timeout", "on-error"}:
                yield f"{label(o)}: Velero's {phase} hook has {sorted(hook)}"
                continue
            if hook["container"] not in [c["name"] for c in spec["containers"]]:
                yield f"{label(o)}: Velero's {phase} hook runs in no container of the pod"
            words = json.loads(hook["command"])
            given = dict(zip(words, words[1:]))
            owners.add(given.get("--owner"))
            if words[:2] != ["irisctl", {"pre": "freeze", "post": "thaw"}[phase]]:
                yield f"{label(o)}: Velero's {phase} hook runs {words[:2]}"
            if not seconds(given["--timeout"]) < seconds(hook["timeout"]):
                yield f"{label(o)}: Velero gives up its {phase} hook before irisctl does"
            if phase == "pre" and not seconds(hook["timeout"]) < seconds(given["--lease"]) <= 540:
                yield f"{label(o)}: Velero's lease ends before its pre hook may"
        if len(owners) != 1:
            yield f"{label(o)}: Velero freezes as one and thaws as another"


# As Velero's own definition (config/crd/v1/bases/velero.io_schedules.yaml) has them; the values are the types.
SCHEDULE = {"schedule": str, "template": dict, "paused": bool, "skipImmediately": bool, "useOwnerReferencesInBackup": bool}
BACKUP = {**dict.fromkeys(("includedNamespaces", "excludedNamespaces", "includedResources", "excludedResources",
                           "volumeSnapshotLocations"), list),
          **dict.fromkeys(("ttl", "csiSnapshotTimeout", "itemOperationTimeout", "storageLocation"), str),
          **dict.fromkeys(("snapshotVolumes", "snapshotMoveData", "defaultVolumesToFsBackup", "includeClusterResources"), bool),
          **dict.fromkeys(("labelSelector", "hooks", "metadata"), dict)}


# As prometheus-operator's (pkg/apis/monitoring/v1: ServiceMonitorSpec, Endpoint) has them, without what reads files of
# the operator's own pod.
MONITOR = {"selector": dict, "endpoints": list, "namespaceSelector": dict, "attachMetadata": dict,
           **dict.fromkeys(("jobLabel", "scrapeClass", "bodySizeLimit"), str),
           **dict.fromkeys(("targetLabels", "podTargetLabels", "scrapeProtocols"), list),
           **dict.fromkeys(("sampleLimit", "targetLimit", "labelLimit", "labelNameLengthLimit", "labelValueLengthLimit",
                            "keepDroppedTargets"), int)}
ENDPOINT = {**dict.fromkeys(("port", "path", "scheme", "interval", "scrapeTimeout", "proxyUrl"), str),
            **dict.fromkeys(("honorLabels", "honorTimestamps", "trackTimestampsStaleness", "followRedirects", "enableHttp2",
                             "filterRunning"), bool),
            **dict.fromkeys(("params", "basicAuth", "authorization", "oauth2", "tlsConfig"), dict),
            **dict.fromkeys(("relabelings", "metricRelabelings"), list)}


def unknown_fields(o, given, known):
    for field, value in given.items():
        if field not in known:
            yield f"{label(o)}: a {o['kind']} has no '{field}'"
        elif type(value) is not known[field]:
            yield f"{label(o)}: '{field}' is no {known[field].__name__}"


def service_monitors(objects):
    """The fields of monitoring.coreos.com/v1 ServiceMonitor and their types, since no schema is at hand."""
    for o in objects:
        if (o["apiVersion"], o["kind"]) != ("monitoring.coreos.com/v1", "ServiceMonitor"):
            continue
        yield from unknown_fields(o, o["spec"], MONITOR)
        for endpoint in o["spec"]["endpoints"]:
            yield from unknown_fields(o, endpoint, ENDPOINT)


def velero_schedules(objects):
    """The fields of velero.io/v1 Schedule and their types, since no schema is at hand; and it must snapshot, not copy."""
    for o in objects:
        if (o["apiVersion"], o["kind"]) != ("velero.io/v1", "Schedule"):
            continue
        template = o["spec"].get("template", {})
        for given, known in ((o["spec"], SCHEDULE), (template, BACKUP)):
            yield from unknown_fields(o, given, known)
        if len(o["spec"].get("schedule", "").split()) != 5:
            yield f"{label(o)}: '{o['spec'].get('schedule')}' is no schedule"
        if template.get("defaultVolumesToFsBackup") or not template.get("snapshotVolumes"):
            yield f"{label(o)}: a copy file by file outlasts every lease"
        for field in ("ttl", "csiSnapshotTimeout"):
            seconds(template[field])


def rights(objects):
    """No wildcard, no Secrets, nothing of the whole cluster."""
    for o in objects:
        if o["kind"] in ("ClusterRole", "ClusterRoleBinding"):
            yield f"{label(o)}: rights in the whole cluster"
        if o["kind"] != "Role":
            continue
        for rule in o["rules"]:
            for field in ("apiGroups", "resources", "verbs"):
                if "*" in rule[field]:
                    yield f"{label(o)}: '*' in {field}"
            if "secrets" in rule["resources"]:
                yield f"{label(o)}: reads Secrets"
            if any(r.startswith("pods") for r in rule["resources"]) and not rule.get("resourceNames"):
                yield f"{label(o)}: {rule['resources']} of every pod"


def accounts(objects):
    for o, _, spec in pods(objects):
        if spec.get("automountServiceAccountToken") is not False and "serviceAccountName" not in spec:
            yield f"{label(o)}: mounts the token of the default service account"
        if not spec.get("securityContext", {}).get("runAsNonRoot"):
            yield f"{label(o)}: may run as root"
        if spec.get("securityContext", {}).get("seccompProfile", {}).get("type") != "RuntimeDefault":
            yield f"{label(o)}: no seccomp profile"


def no_passwords(objects):
    """What is applied never carries a password: one from an example is one that everybody knows."""
    for o in objects:
        if o["kind"] == "Secret":
            yield f"{label(o)}: a Secret in a kustomization"


RULES = (names, versions, selectors, ports, volumes, mounts_inside_the_data, references, resources, shared_memory,
         images, one_database, jobs, velero_hooks, velero_schedules, service_monitors, rights, accounts, no_passwords)


def problems(objects):
    return [problem for rule in RULES for problem in rule(objects)]
