"""What other contexts may ask of identity. None of these opens a unit of work, or needs one."""

from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

from ecommerce.application.shared.address import Address
from ecommerce.domain.shared.ids import UserId


class AddressBook(Protocol):
    async def address(self, account_id: UserId, address_id: UUID) -> Address:
        """An entry of the person's own address book. Raises `NotFound`, also for anybody else's."""
        ...


class AccountEmails(Protocol):
    async def email(self, account_id: UserId) -> str:
        """Where the person is written to. Raises `NotFound`."""
        ...


class SignOuts(Protocol):
    """All sessions of an account end at once."""

    async def end_all(self, account_id: UserId) -> list[UUID]:
        """The ids of those that ended. Only inside a unit of work."""
        ...

    def tell(self, session_ids: Sequence[UUID]) -> None:
        """After it: these have ended, so that this process knows at once."""
        ...


class StaffLeaving(Protocol):
    async def check_leaving(self, account_id: UserId, before: frozenset[str], after: frozenset[str]) -> None:
        """Raises `LastAdmin` when nobody would be admin any more. Only inside a unit of work that holds the
        account's lock.
        """
        ...


class AddressRules(Protocol):
    def check(self, address: Address, pointer: str = "") -> Address:
        """The address in its proper form: country and region in capitals, the phone number in E.164.

        Raises `InvalidValue` with a pointer below the given one (`/shipping_address/country`), or
        `InvalidValues` with all of them. It is strict where an order could not be delivered or taxed, and
        nowhere else.
        """
        ...


class EmailRules(Protocol):
    def check(self, email: str, pointer: str) -> str:
        """A guest's address in its proper form. Raises `InvalidValue`."""
        ...

    def key(self, email: str) -> str:
        """What two spellings of one address have in common; empty for what can't be an address."""
        ...
