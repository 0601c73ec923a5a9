#!/usr/bin/env python3
"""How long until IRIS serves again, by failure: sums of documented timers, ours against the manifests of 2021.

    docs/failover.py           prints the tables of docs/failover.md
    docs/failover.py --write   writes them into it

On paper: nothing here was measured in a cluster. MEASURED is iris-init's own part, on one machine, with a simulated
IRIS. What no timer tells stays a letter:
  R  IRIS's own start, with its recovery          S  IRIS's own stop, when asked
  A  the storage: detach, attach and mount        H  a human, or a program that fences nodes
"""
import pathlib
import re
import sys
from decimal import Decimal

ROOT = pathlib.Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs/failover.md"


def manifest(pattern, kind="k8s/base/statefulset.yaml"):
    """A number of our own manifests or settings; the first that fits."""
    return int(re.search(pattern, (ROOT / kind).read_text(), re.S)[1])


# name: (best, worst, source), in seconds
TIMERS = {
    "node grace": (30, 50, "kube-controller-manager --node-monitor-grace-period: 40 s, since Kubernetes 1.32 50 s, counted "
                           "from the kubelet's last heartbeat, which may be 10 s old"),
    "node monitor": (0, 5, "kube-controller-manager --node-monitor-period: 5 s"),
    "zone rate": (0, 90, "kube-controller-manager --node-eviction-rate: 0.1 nodes a second; 10 nodes in the zone"),
    "pod gc": (0, 20, "kube-controller-manager, pod garbage collector: every 20 s; deletes pods that terminate on a node "
                      "with the out-of-service taint, when that node is not ready (gc_controller.go, gcTerminating)"),
    "relist": (0, 1, "kubelet: looks for dead containers every second (PLEG)"),
    "back-off": (0, 10, "kubelet: none before the first restart, 10 s before the second, doubled up to 300 s"),
    "recreate": (0, 2, "StatefulSet controller, scheduler: event-driven; our estimate"),
    "seed probe": (20, 31, "the manifests of 2021: exec probe every 10 s, 3 failures (default), 1 s each"),
    "seed grace": (0, 30, "the manifests of 2021: no grace period, hence 30 s"),
    "toleration": 2 * (manifest(r"tolerationSeconds: (\d+)"),) + ("k8s/base/statefulset.yaml: tolerationSeconds",),
    "grace": 2 * (manifest(r"terminationGracePeriodSeconds: (\d+)"),) + (
        "k8s/base/statefulset.yaml: terminationGracePeriodSeconds; Longhorn's pod controller deletes a pod on a lost node "
        "by force only when its deletionTimestamp, which contains the grace period, has passed "
        "(longhorn-manager, controller/kubernetes_pod_controller.go, handlePodDeletionIfNodeDown)",),
    "seen": (0, 1, "iris-init: a death is seen by pidfd; `iris force` in between. Measured: below"),
    "qlist": (0, 1, "HEALTH POLL_STARTING: 500 ms, and the call itself"),
    "start-up probe": (0, manifest(r"startupProbe:.*?periodSeconds: (\d+)"), "k8s/base/statefulset.yaml: startupProbe"),
    "readiness probe": (0, manifest(r"readinessProbe:.*?periodSeconds: (\d+)"), "k8s/base/statefulset.yaml: readinessProbe"),
}
SERVES = ["qlist", "readiness probe"]
BEGINS = ["qlist", "start-up probe", "readiness probe"]
LOST = ["node grace", "node monitor"]

