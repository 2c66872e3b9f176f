"""Things to sell, for carts in memory."""

from uuid import uuid4

from ecommerce.application.cart.contracts import Offer
from ecommerce.application.inventory.contracts import StockAt
from ecommerce.domain.shared.ids import VariantId


def offer(sku: str, price: int | None = 1_000, available: int | None = 10, *, on_sale: bool = True) -> Offer:
    """Something to sell; `available` None isn't counted."""
    variant_id = VariantId(uuid4())
    stock = [] if available is None else [StockAt(variant_id, uuid4(), 0, available, 0, False)]
    return Offer(
        variant_id=variant_id,
        product_id=uuid4(),
        product_slug=sku.lower(),
        sku=sku,
        name=sku.title(),
        options={},
        image=None,
        price=price,
        on_sale=on_sale,
        tracked=available is not None,
        backorderable=False,
        stock=stock,
    )
