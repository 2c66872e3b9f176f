"""A promotion as staff define it."""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, tzinfo
from typing import Annotated, TypeAlias
from uuid import UUID

import msgspec

from ecommerce.application.pricing.benefits import AnyBenefit, Sum, Sums, by_currency
from ecommerce.application.pricing.goods import Goods, NamedGoods
from ecommerce.application.pricing.local_times import in_utc
from ecommerce.application.pricing.rulebook import ActivePromotion
from ecommerce.application.shared.faults import Faults
from ecommerce.application.shared.records import Definition
from ecommerce.application.shared.slug import Slug
from ecommerce.domain.pricing.promotion import Conditions, Promotion
from ecommerce.domain.pricing.validation import MAX_PRIORITY, MAX_UNITS, check
from ecommerce.domain.pricing.window import Window
from ecommerce.domain.shared.kernel import InvalidValue

NOBODY = UUID(int=0)
Country: TypeAlias = Annotated[str, msgspec.Meta(pattern=r"^[A-Z]{2}(?![\s\S])", examples=["US"])]


class ConditionsDefinition(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All of them must hold. `min_subtotal` is the cart's before any discount: with one, a promotion holds in
    its currencies alone. `goods` must be in the cart, `min_quantity` units of them. No groups or countries:
    all of them.
    """

    min_subtotal: Sums = []
    min_quantity: Annotated[int, msgspec.Meta(ge=0, le=MAX_UNITS)] = 0
    goods: Goods = msgspec.field(default_factory=Goods)
    customer_groups: Annotated[list[Slug], msgspec.Meta(max_length=50)] = []
    first_order: bool = False
    countries: Annotated[list[Country], msgspec.Meta(max_length=300)] = []

    def compile(self) -> Conditions:
        return Conditions(
            min_subtotal=by_currency(self.min_subtotal),
            min_quantity=self.min_quantity,
            goods=self.goods.target(),
            customer_groups=frozenset(self.customer_groups),
            first_order=self.first_order,
            countries=frozenset(self.countries),
        )


class PromotionDefinition(Definition, frozen=True, kw_only=True):
    """`by_code`: it applies to carts that hold one of its codes; else to all by itself.

    It holds from `starts_at` up to but not including `ends_at`; a time without an offset is the store's own.
    The smallest `priority` goes first, of a `group` the best one applies, and one that stands `alone` goes
    with no other. `max_uses` and `budget` (all it may take off) are for everybody together, `per_customer`
    for each; a promotion with a budget holds in its currency alone, and applies whole or not at all.
    """

    benefit: AnyBenefit
    enabled: bool = True
    by_code: bool = False
    priority: Annotated[int, msgspec.Meta(ge=0, le=MAX_PRIORITY)] = 100
    group: Slug | None = None
    alone: bool = False
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    conditions: ConditionsDefinition = msgspec.field(default_factory=ConditionsDefinition)
    max_uses: Annotated[int, msgspec.Meta(ge=1, le=2_000_000_000)] | None = None
    per_customer: Annotated[int, msgspec.Meta(ge=1, le=1_000_000)] | None = None
    budget: Sum | None = None

    def checked(self, currencies: Collection[str], zone: tzinfo) -> "PromotionDefinition":
        """As it is kept: times in UTC, a first order's promotion once a customer. Raises `InvalidValue`."""
        faults = Faults()
        starts_at = faults.note(in_utc, self.starts_at, zone, "/starts_at")
        ends_at = faults.note(in_utc, self.ends_at, zone, "/ends_at")
        if starts_at is not None and ends_at is not None and ends_at <= starts_at:
            faults.note(refuse, "must be after starts_at", "/ends_at")
        for pointer, sums in self._sums():
            faults.note(_check_currencies, sums, pointer, currencies)
        faults.note(check, self.compile(NOBODY, 0).promotion)
        faults.note(self._check_budget, currencies)
        if self.conditions.first_order and self.per_customer not in (None, 1):
            faults.note(refuse, "a customer has one first order", "/per_customer")
        faults.settle()
        per_customer = 1 if self.conditions.first_order else self.per_customer
        return msgspec.structs.replace(self, starts_at=starts_at, ends_at=ends_at, per_customer=per_customer)

    def compile(self, promotion_id: UUID, version: int) -> ActivePromotion:
        """What was `checked`, as carts are priced with it."""
        promotion = Promotion(
            id=str(promotion_id),
            name=self.name,
            benefit=self.benefit.compile(),
            conditions=self.conditions.compile(),
            priority=self.priority,
            group=self.group,
            alone=self.alone,
        )
        return ActivePromotion(
            id=promotion_id,
            version=version,
            promotion=promotion,
            window=Window(self.starts_at, self.ends_at),
            by_code=self.by_code,
            max_uses=self.max_uses,
            per_customer=self.per_customer,
            budget=self.budget.amount if self.budget else None,
            budget_currency=self.budget.currency if self.budget else None,
        )

    def goods(self) -> list[tuple[str, NamedGoods]]:
        """All goods that it names, by pointer."""
        named = [("/conditions/goods", self.conditions.goods)]
        named += [(f"/benefit{pointer}", goods) for pointer, goods in self.benefit.goods()]
        return [*named, *((f"{pointer}/without", goods.without) for pointer, goods in named)]

    def _sums(self) -> Iterator[tuple[str, Sequence[Sum]]]:
        yield "/conditions/min_subtotal", self.conditions.min_subtotal
        yield from ((f"/benefit{pointer}", sums) for pointer, sums in self.benefit.sums())

    def _check_budget(self, currencies: Collection[str]) -> None:
        budget = self.budget
        if budget is None:
            return
        _check_currency(budget, "/budget/currency", currencies)
        if budget.amount < 1:
            raise InvalidValue("must be more than nothing", "/budget/amount")
        for pointer, sums in self._sums():
            if sums and budget.currency not in by_currency(sums):
                raise InvalidValue(
                    f"there is no {budget.currency} in {pointer}: it would never apply", "/budget/currency"
                )


def refuse(detail: str, pointer: str) -> None:
    raise InvalidValue(detail, pointer)


def _check_currency(named: Sum, pointer: str, currencies: Collection[str]) -> None:
    if named.currency not in currencies:
        raise InvalidValue(f"prices are in {', '.join(currencies)}", pointer)


def _check_currencies(sums: Sequence[Sum], pointer: str, currencies: Collection[str]) -> None:
    named: set[str] = set()
    for index, each in enumerate(sums):
        at = f"{pointer}/{index}/currency"
        _check_currency(each, at, currencies)
        if each.currency in named:
            raise InvalidValue(f"{each.currency} is named twice", at)
        named.add(each.currency)
