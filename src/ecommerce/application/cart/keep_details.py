"""Keep what a checkout of several pages has gathered."""

from dataclasses import dataclass

import msgspec
from msgspec import UNSET, UnsetType

from ecommerce.application.cart.edit_cart import CartEditor
from ecommerce.application.cart.ports import LoadedCart
from ecommerce.application.cart.view import ShownCart
from ecommerce.application.shared.address import Address


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepDetails:
    """UNSET leaves a field as it is, None clears it."""

    token: str | None
    email: str | None | UnsetType = UNSET
    shipping_address: Address | None | UnsetType = UNSET
    billing_address: Address | None | UnsetType = UNSET
    shipping_option_id: str | None | UnsetType = UNSET
    if_match: str | None = None


class KeepDetailsHandler:
    def __init__(self, edit: CartEditor) -> None:
        self._edit = edit

    async def __call__(self, command: KeepDetails) -> ShownCart:
        def keep(loaded: LoadedCart) -> None:
            details = loaded.cart.details
            if command.email is not UNSET:
                details.email = command.email
            if command.shipping_address is not UNSET:
                details.shipping_address = _plain(command.shipping_address)
            if command.billing_address is not UNSET:
                details.billing_address = _plain(command.billing_address)
            if command.shipping_option_id is not UNSET:
                details.shipping_option_id = command.shipping_option_id

        return await self._edit(command.token, keep, if_match=command.if_match)


def _plain(address: Address | None) -> dict[str, object] | None:
    return None if address is None else msgspec.structs.asdict(address)
