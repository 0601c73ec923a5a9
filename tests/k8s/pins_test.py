"""k8s/pin-images writes the digest where kustomize takes the image from, or leaves everything as it was."""
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

import kustomize

DIGEST, OTHER = ("sha256:" + digit * 64 for digit in "ab")
JOB = "docker.io/alpine/k8s:1.34.1"
REGISTRY = """#!/bin/sh
echo "$*" >>"$ROOM/asked"
cat "$ROOM/answer"
exit "$(cat "$ROOM/code")"
"""


class Pins(unittest.TestCase):
    def setUp(self):
        self.room = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.room)
        self.k8s = shutil.copytree(kustomize.K8S, self.room / "k8s")
        (self.room / "bin").mkdir()
        self.registry()

    def registry(self, answer=DIGEST, code=0, tool="skopeo"):
        for name in ("skopeo", "crane"):
            (self.room / "bin" / name).unlink(missing_ok=True)
        path = self.room / "bin" / tool
        path.write_text(REGISTRY)
        path.chmod(0o755)
        (self.room / "answer").write_text(answer + "\n")
        (self.room / "code").write_text(str(code))

    def pin(self, *words):
        done = subprocess.run([self.k8s / "pin-images", *words], capture_output=True, text=True, env={
            "PATH": f"{self.room}/bin:{os.environ['PATH']}", "ROOM": str(self.room)})
        self.said = done.stdout + done.stderr
        return done.returncode

    def image(self, what="snapshot/once"):
        built = subprocess.run([kustomize.need_kubectl(), "kustomize", self.k8s / what], capture_output=True, text=True, check=True)
        pod = next(o for o in kustomize.read(built.stdout) if o["kind"] in ("Job", "StatefulSet"))
        return pod["spec"]["template"]["spec"]["containers"][0]["image"]

    def test_the_jobs_image_by_its_tag(self):
        for tool in ("skopeo", "crane"):
            self.registry(tool=tool)
            self.assertEqual(0, self.pin(), self.said)
            self.assertEqual(f"{JOB}@{DIGEST}", self.image())
        asked = (self.room / "asked").read_text()
        self.assertIn(f"docker://{JOB}\n", asked)
        self.assertIn(f"digest {JOB}\n", asked)

    def test_the_image_of_iris_wherever_it_lies(self):
        for image in ("registry.example.com/iris:2025.3-1", "localhost:5000/iris", "localhost:5000/deep/iris:1"):
            self.assertEqual(0, self.pin(f"iris-with-init={image}"), self.said)
            self.assertEqual(f"{image}@{DIGEST}", self.image("base"))
        self.assertEqual(JOB, self.image(), "the other one is as it was")

    def test_a_digest_that_is_given_asks_nobody(self):
        self.assertEqual(0, self.pin(f"kubectl-with-shell=mirror/k8s:1@{OTHER}"), self.said)
        self.assertEqual(f"mirror/k8s:1@{OTHER}", self.image())
        self.assertFalse((self.room / "asked").exists())

    def test_again_it_follows_the_tag(self):
        self.pin()
        self.registry(answer=OTHER)
        self.assertEqual(0, self.pin(), self.said)
        self.assertEqual(f"{JOB}@{OTHER}", self.image())

    def test_what_fails_changes_nothing(self):
        before = {path: path.read_text() for path in self.k8s.rglob("*.yaml")}
        for words, answer, code in (([], "", 1), ([], "unauthorized", 0), ([], "", 0), ([], DIGEST[:-1], 0),
                                    (["kubectl=a:1"], DIGEST, 0), (["a"], DIGEST, 0), ([f"kubectl-with-shell=a@{DIGEST}0"], DIGEST, 0)):
            with self.subTest((words, answer, code)):
                self.registry(answer, code)
                self.assertEqual(1, self.pin(*words))
                self.assertIn("pin-images: ", self.said)
                self.assertEqual(before, {path: path.read_text() for path in self.k8s.rglob("*.yaml")})

    def test_shellcheck_is_content(self):
        if not shutil.which("shellcheck"):
            self.skipTest("no shellcheck here (package shellcheck)")
        told = subprocess.run(["shellcheck", "-s", "sh", kustomize.K8S / "pin-images"], capture_output=True, text=True)
        self.assertEqual(0, told.returncode, told.stdout)


if __name__ == "__main__":
    kustomize.need_kubectl()
    kustomize.run_tests()
