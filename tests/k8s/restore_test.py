"""iris-restore through every failure: no volume is lost, and IRIS runs on one of them or can be brought back."""
import copy
import shutil
import subprocess
import unittest

import kustomize
from programs import delete
from restore_case import LAST, LONG, PARTS, SCRIPT, RestoreCase, new_cluster, volume_of
from script_case import KILLED


UNFIT = {
    "missing": "cannot read VolumeSnapshot 'iris-last'.*iris-restore list",
    "not ready": "not ready: no space",
    "being deleted": "is being deleted",
    "of another claim": "cut from the claim 'mail', not from 'iris-pvc'.*--of mail",
    "of another driver": "was cut by ebs.csi.aws.com, and the class 'iris-longhorn' of iris-pvc is made by driver.longhorn.io",
    "of a class that is gone": "there is no storage class 'iris-longhorn'",
    "for a claim without a class": "iris-pvc has no storage class",
}


def unfit(what):
    made = copy.deepcopy(LAST)
    if what == "not ready":
        made["status"] = {"readyToUse": False, "error": {"message": "no space"}}
        del made["cut"]
    if what == "being deleted":
        made["metadata"]["deletionTimestamp"] = "2027-01-09T02:00:00Z"
    if what == "of another claim":
        made["spec"]["source"]["persistentVolumeClaimName"] = "mail"
    return made


