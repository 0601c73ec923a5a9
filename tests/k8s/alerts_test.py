"""Every alert fires in its state and none fires in a healthy hour, as promtool computes them; rules and dashboard ask
only for metrics and label values that the product has."""
import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

import kustomize

MONITORING = kustomize.K8S / "components/monitoring"
HOUR = "x120"  # a sample every 30 s
POD = 'pod="iris-0"'


def groups():
    return kustomize.read((MONITORING / "rules.yaml").read_text())[0]["spec"]["groups"]


def alerts():
    return [rule for group in groups() for rule in group["rules"]]


def promtool():
    for candidate in (kustomize.ROOT / "build/tools/usr/bin/promtool", shutil.which("promtool")):
        if candidate and os.access(candidate, os.X_OK):
            return str(candidate)
    return None


# An hour in which all is well: each metric that the rules ask for, with its labels and values.
HEALTHY = {
    "build_info": "1", "ready": "1", "live": "1", 'state{state="up"}': "1", 'health{health="ok"}': "1",
    'health{health="alert"}': "0", 'health{health="hung"}': "0", 'freeze_state{state="thawed"}': "1",
    'freeze_state{state="foreign"}': "0", "restarts_total": "0", "restarts_in_window": "0", "restarts_limit": "3",
    "start_time_seconds": "1", "start_stalled": "0", 'data_trouble{trouble="full"}': "0", "data_free_bytes": "50", "data_size_bytes": "100",
    'freezes_total{outcome="held"}': "0+1", 'freezes_total{outcome="failed"}': "0",
    'freezes_total{outcome="unknown"}': "0",
    'merge_sources{status="refused"}': "0", 'merge_parameters{state="differs"}': "0", "merge_pending": "0",
    'merge_edits_total{outcome="failed"}': "0", "safe_mode": "0", "agent_restarts_total": "1",
    "log_lines_dropped_total": "0", "state_since_timestamp_seconds": "1",
    "qlist_last_success_timestamp_seconds": "1+30", "data_checked_timestamp_seconds": "1+30",
}
SUCCEEDED = 'kube_cronjob_status_last_successful_time{cronjob="iris-snapshot"}'
CREATED = 'kube_cronjob_created{cronjob="iris-snapshot"}'
# What differs from it when an alert must fire. None: the metric is not there.
FIRES = {
    "IrisMetricsGone": {name: None for name in HEALTHY},
    "IrisNotReady": {"ready": "0"},
    "IrisNotLive": {"live": "0"},
    "IrisWaitsForData": {'state{state="up"}': "0", 'state{state="preparing"}': "1"},
    "IrisStartStalled": {'state{state="up"}': "0", 'state{state="starting"}': "1", "start_stalled": "1"},
    "IrisStartTakesLong": {'state{state="up"}': "0", 'state{state="starting"}': "1"},
    "IrisRestarted": {"restarts_total": "0+0.1"},
    "IrisRestartsUsedUp": {"restarts_in_window": "3"},
    "IrisContainerRestarts": {"start_time_seconds": "1+1"},
    "IrisHung": {'health{health="hung"}': "1"},
    "IrisAlert": {'health{health="alert"}': "1"},
    "IrisQlistSilent": {"qlist_last_success_timestamp_seconds": "1"},
    "IrisDataTrouble": {'data_trouble{trouble="full"}': "1"},
    "IrisDataFillsUp": {"data_free_bytes": "5"},
    "IrisDataUnchecked": {"data_checked_timestamp_seconds": "1"},
    "IrisSuspendedByOther": {'freeze_state{state="foreign"}': "1"},
    "IrisFreezeUnsettled": {'freeze_state{state="thawed"}': "0", 'freeze_state{state="settling"}': "1"},
    "IrisFreezeDidNotHold": {'freezes_total{outcome="failed"}': "0+1"},
    "IrisHeld": {'state{state="up"}': "0", 'state{state="held"}': "1"},
    "IrisMergeRefused": {'merge_sources{status="refused"}': "1"},
    "IrisMergePending": {"merge_pending": "1"},
    "IrisMergeDiffers": {'merge_parameters{state="differs"}': "1"},
    "IrisMergeFailed": {'merge_edits_total{outcome="failed"}': "0+1"},
    "IrisSafeMode": {"safe_mode": "1"},
    "IrisAgentDies": {"agent_restarts_total": "0+1"},
    "IrisLogLinesLost": {"log_lines_dropped_total": "0+1"},
    "IrisSnapshotFailed": {'kube_job_failed{job_name="iris-snapshot-1", condition="true"}': "1"},
    "IrisSnapshotTooOld": {SUCCEEDED: "-100000", CREATED: "-900000"},
}
# States without an alert that names them, and why that is so.
QUIET = {
    "Phase": {"up": "it is what all want", "down": "IrisNotReady", "stopping": "the grace period ends it", "draining": "the same",
              "unknown": "no state"},
    "Health": {"ok": "", "warn": "bad lines at a start, no reason to act", "blank": "no answer yet", "unknown": "IrisQlistSilent"},
    "FreezeState": {"thawed": "", "frozen": "the lease ends it", "failed": "IrisFreezeDidNotHold counts it", "unknown": "no state"},
}
# More of what must fire.
FIRES_TOO = (
    ("IrisFreezeDidNotHold", "nobody could say", {'freezes_total{outcome="unknown"}': "0+1"}),
    ("IrisSnapshotTooOld", "no snapshot ever succeeded", {CREATED: "-100000"}),
    ("IrisSnapshotTooOld", "the backup, and not the snapshot", {SUCCEEDED: "-1", SUCCEEDED.replace("snapshot", "backup"): "-100000"}),
    ("IrisHeld", "not started, and forgotten", {'state{state="up"}': "0", 'state{state="up_false"}': "1"}),
    ("IrisSnapshotFailed", "of a backup", {'kube_job_failed{job_name="iris-backup-1", condition="true"}': "1"}),
    ("IrisMetricsGone", "one of two namespaces", {"m/build_info": "1x30 stale"}),
    ("IrisMetricsGone", "one of two namespaces, for days", {'m/kube_statefulset_replicas{statefulset="iris"}': "1"}),
)
# Not an alert: a freeze under way may look hung, a hold is not "not ready", a long stop neither.
SILENT = (
    ("IrisHung", {'health{health="hung"}': "1", 'freeze_state{state="frozen"}': "1"}),
    ("IrisNotReady", {"ready": "0", 'state{state="up"}': "0", 'state{state="held"}': "1"}),
    ("IrisQlistSilent", {"qlist_last_success_timestamp_seconds": "1", 'state{state="up"}': "0"}),
    ("IrisMetricsGone", {'kube_statefulset_replicas{statefulset="iris"}': "1", "m/build_info": "1",
                         'p/kube_statefulset_replicas{statefulset="other"}': "1"}),
    # The first try failed and the second did not.
    ("IrisSnapshotFailed", {'kube_job_status_failed{job_name="iris-snapshot-1"}': "1",
                            'kube_job_failed{job_name="iris-snapshot-1", condition="true"}': "0",
                            'kube_job_failed{job_name="iris-snapshot-1", condition="false"}': "1"}),
    ("IrisSnapshotFailed", {'kube_job_failed{job_name="of-others", condition="true"}': "1"}),
    ("IrisSnapshotTooOld", {SUCCEEDED: "-1", CREATED: "-900000"}),
    ("IrisSnapshotTooOld", {CREATED: "-1"}),  # installed just now
)


