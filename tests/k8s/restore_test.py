"""iris-restore through every failure: no volume is lost, and IRIS runs on one of them or can be brought back."""
import shutil
import subprocess
import unittest

import kustomize
from cluster import START
from programs import delete
from script_case import KILLED, LONG, ScriptCase, new_cluster, snapshot

SCRIPT = kustomize.K8S / "restore/iris-restore"
LAST = snapshot("iris-last", "2027-01-08T02:00:00Z", consistency="application")


def volume_of(cluster, pod="iris-0"):
    """What IRIS runs on: old, the name of a snapshot, or None."""
    found = cluster.get("pod", pod)
    return cluster.get("pv", found["volume"])["data"] if found and found.get("ready") else None


class InPlace(ScriptCase):
    def restore(self, scenario=None, script=SCRIPT):
        cluster = new_cluster(scenario or {}, LAST)
        code = self.run_script(cluster, script, "in-place", "--yes", "iris-last")
        cluster.scenario = {"starts": cluster.scenario.get("starts", True)}
        cluster.pass_time(60)
        self.check(code, cluster)
        return code, cluster

    def check(self, code, cluster):
        self.assertIsNotNone(cluster.get("pv", "pv-old"), "the old volume is gone\n" + self.output)
        self.assertEqual("old", cluster.get("pv", "pv-old")["data"])
        if code == 0:
            self.assertEqual("iris-last", volume_of(cluster), self.output)
            self.assertEqual("Retain", cluster.get("pv", "pv-old")["spec"]["persistentVolumeReclaimPolicy"])
        # Wherever it ended, and however: one command brings the old volume back.
        again = self.run_script(cluster, SCRIPT, "back", "--yes", "pv-old")
        cluster.pass_time(60)
        self.assertEqual(0, again, self.output)
        self.assertEqual("old", volume_of(cluster), self.output)

    def test_all_is_well(self):
        self.assertEqual(0, self.restore()[0], self.output)

    def test_back_keeps_the_restored_volume_as_well(self):
        _, cluster = self.restore()
        self.assertEqual({"old", "iris-last"}, {v["data"] for v in cluster.of("pv")})

    def test_a_snapshot_that_is_not_there_or_not_ready_stops_nothing(self):
        for missing in (True, False):
            cluster = new_cluster({})
            if not missing:
                late = snapshot("iris-last", "2027-01-08T02:00:00Z")
                late["status"] = {"readyToUse": False, "error": {"message": "no space"}}
                cluster.put(late)
                cluster.scenario = {"ready_after": 10**12}
            self.assertEqual(1, self.run_script(cluster, SCRIPT, "in-place", "--yes", "iris-last"))
            self.assertIn("cannot read" if missing else "not ready", self.output)
            self.assertFalse([c for c in cluster.calls if c[0] != "get"])

    def test_nothing_happens_without_a_yes(self):
        cluster = new_cluster({}, LAST)
        self.assertEqual(1, self.run_script(cluster, SCRIPT, "in-place", "iris-last"))
        self.assertIn("nothing was done", self.output)
        self.assertFalse([c for c in cluster.calls if c[0] != "get"])

    def test_a_pod_that_does_not_stop(self):
        cluster = new_cluster({"stops": False}, LAST)
        self.assertEqual(1, self.run_script(cluster, SCRIPT, "in-place", "--yes", "iris-last"))
        self.assertEqual("old", volume_of(cluster))
        self.assertEqual(1, cluster.get("statefulset", "iris")["spec"]["replicas"])
        self.assertEqual("pv-old", cluster.get("pvc", "iris-pvc")["spec"]["volumeName"])

    def test_a_copy_that_does_not_start_is_left_to_look_at(self):
        code, _ = self.restore({"starts": False})
        self.assertEqual(1, code)

    def test_a_volume_whose_policy_cannot_be_changed_is_left_alone(self):
        cluster = new_cluster({"fails": {"patch pv": [1]}}, LAST)
        self.assertEqual(1, self.run_script(cluster, SCRIPT, "in-place", "--yes", "iris-last"))
        self.assertFalse([c for c in cluster.calls if c[0] in ("scale", "delete")])

    def test_what_fails_is_undone(self):
        for what in ("scale statefulset", "wait pod", "delete pvc", "create pvc", "create"):
            for sign in ("", "+"):
                with self.subTest(sign + what):
                    cluster = new_cluster({"fails": {sign + what: [1]}}, LAST)
                    code = self.run_script(cluster, SCRIPT, "in-place", "--yes", "iris-last")
                    cluster.pass_time(60)
                    if code != 0:
                        self.assertEqual("old", volume_of(cluster), self.output)

    def test_the_api_server_is_away(self):
        for begin in range(0, 12, 1 if LONG else 3):
            for length in (2, 100000):
                with self.subTest(f"away from {begin} s for {length} s"):
                    self.restore({"outages": [[begin, begin + length]]})

    def test_killed_during_each_call(self):
        calls = 20
        for nth in range(1, calls + 1, 1 if LONG else 2):
            for signal in ("TERM", "KILL"):
                with self.subTest(f"SIG{signal} during call {nth}"):
                    self.restore({"kill": [nth, signal]})

    def test_killed_after_each_line(self):
        lines = 0
        for signal in ("TERM", "KILL"):
            for number, path in self.variants(SCRIPT, f"kill -{signal} $$"):
                with self.subTest(f"SIG{signal} after line {number}"):
                    code, _ = self.restore(script=path)
                    lines += 1
                    if signal == "KILL":
                        self.assertIn(code, {0, *KILLED})
        self.assertGreater(lines, 100 if LONG else 20)


