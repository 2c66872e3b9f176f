"""All rules of pricing in one statement, compiled for the engine."""

from collections.abc import Callable, Mapping
from typing import Any

import asyncpg
import msgspec
import structlog

from ecommerce.adapters.postgres.database import Database
from ecommerce.application.pricing.price_lists import PriceListDefinition
from ecommerce.application.pricing.promotions import PromotionDefinition
from ecommerce.application.pricing.rulebook import Rulebook
from ecommerce.application.pricing.shipping_zones import ShippingZoneDefinition
from ecommerce.application.pricing.tax_zones import TaxZoneDefinition

log = structlog.get_logger()

# Nothing in a definition is cast: one that isn't what it should be must not break the statement for all.
# Times are kept in UTC and in one form, so that as text they are in their order; with a day to spare, since
# each window is looked at again when a price is made.
_IN_FORCE = """definition ->> 'enabled' IS DISTINCT FROM 'false'
  AND COALESCE(definition ->> 'ends_at', '9999') COLLATE "C"
    > to_char(now() AT TIME ZONE 'UTC' - interval '1 day', 'YYYY-MM-DD')"""
LOAD = f"""
SELECT p.revision, rules.kind, rules.id, rules.version, rules.definition::text AS definition
FROM pricing_revision p LEFT JOIN (
  SELECT 'tax_zone' AS kind, id, version, name, definition FROM tax_zone
  UNION ALL SELECT 'shipping_zone', id, version, name, definition FROM shipping_zone
  UNION ALL SELECT 'price_list', id, version, name, definition FROM price_list WHERE {_IN_FORCE}
  UNION ALL SELECT 'promotion', id, version, name, definition FROM promotion
    WHERE archived_at IS NULL AND {_IN_FORCE}
) rules ON true
ORDER BY rules.name, rules.id
"""

_tax_zone = msgspec.json.Decoder(TaxZoneDefinition).decode
_shipping_zone = msgspec.json.Decoder(ShippingZoneDefinition).decode
_price_list = msgspec.json.Decoder(PriceListDefinition).decode
_promotion = msgspec.json.Decoder(PromotionDefinition).decode
_COMPILE: Mapping[str, Callable[[asyncpg.Record], Any]] = {
    "tax_zone": lambda row: _tax_zone(row["definition"]).compile(row["id"]),
    "shipping_zone": lambda row: _shipping_zone(row["definition"]).compile(row["id"]),
    "price_list": lambda row: _price_list(row["definition"]).compile(row["id"]),
    "promotion": lambda row: _promotion(row["definition"]).compile(row["id"], row["version"]),
}


class PgRulebookSource:
    """A rule that can't be read (any more) is left out, and told of once a revision: the shop goes on selling
    without it.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._told = 0

    async def load(self) -> Rulebook:
        rows = await self._database.fetch(LOAD)
        revision: int = rows[0]["revision"]
        compiled: dict[str, list[Any]] = {kind: [] for kind in _COMPILE}
        for row in rows:
            kind = row["kind"]
            if kind is not None:
                try:
                    compiled[kind].append(_COMPILE[kind](row))
                except Exception as error:  # whatever is wrong with it
                    self._tell(row, error)
        self._told = max(self._told, revision)
        return Rulebook(
            revision=revision,
            promotions=tuple(compiled["promotion"]),
            price_lists={each.id: each for each in compiled["price_list"]},
            tax_zones=tuple(compiled["tax_zone"]),
            shipping_zones=tuple(compiled["shipping_zone"]),
        )

    def _tell(self, row: asyncpg.Record, error: Exception) -> None:
        if row["revision"] > self._told:
            log.error(
                "pricing.unreadable_rule",
                kind=row["kind"],
                rule_id=str(row["id"]),
                version=row["version"],
                revision=row["revision"],
                exc_info=error,
            )
