"""Which problems an operation may answer, by status, each with an example."""

from collections import defaultdict
from http import HTTPStatus
from typing import Any

import msgspec

from ecommerce.entrypoints.http.operation import Operation
from ecommerce.entrypoints.http.problem_catalog import PROBLEMS
from ecommerce.entrypoints.http.problems import MEDIA_TYPE

_ID = "0b9ff0d8f3a44c0c9d0a3a0e2f4f0d5e"


class FaultDetails(msgspec.Struct, frozen=True):
    """`pointer` is a JSON pointer into the body, or `/query/<name>`, or `/header/<name>`."""

    pointer: str
    code: str
    detail: str


class ProblemDetails(msgspec.Struct, frozen=True, omit_defaults=True):
    """RFC 9457. Some problems have further members: the page at `type` names them."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    code: str
    request_id: str
    errors: list[FaultDetails] = []


def problem_responses(path: str, method: str, operation: Operation) -> dict[str, Any]:
    by_status: dict[int, list[str]] = defaultdict(list)
    for code in sorted(_codes(path, method, operation)):
        by_status[PROBLEMS[code].status].append(code)
    return {str(status): _response(path, status, codes) for status, codes in sorted(by_status.items())}


def _codes(path: str, method: str, operation: Operation) -> set[str]:
    codes = {"malformed-request", "validation-failed", "internal-error"}
    if operation.policy.kind != "probe":
        codes |= {"rate-limited", "unauthenticated", "unavailable"}
    if operation.policy.kind == "staff":
        codes |= {"forbidden"}
    if operation.step_up:
        codes |= {"step-up-required"}
    if "{" in path:
        codes |= {"not-found"}
    if method != "GET":
        # What takes no body takes an empty object, too: whatever else is sent is refused.
        codes |= {"payload-too-large", "concurrent-update"}
        codes |= set() if operation.raw_body else {"unsupported-media-type"}
    if operation.idempotent:
        codes |= {"idempotency-key-in-use", "idempotency-key-reused"}
    return codes | {error.code for error in operation.raises if error.code in PROBLEMS}


def _response(path: str, status: int, codes: list[str]) -> dict[str, Any]:
    told = ", ".join(f"`{code}`" for code in codes)
    response: dict[str, Any] = {
        "description": f"{HTTPStatus(status).phrase}: {told}",
        "content": {
            MEDIA_TYPE: {
                "schema": {"$ref": "#/components/schemas/ProblemDetails"},
                "examples": {code: {"value": _example(path, code)} for code in codes},
            }
        },
    }
    if status in (429, 503):
        response["headers"] = {"Retry-After": {"description": "Seconds.", "schema": {"type": "integer"}}}
    return response


def _example(path: str, code: str) -> dict[str, Any]:
    problem = PROBLEMS[code]
    shown: dict[str, Any] = {
        "type": f"/problems/{code}",
        "title": problem.title,
        "status": problem.status,
        "detail": problem.explanation.partition(". ")[0].rstrip("."),
        "instance": path,
        "code": code,
        "request_id": _ID,
    }
    if problem.status == HTTPStatus.UNPROCESSABLE_ENTITY:
        fault = "missing" if code == "validation-failed" else code
        shown["errors"] = [{"pointer": "/field", "code": fault, "detail": "is required"}]
    return shown
