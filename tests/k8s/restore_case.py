"""What the tests of iris-restore share: the scripts as they are and with something put into them, and every fault."""
import shutil

import kustomize
from script_case import LONG, ScriptCase, new_cluster, snapshot

SCRIPT = kustomize.K8S / "restore/iris-restore"
PARTS = (SCRIPT, kustomize.K8S / "restore/clone.sh")
LAST = snapshot("iris-last", "2027-01-08T02:00:00Z", consistency="application")
QUICK = {"RUN_WITHIN": "60", "START_WITHIN": "120"}  # nobody waits for a day
FOR_EVER = 10**9


def volume_of(cluster, pod="iris-0"):
    """What IRIS runs on: old, the name of a snapshot, or None."""
    found = cluster.get("pod", pod)
    return cluster.get("pv", found["volume"])["data"] if found and found.get("ready") else None


class RestoreCase(ScriptCase):
    fault = 0

    def restore(self, cluster, *words, script=SCRIPT, **environment):
        return self.run_script(cluster, script, *words, **{**QUICK, **environment})

    def later(self, cluster):
        """The faults are over; what goes on by itself goes on."""
        cluster.scenario = {key: value for key, value in cluster.scenario.items() if key in ("starts", "crashes", "binds")}
        cluster.pass_time(60)

    def each_fault(self, calls, since=0, of=1):
        """The name and the scenario of each thing that can happen at each of so many calls; `of`: one in so many."""
        for nth in range(1, calls + 1):
            call = since + nth
            for what, scenario in (
                    ("fails", {"gone": [[call, call + 1]]}),
                    ("has its effect, the answer is lost", {"answer lost": call}),
                    ("and the next 4 fail", {"gone": [[call, call + 5]]}),
                    ("and all after it fail", {"gone": [[call, FOR_EVER]]}),
                    ("is interrupted by SIGTERM", {"kill": [call, "TERM"]}),
                    ("is interrupted by SIGKILL", {"kill": [call, "KILL"]})):
                self.fault += 1
                if self.fault % (of if LONG else 11) == 0:  # no common factor with six: each kind has its turn
                    yield f"call {nth} of {calls} {what}", scenario

    def each_line(self, command):
        """The scripts with a command after each line: what changed, and the path to run."""
        for part in PARTS:
            copied = shutil.copytree(kustomize.K8S, self.directory / f"k8s-{part.name}", dirs_exist_ok=True)
            for number, _ in self.variants(part, command, to=copied / "restore" / part.name, short=20):
                yield f"after line {number} of {part.name}", copied / "restore/iris-restore"

    def assert_says_what_next(self, code):
        """Whatever did not work, its end says what is so and which command goes on. (Negative: killed, and could not.)"""
        if code > 0 and code != 137:
            last = "\n".join(self.output.rstrip().split("\n")[-4:])
            self.assertRegex(last, r"nothing was done to IRIS|iris-restore (back|beside|drop|in-place) ?|kubectl (describe|scale|get|logs) ")

    def assert_nothing_was_done(self, cluster, code, why):
        """Refused before anything: only questions were asked."""
        self.assertEqual(1, code, self.output)
        self.assertRegex(self.output, why)
        self.assertIn("nothing was done to IRIS", self.output)
        self.assertEqual([], [c for c in cluster.calls if c[0] != "get"])
        cluster.pass_time(60)
        self.assertEqual("old", volume_of(cluster))


__all__ = ["LAST", "LONG", "PARTS", "QUICK", "RestoreCase", "SCRIPT", "new_cluster", "snapshot", "volume_of"]
