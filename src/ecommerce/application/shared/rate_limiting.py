"""How often something may happen."""

from dataclasses import dataclass
from typing import Protocol

from ecommerce.domain.shared.kernel import DomainError


class RateLimited(DomainError):
    """Too many, too fast. `retry_after` is in seconds."""

    code = "rate-limited"

    def __init__(self, detail: str, retry_after: int, **data: object) -> None:
        super().__init__(detail, **data)
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True)
class Rate:
    """`limit` times in `seconds`, all at once or spread out."""

    name: str
    limit: int
    seconds: int = 60


@dataclass(frozen=True, slots=True)
class Verdict:
    """`reset` is how many seconds it takes until the whole limit is free again."""

    allowed: bool
    remaining: int
    reset: int
    retry_after: int = 0


class RateLimiter(Protocol):
    """GCRA over all processes; within this process alone while the shared memory is away."""

    async def spend(self, rate: Rate, key: str) -> Verdict:
        """Count one for the key (a person, a key, an address). Never raises, never waits over 20 ms."""
        ...
