"""Codes of promotions over HTTP: told once, kept as hashes, retired."""

import math
from collections.abc import AsyncIterator
from time import perf_counter
from typing import Any
from uuid import UUID

import httpx
import pytest

from ecommerce.application.pricing.contracts import CouponCodes
from ecommerce.domain.pricing.coupon_code import ALPHABET
from tests.factories.promotion_desk import READER, STAFF, Desk, open_desk, some_key

pytestmark = pytest.mark.anyio


@pytest.fixture
async def desk(database_url: str) -> AsyncIterator[Desk]:
    async with open_desk(database_url) as opened:
        yield opened


async def by_code(desk: Desk, **more: Any) -> str:
    return str((await desk.promotion(by_code=True, **more))["id"])


async def make(
    desk: Desk, promotion: str, headers: dict[str, str] | None = None, **body: Any
) -> httpx.Response:
    path = f"/admin/promotions/{promotion}/codes"
    return await desk.client.post(path, json=body, headers={**STAFF, **(headers or {})})


async def find(desk: Desk, code: str) -> UUID | None:
    codes: CouponCodes = await desk.container.get(CouponCodes)
    found = await codes.find(code)
    return found.coupon_code_id if found else None


async def test_a_code_for_everybody(desk: Desk) -> None:
    promotion = await by_code(desk)

    made = await make(desk, promotion, code=" summer-10 ", max_uses=500)

    assert made.status_code == 201, made.text
    code = made.json()
    assert (code["label"], code["max_uses"], code["used"]) == ("SUMM…", 500, 0)
    assert await find(desk, "Summer 10") == UUID(code["id"])
    taken = await make(desk, promotion, code="SUMMER10")
    assert (taken.status_code, taken.json()["code"]) == (409, "code-taken")


async def test_many_codes_are_told_once_and_kept_as_hashes(desk: Desk) -> None:
    promotion = await by_code(desk)

    made = await make(desk, promotion, count=250, prefix="vip", max_uses=2)

    assert made.status_code == 201, made.text
    answer = made.json()
    assert (answer["count"], answer["max_uses"]) == (250, 2)
    codes = answer["codes"]
    letters = {code.removeprefix("VIP-").replace("-", "") for code in codes}
    assert len(letters) == 250
    assert {len(each) for each in letters} == {12}
    assert set("".join(letters)) <= set(ALPHABET)
    assert 12 * math.log2(len(ALPHABET)) >= 60
    assert not set("01IO") & set(ALPHABET)
    kept = await desk.factory.rows("SELECT label, code_hash, max_uses FROM coupon_code")
    assert {len(row["code_hash"]) for row in kept} == {32}
    assert {len(row["label"]) for row in kept} == {7}
    assert None not in [await find(desk, code.lower()) for code in codes[:3]]


async def test_a_hundred_thousand_codes_in_seconds(desk: Desk) -> None:
    promotion = await by_code(desk)

    began = perf_counter()
    made = await make(desk, promotion, count=100_000)
    took = perf_counter() - began

    assert made.status_code == 201
    assert len(set(made.json()["codes"])) == 100_000
    assert took < 30, took


async def test_a_repeated_request_tells_the_same_codes(desk: Desk) -> None:
    promotion, key = await by_code(desk), some_key()

    first = await make(desk, promotion, key, count=3)
    again = await make(desk, promotion, key, count=3)
    other = await make(desk, promotion, some_key(), count=3)

    assert again.json() == first.json()
    assert again.headers["Idempotent-Replayed"] == "true"
    assert not set(other.json()["codes"]) & set(first.json()["codes"])
    assert (await desk.factory.row("SELECT count(*) FROM coupon_code"))["count"] == 6


