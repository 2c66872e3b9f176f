"""One intent at one provider, and what it has come to."""

from dataclasses import dataclass
from uuid import UUID

from ecommerce.domain.payments.state import (
    ENDED,
    MONEY_TAKEN,
    PaymentStatus,
    advance,
    after_refunds,
    reread,
)
from ecommerce.domain.shared.kernel import Conflict
from ecommerce.domain.shared.money import Money


class PaymentDeclined(Conflict):
    """Bank or provider said no to this means of payment; another may do. `decline_code` says why."""

    code = "payment-declined"


@dataclass(frozen=True, slots=True)
class Failure:
    code: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """What a provider says of an intent: `fresh` when it was asked for it just now."""

    status: PaymentStatus
    money: Money
    captured: int = 0
    failure: Failure | None = None
    fresh: bool = False


@dataclass(slots=True, kw_only=True, eq=False)
class Payment:
    """Sums in minor units of `money`'s currency: `refunded + refund_pending <= captured <= money.amount`."""

    id: UUID
    order_id: UUID
    provider: str
    attempt: int
    money: Money
    status: PaymentStatus
    captured: int = 0
    refunded: int = 0
    refund_pending: int = 0
    provider_ref: str | None = None
    failure: Failure | None = None

    @property
    def refundable(self) -> int:
        return self.captured - self.refunded - self.refund_pending

    def agrees_with(self, seen: Observation) -> bool:
        """Whether the provider speaks of the sum that was asked for."""
        return seen.money == self.money and 0 <= seen.captured <= self.money.amount

    def observe(self, seen: Observation) -> bool:
        """Take in what the provider says. True when that changed anything. The sums must agree."""
        before = (self.status, self.captured, self.failure)
        known = PaymentStatus.CAPTURED if self.status in MONEY_TAKEN else self.status
        stage = (
            reread(known, seen.status, attempt_failed=seen.failure is not None)
            if seen.fresh
            else advance(known, seen.status)
        )
        if stage in MONEY_TAKEN:
            self.captured = max(self.captured, seen.captured)
            self.failure = None
            if self.status not in MONEY_TAKEN:
                self.status = after_refunds(self.captured, self.refunded)
        else:
            self.status = stage
            if seen.fresh or seen.failure is not None:
                self.failure = seen.failure
        return before != (self.status, self.captured, self.failure)

    def count_refunds(self, *, succeeded: int, pending: int) -> None:
        """Take the sums of its refunds anew. What the provider gave back outweighs what is only planned."""
        self.refunded = succeeded
        self.refund_pending = min(pending, self.captured - succeeded)
        if self.status in MONEY_TAKEN and self.status is not PaymentStatus.DISPUTED:
            self.status = after_refunds(self.captured, self.refunded)

    def dispute(self, *, lost_or_open: bool) -> bool:
        """Mark or, once the dispute is won, unmark. True when that changed anything."""
        before = self.status
        if self.status in MONEY_TAKEN:
            self.status = (
                PaymentStatus.DISPUTED if lost_or_open else after_refunds(self.captured, self.refunded)
            )
        return self.status is not before

    @property
    def is_over(self) -> bool:
        """A new attempt may take its place."""
        return self.status in ENDED
