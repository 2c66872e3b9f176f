"""The conventions of the API, of every route that its document names: a new one can't forget them."""

import json
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import httpx
import pytest

from ecommerce.entrypoints.http.problem_catalog import PROBLEMS
from tests.conformance.asking import (
    arrange,
    check_any,
    leaves,
    pointers,
    put,
    send,
    url_of,
)
from tests.conformance.document import (
    BY_ID,
    DOCUMENT,
    OPERATIONS,
    WITHOUT_ENVELOPE,
    Operation,
    choices,
    methods_of,
    properties_within,
)
from tests.conformance.samples import SAMPLES, Ask
from tests.conformance.world import ORIGIN, World

pytestmark = [pytest.mark.anyio, pytest.mark.xdist_group("conformance")]

MONEY = set(
    """amount price unit_price line_total subtotal discount shipping tax total refunded price_min price_max
    compare_at_price lowest_price_30d""".split()
)
# What money is: an amount and its currency. The second is what staff write into rules.
SUMS = {"Amount", "Sum"}
STRANGE = ("text/plain", "application/xml", "application/json; charset=utf-16", "multipart/form-data")
MEGABYTE = 1_048_576


def of(*chosen: Operation) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("operation", chosen, ids=str)


def top_members(operation: Operation) -> set[str]:
    """The members of what an operation answers."""
    schemas = [
        c.get("schema", {}) for status in operation.success for c in operation.content(int(status)).values()
    ]
    return {name for schema in schemas for each in choices(schema) for name in each.get("properties", ())}


READS = [each for each in OPERATIONS if each.method == "GET"]
WRITES = [each for each in OPERATIONS if each.method != "GET" and not each.takes_anything]
BODIES = [each for each in OPERATIONS if each.body is not None]
NEED_BODY = [each for each in BODIES if each.spec["requestBody"]["required"]]
PROTECTED = [each for each in OPERATIONS if each.is_protected]
IDEMPOTENT = [each for each in OPERATIONS if each.is_idempotent]
VERSIONED = [each for each in OPERATIONS if each.is_versioned]
CATALOGUE = [each for each in OPERATIONS if each.is_catalogue]
LISTS = [each for each in READS if "cursor" in each.parameters("query")]
WITH_PATH = [each for each in OPERATIONS if each.parameters("path")]

LISTS_OF_ANY_KIND = [each for each in READS if "results" in top_members(each)]
# What else a cursor of a list is bound to: with any of these it is another list's.
OTHER_LISTS: dict[str, list[dict[str, str]]] = {
    "product_find": [{"ordering": "name"}, {"q": "a"}, {"currency": "EUR"}, {"in_stock": "true"}],
    "order_mine": [],
    "address_mine": [],
    "session_mine": [],
    "admin_tax_zone_find": [],
    "admin_shipping_zone_find": [],
    "admin_promotion_find": [],
    "admin_coupon_code_find": [],
    "admin_price_list_find": [],
    "admin_list_price_find": [],
    "admin_role_find": [],
    "admin_staff_find": [{"role": "admin"}],
    "admin_api_key_find": [],
    "admin_audit_find": [{"action": "identity.role_created"}, {"to": "2100-01-01T00:00:00Z"}],
}
# Whose version an operation means, where it isn't that of its own path.
VERSION_OF = {
    "admin_list_price_remove_prices": "/api/v1/admin/price-lists/{record_id}/prices",
    "admin_staff_replace_roles": "/api/v1/admin/staff/{account_id}",
}


async def test_what_is_served_is_what_is_walked(world: World) -> None:
    assert (await world.client.get(f"{ORIGIN}/api/schema")).json() == DOCUMENT


def test_every_operation_has_a_sample() -> None:
    assert set(SAMPLES) == set(BY_ID), "add one to tests/conformance/samples.py"


# What every answer has.


@of(*OPERATIONS)
async def test_a_good_request_is_answered_as_documented(world: World, operation: Operation) -> None:
    answer = await send(world, operation, await arrange(world, operation))

    assert str(answer.status_code) in operation.success, answer.text


@of(*OPERATIONS)
async def test_a_request_id_is_taken_or_made(world: World, operation: Operation) -> None:
    ask = await arrange(world, operation)
    for given, taken in (("a.B-c_9", True), ("x" * 128, True), ("x" * 129, False), ("a b", False)):
        answer = await send(world, operation, ask.with_headers(X_Request_ID=given))
        assert (answer.headers["x-request-id"] == given) is taken


