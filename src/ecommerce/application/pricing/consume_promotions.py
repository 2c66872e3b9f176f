"""An order was paid: what it claimed of promotions is consumed."""

from uuid import UUID

from ecommerce.application.pricing.contracts import PromotionLedger
from ecommerce.application.shared.ports import UnitOfWork


class ConsumePromotionsHandler:
    """Safe to repeat, and to come late: what an order gave back when it ended stays given back."""

    def __init__(self, uow: UnitOfWork, promotions: PromotionLedger) -> None:
        self._uow = uow
        self._promotions = promotions

    async def __call__(self, order_id: UUID) -> None:
        async with self._uow.single():
            await self._promotions.consume(order_id)
