"""irisctl by `exec`, for those who may and those who may not; and the log as machines read it."""
import json

from case import DOCKER, IMAGE, LIMITS, PODMAN, Case, main


class Irisctl(Case):
    def test_as_irisowner_as_root_and_as_somebody_else(self):
        for engine in (PODMAN, DOCKER):
            with self.subTest(engine=engine.name):
                container = self.ready(engine)
                for user in (None, "0"):
                    status = container.exec("irisctl", "status", "-o", "json", user=user)
                    self.assertEqual(status.returncode, 0, status.stderr)
                    self.assertEqual(json.loads(status.stdout)["phase"], "up")
                for verb in (["status"], ["freeze", "--owner", "other"], ["stop"]):
                    refused = container.exec("irisctl", *verb, user="12345:12345")
                    self.assertEqual(refused.returncode, 77, refused.stdout + refused.stderr)
                self.assertEqual(container.exec("irisctl", "probe", "ready").returncode, 0)

    def test_freeze_and_thaw_as_a_backup_does_it(self):
        container = self.ready(PODMAN)
        frozen = container.exec("irisctl", "freeze", "--owner", "backup", "-o", "json", user="0")
        self.assertEqual(frozen.returncode, 0, frozen.stderr)
        thawed = container.exec("irisctl", "thaw", "--token", json.loads(frozen.stdout)["token"])
        self.assertEqual(thawed.returncode, 0, thawed.stderr)

    def test_before_there_is_an_agent(self):
        said = PODMAN("run", "--rm", "--network=none", *LIMITS, "--entrypoint", "irisctl", f"{IMAGE}:iris", "status", code=69)
        self.assertEqual(said, "")


class Log(Case):
    def test_json_lines(self):
        for engine in (PODMAN, DOCKER):
            with self.subTest(engine=engine.name):
                container = self.ready(engine, "-e", "IRIS_INIT_LOG_FORMAT=json")
                engine("stop", "-t", "30", container.name)
                self.ended(container, 0)
                lines = [line for line in container.log().split("\n") if line.startswith("{")]
                events = [json.loads(line) for line in lines]
                self.assertGreater(len(events), 5, container.log())
                for event in events:
                    self.assertTrue({"ts", "level", "event", "msg"} <= set(event), event)
                self.assertIn("iris.up", [event["event"] for event in events])

    def test_without_a_terminal_it_is_json_by_itself(self):
        container = self.ready(DOCKER)
        self.assertTrue([line for line in container.log().split("\n") if line.startswith("{")], container.log())


main()