@of(*OPERATIONS)
async def test_a_trailing_slash_makes_no_difference(world: World, operation: Operation) -> None:
    ask = await arrange(world, operation)
    plain = await send(world, operation, ask)
    again = ask if operation.method == "GET" else await arrange(world, operation)
    slashed = await send(world, operation, again, url=url_of(operation, again) + "/")

    assert slashed.status_code == plain.status_code
    assert slashed.headers.get("content-type") == plain.headers.get("content-type")
    assert not slashed.has_redirect_location
    if slashed.headers.get("content-type") == "application/json":
        assert set(slashed.json()) == set(plain.json())


@of(*READS)
async def test_head_is_get_without_its_body(world: World, operation: Operation) -> None:
    ask = await arrange(world, operation)

    got, head = await send(world, operation, ask), await send(world, operation, ask, method="HEAD")

    assert head.status_code == got.status_code
    assert head.content == b""
    changing = {"x-request-id", "ratelimit"} | (
        {"content-length"} if operation.id == "probe_metrics" else set()
    )
    assert {n: v for n, v in head.headers.items() if n not in changing} == {
        n: v for n, v in got.headers.items() if n not in changing
    }


@of(*OPERATIONS)
async def test_another_method_is_told_which_are_taken(world: World, operation: Operation) -> None:
    ask = await arrange(world, operation)
    taken = methods_of(operation.path)
    other = next(m for m in ("PUT", "DELETE", "PATCH", "POST", "GET") if m not in taken)

    answer = await world.client.request(other, url_of(operation, ask), headers=ask.headers)

    check_any(operation, answer)
    assert answer.status_code == 405
    allowed = set(answer.headers["allow"].split(", ")) - {"OPTIONS"}
    assert allowed == taken | ({"HEAD"} if "GET" in taken else set())
    options = await world.client.request("OPTIONS", url_of(operation, ask))
    assert (options.status_code, options.headers["allow"]) == (204, answer.headers["allow"])


# Who may call.


@of(*PROTECTED)
async def test_who_is_asked_before_what_is_sent(world: World, operation: Operation) -> None:
    ask = (await arrange(world, operation)).but(query={"nonsense": "1"}, headers={})
    content = None if operation.method == "GET" else b"{"

    nobody = await send(world, operation, ask, content=content)
    forged = await send(world, operation, ask, content=content, headers={"Authorization": "Bearer x.y.z"})

    assert (nobody.status_code, nobody.json()["code"]) == (401, "unauthenticated")
    assert "error" not in nobody.headers["www-authenticate"]
    assert forged.status_code == 401
    assert 'error="invalid_token"' in forged.headers["www-authenticate"]


@of(*[each for each in OPERATIONS if each.is_admin])
async def test_customers_are_not_staff(world: World, operation: Operation) -> None:
    ask = (await arrange(world, operation)).but(query={"nonsense": "1"}, headers=world.customer)

    answer = await send(world, operation, ask, content=None if operation.method == "GET" else b"{")

    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


@of(*[each for each in OPERATIONS if not each.is_protected])
async def test_a_bad_token_is_refused_where_tokens_count(world: World, operation: Operation) -> None:
    ask = await arrange(world, operation)

    for token in ("Bearer x.y.z", "Bearer sk_nobodys", "Basic YTpi", "Bearer"):
        answer = await send(world, operation, ask, headers={"Authorization": token})
        if operation.ignores_credentials and operation.method != "GET":
            ask = await arrange(world, operation)
        assert (answer.status_code == 401) is not operation.ignores_credentials, (token, answer.status_code)


# What may be sent.


@of(*OPERATIONS)
async def test_an_unknown_query_parameter_is_refused(world: World, operation: Operation) -> None:
    ask = await arrange(world, operation)

    answer = await send(world, operation, ask.but(query={**ask.query, "no_such": "1"}))

    assert pointers(answer) == {"/query/no_such"}


