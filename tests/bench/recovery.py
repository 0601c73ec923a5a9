"""Measures in podman what a death of the database costs: every irisdb is killed with -9, until IRIS serves again.

    recovery.py [ROUNDS]     after tests/container/image.sh has built the image; run by recovery.sh beside it

Three ways to run one image, whose IRIS is the stand-in:
  - iris-init
  - tini, with the liveness probe of 2021 (exec, every 10 s, 3 failures) and a kubelet that then stops the container, 30 s of
    grace, and runs a new one on the same volume. Its own second or two until it looks are left out: they flatter tini.
  - tini and iris-main alone: nobody asks
"""
import concurrent.futures
import contextlib
import os
import pathlib
import random
import signal
import statistics
import subprocess
import sys
import threading
import time
import uuid

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "container"))
from case import PASSWORD, PODMAN, Container, call  # pylint: disable=wrong-import-position

# Of 18 recorded starts of 2025.3 the median took 3 s; that of a recovery is not recorded.
START = ("-e", "IRIS_STANDIN_START_MS=3000")
TINI = ("--entrypoint", '["/tini","--","/iris-main"]')
PROBE = "iris qlist iris | grep running"
USER = 51773
PERIOD, THRESHOLD, GRACE = 10, 3, 30
AT_ONCE = 5  # containers of the probed way: they wait, most of the time
WATCHED = 120  # seconds for those that nobody asks

# Run in the container's network: prints when the answer of /readyz is another one than before.
WATCHER = """
import http.client, sys, time
last = None
while True:
    try:
        connection = http.client.HTTPConnection("127.0.0.1", 8008, timeout=2)
        connection.request("GET", "/readyz")
        now = connection.getresponse().status
        connection.close()
    except OSError:
        now = 0
    if now != last:
        print(now, time.monotonic(), flush=True)
        last = now
    time.sleep(0.005)
"""


class Volume:
    def __init__(self):
        self.name = "iris-init-bench-" + uuid.uuid4().hex[:8]
        PODMAN("volume", "create", self.name)

    def container(self, *options):
        return Container(PODMAN, "--no-healthcheck", *START, *PASSWORD, "-v", f"{self.name}:/durable", "-e", "ISC_DATA_DIRECTORY=/durable/iris", *options)

    def remove(self):
        PODMAN("volume", "rm", "-f", self.name, code=None)


def descendants(pid):
    for child in pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split():
        yield int(child)
        yield from descendants(child)


def databases(container):
    return [pid for pid in descendants(container.pid()) if pathlib.Path(f"/proc/{pid}/comm").read_text(encoding="ascii") == "irisdb\n"]


def kill_database(container):
    pids = databases(container)
    if not pids:
        raise AssertionError(f"no irisdb to kill: {container.log()}")
    began = time.monotonic()
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):  # gone with the one before
            os.kill(pid, signal.SIGKILL)
    return began


def inside(pid, command):
    """As an exec runs it, without the engine's part: only the kubelet of 2021 pays for that."""
    variables = pathlib.Path(f"/proc/{pid}/environ").read_text(encoding="utf-8").strip("\0").split("\0")
    return call("nsenter", "--target", pid, "--all", "--setuid", USER, "--setgid", USER, "env", "-i", *variables, "sh", "-c", command)


def serves(container, pid):
    return inside(pid, PROBE).returncode == 0 and any(databases(container))


def until_it_serves(container, seconds):
    pid, end = container.pid(), time.monotonic() + seconds
    while time.monotonic() < end:
        if serves(container, pid):
            return time.monotonic()
        time.sleep(0.02)
    return None


@contextlib.contextmanager
def started(*options):
    """A container that serves, and the volume of its data; both are gone afterwards."""
    volume = Volume()
    container = volume.container(*options)
    try:
        if until_it_serves(container, 60) is None:
            raise AssertionError(f"does not come up: {container.log()}")
        yield container, volume
    finally:
        container.remove()
        volume.remove()


