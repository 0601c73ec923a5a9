"""A cluster of one namespace behind a recording `kubectl`, for the scripts of k8s/.

script_case.py puts kubectl, date and sleep first in PATH; each asks call() here. There are objects, a clock that only
calls move, a scenario of faults, and a list of all calls. What IRIS, a StatefulSet, claims and volumes, and the
storage's snapshots would have done meanwhile is caught up with before each call.

A scenario is a JSON object:
  freeze, thaw   what the first, second, … call comes to: see freeze() and thaw(); then "ok". "silent …": the stream is
                 cut, and kubectl ends with 0 all the same
  comes_after    seconds until a freeze that is "silent while" it comes about is there (20)
  cut_after      seconds from a VolumeSnapshot's creation to its cut (2); null: never
  ready_after    seconds from the cut until it is ready (3)
  error          what status.error says while it is not cut
  outages        [[from, to], …] in seconds since the start: the API server does not answer
  fails          {"VERB KIND": [n, …]}: these calls fail without effect; "+VERB KIND": with it, but the answer is lost
  kill           [n, "TERM" | "KILL"]: the script gets a signal during the n-th call of kubectl
  stops          false: the pod never goes away; starts: false: it never gets ready
"""
import contextlib
import io
import json
import os
import re
import signal
import sys

import kustomize

START = 1_800_000_000
API, NOT_FOUND = "The connection to the server was refused", "Error from server (NotFound)"


class Lost(Exception):
    """The call fails; the text goes to standard error."""


class Cluster:
    def __init__(self, scenario, objects):
        self.scenario, self.objects = scenario, objects
        self.clock = START
        self.frozen = self.coming = None  # a freeze, and one that is not yet there
        self.windows = []  # what became of each freeze: open, held, not held, forced
        self.calls, self.done, self.volumes = [], {}, 0
        self.exposed = False  # there was a clone's pod without its policy
        self.script, self.stdin = 0, ""  # whom to kill; what `-f -` reads

    # --- objects ------------------------------------------------------------------------------------------------

    def get(self, kind, name):
        return self.objects.get(f"{kind}/{name}")

    def put(self, o):
        kind, name = o["kind"].lower(), o["metadata"]["name"]
        kind = {"persistentvolumeclaim": "pvc", "persistentvolume": "pv"}.get(kind, kind)
        o.setdefault("status", {})
        o["metadata"]["creationTimestamp"] = stamp(self.clock)
        o["born"] = self.clock
        self.objects[f"{kind}/{name}"] = o

    def of(self, kind):
        return [o for key, o in self.objects.items() if key.startswith(kind + "/")]

    # --- time ---------------------------------------------------------------------------------------------------

    def pass_time(self, seconds):
        until = self.clock + seconds
        while self.clock < until:
            self.clock = min(until, self.clock + 5)
            self.settle()

    def settle(self):
        """What happened by itself until now."""
        scenario = self.scenario
        for o in self.of("volumesnapshot"):
            born = o["born"]
            after = scenario.get("cut_after", 2)
            if "creationTime" not in o["status"] and after is not None and self.clock >= born + after:
                cut = born + after
                o["status"] = {"creationTime": stamp(cut), "restoreSize": "10Gi", "readyToUse": False}
                o["cut"] = cut
                # The freeze as it was then.
                frozen = self.frozen
                o["window"] = frozen["window"] if frozen and frozen["at"] <= cut <= frozen["end"] else None
            elif "creationTime" not in o["status"] and scenario.get("error"):
                o["status"] = {"error": {"message": scenario["error"]}}
            if "cut" in o and self.clock >= o["cut"] + scenario.get("ready_after", 3):
                o["status"]["readyToUse"] = True
        if self.coming and self.clock >= self.coming["at"]:
            self.frozen, self.coming = self.coming, None
        if self.frozen and self.clock >= self.frozen["end"]:
            self.windows[self.frozen["window"]] = "forced"
            self.frozen = None
        self.control()

    def control(self):
        """StatefulSets, claims, volumes."""
        for claim in self.of("pvc"):
            if claim.get("deleting"):
                if self.user_of(claim["metadata"]["name"]):
                    continue  # kubernetes.io/pvc-protection
                del self.objects[f"pvc/{claim['metadata']['name']}"]
                volume = self.get("pv", claim["spec"].get("volumeName"))
                if volume and volume["spec"]["persistentVolumeReclaimPolicy"] == "Delete":
                    del self.objects[f"pv/{volume['metadata']['name']}"]
            elif "phase" not in claim["status"]:
                self.bind(claim)
        for wanted in self.of("statefulset"):
            self.run_pod(wanted)
        for pod in self.of("pod"):
            if not self.get("statefulset", pod["metadata"]["name"].removesuffix("-0")):
                self.stop(pod)
        if self.get("pod", "iris-clone-0") and not self.get("networkpolicy", "iris-no-egress-clone"):
            self.exposed = True

    def bind(self, claim):
        name = claim["spec"].get("volumeName")
        if name:
            volume = self.get("pv", name)
            if not volume or volume["spec"]["claimRef"].get("uid"):
                return  # Pending: the volume is still another claim's
            if volume["spec"]["claimRef"].get("name") != claim["metadata"]["name"]:
                return
        else:
            source = claim["spec"].get("dataSource", {}).get("name")
            snapshot = self.get("volumesnapshot", source)
            if source and not (snapshot and snapshot["status"].get("readyToUse")):
                return
            self.volumes += 1
            name = f"pv-{self.volumes}"
            self.put({"kind": "PersistentVolume", "metadata": {"name": name}, "data": source or "empty",
                      "spec": {"persistentVolumeReclaimPolicy": "Delete", "claimRef": {},
                               "storageClassName": claim["spec"]["storageClassName"],
                               "capacity": {"storage": claim["spec"]["resources"]["requests"]["storage"]}}})
        volume = self.get("pv", name)["spec"]
        if volume["storageClassName"] != claim["spec"]["storageClassName"]:
            return
        volume["claimRef"] = {"name": claim["metadata"]["name"], "uid": f"uid-{self.clock}"}
        claim["spec"]["volumeName"] = name
        claim["status"] = {"phase": "Bound"}

    def user_of(self, claim):
        return next((p for p in self.of("pod") if p["claim"] == claim), None)

    def run_pod(self, wanted):
        name = wanted["metadata"]["name"] + "-0"
        pod = self.get("pod", name)
        volumes = wanted["spec"]["template"]["spec"]["volumes"]
        claim_name = next(v["persistentVolumeClaim"]["claimName"] for v in volumes if "persistentVolumeClaim" in v)
        if wanted["spec"]["replicas"] == 0:
            if pod:
                self.stop(pod)
            return
        if not pod:
            self.put({"kind": "Pod", "metadata": {"name": name}, "claim": claim_name, "born": self.clock})
            pod = self.get("pod", name)
        claim = self.get("pvc", claim_name)
        if pod.get("volume"):
            pod["ready"] = self.get("pv", pod["volume"])["data"] == "old" or self.scenario.get("starts", True)
        elif claim and not claim.get("deleting") and claim["status"].get("phase") == "Bound" and self.clock >= pod["born"] + 5:
            pod["volume"] = claim["spec"]["volumeName"]

    def stop(self, pod):
        if self.scenario.get("stops", True):
            pod.setdefault("stopping", self.clock)
            if self.clock >= pod["stopping"] + 5:
                del self.objects[f"pod/{pod['metadata']['name']}"]


