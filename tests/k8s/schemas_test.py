"""Every object of every kustomization, and every template, fits a strict JSON schema.

They are looked for in IRIS_INIT_K8S_SCHEMAS, else beside the project: one schema a kind, named KIND-GROUP-VERSION.json in
lower case, GROUP being the first word of the API group.
"""
import json
import os
import pathlib
import unittest

import kustomize
import semantics

WITHOUT_SCHEMA = ("monitoring.coreos.com/v1", "velero.io/v1")  # the operators' own


def directory_of_schemas():
    given = os.environ.get("IRIS_INIT_K8S_SCHEMAS")
    if given:
        return pathlib.Path(given)  # its absence is an error
    beside = sorted(kustomize.ROOT.parent.glob("shared/k8s-schemas/*-strict"))
    return beside[-1] if beside else kustomize.skip("no strict schemas; IRIS_INIT_K8S_SCHEMAS names a directory of them")


def schema_name(o):
    group, _, version = o["apiVersion"].rpartition("/")
    return "-".join(word for word in (o["kind"].lower(), group.split(".")[0], version) if word) + ".json"


def innermost(error):
    """Of the branches of an anyOf the one that went furthest."""
    while error.context:
        error = max(error.context, key=lambda e: (len(e.absolute_path), e.validator != "type"))
    return error


def problems(o, schema):
    errors = [innermost(e) for e in jsonschema.Draft7Validator(schema).iter_errors(o)]
    return [f"{'.'.join(map(str, e.absolute_path))}: {e.message[:160]}" for e in errors]


class Schemas(unittest.TestCase):
    def schema_of(self, o):
        return json.loads((SCHEMAS / schema_name(o)).read_text())

    def test_every_object_fits_its_own(self):
        checked = 0
        texts = {d: kustomize.build(d) for d in kustomize.kustomizations()}
        texts |= {p: p.read_text() for name in kustomize.TEMPLATES for p in kustomize.K8S.rglob(name)}
        for source, text in texts.items():
            for o in kustomize.read(text):
                if o["apiVersion"] in WITHOUT_SCHEMA:
                    continue
                self.assertEqual([], problems(o, self.schema_of(o)), f"{source}: {semantics.label(o)}")
                checked += 1
        print(f"note: {checked} objects fit")
        self.assertGreater(checked, 0)

    def test_a_misspelt_field_does_not(self):
        o = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "a"}, "spec": {"prots": []}}
        self.assertNotEqual([], problems(o, self.schema_of(o)))


if __name__ == "__main__":
    kustomize.need_kubectl()
    SCHEMAS = directory_of_schemas()
    try:
        import jsonschema
    except ImportError:
        kustomize.skip("no jsonschema here (package python3-jsonschema)")
    kustomize.run_tests()
