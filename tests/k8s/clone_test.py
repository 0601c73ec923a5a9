"""iris-restore beside and drop through every failure: the running IRIS is not touched, and no clone ever speaks."""
import shutil
import unittest

import kustomize
import semantics
from restore_case import LAST, SCRIPT, RestoreCase, new_cluster, snapshot, volume_of
from script_case import LONG

OTHER = snapshot("iris-other", "2027-01-09T02:00:00Z", consistency="crash")


def policy(name, selector, egress):
    return {"kind": "NetworkPolicy", "metadata": {"name": name, "labels": {}}, "spec": {"podSelector": selector, "egress": egress}}


class CloneCase(RestoreCase):
    def running(self, *more):
        """The cluster, with a running IRIS that differs from the base in all that a clone has to take over."""
        cluster = new_cluster({}, LAST, OTHER, *more)
        statefulset = cluster.get("statefulset", "iris")
        statefulset["metadata"].update(labels={"app": "iris", "argocd": "mine"}, annotations={"iris-restore/volume": "pv-0"})
        template = statefulset["spec"]["template"]
        template["metadata"]["labels"]["team"] = "ward-7"
        template["metadata"]["annotations"] = {"pre.hook.backup.velero.io/container": "iris"}
        container = template["spec"]["containers"][0]
        container.update(image="registry.example.com/iris:7", args=["--key", "/run/secrets/iris-key/a<b & 'c\"d"],
                         resources={"requests": {"memory": "64Gi"}, "limits": {"memory": "64Gi"}})
        template["spec"]["volumes"].append({"name": "licence", "secret": {"secretName": "iris-key"}})
        container["volumeMounts"].append({"name": "licence", "mountPath": "/run/secrets/iris-key"})
        template["spec"]["nodeSelector"] = {"disk": "fast"}
        cluster.put({"kind": "Secret", "metadata": {"name": "iris-key", "labels": {}}})
        cluster.get("pvc", "iris-pvc")["spec"]["resources"]["requests"]["storage"] = "50Gi"
        return cluster

    def beside(self, *options, scenario=None, script=SCRIPT, cluster=None):
        cluster = cluster or self.running()
        cluster.scenario = scenario or {}
        code = self.restore(cluster, "beside", *options, "iris-last", script=script)
        self.calls = len(cluster.calls)
        self.assert_says_what_next(code)
        self.assert_untouched(cluster)
        return code, cluster

    def assert_untouched(self, cluster):
        self.assertFalse(cluster.exposed, "a clone's pod without its policy\n" + self.output)
        wanted, claim = cluster.get("statefulset", "iris"), cluster.get("pvc", "iris-pvc")
        self.assertEqual((1, "pv-old"), (wanted["spec"]["replicas"], claim["spec"]["volumeName"]), self.output)
        self.assertNotIn("deletionTimestamp", claim["metadata"])
        self.assertEqual("old", volume_of(cluster))

    def assert_gone(self, cluster):
        self.assertEqual([], [k for k in cluster.objects if "clone" in k and not k.startswith("pv/")])
        self.assert_untouched(cluster)