class InPlace(RestoreCase):
    def in_place(self, scenario=None, script=SCRIPT):
        cluster = new_cluster(scenario or {}, LAST)
        code = self.restore(cluster, "in-place", "--yes", "iris-last", script=script)
        self.calls = len(cluster.calls)
        self.assert_says_what_next(code)
        self.later(cluster)
        self.check(code, cluster)
        return code, cluster

    def check(self, code, cluster):
        self.assertIsNotNone(cluster.get("pv", "pv-old"), "the old volume is gone\n" + self.output)
        self.assertEqual("old", cluster.get("pv", "pv-old")["data"])
        if code == 0:
            self.assertEqual("iris-last", volume_of(cluster), self.output)
            self.assertEqual("Retain", cluster.get("pv", "pv-old")["spec"]["persistentVolumeReclaimPolicy"])
        if "undone: IRIS is started" in self.output or "nothing was done" in self.output:
            self.assertEqual("old", volume_of(cluster), self.output)
        # Wherever it ended, and however: one command brings the old volume back.
        again = self.restore(cluster, "back", "--yes", "pv-old")
        cluster.pass_time(60)
        self.assertEqual(0, again, self.output)
        self.assertEqual("old", volume_of(cluster), self.output)

    def test_all_is_well(self):
        self.assertEqual(0, self.in_place()[0], self.output)

    def test_back_keeps_the_restored_volume_as_well(self):
        _, cluster = self.in_place()
        self.assertEqual({"old", "iris-last"}, {v["data"] for v in cluster.of("pv")})

    def test_a_snapshot_that_is_not_there_or_not_ready_stops_nothing(self):
        for verb in (["in-place", "--yes"], ["beside"]):
            for what, why in UNFIT.items():
                with self.subTest(f"{verb[0]}: {what}"):
                    cluster = new_cluster({"cut_after": None, "error": "no space"}, *([unfit(what)] if what != "missing" else []))
                    if what == "of another driver":
                        cluster.put({"kind": "VolumeSnapshotContent", "metadata": {"name": "content-iris-last"},
                                     "spec": {"driver": "ebs.csi.aws.com"}})
                    if what == "of a class that is gone":
                        del cluster.objects["storageclass/iris-longhorn"]
                    if what == "for a claim without a class":
                        cluster.get("pvc", "iris-pvc")["spec"]["storageClassName"] = ""
                    self.assert_nothing_was_done(cluster, self.restore(cluster, *verb, "iris-last"), why)

    def test_a_snapshot_of_another_claim_is_taken_when_that_is_said(self):
        cluster = new_cluster({}, unfit("of another claim"))
        self.assertEqual(0, self.restore(cluster, "in-place", "--yes", "--of", "mail", "iris-last"), self.output)

    def test_a_snapshot_that_is_larger_than_the_claim_gets_the_size_that_it_needs(self):
        for needed, wanted in (("20Gi", "20Gi"), ("10737418240", "10Gi"), ("10737418241", "10737418241"), ("9G", "10Gi")):
            cluster = new_cluster({}, LAST)
            cluster.get("volumesnapshot", "iris-last")["status"]["restoreSize"] = needed
            self.assertEqual(0, self.restore(cluster, "in-place", "--yes", "iris-last"), self.output)
            self.assertEqual(wanted, cluster.get("pvc", "iris-pvc")["spec"]["resources"]["requests"]["storage"])

    def test_a_claim_whose_volume_is_lost_is_restored_all_the_same(self):
        cluster = new_cluster({}, LAST)
        del cluster.objects["pv/pv-old"], cluster.objects["pod/iris-0"]
        cluster.get("statefulset", "iris")["spec"]["replicas"] = 0
        self.assertEqual(0, self.restore(cluster, "in-place", "--yes", "iris-last"), self.output)
        self.assertEqual("iris-last", volume_of(cluster))
        self.assertNotIn("iris-restore back", self.output, "there is nothing to go back to")

    def test_a_lost_volume_and_a_restore_that_is_cut_off_have_a_way_on(self):
        for fault in ({"fails": {"create pvc": [1], "create": [1]}}, {"fails": {"delete pvc": [1]}}):
            cluster = new_cluster(fault, LAST)
            del cluster.objects["pv/pv-old"], cluster.objects["pod/iris-0"]
            cluster.get("statefulset", "iris")["spec"]["replicas"] = 0
            self.assertEqual(1, self.restore(cluster, "in-place", "--yes", "iris-last"), self.output)
            self.assertIn("iris-restore in-place once more", self.output)
            if not cluster.get("pvc", "iris-pvc"):  # as the words say
                cluster.put({"kind": "PersistentVolumeClaim", "metadata": {"name": "iris-pvc", "namespace": "default"}, "spec": {
                    "storageClassName": "iris-longhorn", "resources": {"requests": {"storage": "10Gi"}}}})
            self.later(cluster)
            self.assertEqual(0, self.restore(cluster, "in-place", "--yes", "iris-last"), self.output)
            self.assertEqual("iris-last", volume_of(cluster))

    def test_nobody_who_cannot_tell_takes_the_old_volume_for_lost(self):
        # Its policy is Delete: to go on without keeping it would be the end of the data.
        for nth in range(1, 20):
            cluster = new_cluster({"gone": [[nth, nth + 1]]}, LAST)
            self.restore(cluster, "in-place", "--yes", "iris-last")
            self.assertIsNotNone(cluster.get("pv", "pv-old"), self.output)

    def test_what_keeps_the_pod_from_starting_is_said(self):
        for scenario, why in (({"binds": False}, "its claim iris-pvc Pending.*kubectl describe pvc iris-pvc"),
                              ({"crashes": True}, "has ended 3 times: kubectl logs -p iris-0"),
                              ({"starts": False}, "is not ready: kubectl logs iris-0")):
            with self.subTest(scenario):
                cluster = new_cluster(scenario, LAST)
                self.assertEqual(1, self.restore(cluster, "in-place", "--yes", "iris-last"), self.output)
                self.assertRegex(self.output, why)
                self.assertIn("iris-restore back pv-old", self.output)

    def test_a_secret_that_the_pod_needs_and_that_is_not_there_is_seen(self):
        cluster = new_cluster({}, LAST)
        volumes = cluster.get("statefulset", "iris")["spec"]["template"]["spec"]["volumes"]
        volumes.append({"name": "licence", "secret": {"secretName": "iris-key"}})
        self.assertEqual(1, self.restore(cluster, "in-place", "--yes", "iris-last"), self.output)
        self.assertRegex(self.output, r"Pending \(ContainerCreating\), its claim iris-pvc Bound: kubectl describe pod iris-0")

    def test_nothing_happens_without_a_yes(self):
        cluster = new_cluster({}, LAST)
        self.assertEqual(1, self.restore(cluster, "in-place", "iris-last"))
        self.assertIn("nothing was done", self.output)
        self.assertFalse([c for c in cluster.calls if c[0] != "get"])

    def test_a_pod_that_does_not_stop(self):
        cluster = new_cluster({"stops": False}, LAST)
        self.assertEqual(1, self.restore(cluster, "in-place", "--yes", "iris-last"))
        self.assertRegex(self.output, r"(?s)iris-0 has not stopped within 480 s.*undone: IRIS is started on its volume pv-old")
        self.assertEqual("old", volume_of(cluster))
        self.assertEqual(1, cluster.get("statefulset", "iris")["spec"]["replicas"])
        self.assertEqual("pv-old", cluster.get("pvc", "iris-pvc")["spec"]["volumeName"])

    def test_a_copy_that_does_not_start_is_left_to_look_at(self):
        code, _ = self.in_place({"starts": False})
        self.assertEqual(1, code)

    def test_a_volume_whose_policy_cannot_be_changed_is_left_alone(self):
        cluster = new_cluster({"fails": {"patch pv": [1]}}, LAST)
        self.assertEqual(1, self.restore(cluster, "in-place", "--yes", "iris-last"))
        self.assertFalse([c for c in cluster.calls if c[0] in ("scale", "delete")])

    def test_what_fails_is_undone(self):
        for what in ("scale statefulset", "wait pod", "delete pvc", "create pvc", "create"):
            for sign in ("", "+"):
                with self.subTest(sign + what):
                    cluster = new_cluster({"fails": {sign + what: [1]}}, LAST)
                    code = self.restore(cluster, "in-place", "--yes", "iris-last")
                    cluster.pass_time(60)
                    if code != 0:
                        self.assertEqual("old", volume_of(cluster), self.output)

    def test_the_api_server_is_away(self):
        for begin in range(0, 12, 1 if LONG else 3):
            for length in (2, 100000):
                with self.subTest(f"away from {begin} s for {length} s"):
                    self.in_place({"outages": [[begin, begin + length]]})

    def test_each_call_fails_in_each_way(self):
        self.in_place()
        for what, scenario in self.each_fault(self.calls):
            with self.subTest(what):
                self.in_place(scenario)

    def test_killed_after_each_line(self):
        lines = 0
        for signal in ("TERM", "KILL"):
            for where, path in self.each_line(f"kill -{signal} $$"):
                with self.subTest(f"SIG{signal} {where}"):
                    code, _ = self.in_place(script=path)
                    lines += 1
                    if signal == "KILL":
                        self.assertIn(code, {0, *KILLED})
        self.assertGreater(lines, 100 if LONG else 20)


