"""`Idempotency-Key`: the same request again gets the first answer again, byte for byte."""

from collections.abc import Awaitable, Callable
from hashlib import sha256
from uuid import UUID

import structlog

from ecommerce.application.shared.idempotency import Answer, IdempotencyKey
from ecommerce.domain.shared.kernel import ConcurrentUpdate, DomainError, Unavailable
from ecommerce.entrypoints.http.exchange import Exchange
from ecommerce.entrypoints.http.faults import Fault, Refused, ValidationFailed
from ecommerce.entrypoints.http.replies import RawReply

log = structlog.get_logger("http")

_LONGEST = 255
REPLAYED = "Idempotent-Replayed"


async def once(exchange: Exchange, body: bytes, run: Callable[[], Awaitable[RawReply]]) -> RawReply:
    """Answer from the store, or run and keep the answer if it is a 2xx.

    The key is claimed by the unit of work in the transaction that makes the effect. A refusal gives the claim
    back; a failure after the commit leaves it to the next call with this key, which resumes it.
    """
    store = exchange.door.idempotency
    key = key_of(exchange, body)
    found = await store.find(key)
    if found is not None:
        return RawReply(found.status, found.body, {**found.headers, REPLAYED: "true"})
    exchange.call.idempotency_key = key
    try:
        reply = await run()
    except BaseException as error:
        if exchange.call.holds_key:
            await (store.release(key) if _is_refusal(error) else store.abandon(key))
        raise
    if not exchange.call.holds_key:
        return reply
    if not 200 <= reply.status < 300:
        await store.release(key)
        return reply
    try:
        await store.bind(key, Answer(reply.status, reply.headers, reply.body))
    except DomainError as error:
        # The effect is there, and the caller is to know. Whoever repeats the call resumes it, a minute later.
        log.warning("idempotency.answer_not_kept", error=str(error))
    return reply


def _is_refusal(error: BaseException) -> bool:
    """Whether the use case said no, rather than failed on its way."""
    return isinstance(error, DomainError | Refused) and not isinstance(error, Unavailable | ConcurrentUpdate)


def key_of(exchange: Exchange, body: bytes) -> IdempotencyKey:
    """Raises `ValidationFailed` for a key that can't be one."""
    key = exchange.header(b"idempotency-key") or ""
    if not 1 <= len(key) <= _LONGEST or not all(" " <= letter <= "~" for letter in key):
        raise _unusable("must be 1 to 255 printable ASCII characters")
    parts = (_caller(exchange, key), exchange.method, exchange.template, exchange.path.rstrip("/"), key)
    scope = sha256("\0".join(parts).encode()).digest()
    return IdempotencyKey(scope, sha256(body).digest(), exchange.call.actor.account_id)


def _caller(exchange: Exchange, key: str) -> str:
    if not exchange.anonymous:
        return exchange.call.actor.label
    token = exchange.header(b"x-cart-token") or exchange.header(b"x-order-token")
    if token:
        return f"token:{token}"
    try:
        UUID(key)
    except ValueError:
        raise _unusable("a first call without credentials or a cart token needs a UUID as its key") from None
    return f"address:{exchange.call.client_address}"


def _unusable(detail: str) -> ValidationFailed:
    return ValidationFailed([Fault("/header/Idempotency-Key", "unusable-key", detail)])
