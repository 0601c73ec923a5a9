"""The image keeps what IRIS images promise, and says what it is."""
import os
import tarfile
import tempfile

from case import DOCKER, IMAGE, LIMITS, PODMAN, Case, main

BINARIES = {f"usr/local/bin/{name}" for name in ("cpfmerge", "iris-agent", "iris-init", "irisctl")}


class Promises(Case):
    engines = (PODMAN, DOCKER)

    def run_once(self, engine, *options, arguments=(), code=0, tag="iris"):
        return engine("run", "--rm", "--network=none", *LIMITS, *options, f"{IMAGE}:{tag}", *arguments, code=code)

    def test_what_the_image_says(self):
        for engine, tag in ((PODMAN, "iris"), (PODMAN, "old"), (DOCKER, "iris"), (DOCKER, "buildkit")):
            with self.subTest(engine=engine.name, tag=tag):
                image = engine.image(tag)
                config = image["Config"]
                config.setdefault("Healthcheck", image.get("Healthcheck"))  # where podman has it
                self.assertEqual(config["Entrypoint"], ["iris-init", "--", "/iris-main"])
                self.assertFalse(config.get("Cmd"))
                self.assertEqual(config["User"], "51773")
                self.assertEqual(config["WorkingDir"], "/home/irisowner")
                self.assertEqual(set(config["ExposedPorts"]),
                                 {f"{port}/tcp" for port in (2188, 1972, 52773, 53773, 54773, 8008)})
                self.assertEqual(config["Healthcheck"]["Test"], ["CMD", "irisctl", "probe", "live"])
                labels = config["Labels"]
                self.assertEqual(labels["com.intersystems.platform-version"], "2026.1", "IRIS's own labels stay")
                self.assertEqual(labels["iris-init.version"], os.environ["IRIS_INIT_IMAGE_VERSION"])
                self.assertEqual(labels["iris-init.revision"], os.environ["IRIS_INIT_IMAGE_REVISION"])
                self.assertTrue(labels["org.opencontainers.image.base.name"].startswith("localhost/standin-iris"))
                self.assertIn("ISC_PACKAGE_INSTANCENAME=IRIS", config["Env"])

    def files(self, engine, tag):
        """Names and contents of the files in an image that has nothing to run."""
        name = engine("create", f"{IMAGE}:{tag}", "none")
        self.addCleanup(engine, "rm", name)
        with tempfile.NamedTemporaryFile(suffix=".tar") as file:
            engine("export", name, "-o", file.name)
            with tarfile.open(file.name) as tar:  # the engine adds empty files such as etc/hosts
                return {member.name: tar.extractfile(member).read() for member in tar if member.isfile() and member.name.startswith("usr/")}

    def test_the_binaries_are_the_four_files(self):
        for engine in self.engines:
            with self.subTest(engine=engine.name):
                labels = engine.image("binaries")["Config"]["Labels"]
                self.assertEqual(labels["org.opencontainers.image.licenses"], "MIT")
                self.assertEqual(labels["org.opencontainers.image.version"], os.environ["IRIS_INIT_IMAGE_VERSION"])
                self.assertEqual(set(self.files(engine, "binaries")), BINARIES)

    def test_the_binaries_for_arm64(self):
        if not PODMAN("images", "-q", f"{IMAGE}:arm64"):
            self.skipTest("'./run build --arch arm64' was not run")
        for engine, tag in ((PODMAN, "arm64"), (DOCKER, "arm64"), (DOCKER, "arm64-buildkit")):
            with self.subTest(engine=engine.name, tag=tag):
                files = self.files(engine, tag)
                self.assertEqual(set(files), BINARIES)
                for name, content in files.items():
                    self.assertEqual(int.from_bytes(content[18:20], "little"), 183, name)  # EM_AARCH64

    def test_arguments_go_to_iris_main(self):
        for engine in self.engines:
            self.assertIn("--check-caps", self.run_once(engine, arguments=["--help"]))
        container = self.ready(PODMAN, arguments=["--after", "touch /tmp/after-was-here"])
        self.assertEqual(container.exec("test", "-e", "/tmp/after-was-here").returncode, 0, container.log())

    def test_another_entrypoint(self):
        for engine in self.engines:
            self.assertEqual(self.run_once(engine, "--entrypoint", "id", arguments=["-un"]), "irisowner")
            self.assertIn("--check-caps", self.run_once(engine, "--entrypoint", "/iris-main", arguments=["--help"]))

    def test_who_runs_it_and_where(self):
        for engine in self.engines:
            said = self.run_once(engine, "--entrypoint", "sh", arguments=["-c", "id -u; id -g; id -Gn; pwd; echo $HOME; stat -c '%u:%g %a' /run/iris-init"])
            self.assertEqual(said.split("\n"), ["51773", "51773", "irisowner extra", "/home/irisowner", "/home/irisowner", "51773:51773 770"])

    def test_sessions_and_commands_as_before(self):
        for engine in self.engines:
            with self.subTest(engine=engine.name):
                container = self.ready(engine)
                container.session('set ^promise=42')
                self.assertEqual(container.session('write ^promise'), "42")
                self.assertIn("running", container.exec("iris", "qlist", "IRIS").stdout)
                self.assertEqual(container.exec("/irisHealth.sh").returncode, 0)
                self.assertEqual(container.exec("cat", "/proc/1/comm").stdout.strip(), "iris-init")

    def test_images_with_tini_and_without(self):
        for tag, has_tini in (("iris", 0), ("old", 1)):
            with self.subTest(tag=tag):
                container = self.ready(PODMAN, tag=tag)
                self.assertEqual(container.exec("test", "-e", "/tini").returncode, has_tini)
                self.assertNotIn("tini", container.exec("cat", "/proc/1/cmdline").stdout)
                PODMAN("stop", "-t", "30", container.name)
                self.ended(container, 0)

    def test_an_init_on_top_does_no_harm(self):
        for engine in self.engines:
            with self.subTest(engine=engine.name):
                container = self.ready(engine, "--init")
                self.assertNotEqual(container.exec("cat", "/proc/1/comm").stdout.strip(), "iris-init")
                self.assertEqual(len(container.processes("iris-init")), 1)
                engine("stop", "-t", "30", container.name)
                self.ended(container, 0)

    def test_tini_before_it_does_no_harm(self):
        container = self.ready(PODMAN, "--entrypoint", '["/tini", "--", "iris-init", "--", "/iris-main"]')
        PODMAN("stop", "-t", "30", container.name)
        self.ended(container, 0)


main()
