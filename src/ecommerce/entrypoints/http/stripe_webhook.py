"""Where Stripe tells what happened."""

from typing import Annotated, TypeAlias

import msgspec
from dishka import FromDishka
from litestar import Controller
from litestar.params import HeaderParameter

from ecommerce.application.payments.provider import InvalidSignature
from ecommerce.application.payments.receive_webhook import ReceiveWebhook, ReceiveWebhookHandler
from ecommerce.domain.shared.kernel import NotFound
from ecommerce.entrypoints.http.faults import Refused
from ecommerce.entrypoints.http.operation import PUBLIC
from ecommerce.entrypoints.http.routing import RawBytes, post

Signature: TypeAlias = Annotated[
    str | None, HeaderParameter(name="Stripe-Signature", required=False, description="Made by Stripe.")
]


class ForgedWebhook(Refused):
    code = "invalid-signature"


class WebhookTaken(msgspec.Struct, frozen=True):
    received: bool


class StripeWebhookController(Controller):
    path = "/payments/stripe"
    tags = ("Payments",)

    @post("/webhook", policy=PUBLIC, rate_limit="webhook", consumes="*/*", raises=(NotFound, ForgedWebhook))
    async def receive(
        self,
        raw: RawBytes,
        handler: FromDishka[ReceiveWebhookHandler],
        stripe_signature: Signature = None,
    ) -> WebhookTaken:
        """Take an event in, once. It is handled after the answer. What Stripe did not sign is refused."""
        try:
            await handler(ReceiveWebhook(body=raw, signature=stripe_signature))
        except InvalidSignature as error:
            raise ForgedWebhook(str(error)) from error
        return WebhookTaken(received=True)
