"""Whatever is sent, it is never our fault."""

import asyncio
from collections.abc import Iterator
from typing import Any, TypeAlias

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.factories.http_door import TestDoor, open_test_door

Headers: TypeAlias = list[tuple[bytes, bytes]]
METHODS = st.sampled_from(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "BREW"])
PATHS = st.sampled_from(
    [
        b"/api/v1/things",
        b"/api/v1/things/raw",
        b"/api/v1/things/maybe",
        b"/api/v1/things/touch",
        b"/api/v1/things/01940000-0000-7000-8000-000000000009",
        b"/problems/",
    ]
)
ODD = st.binary(max_size=12).map(lambda raw: raw.translate(None, b"\r\n\0 "))
HEADERS = st.lists(
    st.tuples(
        st.sampled_from(
            """authorization content-type content-length idempotency-key x-cart-token x-request-id traceparent
            origin if-match if-none-match cache-control accept accept-language x-forwarded-for host
            transfer-encoding""".split()
        ).map(str.encode),
        st.sampled_from([b"application/json", b"Bearer customer", b"no-cache", b"0", b"-1", b"*"]) | ODD,
    ),
    max_size=5,
)
BODIES = st.binary(max_size=60) | st.sampled_from(
    [b"{}", b"[]", b"null", b'{"lines": [{"sku": "A", "quantity": 1}]}', b'{"lines": "\\ud800"}', b"[" * 999]
)


class Sender:
    """One application and one event loop for all examples."""

    def __init__(self, runner: asyncio.Runner, door: TestDoor) -> None:
        self._runner = runner
        self._door = door

    def send(
        self, method: str, path: bytes, query: bytes, headers: list[tuple[bytes, bytes]], body: bytes
    ) -> int:
        return self._runner.run(self._send(method, path, query, headers, body))

    async def _send(self, method: str, path: bytes, query: bytes, headers: Headers, body: bytes) -> int:
        scope: dict[str, Any] = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": path.decode("utf-8", "replace"),
            "raw_path": path,
            "query_string": query,
            "root_path": "",
            "headers": [(b"host", b"localhost"), *headers],
            "client": ("192.0.2.7", 1),
            "server": ("localhost", 80),
        }
        sent: list[Any] = []

        async def receive() -> Any:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Any) -> None:
            sent.append(message)

        await self._door.app(scope, receive, send)  # type: ignore[arg-type]  # a scope as servers make them
        status: int = sent[0]["status"]
        return status


@pytest.fixture(scope="module")
def sender() -> Iterator[Sender]:
    limits = dict.fromkeys("auth auth_address checkout search fresh webhook default".split(), 10**9)
    with asyncio.Runner() as runner:
        loop = runner.get_loop()
        opened: asyncio.Future[TestDoor] = loop.create_future()
        closing = asyncio.Event()

        async def keep_open() -> None:
            async with open_test_door(rate_limits=limits) as door:
                opened.set_result(door)
                await closing.wait()

        keeper = loop.create_task(keep_open())
        yield Sender(runner, loop.run_until_complete(opened))
        closing.set()
        loop.run_until_complete(keeper)


@settings(max_examples=500, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(method=METHODS, path=PATHS, tail=ODD, query=ODD, headers=HEADERS, body=BODIES)
def test_no_request_is_a_fault_of_ours(
    sender: Sender,
    method: str,
    path: bytes,
    tail: bytes,
    query: bytes,
    headers: Headers,
    body: bytes,
) -> None:
    assert sender.send(method, path + tail, query, headers, body) < 500
