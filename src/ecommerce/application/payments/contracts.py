"""What other contexts may ask of payments."""

from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

import msgspec

from ecommerce.domain.shared.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentWanted:
    """A payment row that was written with its order and of which the provider knows nothing yet."""

    payment_id: UUID
    order_id: UUID
    order_number: str
    money: Money
    attempt: int = 1


class PaymentStarted(msgspec.Struct, frozen=True, omit_defaults=True):
    """How a storefront goes on with a payment. The secrets are only there for `stripe`, once it answered."""

    id: UUID
    provider: str
    status: str
    client_secret: str | None = None
    publishable_key: str | None = None


class PaymentStarter(Protocol):
    """Calls the provider: never inside a unit of work."""

    async def start(self, wanted: PaymentWanted) -> PaymentStarted:
        """Make the provider's intent and keep its reference. Calling it again finds the same intent.

        When the provider doesn't answer the status is `pending`; a job and `/payments/intents` try again.
        """
        ...

    async def standing(self, order_id: UUID) -> PaymentStarted:
        """The order's live payment as it is known here, without asking the provider."""
        ...
