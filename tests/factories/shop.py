"""A shop with exactly what a test needs, written by plain SQL."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias
from uuid import UUID, uuid4

import asyncpg

if TYPE_CHECKING:
    Connection: TypeAlias = asyncpg.Connection[asyncpg.Record]
else:  # generic to the checker alone
    Connection = asyncpg.Connection

WAREHOUSES = ("EAST", "WEST")


@dataclass
class Product:
    """One product with one variant, as `ShopFactory.product` made it."""

    id: UUID
    variant_id: UUID
    sku: str
    slug: str
    price: int


@dataclass
class ShopFactory:
    """`url` is a migrated database of the test's own."""

    url: str
    category_id: UUID = field(default_factory=uuid4)
    warehouses: dict[str, UUID] = field(default_factory=dict)

    async def connect(self) -> Connection:
        return await asyncpg.connect(self.url)

    async def value(self, sql: str, *arguments: object) -> object:
        connection = await self.connect()
        try:
            return await connection.fetchval(sql, *arguments)
        finally:
            await connection.close()

    async def run(self, sql: str, *arguments: object) -> None:
        connection = await self.connect()
        try:
            await connection.execute(sql, *arguments)
        finally:
            await connection.close()

    async def open(self) -> "ShopFactory":
        """A category and two warehouses, the east one asked first."""
        await self.run(
            "INSERT INTO category (id, path, slug, name) VALUES ($1, ARRAY[$1::uuid], 'things', 'Things')",
            self.category_id,
        )
        for priority, code in enumerate(WAREHOUSES):
            self.warehouses[code] = uuid4()
            await self.run(
                "INSERT INTO warehouse (id, code, name, country, priority) VALUES ($1, $2, $2, 'US', $3)",
                self.warehouses[code],
                code,
                priority,
            )
        return self

    async def product(
        self,
        name: str = "Mug",
        price: int = 1_000,
        stock: int | tuple[int, int] = 10,
        *,
        status: str = "active",
        backorderable: bool = False,
        tracked: bool = True,
    ) -> Product:
        """`stock` lies in the first warehouse, or in both; the price holds in USD alone."""
        made = Product(uuid4(), uuid4(), f"SKU-{uuid4().hex[:8].upper()}", f"p-{uuid4().hex[:12]}", price)
        connection = await self.connect()
        async with connection.transaction():
            await connection.execute(
                "INSERT INTO product (id, slug, name, description, status, category_id)"
                " VALUES ($1, $2, $3, '', $4, $5)",
                made.id,
                made.slug,
                name,
                status,
                self.category_id,
            )
            await connection.execute(
                "INSERT INTO variant (id, product_id, sku, name, tracked, backorderable)"
                " VALUES ($1, $2, $3, '', $4, $5)",
                made.variant_id,
                made.id,
                made.sku,
                tracked,
                backorderable,
            )
            await connection.execute(
                "INSERT INTO variant_price (variant_id, currency, amount) VALUES ($1, 'USD', $2)",
                made.variant_id,
                price,
            )
            if tracked:
                levels = (stock,) if isinstance(stock, int) else stock
                for code, on_hand in zip(WAREHOUSES, levels, strict=False):
                    await self._stock(connection, made.variant_id, code, on_hand, backorderable)
        await connection.close()
        return made

    async def price(self, product: Product, currency: str, amount: int) -> None:
        """What it costs in a currency (now)."""
        await self.run(
            "INSERT INTO variant_price (variant_id, currency, amount) VALUES ($1, $2, $3)"
            " ON CONFLICT (variant_id, currency) DO UPDATE SET amount = excluded.amount",
            product.variant_id,
            currency,
            amount,
        )

    async def _stock(
        self,
        connection: Connection,
        variant_id: UUID,
        code: str,
        on_hand: int,
        backorderable: bool,
    ) -> None:
        await connection.execute(
            "INSERT INTO stock_level (variant_id, warehouse_id, on_hand, backorderable)"
            " VALUES ($1, $2, $3, $4)",
            variant_id,
            self.warehouses[code],
            on_hand,
            backorderable,
        )
        if on_hand:
            await connection.execute(
                "INSERT INTO stock_movement (variant_id, warehouse_id, quantity, kind, actor)"
                " VALUES ($1, $2, $3, 'opening', 'test')",
                variant_id,
                self.warehouses[code],
                on_hand,
            )
