"""What every request and every answer has in common."""

import httpx
import pytest
from litestar import Controller
from litestar import get as undeclared_get

from ecommerce.entrypoints.http.app import UndeclaredRoute
from ecommerce.entrypoints.http.operation import staff
from ecommerce.entrypoints.http.routing import get
from tests.factories.http_door import TestDoor, open_test_door

pytestmark = pytest.mark.anyio
THING = "/api/v1/things/01940000-0000-7000-8000-000000000009"


async def test_an_answer_is_json_with_the_headers_of_every_answer(door: TestDoor) -> None:
    answer = await door.client.get(THING)

    assert answer.status_code == 200
    assert answer.json() == {"id": THING[-36:], "page": 1, "tags": [], "attributes": {}}
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"]
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["strict-transport-security"].startswith("max-age=")
    assert answer.headers["ratelimit-policy"] == '"default";q=600;w=60'
    assert answer.headers["ratelimit"].startswith('"default";r=599;t=')


@pytest.mark.parametrize("path", [THING + "/", "/healthz/", "/api/v1/things/mine/"])
async def test_a_trailing_slash_makes_no_difference(door: TestDoor, path: str) -> None:
    with_slash = await door.client.get(path)
    without = await door.client.get(path.rstrip("/"))

    assert with_slash.status_code == without.status_code != 404
    assert not with_slash.is_redirect


async def test_head_is_get_without_the_body(door: TestDoor) -> None:
    got, head = await door.client.get(THING), await door.client.head(THING)

    assert head.status_code == 200
    assert head.content == b""
    assert head.headers["content-length"] == got.headers["content-length"]
    assert (await door.client.head("/api/v1/things/touch")).status_code == 405


@pytest.mark.parametrize("given", ["a", "A-b_c.9", "x" * 128])
async def test_a_request_id_is_taken_and_echoed(door: TestDoor, given: str) -> None:
    answer = await door.client.get(THING, headers={"X-Request-ID": given})

    assert answer.headers["x-request-id"] == given
    assert door.logged[-1]["request_id"] == given


@pytest.mark.parametrize("given", ["", "x" * 129, "a b", "ü", "a\x7f"])
async def test_a_bad_request_id_is_replaced(door: TestDoor, given: str) -> None:
    answer = await door.client.get(THING, headers=[(b"X-Request-ID", given.encode())])

    assert answer.headers["x-request-id"] != given
    assert len(answer.headers["x-request-id"]) == 32


async def test_a_trace_is_continued_in_the_log(door: TestDoor) -> None:
    trace = "4bf92f3577b34da6a3ce929d0e0e4736"

    await door.client.get(THING, headers={"traceparent": f"00-{trace}-00f067aa0ba902b7-01"})
    await door.client.get(THING, headers={"traceparent": "00-" + "0" * 32 + "-00f067aa0ba902b7-01"})

    assert door.logged[0]["trace_id"] == trace
    assert "trace_id" not in door.logged[1]


async def test_the_log_has_one_line_a_request_and_nothing_private(door: TestDoor) -> None:
    await door.client.get(
        THING + "?tag=canary-query",
        headers={"Authorization": "Bearer customer", "X-Cart-Token": "canary-token"},
    )

    (line,) = door.logged
    assert line["event"] == "http.request"
    assert line["route"] == "/api/v1/things/{id}"
    assert line["status"] == 200
    assert line["actor"].startswith("customer:")
    assert "canary" not in str(line)
    assert "192.0.2.7" not in str(line)


@pytest.mark.parametrize(
    ("host", "served"),
    [
        ("shop.example.com", True),
        ("shop.example.com:8443", True),
        ("localhost:8000", True),
        ("evil.example", False),
        ("shop.example.com.evil.example", False),
        ("", False),
    ],
)
async def test_only_our_own_hosts_are_served(door: TestDoor, host: str, served: bool) -> None:
    answer = await door.client.get(THING, headers={"Host": host})

    assert answer.status_code == (200 if served else 421)
    if not served:
        assert answer.json()["code"] == "host-not-allowed"


async def test_loopback_names_are_not_served_in_production() -> None:
    async with open_test_door(env="production", allowed_hosts=("*.example.org",)) as door:
        answers = [
            await door.client.get(THING, headers={"Host": host})
            for host in ("localhost", "a.example.org", "example.org.evil", "shop.example.com")
        ]

    assert [answer.status_code for answer in answers] == [421, 200, 421, 200]


@pytest.mark.parametrize(
    ("path", "status"),
    [(b"/api/v1/things/%ff", 400), (b"/api/v1/things/%00", 404), (b"/%ED%A0%80", 400), (b"/nope", 404)],
)
async def test_odd_paths_are_no_fault_of_ours(door: TestDoor, path: bytes, status: int) -> None:
    answer = await door.client.get(httpx.URL("https://shop.example.com").copy_with(raw_path=path))

    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"


async def test_a_forwarded_address_counts_only_from_a_trusted_proxy() -> None:
    from ipaddress import ip_network

    forwarded = {"X-Forwarded-For": "10.0.0.1, 203.0.113.9, 192.0.2.8", "Authorization": "Bearer customer"}
    async with open_test_door() as door:
        distrustful = await door.client.get("/api/v1/things/mine", headers=forwarded)
    async with open_test_door(trusted_proxies=(ip_network("192.0.2.0/24"),)) as door:
        trusting = await door.client.get("/api/v1/things/mine", headers=forwarded)

    assert distrustful.json()["address"] == "192.0.2.7"
    assert trusting.json()["address"] == "203.0.113.9"


async def test_a_browser_may_ask_from_a_listed_origin_only(door: TestDoor) -> None:
    ours = await door.client.get(THING, headers={"Origin": "https://store.example.com"})
    theirs = await door.client.get(THING, headers={"Origin": "https://evil.example"})
    preflight = await door.client.options(
        THING, headers={"Origin": "https://store.example.com", "Access-Control-Request-Method": "PATCH"}
    )

    assert ours.headers["access-control-allow-origin"] == "https://store.example.com"
    exposed = ours.headers["access-control-expose-headers"]
    for name in ("ETag", "X-Request-ID", "X-Cart-Token", "RateLimit", "Retry-After", "Idempotent-Replayed"):
        assert name in exposed
    assert "access-control-allow-origin" not in theirs.headers
    assert theirs.headers["vary"] == "Origin"
    assert preflight.status_code == 204
    assert "PATCH" in preflight.headers["access-control-allow-methods"]
    assert "Idempotency-Key" in preflight.headers["access-control-allow-headers"]


async def test_a_route_without_a_policy_is_not_started() -> None:
    class Careless(Controller):
        @undeclared_get("/open")
        async def wide_open(self) -> None: ...

    with pytest.raises(UndeclaredRoute, match="/api/v1/open"):
        async with open_test_door((Careless,)):
            pass


async def test_a_route_that_needs_a_permission_nobody_has_is_not_started() -> None:
    class Mistyped(Controller):
        @get("/orders", policy=staff("order:read"))
        async def find(self) -> None:
            """Look at orders."""

    with pytest.raises(UndeclaredRoute, match="/api/v1/orders: there is no permission named 'order:read'"):
        async with open_test_door((Mistyped,)):
            pass
