"""The pages keep up: quotes are what the product prints, tables what the script computes, names what there is.

    docs_test.py [CPFMERGE [IRISCTL]]     without a program its texts are not compared, its commands not tried
"""
import itertools
import json
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import unittest

import kustomize

DOCS = kustomize.ROOT / "docs"
sys.path.append(str(DOCS))  # failover.py
PAGES = [DOCS / "kubernetes.md", DOCS / "failover.md", kustomize.K8S / "README.md"]


def plain(text):
    """Without what differs from machine to machine: numbers and quoted or absolute paths."""
    text = re.sub(r"'/[^']*'|(?<![\w'])/[\w./-]+(?=:\d)", "PATH", text)
    return re.sub(r"\d+(\.\d+)?(ms|m|s)?(\d+s)?", "N", text)


class Pages(unittest.TestCase):
    def test_every_alert_has_a_line_that_says_what_to_do(self):
        rules = (kustomize.K8S / "components/monitoring/rules.yaml").read_text()
        alerts = re.findall(r"alert: (\w+)", rules)
        described = re.findall(r"^\| (Iris\w+) \|", PAGES[0].read_text(), re.M)
        self.assertEqual(alerts, described, "the same alerts, in the same order")

    def test_the_failover_tables_are_what_the_script_computes(self):
        script = DOCS / "failover.py"
        told = subprocess.run([sys.executable, "-B", script], capture_output=True, text=True, check=True).stdout.strip()
        self.assertIn(told, PAGES[1].read_text(), "stale: docs/failover.py --write")

    def test_what_was_measured_lies_within_what_was_computed(self):
        import failover
        _, ours, _, seeds, *_ = failover.CASES[0]
        for parts, name in ((ours, "iris-init"), (seeds, "tini, the exec probe of 2021")):
            best, worst = (sum(failover.TIMERS[part][i] for part in parts) for i in (0, 1))
            for figure in failover.OUTAGE[name]:
                self.assertTrue(best <= figure - failover.OWN_START <= worst, f"{name}: {figure} s")

    def test_a_node_must_count_as_lost_before_the_taint_helps(self):
        import failover
        row = next(case for case in failover.CASES if "out-of-service" in case[0])
        for parts in (row[1], row[3]):
            self.assertLessEqual(set(failover.LOST), set(parts))

    def test_what_is_named_is_there(self):
        for page in PAGES:
            text = page.read_text()
            for path in re.findall(r"\b(?:k8s|docs|docker)/[\w/.-]*\w", text):
                self.assertTrue((kustomize.ROOT / path).exists(), f"{page.name}: {path}")
            for link in re.findall(r"\]\(([\w./-]+)\)", text):
                self.assertTrue((page.parent / link).exists(), f"{page.name}: {link}")

    def test_velero_is_told_the_same_by_the_page_and_by_the_component(self):
        page = re.search(r"```yaml\n(metadata:.*?)```", (DOCS / "freeze.md").read_text(), re.S)[1]
        patch = kustomize.read((kustomize.K8S / "components/velero/patch.yaml").read_text())[0]
        self.assertEqual(patch["spec"]["template"]["metadata"], kustomize.read(page)[0]["metadata"])

    def test_examples_can_be_read_by_what_they_are_for(self):
        read = 0
        for page in DOCS.glob("*.md"):
            for kind, text in re.findall(r"```(yaml|sh)\n(.*?)```", page.read_text(), re.S):
                if kind == "yaml":
                    self.assertTrue(kustomize.read(text), page.name)
                else:
                    told = subprocess.run(["sh", "-n"], input=text, capture_output=True, text=True)
                    self.assertEqual((0, ""), (told.returncode, told.stderr), f"{page.name}: {text}")
                read += 1
        self.assertGreater(read, 5)

    def test_every_verb_that_is_named_is_one(self):
        scripts = {"iris-restore": (kustomize.K8S / "restore/iris-restore").read_text(),
                   "irisctl": "".join(p.read_text() for p in (kustomize.ROOT / "supervisor/irisctl").glob("*.cpp"))}
        texts = [p.read_text() for p in (*DOCS.glob("*.md"), *kustomize.K8S.rglob("*.yaml"), *kustomize.K8S.rglob("*.sh"))]
        for program, source in scripts.items():
            named = {verb for text in texts for verb in re.findall(rf"(?:`|-- |\[|restore/){program},? ([a-z][a-z-]*)\b", text)}
            self.assertGreater(len(named), 2)
            for verb in sorted(named - {"help"}):
                self.assertTrue(re.search(rf'"{verb}"|^  {verb}\b', source, re.M), f"{program} {verb}")

    def test_every_overlay_is_described(self):
        described = set(re.findall(r"^\| `([a-z-]+)` \|", PAGES[0].read_text(), re.M))
        self.assertEqual({p.name for p in (kustomize.K8S / "overlays").iterdir()}, described)


