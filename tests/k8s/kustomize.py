"""What the tests of the manifests share: where things are, reading YAML strictly, kustomize."""
import functools
import os
import pathlib
import re
import shutil
import subprocess
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
K8S = ROOT / "k8s"
TEMPLATES = ("secrets.example.yaml", "secret.example.yaml", "backup.example.yaml", "move.example.yaml")  # taken in by no kustomization


def skip(why):
    """ctest takes this line for a skip."""
    print(f"SKIPPED: {why}")
    sys.exit(0)


def run_tests():
    """The tests of the program. What of them is not run is said in lines that `./run test` collects: ctest knows only of
    whole programs that pass, fail or are skipped."""
    result = unittest.main(verbosity=2, exit=False).result
    whys = {}
    for test, why in result.skipped:
        whys.setdefault(why, []).append(test.id().removeprefix("__main__."))
    sys.stderr.flush()
    for why, tests in whys.items():
        print(f"NOT RUN: {len(tests)} of {result.testsRun}: {why} ({', '.join(tests[:3])}{', …' if tests[3:] else ''})", flush=True)
    sys.exit(not result.wasSuccessful())


try:
    import yaml
except ImportError:
    skip("no PyYAML here (package python3-yaml)")


class Strict(yaml.SafeLoader):
    """A key twice is an error; a time stays text, as in Kubernetes."""


def _mapping(loader, node, deep=False):
    seen = set()
    for key_node, _ in node.value:
        key = loader.construct_object(key_node, deep=True)
        if key in seen:
            raise yaml.constructor.ConstructorError(None, None, f"key '{key}' twice", key_node.start_mark)
        seen.add(key)
    return yaml.SafeLoader.construct_mapping(loader, node, deep=True)


Strict.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)
Strict.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def read(text):
    """Every object of a text."""
    return [document for document in yaml.load_all(text, Loader=Strict) if document is not None]


@functools.cache
def kubectl():
    """One whose kustomize is 5 or later, or None: the one that `run` fetched, else that of the system."""
    for candidate in (ROOT / "build/tools/usr/bin/kubectl", shutil.which("kubectl")):
        if not candidate or not os.access(candidate, os.X_OK):
            continue
        told = subprocess.run([candidate, "version", "--client"], capture_output=True, text=True)
        version = re.search(r"Kustomize Version: v(\d+)", told.stdout)
        if version and int(version[1]) >= 5:
            return str(candidate)
    return None


def need_kubectl():
    return kubectl() or skip("no kubectl with kustomize 5; './run manifests' fetches it, where there is a network")


def kustomizations():
    """Every directory that can be applied; components can't, they are tried through overlays."""
    return [
        path.parent
        for path in sorted(K8S.rglob("kustomization.yaml"))
        if read(path.read_text())[0]["kind"] == "Kustomization"
    ]


@functools.cache
def build(directory):
    """The text that `kubectl apply -k` would send."""
    done = subprocess.run([need_kubectl(), "kustomize", directory], capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"kustomize {directory}: {done.stderr.strip()}")
    if done.stderr.strip():
        raise RuntimeError(f"kustomize {directory} warns: {done.stderr.strip()}")
    return done.stdout


def only(objects, kind, name):
    """The one object of that kind and name."""
    found = [o for o in objects if o["kind"] == kind and o["metadata"]["name"] == name]
    assert len(found) == 1, f"{len(found)} objects {kind}/{name}, not one"
    return found[0]
