"""The snapshot job through every failure: what it leaves is thawed, and labelled as what it is."""
import functools
import re
import shutil
import subprocess
import unittest

import kustomize
import programs
import semantics
from script_case import KILLED, LONG, ScriptCase, new_cluster, snapshot

SCRIPT = kustomize.K8S / "snapshot/parts/snapshot.sh"
MADE = {"app": "iris", "made-by": "iris-snapshot"}
ALREADY = (*(snapshot(f"iris-2027010{day}-020000", f"2027-01-0{day}T02:00:00Z", consistency="application", **MADE)
             for day in range(1, 9)),
           snapshot("iris-20261201-020000", "2026-12-01T02:00:00Z", consistency="crash", **MADE),
           snapshot("by-hand", "2026-11-01T02:00:00Z", consistency="application"))
# What each verb of kubectl asks the API server for. `exec` looks for its pod first, and opens its stream by GET
# (WebSocket) or POST (SPDY), as its version has it; `label` reads before it patches.
ASKED = {"exec": (("pods", "get"), ("pods/exec", "get"), ("pods/exec", "create")), "label": (("", "get"), ("", "patch")),
         **{verb: (("", verb),) for verb in ("create", "get", "list", "delete")}}
GROUPS = {"pods": "", "pods/exec": "", "volumesnapshots": "snapshot.storage.k8s.io"}


def jobs():
    """The jobs of the manifests, each with the environment of its container."""
    for name, job in (("nightly", "iris-snapshot"), ("longhorn", "iris-snapshot"), ("longhorn-backup", "iris-backup")):
        objects = kustomize.read(kustomize.build(kustomize.K8S / "snapshot" / name))
        spec = kustomize.only(objects, "CronJob", job)["spec"]
        env = {e["name"]: e.get("value") for e in spec["jobTemplate"]["spec"]["template"]["spec"]["containers"][0]["env"]}
        yield name, objects, spec, env


BACKUP = {name: value for job, _, _, env in jobs() if job == "longhorn-backup" for name, value in env.items()
          if name in ("SNAPSHOT_CLASS", "READY_WITHIN", "MADE_BY", "LEASE", "KEEP")}


@functools.cache
def granted():
    """What the Role of the jobs allows: group, resource and verb, and of which names, None being all."""
    roles = [kustomize.only(objects, "Role", "iris-snapshot")["rules"] for _, objects, _, _ in jobs()]
    assert all(rules == roles[0] for rules in roles)
    return {(g, r, v): rule.get("resourceNames")
            for rule in roles[0] for g in rule["apiGroups"] for r in rule["resources"] for v in rule["verbs"]}


def uses(cluster):
    """What the calls of a run asked the API server for, as granted() has it, with the name that each asked for."""
    for verb, *words in cluster.calls:
        if verb == "create":
            kind, name = programs.manifests(cluster, words)[0]["kind"].lower(), None
        elif verb == "exec":
            kind, name = "pod", words[0]
        else:
            kind, name = programs.target(words)
        for resource, asked in ASKED["list" if verb == "get" and not name else verb]:
            resource = resource or kind + "s"
            yield (GROUPS[resource], resource, asked), name or None