@of(*OPERATIONS)
async def test_query_parameters_hold_what_their_schema_says(world: World, operation: Operation) -> None:
    ask = await arrange(world, operation)
    for name, parameter in operation.parameters("query").items():
        kinds = {each.get("type") for each in choices(parameter["schema"])}
        bad = ["%00", "a%00b"]
        if "integer" in kinds:
            bad += ["abc", "null", "1.5", "", str(2**63), str(-(2**63) - 1), "1e400", "9" * 400]
        if "number" in kinds:
            bad += ["abc", "null", "nan", "inf", "1e400", ""]
        if "boolean" in kinds:
            bad += ["maybe", "null", "2", ""]
        if any("enum" in each for each in choices(parameter["schema"])):
            bad += ["no-such-choice", "NULL", ""]
        kept = {key: value for key, value in ask.query.items() if key != name}
        others = "".join(f"&{key}={value}" for key, value in kept.items())
        for value in bad:
            url = f"{url_of(operation, ask)}?{name}={value}{others}"
            answer = await send(world, operation, ask.but(query={}), url=url)
            assert f"/query/{name}" in pointers(answer), (name, value)
        malformed = await send(
            world, operation, ask.but(query={}), url=f"{url_of(operation, ask)}?{name}=%ff"
        )
        assert malformed.status_code == 400
        if not {"array"} & kinds:
            twice = await send(
                world, operation, ask.but(query={}), url=f"{url_of(operation, ask)}?{name}=1&{name}=1"
            )
            assert f"/query/{name}" in pointers(twice)


@of(*WITH_PATH)
async def test_what_is_not_there_is_not_found(world: World, operation: Operation) -> None:
    ask = await arrange(world, operation)
    for name, parameter in operation.parameters("path").items():
        absent = [str(uuid4())]
        if parameter["schema"].get("format") != "uuid":
            absent += [
                "no-such-thing",
                "%00",
                "a%00b",
                "%F0%9F%8D%BA",
                "..%2F..%2Fetc",
                "x" * 3000,
                "%20",
                "'",
            ]
        else:
            absent += ["1", "%00", "0" * 32 + "g"]
        for value in absent:
            answer = await send(world, operation, ask.but(path={**ask.path, name: value}))
            assert (answer.status_code, answer.json()["code"]) == (404, "not-found"), value
        malformed = await send(world, operation, ask.but(path={**ask.path, name: "%ff"}))
        assert malformed.status_code == 400


@of(*WRITES)
async def test_only_json_is_taken(world: World, operation: Operation) -> None:
    ask = await arrange(world, operation)
    for media_type in STRANGE:
        answer = await send(
            world,
            operation,
            ask,
            content=json.dumps(ask.json or {}).encode(),
            headers={"Content-Type": media_type},
        )
        assert (answer.status_code, answer.json()["code"]) == (415, "unsupported-media-type"), media_type


@of(*[each for each in OPERATIONS if each.method != "GET"])
async def test_a_megabyte_is_the_most(world: World, operation: Operation) -> None:
    ask = await arrange(world, operation)

    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(20):
            yield b" " * 65_536

    told = await send(world, operation, ask, content=b" " * (MEGABYTE + 1))
    untold = await send(world, operation, ask, content=chunks())

    assert {told.status_code, untold.status_code} == {413}
    assert told.json()["code"] == "payload-too-large"


@of(*WRITES)
async def test_what_is_no_json_is_malformed(world: World, operation: Operation) -> None:
    ask = await arrange(world, operation)
    for content in (
        b"{",
        b"\xff",
        b'{"a": "\xff"}',
        b'{"a": "\xed\xa0\x80"}',
        b'{"a": "\\ud800"}',
        b'{"a": NaN}',
        b'{"a": Infinity}',
        b'{"a": -1e999}',
        b'{"a": ' * 5_000 + b"1" + b"}" * 5_000,
        b"[" * 5_000,
        b'{"a": 1} x',
        b"{'a': 1}",
        b"\xef\xbb\xbf{}",
        '{"a": 1}'.encode("utf-16"),
    ):
        answer = await send(world, operation, ask, content=content)
        assert (answer.status_code, answer.json()["code"]) == (400, "malformed-request"), content[:40]


@of(*WRITES)
async def test_a_body_is_an_object(world: World, operation: Operation) -> None:
    ask = await arrange(world, operation)
    for content in (b"[]", b"1", b'"x"', b"true", b"9" * 400):
        answer = await send(world, operation, ask, content=content)
        assert answer.status_code == 422, (content[:10], answer.text)