class Recipe(unittest.TestCase):
    """The snapshot by hand of docs/freeze.md, with a kubectl that answers as it is told."""

    KUBECTL = """#!/bin/sh
echo "$*" >>"$ROOM/calls"
case $* in
  *'irisctl freeze'*) cat "$ROOM/freeze"; exit "$(cat "$ROOM/code")" ;;
  *'irisctl thaw --token ab '*) echo '{"thawed": true, "held": '"$HELD"'}' ;;
esac
"""

    def run_it(self, freeze, code, held="true"):
        script = re.search(r"```sh\n(set -e.*?)```", (DOCS / "freeze.md").read_text(), re.S)[1]
        with tempfile.TemporaryDirectory() as directory:
            room = pathlib.Path(directory)
            (room / "kubectl").write_text(self.KUBECTL)
            (room / "kubectl").chmod(0o755)
            (room / "freeze").write_text(freeze)
            (room / "code").write_text(str(code))
            done = subprocess.run(["sh", "-c", script], capture_output=True, text=True, env={
                "PATH": f"{room}:{os.environ['PATH']}", "ROOM": directory, "HELD": held, "ID": "7"})
            return done.returncode, (room / "calls").read_text()

    def setUp(self):
        if not shutil.which("jq"):
            self.skipTest("no jq here (package jq)")

    def test_a_snapshot(self):
        code, calls = self.run_it('{"frozen": true, "token": "ab"}', 0)
        self.assertEqual(0, code, calls)
        self.assertIn("apply", calls)
        self.assertNotEqual(0, self.run_it('{"frozen": true, "token": "ab"}', 0, held="false")[0])

    def test_without_a_token_there_is_no_snapshot(self):
        for said, code in (('{"frozen": false, "reason": "IRIS is not running"}', 3), ("", 0), ("", 1), ('{"frozen": tr', 0)):
            with self.subTest(said):
                ended, calls = self.run_it(said, code)
                self.assertNotEqual(0, ended)
                self.assertNotIn("apply", calls)


