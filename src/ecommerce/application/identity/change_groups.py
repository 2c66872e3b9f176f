"""Which groups a customer is in, by staff or the command line."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

import msgspec

from ecommerce.application.audit.contracts import AuditLog
from ecommerce.application.identity.ports import CustomerGroups, EmailAddresses
from ecommerce.application.shared.actor import Actor
from ecommerce.application.shared.ports import UnitOfWork
from ecommerce.domain.identity.customer_groups import Membership
from ecommerce.domain.shared.ids import UserId
from ecommerce.domain.shared.kernel import NotFound

READ, WRITE = "customers:read", "customers:write"


class CustomerGroupsView(msgspec.Struct, frozen=True):
    id: UUID
    email: str
    groups: list[str]

    @classmethod
    def of(cls, membership: Membership) -> "CustomerGroupsView":
        return cls(membership.account_id, membership.email, sorted(membership.groups))


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeGroups:
    """`customer` by id or by e-mail address. `groups` replaces them all; None leaves what they are."""

    customer: UserId | str
    groups: Collection[str] | None = None
    add: Collection[str] = ()
    remove: Collection[str] = ()
    if_match: str | None = None


class ChangeGroupsHandler:
    def __init__(
        self, uow: UnitOfWork, memberships: CustomerGroups, emails: EmailAddresses, audit: AuditLog
    ) -> None:
        self._uow = uow
        self._memberships = memberships
        self._emails = emails
        self._audit = audit

    async def show(self, customer: UserId | str, actor: Actor) -> Membership:
        """Raises `NotFound` and `Forbidden`."""
        actor.require(READ)
        return await self._memberships.find(self._key(customer))

    async def __call__(self, command: ChangeGroups, actor: Actor) -> Membership:
        """Raises `NotFound`, `Forbidden`, `StaleVersion`, and `InvalidValue` for what can't be a group.

        Repeating it changes nothing. The customer's next read of their cart has the new prices.
        """
        actor.require(WRITE)
        async with self._uow.begin():
            before = await self._memberships.lock(self._key(command.customer))
            if self._uow.resumed:
                return before
            before.expect(command.if_match)
            kept = before.groups if command.groups is None else frozenset(command.groups)
            after = before.with_groups((kept | set(command.add)) - set(command.remove))
            if after == before:
                return after
            await self._memberships.save(after)
            await self._audit.record(
                actor,
                "identity.customer_groups_changed",
                f"account:{after.account_id}",
                {"groups": sorted(before.groups)},
                {"groups": sorted(after.groups)},
            )
        return after

    def _key(self, customer: UserId | str) -> UserId | str:
        if isinstance(customer, UUID):
            return customer
        key = self._emails.key(customer)
        if key is None:
            raise NotFound("there is no such account")
        return key
