"""The SQL that tells what prices depend on beside the lines, as one JSON object.

It is part of the statement that reads a cart, so that both are of one moment and one round trip.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec

from ecommerce.adapters.postgres.database import Database
from ecommerce.application.pricing.contracts import PricingFacts

_ORDERED = "status NOT IN ('cancelled', 'expired')"

# CASE: EXISTS would look for a NULL in every order where the planner takes the key for a frequent one.
# Wants the SQL expressions `account` (uuid), `email_key` (bytea), `customer_keys` (bytea[]), `cart` (uuid);
# each may be null.
FACTS = f"""
json_build_object(
  'at', now(),
  'revision', (SELECT revision FROM pricing_revision),
  'customer_groups', COALESCE((SELECT customer_groups FROM account WHERE id = {{account}}), '{{{{}}}}'),
  'ordered_before', EXISTS (SELECT FROM sales_order WHERE account_id = {{account}} AND {_ORDERED})
    OR CASE WHEN {{email_key}} IS NOT NULL
      THEN EXISTS (SELECT FROM sales_order WHERE email_key = {{email_key}} AND {_ORDERED}) ELSE false END,
  'coupons', COALESCE((
    SELECT json_agg(json_build_object(
      'code', held.code, 'coupon_code_id', k.id, 'promotion_id', k.promotion_id,
      'used_up', COALESCE(k.used >= k.max_uses, false)) ORDER BY held.created_at, k.id)
    FROM cart_coupon held JOIN coupon_code k ON k.id = held.coupon_code_id
    WHERE held.cart_id = {{cart}} AND k.retired_at IS NULL
  ), '[]'::json),
  'limited', COALESCE((
    SELECT json_object_agg(id, json_build_object('used', used, 'spent', spent)) FROM promotion
    WHERE (max_uses IS NOT NULL OR budget IS NOT NULL) AND archived_at IS NULL
  ), '{{{{}}}}'::json),
  'customer_uses', COALESCE((
    SELECT json_object_agg(promotion_id, used) FROM (
      SELECT promotion_id, max(used) AS used FROM promotion_customer
      WHERE customer_key = ANY ({{customer_keys}}) GROUP BY promotion_id
    ) AS mine
  ), '{{{{}}}}'::json)
)
"""

_decode: Any = msgspec.json.Decoder(PricingFacts).decode


def read_facts(text: str) -> PricingFacts:
    """Of the JSON text that `FACTS` makes."""
    facts: PricingFacts = _decode(text)
    return facts


_OF_BUYER = f"""
SELECT EXISTS (SELECT FROM sales_order WHERE account_id = $2 AND {_ORDERED})
    OR EXISTS (SELECT FROM sales_order WHERE email_key = $3 AND {_ORDERED}) AS ordered_before,
  COALESCE((
    SELECT json_object_agg(promotion_id, used) FROM (
      SELECT promotion_id, max(used) AS used FROM promotion_customer
      WHERE customer_key = ANY ($1::bytea[]) GROUP BY promotion_id
    ) AS mine
  ), '{{}}'::json) AS customer_uses
"""


class PgPricingFactsReader:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def of_buyer(
        self,
        facts: PricingFacts,
        customer_keys: Sequence[bytes],
        account_id: UUID | None,
        email_key: bytes,
    ) -> PricingFacts:
        row = await self._database.fetch_row(_OF_BUYER, list(customer_keys), account_id, email_key)
        if row is None:
            raise RuntimeError("a SELECT without FROM has a row")
        return msgspec.structs.replace(
            facts,
            ordered_before=row["ordered_before"],
            customer_uses={UUID(key): used for key, used in row["customer_uses"].items()},
        )
