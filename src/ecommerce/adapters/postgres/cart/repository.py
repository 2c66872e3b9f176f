"""Carts: read in one statement, written in one, guarded by the version that was read."""

from uuid import UUID

import asyncpg
import msgspec

from ecommerce.adapters.postgres.cart.offer import OFFER
from ecommerce.adapters.postgres.database import Database
from ecommerce.adapters.postgres.pricing.facts import FACTS, read_facts
from ecommerce.adapters.postgres.unit_of_work import PgUnitOfWork
from ecommerce.application.cart.contracts import Offer
from ecommerce.application.cart.ports import LoadedCart, Wanted
from ecommerce.application.shared.customer_keys import CustomerKeys
from ecommerce.application.shared.ports import Ids
from ecommerce.domain.cart.cart import Cart, CartLine, CartOwner, CheckoutDetails
from ecommerce.domain.shared.ids import CartId, VariantId
from ecommerce.domain.shared.kernel import ConcurrentUpdate

_NOBODY = {
    "account": "NULL::uuid",
    "email_key": "NULL::bytea",
    "customer_keys": "NULL::bytea[]",
    "cart": "NULL::uuid",
}


def _load(owner: str) -> str:
    """The open cart if there is one, else the last that was placed: it tells which order it became."""
    currency = "CASE WHEN c.status = 'open' AND NOT $7 THEN c.currency ELSE $4 END"
    opened = "CASE WHEN c.status = 'open' THEN c.{} END".format
    facts = FACTS.format(
        account="$5::uuid",
        email_key=opened("email_key"),
        customer_keys=f"$6::bytea[] || {opened('email_key')}",
        cart=opened("id"),
    )
    return f"""
    WITH c AS (
      SELECT * FROM cart
      WHERE {owner} = $1 AND status <> 'merged'
      ORDER BY (status = 'open') DESC, created_at DESC LIMIT 1
    )
    SELECT c.id, c.currency, c.status, c.version, c.email, c.email_key, c.shipping_address, c.billing_address,
           c.shipping_option_id, c.vat_number, c.updated_at,
           CASE WHEN c.status = 'placed'
             THEN (SELECT id FROM sales_order WHERE cart_id = c.id) END AS placed_as,
           lines.list::text AS lines, wanted.offer::text AS wanted, {facts}::text AS facts
    FROM (SELECT) one LEFT JOIN c ON true
    LEFT JOIN LATERAL (
      SELECT json_agg(json_build_object(
        'id', l.id, 'quantity', l.quantity, 'seen_price', l.seen_price,
        'offer', {OFFER.format(currency=currency)}) ORDER BY l.created_at, l.id) AS list
      FROM cart_line l JOIN variant v ON v.id = l.variant_id JOIN product p ON p.id = v.product_id
      WHERE l.cart_id = c.id AND c.status = 'open'
    ) lines ON true
    LEFT JOIN LATERAL (
      SELECT {OFFER.format(currency=currency)} AS offer
      FROM variant v JOIN product p ON p.id = v.product_id
      WHERE v.id = $2 OR v.sku = $3
    ) wanted ON true
    """


LOADS = {owner: _load(owner) for owner in ("account_id", "token_hash")}

# What most carts begin with, and cheaper: there is no cart yet, and nothing is known of the guest.
NEWCOMER = f"""
SELECT NULL AS id, NULL AS status, NULL AS placed_as, wanted.offer::text AS wanted,
  {FACTS.format(**_NOBODY)}::text AS facts
FROM (SELECT) one LEFT JOIN LATERAL (
  SELECT {OFFER.format(currency="$3")} AS offer
  FROM variant v JOIN product p ON p.id = v.product_id
  WHERE v.id = $1 OR v.sku = $2
) wanted ON true
"""

# A statement of its own: one that waited for the row would see its newest version beside lines as they were
# when the wait began, and the units added meanwhile would be lost.
LOCK = "SELECT FROM cart WHERE {owner} = $1 AND status = 'open' FOR UPDATE"

# Both take what a cart consists of as $1 to $16; what was there before is for UPDATE alone.
CREATE = """
WITH saved AS (
  INSERT INTO cart (id, token_hash, account_id, currency, email, shipping_address, billing_address,
    shipping_option_id, email_key, vat_number)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
  ON CONFLICT DO NOTHING
  RETURNING id
), lines AS (
  INSERT INTO cart_line (id, cart_id, variant_id, quantity, seen_price)
  SELECT l.id, saved.id, l.variant_id, l.quantity, l.seen_price
  FROM saved, unnest($11::uuid[], $12::uuid[], $13::int[], $14::bigint[])
    AS l (id, variant_id, quantity, seen_price)
), codes AS (
  INSERT INTO cart_coupon (cart_id, coupon_code_id, code)
  SELECT saved.id, k.coupon_code_id, k.code
  FROM saved, unnest($15::uuid[], $16::text[]) AS k (coupon_code_id, code)
)
SELECT count(*) FROM saved
"""

