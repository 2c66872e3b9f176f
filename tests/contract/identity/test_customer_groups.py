"""What any store of customers' groups promises."""

from uuid import uuid4

import pytest

from ecommerce.domain.shared.ids import UserId
from ecommerce.domain.shared.kernel import NotFound
from tests.contract.identity.conftest import Ports

pytestmark = pytest.mark.anyio


async def test_a_customer_starts_in_no_group_and_keeps_what_is_saved(ports: Ports) -> None:
    account = await ports.somebody("Ada@example.com")
    async with ports.uow.begin():
        before = await ports.groups.lock(account.id)
        await ports.groups.save(before.with_groups(["trade", "early-birds"]))

    by_id, by_key = await ports.groups.find(account.id), await ports.groups.find("ada@example.com")

    assert (before.groups, before.email) == (frozenset(), "Ada@example.com")
    assert by_id == by_key
    assert by_id.groups == {"trade", "early-birds"}
    assert by_id.etag != before.etag


async def test_a_customer_may_leave_every_group(ports: Ports) -> None:
    account = await ports.somebody()
    for groups in (["trade"], []):
        async with ports.uow.begin():
            await ports.groups.save((await ports.groups.lock("ada@example.com")).with_groups(groups))

    assert (await ports.groups.find(account.id)).groups == frozenset()


async def test_nobody_is_in_no_group(ports: Ports) -> None:
    for nobody in (UserId(uuid4()), "nobody@example.com"):
        with pytest.raises(NotFound):
            await ports.groups.find(nobody)
        with pytest.raises(NotFound):
            async with ports.uow.begin():
                await ports.groups.lock(nobody)
