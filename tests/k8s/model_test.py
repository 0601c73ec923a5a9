"""The model of the cluster answers as the real kubectl does, as far as that can be asked without a cluster."""
import copy
import json
import pathlib
import re
import subprocess
import tempfile
import unittest

import kustomize
import programs
from restore_case import PARTS

POD = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "iris-0", "labels": {"app": "iris"}, "annotations": {"iris-restore/volume": "pv-old"}},
       "spec": {"containers": [{"name": "side", "image": "a"}, {"name": "iris", "image": "b", "args": ["--key", "/a<b> & 'c\"d\\"]}]},
       "status": {"phase": "Running", "conditions": [{"type": "Initialized", "status": "False"}, {"type": "Ready", "status": "True"}],
                  "containerStatuses": [{"name": "side", "restartCount": 7, "image": "a", "imageID": "a", "ready": True, "state": {}},
                                        {"name": "iris", "restartCount": 2, "image": "b", "imageID": "b", "ready": False,
                                         "state": {"waiting": {"reason": "CrashLoopBackOff"}}}]}}
BARE = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "iris-0"}, "spec": {"containers": [{"name": "iris", "image": "b"}]}}
POLICY = {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": {"name": "p"},
          "spec": {"podSelector": {"matchLabels": {"app": "iris"}}, "policyTypes": ["Egress"], "egress": [{}]}}


def templates():
    """What the scripts ask for: of one object, and the lines of a list, which are put into an own range."""
    text = "".join(part.read_text() for part in PARTS)
    found = set(re.findall(r"jsonpath=(\{[^\"'$]*\})'", text))
    for path in re.findall(r"field(?:_if_there)? \S+ \S+ '?([^)'\n ]+(?:\}:?/?\{[^']*)?)", text):
        if path.startswith(".") and path.count("(") == path.count(")"):
            found.add("{" + path + "}")
    found |= {"".join(re.findall(r"each='(\{\.status[^']*)'", text)), "{.status.containerStatuses[?(@.name==\"iris\")].state.waiting.reason}",
              "{.spec.containers[?(@.name==\"iris\")].args}", "{.spec}", "{range .spec.containers[*]}{.name}|{.image}|{.args}{\"\\n\"}{end}",
              "{.metadata.name}|{.spec.podSelector}|{.spec.egress}{\"\\n\"}"}
    return sorted(found)


def plain(text):
    """Go writes <, > and & in JSON as escapes, which every reader of JSON and YAML takes for the same."""
    return re.sub(r"\\u00(3c|3e|26)", lambda m: chr(int(m[1], 16)), text)


class Model(unittest.TestCase):
    def real(self, o, template):
        with tempfile.TemporaryDirectory() as directory:
            path = pathlib.Path(directory, "o.json")
            path.write_text(json.dumps(o))
            done = subprocess.run([kustomize.kubectl(), "label", "--local", "-f", path, "asked=yes", "-o", f"jsonpath={template}"],
                                  capture_output=True, text=True)
            self.assertEqual(0, done.returncode, f"{template}: {done.stderr}")
            return done.stdout

    def test_it_finds_the_same(self):
        asked = templates()
        self.assertGreater(len(asked), 20, asked)
        for o in (POD, BARE, POLICY):
            for template in asked:
                with self.subTest(f"{o['kind']}: {template}"):
                    mine = programs.jsonpath(copy.deepcopy(o), template)
                    real = plain(self.real(o, template))
                    if template == "{.spec}":  # in an order of fields that nobody relies on
                        mine, real = json.loads(mine), json.loads(real)
                    self.assertEqual(mine, real)


if __name__ == "__main__":
    kustomize.need_kubectl()
    kustomize.run_tests()
