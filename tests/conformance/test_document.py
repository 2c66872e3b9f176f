"""The rules that the document keeps, beside being valid: what a reader and a generator of clients rely on."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import jsonschema  # type: ignore[import-untyped]  # it ships no types
import pytest

from tests.conformance.asking import arrange, send
from tests.conformance.document import DOCUMENT, OPERATIONS, PROBLEM, SCHEMAS, Operation, choices, resolved
from tests.conformance.samples import Ask
from tests.conformance.world import World

pytestmark = [pytest.mark.xdist_group("conformance")]
of_all = pytest.mark.parametrize("operation", OPERATIONS, ids=str)


def nodes(value: Any, at: str = "") -> Iterator[tuple[str, Any]]:
    """The document and everything in it, by its JSON pointer."""
    yield at, value
    members = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    )
    for name, inner in members:
        yield from nodes(inner, f"{at}/{name}")


def contents(operation: Operation) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """Of the body and of every answer: where, its media type, what is said of it."""
    for name, content in operation.spec.get("requestBody", {}).get("content", {}).items():
        yield "body", name, content
    for status, answer in operation.spec["responses"].items():
        for name, content in answer.get("content", {}).items():
            yield status, name, content


def schema_with_components(schema: Mapping[str, Any]) -> dict[str, Any]:
    return {**schema, "components": DOCUMENT["components"]}


@of_all
def test_an_operation_is_named_for_generators_and_told_to_readers(operation: Operation) -> None:
    spec = operation.spec

    assert re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)+", operation.id)
    assert [each["operationId"] for each in (one.spec for one in OPERATIONS)].count(operation.id) == 1
    assert len(spec["tags"]) == 1
    assert 8 <= len(spec["summary"]) <= 120
    assert spec["summary"][0].isupper()
    assert not spec["summary"].endswith(".")
    assert spec.get("description") != spec["summary"]


def test_tags_are_those_that_are_used() -> None:
    assert {each["name"] for each in DOCUMENT["tags"]} == {each.spec["tags"][0] for each in OPERATIONS}


def test_paths_and_names_are_in_one_style() -> None:
    for operation in OPERATIONS:
        assert re.fullmatch(r"(/[a-z0-9.-]+|/\{[a-z_]+\})+", operation.path), operation.path
        wanted = set(re.findall(r"\{(\w+)\}", operation.path))
        assert {name for name, each in operation.parameters("path").items() if each["required"]} == wanted
        for name in operation.parameters("query"):
            assert re.fullmatch(r"[a-z_]+(\.name)?", name), (operation, name)
    for title, schema in SCHEMAS.items():
        for name in schema.get("properties", ()):
            assert re.fullmatch(r"[a-z][a-z0-9_]*", name), f"{title}.{name}"


def test_no_component_is_without_use() -> None:
    seen: set[str] = set()
    waiting: list[Any] = [DOCUMENT["paths"]]
    while waiting:
        for _, value in nodes(waiting.pop()):
            name = value.get("$ref", "").rpartition("/")[2] if isinstance(value, dict) else ""
            if name and name not in seen:
                seen.add(name)
                waiting.append(SCHEMAS[name])

    assert seen == set(SCHEMAS)


def test_it_speaks_of_no_host() -> None:
    assert "servers" not in DOCUMENT


def test_it_is_of_version_3_1_throughout() -> None:
    for at, value in nodes({"paths": DOCUMENT["paths"], "components": DOCUMENT["components"]}):
        if isinstance(value, dict) and "/example" not in at and not at.endswith("/properties"):
            assert "nullable" not in value, at


@of_all
def test_security_is_declared_and_its_schemes_exist(operation: Operation) -> None:
    schemes = DOCUMENT["components"]["securitySchemes"]

    assert all(set(each) <= set(schemes) for each in operation.spec["security"])
    if operation.is_admin or operation.path.startswith("/api/v1/users/"):
        assert operation.spec["security"] == [{"bearer": []}]


def test_every_security_scheme_is_used() -> None:
    used = {name for operation in OPERATIONS for each in operation.spec["security"] for name in each}

    assert used == set(DOCUMENT["components"]["securitySchemes"])


@of_all
def test_the_refusals_of_the_conventions_are_documented(operation: Operation) -> None:
    codes = {code for status in operation.spec["responses"] for code in operation.codes(int(status))}

    wanted = {"malformed-request", "validation-failed", "internal-error"}
    wanted |= set() if operation.is_probe else {"rate-limited", "unavailable", "unauthenticated"}
    wanted |= {"not-found"} if operation.parameters("path") else set()
    wanted |= {"payload-too-large"} if operation.method != "GET" else set()
    wanted |= (
        {"unsupported-media-type"} if operation.method != "GET" and not operation.takes_anything else set()
    )
    wanted |= {"forbidden"} if operation.is_admin else set()
    wanted |= {"idempotency-key-in-use", "idempotency-key-reused"} if operation.is_idempotent else set()
    wanted |= {"precondition-failed"} if operation.is_versioned else set()
    assert codes >= wanted
    assert operation.success
    assert all(answer["description"] for answer in operation.spec["responses"].values())


@of_all
def test_examples_are_there_and_fit(operation: Operation) -> None:
    for where, media_type, content in contents(operation):
        if media_type == PROBLEM:
            examples = [each["value"] for each in content["examples"].values()]
        elif media_type == "application/json" and content["schema"].get("type") != "object":
            examples = [content["example"]]
        else:
            continue
        assert examples, where
        for example in examples:
            jsonschema.validate(
                example,
                schema_with_components(content["schema"]),
                jsonschema.Draft202012Validator,
                format_checker=jsonschema.FormatChecker(),
            )
    for name, parameter in operation.parameters("path").items():
        assert parameter["example"], name


# They name what only this shop can have: a code, a variant.
OF_THIS_SHOP = {"cart_coupon_add", "admin_list_price_put_prices"}
WITH_EXAMPLE = [each for each in OPERATIONS if each.body is not None and each.id not in OF_THIS_SHOP]


@pytest.mark.anyio
@pytest.mark.parametrize("operation", WITH_EXAMPLE, ids=str)
async def test_an_example_is_a_good_request(world: World, operation: Operation) -> None:
    content = operation.spec["requestBody"]["content"]["application/json"]
    ask = await arrange(world, operation)

    answer = await send(world, operation, Ask(path=ask.path, headers=ask.headers, json=content["example"]))

    # A code that nobody has given out is as good as any other, and opens nothing.
    told = answer.json().get("code") if answer.content else None
    assert answer.status_code not in {400, 415, 422} or told == "coupon-not-applicable", answer.text


@of_all
def test_what_is_sent_is_bounded_and_closed(operation: Operation) -> None:
    waiting = [operation.body] if operation.body is not None else []
    while waiting:
        for schema in choices(waiting.pop()):
            kind = schema.get("type")
            where = schema.get("title", schema)
            if kind == "object":
                assert schema["additionalProperties"] is False, where
                waiting += schema["properties"].values()
            elif kind == "array":
                assert "maxItems" in schema, where
                waiting.append(schema["items"])
            elif kind == "string":
                assert {"maxLength", "format", "pattern"} & set(schema), (operation, where)
            elif kind == "integer":
                assert {"minimum", "maximum"} <= set(schema), (operation, where)


def test_every_schema_says_what_it_is() -> None:
    for name in SCHEMAS:
        for at, value in nodes(resolved(SCHEMAS[name])):
            if re.fullmatch(r".*/properties/[^/]+|.*/items", at):
                assert {"type", "enum", "anyOf", "$ref", "const"} & set(value), name + at
