"""Orders as they are shown: one statement each, no aggregate."""

from uuid import UUID

from ecommerce.adapters.postgres.database import Database
from ecommerce.adapters.postgres.orders.view import VIEW, read_view
from ecommerce.application.orders.contracts import OrderView
from ecommerce.application.orders.ports import OrderPage, OrderRow, Position, Reader
from ecommerce.application.shared.amount import Amount
from ecommerce.domain.shared.ids import UserId
from ecommerce.domain.shared.kernel import NotFound

BY_ID = f"SELECT {VIEW} FROM sales_order o WHERE o.id = $1"

# Whose it is stands in the WHERE: what is not the reader's is as good as absent.
MAY_SEE = "($2 OR o.account_id = $3 OR o.token_hash = $4)"
BY_NUMBER = f"SELECT {VIEW} FROM sales_order o WHERE o.number = $1 AND {MAY_SEE}"

# Counts further than this are told as a minimum, so that they cost the same for everyone.
COUNT_LIMIT = 10_000

_PAGE = f"""
SELECT p.view,
  (SELECT count(*) FROM (SELECT FROM sales_order WHERE account_id = $1 LIMIT {COUNT_LIMIT + 1}) c)
FROM (SELECT) one LEFT JOIN (
  SELECT {VIEW} AS view, o.created_at, o.id FROM sales_order o
  WHERE o.account_id = $1 AND ($2::timestamptz IS NULL OR (o.created_at, o.id) {{beyond}} ($2, $3::uuid))
  ORDER BY o.created_at {{order}}, o.id {{order}} LIMIT $4 OFFSET $5
) p ON true
ORDER BY p.created_at DESC, p.id DESC
"""
OLDER = _PAGE.format(beyond="<", order="DESC")
NEWER = _PAGE.format(beyond=">", order="ASC")

NEWEST = """
SELECT number, created_at, status, payment_status, fulfilment_status, email, total, currency FROM sales_order
WHERE $1::text IS NULL OR status = $1 ORDER BY created_at DESC, id DESC LIMIT $2
"""


class PgOrderQueries:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def by_id(self, order_id: UUID) -> OrderView:
        row = await self._database.fetch_row(BY_ID, order_id)
        if row is None:
            raise NotFound("there is no such order")
        return read_view(row[0])

    async def by_number(self, number: str, reader: Reader) -> OrderView:
        row = await self._database.fetch_row(
            BY_NUMBER, number, reader.sees_all, reader.account_id, reader.token_hash
        )
        if row is None:
            raise NotFound("there is no such order")
        return read_view(row[0])

    async def of_account(
        self, account_id: UserId, size: int, position: Position | None, offset: int
    ) -> OrderPage:
        backwards = position is not None and position.backwards
        rows = await self._database.fetch(
            NEWER if backwards else OLDER,
            account_id,
            position.created_at if position else None,
            position.order_id if position else None,
            size + 1,
            offset,
        )
        orders = [read_view(row[0]) for row in rows if row[0] is not None]
        more = len(orders) > size
        if more:
            orders = orders[1:] if backwards else orders[:size]
        return OrderPage(orders=orders, count=rows[0][1], more=more)

    async def newest(self, status: str | None, limit: int) -> list[OrderRow]:
        rows = await self._database.fetch(NEWEST, status, limit)
        return [
            OrderRow(
                number=row["number"],
                created_at=row["created_at"],
                status=row["status"],
                payment_status=row["payment_status"],
                fulfilment_status=row["fulfilment_status"],
                email=row["email"],
                total=Amount(row["total"], row["currency"]),
            )
            for row in rows
        ]