UPDATE = """
WITH saved AS (
  UPDATE cart SET version = version + 1, currency = $4, email = $5, shipping_address = $6,
    billing_address = $7, shipping_option_id = $8, email_key = $9, vat_number = $10, updated_at = now()
  WHERE id = $1 AND version = $17 AND status = 'open'
    AND (token_hash IS NOT DISTINCT FROM $2) AND (account_id IS NOT DISTINCT FROM $3)
  RETURNING id
), lines_gone AS (
  DELETE FROM cart_line USING saved WHERE cart_id = saved.id AND cart_line.id = ANY($18::uuid[])
), lines AS (
  INSERT INTO cart_line (id, cart_id, variant_id, quantity, seen_price)
  SELECT l.id, saved.id, l.variant_id, l.quantity, l.seen_price
  FROM saved, unnest($11::uuid[], $12::uuid[], $13::int[], $14::bigint[])
    AS l (id, variant_id, quantity, seen_price)
  ON CONFLICT (cart_id, variant_id)
  DO UPDATE SET quantity = excluded.quantity, seen_price = excluded.seen_price
    WHERE (cart_line.quantity, cart_line.seen_price) IS DISTINCT FROM (excluded.quantity, excluded.seen_price)
), codes_gone AS (
  DELETE FROM cart_coupon USING saved
  WHERE cart_id = saved.id AND coupon_code_id <> ALL ($15::uuid[])
), codes AS (
  INSERT INTO cart_coupon (cart_id, coupon_code_id, code)
  SELECT saved.id, k.coupon_code_id, k.code
  FROM saved, unnest($15::uuid[], $16::text[]) AS k (coupon_code_id, code)
  ON CONFLICT DO NOTHING
)
SELECT count(*) FROM saved
"""

# Its lines go with it: the cart that takes them over keeps their ids. What was gathered went there, too.
MERGED = """
WITH merged AS (
  UPDATE cart SET status = 'merged', version = version + 1, email = NULL, email_key = NULL,
    shipping_address = NULL, billing_address = NULL, vat_number = NULL, updated_at = now()
  WHERE id = $1 AND version = $2 AND status = 'open' RETURNING id
), gone AS (
  DELETE FROM cart_line USING merged WHERE cart_id = merged.id
), codes_gone AS (
  DELETE FROM cart_coupon USING merged WHERE cart_id = merged.id
)
SELECT count(*) FROM merged
"""


class _Line(msgspec.Struct):
    id: UUID
    quantity: int
    seen_price: int | None
    offer: Offer


_read_lines = msgspec.json.Decoder(list[_Line]).decode
_read_offer = msgspec.json.Decoder(Offer).decode


class PgCartRepository:
    def __init__(self, database: Database, uow: PgUnitOfWork, ids: Ids, keys: CustomerKeys) -> None:
        self._database = database
        self._uow = uow
        self._ids = ids
        self._keys = keys

    async def load(
        self,
        owner: CartOwner,
        *,
        currency: str,
        wanted: Wanted | None = None,
        reprice: bool = False,
        lock: bool = False,
        newcomer: bool = False,
    ) -> LoadedCart:
        variant_id, sku = (wanted.variant_id, wanted.sku) if wanted else (None, None)
        account_id = owner.account_id
        column = "account_id" if account_id is not None else "token_hash"
        key = account_id if account_id is not None else owner.token_hash
        keys = [] if account_id is None else [self._keys.of_account(account_id)]
        arguments = (key, variant_id, sku, currency, account_id, keys, reprice)
        if lock:
            await self._uow.connection.execute(LOCK.format(owner=column), key)
            row = await self._uow.connection.fetchrow(LOADS[column], *arguments)
        elif newcomer:
            row = await self._database.fetch_row(NEWCOMER, variant_id, sku, currency)
        else:
            row = await self._database.fetch_row(LOADS[column], *arguments)
        if row is None:
            raise RuntimeError("an outer join with nothing has a row")
        return self._loaded(row, owner, currency)

    def _loaded(self, row: asyncpg.Record, owner: CartOwner, currency: str) -> LoadedCart:
        wanted = _read_offer(row["wanted"]) if row["wanted"] is not None else None
        facts = read_facts(row["facts"])
        if row["status"] != "open":
            return LoadedCart(
                cart=Cart(id=CartId(self._ids.new()), owner=owner, currency=currency),
                facts=facts,
                wanted=wanted,
                known=row["id"] is not None,
                placed_as=row["placed_as"],
            )
        lines = _read_lines(row["lines"]) if row["lines"] is not None else []
        cart = Cart(
            id=CartId(row["id"]),
            owner=owner,
            currency=row["currency"],
            version=row["version"],
            lines={
                VariantId(line.offer.variant_id): CartLine(
                    line.id, VariantId(line.offer.variant_id), line.quantity, line.seen_price
                )
                for line in lines
            },
            details=CheckoutDetails(
                email=row["email"],
                email_key=row["email_key"],
                shipping_address=row["shipping_address"],
                billing_address=row["billing_address"],
                shipping_option_id=row["shipping_option_id"],
                vat_number=row["vat_number"],
            ),
            coupons={coupon.coupon_code_id: coupon.code for coupon in facts.coupons},
        )
        offers = {VariantId(line.offer.variant_id): line.offer for line in lines}
        return LoadedCart(
            cart=cart, facts=facts, offers=offers, wanted=wanted, known=True, updated_at=row["updated_at"]
        )

    async def save(self, cart: Cart) -> None:
        lines = list(cart.lines.values())
        details = cart.details
        parts = (
            cart.id,
            cart.owner.token_hash,
            cart.owner.account_id,
            cart.currency,
            details.email,
            details.shipping_address,
            details.billing_address,
            details.shipping_option_id,
            details.email_key,
            details.vat_number,
            [line.id for line in lines],
            [line.variant_id for line in lines],
            [line.quantity for line in lines],
            [line.seen_price for line in lines],
            list(cart.coupons),
            list(cart.coupons.values()),
        )
        connection = self._uow.connection
        if cart.version == 0:
            saved = await connection.fetchval(CREATE, *parts)
        else:
            saved = await connection.fetchval(UPDATE, *parts, cart.version, list(cart.removed))
        if not saved:
            raise ConcurrentUpdate("the cart was changed at the same moment")
        cart.version += 1
        cart.removed.clear()

    async def end_merged(self, cart: Cart) -> None:
        if not await self._uow.connection.fetchval(MERGED, cart.id, cart.version):
            raise ConcurrentUpdate("the cart was changed at the same moment")
