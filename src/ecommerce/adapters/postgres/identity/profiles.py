"""Accounts as their owners and staff see them, on the cold lane: advanced-alchemy over the ORM."""

from typing import Any

import msgspec
from advanced_alchemy.filters import LimitOffset
from advanced_alchemy.repository import SQLAlchemyAsyncRepository
from sqlalchemy import ColumnElement
from sqlalchemy.ext.asyncio import AsyncSession

from ecommerce.adapters.postgres.sql_unit_of_work import ReadSession, sql_translated
from ecommerce.adapters.postgres.tables.identity import AccountRow
from ecommerce.adapters.postgres.tables.kernel import NOW
from ecommerce.application.identity.ports import ProfileChange
from ecommerce.application.identity.views import User
from ecommerce.domain.shared.ids import UserId
from ecommerce.domain.shared.kernel import NotFound


class AccountRepository(SQLAlchemyAsyncRepository[AccountRow]):
    model_type = AccountRow


class SqlProfiles:
    def __init__(self, session: AsyncSession, reads: ReadSession) -> None:
        self._rows = AccountRepository(session=session, wrap_exceptions=False)
        self._reads = AccountRepository(session=reads, wrap_exceptions=False)

    async def view(self, account_id: UserId) -> User:
        with sql_translated():
            return _user(await self._reads.get_one_or_none(AccountRow.id == account_id))

    async def change(self, account_id: UserId, change: ProfileChange) -> User:
        row = await self._rows.get_one_or_none(
            AccountRow.id == account_id, with_for_update={"key_share": True}
        )
        if row is None:
            raise NotFound("there is no such account")
        for name in change.__struct_fields__:
            value: Any = getattr(change, name)
            if value is not msgspec.UNSET:
                setattr(row, name, value)
        row.updated_at = NOW  # type: ignore[assignment]  # the database's clock, by an SQL expression
        return _user(await self._rows.update(row))


class SqlUserQueries:
    def __init__(self, reads: ReadSession) -> None:
        self._reads = AccountRepository(session=reads, wrap_exceptions=False)

    async def find(self, *, role: str | None, email: str | None, limit: int) -> list[User]:
        wanted: list[ColumnElement[bool]] = [AccountRow.closed_at.is_(None)]
        if role is not None:
            wanted.append(AccountRow.roles.contains([role]))
        if email is not None:
            wanted.append(AccountRow.email_key.contains(email.lower(), autoescape=True))
        with sql_translated():
            rows = await self._reads.get_many(
                *wanted,
                LimitOffset(limit=limit, offset=0),
                order_by=[(AccountRow.created_at, True), (AccountRow.id, True)],
            )
        return [_user(row) for row in rows]


class SqlAccountEmails:
    def __init__(self, reads: ReadSession) -> None:
        self._profiles = SqlProfiles(reads, reads)

    async def email(self, account_id: UserId) -> str:
        return (await self._profiles.view(account_id)).email


def _user(row: AccountRow | None) -> User:
    if row is None:
        raise NotFound("there is no such account")
    return User(
        id=row.id,
        email=row.email,
        email_verified=row.email_verified,
        first_name=row.first_name,
        last_name=row.last_name,
        phone_number=row.phone_number,
        marketing_opt_in=row.marketing_opt_in,
        mfa_enabled=row.mfa_enabled,
        roles=sorted(row.roles),
        created_at=row.created_at,
    )
