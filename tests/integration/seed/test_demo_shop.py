"""The demo shop keeps what the contract says of it."""

import asyncio
import struct
import zlib
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from ecommerce.adapters.contact.places import IsoPlaces
from ecommerce.adapters.media.folder import FolderMedia
from ecommerce.adapters.media.pictures import drawings
from ecommerce.adapters.memory.audit import MemoryAuditLog
from ecommerce.adapters.memory.records import MemoryRecords
from ecommerce.adapters.memory.unit_of_work import MemoryUnitOfWork
from ecommerce.adapters.postgres.database import Database
from ecommerce.adapters.postgres.pricing.rulebook import PgRulebookSource
from ecommerce.adapters.postgres.seed.people import DemoAccount
from ecommerce.adapters.postgres.seed.zones import shipping_zones, tax_zones
from ecommerce.adapters.system.clock import SystemClock
from ecommerce.adapters.system.ids import Uuid7Ids
from ecommerce.application.catalog.products import ProductFilters, ProductSearch
from ecommerce.application.pricing.ports import Parcel
from ecommerce.application.pricing.shipping_zones import ShippingZoneEditor
from ecommerce.application.pricing.tax_zones import TaxZoneEditor
from ecommerce.application.shared.actor import Actor
from ecommerce.application.shared.call import Call
from ecommerce.application.shared.records import Desk
from ecommerce.domain.pricing.area import Place, ZoneMap
from ecommerce.domain.shared.kernel import NotFound
from ecommerce.entrypoints.bootstrap.seeding import Demo, ShopNotEmpty, run_seed, seed_shop
from tests.factories.catalogue import opened, queries

pytestmark = pytest.mark.anyio
LEAVES = "SELECT slug FROM category c WHERE NOT EXISTS (SELECT FROM category b WHERE b.parent_id = c.id)"


@pytest.fixture
async def shop(database_url: str, tmp_path: Path) -> AsyncIterator[Database]:
    async with opened(database_url) as database:
        await seed_shop(database, products=1_000, orders=200, customers=30, media=tmp_path)
        yield database


async def value(database: Database, sql: str, *arguments: object) -> Any:
    row = await database.fetch_row(sql, *arguments)
    assert row is not None
    return row[0]


async def test_the_contract_holds_for_a_thousand_products(shop: Database) -> None:
    reader = queries(shop)
    leaves = [row["slug"] for row in await shop.fetch(LEAVES)]
    assert await value(shop, "SELECT min(cardinality(path)) FROM category WHERE slug = ANY($1)", leaves) == 3
    for leaf in leaves:
        whole = ProductSearch(currency="USD", filters=ProductFilters(category=leaf))
        cheap = ProductSearch(currency="USD", filters=ProductFilters(category=leaf, price_max=50_000))
        assert (await reader.find(whole)).count >= 30
        assert (await reader.find(cheap)).count >= 24

    names = [row["name"] for row in await shop.fetch("SELECT name FROM product WHERE status = 'active'")]
    words = Counter(word for name in names for word in set(name.lower().split()))
    common = [word for word, count in words.items() if count >= 24 and len(word) > 4]
    assert len(common) > 20
    found = await reader.find(ProductSearch(currency="USD", filters=ProductFilters(q=common[0])))
    assert found.count >= 24
    assert max(map(len, names)) > 150
    assert sum(not name.isascii() for name in names) > 30

    currencies = await shop.fetch("SELECT currency, count(*) FROM variant_price GROUP BY 1 ORDER BY 1")
    assert [row["currency"] for row in currencies] == ["EUR", "GBP", "JPY", "USD"]
    assert len({row["count"] for row in currencies}) == 1
    assert await value(shop, "SELECT count(*) FROM variant_price WHERE compare_at IS NOT NULL") > 100
    assert await value(shop, "SELECT count(*) FROM product WHERE status = 'draft'") == 20


async def test_stock_is_ten_thousand_of_each_but_for_what_is_sold_out(shop: Database) -> None:
    rows = await shop.fetch(
        "SELECT sum(on_hand) AS in_all, count(*) AS places FROM stock_level GROUP BY variant_id"
    )
    in_all = Counter(row["in_all"] for row in rows)
    assert {row["places"] for row in rows} == {2}
    assert set(in_all) == {0, 10_000}
    assert 0.01 < in_all[0] / len(rows) < 0.15
    untracked = "SELECT count(*) FROM variant v WHERE NOT tracked"
    assert await value(shop, untracked) > 0
    with_stock = untracked + " AND EXISTS (SELECT FROM stock_level l WHERE l.variant_id = v.id)"
    assert await value(shop, with_stock) == 0
    assert await value(shop, "SELECT count(*) FROM stock_movement WHERE kind = 'sale'") > 100


async def test_the_same_seed_makes_the_same_shop(shop: Database, tmp_path: Path) -> None:
    async def content() -> list[Any]:
        tables = (
            "product",
            "variant",
            "variant_price",
            "sales_order",
            "order_line",
            "product_doc",
            "address",
            "tax_zone",
            "shipping_zone",
        )
        return [
            await value(shop, f"SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) FROM {table} t")
            for table in tables
        ]

    first = await content()
    await seed_shop(shop, products=1_000, orders=200, customers=30, media=tmp_path, reset=True)
    assert await content() == first
    await seed_shop(shop, products=1_000, orders=200, customers=30, media=tmp_path, reset=True, seed=43)
    assert all(a != b for a, b in zip(await content(), first, strict=True))


