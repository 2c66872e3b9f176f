"""Alive, ready, started, and the metrics."""

import pytest

from ecommerce.application.shared.health import Health, HealthChecks
from ecommerce.entrypoints.http.lifecycle import Lifecycle
from tests.factories.http_door import SetHealth, TestDoor

pytestmark = pytest.mark.anyio


async def set_health(door: TestDoor, health: Health) -> None:
    checks = await door.container.get(HealthChecks)
    assert isinstance(checks, SetHealth)
    checks.health = health


async def test_health_says_only_that_the_process_lives(door: TestDoor) -> None:
    await set_health(door, Health("down", {"database": "away"}))

    answer = await door.client.get("/healthz")

    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
    assert "ratelimit" not in answer.headers


@pytest.mark.parametrize(("status", "code"), [("ok", 200), ("degraded", 200), ("down", 503)])
async def test_readiness_is_what_the_checks_say(door: TestDoor, status: str, code: int) -> None:
    await set_health(door, Health(status, {"database": "said so"}))  # type: ignore[arg-type]

    answer = await door.client.get("/ready")

    assert (answer.status_code, answer.json()) == (
        code,
        {"status": status, "checks": {"database": "said so"}},
    )
    assert ("retry-after" in answer.headers) == (code == 503)


async def test_startup_stays_true_once_it_was(door: TestDoor) -> None:
    await set_health(door, Health("down", {}))
    assert (await door.client.get("/startup")).status_code == 503

    await set_health(door, Health("ok", {}))
    assert (await door.client.get("/startup")).status_code == 200

    await set_health(door, Health("down", {}))
    assert (await door.client.get("/startup")).status_code == 200


async def test_a_draining_process_is_not_ready_but_answers(door: TestDoor) -> None:
    (await door.container.get(Lifecycle)).drain()

    assert (await door.client.get("/ready")).status_code == 503
    answer = await door.client.get("/api/v1/things/01940000-0000-7000-8000-000000000009")
    assert answer.status_code == 200


async def test_metrics_count_by_route_and_never_by_path(door: TestDoor) -> None:
    for number in range(3):
        await door.client.get(f"/api/v1/things/01940000-0000-7000-8000-00000000000{number}")
    await door.client.get("/some/random/path")

    text = (await door.client.get("/metrics")).text

    name = "ecommerce_http_request_duration_seconds_count"
    assert f'{name}{{method="GET",route="/api/v1/things/{{id}}",status="200"}} 3.0' in text
    assert f'{name}{{method="GET",route="unmatched",status="404"}} 1.0' in text
    assert "random" not in text
    assert "ecommerce_http_requests_in_flight 1.0" in text
