"""Refusals and failures, as RFC 9457 and the contract want them."""

import importlib
import pkgutil

import pytest
from structlog.testing import capture_logs

import ecommerce
from ecommerce.domain.shared.kernel import DomainError
from ecommerce.entrypoints.http.faults import Refused
from ecommerce.entrypoints.http.problem_catalog import PROBLEMS
from ecommerce.entrypoints.http.problems import status_of
from tests.factories.http_door import TestDoor

pytestmark = pytest.mark.anyio
CONTRACT = """
malformed-request validation-failed unauthenticated invalid-credentials token-reused mfa-required
step-up-required forbidden not-found method-not-allowed unsupported-media-type payload-too-large rate-limited
precondition-failed precondition-required idempotency-key-reused idempotency-key-in-use email-taken
insufficient-stock cart-empty cart-changed price-changed coupon-not-applicable coupon-exhausted
shipping-unavailable currency-unavailable too-many-unpaid-orders illegal-transition payment-declined
payment-pending refund-exceeds-captured unavailable internal-error
""".split()


def every_subclass(root: type[Exception]) -> set[type[Exception]]:
    for module in pkgutil.walk_packages(ecommerce.__path__, "ecommerce."):
        if ".domain." in module.name or ".application." in module.name or ".http." in module.name:
            importlib.import_module(module.name)
    found, waiting = set(), [root]
    while waiting:
        each = waiting.pop()
        found.add(each)
        waiting += each.__subclasses__()
    return {each for each in found if each.__module__.startswith("ecommerce.")}


def test_every_code_in_the_code_base_is_explained() -> None:
    raised = every_subclass(DomainError) | every_subclass(Refused)

    unexplained = {each.code: each.__qualname__ for each in raised if each.code not in PROBLEMS}  # type: ignore[attr-defined]

    assert not unexplained


def test_the_page_of_a_code_names_the_status_it_is_answered_with() -> None:
    wrong = {
        each.__qualname__: (PROBLEMS[each.code].status, status_of(each))  # type: ignore[attr-defined, arg-type]
        for each in every_subclass(DomainError)
        if each.code in PROBLEMS and PROBLEMS[each.code].status != status_of(each)  # type: ignore[attr-defined, arg-type]
    }

    assert not wrong


def test_the_codes_of_the_contract_are_all_there() -> None:
    assert set(CONTRACT) <= set(PROBLEMS)


@pytest.mark.parametrize(
    ("how", "status", "code"),
    [
        ("invalid", 422, "validation-failed"),
        ("unauthenticated", 401, "unauthenticated"),
        ("forbidden", 403, "forbidden"),
        ("absent", 404, "not-found"),
        ("conflict", 409, "conflict"),
        ("stock", 409, "insufficient-stock"),
        ("stale", 412, "precondition-failed"),
        ("away", 503, "unavailable"),
        ("in-use", 409, "idempotency-key-in-use"),
        ("bug", 500, "internal-error"),
    ],
)
async def test_an_error_is_told_by_its_kind(door: TestDoor, how: str, status: int, code: str) -> None:
    with capture_logs():
        answer = await door.client.get(f"/api/v1/things/fail/{how}")

    problem = answer.json()
    assert answer.status_code == problem["status"] == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert problem["type"] == f"/problems/{code}"
    assert problem["code"] == code
    assert problem["title"] == PROBLEMS[code].title
    assert problem["detail"]
    assert problem["instance"] == f"/api/v1/things/fail/{how}"
    assert problem["request_id"] == answer.headers["x-request-id"]
    assert answer.headers["cache-control"] == "no-store"


async def test_an_error_tells_its_data_and_what_to_do(door: TestDoor) -> None:
    stock = await door.client.get("/api/v1/things/fail/stock")
    away = await door.client.get("/api/v1/things/fail/away")
    in_use = await door.client.get("/api/v1/things/fail/in-use")
    unknown = await door.client.get("/api/v1/things/fail/unauthenticated")
    invalid = await door.client.get("/api/v1/things/fail/invalid")

    assert stock.json()["available"] == 3
    assert away.headers["retry-after"] == "7"
    assert in_use.headers["retry-after"] == "1"
    assert unknown.headers["www-authenticate"].startswith("Bearer")
    assert invalid.json()["errors"] == [{"pointer": "/lines/0", "code": "invalid-value", "detail": "too odd"}]


async def test_a_bug_is_logged_once_and_told_to_nobody(door: TestDoor) -> None:
    with capture_logs() as logged:
        answer = await door.client.get("/api/v1/things/fail/bug")

    assert "SELECT" not in answer.text
    assert "RuntimeError" not in answer.text
    errors = [line for line in logged if line["log_level"] == "error"]
    assert [line["event"] for line in errors] == ["http.internal_error"]
    assert isinstance(errors[0]["exc_info"], RuntimeError)


async def test_a_wrong_method_is_told_the_right_ones(door: TestDoor) -> None:
    answer = await door.client.put("/api/v1/things")

    assert answer.status_code == 405
    assert answer.json()["code"] == "method-not-allowed"
    assert {"POST", "OPTIONS"} <= set(answer.headers["allow"].split(", "))


async def test_nothing_at_a_path_is_a_problem_too(door: TestDoor) -> None:
    for path in ("/nope", "/api/v1/nope", "/api/v1/things/not-a-uuid"):
        answer = await door.client.get(path)

        assert (answer.status_code, answer.json()["code"]) == (404, "not-found")


@pytest.mark.parametrize("code", sorted(PROBLEMS))
async def test_every_problem_has_a_page(door: TestDoor, code: str) -> None:
    page = await door.client.get(f"/problems/{code}")

    assert page.status_code == 200
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert PROBLEMS[code].title in page.text
    assert "style-src 'sha256-" in page.headers["content-security-policy"]


async def test_an_unknown_problem_has_none(door: TestDoor) -> None:
    assert (await door.client.get("/problems/nope")).status_code == 404