class Commands(unittest.TestCase):
    """Each command line of docs/freeze.md, without an agent: irisctl understands it and misses only the agent."""

    program = None
    VALUES = {"TIME": "90s", "NAME": "job", "T": "ab", "COMMAND…": "true"}

    @staticmethod
    def variants(synopsis):
        """The command lines that a line of the table of commands stands for: with and without each option, each choice."""
        parts = re.findall(r"\[[^]]*\]|\([^)]*\)|[^\s\[(]+", synopsis.replace("\\|", "|"))
        choices = [["", part[1:-1]] if part[0] == "[" else part[1:-1].split("|") if part[0] == "(" else [part] for part in parts]
        return [" ".join(chosen).split() for chosen in itertools.product(*choices)]

    def listed(self, node):
        """In YAML a command is a list of words, or one as JSON in a string."""
        if isinstance(node, str) and node.startswith('["irisctl"'):
            node = json.loads(node)
        if isinstance(node, list) and node[:1] == ["irisctl"]:
            return [node]
        below = node.values() if isinstance(node, dict) else node if isinstance(node, list) else []
        return [words for part in below for words in self.listed(part)]

    def test_each_is_understood(self):
        if not self.program or not os.access(self.program, os.X_OK):
            self.skipTest("the program irisctl was not given")
        page = (DOCS / "freeze.md").read_text()
        synopses = re.findall(r"^\| `(irisctl .*?)` \|", page, re.M)
        blocks = re.findall(r"```(yaml|sh)\n(.*?)```", page, re.S)
        # Within a sentence a verb without options is a name of it and no command line.
        prose = re.findall(r"`(irisctl [^`]* -[^`]*)`", re.sub(r"^\|.*$", "", re.sub(r"```.*?```", "", page, flags=re.S), flags=re.M))
        scripts = [line for kind, text in blocks if kind == "sh" for line in re.findall(r"\birisctl [^|>&;)\n]*", text)]
        lists = [words for kind, text in blocks if kind == "yaml" for words in self.listed(kustomize.read(text))]
        found = {"synopses": [words for line in synopses for words in self.variants(line)],
                 "prose": [shlex.split(line) for line in prose],
                 "scripts": [shlex.split(re.sub(r"\$\w+", "7", line)) for line in scripts], "lists": lists}
        self.assertEqual(3, len(synopses))
        mentions = sum(len(re.findall(r"\birisctl\W+(?:freeze|thaw|with-freeze)\b", text)) for _, text in blocks)
        self.assertEqual(mentions, len(scripts) + len(lists), "each in an example is found")
        for kind, lines in found.items():
            self.assertTrue(lines, kind)
            for words in lines:
                words = [self.VALUES.get(word, word) for word in words[1:]]
                with self.subTest(kind, words=words), tempfile.TemporaryDirectory() as nobody:
                    done = subprocess.run([self.program, *words], capture_output=True, text=True, timeout=60,
                                          env={"PATH": os.environ["PATH"], "IRIS_INIT_PATHS_RUN_DIR": nobody})
                    expected = 3 if "--iris-status" in words else 69
                    self.assertEqual(expected, done.returncode, done.stderr)
                    self.assertIn("no agent", done.stderr)


