"""What every container test uses: an engine, containers that are gone afterwards, and waiting with a deadline."""
import json
import os
import subprocess
import sys
import time
import unittest
import uuid

IMAGE = os.environ.get("IRIS_INIT_IMAGE", "")
LIMITS = ("--ulimit", "nofile=1024:4096", "--ulimit", "nproc=4096:4096")  # what an engine asks for may be refused
PASSWORD = ("-e", "IRIS_INIT_MERGE_ALLOW_DEFAULT_PASSWORD=on")
POLLS = ("-e", "IRIS_INIT_HEALTH_POLL=1s")


def call(*words, stdin=None, timeout=120):
    return subprocess.run([str(word) for word in words], input=stdin, capture_output=True, text=True, timeout=timeout)


class Engine:
    def __init__(self, name, *command):
        self.name, self.command = name, command

    def __call__(self, *words, code=0, **options):
        """Output of the engine's command, which must end with this code; None: with whichever."""
        done = call(*self.command, *words, **options)
        if code is not None and done.returncode != code:
            raise AssertionError(f"{self.name} {words}: code {done.returncode}: {done.stdout}{done.stderr}")
        return done.stdout.strip()

    def image(self, tag="iris"):
        return json.loads(self("image", "inspect", f"{IMAGE}:{tag}"))[0]


PODMAN = Engine("podman", "podman")
DOCKER = Engine("docker", "/usr/bin/docker")


class Container:
    def __init__(self, engine, *options, arguments=(), tag="iris", network=("--network=none", "--hostname", "iris-0")):
        self.engine = engine
        self.name = "iris-init-test-" + uuid.uuid4().hex[:8]
        engine("run", "-d", "--name", self.name, *network, *LIMITS, *options, f"{IMAGE}:{tag}", *arguments)

    def state(self):
        return json.loads(self.engine("inspect", self.name))[0]["State"]

    def pid(self):
        return self.state()["Pid"]

    def health(self):
        return (self.state().get("Health") or {}).get("Status")

    def oom_kills(self):
        """How often the kernel has killed something of its memory control group, by the group's own count."""
        for line in open(f"/proc/{self.pid()}/cgroup", encoding="ascii"):
            _, controllers, path = line.strip().split(":")
            for file in (f"/sys/fs/cgroup/memory{path}/memory.oom_control", f"/sys/fs/cgroup{path}/memory.events"):
                if controllers in ("memory", "") and os.path.exists(file):
                    return int(dict(pair.split() for pair in open(file, encoding="ascii"))["oom_kill"])
        return 0

    def restarts(self):
        return json.loads(self.engine("inspect", self.name))[0]["RestartCount"]

    def log(self):
        done = call(*self.engine.command, "logs", self.name)
        return done.stdout + done.stderr

    def exec(self, *words, user=None, stdin=None):
        return call(*self.engine.command, "exec", *(("--user", user) if user else ()), *(("-i",) if stdin else ()), self.name, *words, stdin=stdin)

    def fault(self, switch, value):
        """A switch of the stand-in for IRIS; empty: as it was."""
        done = self.exec("sh", "-c", f"printf %s '{value}' > /faults/.new && mv /faults/.new /faults/{switch}" if value else f"rm -f /faults/{switch}")
        assert done.returncode == 0, done.stderr

    def session(self, code):
        """What ObjectScript prints or answers, asked as OS authentication lets irisowner do it."""
        done = self.exec("iris", "session", "IRIS", "-U", "USER", code)
        assert done.returncode == 0, f"{code}: {done.stdout}{done.stderr}"
        return done.stdout.strip()

    def processes(self, name):
        """Numbers, inside the container, of the processes that are called so; oldest first."""
        listed = self.exec("ps", "-o", "pid,comm").stdout.split("\n")
        return [int(line.split()[0]) for line in listed if line.split()[1:] == [name]]

    def http(self, path):
        """Status of an answer on port 8008, asked from within its network."""
        done = call("nsenter", "--target", self.pid(), "--net", "curl", "-s", "-m", "5", "-o", "/dev/null", "-w", "%{http_code}",
                    f"http://127.0.0.1:8008{path}")
        return int(done.stdout or 0)

    def remove(self):
        self.engine("rm", "-f", "-v", self.name, code=None)


class Case(unittest.TestCase):
    def container(self, engine, *options, **more):
        container = Container(engine, *options, **more)
        self.addCleanup(container.remove)
        return container

    def ready(self, engine, *options, **more):
        container = self.container(engine, *PASSWORD, *POLLS, *options, **more)
        self.await_ready(container)
        return container

    def await_ready(self, container):
        self.eventually(lambda: container.exec("irisctl", "probe", "ready").returncode == 0, container.log)

    def eventually(self, holds, why=lambda: "", seconds=60):
        end = time.monotonic() + seconds
        while not (value := holds()):
            self.assertLess(time.monotonic(), end, f"not within {seconds} s: {why()}")
            time.sleep(0.1)
        return value

    def ended(self, container, code, seconds=60):
        self.eventually(lambda: container.state()["Status"] == "exited", container.log, seconds)
        self.assertEqual(container.state()["ExitCode"], code, container.log())

    def volume(self, engine):
        """A new volume at /durable; it takes the owner of the image's directory."""
        name = "iris-init-test-" + uuid.uuid4().hex[:8]
        engine("volume", "create", name)
        self.addCleanup(engine, "volume", "rm", "-f", name, code=None)
        return ("-v", f"{name}:/durable", "-e", "ISC_DATA_DIRECTORY=/durable/iris")


def main():
    if not IMAGE:
        print("SKIPPED: no image; './run image' builds it and runs these tests")
        sys.exit(77)
    unittest.main(verbosity=2)
