"""Every kustomization builds, and what it builds keeps the rules of semantics.py."""
import unittest

import kustomize
import semantics


def objects_of(directory):
    return kustomize.read(kustomize.build(directory))


class Manifests(unittest.TestCase):
    def setUp(self):
        self.assertGreater(len(kustomize.kustomizations()), 0)

    def test_every_kustomization_builds_and_keeps_the_rules(self):
        for directory in kustomize.kustomizations():
            with self.subTest(directory.relative_to(kustomize.K8S)):
                self.assertEqual([], semantics.problems(objects_of(directory)))

    def test_every_file_is_taken_in_by_some_kustomization(self):
        taken = set()
        for path in kustomize.K8S.rglob("kustomization.yaml"):
            text = path.read_text()
            for file in path.parent.iterdir():
                if file.name in text:
                    taken.add(file)
        for path in sorted(kustomize.K8S.rglob("*.yaml")):
            if path.name in ("kustomization.yaml", "tldr.yaml", *kustomize.TEMPLATES):
                continue
            self.assertIn(path, taken, f"{path} is nowhere taken in")

    def test_templates_are_yaml_that_nobody_applies_by_mistake(self):
        for name in kustomize.TEMPLATES:
            for path in kustomize.K8S.rglob(name):
                objects = kustomize.read(path.read_text())
                self.assertTrue(all(o["kind"] == "Secret" for o in objects) or "CHANGE-ME" in path.read_text(), path)

    def test_the_copy_to_another_class_keeps_the_rules(self):
        template = kustomize.read((kustomize.K8S / "restore/move.example.yaml").read_text())
        self.assertEqual([], semantics.problems([*template, *kustomize.read((kustomize.K8S / "base/pvc.yaml").read_text())]))
        mine, base = (next(o for o in objects if o["kind"] in ("Job", "StatefulSet"))["spec"]["template"]["spec"]["securityContext"]
                      for objects in (template, objects_of(kustomize.K8S / "base")))
        self.assertEqual(base, mine, "the copy is IRIS's own")

    def test_a_backup_of_another_cluster_is_bound_to_its_snapshot(self):
        content, snapshot = kustomize.read((kustomize.K8S / "restore/backup.example.yaml").read_text())
        name, space = snapshot["metadata"]["name"], snapshot["metadata"]["namespace"]
        self.assertEqual({"name": name, "namespace": space}, content["spec"]["volumeSnapshotRef"])
        self.assertEqual({"volumeSnapshotContentName": content["metadata"]["name"]}, snapshot["spec"]["source"])
        self.assertEqual("Retain", content["spec"]["deletionPolicy"], "away with the object is not away with the backup")


if __name__ == "__main__":
    kustomize.need_kubectl()
    kustomize.run_tests()
