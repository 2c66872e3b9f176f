"""Who is let in, and what no input may do."""

import asyncio
from typing import Any

import httpx
import pytest

from tests.integration.sandbox.sandbox_world import MARKS, PUBLISHABLE_KEY, SECRET_KEY, TOKEN, World

pytestmark = MARKS

BEARER = {"Authorization": f"Bearer {SECRET_KEY}"}
CHANGING = [
    ("POST", "/_control/faults"),
    ("DELETE", "/_control/faults"),
    ("POST", "/_control/clock"),
    ("POST", "/_control/reset"),
    ("POST", "/_control/stripe/disputes"),
    ("POST", "/_control/stripe/disputes/du_1/close"),
    ("POST", "/_control/stripe/events/evt_1/resend"),
    ("POST", "/_control/stripe/webhook_endpoints"),
    ("DELETE", "/_control/stripe/webhook_endpoints/we_1"),
    ("DELETE", "/_mail/messages"),
    ("DELETE", "/_sms/messages"),
]


async def test_changing_something_needs_the_token(world: World) -> None:
    for method, path in CHANGING:
        assert (await world.http.request(method, path)).status_code == 401
        wrong = await world.http.request(method, path, headers={"X-Sandbox-Token": "wrong"})
        assert (wrong.status_code, "error" in wrong.json()) == (403, True)


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8001", "127.0.0.1.evil.example", "", "[::2]:80"]
)
async def test_foreign_hosts_are_turned_away(world: World, host: str) -> None:
    for path in ("/", "/_control/state", "/v1/payment_intents", "/_mail/messages"):
        response = await world.http.get(path, headers={"Host": host} | BEARER)
        assert response.status_code == 421


async def test_loopback_names_are_welcome(world: World) -> None:
    for host in ("localhost", "LOCALHOST:80", "127.0.0.1:1", "[::1]", "[::1]:8001"):
        assert (await world.http.get("/_control/state", headers={"Host": host})).status_code == 200


async def test_stripes_calls_need_a_key(world: World) -> None:
    for headers in (
        {},
        {"Authorization": "Bearer sk_live_x"},
        {"Authorization": "Basic !"},
        {"Authorization": "X"},
    ):
        response = await world.http.get("/v1/payment_intents", headers=headers)
        assert (response.status_code, response.json()["error"]["type"]) == (401, "invalid_request_error")
    assert (await world.http.get("/v1/payment_intents", auth=(SECRET_KEY, ""))).status_code == 200


async def test_unknown_addresses_are_stripes_404(world: World) -> None:
    for method, path in (
        ("GET", "/v1/nothing"),
        ("DELETE", "/v1/refunds"),
        ("GET", "/v1"),
        ("PUT", "/v1/refunds"),
    ):
        response = await world.http.request(method, path, headers=BEARER)
        assert (response.status_code, response.json()["error"]["type"]) == (404, "invalid_request_error")
    missing = await world.http.get("/v1/payment_intents/pi_none", headers=BEARER)
    assert (missing.status_code, missing.json()["error"]["code"]) == (404, "resource_missing")
    other_kind = await world.intent()
    assert (await world.http.get(f"/v1/charges/{other_kind.id}", headers=BEARER)).status_code == 404


FORMS: list[bytes] = [
    b"",
    b"amount",
    b"amount=1&=2",
    b"amount=%ff&currency=usd",
    b"amount=100&currency=%00",
    b"amount[]=100&currency=usd",
    b"amount[a]=100&amount=5&currency=usd",
    b"amount=100&amount[b]=5&currency=usd",
    b"amount=1e3&currency=usd",
    b"amount=9223372036854775808&currency=usd",
    b"amount=" + b"9" * 5000 + b"&currency=usd",
    b"amount=100&currency[]=usd",
    b"amount=100&currency=usd&metadata=x",
    b"amount=100&currency=usd&metadata[a][b]=x",
    b"amount=100&currency=usd&metadata[a]=" + b"x" * 501,
    b"amount=100&currency=usd&" + b"&".join(b"metadata[k%d]=v" % number for number in range(51)),
    b"amount=100&currency=usd&confirm=yes",
    b"amount=100&currency=usd&shipping[name]=A&shipping[address][planet]=x",
    b"amount=100&currency=usd&expand[]=latest_charge&expand[]=nothing",
    b"amount=100&currency=usd&payment_method=" + b"x" * 100_000,
    b"amount=100&currency=usd&customer=cus_none",
    b"amount=100&currency=usd&payment_method_types[]=cash",
    b"amount=100&currency=usd&payment_method_types[0][a]=card",
    b"amount=100&currency=usd&a[b][c][d][e][f][g][h][i][j]=1",
    b"a" * 100_000,
    b"&".join(b"a%d=1" % number for number in range(2000)),
    b'{"amount": 100, "currency": "usd"}',
    b"\xff\xfe\x00",
    b"amount=100&currency=usd&return_url=javascript:alert(1)&confirm=true&payment_method=pm_card_visa",
    b"amount=100&currency=usd&confirm=true",
    b"amount=100&currency=usd&payment_method_data[type]=card&payment_method_data[card]=x",
    b"amount=100&currency=usd&automatic_payment_methods=x",
    b"amount=100&currency=usd&payment_method=pm_card_visa&payment_method_data[type]=card",
]


