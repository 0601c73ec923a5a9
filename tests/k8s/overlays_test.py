"""What each overlay is for, it does; components go together; k8s/tldr.yaml is not stale."""
import os
import pathlib
import subprocess
import tempfile
import unittest

import kustomize
import semantics
import tldr


def overlay(name):
    return kustomize.read(kustomize.build(kustomize.K8S / "overlays" / name))


def pod_of(objects):
    return kustomize.only(objects, "StatefulSet", "iris")["spec"]["template"]["spec"]


class Names(unittest.TestCase):
    """What users, other manifests and scripts rely on."""

    def test_the_names_of_the_contract(self):
        objects = kustomize.read(kustomize.build(kustomize.K8S / "base"))
        pod = pod_of(objects)
        self.assertEqual(["iris"], [c["name"] for c in pod["containers"]])
        self.assertEqual({"superserver": 1972, "web": 52773, "health": 8008},
                         {p["name"]: p["containerPort"] for p in pod["containers"][0]["ports"]})
        kustomize.only(objects, "PersistentVolumeClaim", "iris-pvc")
        kustomize.only(objects, "ConfigMap", "iris-cpf-merge")
        service = kustomize.only(objects, "Service", "iris-svc")["spec"]
        self.assertEqual(("ClusterIP", {1972, 52773}), (service["type"], {p["port"] for p in service["ports"]}))
        headless = kustomize.only(objects, "Service", "iris-pod")["spec"]
        self.assertEqual(("None", True), (headless["clusterIP"], headless["publishNotReadyAddresses"]))
        self.assertEqual("iris-pod", kustomize.only(objects, "StatefulSet", "iris")["spec"]["serviceName"])

    def test_a_lost_node_is_left_soon(self):
        for toleration in pod_of(kustomize.read(kustomize.build(kustomize.K8S / "base")))["tolerations"]:
            self.assertEqual(("NoExecute", 30), (toleration["effect"], toleration["tolerationSeconds"]))


