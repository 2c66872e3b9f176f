"""Giving money back: never more than was taken, and exact to the unit."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from ecommerce.domain.shared.kernel import Conflict
from ecommerce.domain.shared.money import Money, split

REASONS = ("requested_by_customer", "duplicate", "fraudulent", "damaged", "other")


class RefundExceedsCaptured(Conflict):
    """`available` is what may still be given back, in minor units."""

    code = "refund-exceeds-captured"


class RefundRefused(Conflict):
    """The provider will not give this money back. `reason` is its own code."""

    code = "refund-refused"


class RefundStatus(StrEnum):
    PENDING = "pending"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


_STEPS = {RefundStatus.PENDING: 0, RefundStatus.SUCCEEDED: 1, RefundStatus.FAILED: 2}


@dataclass(frozen=True, slots=True)
class ReturnedUnits:
    """Units of one order line that are given back by a refund, and what was paid for them."""

    line_id: UUID
    quantity: int
    amount: int


@dataclass(slots=True, kw_only=True, eq=False)
class Refund:
    id: UUID
    payment_id: UUID
    order_id: UUID
    money: Money
    reason: str
    actor: str
    created_at: datetime
    note: str | None = None
    restock: bool = False
    status: RefundStatus = RefundStatus.PENDING
    failure: str | None = None
    provider_ref: str | None = None
    lines: tuple[ReturnedUnits, ...] = ()

    def learn(self, status: RefundStatus, ref: str, failure: str | None) -> bool:
        """Take in what the provider says. True when that changed anything.

        A refund that succeeded may still fail: the bank sends the money back. Never the other way round,
        but for one that failed only because we were refused, not because the provider had made it.
        """
        before = (self.status, self.provider_ref)
        was_refused = self.status is RefundStatus.FAILED and self.provider_ref is None
        if was_refused or _STEPS[status] > _STEPS[self.status]:
            self.status, self.failure = status, failure
        self.provider_ref = ref
        return before != (self.status, self.provider_ref)

    def refuse(self, reason: str) -> bool:
        """The provider did not make it. True when that changed anything."""
        if self.status is not RefundStatus.PENDING or self.provider_ref is not None:
            return False
        self.status, self.failure = RefundStatus.FAILED, reason
        return True


def worth_of_units(paid: int, quantity: int, returned: ReturnedUnits | None, wanted: int) -> int:
    """What `wanted` more units of a line are worth, when `paid` was paid for `quantity` of them.

    However the units are spread over refunds, together they come to exactly `paid`: the next ones get what
    the first n units are worth, less what was given for those already.
    """
    units, given = (returned.quantity, returned.amount) if returned else (0, 0)
    if units + wanted > quantity:
        raise RefundExceedsCaptured(f"{quantity - units} of {quantity} units are left to give back")
    return sum(split(paid, [1] * quantity)[: units + wanted]) - given
