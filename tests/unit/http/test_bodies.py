"""What is taken as a body, and everything that is told about one that isn't."""

from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecommerce.entrypoints.http.faults import MalformedRequest, ValidationFailed
from ecommerce.entrypoints.http.json_body import MAX_DEPTH, decode_body
from tests.factories.http_door import TestDoor, ThingBody

anyio = pytest.mark.anyio
JSON = {"Content-Type": "application/json"}
GOOD: dict[str, Any] = {"lines": [{"sku": "MUG", "quantity": 1}]}


async def send(door: TestDoor, content: bytes, **headers: str) -> Any:
    return await door.client.post("/api/v1/things", content=content, headers={**JSON, **headers})


def nested(levels: int) -> bytes:
    return b'{"lines":[],"extra":' + b'{"a":' * (levels - 1) + b"1" + b"}" * (levels - 1) + b"}"


@anyio
@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"nope",
        b'{"lines": []}x',
        b'{"lines": [], "note": "\xff"}',
        b'{"lines": [], "note": "\\ud800"}',
        b'{"lines": [], "note": "\xed\xa0\x80"}',
        b'{"lines": [], "extra": {"a": NaN}}',
        b'{"lines": [], "extra": {"a": Infinity}}',
        b'{"lines": [], "extra": {"a": 1e999}}',
        b'{"lines": [], "note": "a\x00b"}',
        nested(MAX_DEPTH + 1),
        b"[" * 5000,
        b"[" * 5000 + b"]" * 5000,
    ],
    ids=lambda content: content[:30].decode("latin-1"),
)
async def test_what_is_no_json_is_malformed(door: TestDoor, content: bytes) -> None:
    answer = await send(door, content)

    assert (answer.status_code, answer.json()["code"]) == (400, "malformed-request")


@anyio
async def test_json_may_be_as_deep_as_32_levels(door: TestDoor) -> None:
    assert (await send(door, nested(MAX_DEPTH))).status_code == 201
    brackets = b'{"lines":[],"note":"' + b"[" * 100 + b'"}'
    assert (await send(door, brackets)).status_code == 201


@anyio
async def test_all_faults_are_told_at_once(door: TestDoor) -> None:
    answer = await door.client.post(
        "/api/v1/things",
        json={
            "lines": [{"sku": "", "quantity": 0}, {"quantity": "1", "colour/tone": "red"}, 7],
            "note": 5,
            "main": {"sku": "MUG"},
            "nota": "typo",
        },
    )

    assert answer.status_code == 422
    problem = answer.json()
    assert problem["code"] == "validation-failed"
    assert {(each["pointer"], each["code"]) for each in problem["errors"]} == {
        ("/lines/0/sku", "length"),
        ("/lines/0/quantity", "out-of-range"),
        ("/lines/1/sku", "missing"),
        ("/lines/1/quantity", "type"),
        ("/lines/1/colour~1tone", "unknown-field"),
        ("/lines/2", "type"),
        ("/note", "type"),
        ("/main/quantity", "missing"),
        ("/nota", "unknown-field"),
    }
    assert all(each["detail"] for each in problem["errors"])
    assert "Struct" not in answer.text


@anyio
@pytest.mark.parametrize(
    ("content", "pointer", "code"),
    [
        (b"[]", "", "type"),
        (b"null", "", "type"),
        (b'{"lines": null}', "/lines", "type"),
        (b'{"lines": [' + b",".join([b'{"sku":"A","quantity":1}'] * 4) + b"]}", "/lines", "length"),
        (b'{"lines": [], "note": "a\\u0000b"}', "/note", "nul-character"),
        (b'{"lines": [], "extra": {"a\\u0000": 1}}', "/extra/a\x00", "nul-character"),
        (b'{"lines": [], "extra": {"a": 9223372036854775808}}', "/extra/a", "out-of-range"),
        (b'{"lines": [], "extra": {"a": [-9223372036854775809]}}', "/extra/a/0", "out-of-range"),
        (
            b'{"lines": [{"sku": "A", "quantity": 99999999999999999999999}]}',
            "/lines/0/quantity",
            "out-of-range",
        ),
        (b'{"lines": [{"sku": "A", "quantity": 1.5}]}', "/lines/0/quantity", "type"),
        (b'{"lines": [{"sku": "A", "quantity": true}]}', "/lines/0/quantity", "type"),
    ],
)
async def test_a_fault_is_pointed_at(door: TestDoor, content: bytes, pointer: str, code: str) -> None:
    answer = await send(door, content)

    assert answer.status_code == 422
    assert (pointer, code) in {(each["pointer"], each["code"]) for each in answer.json()["errors"]}