class Snapshot(ScriptCase):
    def take(self, scenario=None, script=SCRIPT, **environment):
        after = new_cluster(scenario or {}, *ALREADY)
        code = self.run_script(after, script, OWNER="iris-snapshot-x", **environment)
        self.new = [s for s in after.of("volumesnapshot") if s["born"] != 0]
        self.check(code, after)
        return code, after

    def check(self, code, after):
        """What must be so whatever happened."""
        for use, name in uses(after):
            self.assertIn(use, granted(), "the Role does not allow it")
            self.assertTrue(granted()[use] is None or name in granted()[use], f"the Role does not allow {use} of '{name}'")
        left_frozen = after.frozen or after.coming
        after.pass_time(600)
        self.assertIsNone(after.frozen, self.output)
        if left_frozen and not after.scenario.get("gone for good"):
            self.assertIn(code, KILLED, "IRIS is left to its lease, and nobody killed the script\n" + self.output)
        for new in self.new:
            if new["metadata"]["labels"]["consistency"] == "application":
                self.assertIsNotNone(new["window"], "application, but cut while IRIS was not frozen\n" + self.output)
                self.assertEqual("held", after.windows[new["window"]], self.output)
            self.assertEqual("iris-pvc", new["spec"]["source"]["persistentVolumeClaimName"])
        if code == 0:
            self.assertEqual(["application"], [s["metadata"]["labels"]["consistency"] for s in self.new])
            self.assertTrue(self.new[0]["status"]["readyToUse"])
        left = {s["metadata"]["name"] for s in after.of("volumesnapshot")}
        self.assertIn("by-hand", left)
        self.assertIn("iris-20261201-020000", left)
        self.assertLessEqual({f"iris-2027010{day}-020000" for day in range(3, 9)}, left, "pruned too much")

    def consistency(self):
        return [s["metadata"]["labels"]["consistency"] for s in self.new]

    def test_a_good_night(self):
        code, after = self.take()
        self.assertEqual(0, code, self.output)
        self.assertEqual(["held"], after.windows)
        names = {s["metadata"]["name"] for s in after.of("volumesnapshot")}
        self.assertEqual(2, len(names & {"iris-20270101-020000", "iris-20270102-020000"} ^
                                {"iris-20270101-020000", "iris-20270102-020000"}), "keeps 7, the new one among them")

    def test_it_may_do_nothing_that_a_good_night_does_not_need(self):
        # That it may do what it needs, check() says of every run.
        _, after = self.take()
        used = {}
        for use, name in uses(after):
            used.setdefault(use, set()).add(name)
        self.assertEqual(set(granted()), set(used), "granted, and used")
        for use, names in granted().items():
            if names is not None:
                self.assertEqual(set(names), used[use], f"names of {use}")
        for _, objects, _, _ in jobs():
            self.assertEqual([], semantics.problems(objects))

    def test_it_thaws_before_the_snapshot_is_ready(self):
        code, after = self.take({"ready_after": 900})
        self.assertEqual(0, code, self.output)
        thawed = next(i for i, c in enumerate(after.calls) if "thaw" in c)
        ready = next(i for i, c in enumerate(after.calls) if "jsonpath={.status.readyToUse}" in c)
        self.assertLess(thawed, ready)

    def test_a_backup_is_uploaded_for_hours_with_iris_long_thawed(self):
        code, after = self.take({"ready_after": 5 * 3600, "trouble": "failed to list backups: connection reset"}, **BACKUP)
        self.assertEqual(0, code, self.output)
        self.assertEqual(["held"], after.windows)
        self.assertEqual(("iris-longhorn-backup", "iris-backup"), (
            self.new[0]["spec"]["volumeSnapshotClassName"], self.new[0]["metadata"]["labels"]["made-by"]))
        self.assertEqual(1, self.output.count("is not ready yet: failed to list backups"), "said, and gone on: " + self.output)
        self.assertLess(len(after.calls), 2000, "the API server is not asked every second")

    def test_a_backup_that_never_gets_there_says_why(self):
        code, _ = self.take({"ready_after": 10**9, "trouble": "no such bucket"}, **BACKUP)
        self.assertEqual(1, code)
        self.assertRegex(self.output, "not ready after 21600 s: no such bucket")
        self.assertEqual(["application"], self.consistency(), "it is, should the upload come about after all")

    def test_without_a_backup_target_nothing_is_cut_and_iris_is_thawed(self):
        code, after = self.take({"cut_after": None, "error": "failed to get backup target"}, **BACKUP)
        self.assertEqual((1, ["held"]), (code, after.windows))
        self.assertIn("failed to get backup target", self.output)

    def test_a_cut_that_is_told_after_the_lease_is_worth_nothing(self):
        # Longhorn answers late when its backup controller fails at first (longhorn/longhorn#11429).
        code, _ = self.take({"cut_after": 101}, **BACKUP)
        self.assertEqual(1, code)
        self.assertEqual(["crash"], self.consistency())

    def test_backups_and_snapshots_prune_their_own_only(self):
        for made_by, kept in (("iris-backup", set(range(1, 9))), ("iris-snapshot", set(range(3, 9)))):
            _, after = self.take(MADE_BY=made_by, KEEP="7")
            names = {s["metadata"]["name"] for s in after.of("volumesnapshot")}
            self.assertEqual(kept, {day for day in range(1, 9) if f"iris-2027010{day}-020000" in names})

    def test_a_class_that_is_named(self):
        self.take(SNAPSHOT_CLASS="iris-longhorn-snap")
        self.assertEqual("iris-longhorn-snap", self.new[0]["spec"]["volumeSnapshotClassName"])
        self.take()
        self.assertNotIn("volumeSnapshotClassName", self.new[0]["spec"])

    def test_without_a_freeze_there_is_no_snapshot(self):
        for behaviour in ("refused", "failed", "no agent", "cut before", "cut after", "slow", "silent before",
                          "silent while", "silent after"):
            with self.subTest(behaviour):
                code, _ = self.take({"freeze": [behaviour]})
                self.assertEqual(1, code, self.output)
                self.assertEqual([], self.new)

    def test_a_false_0_of_a_freeze_under_way_is_not_believed(self):
        for after in (0.5, 1.5, 2.2, 2.5, 3, 5, 90):
            with self.subTest(f"frozen {after} s after kubectl said 0"):
                code, _ = self.take({"freeze": ["silent while"], "comes_after": after})
                self.assertEqual(1, code, self.output)
                self.assertEqual([], self.new)

    def test_a_freeze_of_somebody_else_is_left_alone(self):
        cluster = new_cluster({}, *ALREADY)
        cluster.windows = ["open"]
        cluster.frozen = {"owner": "velero", "at": cluster.clock, "end": cluster.clock + 500, "window": 0}
        self.assertEqual(1, self.run_script(cluster, SCRIPT))
        self.assertEqual("velero", cluster.frozen["owner"])

    def test_never_cut(self):
        code, after = self.take({"cut_after": None, "error": "no space in the pool"})
        self.assertEqual(1, code)
        self.assertEqual(["held"], after.windows, "thawed before the lease ended")
        self.assertIn("no space in the pool", self.output)
        self.assertEqual(["crash"], self.consistency())

    def test_cut_too_late(self):
        code, _ = self.take({"cut_after": 130})
        self.assertEqual(1, code)
        self.assertEqual(["crash"], self.consistency())

    def test_cut_slowly_but_in_time(self):
        self.assertEqual(0, self.take({"cut_after": 90})[0], self.output)

    def test_a_freeze_that_does_not_hold_makes_a_crash_consistent_snapshot(self):
        code, _ = self.take({"thaw": ["did not hold"]})
        self.assertEqual(4, code)
        self.assertEqual(["crash"], self.consistency())

    def test_a_thaw_whose_answer_is_lost(self):
        for behaviour in ("cut before", "cut after", "silent before", "silent after", "under way"):
            with self.subTest(behaviour):
                code, _ = self.take({"thaw": [behaviour]})
                self.assertEqual(4, code)
                self.assertEqual(["crash"], self.consistency())

    def test_a_thaw_that_fails_again_and_again(self):
        for behaviour in ("cut before", "silent before", "under way"):
            with self.subTest(behaviour):
                code, after = self.take({"thaw": [behaviour] * 10})
                self.assertEqual(4, code)
                self.assertNotIn("forced", after.windows, "thawed before the lease ended")

    def test_the_api_server_is_away(self):
        # From each moment on, for a while, and for ever.
        for begin in range(0, 12, 1 if LONG else 4):
            for length in (3, 60, 100000):
                with self.subTest(f"away from {begin} s for {length} s"):
                    # Without it nobody can thaw: then it is the lease that does.
                    self.take({"outages": [[begin, begin + length]], "gone for good": length > 100})

    def test_each_call_fails_once(self):
        whole = self.take()[1].calls
        verbs = {" ".join([c[0], "volumesnapshot"]) for c in whole if c[0] != "exec"}
        for verb in sorted(verbs):
            for sign in ("", "+"):
                for nth in range(1, 4 if LONG else 2):
                    with self.subTest(f"{sign}{verb}, call {nth}"):
                        self.take({"fails": {sign + verb: [nth]}})

    def test_a_label_that_cannot_be_set_leaves_crash(self):
        code, _ = self.take({"fails": {"label volumesnapshot": [1, 2]}})
        self.assertEqual(1, code)
        self.assertEqual(["crash"], self.consistency())

    def test_never_ready(self):
        code, after = self.take({"ready_after": 100000})
        self.assertEqual(1, code)
        self.assertEqual(["application"], self.consistency())
        ready = {s["metadata"]["name"] for s in after.of("volumesnapshot") if s["status"]["readyToUse"]}
        self.assertLessEqual({f"iris-2027010{day}-020000" for day in range(2, 9)}, ready, "nothing good is pruned for it")

    def test_nights_that_fail_leave_no_heap_of_snapshots(self):
        for what, scenario in (("the thaw says no", {"thaw": ["did not hold"]}), ("never cut", {"cut_after": None}),
                               ("never ready", {"ready_after": 100000})):
            with self.subTest(what):
                cluster = new_cluster({}, *ALREADY)
                for night in range(9):
                    cluster.scenario, cluster.done = scenario, {}
                    self.assertIn(self.run_script(cluster, SCRIPT, LEASE="40", READY_WITHIN="60"), (1, 4), self.output)
                    cluster.pass_time(600)
                made = [s for s in cluster.of("volumesnapshot") if "made-by" in s["metadata"]["labels"]]
                good = {s["metadata"]["name"] for s in made if s["metadata"]["labels"]["consistency"] == "application"}
                self.assertLessEqual({f"iris-2027010{day}-020000" for day in range(2, 9)}, good)
                self.assertLessEqual(len(made), 7 + 1 + 7, "7 good, that of December, 7 that failed")

    def test_a_night_on_which_iris_is_down_prunes_nothing_good(self):
        _, after = self.take({"freeze": ["refused"]})
        self.assertEqual({f"iris-2027010{day}-020000" for day in range(2, 9)} | {"iris-20261201-020000", "by-hand"},
                         {s["metadata"]["name"] for s in after.of("volumesnapshot")})

    def test_killed_during_each_call(self):
        calls = len(self.take()[1].calls)
        for nth in range(1, calls + 1):
            for signal in ("TERM", "KILL"):
                with self.subTest(f"SIG{signal} during call {nth} of {calls}"):
                    self.take({"kill": [nth, signal]})

    def test_killed_after_each_line(self):
        lines = 0
        for signal in ("TERM", "KILL"):
            for number, path in self.variants(SCRIPT, f"kill -{signal} $$"):
                with self.subTest(f"SIG{signal} after line {number}"):
                    self.take(script=path)
                    lines += 1
        self.assertGreater(lines, 100 if LONG else 12)

    def test_shellcheck_is_content(self):
        if not shutil.which("shellcheck"):
            self.skipTest("no shellcheck here (package shellcheck)")
        told = subprocess.run(["shellcheck", "-s", "sh", SCRIPT], capture_output=True, text=True)
        self.assertEqual(0, told.returncode, told.stdout)


