"""The snapshot job against iris-init itself, with the stand-in in the place of IRIS and a copy in that of a snapshot:
under write load the copy is not torn, has all that was acknowledged before the freeze, and a container starts on it.

    copy_test.py PROGRAMS      the directory with iris-init, iris-agent, irisctl, cpfmerge, iris-standin
"""
import contextlib
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

import kustomize

SCRIPT = kustomize.K8S / "snapshot/parts/snapshot.sh"
USER = 51773

# exec goes into the container; create copies the data and then says when that was; the rest is remembered.
KUBECTL = r"""#!/bin/bash
set -eu
args=" $* "
case $args in
  *" exec "*)
    while [[ $1 != -- ]]; do shift; done
    if [[ $3 == freeze ]]; then cp "$ROOM/acknowledged" "$ROOM/acknowledged-before"; fi
    shift
    exec "$ROOM/enter" "$@"
    ;;
  *" create "*)
    cp -a "$ROOM/data" "$ROOM/copy"
    date -u +%Y-%m-%dT%H:%M:%SZ >"$ROOM/cut"
    ;;
  *creationTime\}*) cat "$ROOM/cut" ;;
  *readyToUse\}*) echo -n true ;;
  *" label "*) echo "$*" >>"$ROOM/labels" ;;
esac
"""


class Container:
    """iris-init as PID 1 over a data directory."""

    def __init__(self, room, programs, data):
        self.room, self.bin = room, room / "bin"
        become = ["setpriv", f"--reuid={USER}", f"--regid={USER}", "--clear-groups", "--"]
        run, home = room / f"run-{data.name}", room / f"home-{data.name}"
        for directory in (run, home):
            directory.mkdir()
            os.chown(directory, USER, USER)
        self.environment = [
            "env", "-i", f"PATH={self.bin}:/usr/bin:/bin", f"HOME={home}", "ISC_PACKAGE_INSTANCENAME=IRIS",
            f"ISC_PACKAGE_INSTALLDIR={room}/irissys", f"IRISSYS={home}/irissys", f"ISC_DATA_DIRECTORY={data}/iris",
            f"IRIS_INIT_MERGE_DIR={room}/merge.d", "IRIS_INIT_MERGE_ALLOW_DEFAULT_PASSWORD=on",
            f"IRIS_INIT_PATHS_RUN_DIR={run}", "IRIS_INIT_HTTP_LISTEN=127.0.0.1:8008"]
        self.log = open(room / f"log-{data.name}", "w+")
        self.process = subprocess.Popen(
            ["unshare", "--pid", "--fork", "--mount", "--mount-proc", "--ipc", "--net", "--uts", "--kill-child", "sh", "-c",
             'ip link set lo up; exec "$@"', "sh", *become, *self.environment, "iris-init", "--", "iris-main"],
            cwd=home, stdin=subprocess.DEVNULL, stdout=self.log, stderr=subprocess.STDOUT)
        self.pid = self.find_pid()
        self.enter = ["nsenter", f"--target={self.pid}", "--pid", "--mount", "--ipc", "--net", "--uts"]

    def find_pid(self):
        children = pathlib.Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        for _ in range(3000):
            with contextlib.suppress(OSError, IndexError):
                pid = children.read_text().split()[0]
                if pathlib.Path(f"/proc/{pid}/comm").read_text().strip() == "iris-init":
                    return pid
            time.sleep(0.01)
        raise RuntimeError("iris-init did not start")

    def run(self, *words):
        return subprocess.run([*self.enter, *self.environment, *words], capture_output=True, text=True)

    def popen(self, *words):
        return subprocess.Popen([*self.enter, "setpriv", f"--reuid={USER}", f"--regid={USER}", "--clear-groups", "--",
                                 *self.environment, *words])

    def stop(self):
        if self.process.poll() is not None:
            return self.process.returncode
        with contextlib.suppress(ProcessLookupError):
            os.kill(int(self.pid), signal.SIGTERM)
        try:
            return self.process.wait(60)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.wait()
        finally:
            self.log.close()