@anyio
async def test_an_escaped_backslash_before_u0000_is_no_nul(door: TestDoor) -> None:
    assert (await send(door, b'{"lines": [], "note": "\\\\u0000"}')).status_code == 201


@anyio
@pytest.mark.parametrize(
    ("media_type", "status"),
    [
        ("application/json", 201),
        ("application/json; charset=utf-8", 201),
        ("APPLICATION/JSON", 201),
        ("application/json; charset=utf-16", 415),
        ("text/plain", 415),
        ("application/x-www-form-urlencoded", 415),
        ("", 415),
    ],
)
async def test_a_body_must_say_that_it_is_json(door: TestDoor, media_type: str, status: int) -> None:
    answer = await send(door, msgspec.json.encode(GOOD), **{"Content-Type": media_type})

    assert answer.status_code == status


@anyio
async def test_a_body_of_more_than_a_megabyte_is_refused(door: TestDoor) -> None:
    async def chunks() -> Any:
        for _ in range(20):
            yield b" " * 64_000

    told = await send(door, b" " * 1_048_577)
    chunked = await door.client.post("/api/v1/things", content=chunks(), headers=JSON)
    raw = await door.client.post("/api/v1/things/raw", content=b"x" * 1_048_577)

    assert [told.status_code, chunked.status_code, raw.status_code] == [413, 413, 413]
    assert told.json()["code"] == "payload-too-large"


@anyio
async def test_a_raw_body_may_be_anything(door: TestDoor) -> None:
    answer = await door.client.post(
        "/api/v1/things/raw", content=b"\xff\x00{", headers={"Content-Type": "a/b"}
    )

    assert answer.json() == {"size": 3}


@anyio
async def test_a_body_may_be_left_out_where_it_may(door: TestDoor) -> None:
    absent = await door.client.patch("/api/v1/things/maybe")
    given_ = await door.client.patch("/api/v1/things/maybe", json={"sku": "A", "quantity": 1})
    null = await door.client.patch("/api/v1/things/maybe", content=b"null", headers=JSON)

    assert [each.json() for each in (absent, given_, null)] == [
        {"given": False},
        {"given": True},
        {"given": False},
    ]


@anyio
async def test_a_route_without_a_body_takes_none(door: TestDoor) -> None:
    answers = [
        await door.client.post("/api/v1/things/touch"),
        await door.client.post("/api/v1/things/touch", json={}),
        await door.client.post("/api/v1/things/touch", json={"a": 1}),
    ]

    assert [each.status_code for each in answers] == [200, 200, 422]


@anyio
@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=200) | st.text(max_size=60).map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_no_bytes_are_a_fault_of_ours(content: bytes) -> None:
    try:
        told: object = decode_body(content, ThingBody)
    except (MalformedRequest, ValidationFailed) as refusal:
        told = refusal
    assert isinstance(told, ThingBody | MalformedRequest | ValidationFailed)


_plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["lines", "sku", "quantity", "note", "main", "extra", "a/b~"]) | st.text(), inner
        )
    ),
    max_leaves=15,
)


@settings(max_examples=300, deadline=None)
@given(_plain)
def test_no_json_is_a_fault_of_ours(value: Any) -> None:
    try:
        decoded: ThingBody = decode_body(msgspec.json.encode(value), ThingBody)
    except (MalformedRequest, ValidationFailed) as error:
        if isinstance(error, ValidationFailed):
            assert error.faults
    else:
        assert msgspec.to_builtins(decoded)["lines"] == value["lines"]
