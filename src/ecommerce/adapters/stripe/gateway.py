"""`PaymentGateway` by Stripe."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar

from ecommerce.adapters.stripe.client import StripeConnection, StripeRefused, UncertainReplay
from ecommerce.adapters.stripe.objects import (
    dispute_state,
    intent_state,
    refund_state,
    to_stripe,
)
from ecommerce.application.payments.provider import (
    DisputeState,
    IntentRequest,
    IntentState,
    RefundRequest,
    RefundState,
)
from ecommerce.domain.payments.refund import RefundRefused

T = TypeVar("T")
REVISIONS = 3
# Stripe takes only these; ours is kept in the metadata.
_REASONS = ("duplicate", "fraudulent", "requested_by_customer")


class StripeGateway:
    def __init__(self, connection: StripeConnection) -> None:
        self._connection = connection
        self._api = connection.api

    async def create_intent(self, wanted: IntentRequest) -> IntentState:
        params: dict[str, Any] = {
            **to_stripe(wanted.money),
            "automatic_payment_methods": {"enabled": True},
            "metadata": {
                "order_number": wanted.order_number,
                "order_id": str(wanted.order_id),
                "payment_id": str(wanted.payment_id),
            },
        }

        async def create(key: str) -> IntentState:
            async with self._connection.asking():
                intent = await self._api.payment_intents.create_async(
                    params,  # type: ignore[arg-type]  # the SDK's TypedDict, built from parts
                    {"idempotency_key": key},
                )
            return intent_state(intent.to_dict(), fresh=True)

        # An intent whose answer never came has a secret that nobody knows: a second one does no harm.
        return await _revised(f"payment:{wanted.payment_id}:{wanted.attempt}:create", create)

    async def get_intent(self, ref: str) -> IntentState:
        async with self._connection.asking():
            intent = await self._api.payment_intents.retrieve_async(ref)
        return intent_state(intent.to_dict(), fresh=True)

    async def cancel_intent(self, ref: str) -> IntentState:
        try:
            async with self._connection.asking():
                intent = await self._api.payment_intents.cancel_async(ref)
            return intent_state(intent.to_dict(), fresh=True)
        except StripeRefused as error:
            if error.code != "payment_intent_unexpected_state":
                raise
            return await self.get_intent(ref)

    async def refund(self, wanted: RefundRequest) -> RefundState:
        params: dict[str, Any] = {
            "payment_intent": wanted.intent_ref,
            "amount": to_stripe(wanted.money)["amount"],
            "metadata": {
                "order_number": wanted.order_number,
                "refund_id": str(wanted.refund_id),
                "reason": wanted.reason,
            },
        }
        if wanted.reason in _REASONS:
            params["reason"] = wanted.reason

        async def create(key: str) -> RefundState:
            try:
                async with self._connection.asking():
                    refund = await self._api.refunds.create_async(
                        params,  # type: ignore[arg-type]  # the SDK's TypedDict, built from parts
                        {"idempotency_key": key},
                    )
            except StripeRefused as error:
                reason = error.code or "refused"
                raise RefundRefused("the payment provider refuses this refund", reason=reason) from error
            return refund_state(refund.to_dict())

        async def look_first(key: str) -> RefundState:
            made = await self.list_refunds(wanted.intent_ref)
            known = next((each for each in made if each.refund_id == wanted.refund_id), None)
            return known or await create(key)

        return await _revised(f"refund:{wanted.refund_id}", create, look_first)

    async def list_refunds(self, intent_ref: str) -> Sequence[RefundState]:
        async with self._connection.asking():
            page = await self._api.refunds.list_async({"payment_intent": intent_ref, "limit": 100})
            return [refund_state(each.to_dict()) async for each in page.auto_paging_iter()]

    async def get_refund(self, ref: str) -> RefundState:
        async with self._connection.asking():
            refund = await self._api.refunds.retrieve_async(ref)
        return refund_state(refund.to_dict())

    async def get_dispute(self, ref: str) -> DisputeState:
        async with self._connection.asking():
            dispute = await self._api.disputes.retrieve_async(ref)
        return dispute_state(dispute.to_dict())


async def _revised(
    key: str,
    first: Callable[[str], Awaitable[T]],
    then: Callable[[str], Awaitable[T]] | None = None,
) -> T:
    """Repeat under the key's next revision what Stripe failed at under this one and will not try again."""
    attempt = first
    for revision in range(1, REVISIONS):
        try:
            return await attempt(f"{key}:{revision}")
        except UncertainReplay:
            attempt = then or first
    return await attempt(f"{key}:{REVISIONS}")