class Back(RestoreCase):
    """What InPlace does not try in passing."""

    def volume(self, volume, phase="Released", **claim):
        return {"kind": "PersistentVolume", "metadata": {"name": volume}, "data": volume, "status": {"phase": phase},
                "spec": {"persistentVolumeReclaimPolicy": "Retain", "storageClassName": "iris-longhorn",
                         "capacity": {"storage": "10Gi"},
                         "claimRef": {"name": "iris-pvc", "namespace": "default", "uid": "uid-then", **claim}}}

    def refused(self, volume, why):
        cluster = new_cluster({}, volume)
        self.assertEqual(1, self.restore(cluster, "back", "--yes", volume["metadata"]["name"]))
        self.assertIn(why, self.output)
        self.assertEqual({"get"}, {c[0] for c in cluster.calls}, "nothing was done")
        cluster.pass_time(60)
        self.assertEqual("old", volume_of(cluster))

    def test_a_kept_volume(self):
        cluster = new_cluster({}, self.volume("pv-kept"))
        self.assertEqual(0, self.restore(cluster, "back", "--yes", "pv-kept"), self.output)
        self.assertEqual("pv-kept", volume_of(cluster))
        self.assertEqual("Retain", cluster.get("pv", "pv-old")["spec"]["persistentVolumeReclaimPolicy"])

    def test_the_volume_of_another_namespace_is_refused(self):
        self.refused(self.volume("pv-hers", namespace="ward-7"), "but of 'ward-7/iris-pvc'")

    def test_the_volume_of_another_claim_is_refused(self):
        self.refused(self.volume("pv-mail", name="mail"), "but of 'default/mail'")

    def test_a_volume_in_use_is_refused(self):
        self.refused(self.volume("pv-lost", phase="Bound"), "in use")

    def test_nothing_is_done_when_nobody_can_tell_of_the_claim(self):
        cluster = new_cluster({"fails": {"get pvc": [1]}}, self.volume("pv-kept"))
        self.assertEqual(1, self.restore(cluster, "back", "--yes", "pv-kept"))
        self.assertEqual({"get"}, {c[0] for c in cluster.calls})

    def test_a_claim_that_somebody_has_deleted_while_iris_runs(self):
        cluster = new_cluster({})
        delete(cluster, "pvc", "iris-pvc")
        self.assertEqual(0, self.restore(cluster, "back", "--yes", "pv-old"), self.output)
        cluster.pass_time(60)
        self.assertEqual("old", volume_of(cluster))
        self.assertNotIn("deletionTimestamp", cluster.get("pvc", "iris-pvc")["metadata"])

    def goes_back(self, prepare, scenario=None):
        """Back to pv-kept from a state that `prepare` makes; and whatever happens, asked again it gets there."""
        cluster = new_cluster({}, self.volume("pv-kept"))
        prepare(cluster)
        cluster.scenario = scenario or {}
        code = self.restore(cluster, "back", "--yes", "pv-kept")
        self.calls = len(cluster.calls)
        self.assert_says_what_next(code)
        self.later(cluster)
        if "undone: IRIS is started" in self.output:
            self.assertEqual("old", volume_of(cluster), self.output)
        self.assertEqual(0, self.restore(cluster, "back", "--yes", "pv-kept"), self.output)
        self.later(cluster)
        self.assertEqual("pv-kept", volume_of(cluster), self.output)
        self.assertEqual({"old", "pv-kept"}, {v["data"] for v in cluster.of("pv")}, "no volume is lost")

    def test_each_call_fails_in_each_way(self):
        def runs_on_another(_):
            pass

        def claim_gone(cluster):
            cluster.get("pv", "pv-old")["spec"]["persistentVolumeReclaimPolicy"] = "Retain"
            cluster.get("statefulset", "iris")["spec"]["replicas"] = 0
            delete(cluster, "pvc", "iris-pvc")
            cluster.pass_time(60)
            self.assertIsNone(cluster.get("pvc", "iris-pvc"))

        for prepare in (runs_on_another, claim_gone):
            self.goes_back(prepare)
            for what, scenario in self.each_fault(self.calls):
                with self.subTest(f"{prepare.__name__}: {what}"):
                    self.goes_back(prepare, scenario)

    def test_a_volume_in_use_is_not_taken_when_nobody_can_tell(self):
        for nth in range(1, 12):
            cluster = new_cluster({"gone": [[nth, nth + 1]]}, self.volume("pv-lost", phase="Bound"))
            self.assertEqual(1, self.restore(cluster, "back", "--yes", "pv-lost"), self.output)
            self.assertEqual({"get"}, {c[0] for c in cluster.calls}, self.output)

    def test_a_kept_volume_is_named_with_what_deletes_it_and_its_data(self):
        cluster = new_cluster({}, LAST)
        self.assertEqual(0, self.restore(cluster, "in-place", "--yes", "iris-last"))
        self.assertIn("""kubectl patch pv pv-old -p '{"spec":{"persistentVolumeReclaimPolicy":"Delete"}}'""", self.output)


