"""Query parameters are as strict as bodies."""

from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecommerce.entrypoints.http.faults import MalformedRequest, ValidationFailed
from ecommerce.entrypoints.http.query import decode_query
from tests.factories.http_door import TestDoor, ThingQuery

THING = "/api/v1/things/01940000-0000-7000-8000-000000000009"


@pytest.mark.anyio
async def test_parameters_are_converted(door: TestDoor) -> None:
    answer = await door.client.get(
        f"{THING}?page=3&tag=a&tag=b&attr.size=L&attr.size=M&attr.%C3%A9=1&featured=true"
    )

    assert answer.json() == {
        "id": THING[-36:],
        "page": 3,
        "tags": ["a", "b"],
        "attributes": {"size": ["L", "M"], "é": ["1"]},
    }


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("query", "faults"),
    [
        ("pgae=1", [("/query/pgae", "unknown-parameter")]),
        ("page=0", [("/query/page", "out-of-range")]),
        ("page=x&featured=perhaps", [("/query/page", "type"), ("/query/featured", "type")]),
        ("page=1&page=2", [("/query/page", "repeated")]),
        ("attr.=1", [("/query/attr.", "unknown-parameter")]),
        ("attr=1", [("/query/attr", "unknown-parameter")]),
        ("tag=a%00b", [("/query/tag", "nul-character")]),
        ("page=9223372036854775808", [("/query/page", "out-of-range")]),
        ("page=x&nope=1", [("/query/nope", "unknown-parameter"), ("/query/page", "type")]),
    ],
)
async def test_a_wrong_parameter_is_pointed_at(
    door: TestDoor, query: str, faults: list[tuple[str, str]]
) -> None:
    answer = await door.client.get(f"{THING}?{query}")

    assert answer.status_code == 422
    assert [(each["pointer"], each["code"]) for each in answer.json()["errors"]] == faults


@pytest.mark.anyio
@pytest.mark.parametrize("path", ["/api/v1/things/touch?a=1", "/api/v1/things?a=1"])
async def test_a_route_that_declares_none_takes_none(door: TestDoor, path: str) -> None:
    answer = await door.client.post(path)

    assert answer.status_code == 422


@pytest.mark.anyio
async def test_a_query_must_be_utf8(door: TestDoor) -> None:
    assert (await door.client.get(f"{THING}?tag=%ff")).status_code == 400
    assert (await door.client.get(f"{THING}?{'tag=a&' * 300}")).status_code == 400


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=100) | st.text(alphabet="pagetr.=&%0f1", max_size=40).map(str.encode))
def test_no_query_is_a_fault_of_ours(query: bytes) -> None:
    try:
        told: object = decode_query(query, ThingQuery)
    except (MalformedRequest, ValidationFailed) as refusal:
        told = refusal
    assert isinstance(told, ThingQuery | MalformedRequest | ValidationFailed)


class Since(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    since: datetime | None = None


def test_a_time_is_written_as_one() -> None:
    assert decode_query(b"since=2026-11-25T12:00:00Z", Since).since == datetime(2026, 11, 25, 12, tzinfo=UTC)
    for seconds in (b"since=0.5", b"since=1764072000", b"since=-1"):
        with pytest.raises(ValidationFailed) as refused:
            decode_query(seconds, Since)
        assert [(each.pointer, each.code) for each in refused.value.faults] == [("/query/since", "type")]
