"""The hardened run of docs/image.md, as it stands there, and each of its parts in the processes themselves."""
import json
import os
import pathlib
import re
import shlex

from case import DOCKER, PASSWORD, PODMAN, POLLS, Case, main

PAGE = pathlib.Path(__file__).resolve().parents[2] / "docs/image.md"


def documented():
    """Options and arguments of the command under "Hardened" in docs/image.md."""
    block = re.search(r"docker run -d --name iris-hardened(.*?)\n\n", PAGE.read_text(encoding="utf-8"), re.S).group(1)
    words = shlex.split(block.replace("\\\n", " "))
    at = words.index("iris-with-init")
    return words[:at], words[at + 1:]


class Hardened(Case):
    def start(self, engine):
        options, arguments = documented()
        volume, home = self.volume(engine), self.home(engine)
        data = options.index("iris-data:/durable")
        options[data:data + 1] = [volume[1]]
        options = [word.replace("iris-home:", home + ":") for word in options]
        if engine is PODMAN:  # as the page says
            own = next(at for at, word in enumerate(options) if word.startswith("/run/iris-init:"))
            options[own - 1:own + 1] = ["-e", "IRIS_INIT_PATHS_RUN_DIR=/tmp/iris-init", "--read-only-tmpfs=false"]
        return self.ready(engine, *options, arguments=arguments)

    def home(self, engine):
        name = f"iris-init-test-home-{os.getpid()}"
        self.addCleanup(engine, "volume", "rm", "-f", name, code=None)
        return name

    def test_it_runs_is_ready_freezes_restarts_and_stops(self):
        for engine in (DOCKER, PODMAN):
            with self.subTest(engine=engine.name):
                container = self.start(engine)
                for words in (("freeze", "--owner", "t"), ("thaw", "--owner", "t"), ("restart",)):
                    done = container.exec("irisctl", *words)
                    self.assertEqual(done.returncode, 0, f"{words}: {done.stdout}{done.stderr}")
                self.await_ready(container)
                engine("stop", "-t", "30", container.name)
                self.ended(container, 0)
                container.remove()

    def test_what_its_processes_may(self):
        container = self.start(DOCKER)
        status = dict(line.split(":", 1) for line in container.exec("cat", "/proc/1/status").stdout.strip().split("\n"))
        for field in ("CapBnd", "CapEff", "CapPrm"):
            self.assertEqual(int(status[field], 16), 0, field)
        self.assertEqual((status["NoNewPrivs"].strip(), status["Seccomp"].strip()), ("1", "2"))
        host = json.loads(DOCKER("inspect", container.name))[0]["HostConfig"]
        self.assertTrue(host["ReadonlyRootfs"])
        self.assertGreater(host["PidsLimit"], 0)
        self.assertGreater(host["Memory"], 0)
        written = container.exec("sh", "-c", "touch /usr/irissys/x /etc/x /usr/local/bin/x", user="0")
        self.assertEqual(written.stderr.count("Read-only file system"), 3, written.stderr)

    def test_without_the_option_iris_main_refuses_and_the_log_says_what_to_do(self):
        container = self.container(DOCKER, *PASSWORD, *POLLS, "--cap-drop=ALL")
        self.eventually(lambda: container.state()["Status"] == "exited", container.log)
        self.assertNotEqual(container.state()["ExitCode"], 0)
        self.assertIn("--check-caps false", container.log())

    def test_the_capabilities_that_iriss_check_needs_are_enough(self):
        needed = re.findall(r"--cap-add=(\w+)", PAGE.read_text(encoding="utf-8"))
        self.assertEqual(len(needed), 4)
        self.ready(DOCKER, "--cap-drop=ALL", *(f"--cap-add={name}" for name in needed))

    def test_an_unwritable_run_directory_is_told_with_a_remedy(self):
        container = self.container(DOCKER, *PASSWORD, "--read-only", "--tmpfs", "/tmp", "--tmpfs", "/home/irisowner:uid=51773,gid=51773")
        self.ended(container, 78)
        self.assertIn("IRIS_INIT_PATHS_RUN_DIR", container.log())


main()
