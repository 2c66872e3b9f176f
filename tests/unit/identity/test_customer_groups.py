"""Which groups a customer is in."""

from uuid import uuid4

import pytest

from ecommerce.adapters.contact.email_addresses import CheckedEmailAddresses
from ecommerce.adapters.memory.audit import MemoryAuditLog
from ecommerce.adapters.memory.identity import MemoryAccounts, MemoryCustomerGroups
from ecommerce.adapters.memory.unit_of_work import MemoryOutbox, MemoryUnitOfWork
from ecommerce.application.identity.change_groups import ChangeGroups, ChangeGroupsHandler
from ecommerce.application.shared.actor import Actor
from ecommerce.domain.identity.customer_groups import Membership
from ecommerce.domain.shared.ids import UserId
from ecommerce.domain.shared.kernel import Forbidden, InvalidValue, NotFound, StaleVersion
from tests.contract.identity.conftest import new_account

pytestmark = pytest.mark.anyio
CLERK = Actor(
    label="staff:1", account_id=UserId(uuid4()), permissions=frozenset({"customers:read", "customers:write"})
)


class Desk:
    def __init__(self) -> None:
        uow = MemoryUnitOfWork()
        self.accounts = MemoryAccounts(MemoryOutbox(uow))
        self.audit = MemoryAuditLog()
        self.ada = new_account("Ada@example.com")
        self.accounts.by_id[self.ada.id] = self.ada
        self.handle = ChangeGroupsHandler(
            uow, MemoryCustomerGroups(self.accounts), CheckedEmailAddresses(reserved=True), self.audit
        )

    async def change(self, actor: Actor = CLERK, **what: object) -> Membership:
        return await self.handle(ChangeGroups(**{"customer": self.ada.id, **what}), actor)  # type: ignore[arg-type]


@pytest.fixture
def desk() -> Desk:
    return Desk()


async def test_groups_are_replaced_added_and_taken_away(desk: Desk) -> None:
    assert (await desk.change(groups=["trade", "school"])).groups == {"trade", "school"}
    assert (await desk.change(add=["staff"], remove=["school"])).groups == {"trade", "staff"}
    assert (await desk.change(customer="ADA@example.com", groups=[])).groups == frozenset()
    assert [(entry[1], entry[3], entry[4]) for entry in desk.audit.entries] == [
        ("identity.customer_groups_changed", {"groups": []}, {"groups": ["school", "trade"]}),
        (
            "identity.customer_groups_changed",
            {"groups": ["school", "trade"]},
            {"groups": ["staff", "trade"]},
        ),
        ("identity.customer_groups_changed", {"groups": ["staff", "trade"]}, {"groups": []}),
    ]


async def test_what_changes_nothing_is_not_told(desk: Desk) -> None:
    await desk.change(groups=["trade"])
    await desk.change(groups=["trade", "trade"])
    await desk.change(add=["trade"], remove=["school"])

    assert len(desk.audit.entries) == 1


async def test_a_change_of_what_others_changed_is_refused(desk: Desk) -> None:
    read = await desk.handle.show(desk.ada.id, CLERK)
    await desk.change(groups=["trade"], if_match=read.etag)

    with pytest.raises(StaleVersion):
        await desk.change(groups=["school"], if_match=read.etag)

    assert (await desk.handle.show("ada@example.com", CLERK)).groups == {"trade"}


@pytest.mark.parametrize(
    "groups",
    [
        ["Trade"],
        ["trade\n"],
        [""],
        ["-a"],
        ["a" * 65],
        ["a b"],
        ["\u00e9"],
        [f"g{number}" for number in range(51)],
    ],
)
async def test_what_can_be_no_group_is_refused(desk: Desk, groups: list[str]) -> None:
    with pytest.raises(InvalidValue):
        await desk.change(groups=groups)


@pytest.mark.parametrize("customer", [UserId(uuid4()), "nobody@example.com", "no address"])
async def test_nobody_has_no_groups(desk: Desk, customer: UserId | str) -> None:
    with pytest.raises(NotFound):
        await desk.change(customer=customer, groups=["trade"])


async def test_a_customer_chooses_none_for_themselves(desk: Desk) -> None:
    with pytest.raises(Forbidden):
        await desk.change(Actor(account_id=desk.ada.id), groups=["trade"])
