"""Who buys, and where it goes: from the request, the address book, or what the cart has gathered."""

from dataclasses import dataclass
from uuid import UUID

from ecommerce.application.cart.contracts import CheckoutCart
from ecommerce.application.identity.contracts import AccountEmails, AddressBook, AddressRules, EmailRules
from ecommerce.application.shared.address import Address
from ecommerce.application.shared.call import Call
from ecommerce.application.shared.customer_keys import CustomerKeys
from ecommerce.domain.shared.ids import UserId
from ecommerce.domain.shared.kernel import InvalidValue


@dataclass(frozen=True, slots=True, kw_only=True)
class DetailsGiven:
    """As the request told it; None is left out."""

    email: str | None = None
    shipping_address: Address | None = None
    shipping_address_id: UUID | None = None
    billing_address: Address | None = None
    billing_address_id: UUID | None = None
    shipping_option_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BuyerDetails:
    """`customer_keys` are all that stand for the buyer in limits a customer, `email_key` among them."""

    account_id: UserId | None
    email: str
    email_key: bytes
    customer_keys: list[bytes]
    shipping_address: Address
    billing_address: Address
    shipping_option_id: str
    vat_number: str | None


class BuyerDetailsResolver:
    """Raises `InvalidValue` naming what is missing, and `NotFound` for an address that isn't the buyer's."""

    def __init__(
        self,
        addresses: AddressBook,
        emails: AccountEmails,
        address_rules: AddressRules,
        email_rules: EmailRules,
        keys: CustomerKeys,
        call: Call,
    ) -> None:
        self._addresses = addresses
        self._emails = emails
        self._address_rules = address_rules
        self._email_rules = email_rules
        self._keys = keys
        self._call = call

    async def resolve(self, given: DetailsGiven, cart: CheckoutCart) -> BuyerDetails:
        shipping = await self._one_of(
            given.shipping_address, given.shipping_address_id, "/shipping_address", cart.shipping_address
        )
        if shipping is None:
            raise InvalidValue("where should it go?", pointer="/shipping_address")
        billing = await self._one_of(
            given.billing_address, given.billing_address_id, "/billing_address", cart.billing_address
        )
        option = given.shipping_option_id or cart.shipping_option_id
        if option is None:
            raise InvalidValue("choose one of the quote's shipping options", pointer="/shipping_option_id")
        account_id = self._call.actor.account_id
        email = await self._email(given.email or cart.email)
        email_key = self._keys.of_email(email)
        account_keys = [] if account_id is None else [self._keys.of_account(account_id)]
        return BuyerDetails(
            account_id=account_id,
            email=email,
            email_key=email_key,
            customer_keys=[*account_keys, email_key],
            shipping_address=shipping,
            billing_address=billing or shipping,
            shipping_option_id=option,
            vat_number=cart.vat_number,
        )

    async def _one_of(
        self, given: Address | None, address_id: UUID | None, pointer: str, gathered: Address | None
    ) -> Address | None:
        if given is not None and address_id is not None:
            raise InvalidValue("give an address or the id of one, not both", pointer=pointer)
        if given is not None:
            return self._address_rules.check(given, pointer)
        if address_id is not None:
            return await self._addresses.address(self._call.actor.require_account(), address_id)
        return gathered

    async def _email(self, given: str | None) -> str:
        if self._call.actor.account_id is not None:
            return await self._emails.email(self._call.actor.account_id)
        if given is None:
            raise InvalidValue("a guest's order needs an e-mail address", pointer="/email")
        return self._email_rules.check(given, "/email")