class Back(ScriptCase):
    """What InPlace does not try in passing."""

    def volume(self, volume, phase="Released", **claim):
        return {"kind": "PersistentVolume", "metadata": {"name": volume}, "data": volume, "status": {"phase": phase},
                "spec": {"persistentVolumeReclaimPolicy": "Retain", "storageClassName": "iris-longhorn",
                         "capacity": {"storage": "10Gi"},
                         "claimRef": {"name": "iris-pvc", "namespace": "default", "uid": "uid-then", **claim}}}

    def refused(self, volume, why):
        cluster = new_cluster({}, volume)
        self.assertEqual(1, self.run_script(cluster, SCRIPT, "back", "--yes", volume["metadata"]["name"]))
        self.assertIn(why, self.output)
        self.assertEqual({"get"}, {c[0] for c in cluster.calls}, "nothing was done")
        cluster.pass_time(60)
        self.assertEqual("old", volume_of(cluster))

    def test_a_kept_volume(self):
        cluster = new_cluster({}, self.volume("pv-kept"))
        self.assertEqual(0, self.run_script(cluster, SCRIPT, "back", "--yes", "pv-kept"), self.output)
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
        self.assertEqual(1, self.run_script(cluster, SCRIPT, "back", "--yes", "pv-kept"))
        self.assertEqual({"get"}, {c[0] for c in cluster.calls})

    def test_a_claim_that_somebody_has_deleted_while_iris_runs(self):
        cluster = new_cluster({})
        delete(cluster, "pvc", "iris-pvc")
        self.assertEqual(0, self.run_script(cluster, SCRIPT, "back", "--yes", "pv-old"), self.output)
        cluster.pass_time(60)
        self.assertEqual("old", volume_of(cluster))
        self.assertNotIn("deletionTimestamp", cluster.get("pvc", "iris-pvc")["metadata"])

    def test_a_kept_volume_is_named_with_what_deletes_it_and_its_data(self):
        cluster = new_cluster({}, LAST)
        self.assertEqual(0, self.run_script(cluster, SCRIPT, "in-place", "--yes", "iris-last"))
        self.assertIn("""kubectl patch pv pv-old -p '{"spec":{"persistentVolumeReclaimPolicy":"Delete"}}'""", self.output)