def stamp(clock):
    seconds = int(clock) - START
    return f"2027-01-15T{8 + seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}Z"


# --- irisctl in the pod ---------------------------------------------------------------------------------------------

def option(words, name, default=None):
    return words[words.index(name) + 1] if name in words else default


def next_of(cluster, what):
    """The behaviour of this call."""
    planned = cluster.scenario.get(what, [])
    done = cluster.done.setdefault(what, 0)
    cluster.done[what] += 1
    return planned[done] if done < len(planned) else "ok"


def freeze(cluster, words):
    behaviour, owner = next_of(cluster, "freeze"), option(words, "--owner")
    lease = int(option(words, "--lease").rstrip("s"))
    if behaviour in ("refused", "failed", "no agent", "cut before"):
        code, text = {"refused": (3, "IRIS is not running"), "failed": (1, "freeze failed in step suspend"),
                      "no agent": (69, "no agent"), "cut before": (1, "error: unexpected EOF")}[behaviour]
        raise SystemExit(tell(code, text))
    if behaviour == "silent before":
        return
    if cluster.frozen and cluster.frozen["owner"] != owner:
        refuse(words, "frozen", f"frozen by '{cluster.frozen['owner']}', 60s left")
    cluster.windows.append("open")
    began = {"owner": owner, "at": cluster.clock, "end": cluster.clock + lease, "window": len(cluster.windows) - 1}
    if behaviour == "slow":  # the answer does not come in time; the freeze comes about a little later
        cluster.coming = {**began, "at": cluster.clock + 95}
        cluster.pass_time(90)
        raise SystemExit(tell(124, "timed out"))
    if behaviour == "silent while":
        cluster.coming = {**began, "at": cluster.clock + cluster.scenario.get("comes_after", 20)}
        return
    cluster.frozen = began
    if behaviour == "cut after":
        raise SystemExit(tell(1, "error: unexpected EOF"))
    if behaviour != "silent after":
        show_answer(words, f"frozen for '{owner}' until then, a lease of {lease}s\ntoken: 0123",
                    {"frozen": True, "owner": owner, "token": "0123", "lease_seconds": float(lease), "already": False})


