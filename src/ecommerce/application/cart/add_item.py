"""Put units of a variant into the cart."""

from dataclasses import dataclass

from ecommerce.application.cart.edit_cart import CartEditor
from ecommerce.application.cart.ports import LoadedCart, Wanted
from ecommerce.application.cart.view import ShownCart
from ecommerce.application.shared.ports import Ids
from ecommerce.domain.shared.ids import VariantId
from ecommerce.domain.shared.kernel import NotFound


@dataclass(frozen=True, slots=True, kw_only=True)
class AddItem:
    """Exactly one of `wanted`'s ways to name the variant; `currency` is for a cart that is made by this."""

    token: str | None
    wanted: Wanted
    quantity: int
    currency: str | None = None
    if_match: str | None = None


class AddItemHandler:
    """Raises `NotFound` for a variant that isn't for sale, and `InsufficientStock`."""

    def __init__(self, edit: CartEditor, ids: Ids) -> None:
        self._edit = edit
        self._ids = ids

    async def __call__(self, command: AddItem) -> ShownCart:
        async def add(loaded: LoadedCart) -> None:
            offer = loaded.wanted
            if offer is None or not offer.buyable:
                raise NotFound("there is no such variant")
            variant_id = VariantId(offer.variant_id)
            loaded.cart.add(self._ids.new(), variant_id, command.quantity, offer.limit)
            loaded.offers[variant_id] = offer

        return await self._edit(
            command.token,
            add,
            wanted=command.wanted,
            currency=command.currency,
            if_match=command.if_match,
            opens_new=True,
        )
