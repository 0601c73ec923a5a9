"""Every kustomization builds, and what it builds keeps the rules of semantics.py.

Strict schemas, too, where IRIS_INIT_K8S_SCHEMAS names a directory of them: one JSON schema a kind, named
KIND-GROUP-VERSION.json in lower case, GROUP being the first word of the API group.
"""
import json
import os
import pathlib
import unittest

import kustomize
import semantics

WITHOUT_SCHEMA = ("monitoring.coreos.com/v1", "velero.io/v1")  # the operators' own


def objects_of(directory):
    return kustomize.read(kustomize.build(directory))


def schema_name(o):
    group, _, version = o["apiVersion"].rpartition("/")
    return "-".join(word for word in (o["kind"].lower(), group.split(".")[0], version) if word) + ".json"


def innermost(error):
    """Of the branches of an anyOf the one that went furthest."""
    while error.context:
        error = max(error.context, key=lambda e: (len(e.absolute_path), e.validator != "type"))
    return error


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

    def test_templates_are_yaml(self):
        for name in kustomize.TEMPLATES:
            for path in kustomize.K8S.rglob(name):
                for o in kustomize.read(path.read_text()):
                    self.assertEqual("Secret", o["kind"], path)

    def test_every_object_fits_its_strict_schema(self):
        given = os.environ.get("IRIS_INIT_K8S_SCHEMAS")
        if not given:
            print("note: no strict schemas: IRIS_INIT_K8S_SCHEMAS names no directory of them")
            return
        import jsonschema  # asked for: its absence is an error
        directory = pathlib.Path(given)
        checked = 0
        texts = {d: kustomize.build(d) for d in kustomize.kustomizations()}
        texts |= {p: p.read_text() for name in kustomize.TEMPLATES for p in kustomize.K8S.rglob(name)}
        for source, text in texts.items():
            for o in kustomize.read(text):
                if o["apiVersion"] in WITHOUT_SCHEMA:
                    continue
                validator = jsonschema.Draft7Validator(json.loads((directory / schema_name(o)).read_text()))
                errors = [innermost(e) for e in validator.iter_errors(o)]
                told = [f"{'.'.join(map(str, e.absolute_path))}: {e.message[:160]}" for e in errors]
                self.assertEqual([], told, f"{source}: {semantics.label(o)}")
                checked += 1
        print(f"note: {checked} objects fit their strict schemas")
        self.assertGreater(checked, 0)


if __name__ == "__main__":
    kustomize.need_kubectl()
    unittest.main(verbosity=2)