@of(*NEED_BODY)
async def test_a_body_is_needed(world: World, operation: Operation) -> None:
    ask = await arrange(world, operation)

    nothing = await send(world, operation, ask.but(json=None))
    null = await send(world, operation, ask, content=b"null")

    assert (nothing.status_code, null.status_code) == (400, 422)


@of(*WRITES)
async def test_an_unknown_field_is_refused_wherever_it_is(world: World, operation: Operation) -> None:
    ask = await arrange(world, operation)
    body = ask.json or {}
    within = ["", *(at for at, inner in leaves(body) if isinstance(inner, dict))]
    for at in within:
        answer = await send(world, operation, ask.but(json=put(body, f"{at}/no_such", 1)))
        assert pointers(answer) == {f"{at}/no_such"}


@of(*BODIES)
async def test_what_is_missing_is_told(world: World, operation: Operation) -> None:
    assert operation.body is not None
    required = {f"/{name}" for each in choices(operation.body) for name in each.get("required", ())}

    if required:
        answer = await send(world, operation, await arrange(world, operation), content=b"{}")
        assert pointers(answer) == required


@of(*BODIES)
async def test_a_wrong_value_is_told_by_its_pointer(world: World, operation: Operation) -> None:
    ask = await arrange(world, operation)
    for at, value in leaves(ask.json):
        wrong: list[Any] = [{"no_such": []} if not isinstance(value, dict) else 7, [[]]]
        if isinstance(value, str):
            wrong += ["a\0b", "\0", 7, "x" * 5_000]
        elif isinstance(value, int):
            wrong += [2**63, -(2**63) - 1, 10**400, "1", 1.5]
        for new in wrong:
            answer = await send(world, operation, ask.but(json=put(ask.json, at, new)))
            assert any(told.startswith(at) for told in pointers(answer)), (
                at,
                str(new)[:40],
                answer.text[:300],
            )


# Doing it once.


@of(*OPERATIONS)
def test_the_routes_of_the_contract_take_idempotency_keys(operation: Operation) -> None:
    assert ("Idempotency-Key" in operation.parameters("header")) is operation.is_idempotent


@of(*IDEMPOTENT)
async def test_a_replay_is_the_first_answer_byte_for_byte(world: World, operation: Operation) -> None:
    ask = (await arrange(world, operation)).with_headers(Idempotency_Key=str(uuid4()))

    first, second = await send(world, operation, ask), await send(world, operation, ask)

    assert str(first.status_code) in operation.success
    assert (second.status_code, second.content) == (first.status_code, first.content)
    assert "idempotent-replayed" not in first.headers
    assert second.headers["idempotent-replayed"] == "true"
    for name in ("content-type", "etag", "x-cart-token"):
        assert second.headers.get(name) == first.headers.get(name)


@of(*IDEMPOTENT)
async def test_a_key_is_for_one_body(world: World, operation: Operation) -> None:
    ask = (await arrange(world, operation)).with_headers(Idempotency_Key=str(uuid4()))
    await send(world, operation, ask)

    answer = await send(world, operation, ask, content=json.dumps(ask.json or {}, indent=1).encode() + b" ")

    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency-key-reused")


@of(*IDEMPOTENT)
async def test_a_refusal_does_not_use_a_key_up(world: World, operation: Operation) -> None:
    ask = (await arrange(world, operation)).with_headers(Idempotency_Key=str(uuid4()))

    refused = await send(world, operation, ask, content=b'{"no_such": 1}')
    done = await send(world, operation, ask)

    assert refused.status_code == 422
    assert str(done.status_code) in operation.success


@of(*IDEMPOTENT)
async def test_a_key_is_printable_ascii(world: World, operation: Operation) -> None:
    ask = await arrange(world, operation)
    for key in ("", "x" * 256, "ü", "a\tb"):
        answer = await send(world, operation, ask.with_headers(Idempotency_Key=key))
        assert pointers(answer) == {"/header/Idempotency-Key"}, key


@of(*[each for each in OPERATIONS if not each.is_idempotent])
async def test_other_routes_ignore_the_key(world: World, operation: Operation) -> None:
    for _ in range(2):
        ask = (await arrange(world, operation)).with_headers(Idempotency_Key="ü")
        answer = await send(world, operation, ask)
        assert str(answer.status_code) in operation.success
        assert "idempotent-replayed" not in answer.headers


# Versions.


