"""Address books, on the cold lane: advanced-alchemy over the ORM."""

from uuid import UUID

from advanced_alchemy.repository import SQLAlchemyAsyncRepository
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from ecommerce.adapters.postgres.sql_unit_of_work import ReadSession, sql_translated
from ecommerce.adapters.postgres.tables.identity import AccountRow, AddressRow
from ecommerce.application.identity.views import AddressBookEntry
from ecommerce.application.shared.address import Address
from ecommerce.domain.shared.ids import UserId
from ecommerce.domain.shared.kernel import NotFound


class AddressRepository(SQLAlchemyAsyncRepository[AddressRow]):
    model_type = AddressRow


class SqlAddressEntries:
    def __init__(self, session: AsyncSession, reads: ReadSession) -> None:
        self._session = session
        self._rows = AddressRepository(session=session, wrap_exceptions=False)
        self._reads = AddressRepository(session=reads, wrap_exceptions=False)

    async def view(self, account_id: UserId) -> list[AddressBookEntry]:
        with sql_translated():
            return await _all(self._reads, account_id)

    async def get(self, account_id: UserId, address_id: UUID) -> AddressBookEntry:
        with sql_translated():
            return _entry(await _find(self._reads, account_id, address_id))

    async def lock(self, account_id: UserId) -> list[AddressBookEntry]:
        # Its owner's row stands for the whole book: there is none yet to lock for the first address.
        owner = select(AccountRow.id).where(AccountRow.id == account_id).with_for_update(key_share=True)
        if await self._session.scalar(owner) is None:
            raise NotFound("there is no such account")
        return await _all(self._rows, account_id)

    async def add(self, account_id: UserId, entry: AddressBookEntry) -> None:
        await self._yield_defaults(account_id, entry)
        row = AddressRow(account_id=account_id)
        _fill(row, entry)
        await self._rows.add(row, auto_refresh=False)

    async def change(self, account_id: UserId, entry: AddressBookEntry) -> None:
        row = await _find(self._rows, account_id, entry.id)
        await self._yield_defaults(account_id, entry)
        _fill(row, entry)
        await self._session.flush()

    async def remove(self, account_id: UserId, address_id: UUID) -> None:
        gone = await self._rows.delete_where(AddressRow.account_id == account_id, AddressRow.id == address_id)
        if not gone:
            raise NotFound("there is no such address")

    async def _yield_defaults(self, account_id: UserId, entry: AddressBookEntry) -> None:
        """Before it is written: the unique indexes look at every statement."""
        for taken, column in (
            (entry.is_default_shipping, AddressRow.is_default_shipping),
            (entry.is_default_billing, AddressRow.is_default_billing),
        ):
            if taken:
                others = (AddressRow.account_id == account_id, AddressRow.id != entry.id, column)
                await self._session.execute(update(AddressRow).where(*others).values({column: False}))


class SqlAddressBook:
    def __init__(self, reads: ReadSession) -> None:
        self._entries = SqlAddressEntries(reads, reads)

    async def address(self, account_id: UserId, address_id: UUID) -> Address:
        return (await self._entries.get(account_id, address_id)).address()


async def _all(rows: AddressRepository, account_id: UserId) -> list[AddressBookEntry]:
    # Ids are made in the order of time.
    found = await rows.get_many(AddressRow.account_id == account_id, order_by=(AddressRow.id, False))
    return [_entry(row) for row in found]


async def _find(rows: AddressRepository, account_id: UserId, address_id: UUID) -> AddressRow:
    found = await rows.get_one_or_none(AddressRow.account_id == account_id, AddressRow.id == address_id)
    if found is None:
        raise NotFound("there is no such address")
    return found


def _fill(row: AddressRow, entry: AddressBookEntry) -> None:
    for name in entry.__struct_fields__:
        setattr(row, name, getattr(entry, name))


def _entry(row: AddressRow) -> AddressBookEntry:
    return AddressBookEntry(**{name: getattr(row, name) for name in AddressBookEntry.__struct_fields__})