def series(changes):
    """`m/…` is in the namespace m, not in n; values that have an x are a whole hour."""
    for name, values in {**HEALTHY, **changes}.items():
        if values is None:
            continue
        space, _, name = name.rpartition("/")
        bare, _, labels = name.rstrip("}").partition("{")
        full = bare if bare.startswith("kube_") else f"iris_init_{bare}"
        step = values if "x" in values else (values if "+" in values else values + "+0") + HOUR
        labels = ", ".join(filter(None, [f'namespace="{space or "n"}"', POD if full == f"iris_init_{bare}" else "", labels]))
        yield {"series": f"{full}{{{labels}}}", "values": step}


def firing(tool, changes):
    """The names of the alerts that fire at the end of an hour with these changes."""
    with tempfile.TemporaryDirectory() as directory:
        here = pathlib.Path(directory)
        (here / "rules.json").write_text(json.dumps({"groups": groups()}))
        asked = [{"alertname": rule["alert"], "eval_time": "62m", "exp_alerts": []} for rule in alerts()]
        (here / "test.json").write_text(json.dumps({
            "rule_files": ["rules.json"], "evaluation_interval": "30s",
            "tests": [{"interval": "30s", "input_series": list(series(changes)) if changes is not FIRES["IrisMetricsGone"]
                       else [], "alert_rule_test": asked}]}))
        told = subprocess.run([tool, "test", "rules", "test.json"], cwd=here, capture_output=True, text=True)
        return set(re.findall(r"alertname: *([A-Za-z]+)", told.stdout + told.stderr)), told