@of(*CATALOGUE)
async def test_the_catalogue_may_be_kept_and_asked_about(world: World, operation: Operation) -> None:
    ask = await arrange(world, operation)
    answer = await send(world, operation, ask)
    tag = answer.headers["etag"]

    assert tag.startswith('"')
    assert answer.headers["cache-control"] == "public, max-age=0, must-revalidate"
    assert "Accept-Language" in answer.headers["vary"]
    assert answer.headers["content-language"] == "en"
    for known in (tag, f"W/{tag}", f'"x", {tag}', "*"):
        same = await send(world, operation, ask.with_headers(If_None_Match=known))
        assert (same.status_code, same.content) == (304, b"")
        for name in ("etag", "cache-control", "vary", "content-language"):
            assert same.headers[name] == answer.headers[name]
    assert (await send(world, operation, ask.with_headers(If_None_Match='"x"'))).status_code == 200


@of(*CATALOGUE)
async def test_reading_past_the_cache_is_counted_apart(world: World, operation: Operation) -> None:
    ask = await arrange(world, operation)

    fresh = await send(world, operation, ask.with_headers(Cache_Control="no-cache"))

    assert fresh.headers["ratelimit-policy"].startswith('"fresh"')
    assert "304" in operation.spec["responses"]


@of(*VERSIONED)
async def test_a_stale_version_changes_nothing(world: World, operation: Operation) -> None:
    assert "If-Match" in operation.parameters("header")
    ask = await arrange(world, operation)
    shown = f"{ORIGIN}/api/v1/cart" if not operation.is_admin else url_of(operation, ask)
    if operation.id in VERSION_OF:
        shown = ORIGIN + VERSION_OF[operation.id].format(**ask.path)
    before = await world.client.get(shown, headers=ask.headers)

    stale = await send(world, operation, ask.with_headers(If_Match='"stale"'))
    odd = await send(world, operation, ask.with_headers(If_Match="odd"))
    after = await world.client.get(shown, headers=ask.headers)
    done = await send(world, operation, ask.with_headers(If_Match=before.headers["etag"]))

    assert (stale.status_code, stale.json()["code"]) == (412, "precondition-failed")
    assert pointers(odd) == {"/header/If-Match"}
    assert (after.content, after.headers["etag"]) == (before.content, before.headers["etag"])
    assert str(done.status_code) in operation.success
    if not operation.is_admin:
        assert done.headers["etag"] != before.headers["etag"]


async def test_staff_say_which_version_they_change(world: World) -> None:
    for operation in VERSIONED:
        if operation.is_admin:
            ask = await arrange(world, operation)
            unsaid = {name: value for name, value in ask.headers.items() if name != "If-Match"}
            answer = await send(world, operation, ask.but(headers=unsaid))
            assert (answer.status_code, answer.json()["code"]) == (428, "precondition-required"), operation


# Lists.


@of(*LISTS_OF_ANY_KIND)
def test_a_list_has_its_envelope(operation: Operation) -> None:
    members = top_members(operation)

    if operation.path in WITHOUT_ENVELOPE:
        assert members == {"results"}
    else:
        assert members >= {"count", "next", "previous", "results", "count_is_minimum"}


def test_a_list_that_goes_on_has_pages_and_cursors() -> None:
    for operation in LISTS_OF_ANY_KIND:
        if {"page", "page_size", "cursor"} & set(operation.parameters("query")):
            assert {"page", "page_size", "cursor"} <= set(operation.parameters("query")), operation
    assert {each.id for each in LISTS} == set(OTHER_LISTS), (
        "say what the cursors of the new list are bound to"
    )


@of(*LISTS)
async def test_a_list_is_walked_by_its_cursors(world: World, operation: Operation) -> None:
    ask = (await arrange(world, operation)).but(query={"page_size": "1"})
    pages = [(await send(world, operation, ask)).json()]
    while pages[-1]["next"] and len(pages) < 4:
        assert "cursor=" in pages[-1]["next"]
        pages.append((await send(world, operation, ask.but(query={}), url=pages[-1]["next"])).json())
    rows = [json.dumps(page["results"][0]) for page in pages]
    back = (await send(world, operation, ask.but(query={}), url=pages[-1]["previous"])).json()
    second = (await send(world, operation, ask.but(query={"page_size": "1", "page": "2"}))).json()

    assert len(pages) >= 3
    assert len(set(rows)) == len(rows)
    assert pages[0]["previous"] is None
    assert json.dumps(back["results"][0]) == rows[-2]
    assert json.dumps(second["results"][0]) == rows[1]
    assert {page["count"] for page in pages} == {pages[0]["count"]}