class Beside(CloneCase):
    def pod(self, cluster):
        return cluster.get("statefulset", "iris-clone")["spec"]["template"]

    def test_a_clone_runs_and_the_running_one_is_not_touched(self):
        code, cluster = self.beside()
        self.assertEqual(0, code, self.output)
        self.assertEqual(("iris-last", "old"), (volume_of(cluster, "iris-clone-0"), volume_of(cluster)))
        self.assertIn("iris-cpf-merge", [v["configMap"]["name"] for v in self.pod(cluster)["spec"]["volumes"] if "configMap" in v])

    def test_its_pod_is_that_of_the_running_one_but_for_the_claim(self):
        # Whatever the base says: resources, arguments, licence, nodes, image.
        copied = shutil.copytree(kustomize.K8S, self.directory / "k8s")
        for file in ("kustomization.yaml", "statefulset.yaml"):
            path = copied / "base" / file
            path.write_text(path.read_text().replace("iris-with-init", "something-else").replace("4Gi", "1Gi"))
        for script in (SCRIPT, copied / "restore/iris-restore"):
            code, cluster = self.beside(script=script)
            self.assertEqual(0, code, self.output)
            wanted = cluster.get("statefulset", "iris")["spec"]["template"]["spec"]
            pod = self.pod(cluster)["spec"]
            for volume in pod["volumes"]:
                if "persistentVolumeClaim" in volume:
                    self.assertEqual("iris-pvc-clone", volume["persistentVolumeClaim"]["claimName"])
                    volume["persistentVolumeClaim"]["claimName"] = "iris-pvc"
            self.assertEqual(wanted, pod)
            self.assertEqual("50Gi", cluster.get("pvc", "iris-pvc-clone")["spec"]["resources"]["requests"]["storage"])
            self.assertEqual("iris-pod-clone", cluster.get("statefulset", "iris-clone")["spec"]["serviceName"])

    def test_nothing_that_looks_after_the_running_one_finds_the_clone(self):
        _, cluster = self.beside()
        for part in (cluster.get("statefulset", "iris-clone"), self.pod(cluster)):
            self.assertEqual({"app": "iris-clone"}, part["metadata"]["labels"])
            self.assertNotIn("annotations", part["metadata"])
        for service in kustomize.read((kustomize.K8S / "base/services.yaml").read_text()):
            self.assertFalse(service["spec"]["selector"].items() <= self.pod(cluster)["metadata"]["labels"].items())

    def test_what_it_applies_keeps_the_rules(self):
        _, cluster = self.beside()
        made = [cluster.get(*key.split("/")) for key in ("statefulset/iris-clone", "pvc/iris-pvc-clone", "service/iris-svc-clone",
                                                         "service/iris-pod-clone", "networkpolicy/iris-no-egress-clone")]
        found = [p for p in semantics.problems(made) if "Secret/iris-key" not in p]
        self.assertEqual([], found)

    def test_a_patch_for_the_clone_alone(self):
        copied = shutil.copytree(kustomize.K8S, self.directory / "k8s")
        with open(copied / "restore/clone/kustomization.yaml", "a") as file:
            file.write("patches:\n- patch: |\n    - {op: replace, path: /spec/template/spec/containers/0/resources/limits/memory, value: 8Gi}\n"
                       "  target: {kind: StatefulSet, name: iris-clone}\n")
        code, cluster = self.beside(script=copied / "restore/iris-restore")
        self.assertEqual(0, code, self.output)
        self.assertEqual("8Gi", self.pod(cluster)["spec"]["containers"][0]["resources"]["limits"]["memory"])

    def test_the_policy_is_there_before_the_pod(self):
        _, cluster = self.beside()
        made = cluster.get("networkpolicy", "iris-no-egress-clone")
        self.assertEqual((["Egress"], []), (made["spec"]["policyTypes"], made["spec"]["egress"]))
        self.assertEqual(self.pod(cluster)["metadata"]["labels"], made["spec"]["podSelector"]["matchLabels"])
        first = next(c for c in cluster.calls if c[0] == "apply")
        self.assertTrue(first[-1].endswith("clone/no-egress.yaml"))

    def test_not_started_adds_to_the_arguments_there_are(self):
        for arguments in (["--key", "/a b/\"c\""], [], None):
            cluster = self.running()
            container = cluster.get("statefulset", "iris")["spec"]["template"]["spec"]["containers"][0]
            container.pop("args")
            if arguments is not None:
                container["args"] = arguments
            code, _ = self.beside("--not-started", cluster=cluster)
            self.assertEqual(0, code, self.output)
            self.assertEqual([*(arguments or []), "--up", "false"], self.pod(cluster)["spec"]["containers"][0]["args"])
            self.assertIn("iris start IRIS nostu", self.output)

    def test_a_clone_that_would_share_or_speak_is_refused(self):
        def volume(**source):
            return lambda cluster: cluster.get("statefulset", "iris")["spec"]["template"]["spec"]["volumes"].append(
                {"name": "extra", **source})
        for what, change, why in (
                ("a second claim", volume(persistentVolumeClaim={"claimName": "journals"}), "would write to.*'extra'"),
                ("a directory of the node", volume(hostPath={"path": "/journals"}), "would write to.*'extra'"),
                ("a share", volume(nfs={"server": "a", "path": "/journals"}), "would write to.*'extra'"),
                ("the node's network", lambda c: c.get("statefulset", "iris")["spec"]["template"]["spec"].update(hostNetwork=True),
                 "no NetworkPolicy holds"),
                ("a policy for all pods", lambda c: c.put(policy("allow-dns", {}, [{"ports": [{"port": 53}]}])), "'allow-dns' lets every pod"),
                ("a policy by expression", lambda c: c.put(policy("most", {"matchExpressions": [{"key": "a", "operator": "DoesNotExist"}]},
                                                                  [{}])), "'most' lets every pod")):
            with self.subTest(what):
                cluster = self.running()
                change(cluster)
                self.assert_nothing_was_done(cluster, self.restore(cluster, "beside", "iris-last"), why)

    def test_policies_of_others_do_not_matter(self):
        code, _ = self.beside(cluster=self.running(policy("iris", {"matchLabels": {"app": "iris"}}, [{}]), policy("deny", {}, [])))
        self.assertEqual(0, code, self.output)
        code, _ = self.beside("--not-started", cluster=self.running(policy("allow-dns", {}, [{}])))
        self.assertEqual(0, code, "IRIS does not run there: " + self.output)
        self.assertIn("'allow-dns' lets it speak", self.output)

    def test_what_keeps_the_clone_from_starting_is_said(self):
        def without_its_secret():
            cluster = self.running()
            del cluster.objects["secret/iris-key"]
            return cluster
        for what, cluster, scenario, why in (
                ("never bound", None, {"binds": False}, "its claim iris-pvc-clone Pending: .*kubectl describe pvc iris-pvc-clone"),
                ("no secret", without_its_secret(), {}, r"ContainerCreating.*kubectl describe pod iris-clone-0"),
                ("crashes", None, {"crashes": True}, "kubectl logs -p iris-clone-0"),
                ("never ready", None, {"starts": False}, "not ready: kubectl logs iris-clone-0")):
            with self.subTest(what):
                if cluster:
                    cluster.objects["pod/iris-0"]["status"] = {}
                    code = self.restore(cluster, "beside", "iris-last")
                else:
                    code, cluster = self.beside(scenario=scenario)
                self.assertEqual(1, code, self.output)
                self.assertRegex(self.output, why)
                self.assertIn("To go on: iris-restore beside iris-last; away with the clone: iris-restore drop", self.output)
                self.assertEqual(0, self.restore(cluster, "drop"), self.output)

    def test_asked_again_it_goes_on(self):
        code, cluster = self.beside(scenario={"binds": False})
        self.assertEqual(1, code)
        code, _ = self.beside(cluster=cluster)
        self.assertEqual(0, code, self.output)
        made = dict(cluster.get("statefulset", "iris-clone"))
        self.assertEqual(0, self.beside(cluster=cluster)[0], "and once more: " + self.output)
        self.assertEqual(made, cluster.get("statefulset", "iris-clone"))

    def test_a_clone_of_something_else_is_refused(self):
        def made(*words):
            cluster = self.running()
            self.assertEqual(0, self.restore(cluster, "beside", *words), self.output)
            cluster.calls = []
            return cluster
        foreign = {"kind": "StatefulSet", "metadata": {"name": "iris-clone", "labels": {"app": "hers"}}, "spec": {
            "replicas": 0, "template": {"spec": {"volumes": [{"persistentVolumeClaim": {"claimName": "a"}}]}}}}
        claim = {"kind": "PersistentVolumeClaim", "metadata": {"name": "iris-pvc-clone", "labels": {}}, "status": {"phase": "Bound"}, "spec": {}}
        for what, cluster, why in (
                ("another snapshot", made("iris-other"), "from 'iris-other'.*iris-restore drop"),
                ("not started", made("--not-started", "iris-last"), "only one of the two is --not-started: iris-restore drop"),
                ("her StatefulSet", self.running(foreign), "did not make"),
                ("her claim", self.running(claim), "did not make")):
            with self.subTest(what):
                self.assert_nothing_was_done(cluster, self.restore(cluster, "beside", "iris-last"), why)

    def test_each_call_fails_in_each_way(self):
        for options, of in (([], 1), (["--not-started"], 5)):
            self.beside(*options)
            for what, scenario in self.each_fault(self.calls, of=of):
                with self.subTest(f"{options}: {what}"):
                    _, cluster = self.beside(*options, scenario=scenario)
                    self.later(cluster)
                    code, _ = self.beside(*options, cluster=cluster)
                    self.assertEqual(0, code, "asked again it does not go on: " + self.output)
                    self.assertEqual(0, self.restore(cluster, "drop"), self.output)
                    self.assert_gone(cluster)

    def test_killed_after_each_line(self):
        lines = 0
        for signal in ("TERM", "KILL"):
            for where, path in self.each_line(f"kill -{signal} $$"):
                with self.subTest(f"SIG{signal} {where}"):
                    _, cluster = self.beside(script=path)
                    self.later(cluster)
                    self.assertEqual(0, self.restore(cluster, "drop"), self.output)
                    self.assert_gone(cluster)
                    lines += 1
        self.assertGreater(lines, 200 if LONG else 20)

    def test_it_leaves_no_files_behind(self):
        for scenario in ({}, {"gone": [[14, 1000]]}, {"kill": [14, "TERM"]}):
            self.beside(scenario=scenario)
            self.assertEqual(["bin"], [path.name for path in self.directory.iterdir()])


