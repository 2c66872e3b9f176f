"""A payment provider in memory: stateful, obedient to tests, bound by the same contract as the real one."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import TypeVar
from uuid import UUID

import msgspec

from ecommerce.application.payments.provider import (
    DisputeState,
    IntentRequest,
    IntentState,
    RefundRequest,
    RefundState,
)
from ecommerce.domain.payments.payment import Failure, PaymentDeclined
from ecommerce.domain.payments.refund import RefundRefused, RefundStatus
from ecommerce.domain.payments.state import ENDED, PaymentStatus
from ecommerce.domain.shared.kernel import NotFound, Unavailable
from ecommerce.domain.shared.money import Money

T = TypeVar("T")
# As the real one does, it takes no smaller sums than this.
SMALLEST = 50


@dataclass
class Faults:
    """`down` refuses all calls; `lose_replies` does the work of the next calls and answers nothing."""

    down: bool = False
    lose_replies: int = 0
    refuse_refunds: str | None = None
    hold_refunds: bool = False


@dataclass
class MemoryGateway:
    intents: dict[str, IntentState] = field(default_factory=dict)
    refunds: dict[str, RefundState] = field(default_factory=dict)
    disputes: dict[str, DisputeState] = field(default_factory=dict)
    faults: Faults = field(default_factory=Faults)
    calls: list[str] = field(default_factory=list)
    _numbers: "count[int]" = field(default_factory=lambda: count(1))
    _intents_by_payment: dict[tuple[UUID, int], str] = field(default_factory=dict)
    _refunds_by_id: dict[UUID, str] = field(default_factory=dict)

    def _arrive(self, call: str) -> None:
        self.calls.append(call)
        if self.faults.down:
            raise Unavailable("the payment provider does not answer")

    def _leave(self) -> None:
        if self.faults.lose_replies:
            self.faults.lose_replies -= 1
            raise Unavailable("the payment provider does not answer")

    async def create_intent(self, wanted: IntentRequest) -> IntentState:
        self._arrive("create_intent")
        if wanted.money.amount < SMALLEST:
            raise PaymentDeclined("the amount is too small", decline_code="amount_too_small")
        key = (wanted.payment_id, wanted.attempt)
        if key not in self._intents_by_payment:
            ref = f"pi_{next(self._numbers)}"
            self._intents_by_payment[key] = ref
            self.intents[ref] = IntentState(
                ref=ref,
                status=PaymentStatus.REQUIRES_PAYMENT_METHOD,
                money=wanted.money,
                client_secret=f"{ref}_secret",
                metadata={
                    "order_number": wanted.order_number,
                    "order_id": str(wanted.order_id),
                    "payment_id": str(wanted.payment_id),
                },
                fresh=True,
            )
        self._leave()
        return self.intents[self._intents_by_payment[key]]

    async def get_intent(self, ref: str) -> IntentState:
        self._arrive("get_intent")
        self._leave()
        return self._intent(ref)

    async def cancel_intent(self, ref: str) -> IntentState:
        self._arrive("cancel_intent")
        if self._intent(ref).status not in (PaymentStatus.CAPTURED, *ENDED):
            self.change(ref, status=PaymentStatus.CANCELLED)
        self._leave()
        return self._intent(ref)

    async def refund(self, wanted: RefundRequest) -> RefundState:
        self._arrive("refund")
        if wanted.refund_id not in self._refunds_by_id:
            if self.faults.refuse_refunds:
                raise RefundRefused("refused", reason=self.faults.refuse_refunds)
            made = self.refund_by_hand(
                wanted.intent_ref, wanted.money, metadata={"refund_id": str(wanted.refund_id)}
            )
            self._refunds_by_id[wanted.refund_id] = made.ref
        self._leave()
        return self.refunds[self._refunds_by_id[wanted.refund_id]]

    async def list_refunds(self, intent_ref: str) -> Sequence[RefundState]:
        self._arrive("list_refunds")
        self._leave()
        self._intent(intent_ref)
        return [each for each in self.refunds.values() if each.intent_ref == intent_ref]

    async def get_refund(self, ref: str) -> RefundState:
        self._arrive("get_refund")
        self._leave()
        return _found(self.refunds.get(ref))

    async def get_dispute(self, ref: str) -> DisputeState:
        self._arrive("get_dispute")
        self._leave()
        return _found(self.disputes.get(ref))

    def _intent(self, ref: str) -> IntentState:
        return _found(self.intents.get(ref))

    # What buyers, banks and the provider's own dashboard do.

    def change(
        self, ref: str, *, status: PaymentStatus, captured: int = 0, failure: Failure | None = None
    ) -> IntentState:
        self.intents[ref] = msgspec.structs.replace(
            self._intent(ref), status=status, captured=captured, failure=failure
        )
        return self.intents[ref]

    def pay(self, ref: str) -> IntentState:
        return self.change(ref, status=PaymentStatus.CAPTURED, captured=self._intent(ref).money.amount)

    def decline(self, ref: str, code: str = "card_declined") -> IntentState:
        failure = Failure(code, "Your card was declined.")
        return self.change(ref, status=PaymentStatus.REQUIRES_PAYMENT_METHOD, failure=failure)

    def refund_by_hand(
        self, intent_ref: str, money: Money, metadata: dict[str, str] | None = None
    ) -> RefundState:
        """Raises `RefundRefused` beyond what was captured."""
        given = [each for each in self.refunds.values() if each.intent_ref == intent_ref]
        given_back = sum(each.money.amount for each in given if each.status is not RefundStatus.FAILED)
        if given_back + money.amount > self._intent(intent_ref).captured:
            raise RefundRefused("more than is left", reason="charge_already_refunded")
        ref = f"re_{next(self._numbers)}"
        status = RefundStatus.PENDING if self.faults.hold_refunds else RefundStatus.SUCCEEDED
        self.refunds[ref] = RefundState(
            ref=ref, intent_ref=intent_ref, status=status, money=money, metadata=metadata or {}
        )
        return self.refunds[ref]

    def finish_refund(self, ref: str, status: RefundStatus) -> None:
        self.refunds[ref] = msgspec.structs.replace(self.refunds[ref], status=status)


def _found(thing: T | None) -> T:
    if thing is None:
        raise NotFound("the payment provider knows no such thing")
    return thing
