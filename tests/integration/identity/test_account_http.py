"""Profiles and address books over HTTP, on the cold lane."""

import asyncio
from typing import Any

import asyncpg
import httpx
import pytest

from tests.integration.identity.identity_shop import bearer, register

pytestmark = pytest.mark.anyio

ME = "/api/v1/users/me"
BOOK = f"{ME}/addresses"
HOME: dict[str, Any] = {
    "first_name": "Ada",
    "last_name": "Lovelace",
    "line1": "12 St James's Square",
    "city": "London",
    "postal_code": "sw1y 4jh",
    "country": "gb",
    "phone_number": "020 7946 0958",
}


@pytest.fixture
async def ada(client: httpx.AsyncClient) -> httpx.AsyncClient:
    client.headers.update(bearer(await register(client)))
    return client


async def add(client: httpx.AsyncClient, **changes: Any) -> dict[str, Any]:
    reply = await client.post(BOOK, json={**HOME, **changes})
    assert reply.status_code == 201, reply.text
    entry: dict[str, Any] = reply.json()
    return entry


async def statuses(client: httpx.AsyncClient, path: str) -> list[int]:
    replies = (
        await client.get(path),
        await client.patch(path, json={"city": "Rome"}),
        await client.delete(path),
    )
    return [reply.status_code for reply in replies]


async def test_a_profile_changes_where_it_is_told_to(ada: httpx.AsyncClient) -> None:
    before = (await ada.get(ME)).json()
    reply = await ada.patch(ME, json={"first_name": "  Ada ", "phone_number": "+44 20 7946 0958"})
    assert reply.status_code == 200
    assert reply.json() == {**before, "first_name": "Ada", "phone_number": "+442079460958"}
    reply = await ada.patch(ME, json={"phone_number": None, "marketing_opt_in": True})
    assert reply.json() == {**before, "first_name": "Ada", "marketing_opt_in": True}
    assert (await ada.get(ME)).json() == reply.json()


async def test_a_profile_takes_nothing_else(ada: httpx.AsyncClient) -> None:
    for body in ({"email": "x@example.com"}, {"roles": ["admin"]}, {"email_verified": True}):
        assert (await ada.patch(ME, json=body)).status_code == 422
    reply = await ada.patch(ME, json={"first_name": "4111 1111 1111 1111", "phone_number": "1"})
    assert {each["pointer"] for each in reply.json()["errors"]} == {"/first_name", "/phone_number"}


async def test_personal_answers_are_not_kept(ada: httpx.AsyncClient) -> None:
    await add(ada)
    for path in (ME, BOOK):
        assert (await ada.get(path)).headers["Cache-Control"] == "no-store"


async def test_an_address_is_kept_in_its_proper_form(ada: httpx.AsyncClient) -> None:
    entry = await add(ada, company="", line2=None)
    assert (entry["country"], entry["postal_code"]) == ("GB", "SW1Y 4JH")
    assert entry["phone_number"] == "+442079460958"
    assert (entry["company"], entry["region"]) == (None, None)
    assert (entry["is_default_shipping"], entry["is_default_billing"]) == (False, False)
    assert (await ada.get(f"{BOOK}/{entry['id']}")).json() == entry
    assert (await ada.get(BOOK)).json() == {"count": 1, "next": None, "previous": None, "results": [entry]}


async def test_every_fault_of_an_address_is_told(ada: httpx.AsyncClient) -> None:
    wrong = {"country": "US", "region": "ZZ", "postal_code": "SW1Y", "phone_number": "12", "city": " "}
    reply = await ada.post(BOOK, json={**HOME, **wrong})
    assert reply.status_code == 422
    told = {each["pointer"] for each in reply.json()["errors"]}
    assert told == {"/region", "/postal_code", "/phone_number", "/city"}
    reply = await ada.post(BOOK, json={**HOME, "country": "XX"})
    assert {each["pointer"] for each in reply.json()["errors"]} == {"/country"}


async def test_a_default_is_taken_from_the_others(ada: httpx.AsyncClient) -> None:
    first = await add(ada, is_default_shipping=True, is_default_billing=True)
    second = await add(ada, is_default_shipping=True)
    await ada.patch(f"{BOOK}/{second['id']}", json={"is_default_billing": True})
    entries = {each["id"]: each for each in (await ada.get(BOOK)).json()["results"]}
    assert not entries[first["id"]]["is_default_shipping"]
    assert not entries[first["id"]]["is_default_billing"]
    assert entries[second["id"]]["is_default_shipping"]
    assert entries[second["id"]]["is_default_billing"]


async def test_twenty_at_once_leave_one_default(ada: httpx.AsyncClient) -> None:
    await asyncio.gather(*(add(ada, is_default_shipping=True) for _ in range(20)))
    entries = (await ada.get(BOOK)).json()["results"]
    assert sum(each["is_default_shipping"] for each in entries) == 1


async def test_an_address_changes_and_goes(ada: httpx.AsyncClient) -> None:
    entry = await add(ada)
    path = f"{BOOK}/{entry['id']}"
    reply = await ada.patch(path, json={"city": "Leeds", "phone_number": None, "line2": "Flat 2"})
    assert reply.json() == {**entry, "city": "Leeds", "phone_number": None, "line2": "Flat 2"}
    # The whole must be right: another country has other postal codes.
    assert (await ada.patch(path, json={"country": "US"})).status_code == 422
    assert (await ada.get(path)).json()["country"] == "GB"
    assert (await ada.delete(path)).status_code == 204
    assert await statuses(ada, path) == [404, 404, 404]


async def test_a_foreign_address_is_absent(ada: httpx.AsyncClient) -> None:
    path = f"{BOOK}/{(await add(ada))['id']}"
    ada.headers.update(bearer(await register(ada)))
    assert await statuses(ada, path) == [404, 404, 404]
    assert (await ada.get(BOOK)).json()["count"] == 0


async def test_a_book_holds_a_hundred_however_many_come_at_once(
    ada: httpx.AsyncClient, database: asyncpg.Connection
) -> None:
    await asyncio.gather(*(add(ada) for _ in range(95)))
    replies = await asyncio.gather(*(ada.post(BOOK, json=HOME) for _ in range(10)))
    assert sorted(reply.status_code for reply in replies) == [201] * 5 + [409] * 5
    assert await database.fetchval("SELECT count(*) FROM address") == 100


async def test_a_book_is_read_in_pages(ada: httpx.AsyncClient) -> None:
    ids = [(await add(ada, city=f"Town {n}"))["id"] for n in range(5)]
    first = (await ada.get(BOOK, params={"page_size": 2})).json()
    second = (await ada.get(first["next"])).json()
    await ada.delete(f"{BOOK}/{ids[3]}")
    third = (await ada.get(second["next"])).json()
    seen = [each["id"] for page in (first, second, third) for each in page["results"]]
    assert seen == ids
    assert (first["previous"], third["next"], first["count"]) == (None, None, 5)
    back = (await ada.get(third["previous"])).json()
    assert [each["id"] for each in back["results"]] == ids[1:3]
    assert (await ada.get(BOOK, params={"page": 2, "page_size": 3})).json()["results"][0]["id"] == ids[4]
    # A cursor is good for its own list only.
    cursor = httpx.URL(first["next"]).params["cursor"]
    assert (await ada.get(BOOK, params={"cursor": cursor, "page_size": 3})).status_code == 422


@pytest.mark.parametrize("path", [ME, BOOK])
async def test_strangers_are_asked_to_sign_in(client: httpx.AsyncClient, path: str) -> None:
    reply = await client.get(path)
    assert (reply.status_code, reply.json()["code"]) == (401, "unauthenticated")
