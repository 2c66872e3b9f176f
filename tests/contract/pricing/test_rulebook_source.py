"""What a source of rules promises: all of one moment, and never nothing because of one."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
import pytest
from structlog.testing import capture_logs

from ecommerce.adapters.postgres.database import Bounds, Database
from ecommerce.adapters.postgres.pricing.rulebook import PgRulebookSource
from ecommerce.adapters.system.ids import Uuid7Ids
from ecommerce.application.pricing.price_lists import PriceListDefinition
from ecommerce.application.pricing.promotions import PromotionDefinition
from ecommerce.application.pricing.shipping_zones import ShippingZoneDefinition
from ecommerce.application.pricing.tax_zones import TaxZoneDefinition

pytestmark = pytest.mark.anyio
NOW = datetime.now(UTC)
TAXES = msgspec.convert({"name": "Germany", "areas": [{"country": "DE"}]}, TaxZoneDefinition)
SHIPPING = msgspec.convert({"name": "Germany", "areas": [{"country": "DE"}]}, ShippingZoneDefinition)


def promotion(name: str = "Ten off", **said: Any) -> PromotionDefinition:
    benefit = {"kind": "percentage", "ppm": 100_000}
    return msgspec.convert({"name": name, "benefit": benefit, **said}, PromotionDefinition)


def price_list(name: str = "Trade", **said: Any) -> PriceListDefinition:
    return msgspec.convert({"name": name, "currency": "USD", **said}, PriceListDefinition)


@dataclass
class Shop:
    database: Database
    source: PgRulebookSource

    async def keep(self, table: str, definition: msgspec.Struct | dict[str, Any]) -> UUID:
        rule_id, name = Uuid7Ids().new(), getattr(definition, "name", "Odd")
        await self.database.execute(
            f"INSERT INTO {table} (id, name, definition) VALUES ($1, $2, $3)", rule_id, name, definition
        )
        return rule_id


@pytest.fixture
async def shop(database_url: str) -> AsyncIterator[Shop]:
    database = Database(database_url, Bounds(pool_size=2))
    await database.open()
    yield Shop(database, PgRulebookSource(database))
    await database.close()


async def test_a_shop_without_rules_has_an_empty_book_with_a_revision(shop: Shop) -> None:
    book = await shop.source.load()

    assert book.revision >= 1
    assert (book.promotions, book.price_lists, book.tax_zones, book.shipping_zones) == ((), {}, (), ())


async def test_every_kind_is_in_the_book(shop: Shop) -> None:
    before = (await shop.source.load()).revision
    tax_id = await shop.keep("tax_zone", TAXES)
    shipping_id = await shop.keep("shipping_zone", SHIPPING)
    list_id = await shop.keep("price_list", price_list())
    promotion_id = await shop.keep("promotion", promotion())

    book = await shop.source.load()

    assert book.revision > before
    assert book.tax_zones == (TAXES.compile(tax_id),)
    assert book.shipping_zones == (SHIPPING.compile(shipping_id),)
    assert book.price_lists == {str(list_id): price_list().compile(list_id)}
    assert book.promotions == (promotion().compile(promotion_id, 1),)


async def test_what_is_over_put_away_or_switched_off_is_not_in_it(shop: Shop) -> None:
    over, later = NOW - timedelta(days=2), NOW + timedelta(days=2)
    for number, ends_at in enumerate((over, over.replace(microsecond=1)), 1):
        await shop.keep("promotion", promotion(f"Over {number}", ends_at=ends_at))
        await shop.keep("price_list", price_list(f"Over {number}", ends_at=ends_at))
    await shop.keep("promotion", promotion("Off", enabled=False))
    await shop.keep("price_list", price_list("Off", enabled=False))
    archived = await shop.keep("promotion", promotion("Archived"))
    await shop.database.execute("UPDATE promotion SET archived_at = now() WHERE id = $1", archived)
    await shop.keep("promotion", promotion("Going on", starts_at=over, ends_at=later))
    await shop.keep("promotion", promotion("To come", starts_at=later))
    await shop.keep("price_list", price_list("Going on", ends_at=later))

    book = await shop.source.load()

    assert [each.promotion.name for each in book.promotions] == ["Going on", "To come"]
    assert len(book.price_lists) == 1


async def test_what_can_not_be_read_is_left_out_and_told_of_once(shop: Shop) -> None:
    good = await shop.keep("tax_zone", TAXES)
    odd: dict[str, dict[str, Any]] = {
        "tax_zone": {"name": "Odd", "areas": [{"country": "DE", "planet": "Mars"}]},
        "shipping_zone": {},
        "price_list": {"name": "Odd", "currency": "USD", "ends_at": "when pigs fly", "enabled": "perhaps"},
        "promotion": {"name": "Odd", "benefit": {"kind": "gift"}, "ends_at": 7, "enabled": []},
    }
    ids = [await shop.keep(table, definition) for table, definition in odd.items()]

    with capture_logs() as told:
        books = [await shop.source.load(), await shop.source.load()]

    assert [book.tax_zones for book in books] == [(TAXES.compile(good),)] * 2
    assert [entry["event"] for entry in told] == ["pricing.unreadable_rule"] * 4
    assert {entry["rule_id"] for entry in told} == {str(each) for each in ids}
    assert {entry["log_level"] for entry in told} == {"error"}

    await shop.keep("tax_zone", msgspec.structs.replace(TAXES, name="Other"))
    with capture_logs() as told_again:
        await shop.source.load()
    assert len(told_again) == 4


async def test_zones_are_in_the_order_of_their_names(shop: Shop) -> None:
    ids = {name: await shop.keep("tax_zone", msgspec.structs.replace(TAXES, name=name)) for name in "cab"}

    book = await shop.source.load()

    assert [each.id for each in book.tax_zones] == [str(ids[name]) for name in "abc"]
