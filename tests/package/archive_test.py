"""What `./run package` has made: archives that are whole, and say the truth about themselves.

    archive_test.py DIRECTORY     skipped where there is none
"""
import hashlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAMS = ["cpfmerge", "iris-agent", "iris-init", "irisctl"]
MACHINES = {"amd64": 62, "arm64": 183}  # e_machine
HERE = None


def digest(path, algorithm="sha256"):
    return hashlib.new(algorithm, path.read_bytes()).hexdigest()


def words(text):
    return re.sub(r"\s+", " ", text.replace("\u2010", "-").replace("\u2212", "-")).strip()


class Archives(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.work = pathlib.Path(tempfile.mkdtemp())
        cls.roots = {}
        for archive in sorted(HERE.glob("*.tar.gz")):
            with tarfile.open(archive) as tar:
                tar.extractall(cls.work)
            cls.roots[archive.name.removesuffix(".tar.gz").rsplit("-", 1)[1]] = cls.work / archive.name.removesuffix(".tar.gz")

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.work)

    def each(self):
        self.assertTrue(self.roots)
        for arch, root in self.roots.items():
            with self.subTest(arch=arch):
                yield arch, root

    def test_the_checksums_are_right_and_name_every_file(self):
        for _, root in self.each():
            listed = dict(reversed(line.split("  ")) for line in (root / "SHA256SUMS").read_text().strip().split("\n"))
            there = {str(f.relative_to(root)) for f in root.rglob("*") if f.is_file()} - {"SHA256SUMS"}
            self.assertEqual(set(listed), there)
            for name, value in listed.items():
                self.assertEqual(digest(root / name), value, name)
        listed = dict(reversed(line.split("  ")) for line in (HERE / "SHA256SUMS").read_text().strip().split("\n"))
        self.assertEqual(listed, {f.name: digest(f) for f in HERE.glob("*.tar.gz")})

    def test_the_programs_are_for_the_machine_that_the_name_says(self):
        for arch, root in self.each():
            self.assertEqual(sorted(f.name for f in (root / "bin").iterdir()), PROGRAMS)
            for name in PROGRAMS:
                head = (root / "bin" / name).read_bytes()[:20]
                self.assertEqual((head[:4], int.from_bytes(head[18:20], "little")), (b"\x7fELF", MACHINES[arch]), name)
                self.assertTrue(os.access(root / "bin" / name, os.X_OK))

    def test_no_program_names_a_directory_of_the_build(self):
        for _, root in self.each():
            for name in PROGRAMS:
                content = (root / "bin" / name).read_bytes()
                self.assertNotIn(str(ROOT).encode(), content, name)

    def test_the_size_stays_within_the_goal(self):
        for _, root in self.each():
            self.assertLess(sum((root / "bin" / name).stat().st_size for name in PROGRAMS), 6_000_000)

    def test_the_sbom_is_spdx_and_describes_what_is_there(self):
        for arch, root in self.each():
            sbom = json.loads((root / "sbom.spdx.json").read_text())
            self.assertEqual((sbom["spdxVersion"], sbom["dataLicense"], sbom["SPDXID"]), ("SPDX-2.3", "CC0-1.0", "SPDXRef-DOCUMENT"))
            self.assertRegex(sbom["creationInfo"]["created"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")
            ids = [part["SPDXID"] for part in sbom["packages"] + sbom["files"]] + ["SPDXRef-DOCUMENT"]
            self.assertEqual(len(ids), len(set(ids)))
            for one in ids:
                self.assertRegex(one, r"^SPDXRef-[A-Za-z0-9.-]+$")
            for relation in sbom["relationships"]:
                self.assertIn(relation["spdxElementId"], ids)
                self.assertIn(relation["relatedSpdxElement"], ids)
            for part in sbom["packages"]:
                self.assertTrue(part["versionInfo"] and part["licenseDeclared"] != "NOASSERTION", part)
            for file in sbom["files"]:
                sums = {c["algorithm"]: c["checksumValue"] for c in file["checksums"]}
                self.assertEqual(sums, {"SHA1": digest(root / file["fileName"], "sha1"), "SHA256": digest(root / file["fileName"])})
            linked = {p["name"].removesuffix(f"-{arch}-cross") for p in sbom["packages"] if p.get("comment") == "linked statically"}
            self.assertEqual(linked, {"libc6-dev", "libgcc-12-dev", "libinih-dev", "libstdc++-12-dev", "musl-dev", "nettle-dev"})

    def test_the_manual_pages_say_what_the_programs_say(self):
        if not shutil.which("groff"):
            self.skipTest("no groff")
        native = subprocess.run(["dpkg", "--print-architecture"], capture_output=True, text=True, check=True).stdout.strip()
        for _, root in self.each():
            pages = sorted((root / "share/man").rglob("*.[18]"))
            self.assertEqual(sorted(page.stem for page in pages), PROGRAMS)
            for page in pages:
                shown = subprocess.run(["groff", "-man", "-Tutf8", "-ww", "-Kutf8", "-P-cbou", "-rLL=200n", page], capture_output=True, text=True, check=True)
                self.assertEqual(shown.stderr, "", page)
                program = self.roots[native] / "bin" / page.stem
                helps = [[program, "--help"]]
                if page.stem == "irisctl":
                    helps += [[program, verb, "--help"] for verb in ("status", "freeze", "stop", "with-freeze", "merge")]
                for command in helps:
                    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
                    self.assertIn(words(said), words(shown.stdout), page.name)


if __name__ == "__main__":
    HERE = pathlib.Path(sys.argv.pop(1))
    if not list(HERE.glob("*.tar.gz")):
        print("SKIPPED: no archives; './run package' makes them")
        sys.exit(77)
    unittest.main(verbosity=2)
