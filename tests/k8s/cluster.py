"""A cluster of one namespace behind a recording `kubectl`, for the scripts of k8s/.

script_case.py puts kubectl, date and sleep first in PATH; each asks programs.py. There are objects, a clock that only
calls move, a scenario of faults, and a list of all calls. What IRIS, a StatefulSet, claims and volumes, and the
storage's snapshots would have done meanwhile is caught up with before each call.

A scenario is a JSON object:
  freeze, thaw   what the first, second, … call comes to: freeze() and thaw() in programs.py; then "ok". "silent …":
                 the stream is cut, and kubectl ends with 0 all the same
  comes_after    seconds until a freeze that is "silent while" it comes about is there (20)
  cut_after      seconds from a VolumeSnapshot's creation to its cut (2); null: never
  ready_after    seconds from the cut until it is ready (3)
  error          what status.error says while it is not cut; trouble: from the cut on, also once it is ready
  outages        [[from, to], …] in seconds since the start: the API server does not answer
  fails          {"VERB KIND": [n, …]}: these calls fail without effect; "+VERB KIND": with it, but the answer is lost
  gone           [[n, m], …]: no answer to the calls from the n-th on and before the m-th
  answer lost    n: the n-th call has its effect, and the answer is lost
  kill           [n, "TERM" | "KILL"]: the script gets a signal during the n-th call of kubectl
  stops          false: the pod never goes away; starts: false: it never gets ready, on another volume than the old one
  crashes        true: there its container ends every 20 s; binds: false: no claim gets a volume made of a snapshot
"""
import semantics

START = 1_800_000_000


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
            if "cut" in o and self.clock >= o["cut"] + 1 and scenario.get("trouble"):
                o["status"]["error"] = {"message": scenario["trouble"]}  # and there it stays: longhorn/longhorn#11429
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
                elif volume:
                    volume["status"] = {"phase": "Released"}
            elif claim["status"].get("phase", "Pending") == "Pending":
                claim["status"] = {"phase": "Pending"}
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
            of = volume["spec"]["claimRef"] if volume else {}
            if of.get("uid") or (of.get("namespace"), of.get("name")) != ("default", claim["metadata"]["name"]):
                return  # Pending: the volume is another claim's
        else:
            source = claim["spec"].get("dataSource", {}).get("name")
            snapshot = self.get("volumesnapshot", source)
            if source and not (snapshot and snapshot["status"].get("readyToUse") and self.scenario.get("binds", True)):
                return
            if source and size_of(claim) < semantics.quantity(snapshot["status"]["restoreSize"]):
                return  # the storage: "requested volume size is less than the size of the source snapshot"
            self.volumes += 1
            name = f"pv-{self.volumes}"
            self.put({"kind": "PersistentVolume", "metadata": {"name": name}, "data": source or "empty",
                      "spec": {"persistentVolumeReclaimPolicy": "Delete", "claimRef": {},
                               "storageClassName": claim["spec"]["storageClassName"],
                               "capacity": {"storage": claim["spec"]["resources"]["requests"]["storage"]}}})
        volume = self.get("pv", name)
        if volume["spec"]["storageClassName"] != claim["spec"]["storageClassName"]:
            return
        volume["spec"]["claimRef"] = {"name": claim["metadata"]["name"], "namespace": "default", "uid": f"uid-{self.clock}"}
        volume["status"] = {"phase": "Bound"}
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
        secrets = [v["secret"]["secretName"] for v in volumes if "secret" in v and not v["secret"].get("optional")]
        if pod.get("volume") and all(self.get("secret", secret) for secret in secrets):
            self.run_container(pod, wanted["spec"]["template"]["spec"]["containers"][0])
        elif pod.get("volume"):
            pod["status"] = {"phase": "Pending", "containerStatuses": [
                {"name": "iris", "restartCount": 0, "state": {"waiting": {"reason": "ContainerCreating"}}}]}
        else:
            pod["status"] = {"phase": "Pending"}
            if claim and not claim.get("deleting") and claim["status"].get("phase") == "Bound" and self.clock >= pod["born"] + 5:
                pod["volume"] = claim["spec"]["volumeName"]

    def run_container(self, pod, container):
        old = self.get("pv", pod["volume"])["data"] == "old"
        ends = 0 if old or not self.scenario.get("crashes") else int(self.clock - pod["born"]) // 20
        starts = old or self.scenario.get("starts", True) and not self.scenario.get("crashes")
        pod["ready"] = starts and container.get("args", [])[-2:] != ["--up", "false"]
        pod["status"] = {"phase": "Running", "conditions": [{"type": "Ready", "status": str(pod["ready"])}],
                         "containerStatuses": [{"name": "iris", "restartCount": ends, "state": {"running": {}}}]}

    def stop(self, pod):
        if self.scenario.get("stops", True):
            pod.setdefault("stopping", self.clock)
            if self.clock >= pod["stopping"] + 5:
                del self.objects[f"pod/{pod['metadata']['name']}"]


def size_of(claim):
    return semantics.quantity(claim["spec"]["resources"]["requests"]["storage"])


def stamp(clock):
    seconds = int(clock) - START
    return f"2027-01-15T{8 + seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}Z"