async def test_no_form_is_more_than_a_bad_request(world: World) -> None:
    headers = BEARER | {"Content-Type": "application/x-www-form-urlencoded"}
    for number, form in enumerate(FORMS):
        keyed = headers | {"Idempotency-Key": f"k{number}"}
        response = await world.http.post("/v1/payment_intents", content=form, headers=keyed)
        assert response.status_code == 400, form[:200]
        assert response.json()["error"]["type"] == "invalid_request_error"
    assert (await world.sdk.v1.payment_intents.list_async()).data == []


QUERIES = [
    "limit=0",
    "limit=101",
    "limit=x",
    "starting_after=pi_none",
    "created[gte]=x",
    "created=x",
    "created[near]=1",
    "colour=red",
    "limit[]=1",
    "%ff=1",
    "created[gte]=999999999999999999999999",
    "expand[]=data.nothing",
    "expand[]=data",
]


async def test_no_query_is_more_than_a_bad_request(world: World) -> None:
    await world.intent()
    for query in QUERIES:
        response = await world.http.get(f"/v1/payment_intents?{query}", headers=BEARER)
        assert response.status_code == 400, query


async def raw(world: World, data: bytes) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", world.settings.port)
    writer.write(data)
    writer.write_eof()
    async with asyncio.timeout(5):
        answer = await reader.read()
    writer.close()
    await writer.wait_closed()
    return answer


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"GET / HTTP/1.1\r\n\r\n", b"400"),
        (b"nonsense\r\n\r\n", b"400"),
        (b"GET /%ff HTTP/1.1\r\nHost: localhost\r\n\r\n", b"400"),
        (b"GET http://x/ HTTP/1.1\r\nHost: localhost\r\n\r\n", b"400"),
        (b"GET /" + b"a" * 70000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n", b"431"),
        (b"POST /v1/refunds HTTP/1.1\r\nHost: localhost\r\nContent-Length: x\r\n\r\n", b"400"),
        (
            b"POST /v1/refunds HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3000000\r\n\r\n"
            + b"a" * 3000000,
            b"413",
        ),
        (b"HEAD / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", b"200"),
        (b"OPTIONS /v1/x HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", b"204"),
        (b"GET /%00 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", b"404"),
        (b"PATCH / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", b"405"),
    ],
)
async def test_no_request_is_more_than_an_error(world: World, data: bytes, status: bytes) -> None:
    answer = await raw(world, data)
    assert answer.split(b" ")[1] == status
    assert (await world.http.get("/_control/state")).status_code == 200


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[1]", b"\xff", b"[" * 100_000, b'[{"do": "\\ud800"}]', b"null"]
)
async def test_no_control_body_is_more_than_a_bad_request(world: World, body: bytes) -> None:
    for path in ("faults", "clock", "stripe/disputes", "stripe/webhook_endpoints"):
        response = await world.http.post(
            f"/_control/{path}", content=body, headers={"X-Sandbox-Token": TOKEN}
        )
        assert response.status_code == 400


async def test_browsers_may_call_stripe_and_nothing_else(world: World) -> None:
    intent = await world.intent()
    answer = await world.http.get(
        f"/v1/payment_intents/{intent.id}",
        params={"client_secret": str(intent.client_secret)},
        headers={"Origin": "http://localhost:3000", "Authorization": f"Bearer {PUBLISHABLE_KEY}"},
    )
    assert answer.headers["access-control-allow-origin"] == "*"
    for path in ("/", "/_control/state", "/_mail/messages"):
        assert "access-control-allow-origin" not in (await world.http.get(path)).headers


async def test_pages_ask_no_other_host(world: World) -> None:
    page = await world.http.get("/")
    assert "default-src 'none'" in page.headers["content-security-policy"]
    for path in ("/_page/script.js", "/_page/style.css"):
        response: httpx.Response = await world.http.get(path)
        assert response.status_code == 200
        assert "http" not in response.text.replace("https://", "http")
    assert "://" not in page.text
    await world.paid(metadata={"order_number": "ORD-1"})
    await world.receiver.until("payment_intent.succeeded")
    await world.quiet()
    overview: dict[str, Any] = await world.read("/_page/overview")
    assert overview["intents"][0]["metadata"] == {"order_number": "ORD-1"}
    assert overview["events"][0]["deliveries"][0]["state"] == "delivered"


async def test_reset_forgets_everything(world: World) -> None:
    await world.paid()
    await world.fault("refuse", {"path": "/v1/refunds"})
    await world.control("clock", {"advance_seconds": 60})
    state = await world.control("reset")
    assert (state["counts"], state["faults"], state["clock"]["offset_seconds"]) == (
        {"mail": 0, "sms": 0},
        [],
        0,
    )
    assert await world.read("/_control/stripe/ledger") == []
    await world.intent()
    await world.receiver.until("payment_intent.created", 2)
