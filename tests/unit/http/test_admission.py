"""Who gets in, how often, and in which order that is decided."""

import pytest

from ecommerce.entrypoints.http.app import UndeclaredRoute
from tests.factories.http_door import SOMEBODY, TestDoor, open_test_door

pytestmark = pytest.mark.anyio
THING = "/api/v1/things/01940000-0000-7000-8000-000000000009"
CUSTOMER = {"Authorization": "Bearer customer"}
CLERK = {"Authorization": "Bearer clerk"}
EDITOR = {"Authorization": "Bearer editor"}
NOBODY = {"Authorization": "Bearer expired"}


async def test_the_actor_reaches_the_use_case(door: TestDoor) -> None:
    answer = await door.client.get("/api/v1/things/mine", headers=CUSTOMER)

    assert answer.json() == {"label": f"customer:{SOMEBODY}", "address": "192.0.2.7"}


@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [
        ({}, 401, "unauthenticated"),
        (NOBODY, 401, "unauthenticated"),
        (CUSTOMER, 403, "forbidden"),
        (CLERK, 403, "forbidden"),
        (EDITOR, 204, ""),
    ],
)
async def test_a_staff_route_is_for_those_with_the_permission(
    door: TestDoor, headers: dict[str, str], status: int, code: str
) -> None:
    answer = await door.client.delete(THING, headers=headers)

    assert answer.status_code == status
    if code:
        assert answer.json()["code"] == code


async def test_bad_credentials_are_refused_on_a_public_route_too(door: TestDoor) -> None:
    answer = await door.client.get(THING, headers=NOBODY)

    assert answer.status_code == 401
    assert 'error="invalid_token"' in answer.headers["www-authenticate"]


@pytest.mark.parametrize("headers", [{}, NOBODY, CUSTOMER, CLERK])
async def test_authentication_and_permission_come_before_validation(
    door: TestDoor, headers: dict[str, str]
) -> None:
    answer = await door.client.post("/api/v1/things/refund?nope=1", content=b"{", headers=headers)

    assert answer.status_code in (401, 403)


async def test_a_step_up_is_asked_for_before_the_body_is_read(door: TestDoor) -> None:
    answer = await door.client.post("/api/v1/things/refund", content=b"{", headers=EDITOR)

    assert (answer.status_code, answer.json()["code"]) == (403, "step-up-required")


async def test_a_limit_is_told_and_kept(door: TestDoor) -> None:
    answers = [await door.client.post("/api/v1/things/login") for _ in range(4)]

    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert [answer.headers["ratelimit"].partition(";t=")[0] for answer in answers] == [
        '"auth";r=2',
        '"auth";r=1',
        '"auth";r=0',
        '"auth";r=0',
    ]
    assert answers[0].headers["ratelimit-policy"] == '"auth";q=3;w=60'
    refused = answers[-1]
    assert 1 <= int(refused.headers["retry-after"]) <= 20
    assert refused.json()["code"] == "rate-limited"
    assert (await door.client.get(THING)).status_code == 200


async def test_each_person_has_a_limit_of_their_own(door: TestDoor) -> None:
    fresh = {"Cache-Control": "no-cache"}
    for _ in range(2):
        await door.client.get(THING, headers={**EDITOR, **fresh})

    assert (await door.client.get(THING, headers={**EDITOR, **fresh})).status_code == 429
    assert (await door.client.get(THING, headers={**CUSTOMER, **fresh})).status_code == 200
    assert (await door.client.get(THING, headers=fresh)).status_code == 200


async def test_an_account_does_not_bring_more_guesses_at_others_along(door: TestDoor) -> None:
    for headers in (EDITOR, CUSTOMER, {}):
        assert (await door.client.post("/api/v1/things/login", headers=headers)).status_code == 200

    for headers in (EDITOR, CUSTOMER, {}):
        assert (await door.client.post("/api/v1/things/login", headers=headers)).status_code == 429


async def test_of_two_credentials_none_counts(door: TestDoor) -> None:
    both = [("Authorization", "Bearer editor"), ("Authorization", "Bearer customer")]

    for headers in (both, both[::-1], [both[0], both[0]]):
        answer = await door.client.delete(THING, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")


async def test_reads_past_the_cache_are_counted_apart(door: TestDoor) -> None:
    fresh = {"Cache-Control": "no-cache"}

    answers = [await door.client.get(THING, headers=fresh) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[0].headers["ratelimit-policy"].startswith('"fresh"')
    assert (await door.client.get(THING)).status_code == 200


async def test_guessing_tokens_and_paths_is_counted() -> None:
    limits = dict.fromkeys(("auth", "auth_address", "checkout", "search", "fresh", "webhook", "default"), 3)
    async with open_test_door(rate_limits=limits) as door:
        guesses = [await door.client.get(THING, headers=NOBODY) for _ in range(4)]
        assert [answer.status_code for answer in guesses] == [401, 401, 401, 429]
    async with open_test_door(rate_limits=limits) as door:
        paths = [await door.client.get(f"/api/v1/{n}") for n in range(4)]
        assert [answer.status_code for answer in paths] == [404, 404, 404, 429]
        assert (await door.client.get("/healthz")).status_code == 200


async def test_a_policy_nobody_has_set_is_not_started() -> None:
    with pytest.raises(UndeclaredRoute, match="no rate limit named webhook"):
        async with open_test_door(rate_limits={"auth_address": 1, "fresh": 1, "default": 1}):
            pass


async def test_a_process_that_has_enough_to_do_says_so_at_once() -> None:
    async with open_test_door(max_in_flight=0) as door:
        answer = await door.client.get(THING)
        probe = await door.client.get("/healthz")

    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert answer.headers["retry-after"] == "1"
    assert probe.status_code == 200
