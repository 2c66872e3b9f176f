"""What a browser, a cache and a proxy must be told, on the answers of every route that the document names."""

from collections.abc import AsyncIterator

import httpx
import pytest

from tests.conformance.asking import arrange, send, url_of
from tests.conformance.document import OPERATIONS, Operation, methods_of
from tests.conformance.world import World, open_world

pytestmark = [pytest.mark.anyio, pytest.mark.xdist_group("browsers")]

STORE, EVIL = "https://store.example.com", "https://evil.example"
EXPOSED = """ETag X-Request-ID X-Cart-Token RateLimit RateLimit-Policy Retry-After Idempotent-Replayed
    Content-Language""".split()


@pytest.fixture(scope="module")
async def world(demo_url: str) -> AsyncIterator[World]:
    async with open_world(demo_url, CORS_ORIGINS=STORE) as opened:
        yield opened


def of(*chosen: Operation) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("operation", chosen, ids=str)


def varies(answer: httpx.Response) -> set[str]:
    return {each.strip() for value in answer.headers.get_list("vary") for each in value.split(",")}


def check_headers(operation: Operation, answer: httpx.Response) -> None:
    headers = answer.headers
    assert headers["strict-transport-security"] == "max-age=63072000; includeSubDomains"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "strict-origin-when-cross-origin"
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert "*" not in policy
    assert "access-control-allow-credentials" not in headers
    assert "set-cookie" not in headers
    assert "server" not in headers
    if headers.get("content-type", "").startswith("text/html"):
        assert "base-uri 'none'" in policy
        assert "form-action 'none'" in policy
    if operation.is_personal or answer.status_code >= 400:
        assert headers["cache-control"] == "no-store"


@of(*OPERATIONS)
async def test_every_answer_is_safe_in_a_browser(world: World, operation: Operation) -> None:
    ask = await arrange(world, operation)
    theirs = await send(world, operation, ask.but(query={"no_such": "1"}, headers={"Origin": EVIL}))
    ours = await send(world, operation, ask.with_headers(Origin=STORE))

    assert theirs.status_code >= 400
    assert str(ours.status_code) in operation.success
    for answer in (theirs, ours):
        check_headers(operation, answer)
        assert "Origin" in varies(answer)
    assert "access-control-allow-origin" not in theirs.headers
    assert ours.headers["access-control-allow-origin"] == STORE
    assert set(EXPOSED) <= set(ours.headers["access-control-expose-headers"].split(", "))


@of(*OPERATIONS)
async def test_a_browser_may_ask_for_every_route_from_our_storefront_alone(
    world: World, operation: Operation
) -> None:
    url = url_of(operation, await arrange(world, operation))
    wanted = {"Access-Control-Request-Method": operation.method}
    for origin, allowed in ((STORE, True), (EVIL, False), ("null", False), (f"{STORE}.evil.example", False)):
        answer = await world.client.options(url, headers={**wanted, "Origin": origin})
        assert answer.status_code == 204
        assert ("access-control-allow-origin" in answer.headers) is allowed, origin
        if allowed:
            methods = set(answer.headers["access-control-allow-methods"].split(", "))
            assert methods_of(operation.path) <= methods
            taken = {each.lower() for each in answer.headers["access-control-allow-headers"].split(", ")}
            assert {name.lower() for name in operation.parameters("header")} - {"stripe-signature"} <= taken


@of(*OPERATIONS)
async def test_no_route_is_served_under_a_name_that_is_not_ours(world: World, operation: Operation) -> None:
    ask = await arrange(world, operation)
    for host in ("evil.example", "shop.test.evil.example", "evil.example:80", "shop.test@evil.example", ""):
        answer = await world.client.request(
            operation.method, url_of(operation, ask), headers={**ask.headers, "Host": host}
        )
        assert (answer.status_code, answer.json()["code"]) == (421, "host-not-allowed"), host
        check_headers(operation, answer)
    forwarded = ask.with_headers(X_Forwarded_Host="evil.example", Forwarded="host=evil.example")
    answer = await send(world, operation, forwarded)
    assert str(answer.status_code) in operation.success
    assert b"evil.example" not in answer.content


@of(*[each for each in OPERATIONS if each.method == "GET" and not each.is_probe])
async def test_what_anybody_may_keep_is_the_same_for_everybody(world: World, operation: Operation) -> None:
    ask = await arrange(world, operation)
    answer = await send(world, operation, ask)

    kept = answer.headers["cache-control"]
    if kept == "no-store":
        return
    assert kept.startswith("public, max-age="), kept
    assert not operation.is_personal
    _, cart = await world.cart()
    for headers in (world.customer, world.admin, cart):
        other = await send(world, operation, ask.but(headers={**ask.headers, **headers}))
        assert other.content == answer.content
        assert other.headers["cache-control"] == kept
