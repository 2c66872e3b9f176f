"""The document says what the routes do, all of it."""

import base64
import json
import re
from collections.abc import Iterator
from hashlib import sha256
from typing import Any

import jsonschema  # type: ignore[import-untyped]  # it ships no types
import pytest
from click.testing import CliRunner
from openapi_spec_validator import validate

from ecommerce.entrypoints.bootstrap.openapi import openapi_json
from ecommerce.entrypoints.cli.openapi import openapi
from tests.factories.http_door import TestDoor

anyio = pytest.mark.anyio


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    whole: dict[str, Any] = json.loads(openapi_json())
    return whole


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


def test_it_is_valid_openapi(document: dict[str, Any]) -> None:
    assert document["openapi"].startswith("3.1")
    validate(document)


def test_every_operation_is_described(document: dict[str, Any]) -> None:
    ids = [operation["operationId"] for _, _, operation in operations(document)]

    assert len(ids) == len(set(ids))
    for path, method, operation in operations(document):
        assert operation["tags"], path
        assert operation["summary"], path
        assert "security" in operation, path
        refusals = [response for status, response in operation["responses"].items() if status[0] in "45"]
        problems = [each["content"].get("application/problem+json") for each in refusals if "content" in each]
        assert any(problems), (method, path)
        assert all(each["examples"] for each in problems if each)


def test_an_example_fits_its_schema(document: dict[str, Any]) -> None:
    def check(content: dict[str, Any], where: str) -> None:
        media = content.get("application/json")
        if media and "example" in media:
            schema = {**media["schema"], "components": document["components"]}
            jsonschema.validate(media["example"], schema, jsonschema.Draft202012Validator)
            assert where

    for path, method, operation in operations(document):
        check(operation.get("requestBody", {}).get("content", {}), f"{method} {path}")
        for response in operation["responses"].values():
            check(response.get("content", {}), f"{method} {path}")


def test_the_command_prints_it(document: dict[str, Any]) -> None:
    printed = CliRunner().invoke(openapi)

    assert printed.exit_code == 0
    assert json.loads(printed.output) == document


@anyio
async def test_it_is_served_with_an_entity_tag(door: TestDoor) -> None:
    first = await door.client.get("/api/schema")
    second = await door.client.get("/api/schema", headers={"If-None-Match": first.headers["etag"]})

    schema = first.json()
    add = schema["paths"]["/api/v1/things"]["post"]
    assert set(add["responses"]) >= {"201", "400", "401", "409", "413", "415", "422", "429", "500", "503"}
    assert {each["name"] for each in add["parameters"]} == {"Idempotency-Key"}
    shown = schema["paths"]["/api/v1/things/{id}"]["get"]
    assert {each["name"] for each in shown["parameters"]} == {"id", "page", "tag", "attr.name", "featured"}
    assert schema["components"]["schemas"]["ThingBody"]["additionalProperties"] is False
    assert (second.status_code, second.content) == (304, b"")


@anyio
async def test_the_page_asks_no_other_host(door: TestDoor) -> None:
    page = await door.client.get("/api/docs")

    assert page.headers["content-type"].startswith("text/html")
    assert not re.search(r"(src|href)=[\"']?(https?:)?//", page.text)
    policy = page.headers["content-security-policy"]
    for tag in ("style", "script"):
        inside = re.search(f"<{tag}>(.*?)</{tag}>", page.text, re.DOTALL)
        assert inside
        digest = base64.b64encode(sha256(inside[1].encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy
    assert "connect-src 'self'" in policy
    assert "unsafe" not in policy
