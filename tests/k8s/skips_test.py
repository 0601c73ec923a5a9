"""What is not run is said: by each program of these tests, and in the list at the end of `./run test`."""
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

import kustomize

PROGRAM = """
import sys, unittest
sys.path.append({here!r})
import kustomize
class T(unittest.TestCase):
    def test_a(self): self.skipTest("no <busybox>")
    def test_b(self): self.skipTest("no <busybox>")
    def test_c(self): self.assertEqual(0, {wrong})
kustomize.run_tests()
"""
# As ctest writes it.
REPORT = """<testsuite>
\t<testcase name="k8s.snapshot" classname="k8s.snapshot" time="1" status="run">
\t\t<system-out>{said}</system-out>
\t</testcase>
\t<testcase name="k8s.schemas" classname="k8s.schemas" time="1" status="notrun">
\t\t<skipped message="SKIP_REGULAR_EXPRESSION_MATCHED"/>
\t\t<system-out>SKIPPED: no schemas
</system-out>
\t</testcase>
\t<testcase name="k8s.docs" classname="k8s.docs" time="1" status="run">
\t\t<system-out>test_a ... ok
</system-out>
\t</testcase>
</testsuite>
"""


class Skips(unittest.TestCase):
    def run_it(self, wrong):
        text = PROGRAM.format(here=str(pathlib.Path(__file__).parent), wrong=wrong)
        return subprocess.run([sys.executable, "-B", "-c", text], capture_output=True, text=True)

    def test_a_program_says_what_it_did_not_run(self):
        done = self.run_it(wrong=0)
        self.assertEqual((0, "NOT RUN: 2 of 3: no <busybox> (T.test_a, T.test_b)\n"), (done.returncode, done.stdout), done.stderr)

    def test_it_fails_all_the_same(self):
        self.assertEqual(1, self.run_it(wrong=1).returncode)

    def test_run_lists_whole_programs_and_parts(self):
        said = self.run_it(wrong=0).stdout.replace("<", "&lt;").replace(">", "&gt;")
        text = (kustomize.ROOT / "run").read_text()
        function = text[text.index("skipped_of() {"):]
        function = function[:function.index("\n}\n") + 3]
        with tempfile.NamedTemporaryFile("w", suffix=".xml") as report:
            report.write(REPORT.format(said=said))
            report.flush()
            listed = subprocess.run(["bash", "-c", function + 'skipped_of "$1"', "bash", report.name], capture_output=True, text=True)
        self.assertEqual("  k8s.snapshot, in part: 2 of 3: no <busybox> (T.test_a, T.test_b)\n  k8s.schemas: no schemas\n", listed.stdout)

    def test_run_installs_what_a_test_would_be_skipped_without(self):
        text = (kustomize.ROOT / "run").read_text()
        installed = {name for kind in ("build", "test") for name in re.search(kind + r"_packages=\(([^)]*)\)", text)[1].split()}
        # Those of package/ want programs for another machine, which other verbs build.
        sources = [path for kind in ("*.py", "*.cpp", "*.h", "*.sh") for path in (kustomize.ROOT / "tests").rglob(kind)
                   if path.parent.name != "package"]
        named = {name: path.name for path in sources for name in re.findall(r"no [^\n]*? \(package ([a-z0-9.+-]+)\)", path.read_text())}
        self.assertLess({"e2fsprogs", "busybox-static", "python3-yaml"}, set(named), "the reasons are found")
        self.assertEqual({}, {name: where for name, where in named.items() if name not in installed})


if __name__ == "__main__":
    kustomize.run_tests()