class Copy(unittest.TestCase):
    programs = None

    def setUp(self):
        self.room = pathlib.Path(tempfile.mkdtemp(prefix="iris-init-copy."))
        self.addCleanup(shutil.rmtree, self.room)
        self.room.chmod(0o755)
        for name in ("data", "bin", "irissys", "merge.d", "tmp"):
            (self.room / name).mkdir()
        for name in ("iris-init", "iris-agent", "irisctl", "cpfmerge", "iris-standin"):
            shutil.copy(self.programs / name, self.room / "bin" / name)
        for name in ("iris-main", "iris", "irisdb"):
            (self.room / "bin" / name).symlink_to("iris-standin")
        for name in ("data", "irissys"):
            os.chown(self.room / name, USER, USER)
        (self.room / "acknowledged").touch()
        os.chown(self.room / "acknowledged", USER, USER)

    def start(self, data):
        container = Container(self.room, self.programs, data)
        self.addCleanup(container.stop)
        ready = container.run("irisctl", "wait", "--for", "ready", "--timeout", "60s")
        self.assertEqual(0, ready.returncode, ready.stderr + (self.room / f"log-{data.name}").read_text())
        return container

    def take_snapshot(self, container):
        enter = self.room / "enter"
        enter.write_text("#!/bin/sh\nexec " + " ".join([*container.enter, *container.environment]) + ' "$@"\n')
        kubectl = self.room / "tmp/kubectl"
        kubectl.write_text(KUBECTL)
        for path in (enter, kubectl):
            path.chmod(0o755)
        return subprocess.run(["sh", SCRIPT], capture_output=True, text=True, timeout=120, env={
            "PATH": f"{self.room}/tmp:{os.environ['PATH']}", "ROOM": str(self.room), "TMPDIR": str(self.room / "tmp")})

    def test_a_snapshot_under_load_is_whole_and_starts(self):
        container = self.start(self.room / "data")
        acknowledged = self.room / "acknowledged"
        load = container.popen("iris-standin", "load", "600", "2", "--acknowledged", str(acknowledged))
        self.addCleanup(load.wait)
        self.addCleanup(load.terminate)
        for _ in range(6000):
            if acknowledged.stat().st_size > 4096:
                break
            time.sleep(0.01)

        taken = self.take_snapshot(container)
        self.assertEqual(0, taken.returncode, taken.stdout + taken.stderr)
        self.assertIn("consistency=application", (self.room / "labels").read_text())
        freeze = json.loads(container.run("irisctl", "status", "-o", "json").stdout)["freeze"]
        self.assertEqual(("thawed", "held"), (freeze["state"], freeze["last"]["outcome"]))

        copy = self.room / "copy/iris"
        verdict = subprocess.run(
            [self.room / "bin/irisdb", "--verify", copy, "--acknowledged", self.room / "acknowledged-before"],
            capture_output=True, text=True)
        self.assertIn(verdict.returncode, (0, 1), "torn:\n" + verdict.stdout + verdict.stderr)
        found = re.search(r"missing after recovery: 0 of (\d+) acknowledged", verdict.stdout)
        self.assertTrue(found, verdict.stdout)
        self.assertGreater(int(found[1]), 10)

        load.terminate()
        self.assertEqual(0, container.stop(), "a clean stop")
        self.start(self.room / "copy")


if __name__ == "__main__":
    if len(sys.argv) < 2:
        kustomize.skip("no directory with the programs was given; ctest gives it")
    Copy.programs = pathlib.Path(os.path.abspath(sys.argv.pop(1)))
    if os.geteuid() != 0:
        kustomize.skip("not root: no namespaces with another user in them")
    if subprocess.run(["unshare", "--pid", "--fork", "--mount", "--mount-proc", "--net", "true"], capture_output=True).returncode:
        kustomize.skip("this machine gives no new namespaces")
    kustomize.run_tests()