class Move(RestoreCase):
    """To another storage class, as docs/kubernetes.md has it."""

    def block(self):
        page = (kustomize.ROOT / "docs/kubernetes.md").read_text()
        return page[page.index("**Move to another storage class.**"):page.index("The volume from before is kept. Name")]

    def test_the_commands_of_the_page_end_on_the_new_volume(self):
        commands = [line.strip().partition("  #")[0] for line in self.block().split("\n") if line.startswith("    ")]
        script = self.directory / "move.sh"
        # The model has no jobs: it is as if the copy had been made.
        text = "\n".join(["set -e", *(line for line in commands if "job" not in line and "move.example" not in line)])
        script.write_text(text.replace("k8s/restore/iris-restore back", f"sh {SCRIPT} back --yes") + "\n")
        cluster = new_cluster({})
        cluster.put({"kind": "StorageClass", "metadata": {"name": "fast"}, "provisioner": "fast"})
        cluster.put({"kind": "PersistentVolumeClaim", "metadata": {"name": "iris-new", "namespace": "default"},
                     "spec": {"storageClassName": "fast", "resources": {"requests": {"storage": "20Gi"}}}})
        cluster.pass_time(60)
        cluster.get("pv", "pv-1")["data"] = "the copy"
        self.assertEqual(0, self.restore(cluster, script=script), self.output)
        self.assertEqual("the copy", volume_of(cluster))
        claim = cluster.get("pvc", "iris-pvc")["spec"]
        self.assertEqual(("fast", "20Gi"), (claim["storageClassName"], claim["resources"]["requests"]["storage"]))
        self.assertEqual({"Retain"}, {v["spec"]["persistentVolumeReclaimPolicy"] for v in cluster.of("pv")}, "both are kept")

    def test_the_job_copies_what_nobody_uses_and_writes_over_nothing(self):
        _, job = kustomize.read((kustomize.K8S / "restore/move.example.yaml").read_text())
        command = job["spec"]["template"]["spec"]["containers"][0]["command"]
        old, new = self.directory / "old", self.directory / "new"
        (old / "iris/mgr").mkdir(parents=True)
        new.mkdir()
        (old / "iris/mgr/IRIS.DAT").write_text("data")
        command = [word.replace("/old/", f"{old}/").replace("/new/", f"{new}/") for word in command]
        in_use = subprocess.run(["flock", old / "iris", *command], capture_output=True, text=True)
        self.assertNotEqual(0, in_use.returncode)
        self.assertFalse((new / "iris").exists())
        self.assertEqual("copied\n", subprocess.run(command, capture_output=True, text=True).stdout)
        self.assertEqual("data", (new / "iris/mgr/IRIS.DAT").read_text())
        (new / "iris/mgr/IRIS.DAT").write_text("newer")
        self.assertNotEqual(0, subprocess.run(command, capture_output=True).returncode)
        self.assertEqual("newer", (new / "iris/mgr/IRIS.DAT").read_text())


class CommandLine(RestoreCase):
    def test_wrong_usage_is_2_and_does_nothing(self):
        for words in (["in-place"], ["beside", "a", "b"], ["restore", "x"], ["drop", "x"], ["beside", "--yes", "x"], ["in-place", "--of"]):
            cluster = new_cluster({}, LAST)
            self.assertEqual(2, self.restore(cluster, *words), words)
            self.assertEqual([], cluster.calls)
            self.assertIn("usage: iris-restore", self.output)
        self.assertEqual(0, self.restore(new_cluster({}), "help"))

    def test_shellcheck_is_content(self):
        if not shutil.which("shellcheck"):
            self.skipTest("no shellcheck here (package shellcheck)")
        told = subprocess.run(["shellcheck", "-x", "-s", "sh", *PARTS], capture_output=True, text=True)
        self.assertEqual(0, told.returncode, told.stdout)


if __name__ == "__main__":
    kustomize.need_kubectl()
    kustomize.run_tests()
