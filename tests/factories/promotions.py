"""Promotions and what uses them, written by plain SQL."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import msgspec

from tests.factories.orders import place_order

PROMOTION = "INSERT INTO promotion (id, name, definition) VALUES ($1, $2, $3::text::jsonb)"
CODE = """
INSERT INTO coupon_code (id, promotion_id, code_hash, label, max_uses)
VALUES ($1, $2, uuid_send($1), 'TEST…', $3)
"""


@dataclass
class PromotionFactory:
    """`url` is a migrated database of the test's own."""

    url: str

    async def rows(self, sql: str, *arguments: object) -> Sequence[asyncpg.Record]:
        connection = await asyncpg.connect(self.url)
        try:
            return await connection.fetch(sql, *arguments)
        finally:
            await connection.close()

    async def row(self, sql: str, *arguments: object) -> asyncpg.Record:
        (row,) = await self.rows(sql, *arguments)
        return row

    async def run(self, sql: str, *arguments: object) -> None:
        await self.rows(sql, *arguments)

    async def promotion(
        self,
        name: str = "Summer",
        *,
        max_uses: int | None = None,
        budget: int | None = None,
        per_customer: int | None = None,
        **more: Any,
    ) -> UUID:
        """Ten per cent off everything, unless `more` of the definition says otherwise; a budget is in USD."""
        limits: dict[str, Any] = {"max_uses": max_uses, "per_customer": per_customer}
        if budget is not None:
            limits["budget"] = {"amount": budget, "currency": "USD"}
        definition = {"name": name, "benefit": {"kind": "percentage", "ppm": 100_000}, **limits, **more}
        promotion_id = uuid4()
        await self.run(PROMOTION, promotion_id, name, msgspec.json.encode(definition).decode())
        return promotion_id

    async def code(self, promotion_id: UUID, *, max_uses: int | None = None) -> UUID:
        code_id = uuid4()
        await self.run(CODE, code_id, promotion_id, max_uses)
        return code_id

    async def two_codes(self) -> tuple[UUID, UUID]:
        """Of two promotions."""
        first, second = (
            await self.promotion("Ten", by_code=True),
            await self.promotion("Twenty", by_code=True),
        )
        return await self.code(first), await self.code(second)

    async def order(self) -> UUID:
        """One that could have used a promotion."""
        return (await place_order(self.url)).id
