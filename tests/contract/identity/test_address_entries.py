"""What any store of address books promises."""

from uuid import uuid4

import msgspec
import pytest

from ecommerce.adapters.system.ids import Uuid7Ids
from ecommerce.application.identity.views import AddressBookEntry
from ecommerce.application.shared.address import Address
from ecommerce.domain.shared.ids import UserId
from ecommerce.domain.shared.kernel import NotFound
from tests.contract.identity.conftest import Ports

pytestmark = pytest.mark.anyio

HOME = Address(
    first_name="Ada",
    last_name="Lovelace",
    line1="12 St James's Square",
    city="London",
    postal_code="SW1Y 4JH",
    country="GB",
)


def an_entry(*, shipping: bool = False, billing: bool = False) -> AddressBookEntry:
    return AddressBookEntry.of(Uuid7Ids().new(), HOME, shipping=shipping, billing=billing)


async def kept(ports: Ports, account_id: UserId, *entries: AddressBookEntry) -> list[AddressBookEntry]:
    for entry in entries:
        async with ports.plain_uow.begin():
            await ports.entries.lock(account_id)
            await ports.entries.add(account_id, entry)
    return list(entries)


async def test_entries_stay_in_the_order_they_were_added(ports: Ports) -> None:
    owner = (await ports.somebody()).id
    entries = await kept(ports, owner, an_entry(), an_entry(shipping=True), an_entry(billing=True))
    assert await ports.entries.view(owner) == entries
    async with ports.plain_uow.begin():
        assert await ports.entries.lock(owner) == entries
    assert await ports.entries.get(owner, entries[1].id) == entries[1]
    assert await ports.book.address(owner, entries[0].id) == HOME


async def test_each_default_is_one_entry(ports: Ports) -> None:
    owner = (await ports.somebody()).id
    first, second = await kept(ports, owner, an_entry(shipping=True, billing=True), an_entry(shipping=True))
    found = {entry.id: entry for entry in await ports.entries.view(owner)}
    assert (found[first.id].is_default_shipping, found[first.id].is_default_billing) == (False, True)
    async with ports.plain_uow.begin():
        taking = msgspec.structs.replace(second, is_default_billing=True, city="Leeds")
        await ports.entries.change(owner, taking)
    found = {entry.id: entry for entry in await ports.entries.view(owner)}
    assert not found[first.id].is_default_billing
    assert found[second.id] == taking


async def test_a_foreign_entry_is_absent_and_untouched(ports: Ports) -> None:
    owner = (await ports.somebody()).id
    stranger = (await ports.somebody("eve@example.com")).id
    (entry,) = await kept(ports, owner, an_entry(shipping=True))
    await kept(ports, stranger, an_entry(shipping=True))
    with pytest.raises(NotFound):
        await ports.entries.get(stranger, entry.id)
    with pytest.raises(NotFound):
        await ports.book.address(stranger, entry.id)
    with pytest.raises(NotFound):
        async with ports.plain_uow.begin():
            await ports.entries.change(stranger, entry)
    with pytest.raises(NotFound):
        async with ports.plain_uow.begin():
            await ports.entries.remove(stranger, entry.id)
    assert await ports.entries.view(owner) == [entry]


async def test_a_removed_entry_is_gone(ports: Ports) -> None:
    owner = (await ports.somebody()).id
    (entry,) = await kept(ports, owner, an_entry())
    async with ports.plain_uow.begin():
        await ports.entries.remove(owner, entry.id)
    assert await ports.entries.view(owner) == []
    with pytest.raises(NotFound):
        async with ports.plain_uow.begin():
            await ports.entries.remove(owner, entry.id)


async def test_nobody_has_no_book(ports: Ports) -> None:
    with pytest.raises(NotFound):
        async with ports.plain_uow.begin():
            await ports.entries.lock(UserId(uuid4()))