@of(*LISTS)
async def test_a_cursor_is_for_its_own_list(world: World, operation: Operation) -> None:
    ask = (await arrange(world, operation)).but(query={"page_size": "1"})
    following = httpx.URL((await send(world, operation, ask)).json()["next"])
    cursor = following.params["cursor"]
    strangers = [following.copy_merge_params(other) for other in OTHER_LISTS[operation.id]]
    damaged = [
        "",
        "x",
        "%F0%9F",
        cursor[:-4],
        cursor[::-1],
        cursor[:10] + "AAAA" + cursor[14:],
        cursor + "A" * 400,
    ]
    strangers += [following.copy_set_param("cursor", each) for each in damaged]
    for url in strangers:
        answer = await send(world, operation, ask.but(query={}), url=str(url))
        assert pointers(answer) == {"/query/cursor"}, url
    if operation.is_protected and not operation.is_admin:  # all staff see the same
        answer = await send(world, operation, ask.but(query={}, headers=world.other), url=str(following))
        assert pointers(answer) == {"/query/cursor"}
    for other in LISTS:
        if other is not operation:
            theirs = await arrange(world, other)
            answer = await send(world, other, theirs.but(query={"page_size": "1", "cursor": cursor}))
            assert pointers(answer) == {"/query/cursor"}, other


@of(*LISTS)
async def test_pages_have_bounds(world: World, operation: Operation) -> None:
    ask = await arrange(world, operation)
    for query, told in (
        ({"page_size": "0"}, "/query/page_size"),
        ({"page_size": "101"}, "/query/page_size"),
        ({"page_size": "-1"}, "/query/page_size"),
        ({"page": "0"}, "/query/page"),
        ({"page": "101", "page_size": "100"}, "/query/page"),
        ({"page": "10001", "page_size": "1"}, "/query/page"),
        ({"page": str(2**62)}, "/query/page"),
    ):
        assert pointers(await send(world, operation, ask.but(query=query))) == {told}, query
    assert (
        await send(world, operation, ask.but(query={"page": "100", "page_size": "100"}))
    ).status_code == 200


# Money and times, as they are described. What they are is looked at in every answer.


@of(*OPERATIONS)
def test_money_and_times_are_told_as_everywhere(operation: Operation) -> None:
    for status in operation.success:
        for content in operation.content(int(status)).values():
            for owner, name, schema in properties_within(content.get("schema", {})):
                kinds = choices(schema)
                if name in MONEY and owner not in SUMS:
                    assert all(each.get("title") in SUMS for each in kinds), f"{owner}.{name}"
                if name == "at" or (name.endswith("_at") and name != "compare_at"):  # a price, that one
                    assert [each.get("format") for each in kinds] == ["date-time"], f"{owner}.{name}"
                if name == "id" and owner not in {"QuotedOption", "ShippingChoice"}:
                    assert [each.get("format") for each in kinds] == ["uuid"], f"{owner}.{name}"
                if any(each.get("type") == "number" for each in kinds):
                    assert name == "average", f"{owner}.{name} is a fraction"


# Problems.


def test_every_documented_problem_is_in_the_catalogue() -> None:
    for operation in OPERATIONS:
        for status in operation.spec["responses"]:
            for code in operation.codes(int(status)):
                assert PROBLEMS[code].status == int(status), (operation, code)


@pytest.mark.parametrize("code", sorted(PROBLEMS))
async def test_every_problem_has_its_page(world: World, code: str) -> None:
    page = await send(world, BY_ID["problem_show"], Ask(path={"code": code}))

    assert page.status_code == 200
    assert code in page.text
    assert f"HTTP {PROBLEMS[code].status}" in page.text


async def test_nothing_is_anywhere_else(world: World) -> None:
    for path in ("/nowhere", "/api/v1", "/api/v1/nowhere", "/api/v2/products", "//products"):
        answer = await world.client.get(f"{ORIGIN}{path}")
        assert (answer.status_code, answer.json()["code"]) == (404, "not-found"), path
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.headers["ratelimit"]
