"""The numbers of the manifests follow from the settings of iris-init: recomputed from both."""
import re
import unittest

import kustomize

SECONDS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600}
RESERVE = 30  # README: "keep the pod's grace period 30 s above it"


def default_of(name):
    """The default of a setting as settings_table.h has it."""
    table = (kustomize.ROOT / "supervisor/core/settings_table.h").read_text()
    found = re.search(rf"constexpr Setting {name}{{[^}}]*?\.fallback = \"([^\"]*)\"", table)
    assert found, f"settings_table.h has no '{name}'"
    return found[1]


def seconds(duration):
    number, unit = re.fullmatch(r"(\d+)(ms|s|m|h)", duration).groups()
    return int(number) * SECONDS[unit]


def window(probe):
    return probe["periodSeconds"] * probe["failureThreshold"]


class Numbers(unittest.TestCase):
    def setUp(self):
        objects = kustomize.read((kustomize.K8S / "base/statefulset.yaml").read_text())
        self.pod = objects[0]["spec"]["template"]["spec"]
        self.iris = self.pod["containers"][0]
        self.env = {e["name"]: e["value"] for e in self.iris["env"]}

    def setting(self, environment, name):
        return self.env.get(environment, default_of(name))

    def test_the_grace_period_is_longer_than_the_longest_stop(self):
        stop = seconds(self.setting("IRIS_INIT_STOP_TIMEOUT", "stop_timeout"))
        self.assertGreaterEqual(self.pod["terminationGracePeriodSeconds"], stop + RESERVE)
        # Longhorn waits for its end before it lets go of a lost node: not longer than needed.
        self.assertLessEqual(self.pod["terminationGracePeriodSeconds"], stop + 2 * RESERVE)

    def test_a_start_may_take_a_day(self):
        self.assertEqual(24 * 3600, window(self.iris["startupProbe"]))

    def test_liveness_bears_a_minute_of_silence(self):
        self.assertGreaterEqual(window(self.iris["livenessProbe"]), 60)

    def test_a_probe_is_over_before_the_next_begins(self):
        for name in ("startupProbe", "livenessProbe", "readinessProbe"):
            probe = self.iris[name]
            self.assertLessEqual(probe["timeoutSeconds"], probe["periodSeconds"], name)
            self.assertNotIn("initialDelaySeconds", probe)

    def test_readiness_tells_sooner_than_liveness_kills(self):
        self.assertLess(window(self.iris["readinessProbe"]), window(self.iris["livenessProbe"]))

    def test_probes_ask_what_the_server_answers(self):
        routes = (kustomize.ROOT / "probes/routes.cpp").read_text()
        for name in ("startupProbe", "livenessProbe", "readinessProbe"):
            self.assertIn(f"\"{self.iris[name]['httpGet']['path']}\"", routes)
        port = next(p["containerPort"] for p in self.iris["ports"] if p["name"] == "health")
        self.assertTrue(default_of("http_listen").endswith(f":{port}"))

    def test_files_are_mounted_where_the_settings_look(self):
        paths = [m["mountPath"] for m in self.iris["volumeMounts"]]
        self.assertIn(self.setting("IRIS_INIT_MERGE_DIR", "merge_dir"), paths)
        password = self.setting("IRIS_INIT_MERGE_PASSWORD_FILE", "merge_password_file")
        self.assertIn(password.rpartition("/")[0], paths)
        secret = kustomize.read((kustomize.K8S / "base/secrets.example.yaml").read_text())[0]
        self.assertIn(password.rpartition("/")[2], secret["stringData"])

    def test_the_pod_does_not_walk_through_the_volume_at_every_start(self):
        self.assertEqual("OnRootMismatch", self.pod["securityContext"]["fsGroupChangePolicy"])


if __name__ == "__main__":
    kustomize.run_tests()
