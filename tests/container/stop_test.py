"""The end of a container: in time, out of time, and what the next one finds on the volume."""
from case import DOCKER, PODMAN, Case, main


class Stop(Case):
    def test_within_the_grace(self):
        for engine in (PODMAN, DOCKER):
            with self.subTest(engine=engine.name):
                container = self.ready(engine)
                engine("stop", "-t", "30", container.name)
                self.ended(container, 0)
                self.assertFalse(container.state()["OOMKilled"])

    def test_beyond_the_grace_the_engine_kills_and_the_next_start_recovers(self):
        volume = self.volume(DOCKER)
        container = self.ready(DOCKER, *volume, "-e", "IRIS_STANDIN_JOURNAL_SYNC=commit")
        container.session("set ^acknowledged=17")
        container.fault("stop_fault", "hang")
        container.fault("stop_ms", "60000")
        DOCKER("stop", "-t", "2", container.name)
        self.ended(container, 137)
        container.remove()
        again = self.ready(DOCKER, *volume)
        self.assertEqual(again.session("write ^acknowledged"), "17")

    def test_a_budget_shorter_than_the_grace_forces_iris_itself(self):
        container = self.ready(DOCKER, "-e", "IRIS_INIT_STOP_TIMEOUT=4s")
        container.fault("stop_fault", "hang")
        container.fault("stop_ms", "60000")
        DOCKER("stop", "-t", "30", container.name)
        self.ended(container, 124)

    def test_irisctl_stop_ends_the_container(self):
        container = self.ready(PODMAN)
        container.exec("irisctl", "stop")
        self.ended(container, 0)

    def test_a_volume_is_used_again(self):
        for engine in (PODMAN, DOCKER):
            with self.subTest(engine=engine.name):
                volume = self.volume(engine)
                first = self.ready(engine, *volume)
                first.session("set ^kept=5")
                engine("stop", "-t", "30", first.name)
                self.ended(first, 0)
                first.remove()
                second = self.container(engine, *volume)  # no password: there is an instance
                self.await_ready(second)
                self.assertEqual(second.session("write ^kept"), "5")

    def test_two_containers_never_share_a_volume(self):
        volume = self.volume(PODMAN)
        first = self.ready(PODMAN, *volume)
        second = self.container(PODMAN, *volume, "-e", "IRIS_INIT_MERGE_DATA_WAIT=2s")
        self.ended(second, 75)
        self.assertEqual(first.exec("irisctl", "probe", "ready").returncode, 0)


main()
