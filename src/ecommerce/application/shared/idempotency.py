"""What a repeated request with the same `Idempotency-Key` gets."""

from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

import msgspec

from ecommerce.domain.shared.kernel import Conflict, InvalidValue


class IdempotencyKeyInUse(Conflict):
    """The first request with this key is still running."""

    code = "idempotency-key-in-use"


class IdempotencyKeyReused(InvalidValue):
    """The key came with another body before."""

    code = "idempotency-key-reused"


class Answer(msgspec.Struct, frozen=True):
    """An HTTP answer to be given again byte for byte."""

    status: int
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class IdempotencyKey:
    """`scope` is a hash of caller, route and key; `body` a hash of what was asked with it.

    `account_id` tells whose answers are to go with them.
    """

    scope: bytes
    body: bytes
    account_id: UUID | None = None


class IdempotencyStore(Protocol):
    """Answers of the last 24 hours."""

    async def find(self, key: IdempotencyKey) -> Answer | None:
        """The answer the key is bound to. Raises `IdempotencyKeyReused` when it came with another body."""
        ...

    async def bind(self, key: IdempotencyKey, answer: Answer) -> None:
        """Keep the answer, encrypted, if this key was claimed by a unit of work. The first one stays."""
        ...

    async def release(self, key: IdempotencyKey) -> None:
        """Forget a claim without an answer: the request was refused, so that it may be tried again."""
        ...

    async def abandon(self, key: IdempotencyKey) -> None:
        """Leave a claim to whoever comes next with the key, who resumes it: the effect is there, but the
        request failed before it could answer.
        """
        ...
