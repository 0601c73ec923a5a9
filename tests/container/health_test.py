"""Probes and HEALTHCHECK, as docker asks them."""
from case import DOCKER, PASSWORD, POLLS, PODMAN, Case, main

OFTEN = ("--health-interval=1s", "--health-retries=2", "--health-timeout=3s", "--health-start-period=0s")


class Health(Case):
    def test_probes_over_http(self):
        for engine in (PODMAN, DOCKER):
            with self.subTest(engine=engine.name):
                container = self.ready(engine)
                for path in ("/startupz", "/livez", "/readyz", "/healthz", "/metrics", "/status", "/"):
                    self.assertEqual(container.http(path), 200, path)

    def test_docker_sees_it_healthy_unhealthy_and_healthy_again(self):
        container = self.ready(DOCKER, *OFTEN, "-e", "IRIS_INIT_HEALTH_HUNG_AFTER=1s")
        self.eventually(lambda: container.health() == "healthy", container.log)
        container.fault("health", "hung")
        self.eventually(lambda: container.health() == "unhealthy", container.log)
        self.assertEqual(container.http("/livez"), 503)
        self.assertEqual(container.state()["Status"], "running", "docker restarts nothing for it")
        container.fault("health", "")
        self.eventually(lambda: container.health() == "healthy", container.log)

    def test_it_is_healthy_while_iris_starts_and_is_frozen(self):
        container = self.container(DOCKER, *PASSWORD, *POLLS, *OFTEN, "-e", "IRIS_STANDIN_START_MS=20000")
        self.eventually(lambda: container.health() == "healthy", container.log, 15)
        self.assertEqual(container.http("/startupz"), 503, "and IRIS has not started yet")
        self.await_ready(container)
        self.assertEqual(container.exec("irisctl", "freeze", "--owner", "test").returncode, 0)
        self.eventually(lambda: len(container.state()["Health"]["Log"]) >= 3)
        self.assertEqual(container.health(), "healthy")
        self.assertEqual(container.exec("irisctl", "thaw", "--owner", "test").returncode, 0)

    def test_podman_runs_the_images_own_check(self):
        container = self.ready(PODMAN)
        PODMAN("healthcheck", "run", container.name)


main()
