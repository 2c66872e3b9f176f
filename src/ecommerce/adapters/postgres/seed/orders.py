"""Past orders of the demo shop, as rows: `manual`, delivered and paid long ago, or cancelled."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

import msgspec

from ecommerce.adapters.postgres.seed.numbers import OPENED, TODAY, chance, uuid7
from ecommerce.adapters.postgres.seed.people import Customer, address
from ecommerce.application.checkout.ports import PlacedLine
from ecommerce.application.checkout.prepare import fingerprint
from ecommerce.application.pricing.contracts import Priceable, Pricer, PricingFacts, Quote, WantedLine
from ecommerce.application.shared.address import Address

Row = tuple[Any, ...]
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_ACTOR = "system:seed"
ORDER_COLUMNS = (
    "id number account_id token_hash email currency tax_included subtotal discount shipping tax total status"
    " payment_status fulfilment_status payment_method shipping_address billing_address shipping_option"
    " pricing_engine pricing_input lines_hash created_at updated_at"
).split()
ORDER_JSON = ("shipping_address", "billing_address", "shipping_option", "pricing_input")
LINE_COLUMNS = (
    "id order_id position variant_id product_id sku name options quantity unit_price discount tax line_total"
    " taxes"
).split()
LINE_JSON = ("options", "taxes")
HISTORY_COLUMNS = "order_id at axis status actor".split()
PAYMENT_COLUMNS = "id order_id provider amount currency status captured created_at updated_at".split()
TRAIL_COLUMNS = "payment_id at source status".split()
MOVEMENT_COLUMNS = "variant_id warehouse_id quantity kind order_id actor created_at".split()


@dataclass(frozen=True, slots=True)
class Sold:
    """A variant that past orders are made of."""

    variant_id: UUID
    product_id: UUID
    sku: str
    name: str
    options: str
    price: int
    tracked: bool


@dataclass(slots=True)
class OrderRows:
    orders: list[Row] = field(default_factory=list)
    lines: list[Row] = field(default_factory=list)
    history: list[Row] = field(default_factory=list)
    payments: list[Row] = field(default_factory=list)
    trail: list[Row] = field(default_factory=list)
    movements: list[Row] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Past:
    """What an order of long ago is made from. `warehouse` is where all of it came from."""

    seed: int
    pricer: Pricer
    currency: str
    assortment: Sequence[Sold]
    people: Sequence[Customer]
    warehouse: UUID

    async def add(self, rows: OrderRows, number: int, of: int) -> None:
        rng = chance(self.seed, "order", number)
        placed = OPENED + (TODAY - OPENED) * (number + 1) / (of + 1)
        order_id = uuid7(rng, placed)
        basket, quantities = self._basket(rng)
        buyer = rng.choice(self.people) if self.people and rng.random() < 0.8 else None
        where = buyer.address if buyer else address(rng)
        priced = await self._price(basket, quantities, where, placed)
        lines = _lines(rng, placed, basket, quantities, priced)
        kept = rng.random() > 0.08
        paid, delivered = placed + timedelta(hours=30), placed + timedelta(days=5)
        rows.orders.append(
            (
                order_id,
                "ORD-" + "".join(rng.choice(_ALPHABET) for _ in range(12)),
                buyer.id if buyer else None,
                None if buyer else hashlib.sha256(rng.randbytes(32)).digest(),
                buyer.email if buyer else f"guest{number}@example.com",
                self.currency,
                priced.tax_included,
                priced.subtotal,
                priced.discount,
                priced.shipping,
                priced.tax,
                priced.total,
                "completed" if kept else "cancelled",
                "paid" if kept else "unpaid",
                "delivered" if kept else "unfulfilled",
                "manual",
                _json(where),
                _json(where),
                _option(priced),
                priced.engine,
                _json(priced.input),
                fingerprint(lines),
                placed,
                delivered if kept else paid,
            )
        )
        rows.lines += [
            (
                line.id,
                order_id,
                position,
                line.variant_id,
                line.product_id,
                line.sku,
                line.name,
                _json(line.options),
                line.quantity,
                line.unit_price,
                line.discount,
                line.tax,
                line.line_total,
                _json(line.taxes),
            )
            for position, line in enumerate(lines, 1)
        ]
        steps = [("order", "confirmed", placed), ("payment", "unpaid", placed)]
        steps.append(("fulfilment", "unfulfilled", placed))
        if kept:
            shipped = placed + timedelta(days=2)
            steps += [("payment", "paid", paid), ("fulfilment", "fulfilled", shipped)]
            steps += [("fulfilment", "delivered", delivered), ("order", "completed", delivered)]
        else:
            steps.append(("order", "cancelled", paid))
        rows.history += [(order_id, at, axis, status, _ACTOR) for axis, status, at in steps]
        self._pay(rows, rng, order_id, priced.total, kept, placed, paid)
        if kept:
            rows.movements += [
                (sold.variant_id, self.warehouse, -quantity, "sale", order_id, _ACTOR, placed)
                for sold, quantity in zip(basket, quantities, strict=True)
                if sold.tracked
            ]

    def _basket(self, rng: Random) -> tuple[list[Sold], list[int]]:
        """Neighbours are bought together, so that some pairs come up often."""
        start = int(len(self.assortment) * rng.random() ** 2)
        basket = {self.assortment[start].product_id: self.assortment[start]}
        for _ in range(rng.choice((0, 1, 1, 2, 3))):
            sold = self.assortment[(start + rng.randrange(40)) % len(self.assortment)]
            basket.setdefault(sold.product_id, sold)
        return list(basket.values()), [rng.choice((1, 1, 1, 2, 3)) for _ in basket]

    async def _price(
        self, basket: Sequence[Sold], quantities: Sequence[int], where: dict[str, Any], placed: datetime
    ) -> Quote:
        lines = [
            WantedLine(Priceable(sold.variant_id, sold.product_id, [], [], sold.price), many)
            for sold, many in zip(basket, quantities, strict=True)
        ]
        facts = PricingFacts(at=placed, revision=0)
        return await self.pricer.quote(lines, self.currency, facts, Address(**where))

    def _pay(
        self,
        rows: OrderRows,
        rng: Random,
        order_id: UUID,
        total: int,
        kept: bool,
        placed: datetime,
        done: datetime,
    ) -> None:
        payment_id = uuid7(rng, placed, 2)
        status = "captured" if kept else "cancelled"
        captured = total if kept else 0
        rows.payments.append(
            (payment_id, order_id, "manual", total, self.currency, status, captured, placed, done)
        )
        rows.trail += [(payment_id, placed, "checkout", "pending"), (payment_id, done, "seed", status)]


def _lines(
    rng: Random,
    placed: datetime,
    basket: Sequence[Sold],
    quantities: Sequence[int],
    priced: Quote,
) -> list[PlacedLine]:
    return [
        PlacedLine(
            id=uuid7(rng, placed, 10 + position),
            variant_id=sold.variant_id,
            product_id=sold.product_id,
            sku=sold.sku,
            name=sold.name,
            options=msgspec.json.decode(sold.options, type=dict[str, str]),
            quantity=quantity,
            unit_price=sold.price,
            discount=line.discount,
            tax=line.tax,
            line_total=line.total,
            taxes=[msgspec.to_builtins(tax) for tax in line.taxes],
        )
        for position, (sold, quantity, line) in enumerate(zip(basket, quantities, priced.lines, strict=True))
    ]


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()


def _option(priced: Quote) -> str:
    chosen = priced.chosen
    assert chosen is not None, "a quote with a destination has chosen"
    price = {"amount": chosen.price, "currency": priced.currency}
    return _json({"id": chosen.id, "name": chosen.name, "price": price})
