"""RFC 9457: every refusal and failure as `application/problem+json`."""

from http import HTTPStatus
from typing import Any

import msgspec
import structlog
from litestar.exceptions import HTTPException, MethodNotAllowedException

from ecommerce.application.shared.faults import InvalidValues
from ecommerce.domain.shared.kernel import (
    Conflict,
    DomainError,
    Forbidden,
    InvalidValue,
    NotFound,
    StaleVersion,
    Unauthenticated,
    Unavailable,
)
from ecommerce.entrypoints.http.exchange import Exchange
from ecommerce.entrypoints.http.faults import Refused, ValidationFailed
from ecommerce.entrypoints.http.problem_catalog import PROBLEMS, Problem
from ecommerce.entrypoints.http.replies import RawReply

log = structlog.get_logger("http")

MEDIA_TYPE = "application/problem+json"
# The nearest base class decides; of an error that is of none of these kinds, its page.
STATUS: dict[type[DomainError], int] = {
    InvalidValue: 422,
    Unauthenticated: 401,
    Forbidden: 403,
    NotFound: 404,
    Conflict: 409,
    StaleVersion: 412,
    Unavailable: 503,
}
_FROM_FRAMEWORK = {
    400: "malformed-request",
    401: "unauthenticated",
    403: "forbidden",
    404: "not-found",
    405: "method-not-allowed",
    413: "payload-too-large",
    415: "unsupported-media-type",
    429: "rate-limited",
    503: "unavailable",
}


def status_of(error: type[DomainError]) -> int:
    own = PROBLEMS[error.code].status if error.code in PROBLEMS else 409
    return next((STATUS[base] for base in error.__mro__ if base in STATUS), own)


def reply_to(error: Exception, exchange: Exchange) -> RawReply:
    """The answer to whatever was raised. What nobody foresaw is logged here, once, and told to nobody."""
    if isinstance(error, DomainError):
        return _from_domain(error, exchange)
    if isinstance(error, Refused):
        return _render(PROBLEMS[error.code].status, error.code, str(error), exchange, headers=error.headers)
    if isinstance(error, HTTPException) and error.status_code in _FROM_FRAMEWORK:
        code = _FROM_FRAMEWORK[error.status_code]
        allow = (error.headers or {}).get("allow") if isinstance(error, MethodNotAllowedException) else None
        return _render(
            error.status_code,
            code,
            PROBLEMS[code].explanation,
            exchange,
            headers={"Allow": allow} if allow else {},
        )
    log.error("http.internal_error", path_template=exchange.template, exc_info=error)
    return _render(500, "internal-error", "an error of ours; it was logged under the request_id", exchange)


def _from_domain(error: DomainError, exchange: Exchange) -> RawReply:
    status, members, headers = status_of(type(error)), dict(error.data), {}
    if status == HTTPStatus.UNPROCESSABLE_ENTITY:
        members.setdefault("errors", _errors(error))
    if status == HTTPStatus.UNAUTHORIZED:
        mark = "" if exchange.anonymous else ', error="invalid_token"'
        headers["WWW-Authenticate"] = f'Bearer realm="ecommerce"{mark}'
    # `retry_after` is an attribute of some errors and told as data by others.
    retry_after = getattr(error, "retry_after", members.get("retry_after"))
    if retry_after is not None:
        headers["Retry-After"] = str(retry_after)
    return _render(status, error.code, str(error), exchange, members=members, headers=headers)


def _errors(error: DomainError) -> list[dict[str, str]]:
    if isinstance(error, ValidationFailed):
        return [fault._asdict() for fault in error.faults]
    faults = error.faults if isinstance(error, InvalidValues) else (error,)
    return [
        {"pointer": getattr(fault, "pointer", ""), "code": _fault_code(fault.code), "detail": str(fault)}
        for fault in faults
    ]


def _fault_code(code: str) -> str:
    return "invalid-value" if code == "validation-failed" else code


def _render(
    status: int,
    code: str,
    detail: str,
    exchange: Exchange,
    *,
    members: dict[str, object] | None = None,
    headers: Any = None,
) -> RawReply:
    known = PROBLEMS.get(code) or Problem(status, code.replace("-", " ").capitalize(), "")
    body = {
        "type": f"/problems/{code}",
        "title": known.title,
        "status": status,
        "detail": detail,
        "instance": exchange.path,
        "code": code,
        "request_id": exchange.request_id,
    }
    encoded = msgspec.json.encode({**(members or {}), **body} if members else body)
    return RawReply(
        status, encoded, {"Content-Type": MEDIA_TYPE, "Cache-Control": "no-store", **(headers or {})}
    )