class SnapshotInBusybox(Snapshot):
    """The shell of the job's image. Debian's prefers its own programs to those in PATH, but functions to both."""
    shell = "busybox sh -c '" + " ".join(
        f'{name}() {{ "$TMPDIR/bin/{name}" "$@"; }};' for name in ("date", "sleep", "timeout")) + ' . "$0"' + "'"

    def setUp(self):
        super().setUp()
        if not shutil.which("busybox"):
            self.skipTest("no busybox here (package busybox-static)")
        if not LONG and self._testMethodName not in ("test_a_good_night", "test_never_cut", "test_killed_during_each_call"):
            self.skipTest("in short: ./run manifests takes all")


class Jobs(unittest.TestCase):
    """The manifests around the script."""

    def setUp(self):
        self.nightly = kustomize.read(kustomize.build(kustomize.K8S / "snapshot/nightly"))
        self.job = kustomize.only(self.nightly, "CronJob", "iris-snapshot")["spec"]["jobTemplate"]["spec"]

    def test_the_job_of_once_is_that_of_every_night(self):
        once = kustomize.read(kustomize.build(kustomize.K8S / "snapshot/once"))
        spec = kustomize.only(once, "Job", "iris-snapshot-once")["spec"]
        self.assertEqual(self.job, spec)

    def test_a_job_that_failed_is_gone_by_the_next_night(self):
        # Its alert lasts as long; by the history limit alone it would be there until three more have failed.
        self.assertLessEqual(self.job["ttlSecondsAfterFinished"], 24 * 3600)

    def test_the_image_is_named_in_one_place(self):
        files = [p for p in kustomize.K8S.rglob("*.yaml") if "alpine/k8s" in p.read_text()]
        self.assertEqual([kustomize.K8S / "snapshot/parts/kustomization.yaml"], files)

    def test_its_times_fit_together(self):
        for name, _, spec, env in jobs():
            with self.subTest(name):
                job = spec["jobTemplate"]["spec"]
                lease, ready = int(env["LEASE"]), int(env["READY_WITHIN"])
                self.assertLessEqual(lease, 540)
                call = int(re.search(r"timeout (\d+) kubectl exec", SCRIPT.read_text())[1])
                # It can always wait for its thaw; it has two tries, which are over before the next night.
                self.assertGreaterEqual(job["template"]["spec"]["terminationGracePeriodSeconds"], call + lease)
                self.assertGreater(job["activeDeadlineSeconds"], 2 * (lease + ready))
                self.assertLess(job["activeDeadlineSeconds"], 24 * 3600)

    def test_no_two_begin_at_once(self):
        # The second would be refused the freeze.
        velero = kustomize.only(kustomize.read(kustomize.build(kustomize.K8S / "snapshot/velero")), "Schedule", "iris")
        begins = {velero["spec"]["schedule"], *(spec["schedule"] for name, _, spec, _ in jobs() if name != "longhorn")}
        self.assertEqual(3, len({begin.split()[1] for begin in begins}), begins)

    def test_each_class_is_there_and_of_its_kind(self):
        for name, kind in (("longhorn", "snap"), ("longhorn-backup", "bak")):
            objects, env = next((objects, env) for job, objects, _, env in jobs() if job == name)
            made = kustomize.only(objects, "VolumeSnapshotClass", env["SNAPSHOT_CLASS"])
            self.assertEqual(("driver.longhorn.io", kind), (made["driver"], made["parameters"]["type"]))

    def test_they_prune_under_names_of_their_own(self):
        self.assertEqual(["iris-snapshot", "iris-snapshot", "iris-backup"], [env["MADE_BY"] for *_, env in jobs()])


if __name__ == "__main__":
    kustomize.need_kubectl()
    kustomize.run_tests()
