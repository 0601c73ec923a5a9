"""docker/compose.yaml, as it is, but for the network and the ports, which a test leaves alone."""
import os
import pathlib
import shutil
import tempfile
import uuid

from case import DOCKER, IMAGE, Case, Container, call, main

ROOT = pathlib.Path(__file__).resolve().parents[2]
PASSWORD = "correct horse battery staple"
OVERRIDE = """services:
  iris:
    image: {image}
    network_mode: none
    environment: {{ IRIS_INIT_HEALTH_POLL: 1s }}
    ulimits: {{ nofile: {{ soft: 1024, hard: 4096 }}, nproc: {{ soft: 4096, hard: 4096 }} }}
"""


class Compose(Case):
    def setUp(self):
        if not shutil.which("docker-compose"):
            self.fail("no docker-compose here; './run image' installs it")
        self.directory = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.directory)
        here = self.directory / "docker"
        shutil.copytree(ROOT / "docker", here)
        (here / "password").write_text(PASSWORD)
        os.chmod(here / "password", 0o444)
        (here / "override.yaml").write_text(OVERRIDE.format(image=f"{IMAGE}:iris"))
        self.project = "iris-init-test-" + uuid.uuid4().hex[:8]
        self.files = ("-f", here / "compose.yaml", "-f", here / "override.yaml")

    def compose(self, *words):
        done = call("docker-compose", "-p", self.project, *self.files, *words)
        self.assertEqual(done.returncode, 0, f"{words}: {done.stdout}{done.stderr}")
        return done.stdout.strip()

    def test_up_merged_with_the_password_and_down_and_up_again(self):
        self.addCleanup(call, "docker-compose", "-p", self.project, *self.files, "down", "-v", "-t", "0")
        iris = Container.__new__(Container)
        iris.engine = DOCKER
        for life in (1, 2):
            self.compose("up", "-d", "--no-build")
            iris.name = self.compose("ps", "-q", "iris")
            self.await_ready(iris)
            self.assertEqual(iris.session("write $increment(^lives)"), str(life))
            self.assertIn("globals=0,0,800,0,0,0", iris.exec("cat", "/durable/iris/iris.cpf").stdout)
            login = f'##class(%SYSTEM.Security).Login("_SYSTEM","{PASSWORD}")'
            self.assertEqual(iris.exec("iris", "session", "IRIS", "-U", "%SYS", login).returncode, 1, "1 is yes")
            self.compose("stop")
            self.assertEqual(iris.state()["ExitCode"], 0, iris.log())
            self.compose("rm", "-f")


main()
