"""Where orders are kept, and how they are read."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

import msgspec

from ecommerce.application.orders.contracts import OrderView
from ecommerce.application.shared.amount import Amount
from ecommerce.domain.shared.ids import UserId


@dataclass(frozen=True, slots=True)
class Reader:
    """Whose orders may be seen: an account's, the one of an order token, or (staff) all of them."""

    account_id: UserId | None = None
    token_hash: bytes | None = None
    sees_all: bool = False


class OrderPage(msgspec.Struct, frozen=True):
    """Newest first. `more` tells whether any follow in the direction that was asked for."""

    orders: list[OrderView]
    count: int
    more: bool


class OrderRow(msgspec.Struct, frozen=True):
    """An order in a list for staff."""

    number: str
    created_at: datetime
    status: str
    payment_status: str
    fulfilment_status: str
    email: str
    total: Amount


@dataclass(frozen=True, slots=True)
class Position:
    """Where a page begins: after (older than) or, going back, before (newer than) this order."""

    created_at: datetime
    order_id: UUID
    backwards: bool = False


class OrderQueries(Protocol):
    async def by_number(self, number: str, reader: Reader) -> OrderView:
        """Raises `NotFound` also for an order that the reader may not see."""
        ...

    async def of_account(
        self, account_id: UserId, size: int, position: Position | None, offset: int
    ) -> OrderPage:
        """One statement."""
        ...

    async def newest(self, status: str | None, limit: int) -> list[OrderRow]:
        """Of everybody, newest first; all or those with one lifecycle status."""
        ...


class LockedOrder(msgspec.Struct, frozen=True):
    """What a change of the lifecycle must know. `cart_owner` is an account id or the hash of a token."""

    id: UUID
    number: str
    status: str
    payment_status: str
    fulfilment_status: str
    currency: str
    account_id: UUID | None
    cart_token_hash: bytes | None


class OrderRepository(Protocol):
    """Only inside a unit of work."""

    async def lock(self, number: str, reader: Reader) -> LockedOrder:
        """Lock the order until the unit of work ends. Raises `NotFound`."""
        ...

    async def overdue(self, limit: int) -> list[UUID]:
        """Unpaid orders whose time is over by the database's clock, those that waited longest first."""
        ...

    async def lock_overdue(self, order_id: UUID) -> LockedOrder | None:
        """Lock it, if it is overdue still. None also when somebody else is at work on it."""
        ...

    async def end(self, order: LockedOrder, status: str, note: str | None, actor: str) -> None:
        """Set `cancelled` or `expired` and write the history."""
        ...

    async def give_lines_back(self, order: LockedOrder, cart_id: UUID) -> None:
        """Put the lines into the owner's open cart, or into a new one with this id, up to a line's limit."""
        ...