class Drop(CloneCase):
    def test_it_takes_all_of_the_clone_and_nothing_else(self):
        _, cluster = self.beside()
        self.assertEqual(0, self.restore(cluster, "drop"), self.output)
        self.assert_gone(cluster)
        self.assertEqual(0, self.restore(cluster, "drop"), "there is none: " + self.output)

    def test_the_policy_is_there_as_long_as_the_pod(self):
        _, cluster = self.beside()
        self.assertEqual(0, self.restore(cluster, "drop"), self.output)
        self.assertFalse(cluster.exposed)
        calls = [f"{c[0]} {c[1]}" for c in cluster.calls if c[0] == "delete"]
        self.assertEqual("delete networkpolicy", calls[-1])

    def test_a_clone_that_does_not_stop_keeps_its_policy(self):
        _, cluster = self.beside()
        cluster.scenario = {"stops": False}
        self.assertEqual(1, self.restore(cluster, "drop"))
        self.assertIn("iris-restore drop once more", self.output)
        cluster.pass_time(60)
        self.assertIsNotNone(cluster.get("networkpolicy", "iris-no-egress-clone"))
        self.assertIsNotNone(cluster.get("pvc", "iris-pvc-clone"))
        cluster.scenario = {}
        self.assertEqual(0, self.restore(cluster, "drop"), "once more, the StatefulSet gone: " + self.output)
        self.assert_gone(cluster)

    def test_cut_off_anywhere_it_lets_nothing_out(self):
        _, cluster = self.beside()
        before = self.calls
        self.assertEqual(0, self.restore(cluster, "drop"))
        for what, scenario in self.each_fault(len(cluster.calls) - before, since=before):
            with self.subTest(what):
                _, cluster = self.beside()
                cluster.scenario = scenario
                self.assert_says_what_next(self.restore(cluster, "drop"))
                self.later(cluster)
                self.assertFalse(cluster.exposed)
                self.assertEqual(0, self.restore(cluster, "drop"), self.output)
                self.assert_gone(cluster)


if __name__ == "__main__":
    kustomize.need_kubectl()
    kustomize.run_tests()
