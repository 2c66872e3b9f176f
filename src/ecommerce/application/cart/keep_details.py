"""Keep what a checkout of several pages has gathered."""

from dataclasses import dataclass

import msgspec
from msgspec import UNSET, UnsetType

from ecommerce.application.cart.edit_cart import CartEditor
from ecommerce.application.cart.ports import LoadedCart
from ecommerce.application.cart.view import ShownCart
from ecommerce.application.identity.contracts import AddressRules, EmailRules
from ecommerce.application.shared.address import Address
from ecommerce.application.shared.customer_keys import CustomerKeys


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
    """Raises `InvalidValue` for an address or an e-mail address that can't be used."""

    def __init__(
        self, edit: CartEditor, addresses: AddressRules, emails: EmailRules, keys: CustomerKeys
    ) -> None:
        self._edit = edit
        self._addresses = addresses
        self._emails = emails
        self._keys = keys

    async def __call__(self, command: KeepDetails) -> ShownCart:
        email, option = command.email, command.shipping_option_id
        if isinstance(email, str):
            email = self._emails.check(email, "/email")
        shipping = self._plain(command.shipping_address, "/shipping_address")
        billing = self._plain(command.billing_address, "/billing_address")

        async def keep(loaded: LoadedCart) -> None:
            details = loaded.cart.details
            if email is not UNSET:
                details.email = email
                details.email_key = self._keys.of_email(email) if email else None
            if shipping is not UNSET:
                details.shipping_address = shipping
            if billing is not UNSET:
                details.billing_address = billing
            if option is not UNSET:
                details.shipping_option_id = option

        return await self._edit(command.token, keep, if_match=command.if_match)

    def _plain(
        self, address: Address | None | UnsetType, pointer: str
    ) -> dict[str, object] | None | UnsetType:
        if not isinstance(address, Address):
            return address
        return msgspec.structs.asdict(self._addresses.check(address, pointer))
