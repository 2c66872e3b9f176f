"""The same key gets the same answer."""

from uuid import uuid4

import httpx
import pytest
from structlog.testing import capture_logs

from ecommerce.application.shared.idempotency import IdempotencyStore
from tests.factories.http_door import MemoryAnswers, TestDoor

pytestmark = pytest.mark.anyio
PATH = "/api/v1/things"
BODY: dict[str, object] = {"lines": []}


async def add(door: TestDoor, key: str, body: object = BODY, **headers: str) -> httpx.Response:
    return await door.client.post(PATH, json=body, headers={"Idempotency-Key": key, **headers})


async def test_a_replay_is_the_first_answer_byte_for_byte(door: TestDoor) -> None:
    key = str(uuid4())

    first, second = await add(door, key), await add(door, key)

    assert first.json() == {"call": 1}
    assert (second.status_code, second.content) == (first.status_code, first.content)
    assert second.headers["etag"] == first.headers["etag"] == '"v1"'
    assert second.headers["content-type"] == "application/json"
    assert second.headers["idempotent-replayed"] == "true"
    assert "idempotent-replayed" not in first.headers


async def test_another_body_with_the_same_key_is_refused(door: TestDoor) -> None:
    key = str(uuid4())
    await add(door, key)

    answer = await add(door, key, {"lines": [], "note": "other"})

    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency-key-reused")


async def test_another_caller_or_token_has_keys_of_its_own(door: TestDoor) -> None:
    key = str(uuid4())
    callers: list[dict[str, str]] = [
        {},
        {"X-Cart-Token": "a"},
        {"X-Cart-Token": "b"},
        {"Authorization": "Bearer customer"},
        {"Authorization": "Bearer editor"},
    ]

    answers = [await add(door, key, **caller) for caller in callers]

    assert [answer.json()["call"] for answer in answers] == [1, 2, 3, 4, 5]


async def test_a_refusal_is_not_kept_and_gives_the_key_back(door: TestDoor) -> None:
    key = str(uuid4())
    body = {"lines": [], "note": "fail"}

    answers = [await add(door, key, body), await add(door, key, body)]

    assert [answer.status_code for answer in answers] == [409, 409]
    store = await door.container.get(IdempotencyStore)
    assert isinstance(store, MemoryAnswers)
    assert len(store.released) == 2
    assert (await add(door, key)).status_code == 201


@pytest.mark.parametrize(("note", "status"), [("break", 503), ("bug", 500)])
async def test_a_failure_after_the_commit_leaves_the_claim_to_the_next_call(
    door: TestDoor, note: str, status: int
) -> None:
    with capture_logs():
        answer = await add(door, str(uuid4()), {"lines": [], "note": note})

    store = await door.container.get(IdempotencyStore)
    assert isinstance(store, MemoryAnswers)
    assert answer.status_code == status
    assert (len(store.released), len(store.abandoned)) == (0, 1)


async def test_what_never_claimed_the_key_does_not_release_it(door: TestDoor) -> None:
    await add(door, str(uuid4()), {"lines": 1})

    store = await door.container.get(IdempotencyStore)
    assert isinstance(store, MemoryAnswers)
    assert store.released == []


@pytest.mark.parametrize("key", ["", "x" * 256, "\u00fc", "a\tb"])
async def test_a_key_is_printable_ascii(door: TestDoor, key: str) -> None:
    answer = await door.client.post(
        PATH,
        json=BODY,
        headers=[(b"Idempotency-Key", key.encode()), (b"X-Cart-Token", b"t")],
    )

    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/header/Idempotency-Key")


async def test_a_stranger_needs_a_key_that_nobody_else_has(door: TestDoor) -> None:
    assert (await add(door, "1")).status_code == 422
    assert (await add(door, "1", **{"X-Cart-Token": "t"})).status_code == 201


async def test_a_route_that_does_not_honour_keys_ignores_them(door: TestDoor) -> None:
    answers = [await door.client.post(f"{PATH}/touch", headers={"Idempotency-Key": "1"}) for _ in range(2)]

    assert all("idempotent-replayed" not in answer.headers for answer in answers)