# failure: (ours, letters), (the manifests of 2021, letters)
CASES = [
    ("A process of IRIS dies", ["seen", *SERVES], "R",
     ["seed probe", "seed grace", "relist"], "R",
     "restarted in place; the pod stays"),
    ("The container dies (PID 1 killed, out of memory, restarts used up)", ["relist", "back-off", *BEGINS], "R",
     ["relist", "back-off"], "R", "the data lock waits for left-overs; they are removed first"),
    ("The pod is deleted", ["recreate", *BEGINS], "S + A + R",
     ["recreate"], "S + A + R", "in 2021 a second database started while the first still stopped; S was cut off at 30 s"),
    ("The node is drained", ["recreate", *BEGINS], "S + A + R", ["recreate"], "S + A + R", "no PodDisruptionBudget stands in the way"),
    ("The node is lost, Longhorn acts", [*LOST, "toleration", "grace", "recreate", *BEGINS], "A + R",
     None, "", "in 2021: never by itself, the pod stays Terminating and the volume attached"),
    ("The node is lost, and tainted out-of-service", [*LOST, "pod gc", "recreate", *BEGINS], "H + A + R",
     [*LOST, "pod gc", "recreate"], "H + A + R",
     "H: what the taint comes later than the node counts as lost, which it must first; only once it is certainly off"),
    ("The zone is lost, Longhorn acts", [*LOST, "zone rate", "toleration", "grace", "recreate", *BEGINS], "A + R",
     None, "", "the control plane and two replicas must live in the other zones"),
]

# In seconds, by ./run bench recovery (15 rounds), probes and freeze; IRIS was simulated.
ROUNDS, OWN_START, WATCHED = 15, Decimal("3.30"), 120
OUTAGE = {  # kill -9 of every irisdb until it serves again: (median, worst)
    "iris-init": (Decimal("3.45"), Decimal("3.47")),
    "tini, the exec probe of 2021": (Decimal("30.41"), Decimal("34.84")),
    "tini, nobody asks": None,
}
NOTICED, FREEZE_ADDS, THAW_ADDS = "2.0 ms", "3.9 ms", "2.1 ms"  # medians


def span(parts):
    best = sum(TIMERS[name][0] for name in parts)
    worst = sum(TIMERS[name][1] for name in parts)
    return f"{best} s" if best == worst else f"{best} to {worst} s"


def total(parts, letters):
    return "never" if parts is None else f"{span(parts)} + {letters}"


def tables():
    rows = ["| failure | iris-init | manifests of 2021 | remarks |", "|---|---|---|---|"]
    rows += [f"| {name} | {total(ours, ol)} | {total(theirs, tl)} | {why} |" for name, ours, ol, theirs, tl, why in CASES]
    rows += ["", "What each is made of:", "", "| failure | iris-init | manifests of 2021 |", "|---|---|---|"]
    rows += [f"| {name} | {', '.join(ours)} | {', '.join(theirs or ['–'])} |" for name, ours, _, theirs, _, _ in CASES]
    rows += ["", "| timer | seconds | source |", "|---|---|---|"]
    rows += [f"| {name} | {span([name])[:-2]} | {TIMERS[name][2]} |" for name in TIMERS if name in used()]
    return "\n".join([*rows, "", *measured()])


def measured():
    rows = [f"Measured in podman with a **simulated IRIS**, whose own force, start and recovery (R) take {OWN_START} s: every "
            f"process of IRIS is killed with -9, {ROUNDS} rounds, from the kill until it serves again.", "",
            "| PID 1 | median | worst | worst without R |", "|---|---|---|---|"]
    for name, figures in OUTAGE.items():
        if figures is None:
            rows.append(f"| {name} | never within {WATCHED} s ({ROUNDS} rounds) | | |")
        else:
            rows.append(f"| {name} | {figures[0]} s | {figures[1]} s | {figures[1] - OWN_START} s |")
    return rows + ["", f"From the kill of the control process until `/readyz` says 503: {NOTICED}. A freeze takes {FREEZE_ADDS} "
                   f"longer than the sessions of IRIS that it consists of, a thaw {THAW_ADDS} (medians)."]


def used():
    return {part for _, ours, _, theirs, _, _ in CASES for part in [*ours, *(theirs or [])]}


def page():
    text = PAGE.read_text()
    return re.sub(r"(<!-- tables -->\n).*?(\n<!-- end -->)", lambda m: m[1] + tables() + m[2], text, flags=re.S)


if __name__ == "__main__":
    if sys.argv[1:] == ["--write"]:
        PAGE.write_text(page())
    else:
        print(tables())
