"""Who holds a role."""

import asyncpg

from ecommerce.adapters.postgres.database import Database
from ecommerce.adapters.postgres.parts import newest_first
from ecommerce.adapters.postgres.unit_of_work import PgUnitOfWork
from ecommerce.application.identity.staff_ports import StaffMember
from ecommerce.application.shared.listing import Part, Place
from ecommerce.domain.identity.roles import ADMIN
from ecommerce.domain.shared.ids import UserId
from ecommerce.domain.shared.kernel import NotFound

COLUMNS = "id, email, first_name, last_name, roles, created_at"
# The first condition as the partial index says it.
STAFF = "roles <> '{}' AND closed_at IS NULL"
FIND = f"SELECT {COLUMNS} FROM account WHERE id = $1 AND {STAFF}"
# One at a time over all processes: two that each take the role from one of the last two would see the other.
LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('ecommerce.admins', 0))"
# A statement of its own: only what begins after the lock was had sees what its last holder did.
OTHERS = f"SELECT count(*) FROM account WHERE {STAFF} AND roles @> ARRAY[$2::text] AND id <> $1"


class PgStaffRoster:
    def __init__(self, database: Database, uow: PgUnitOfWork) -> None:
        self._database = database
        self._uow = uow

    async def page(self, size: int, offset: int, place: Place | None, role: str | None) -> Part[StaffMember]:
        conditions = [] if role is None else [("roles @> ARRAY[{}::text]", role)]
        source = f"(SELECT {COLUMNS} FROM account WHERE {STAFF}) staff"
        return await newest_first(
            self._database, source, COLUMNS, [("id", "uuid")], size, offset, place, conditions, _member
        )

    async def find(self, account_id: UserId) -> StaffMember:
        row = await self._database.fetch_row(FIND, account_id)
        if row is None:
            raise NotFound("nobody of the staff has this id")
        return _member(row)

    async def other_admins(self, account_id: UserId) -> int:
        await self._uow.connection.execute(LOCK)
        found: int = await self._uow.connection.fetchval(OTHERS, account_id, ADMIN)
        return found


def _member(row: asyncpg.Record) -> StaffMember:
    return StaffMember(
        id=row["id"],
        email=row["email"],
        first_name=row["first_name"],
        last_name=row["last_name"],
        roles=sorted(row["roles"]),
        created_at=row["created_at"],
    )