async def test_examples_of_zones_are_such_as_staff_could_have_drawn(shop: Database) -> None:
    book = await PgRulebookSource(shop).load()
    taxes, shipping = ZoneMap(book.tax_zones), ZoneMap(book.shipping_zones)
    names = await shop.fetch("SELECT name FROM tax_zone UNION ALL SELECT name FROM shipping_zone")
    assert all(row["name"].startswith("Example: ") and "2026-11" in row["name"] for row in names)

    for place in (
        Place.of("US", "TX", "75001"),
        Place.of("US", "HI", "96801"),
        Place.of("GB", None, "SW1A 1AA"),
        Place.of("DE", None, "10115"),
        Place.of("FR", None, "75001"),
        Place.of("JP", "13", "100-0001"),
    ):
        zone = shipping.at(place)
        assert zone is not None
        for currency, grams in (("USD", 0), ("EUR", 500), ("GBP", 10**6), ("JPY", 10**9)):
            parcel = Parcel(worth=1, units=10**5, weight_grams=grams, sides_mm=(10**5,) * 3)
            offers = {method.code: price for method, price in zone.offers(parcel, currency)}
            assert set(offers) == {"standard", "express"}
            assert 0 < offers["standard"] < offers["express"]

    cook = taxes.at(Place.of("US", "IL", "60614"))
    assert cook is not None
    assert [rate.ppm for rate in cook.rates["standard"]] == [62_500, 17_500]
    assert taxes.at(Place.of("US", "OR", "97201")) is None
    germany = taxes.at(Place.of("DE"))
    assert germany is not None
    assert germany.reverse_charge

    uow = MemoryUnitOfWork()
    desk = Desk(uow, MemoryAuditLog(), Uuid7Ids(), SystemClock(), Call())
    tax_office = TaxZoneEditor(desk, MemoryRecords(uow), IsoPlaces())
    shipping_office = ShippingZoneEditor(desk, MemoryRecords(uow), IsoPlaces())
    for tax_zone in tax_zones():
        kept = await tax_office.create(tax_zone, Actor.system("test"))
        assert kept.definition == tax_zone
    for shipping_zone in shipping_zones():
        sent = await shipping_office.create(shipping_zone, Actor.system("test"))
        assert sent.definition == shipping_zone


async def test_zones_that_are_there_already_stay_alone(database_url: str) -> None:
    async with opened(database_url) as database:
        await database.execute(
            "INSERT INTO tax_zone (id, name, definition) VALUES (gen_random_uuid(), 'Ours', $1)",
            {"name": "Ours", "areas": [{"country": "DE"}]},
        )
        await seed_shop(database, products=24)

        assert [row["name"] for row in await database.fetch("SELECT name FROM tax_zone")] == ["Ours"]
        assert await value(database, "SELECT count(*) FROM shipping_zone") == 5


async def test_a_shop_is_not_filled_twice(database_url: str) -> None:
    async with opened(database_url) as database:
        account = DemoAccount("a@example.com", "a@example.com", "hash", ("admin",))
        await seed_shop(database, products=24, accounts=[account])
        with pytest.raises(ShopNotEmpty):
            await seed_shop(database, products=24)
        assert await value(database, "SELECT roles FROM account") == ["admin"]
        await seed_shop(database, products=0, reset=True)
        assert await value(database, "SELECT count(*) FROM product") == 0


async def test_production_is_never_emptied(database_url: str) -> None:
    environment = {
        "ECOMMERCE_ENV": "production",
        "ECOMMERCE_BASE_URL": "https://shop.example.com",
        "ECOMMERCE_ALLOWED_HOSTS": "shop.example.com",
        "ECOMMERCE_SECRET_KEY": "s" * 32,
        "ECOMMERCE_DATABASE_URL": database_url,
        "ECOMMERCE_REDIS_URL": "redis://127.0.0.1:1/0",
        "ECOMMERCE_STRIPE_API_KEY": "sk_live_x",
        "ECOMMERCE_STRIPE_PUBLISHABLE_KEY": "pk_live_x",
        "ECOMMERCE_STRIPE_WEBHOOK_SECRETS": "whsec_x",
        "ECOMMERCE_SMTP_URL": "smtp://127.0.0.1:1",
        "ECOMMERCE_MAIL_FROM": "shop@example.com",
    }
    with pytest.raises(Exception, match="production"):
        await run_seed(environment, Demo(reset=True), lambda *_: None)


async def test_pictures_are_real_and_distinct(tmp_path: Path) -> None:
    store = FolderMedia(tmp_path)
    names = {await asyncio.to_thread(store.keep, drawing, "png") for drawing in drawings()}
    assert len(names) == 16
    for name in names:
        content = store.get(name).content
        at, data = 8, b""
        while at < len(content):
            (length,) = struct.unpack(">I", content[at : at + 4])
            kind, body = content[at + 4 : at + 8], content[at + 8 : at + 8 + length]
            assert zlib.crc32(kind + body) == struct.unpack(">I", content[at + 8 + length :][:4])[0]
            data += body if kind == b"IDAT" else b""
            at += 12 + length
        assert len(zlib.decompress(data)) == 480 * 481
    for name in ("../etc/passwd", "a.png", "", "x" * 32 + ".png", "0" * 32 + ".svg"):
        with pytest.raises(NotFound):
            store.get(name)