async def test_codes_whose_answer_was_lost_are_told_by_the_same_key(desk: Desk) -> None:
    """The first attempt committed, and its process died before it could answer."""
    promotion, key = await by_code(desk), some_key()
    first = (await make(desk, promotion, key, count=3)).json()
    await desk.factory.run("UPDATE idempotency_key SET answer = NULL, claimed_at = now() - interval '1 hour'")

    again = await make(desk, promotion, key, count=3)

    assert (again.status_code, again.json()) == (201, first)
    assert (await desk.factory.row("SELECT count(*) FROM coupon_code"))["count"] == 3


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/code"),
        ({"code": "A", "count": 1}, "/code"),
        ({"code": "A", "length": 12}, "/prefix"),
        ({"code": " - "}, "/code"),
        ({"code": "A" * 65}, "/code"),
        ({"code": "A\x00"}, "/code"),
        ({"count": 0}, "/count"),
        ({"count": 100_001}, "/count"),
        ({"count": 1, "length": 11}, "/length"),
        ({"count": 1, "prefix": "ä"}, "/prefix"),
        ({"count": 1, "prefix": "--"}, "/prefix"),
        ({"code": "A", "max_uses": 0}, "/max_uses"),
    ],
)
async def test_what_can_be_no_code_is_refused(desk: Desk, body: dict[str, Any], pointer: str) -> None:
    refused = await make(desk, await by_code(desk), **body)

    assert refused.status_code == 422, refused.text
    assert refused.json()["errors"][0]["pointer"] == pointer


async def test_a_promotion_that_applies_by_itself_takes_no_codes(desk: Desk) -> None:
    automatic = (await desk.promotion())["id"]

    for body in ({"code": "SUMMER10"}, {"count": 1}):
        refused = await make(desk, automatic, **body)
        assert (refused.status_code, refused.json()["code"]) == (409, "conflict")
    missing = await make(desk, "01940000-0000-7000-8000-00000000dead", code="SUMMER10")
    assert missing.status_code == 404


async def test_codes_are_listed_page_by_page(desk: Desk) -> None:
    promotion = await by_code(desk)
    await make(desk, promotion, count=5)
    seen, url = [], f"/admin/promotions/{promotion}/codes?page_size=2"

    while url:
        page = (await desk.client.get(url, headers=READER)).json()
        assert page["count"] == 5
        seen += [each["id"] for each in page["results"]]
        url = page["next"]

    assert len(set(seen)) == 5
    assert seen == sorted(seen, reverse=True)
    back = (await desk.client.get(page["previous"], headers=READER)).json()
    assert [each["id"] for each in back["results"]] == seen[2:4]


async def test_uses_of_a_code_are_shown_whether_or_not_they_are_limited(desk: Desk) -> None:
    promotion = await by_code(desk)
    path = f"/admin/promotions/{promotion}/codes"
    for body in ({"code": "FREE"}, {"code": "FIVE", "max_uses": 5}):
        code = (await make(desk, promotion, **body)).json()["id"]
        order = await desk.use(promotion, coupon_code_id=UUID(code))
        assert (await desk.client.get(f"{path}/{code}", headers=READER)).json()["used"] == 1
        await desk.release(order)
        assert (await desk.client.get(f"{path}/{code}", headers=READER)).json()["used"] == 0


async def test_a_code_is_retired_though_it_was_used(desk: Desk) -> None:
    promotion = await by_code(desk)
    code = (await make(desk, promotion, code="SUMMER10", max_uses=5)).json()["id"]
    order = await desk.use(promotion, coupon_code_id=UUID(code))
    path = f"/admin/promotions/{promotion}/codes/{code}"
    etag = (await desk.client.get(path, headers=READER)).headers["ETag"]

    assert (await desk.client.delete(path, headers=STAFF)).status_code == 428
    assert (await desk.client.delete(path, headers={**STAFF, "If-Match": '"9"'})).status_code == 412
    gone = await desk.client.delete(path, headers={**STAFF, "If-Match": etag})

    assert gone.status_code == 204
    assert await find(desk, "SUMMER10") is None
    assert (await desk.client.get(path, headers=READER)).status_code == 404
    await desk.release(order)  # and what it counted is given back all the same
    actions = [row["action"] for row in await desk.factory.rows("SELECT action FROM audit_log ORDER BY id")]
    assert actions[1:] == ["pricing.coupon_codes_made", "pricing.coupon_codes_retired"]
    audited = str(await desk.factory.rows("SELECT before, after FROM audit_log"))
    assert "SUMMER10" not in audited


async def test_an_archived_promotions_codes_open_nothing(desk: Desk) -> None:
    promotion = await by_code(desk)
    await make(desk, promotion, code="SUMMER10")
    await desk.client.delete(f"/admin/promotions/{promotion}", headers={**STAFF, "If-Match": "*"})

    found = await (await desk.container.get(CouponCodes)).find("SUMMER10")

    assert found is not None
    assert not found.live
    assert (await make(desk, await by_code(desk), code="SUMMER10")).status_code == 201