class Quotes(unittest.TestCase):
    """Each refusal is brought about, and the page must have its text."""

    program = None

    def setUp(self):
        if not self.program or not os.access(self.program, os.X_OK):
            self.skipTest("the program cpfmerge was not given")
        self.directory = tempfile.TemporaryDirectory()
        self.addCleanup(self.directory.cleanup)
        self.here = pathlib.Path(self.directory.name)
        for name in ("volume", "work"):
            (self.here / name).mkdir()
        self.data = self.here / "volume/iris"
        self.page = plain(PAGES[0].read_text())

    def prepare(self, *wrapper, **environment):
        """What it prints, without time, program and event; it must refuse."""
        around = {"PATH": os.environ["PATH"], "IRIS_INIT_LOG_FORMAT": "text", "ISC_DATA_DIRECTORY": str(self.data),
                  "IRIS_INIT_MERGE_DIR": str(self.here / "merge.d"), **environment}
        done = subprocess.run([*wrapper, self.program, "prepare", "--run-dir", self.here / "run"], env=around, cwd=self.here / "work",
                              capture_output=True, text=True, timeout=60)
        self.assertIn(done.returncode, (75, 78), done.stderr)
        said = re.findall(r"cpfmerge (?:error|warning): (.*) \[[a-z.]+_?[a-z]*\]$|\"msg\":\"(.*)\"\}$", done.stderr, re.M)
        return [text or json for text, json in said]

    def assert_quoted(self, said):
        self.assertIn(plain(said), self.page, said)

    def test_no_password(self):
        self.assert_quoted(self.prepare()[-1])

    def test_not_iris_data(self):
        (self.data / "lost+found").mkdir(parents=True)
        self.assert_quoted(self.prepare()[-1])

    def test_no_log_file(self):
        (self.data / "mgr").mkdir(parents=True)
        (self.data / "iris.cpf").write_text("")
        self.assert_quoted(self.prepare()[-1])

    def test_in_use(self):
        self.data.mkdir()
        said = self.prepare("flock", str(self.data), IRIS_INIT_MERGE_DATA_WAIT="1s")
        for text in said:
            self.assert_quoted(text)
        self.assertEqual(2, len(said))

    def test_in_use_by_an_iris_that_outlived_its_container(self):
        (self.data / "mgr").mkdir(parents=True)
        (self.data / "mgr/ilock").touch()
        said = self.prepare("flock", str(self.data / "mgr/ilock"), IRIS_INIT_MERGE_DATA_WAIT="1s")
        self.assert_quoted(next(text for text in said if text.startswith("waiting")))

    def on_a_file_system(self, options, then):
        """Words that mount one over the volume, as root in a mount namespace of its own, and go on."""
        if os.geteuid() != 0:
            self.skipTest("not root: cannot mount a file system")
        tried = subprocess.run(["unshare", "--mount", "mount", "-t", "tmpfs", "none", self.here], capture_output=True, text=True)
        if tried.returncode != 0:
            self.skipTest(f"cannot mount a file system: {tried.stderr.strip()}")
        return ["unshare", "--mount", "sh", "-c", f'mount -t tmpfs -o {options} none "$0" && {then} && exec "$@"',
                str(self.data.parent)]

    def test_read_only(self):
        for making in ('mkdir "$0/iris" &&', ""):
            words = self.on_a_file_system("mode=0755", f'{making} mount -o remount,ro none "$0"')
            self.assert_quoted(self.prepare(*words)[-1])

    def test_too_small(self):
        self.assert_quoted(self.prepare(*self.on_a_file_system("size=52m", "true"))[-1])

    def test_files_of_root(self):
        if os.geteuid() != 0:
            self.skipTest("not root: cannot make files of another user")
        (self.data / "mgr").mkdir(parents=True)
        for path in (self.here, self.here / "work", self.here / "volume", self.data):
            path.chmod(0o777)
        self.program = shutil.copy(self.program, self.here / "cpfmerge")
        self.assert_quoted(self.prepare("setpriv", "--reuid=51773", "--regid=51773", "--clear-groups")[-1])

    def test_a_network_share(self):
        source = (kustomize.ROOT / "cpfmerge/cli/surroundings.cpp").read_text()
        text = re.search(r"'{}' is a file system of type[^\"]*", re.sub(r'"\s*\n\s*"', "", source))[0]
        self.assertIn(text.format("/external", "nfs4"), PAGES[0].read_text())

    def test_the_line_that_changes_a_password(self):
        line = re.search(r"`(ModifyUser:[^`]*,)PasswordHash=…`", PAGES[0].read_text())[1]
        told = subprocess.run([self.program, "passwordhash"], input="a new one", capture_output=True, text=True, check=True).stdout
        file = self.here / "password.cpf"
        file.write_text(f"[Actions]\n{line}{told}")
        checked = subprocess.run([self.program, "check", "--strict", file], capture_output=True, text=True)
        self.assertEqual(0, checked.returncode, checked.stdout + checked.stderr)

    def test_a_wrong_setting(self):
        self.assert_quoted(self.prepare(IRIS_INIT_FREEZE_LEASE="20m")[-1])

    def test_a_broken_merge_file(self):
        (self.here / "merge.d").mkdir()
        (self.here / "merge.d/merge.cpf").write_text("[config]\nglobals=0,0,800,0,0,0\n[Startup\n")
        said = self.prepare(IRIS_INIT_MERGE_ALLOW_DEFAULT_PASSWORD="on")
        self.assert_quoted(said[-1])
        self.assertTrue([self.assert_quoted(text) or text for text in said if "section header" in text])

    def test_what_may_not_be_written(self):
        if os.geteuid() == 0:  # for whom nothing is unwritable: another user, who may not reach the build directory
            self.program = shutil.copy(self.program, self.here / "cpfmerge")
        as_other = ["setpriv", "--reuid=51773", "--regid=51773", "--clear-groups"] if os.geteuid() == 0 else []
        for path in (self.here, self.here / "volume", self.here / "work"):
            path.chmod(0o555)
        self.assert_quoted(self.prepare(*as_other)[-1])  # the run directory
        self.here.chmod(0o777)
        self.assert_quoted(self.prepare(*as_other)[-1])  # the volume
        (self.here / "volume").chmod(0o777)
        self.assert_quoted(self.prepare(*as_other)[-1])  # the working directory
        (self.here / "work").chmod(0o777)


if __name__ == "__main__":
    for users in (Quotes, Commands):
        if len(sys.argv) > 1:
            users.program = os.path.abspath(sys.argv.pop(1))
    kustomize.run_tests()
