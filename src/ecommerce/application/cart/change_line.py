"""Set a line's quantity, remove a line, empty the cart."""

from dataclasses import dataclass
from uuid import UUID

from ecommerce.application.cart.edit_cart import CartEditor
from ecommerce.application.cart.ports import LoadedCart
from ecommerce.application.cart.view import ShownCart
from ecommerce.domain.cart.refusals import CartChanged


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeLine:
    """`quantity` None removes the line; `line_id` None is all lines, which can only be removed."""

    token: str | None
    line_id: UUID | None
    quantity: int | None = None
    if_match: str | None = None


class ChangeLineHandler:
    """Raises `NotFound` for a line that isn't in the caller's cart, and `InsufficientStock`."""

    def __init__(self, edit: CartEditor) -> None:
        self._edit = edit

    async def __call__(self, command: ChangeLine) -> ShownCart:
        async def change(loaded: LoadedCart) -> None:
            cart = loaded.cart
            if command.line_id is None:
                cart.clear()
                return
            if command.quantity is None:
                cart.remove(command.line_id)
                return
            offer = loaded.offers[cart.line(command.line_id).variant_id]
            if not offer.buyable:
                raise CartChanged("this is not for sale any more; remove it to go on")
            cart.set_quantity(command.line_id, command.quantity, offer.limit)

        return await self._edit(command.token, change, if_match=command.if_match)