def thaw(cluster, words):
    behaviour, owner = next_of(cluster, "thaw"), option(words, "--owner")
    if behaviour == "cut before":
        raise SystemExit(tell(1, "error: unexpected EOF"))
    if behaviour == "silent before":
        return
    if cluster.coming or behaviour == "under way":
        refuse(words, "thawed", "the freeze is still under way")
    if not cluster.frozen or cluster.frozen["owner"] != owner:
        refuse(words, "thawed", "nothing of ours is frozen")
    held = behaviour != "did not hold"
    cluster.windows[cluster.frozen["window"]] = "held" if held else "not held"
    cluster.frozen = None
    if behaviour == "cut after":
        raise SystemExit(tell(1, "error: unexpected EOF"))
    if behaviour == "silent after":
        return
    reason = None if held else "IRIS was restarted"
    show_answer(words, "held; frozen for 5s" if held else f"did not hold: {reason}",
                {"thawed": True, "held": held, "reason": reason, "owner": owner, "already": False})
    if not held:
        raise SystemExit(4)


def show_answer(words, text, data):
    """As irisctl words it: render.cpp."""
    print(json.dumps(data, indent=2, sort_keys=True) if option(words, "-o") == "json" else text)


def refuse(words, field, why):
    if option(words, "-o") == "json":
        show_answer(words, "", {field: False, "reason": why})
    raise SystemExit(tell(3, f"irisctl: not {field}: {why}"))


def tell(code, text):
    print(text, file=sys.stderr)
    return code


# --- kubectl --------------------------------------------------------------------------------------------------------

def walk(o, path):
    """What `.a.b[0].c` names, or None."""
    for field, index in re.findall(r"\.([A-Za-z-]+)|\[(\d+)\]", path):
        if o is None:
            return None
        o = o.get(field) if field else (o[int(index)] if int(index) < len(o) else None)
    return o


def show(o, template):
    def word(match):
        inner = match[1]
        if inner.startswith('"'):
            return json.loads(inner)
        value = walk(o, inner)
        return "" if value is None else value if isinstance(value, str) else json.dumps(value)
    return re.sub(r"\{([^{}]*)\}", word, template)


def jsonpath(o, template):
    ranged = re.fullmatch(r"\{range \.items\[\?\(@(\.[a-zA-Z.]+)==true\)\]\}(.*)\{end\}", template)
    if not ranged:
        return show(o, template)
    return "".join(show(item, ranged[2]) for item in o["items"] if walk(item, ranged[1]) is True)


KINDS = {"volumesnapshots": "volumesnapshot", "persistentvolumeclaim": "pvc", "persistentvolume": "pv", "sts": "statefulset"}


def target(words):
    """The verb's kind and name: `pvc iris-pvc` or `statefulset/iris`."""
    plain = [w for w in words if not w.startswith("-")]
    if not plain:
        return "", ""
    kind, _, name = plain[0].partition("/")
    return KINDS.get(kind, kind), name or (plain[1] if len(plain) > 1 else "")


def manifests(cluster, words):
    source = option(words, "-f")
    if source == "-":
        return kustomize.read(cluster.stdin)
    with open(source) as file:
        return kustomize.read(file.read())


def merge(o, patch):
    for key, value in patch.items():
        if isinstance(value, dict):
            merge(o.setdefault(key, {}), value)
        elif value is None:
            o.pop(key, None)
        else:
            o[key] = value


def wait_until(cluster, words, done):
    limit = cluster.clock + int(option([w for word in words for w in word.split("=", 1)], "--timeout", "100000s").rstrip("s"))
    while not done():
        if cluster.clock >= limit:
            raise Lost("error: timed out waiting for the condition")
        cluster.pass_time(5)