def with_iris_init(_):
    with started() as (container, _):
        watcher = subprocess.Popen(["nsenter", "--target", str(container.pid()), "--net", sys.executable, "-c", WATCHER],
                                   stdout=subprocess.PIPE, text=True)
        limit = threading.Timer(120, watcher.kill)
        limit.start()
        try:
            answers = map(str.split, watcher.stdout)

            def answered(status):
                return next((float(at) for code, at in answers if code == status), None)

            answered("200")
            began = kill_database(container)
            answered("503")
            return since(began, answered("200"))
        finally:
            limit.cancel()
            watcher.kill()
            watcher.wait()


def with_exec_probe(phase):
    with started(*TINI) as (container, volume):
        began = kill_database(container)
        probe_at, failures = began + phase, 0
        while failures < THRESHOLD:
            time.sleep(max(0, probe_at - time.monotonic()))
            probe_at += PERIOD
            failures = 0 if container.exec("sh", "-c", PROBE).returncode == 0 else failures + 1
        PODMAN("stop", "-t", GRACE, container.name)
        container.remove()
        again = volume.container(*TINI)
        try:
            return since(began, until_it_serves(again, 120))
        finally:
            again.remove()


def alone(_):
    with started(*TINI) as (container, _):
        return since(kill_database(container), until_it_serves(container, WATCHED))


def own_start(_):
    """What IRIS itself takes for it, by hand: force, start."""
    with started(*TINI) as (container, _):
        began = kill_database(container)
        inside(container.pid(), "iris force IRIS; iris start IRIS quietly")
        return since(began, until_it_serves(container, 60))


def since(began, at):
    return None if at is None else at - began


def rounds_of(name, way, arguments, at_once):
    print(f"{name}: {len(arguments)} rounds", flush=True)
    values = []
    with concurrent.futures.ThreadPoolExecutor(at_once) as pool:
        for value in pool.map(way, arguments):
            values.append(value)
            print(f"    {value:.2f} s" if value else "    never", flush=True)
    return values


def row(name, values, start):
    back = [value for value in values if value is not None]
    if len(back) < len(values):
        return f"{name:<46}{'never':>8}  {len(values) - len(back)} of {len(values)} rounds, each watched for {WATCHED} s"
    median, worst = statistics.median(back), max(back)
    return f"{name:<46}{median:>8.2f}{worst:>8.2f}{median - start:>14.2f}{worst - start:>15.2f}"


def main():
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 15
    phases = [random.Random(seed).uniform(0, PERIOD) for seed in range(rounds)]  # the same ones in every run
    starts = rounds_of("IRIS's own start", own_start, range(min(rounds, 5)), 1)
    ours = rounds_of("iris-init", with_iris_init, range(rounds), 1)
    probed = rounds_of("tini, exec liveness probe", with_exec_probe, phases, AT_ONCE)
    left = rounds_of("tini and iris-main alone", alone, range(rounds), rounds)

    start = statistics.median(starts)
    print(f"\nkill -9 of every irisdb until IRIS serves again, in podman, seconds; IRIS's own force and start: {start:.2f}")
    print(f"{'':<46}{'median':>8}{'worst':>8}{'but the start':>14}{'worst, but it':>15}")
    print(row("iris-init", ours, start))
    print(row(f"tini, exec liveness probe ({PERIOD} s, {THRESHOLD} failures)", probed, start))
    print(row("tini and iris-main alone", left, start))
    if None in ours or None in probed:
        sys.exit("a round did not come back: no goals are judged")
    over = statistics.median(ours) - start
    share = over / (statistics.median(probed) - start)
    print(f"\nGoals: at most 0.5 s beside IRIS's own start: {over:.2f}, {'met' if over <= 0.5 else 'FALLS SHORT'}; at most a tenth of "
          f"the probed one's: {share:.3f}, {'met' if share <= 0.1 else 'FALLS SHORT'}")


main()
