"""Runs a script of k8s/ against cluster.py and looks at what it left behind."""
import copy
import os
import pathlib
import re
import shutil
import signal
import socketserver
import subprocess
import tempfile
import threading
import traceback
import unittest

import kustomize
from cluster import Cluster
from programs import call

# kubectl, date, sleep and timeout: asks the test, over a socket; all of it built into bash, since it runs thousands of
# times.
CLIENT = r"""#!/bin/bash
called=${0##*/}
if [[ $called == timeout ]]; then shift; exec "$@"; fi
if [[ $called == kubectl && $1 == kustomize ]]; then exec "$REAL_KUBECTL" "$@"; fi
if [[ " $* " == *" -f - "* ]]; then IFS= read -r -d '' input; fi
exec 3<>"/dev/tcp/127.0.0.1/$CLUSTER_PORT"
printf '%s\0' $(($# + 3)) "$SCRIPT_PID" "$input" "$called" "$@" >&3
IFS= read -r -d '' code <&3; IFS= read -r -d '' out <&3; IFS= read -r -d '' err <&3
printf '%s' "$out"; printf '%s' "$err" >&2
exit "$code"
"""

# Short: what fits into a run of all tests. './run manifests' is long: every line, every second.
LONG = os.environ.get("IRIS_INIT_K8S_TESTS") == "long"


def snapshot(name, born, **labels):
    """One that is there already."""
    return {"kind": "VolumeSnapshot", "metadata": {"name": name, "labels": labels, "creationTimestamp": born},
            "spec": {"source": {"persistentVolumeClaimName": "iris-pvc"}},
            "status": {"boundVolumeSnapshotContentName": f"content-{name}",
                       "readyToUse": True, "creationTime": born, "restoreSize": "10Gi"},
            "cut": 0, "born": 0, "window": None}


def new_cluster(scenario, *more):
    statefulset = kustomize.read((kustomize.K8S / "base/statefulset.yaml").read_text())[0]
    statefulset["status"] = {}
    statefulset["metadata"]["namespace"] = "default"
    objects = {
        "statefulset/iris": statefulset,
        "pvc/iris-pvc": {"kind": "PersistentVolumeClaim", "metadata": {"name": "iris-pvc", "namespace": "default"},
                         "spec": {"volumeName": "pv-old", "storageClassName": "iris-longhorn",
                                  "resources": {"requests": {"storage": "10Gi"}}}, "status": {"phase": "Bound"}},
        "pv/pv-old": {"kind": "PersistentVolume", "metadata": {"name": "pv-old"}, "data": "old", "status": {"phase": "Bound"},
                      "spec": {"persistentVolumeReclaimPolicy": "Delete", "storageClassName": "iris-longhorn",
                               "capacity": {"storage": "10Gi"},
                               "claimRef": {"name": "iris-pvc", "namespace": "default", "uid": "uid-old"}}},
        "storageclass/iris-longhorn": {"kind": "StorageClass", "metadata": {"name": "iris-longhorn"},
                                       "provisioner": "driver.longhorn.io"},
        "pod/iris-0": {"kind": "Pod", "metadata": {"name": "iris-0"}, "claim": "iris-pvc", "born": 0, "ready": True,
                       "volume": "pv-old", "status": {}},
    }
    kinds = {"PersistentVolume": "pv", "PersistentVolumeClaim": "pvc"}
    objects |= {f"{kinds.get(o['kind'], o['kind'].lower())}/{o['metadata']['name']}": o for o in copy.deepcopy(more)}
    return Cluster(scenario, objects)


class Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    cluster = None
    one_at_a_time = threading.Lock()


class Handler(socketserver.StreamRequestHandler):
    def word(self):
        word = bytearray()
        while (byte := self.rfile.read(1)) not in (b"\0", b""):
            word += byte
        return word.decode()

    def handle(self):
        script, stdin, called, *words = [self.word() for _ in range(int(self.word()))]
        with self.server.one_at_a_time:
            cluster = self.server.cluster
            cluster.script, cluster.stdin = int(script), stdin
            try:
                answer = call(cluster, called, words)
            except Exception:  # a fault of the test: loud, in the script's own output
                answer = 99, "", traceback.format_exc()
        for part in answer:
            self.wfile.write(str(part).encode() + b"\0")


class ScriptCase(unittest.TestCase):
    shell = "sh"  # of this machine

    @classmethod
    def setUpClass(cls):
        cls.server = Server(("127.0.0.1", 0), Handler)
        threading.Thread(target=cls.server.serve_forever, daemon=True).start()

    @classmethod
    def tearDownClass(cls):
        cls.server.shutdown()
        cls.server.server_close()

    def setUp(self):
        self.directory = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.directory)
        (self.directory / "bin").mkdir()
        for name in ("kubectl", "date", "sleep", "timeout"):
            path = self.directory / "bin" / name
            path.write_text(CLIENT)
            path.chmod(0o755)

    def run_script(self, cluster, script, *arguments, **environment):
        """Its exit code (negative: killed). All that it started has ended, too: it holds our pipes."""
        self.server.cluster = cluster
        around = {"PATH": f"{self.directory}/bin:{os.environ['PATH']}", "TMPDIR": str(self.directory),
                  "CLUSTER_PORT": str(self.server.server_address[1]), "REAL_KUBECTL": kustomize.kubectl() or "/none",
                  **environment}
        run = f'SCRIPT_PID=$$; export SCRIPT_PID; exec {self.shell} "$0" "$@"'
        done = subprocess.run(["sh", "-c", run, script, *arguments],
                              env=around, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=120,
                              stdin=subprocess.DEVNULL)
        self.output = done.stdout
        self.assertNotIn("Traceback", self.output)
        return done.returncode

    def variants(self, script, command, to=None, short=8):
        """The script with `command` put in after each line where that makes sense, each with its line's number.

        The short form takes one in `short`. `to`: where it must lie, else anywhere."""
        lines = script.read_text().split("\n")
        inside, found = None, 0
        for number, line in enumerate(lines, 1):
            here = re.search(r"<<'?([A-Z]+)'?$", line)
            inside = here[1] if here else None if line == inside else inside
            if inside or not line.strip() or line.endswith(("\\", "||", "&&", "|")) or line.lstrip().startswith("#"):
                continue
            text = "\n".join([*lines[:number], command, *lines[number:]])
            if subprocess.run(["sh", "-n"], input=text, text=True, capture_output=True).returncode == 0:
                found += 1
                if not LONG and found % short:
                    continue
                path = to or self.directory / "variant.sh"
                path.write_text(text)
                yield number, path


KILLED = {-signal.SIGKILL, 128 + signal.SIGKILL}