def kubectl(cluster, words):
    verb, words = words[0], words[1:]
    kind, name = target(words)
    o = cluster.get(kind, name)
    if verb == "exec":
        irisctl = words[words.index("--") + 2:]
        if not cluster.get("pod", "iris-0"):
            raise Lost(NOT_FOUND + ': pods "iris-0" not found')
        {"freeze": freeze, "thaw": thaw}[irisctl[0]](cluster, irisctl)
    elif verb in ("create", "apply"):
        for made in manifests(cluster, words):
            here = target([made["kind"].lower(), made["metadata"]["name"]])
            if verb == "create" and cluster.get(*here):
                raise Lost("Error from server (AlreadyExists)")
            cluster.put(made)
    elif verb == "wait" and "--for=delete" in words:
        wait_until(cluster, words, lambda: cluster.get(kind, name) is None)
    elif verb == "get" and "-l" in words:
        wanted = dict(pair.split("=") for pair in option(words, "-l").split(","))
        items = [s for s in cluster.of(kind) if wanted.items() <= s["metadata"].get("labels", {}).items()]
        print(jsonpath({"items": items}, option(words, "-o")[len("jsonpath="):]), end="")
    elif verb == "delete" and "-l" in words:
        wanted = dict([option(words, "-l").split("=")])
        kinds = words[0].split(",")
        found = [key for key, o in cluster.objects.items()
                 if wanted.items() <= o["metadata"].get("labels", {}).items() and key.split("/")[0] in kinds]
        for key in found:
            delete(cluster, *key.split("/"))
        wait_until(cluster, words, lambda: not any(key in cluster.objects for key in found))
    elif o is None:
        if "--ignore-not-found" not in words:
            raise Lost(f'{NOT_FOUND}: {kind} "{name}" not found')
    elif verb == "get":
        output = option(words, "-o")
        print(jsonpath(o, output[len("jsonpath="):]) if output else f"{kind}/{name}", end="" if output else "\n")
    elif verb in ("label", "annotate"):
        pairs = [w for w in words if "=" in w and not w.startswith("-")]
        o["metadata"].setdefault(verb + ("s" if verb == "label" else ""), {}).update(p.split("=", 1) for p in pairs)
        if verb == "annotate":
            o["metadata"].setdefault("annotations", {}).update(o["metadata"].pop("annotate"))
    elif verb == "patch":
        merge(o, json.loads(option(words, "-p")))
    elif verb == "scale":
        o["spec"]["replicas"] = int(next(w for w in words if w.startswith("--replicas=")).split("=")[1])
        cluster.settle()
    elif verb == "delete":
        delete(cluster, kind, name)
        if "--wait=false" not in words:
            wait_until(cluster, words, lambda: cluster.get(kind, name) is None)
    else:
        raise Lost(f"the cluster of this test does not know '{verb}'")


def delete(cluster, kind, name):
    """A StatefulSet's pod stops afterwards."""
    if kind == "pvc":
        o = cluster.get(kind, name)
        o["deleting"] = True
        o["metadata"]["deletionTimestamp"] = stamp(cluster.clock)
    else:
        del cluster.objects[f"{kind}/{name}"]
    cluster.settle()


def rollout(cluster, words):
    name = target(words[1:])[1] + "-0"
    wait_until(cluster, words, lambda: (cluster.get("pod", name) or {}).get("ready"))


def faulty_kubectl(cluster, words):
    global_options = [w for w in words if w.startswith("--request-timeout")]
    words = [w for w in words if w not in global_options]
    cluster.calls.append(words)
    cluster.pass_time(0.1)
    kill = cluster.scenario.get("kill")
    if kill and len(cluster.calls) == kill[0]:
        os.kill(cluster.script, getattr(signal, "SIG" + kill[1]))
    since = cluster.clock - START
    if any(begin <= since < end for begin, end in cluster.scenario.get("outages", [])):
        cluster.pass_time(1)
        raise Lost(API)
    what = " ".join([words[0], target(words[1:])[0]]).strip()
    nth = cluster.done[what] = cluster.done.get(what, 0) + 1
    fails = cluster.scenario.get("fails", {})
    if nth in fails.get(what, []):
        raise Lost(API)
    if words[0] == "rollout":
        rollout(cluster, words[1:])
    else:
        kubectl(cluster, words)
    if nth in fails.get("+" + what, []):
        raise Lost("error: unexpected EOF")


def run(cluster, called, words):
    if called == "date":
        print(int(cluster.clock) if words[-1] == "+%s" else stamp(cluster.clock)[:19].replace("T", "-").replace(":", ""))
    elif called == "sleep":
        cluster.pass_time(float(words[0]))
    else:
        faulty_kubectl(cluster, words)


def call(cluster, called, words):
    """One call of a program: its exit code, standard output and standard error."""
    out, err, code = io.StringIO(), io.StringIO(), 0
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            run(cluster, called, words)
        except Lost as lost:
            code = tell(1, str(lost))
        except SystemExit as end:
            code = end.code
    return code, out.getvalue(), err.getvalue()
