"""Keep what a checkout of several pages has gathered."""

from dataclasses import dataclass

import msgspec
from msgspec import UNSET, UnsetType

from ecommerce.application.cart.edit_cart import CartEditor
from ecommerce.application.cart.ports import LoadedCart
from ecommerce.application.cart.view import ShownCart
from ecommerce.application.identity.contracts import AddressRules, EmailRules
from ecommerce.application.pricing.contracts import VatNumbers
from ecommerce.application.shared.address import Address
from ecommerce.application.shared.customer_keys import CustomerKeys
from ecommerce.application.shared.faults import Faults


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepDetails:
    """UNSET leaves a field as it is, None clears it."""

    token: str | None
    email: str | None | UnsetType = UNSET
    shipping_address: Address | None | UnsetType = UNSET
    billing_address: Address | None | UnsetType = UNSET
    shipping_option_id: str | None | UnsetType = UNSET
    vat_number: str | None | UnsetType = UNSET
    if_match: str | None = None


class KeepDetailsHandler:
    """Raises `InvalidValue` for an address, an e-mail address or a VAT number that can't be used."""

    def __init__(
        self,
        edit: CartEditor,
        addresses: AddressRules,
        emails: EmailRules,
        keys: CustomerKeys,
        vat_numbers: VatNumbers,
    ) -> None:
        self._edit = edit
        self._addresses = addresses
        self._emails = emails
        self._keys = keys
        self._vat_numbers = vat_numbers

    async def __call__(self, command: KeepDetails) -> ShownCart:
        email, option, vat = command.email, command.shipping_option_id, command.vat_number
        faults = Faults()
        if isinstance(email, str):
            email = faults.note(self._emails.check, email, "/email")
        shipping = faults.note(self._plain, command.shipping_address, "/shipping_address")
        billing = faults.note(self._plain, command.billing_address, "/billing_address")
        if isinstance(vat, str):
            vat = faults.note(self._normal_vat_number, vat)
        faults.settle()

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
            if vat is not UNSET:
                details.vat_number = vat

        # Limits count a customer by the address: whose they are changes with it.
        reread = email is not UNSET
        return await self._edit(command.token, keep, if_match=command.if_match, reread=reread)

    def _plain(
        self, address: Address | None | UnsetType, pointer: str
    ) -> dict[str, object] | None | UnsetType:
        if not isinstance(address, Address):
            return address
        return msgspec.structs.asdict(self._addresses.check(address, pointer))

    def _normal_vat_number(self, raw: str) -> str:
        return self._vat_numbers.normalize(raw, "/vat_number").number
