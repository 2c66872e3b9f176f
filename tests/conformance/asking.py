"""Sends what an operation takes, and looks at every answer for what every answer must have."""

import json
import re
from collections.abc import AsyncIterator, Iterator
from functools import cache
from typing import Any

import httpx
import jsonschema  # type: ignore[import-untyped]  # it ships no types

from tests.conformance.document import DOCUMENT, PROBLEM, Operation
from tests.conformance.samples import SAMPLES, Ask
from tests.conformance.world import ORIGIN, World

MEMBERS = {"type", "title", "status", "detail", "instance", "code", "request_id"}
_TIME = re.compile(r"\d{4}-\d\d-\d\dT")
_UTC = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z")
# Of any path, before it is known which operation is meant.
ANYWHERE = {405}


async def arrange(world: World, operation: Operation) -> Ask:
    return await SAMPLES[operation.id](world)


def url_of(operation: Operation, ask: Ask) -> str:
    return ORIGIN + operation.path.format(**ask.path)


async def send(
    world: World,
    operation: Operation,
    ask: Ask,
    *,
    method: str | None = None,
    url: str | None = None,
    content: bytes | AsyncIterator[bytes] | None = None,
    headers: dict[str, str] | None = None,
) -> httpx.Response:
    """The operation's answer to `ask`, with whatever is given here in place of what it says."""
    sent = {**ask.headers, **(headers or {})}
    body: Any = content if content is not None else ask.content
    if body is None and ask.json is not None:
        body = json.dumps(ask.json).encode()
    if body is not None and not any(name.lower() == "content-type" for name in sent):
        sent["Content-Type"] = "application/json"
    answer = await world.client.request(
        method or operation.method,
        url or url_of(operation, ask),
        params=ask.query or None,
        content=body,
        headers=[(name.encode(), value.encode()) for name, value in sent.items()],
    )
    check_any(operation, answer)
    return answer


def check_any(operation: Operation, answer: httpx.Response) -> None:
    """What holds of every answer, whatever was asked."""
    status = answer.status_code
    assert status < 500, answer.text
    assert answer.headers["x-request-id"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-security-policy"]
    assert answer.headers["referrer-policy"]
    if not operation.is_probe:
        assert re.match(r'"[a-z_]+";q=\d+;w=\d+$', answer.headers["ratelimit-policy"])
        assert re.match(r'"[a-z_]+";r=\d+;t=\d+$', answer.headers["ratelimit"])
    if operation.is_personal:
        assert answer.headers["cache-control"] == "no-store"
    if status >= 400:
        check_problem(operation, answer)
    else:
        assert str(status) in operation.spec["responses"], f"{status} is not documented"
        if answer.request.method != "HEAD":
            check_body(operation, answer)


def check_problem(operation: Operation, answer: httpx.Response) -> None:
    assert answer.headers["content-type"] == PROBLEM
    assert answer.headers["cache-control"] == "no-store"
    if answer.request.method == "HEAD":
        return
    problem, status = answer.json(), answer.status_code
    assert set(problem) >= MEMBERS, problem
    assert problem["type"] == f"/problems/{problem['code']}"
    assert problem["status"] == status
    assert problem["request_id"] == answer.headers["x-request-id"]
    assert problem["title"]
    assert problem["detail"]
    assert problem["instance"].startswith("/")
    if status == 422:
        assert problem["errors"], problem
        assert all(set(fault) == {"pointer", "code", "detail"} for fault in problem["errors"])
    if status == 401:
        assert answer.headers["www-authenticate"].startswith("Bearer ")
    if status in {429, 503}:
        assert int(answer.headers["retry-after"]) > 0
    if status not in ANYWHERE:
        assert problem["code"] in operation.codes(status), f"{status} {problem['code']} is not documented"


# schema.org's, and what entries of the audit log tell of rows.
OTHERS_WORDS = {"json_ld", "before", "after"}


def check_body(operation: Operation, answer: httpx.Response) -> None:
    """A success is as the document says: media type, schema, money, times."""
    documented = operation.content(answer.status_code)
    if not documented:
        assert answer.content == b""
        return
    media_type = answer.headers["content-type"].partition(";")[0]
    assert any(re.fullmatch(each.replace("*", ".*"), media_type) for each in documented), media_type
    if media_type != "application/json":
        return
    body = answer.json()
    validator(operation, answer.status_code).validate(body)
    check_values(body)


@cache
def validator(operation: Operation, status: int) -> Any:
    schema = operation.content(status)["application/json"].get("schema", {})
    return jsonschema.Draft202012Validator({**schema, "components": DOCUMENT["components"]})


def check_values(value: Any, name: str = "") -> None:
    """Money is whole, times are UTC, ids sort by time, links are absolute."""
    if isinstance(value, dict):
        if isinstance(value.get("amount"), int):
            assert set(value) == {"amount", "currency"}, value
        for key, inner in value.items():
            if key not in OTHERS_WORDS:
                check_values(inner, key)
    elif isinstance(value, list):
        for inner in value:
            check_values(inner, name)
    elif isinstance(value, float):
        assert name == "average", f"{name} is {value}"
    elif isinstance(value, str):
        if _TIME.match(value) or name == "at" or name.endswith("_at"):
            assert _UTC.fullmatch(value), f"{name} is {value}"
        if name in {"next", "previous"}:
            assert value.startswith(f"{ORIGIN}/api/v1/"), value


def pointers(answer: httpx.Response) -> set[str]:
    assert answer.status_code == 422, f"{answer.status_code} {answer.text}"
    return {fault["pointer"] for fault in answer.json()["errors"]}


def leaves(value: Any, pointer: str = "") -> Iterator[tuple[str, Any]]:
    """Every member of a body by its JSON pointer, objects among them; the body itself is not."""
    members = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    )
    for name, inner in members:
        at = f"{pointer}/{name}"
        yield at, inner
        yield from leaves(inner, at)


def put(value: Any, pointer: str, new: Any) -> Any:
    """A copy of a body with something else at a pointer, which may be new."""
    copied = json.loads(json.dumps(value))
    *way, last = pointer.strip("/").split("/")
    place = copied
    for step in way:
        place = place[int(step)] if isinstance(place, list) else place[step]
    if isinstance(place, list):
        place[int(last)] = new
    else:
        place[last] = new
    return copied
