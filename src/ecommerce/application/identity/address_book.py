"""Somebody looks after their address book."""

from dataclasses import dataclass
from uuid import UUID

import msgspec

from ecommerce.application.identity.contracts import AddressRules
from ecommerce.application.identity.ports import AddressEntries, PlainUnitOfWork
from ecommerce.application.identity.views import AddressBookEntry
from ecommerce.application.shared.actor import Actor
from ecommerce.application.shared.address import Address
from ecommerce.application.shared.ports import Ids
from ecommerce.domain.shared.ids import UserId
from ecommerce.domain.shared.kernel import Conflict, NotFound

MOST_ADDRESSES = 100


class AddressBookFull(Conflict):
    code = "address-book-full"


@dataclass(frozen=True, slots=True, kw_only=True)
class AddAddress:
    address: Address
    is_default_shipping: bool = False
    is_default_billing: bool = False


class AddAddressHandler:
    def __init__(self, uow: PlainUnitOfWork, entries: AddressEntries, rules: AddressRules, ids: Ids) -> None:
        self._uow = uow
        self._entries = entries
        self._rules = rules
        self._ids = ids

    async def __call__(self, command: AddAddress, actor: Actor) -> AddressBookEntry:
        """Raises `InvalidValue` and `AddressBookFull`."""
        account_id = actor.require_account()
        entry = AddressBookEntry.of(
            self._ids.new(),
            self._rules.check(command.address),
            shipping=command.is_default_shipping,
            billing=command.is_default_billing,
        )
        async with self._uow.begin():
            if len(await self._entries.lock(account_id)) >= MOST_ADDRESSES:
                raise AddressBookFull(f"an address book holds at most {MOST_ADDRESSES} addresses")
            await self._entries.add(account_id, entry)
        return entry


class AddressChange(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be different; what is UNSET stays."""

    first_name: str | msgspec.UnsetType = msgspec.UNSET
    last_name: str | msgspec.UnsetType = msgspec.UNSET
    company: str | None | msgspec.UnsetType = msgspec.UNSET
    line1: str | msgspec.UnsetType = msgspec.UNSET
    line2: str | None | msgspec.UnsetType = msgspec.UNSET
    city: str | msgspec.UnsetType = msgspec.UNSET
    region: str | None | msgspec.UnsetType = msgspec.UNSET
    postal_code: str | msgspec.UnsetType = msgspec.UNSET
    country: str | msgspec.UnsetType = msgspec.UNSET
    phone_number: str | None | msgspec.UnsetType = msgspec.UNSET
    is_default_shipping: bool | msgspec.UnsetType = msgspec.UNSET
    is_default_billing: bool | msgspec.UnsetType = msgspec.UNSET


class ChangeAddressHandler:
    def __init__(self, uow: PlainUnitOfWork, entries: AddressEntries, rules: AddressRules) -> None:
        self._uow = uow
        self._entries = entries
        self._rules = rules

    async def __call__(self, address_id: UUID, change: AddressChange, actor: Actor) -> AddressBookEntry:
        """Raises `NotFound`, and `InvalidValue` unless the whole address is right afterwards."""
        account_id = actor.require_account()
        async with self._uow.begin():
            entry = await self._held(account_id, address_id)
            given = {
                name: value
                for name in change.__struct_fields__
                if (value := getattr(change, name)) is not msgspec.UNSET
            }
            wanted = msgspec.structs.replace(entry, **given)
            entry = AddressBookEntry.of(
                address_id,
                self._rules.check(wanted.address()),
                shipping=wanted.is_default_shipping,
                billing=wanted.is_default_billing,
            )
            await self._entries.change(account_id, entry)
        return entry

    async def _held(self, account_id: UserId, address_id: UUID) -> AddressBookEntry:
        for entry in await self._entries.lock(account_id):
            if entry.id == address_id:
                return entry
        raise NotFound("there is no such address")


class RemoveAddressHandler:
    def __init__(self, uow: PlainUnitOfWork, entries: AddressEntries) -> None:
        self._uow = uow
        self._entries = entries

    async def __call__(self, address_id: UUID, actor: Actor) -> None:
        """Raises `NotFound`."""
        account_id = actor.require_account()
        async with self._uow.begin():
            await self._entries.remove(account_id, address_id)