class Overlays(unittest.TestCase):
    def test_tldr_is_what_the_longhorn_overlay_builds(self):
        self.assertEqual(tldr.text(), tldr.FILE.read_text(), "stale: ./run manifests")

    def test_every_component_has_an_overlay_that_tries_it(self):
        used = "".join(path.read_text() for path in (kustomize.K8S / "overlays").rglob("kustomization.yaml"))
        for component in (kustomize.K8S / "components").iterdir():
            self.assertIn(f"components/{component.name}]", used)

    def test_all_components_go_together(self):
        (kustomize.ROOT / "build").mkdir(exist_ok=True)
        with tempfile.TemporaryDirectory(dir=kustomize.ROOT / "build") as directory:
            up = "../../k8s"
            components = "\n".join(f"- {up}/components/{c.name}" for c in sorted((kustomize.K8S / "components").iterdir()))
            pathlib.Path(directory, "kustomization.yaml").write_text(
                f"resources: [{up}/overlays/longhorn]\ncomponents:\n{components}\n"
                "images: [{name: iris-with-init, newName: registry.example.com/iris, newTag: '1'}]\n")
            objects = kustomize.read(kustomize.build(directory))
        self.assertEqual([], semantics.problems(objects))
        pod = pod_of(objects)
        self.assertEqual(["--key", "/run/secrets/iris-key/iris.key", "--check-caps", "false"],
                         pod["containers"][0]["args"])
        self.assertEqual({"registry.example.com/iris:1"}, {c["image"] for c in semantics.containers(pod)})

    def test_longhorn_keeps_three_copies_and_survives_a_deleted_claim(self):
        objects = overlay("longhorn")
        claim = kustomize.only(objects, "PersistentVolumeClaim", "iris-pvc")
        storage = kustomize.only(objects, "StorageClass", claim["spec"]["storageClassName"])
        self.assertEqual("3", storage["parameters"]["numberOfReplicas"])
        self.assertEqual("Retain", storage["reclaimPolicy"])
        self.assertTrue(storage["allowVolumeExpansion"])
        setting = kustomize.only(objects, "Setting", "node-down-pod-deletion-policy")
        self.assertEqual("delete-both-statefulset-and-deployment-pod", setting["value"])

    def test_the_jobs_of_longhorn_reach_the_volumes_of_the_class(self):
        groups = {group for directory in ("longhorn", "longhorn/s3")
                  for o in kustomize.read(kustomize.build(kustomize.K8S / directory)) if o["kind"] == "RecurringJob"
                  for group in o["spec"]["groups"]}
        storage = kustomize.only(overlay("longhorn"), "StorageClass", "iris-longhorn")
        self.assertEqual({"iris"}, groups)
        self.assertIn('"name":"iris","isGroup":true', storage["parameters"]["recurringJobSelector"])

    def test_default_storage_names_no_class(self):
        claim = kustomize.only(overlay("default-storage"), "PersistentVolumeClaim", "iris-pvc")
        self.assertNotIn("storageClassName", claim["spec"])

    def test_the_load_balancer_serves_private_networks_and_the_web_port_only(self):
        service = kustomize.only(overlay("loadbalancer"), "Service", "iris-lb")["spec"]
        self.assertEqual([52773], [port["port"] for port in service["ports"]])
        self.assertNotIn("0.0.0.0/0", service["loadBalancerSourceRanges"])

    def test_restricted_fits_pod_security_restricted(self):
        pod = pod_of(overlay("restricted"))
        self.assertEqual("RuntimeDefault", pod["securityContext"]["seccompProfile"]["type"])
        self.assertTrue(pod["securityContext"]["runAsNonRoot"])
        for container in semantics.containers(pod):
            context = container["securityContext"]
            self.assertFalse(context["allowPrivilegeEscalation"])
            self.assertEqual({"drop": ["ALL"]}, context["capabilities"])
            self.assertTrue(context["readOnlyRootFilesystem"])
        for volume in pod["volumes"]:
            self.assertFalse({"hostPath", "nfs"} & set(volume))
        iris = pod["containers"][0]
        self.assertEqual(["--check-caps", "false"], iris["args"])
        written = {m["mountPath"] for m in iris["volumeMounts"] if not m.get("readOnly")}
        self.assertEqual({"/external", "/home/irisowner", "/run/iris-init", "/tmp"}, written)

    def test_the_home_is_copied_by_a_user_who_does_not_own_the_volume(self):
        if os.geteuid() != 0:
            self.skipTest("not root: no directory of another user")
        home = pod_of(overlay("restricted"))["initContainers"][0]
        with tempfile.TemporaryDirectory() as directory:
            os.chmod(directory, 0o755)
            old, new = pathlib.Path(directory, "old"), pathlib.Path(directory, "new")
            (old / "irissys").mkdir(parents=True)
            (old / "irissys/iris.reg").write_text("a registry")
            new.mkdir()
            os.chown(new, 0, 51773)
            new.chmod(0o2777)  # an emptyDir under fsGroup
            shell, option, command = home["command"]
            command = command.replace("/home/irisowner/", f"{old}/").replace("/writable-home/", f"{new}/")
            done = subprocess.run(["setpriv", "--reuid=51773", "--regid=51773", "--clear-groups", shell, option, command],
                                  capture_output=True, text=True)
            self.assertEqual((0, ""), (done.returncode, done.stderr))
            self.assertEqual("a registry", (new / "irissys/iris.reg").read_text())

    def test_the_probes_port_is_open_to_monitoring_only(self):
        rules = kustomize.only(overlay("networkpolicy"), "NetworkPolicy", "iris")["spec"]["ingress"]
        for_health = [rule for rule in rules if {"port": "health"} in rule["ports"]]
        self.assertEqual([[{"namespaceSelector": {"matchLabels": {"iris-monitoring": "true"}}}]],
                         [rule["from"] for rule in for_health])
        self.assertTrue(all(rule.get("from") and rule.get("ports") for rule in rules))


if __name__ == "__main__":
    kustomize.need_kubectl()
    kustomize.run_tests()
