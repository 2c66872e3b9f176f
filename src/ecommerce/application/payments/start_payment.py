"""Make the provider's intent for a payment that was written with its order."""

from uuid import UUID

import structlog

from ecommerce.application.payments.contracts import PaymentStarted, PaymentWanted
from ecommerce.application.payments.ports import PaymentGateway, StartedPayments
from ecommerce.application.payments.provider import IntentRequest
from ecommerce.application.payments.records import Standing
from ecommerce.application.shared.ports import Cipher
from ecommerce.domain.payments.payment import Failure, PaymentDeclined
from ecommerce.domain.payments.state import PaymentStatus
from ecommerce.domain.shared.kernel import Unavailable

PURPOSE = "client-secret"
log = structlog.get_logger()


class GatewayPaymentStarter:
    """The `PaymentStarter` of the whole shop.

    A crash at any point is mended by calling it again: the intent is found by the key it was made with.
    """

    def __init__(
        self, gateway: PaymentGateway, payments: StartedPayments, cipher: Cipher, publishable_key: str
    ) -> None:
        self._gateway = gateway
        self._payments = payments
        self._cipher = cipher
        self._publishable_key = publishable_key

    async def start(self, wanted: PaymentWanted) -> PaymentStarted:
        standing = await self._payments.standing(wanted.payment_id)
        if not _to_be_started(standing):
            return self.shown(standing)
        request = IntentRequest(
            payment_id=wanted.payment_id,
            order_id=wanted.order_id,
            order_number=wanted.order_number,
            money=wanted.money,
            attempt=wanted.attempt,
        )
        try:
            intent = await self._gateway.create_intent(request)
        except Unavailable as error:
            log.warning("payments.start_postponed", payment_id=str(wanted.payment_id), error=str(error))
            return self.shown(standing)
        except PaymentDeclined as error:
            failure = Failure(str(error.data.get("decline_code", error.code)), str(error))
            await self._payments.fail(wanted.payment_id, failure)
            return PaymentStarted(wanted.payment_id, standing.provider, PaymentStatus.FAILED.value)
        secret = intent.client_secret
        sealed = self._cipher.encrypt(secret.encode(), PURPOSE) if secret else None
        status = await self._payments.keep(wanted.payment_id, intent, sealed)
        if status is PaymentStatus.CANCELLED:
            # The order ended while the provider was asked; nobody has seen the secret, nobody will.
            await self._gateway.cancel_intent(intent.ref)
            return PaymentStarted(wanted.payment_id, standing.provider, status.value)
        return PaymentStarted(
            wanted.payment_id, standing.provider, status.value, secret, self._publishable_key
        )

    async def standing(self, order_id: UUID) -> PaymentStarted:
        return self.shown(await self._payments.of_order(order_id))

    def shown(self, standing: Standing) -> PaymentStarted:
        sealed = standing.secret
        return PaymentStarted(
            standing.payment_id,
            standing.provider,
            standing.status.value,
            self._cipher.decrypt(sealed, PURPOSE).decode() if sealed else None,
            self._publishable_key if sealed else None,
        )


def _to_be_started(standing: Standing) -> bool:
    """Nothing is asked for where payment happens elsewhere, where nothing is to be paid, or a second time."""
    return (
        standing.provider == "stripe"
        and standing.status is PaymentStatus.PENDING
        and standing.provider_ref is None
        and standing.money.amount > 0
    )