class Alerts(unittest.TestCase):
    tool = None

    def test_promtool_takes_the_rules(self):
        with tempfile.TemporaryDirectory() as directory:
            path = pathlib.Path(directory, "rules.json")
            path.write_text(json.dumps({"groups": groups()}))
            told = subprocess.run([self.tool, "check", "rules", path], capture_output=True, text=True)
            self.assertEqual(0, told.returncode, told.stdout + told.stderr)

    def test_every_alert_has_a_case(self):
        self.assertEqual({rule["alert"] for rule in alerts()}, set(FIRES))

    def test_nothing_fires_in_a_healthy_hour(self):
        self.assertEqual(set(), firing(self.tool, {})[0])

    def test_each_fires_in_its_state(self):
        for name, changes in FIRES.items():
            with self.subTest(name):
                fired, told = firing(self.tool, changes)
                self.assertIn(name, fired, told.stdout + told.stderr)
        for name, why, changes in FIRES_TOO:
            with self.subTest(f"{name}: {why}"):
                fired, told = firing(self.tool, changes)
                self.assertEqual({name}, fired, told.stdout + told.stderr)

    def test_it_is_said_which_namespace_has_no_metrics(self):
        for changes, space in (({"m/build_info": "1x30 stale"}, "in namespace m:"), (FIRES["IrisMetricsGone"], "iris-init:")):
            self.assertIn(space, firing(self.tool, changes)[1].stdout + firing(self.tool, changes)[1].stderr)

    def test_what_was_asked_for_is_no_alert(self):
        for name, changes in SILENT:
            with self.subTest(name):
                self.assertNotIn(name, firing(self.tool, changes)[0])

    def test_every_alert_says_how_bad_and_what(self):
        for rule in alerts():
            self.assertIn(rule["labels"]["severity"], ("critical", "warning"), rule["alert"])
            self.assertTrue(rule["annotations"]["summary"], rule["alert"])

    def test_rules_and_dashboard_ask_for_metrics_that_there_are(self):
        metrics = (kustomize.ROOT / "probes/metrics.cpp").read_text()
        known = set(re.findall(r'out\.(?:gauge|counter|histogram)\("([a-z_]+)"', metrics))
        self.assertGreater(len(known), 30)
        for file in ("rules.yaml", "dashboard.json"):
            for name in re.findall(r"iris_init_([a-z_]+)", (MONITORING / file).read_text()):
                self.assertIn(re.sub(r"_(bucket|sum|count)$", "", name), known, file)

    def test_every_state_has_an_alert_or_a_reason_why_not(self):
        source = (kustomize.ROOT / "probes/names.cpp").read_text()
        rules = (MONITORING / "rules.yaml").read_text()
        for family, quiet in QUIET.items():
            body = re.search(rf"name_of\({family} \w+\) {{(.*?)\n}}", source, re.S)[1]
            states = set(re.findall(r'return "([a-z_-]+)";', body))
            self.assertLessEqual(set(quiet), states, f"{family}: what is no state any more")
            for state in states - set(quiet):
                self.assertRegex(rules, rf'=~?"[a-z_|]*\b{state}\b', f"{family} '{state}': no alert, and no reason in QUIET")

    def test_rules_name_label_values_that_there_are(self):
        words = "".join((kustomize.ROOT / f"probes/{file}.cpp").read_text() for file in ("names", "metrics"))
        for values in re.findall(r'(?:state|health|status|outcome)(?:=~?|!=)"([a-z_|]+)"', (MONITORING / "rules.yaml").read_text()):
            for value in values.split("|"):
                self.assertIn(f'"{value}"', words)


if __name__ == "__main__":
    Alerts.tool = promtool() or kustomize.skip("no promtool; './run test' fetches it, where there is a network")
    kustomize.run_tests()