class Beside(ScriptCase):
    def beside(self, *options, script=SCRIPT):
        cluster = new_cluster({}, LAST)
        kustomize.only(list(cluster.objects.values()), "StatefulSet", "iris")["spec"]["template"]["spec"]["containers"][0][
            "image"] = "registry.example.com/iris:7"
        cluster.get("pvc", "iris-pvc")["spec"]["resources"]["requests"]["storage"] = "50Gi"
        code = self.run_script(cluster, script, "beside", *options, "iris-last")
        cluster.pass_time(60)
        return code, cluster

    def test_a_clone_runs_and_the_running_one_is_not_touched(self):
        code, cluster = self.beside()
        self.assertEqual(0, code, self.output)
        self.assertEqual(("iris-last", "old"), (volume_of(cluster, "iris-clone-0"), volume_of(cluster)))
        clone = cluster.get("statefulset", "iris-clone")["spec"]["template"]["spec"]
        self.assertEqual("registry.example.com/iris:7", clone["containers"][0]["image"])
        self.assertIn("iris-cpf-merge", [v["configMap"]["name"] for v in clone["volumes"] if "configMap" in v])

    def test_a_clone_is_as_the_running_one_whatever_the_base_says_by_now(self):
        copy = shutil.copytree(kustomize.K8S, self.directory / "k8s")
        for file, old, new in (("kustomization.yaml", "newName: iris-with-init", "newName: registry.example.com/iris"),
                               ("pvc.yaml", "storage: 10Gi", "storage: 20Gi")):
            path = copy / "base" / file
            self.assertIn(old, path.read_text())
            path.write_text(path.read_text().replace(old, new))
        for script in (SCRIPT, copy / "restore/iris-restore"):
            code, cluster = self.beside(script=script)
            self.assertEqual(0, code, self.output)
            pod = cluster.get("statefulset", "iris-clone")["spec"]["template"]["spec"]
            self.assertEqual(["registry.example.com/iris:7"], [c["image"] for c in pod["containers"]])
            self.assertEqual("50Gi", cluster.get("pvc", "iris-pvc-clone")["spec"]["resources"]["requests"]["storage"])

    def test_the_policy_is_there_before_the_pod(self):
        _, cluster = self.beside()
        policy = cluster.get("networkpolicy", "iris-no-egress-clone")
        self.assertEqual((["Egress"], []), (policy["spec"]["policyTypes"], policy["spec"]["egress"]))
        labels = cluster.get("statefulset", "iris-clone")["spec"]["template"]["metadata"]["labels"]
        self.assertEqual(labels, policy["spec"]["podSelector"]["matchLabels"])
        first = next(c for c in cluster.calls if c[0] == "apply")
        self.assertTrue(first[-1].endswith("clone/no-egress.yaml"))

    def test_nothing_that_serves_the_running_one_selects_the_clone(self):
        _, cluster = self.beside()
        labels = cluster.get("statefulset", "iris-clone")["spec"]["template"]["metadata"]["labels"]
        base = kustomize.read((kustomize.K8S / "base/services.yaml").read_text())
        for service in base:
            self.assertFalse(service["spec"]["selector"].items() <= labels.items())

    def test_not_started(self):
        code, cluster = self.beside("--not-started")
        self.assertEqual(0, code, self.output)
        clone = cluster.get("statefulset", "iris-clone")["spec"]["template"]["spec"]
        self.assertEqual(["--up", "false"], clone["containers"][0]["args"])

    def test_drop_takes_all_of_it_and_nothing_else(self):
        _, cluster = self.beside()
        self.assertEqual(0, self.run_script(cluster, SCRIPT, "drop"), self.output)
        self.assertEqual([], [k for k in cluster.objects if "clone" in k and not k.startswith("pv/")])
        self.assertEqual("old", volume_of(cluster))

    def test_the_policy_is_there_as_long_as_the_pod(self):
        _, cluster = self.beside()
        self.assertEqual(0, self.run_script(cluster, SCRIPT, "drop"), self.output)
        self.assertFalse(cluster.exposed)
        calls = [f"{c[0]} {c[1]}" for c in cluster.calls if c[0] == "delete"]
        self.assertEqual("delete networkpolicy", calls[-1])

    def test_a_clone_that_does_not_stop_keeps_its_policy(self):
        _, cluster = self.beside()
        cluster.scenario = {"stops": False}
        self.assertEqual(1, self.run_script(cluster, SCRIPT, "drop"))
        cluster.pass_time(60)
        self.assertIsNotNone(cluster.get("networkpolicy", "iris-no-egress-clone"))
        self.assertIsNotNone(cluster.get("pvc", "iris-pvc-clone"))
        cluster.scenario = {}
        self.assertEqual(0, self.run_script(cluster, SCRIPT, "drop"), "once more, the StatefulSet gone: " + self.output)
        self.assertFalse(cluster.exposed)
        self.assertEqual([], [k for k in cluster.objects if "clone" in k and not k.startswith("pv/")])

    def test_drop_cut_off_anywhere_lets_nothing_out(self):
        for fault in ("TERM", "KILL", "API server away"):
            for nth in range(1, 6):
                with self.subTest(f"{fault} at call {nth}"):
                    _, cluster = self.beside()
                    if fault == "API server away":
                        since = cluster.clock - START + nth
                        cluster.scenario = {"outages": [[since, since + 10**9]]}
                    else:
                        cluster.scenario = {"kill": [len(cluster.calls) + nth, fault]}
                    self.run_script(cluster, SCRIPT, "drop")
                    cluster.scenario = {}
                    cluster.pass_time(60)
                    self.assertEqual(0, self.run_script(cluster, SCRIPT, "drop"), self.output)
                    self.assertFalse(cluster.exposed)
                    self.assertEqual([], [k for k in cluster.objects if "clone" in k and not k.startswith("pv/")])

    def test_a_second_clone_is_refused(self):
        _, cluster = self.beside()
        self.assertEqual(1, self.run_script(cluster, SCRIPT, "beside", "iris-last"))
        self.assertIn("iris-restore drop", self.output)


class CommandLine(ScriptCase):
    def test_wrong_usage_is_2_and_does_nothing(self):
        for words in (["in-place"], ["beside", "a", "b"], ["restore", "x"], ["drop", "x"], ["beside", "--yes", "x"]):
            cluster = new_cluster({}, LAST)
            self.assertEqual(2, self.run_script(cluster, SCRIPT, *words), words)
            self.assertEqual([], cluster.calls)
        self.assertEqual(0, self.run_script(new_cluster({}), SCRIPT, "help"))

    def test_shellcheck_is_content(self):
        if not shutil.which("shellcheck"):
            self.skipTest("no shellcheck")
        told = subprocess.run(["shellcheck", "-s", "sh", SCRIPT], capture_output=True, text=True)
        self.assertEqual(0, told.returncode, told.stdout)


if __name__ == "__main__":
    kustomize.need_kubectl()
    unittest.main(verbosity=2)
