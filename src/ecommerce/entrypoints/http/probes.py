"""What orchestrators and monitors ask: alive, ready, started, and how much of what."""

import msgspec
from dishka import FromDishka
from litestar import Controller

from ecommerce.application.shared.health import Health, HealthChecks
from ecommerce.entrypoints.http.lifecycle import Lifecycle
from ecommerce.entrypoints.http.metrics import CONTENT_TYPE, HttpMetrics
from ecommerce.entrypoints.http.operation import PROBE
from ecommerce.entrypoints.http.replies import RawReply, Reply
from ecommerce.entrypoints.http.routing import get

_AGAIN = {"Retry-After": "1"}


class Alive(msgspec.Struct, frozen=True):
    status: str


class ProbeController(Controller):
    path = "/"

    @get("/healthz", policy=PROBE)
    async def healthz(self) -> Alive:
        """The process lives. Touches nothing."""
        return Alive("ok")

    @get("/ready", policy=PROBE, also={503: "Not ready"})
    async def ready(
        self, checks: FromDishka[HealthChecks], lifecycle: FromDishka[Lifecycle]
    ) -> Reply[Health]:
        """Whether this process should get requests: 503 while the database is away or not migrated.

        Without the cache it is `degraded`, and sells still.
        """
        health = await checks.look()
        if lifecycle.draining:
            health = Health("down", {**health.checks, "process": "about to stop"})
        if health.status == "down":
            return Reply(health, 503, _AGAIN)
        lifecycle.started = True
        return Reply(health)

    @get("/startup", policy=PROBE, also={503: "Not warm yet"})
    async def startup(
        self, checks: FromDishka[HealthChecks], lifecycle: FromDishka[Lifecycle]
    ) -> Reply[Alive]:
        """Whether this process has been ready once: 503 until it is warm."""
        if not lifecycle.started:
            lifecycle.started = (await checks.look()).status != "down"
        return Reply(Alive("started")) if lifecycle.started else Reply(Alive("starting"), 503, _AGAIN)

    @get("/metrics", policy=PROBE, produces="text/plain")
    async def metrics(self, metrics: FromDishka[HttpMetrics]) -> RawReply:
        """Metrics for Prometheus. In production keep this path inside: the proxy must not pass it on."""
        return RawReply(200, metrics.render(), {"Content-Type": CONTENT_TYPE})
