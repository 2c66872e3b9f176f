"""What a promotion would have made of the last orders. Nothing of it is written."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from uuid import UUID

import msgspec
import structlog

from ecommerce.application.pricing.edit_promotions import READ
from ecommerce.application.pricing.ports import OrderedGoods, PricedOrder, PricedOrders
from ecommerce.application.pricing.promotions import PromotionDefinition
from ecommerce.application.pricing.rulebook import ActivePromotion
from ecommerce.application.shared.actor import Actor
from ecommerce.application.shared.amount import Amount
from ecommerce.application.shared.records import Desk, Records
from ecommerce.domain.pricing.canonical import from_plain
from ecommerce.domain.pricing.engine import ENGINE, price
from ecommerce.domain.pricing.promotion import Promotion
from ecommerce.domain.pricing.snapshot import Breakdown, Candidate, Line, Snapshot
from ecommerce.domain.pricing.target import feature

# So many are priced in some milliseconds, during which nobody else is served.
BATCH = 20
AT_MOST = timedelta(seconds=4)
SAMPLES = 10
log = structlog.get_logger()


class SimulatedTotals(msgspec.Struct, frozen=True):
    """`discount` is what would have been taken off beyond what was."""

    currency: str
    orders: int
    affected: int
    total_before: Amount
    total_after: Amount
    discount: Amount


class SimulatedOrder(msgspec.Struct, frozen=True):
    number: str
    before: Amount
    after: Amount


class Simulation(msgspec.Struct, frozen=True):
    """`orders` were priced again: fewer than asked for where there are no more, or time ran out; `skipped`
    could not be. `samples` are the newest of those that would have cost something else.
    """

    orders: int
    affected: int
    skipped: int
    by_currency: list[SimulatedTotals]
    samples: list[SimulatedOrder]


@dataclass(slots=True)
class _Sums:
    orders: int = 0
    affected: int = 0
    before: int = 0
    after: int = 0
    discount: int = 0


@dataclass(slots=True)
class _Tally:
    sums: dict[str, _Sums] = field(default_factory=dict)
    samples: list[SimulatedOrder] = field(default_factory=list)
    skipped: int = 0

    def count(self, number: str, currency: str, before: Breakdown, after: Breakdown) -> None:
        sums = self.sums.setdefault(currency, _Sums())
        discount = _taken_off(after) - _taken_off(before)
        changed = bool(discount) or before.total != after.total
        sums.orders += 1
        sums.affected += changed
        sums.before += before.total
        sums.after += after.total
        sums.discount += discount
        if changed and len(self.samples) < SAMPLES:
            told = (Amount(each.total, currency) for each in (before, after))
            self.samples.append(SimulatedOrder(number, *told))

    def told(self) -> Simulation:
        totals = [
            SimulatedTotals(
                currency=currency,
                orders=sums.orders,
                affected=sums.affected,
                total_before=Amount(sums.before, currency),
                total_after=Amount(sums.after, currency),
                discount=Amount(sums.discount, currency),
            )
            for currency, sums in sorted(self.sums.items())
        ]
        orders, affected = sum(each.orders for each in totals), sum(each.affected for each in totals)
        return Simulation(orders, affected, self.skipped, totals, self.samples)


class SimulatePromotionHandler:
    """As if it had held: enabled, whatever its dates, limits and codes; with what else applied to the order.

    Raises `Forbidden` and `NotFound`.
    """

    def __init__(self, desk: Desk, promotions: Records[PromotionDefinition], orders: PricedOrders) -> None:
        self._desk = desk
        self._promotions = promotions
        self._orders = orders

    async def __call__(self, promotion_id: UUID, count: int, actor: Actor) -> Simulation:
        actor.require(READ)
        record = await self._promotions.get(promotion_id)
        active = record.definition.compile(record.id, record.version)
        tally = _Tally()
        async for order in self._latest(count):
            try:
                _simulate(active, order, tally)
            except Exception:  # whatever is wrong with one old order, the others are priced
                log.exception("pricing.simulation_failed", order=order.number)
                tally.skipped += 1
        if self._desk.call.idempotency_key is not None:
            async with self._desk.uow.begin():  # nothing to write, but the key must be ours to be answered
                pass
        return tally.told()

    async def _latest(self, count: int) -> AsyncIterator[PricedOrder]:
        clock = self._desk.clock
        deadline = clock.now() + AT_MOST
        left, last = count, None
        while left and clock.now() < deadline:
            orders = await self._orders.latest(min(left, BATCH), last)
            if not orders:
                return
            for order in orders:
                yield order
            left, last = left - len(orders), orders[-1].id
            await asyncio.sleep(0)


def _simulate(active: ActivePromotion, order: PricedOrder, tally: _Tally) -> None:
    if order.engine != ENGINE:
        tally.skipped += 1
        return
    snapshot = from_plain(msgspec.json.decode(order.input))
    after = price(_with(active, snapshot, order.goods))
    tally.count(order.number, snapshot.currency, price(snapshot), after)


def _with(active: ActivePromotion, snapshot: Snapshot, goods: list[OrderedGoods]) -> Snapshot:
    """An order keeps those features of its lines alone that its promotions asked for: what this one asks for
    beyond that is what the goods are today.
    """
    promotion = active.promotion
    others = tuple(each for each in snapshot.candidates if each.promotion.id != promotion.id)
    known = {each for other in others for each in _asked(other.promotion)}
    wanted = _asked(promotion) - known
    today = {str(each.variant_id): _features(each) & wanted for each in goods}
    lines = tuple(_line(line, today) for line in snapshot.lines)
    refused = "currency" if active.budget_currency not in (None, snapshot.currency) else None
    candidate = Candidate(promotion, active.budget, refused)
    return replace(snapshot, lines=lines, candidates=(*others, candidate)).canonical()


def _line(line: Line, today: dict[str, frozenset[str]]) -> Line:
    return replace(line, features=line.features | today.get(line.key, frozenset()))


def _asked(promotion: Promotion) -> frozenset[str]:
    return frozenset(each for target in promotion.targets for each in target.features | target.without)


def _features(goods: OrderedGoods) -> frozenset[str]:
    return frozenset(
        (
            feature("variant", goods.variant_id),
            feature("product", goods.product_id),
            *(feature("category", each) for each in goods.categories),
            *(feature("tag", each) for each in goods.tags),
        )
    )


def _taken_off(breakdown: Breakdown) -> int:
    return breakdown.discount + breakdown.shipping_discount
