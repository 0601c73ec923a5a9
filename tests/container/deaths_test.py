"""kill -9 and the OOM killer: a daemon, PID 1, five times, in a pod whose IPC namespace outlives the container."""
import os
import signal
import uuid

from case import DOCKER, PASSWORD, POLLS, PODMAN, Case, Container, main

MEMORY = ("--memory", "96m", "--memory-swap", "96m")
HOG = "tail /dev/zero"  # grows until somebody dies


class Deaths(Case):
    def hog(self, container, victim):
        """Memory runs out; the kernel shall choose `victim` first. Its score may be raised, never lowered."""
        container.exec("sh", "-c", f"echo 1000 > /proc/{victim}/oom_score_adj && {HOG}", user="51773")

    def test_the_oom_killer_takes_a_daemon_and_iris_comes_back_in_place(self):
        container = self.ready(DOCKER, *MEMORY)
        init, daemons = container.pid(), container.processes("irisdb")
        self.hog(container, daemons[1])
        self.assertGreaterEqual(container.oom_kills(), 2, "the daemon, and then who asked for more")
        self.eventually(lambda: "iris.restarting" in container.log(), container.log)
        self.await_ready(container)
        self.assertNotIn(daemons[0], container.processes("irisdb"), "a new control process")
        self.assertEqual((container.pid(), container.state()["Status"]), (init, "running"))

    def test_the_oom_killer_takes_the_container_and_its_restart_finds_the_data(self):
        volume = self.volume(DOCKER)
        container = self.ready(DOCKER, *MEMORY, *volume, "--restart=on-failure:3", "-e", "IRIS_STANDIN_JOURNAL_SYNC=commit")
        container.session("set ^before=8")
        self.hog(container, 1)
        self.eventually(lambda: container.restarts() == 1, container.log)
        self.await_ready(container)
        self.assertEqual(container.session("write ^before"), "8")

    def test_oom_killed_for_good(self):
        container = self.ready(DOCKER, *MEMORY)
        self.hog(container, 1)
        self.ended(container, 137)
        self.assertTrue(container.state()["OOMKilled"])

    def test_five_kills_of_pid_1_in_one_pod_with_a_memory_limit(self):
        # Each killed IRIS leaves 20 MB of shared memory in the pod's IPC namespace, charged to the pod: without what is done
        # about it there is no room for the fourth.
        pod = "iris-init-test-" + uuid.uuid4().hex[:8]
        PODMAN("pod", "create", "--name", pod, "--network=none", "--memory", "96m", "--share", "ipc,net,uts")
        self.addCleanup(PODMAN, "pod", "rm", "-f", "-t", "0", pod, code=None)
        volume = self.volume(PODMAN)
        options = ("--pod", pod, *volume, "-e", f"IRIS_STANDIN_SHM_BYTES={20 << 20}", "-e", "IRIS_STANDIN_JOURNAL_SYNC=commit")
        for life in range(1, 6):
            container = self.in_pod(options)
            self.assertEqual(container.session("write $increment(^lives)"), str(life))
            segments = container.exec("cat", "/proc/sysvipc/shm").stdout.strip().split("\n")[1:]
            self.assertEqual(len(segments), 1, segments)
            os.kill(container.pid(), signal.SIGKILL)
            self.ended(container, 137)
            container.remove()
        self.assertEqual(self.in_pod(options).session("write ^lives"), "5")

    def in_pod(self, options):
        container = Container(PODMAN, *PASSWORD, *POLLS, *options, network=())
        self.addCleanup(container.remove)
        self.await_ready(container)
        return container


class Restarts(Case):
    def test_on_failure_counts(self):
        for engine in (PODMAN, DOCKER):
            with self.subTest(engine=engine.name):  # no password: each start is refused
                container = self.container(engine, "--restart=on-failure:2")
                self.eventually(lambda: container.restarts() == 2, container.log)
                self.ended(container, 78)

    def test_always_brings_a_killed_one_back_and_leaves_a_stopped_one(self):
        volume = self.volume(DOCKER)
        container = self.ready(DOCKER, *volume, "--restart=always")
        first = container.pid()
        os.kill(first, signal.SIGKILL)
        self.eventually(lambda: container.pid() not in (0, first), container.log)
        self.await_ready(container)
        DOCKER("stop", "-t", "30", container.name)
        self.ended(container, 0)

    def test_a_clean_stop_is_no_failure(self):
        container = self.ready(DOCKER, "--restart=on-failure")
        container.exec("irisctl", "stop")
        self.ended(container, 0)
        self.assertEqual(container.restarts(), 0)

    def test_the_agent_may_die(self):
        container = self.ready(PODMAN)
        agent = container.processes("iris-agent")
        container.exec("kill", "-9", agent[0])
        self.eventually(lambda: container.processes("iris-agent") not in ([], agent), container.log)
        self.await_ready(container)


main()
