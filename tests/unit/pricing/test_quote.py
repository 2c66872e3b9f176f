"""Quotes: which promotions are considered for whom, what becomes of codes, and how long a quote holds."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest

from ecommerce.adapters.memory.pricing import MemoryRulebooks
from ecommerce.adapters.system.flat_rates import FlatShipping, FlatTax
from ecommerce.application.pricing.contracts import (
    HeldCoupon,
    LimitedUse,
    ListPrice,
    Priceable,
    PricingFacts,
    Quote,
    WantedLine,
)
from ecommerce.application.pricing.ports import TaxRules
from ecommerce.application.pricing.quote import PricingRules, PricingService
from ecommerce.application.pricing.remembered_quotes import RememberedQuotes
from ecommerce.application.pricing.rulebook import ActivePromotion, Rulebook
from ecommerce.application.shared.address import Address
from ecommerce.domain.pricing.price_list import PriceList
from ecommerce.domain.pricing.promotion import Conditions, Percentage, Promotion
from ecommerce.domain.pricing.refusals import ShippingUnavailable
from ecommerce.domain.pricing.snapshot import TaxRate
from ecommerce.domain.pricing.versions import reprice
from ecommerce.domain.pricing.window import ALWAYS, Window

pytestmark = pytest.mark.anyio

NOON = datetime(2027, 3, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
FACTS = PricingFacts(at=NOON, revision=1)
MUG = Priceable(uuid4(), uuid4(), [], [], 1_000)
BERLIN = Address(
    first_name="Ada", last_name="Buyer", line1="1", city="Berlin", postal_code="10115", country="DE"
)


def promotion(
    *, window: Window = ALWAYS, by_code: bool = False, first_order: bool = False, **limits: object
) -> ActivePromotion:
    promotion_id = uuid4()
    return ActivePromotion(
        id=promotion_id,
        version=3,
        promotion=Promotion(
            id=str(promotion_id),
            name="Ten off",
            benefit=Percentage(ppm=100_000),
            conditions=Conditions(first_order=first_order),
        ),
        window=window,
        by_code=by_code,
        **limits,  # type: ignore[arg-type]  # as ActivePromotion declares them
    )


def service(*promotions: ActivePromotion, tax_included: bool = False, **rules: object) -> PricingService:
    rulebook = Rulebook(revision=1, promotions=promotions, **rules)  # type: ignore[arg-type]
    return PricingService(
        MemoryRulebooks(rulebook), FlatTax(200_000), FlatShipping(500, ("DE",)), PricingRules(tax_included)
    )


async def quoted(pricer: PricingService, facts: PricingFacts = FACTS, quantity: int = 1) -> Quote:
    return await pricer.quote([WantedLine(MUG, quantity)], "USD", facts)


def coupon(of: ActivePromotion, code: str, *, used_up: bool = False) -> HeldCoupon:
    return HeldCoupon(code, uuid4(), of.id, used_up)


async def test_a_window_holds_from_its_start_up_to_its_end() -> None:
    pricer = service(promotion(window=Window(NOON, NOON + HOUR)))

    async def discount(at: datetime) -> int:
        return (await quoted(pricer, msgspec.structs.replace(FACTS, at=at))).discount

    second = timedelta(seconds=1)
    assert await discount(NOON - second) == 0
    assert await discount(NOON) == 100
    assert await discount(NOON + HOUR - second) == 100
    assert await discount(NOON + HOUR) == 0


async def test_a_promotion_by_code_wants_its_code() -> None:
    welcome = promotion(by_code=True)
    without = await quoted(service(welcome))
    held = coupon(welcome, "WELCOME")
    having = await quoted(service(welcome), msgspec.structs.replace(FACTS, coupons=[held]))

    assert (without.discount, without.considered) == (0, [])
    assert having.discount == 100
    assert [(each.code, each.applied, each.reason) for each in having.coupons] == [("WELCOME", True, None)]
    (claim,) = having.claims
    assert (claim.promotion_id, claim.coupon_code_id) == (welcome.id, held.coupon_code_id)
    assert (claim.version, claim.discount, claim.limited) == (3, 100, False)


async def test_a_code_that_opens_nothing_now_is_unknown() -> None:
    over = promotion(by_code=True, window=Window(None, NOON))
    facts = msgspec.structs.replace(FACTS, coupons=[coupon(over, "OLD")])

    assert (await quoted(service(over), facts)).coupons[0].reason == "unknown-code"


async def test_of_two_codes_of_one_promotion_the_one_with_a_use_counts_and_neither_stands_in_the_way() -> (
    None
):
    welcome = promotion(by_code=True)
    spent, fresh = coupon(welcome, "A", used_up=True), coupon(welcome, "B")
    quote = await quoted(service(welcome), msgspec.structs.replace(FACTS, coupons=[spent, fresh]))

    assert [(each.code, each.reason) for each in quote.coupons] == [("A", "outdone"), ("B", None)]
    assert [claim.coupon_code_id for claim in quote.claims] == [fresh.coupon_code_id]


async def test_a_code_that_is_used_up_says_so() -> None:
    welcome = promotion(by_code=True)
    facts = msgspec.structs.replace(FACTS, coupons=[coupon(welcome, "A", used_up=True)])

    assert (await quoted(service(welcome), facts)).coupons[0].reason == "exhausted"


async def test_codes_of_a_promotion_that_applies_by_itself_by_now_stand_in_nobodys_way() -> None:
    everybodys = promotion()
    spent, fresh = coupon(everybodys, "A", used_up=True), coupon(everybodys, "B")

    for held in ([spent], [fresh], [spent, fresh]):
        quote = await quoted(service(everybodys), msgspec.structs.replace(FACTS, coupons=held))
        assert [each.applied for each in quote.coupons] == [each is fresh for each in held]
        assert {each.reason for each in quote.coupons} <= {"outdone", None}
        assert (quote.discount, [claim.coupon_code_id for claim in quote.claims]) == (100, [None])


@pytest.mark.parametrize(
    ("limits", "used", "spent", "mine", "reason"),
    [
        ({"max_uses": 2}, 1, 0, 0, None),
        ({"max_uses": 2}, 2, 0, 0, "exhausted"),
        ({"budget": 150, "budget_currency": "USD"}, 1, 50, 0, None),
        ({"budget": 150, "budget_currency": "USD"}, 1, 51, 0, "budget-exhausted"),
        ({"budget": 150, "budget_currency": "EUR"}, 0, 0, 0, "currency"),
        ({"per_customer": 1}, 9, 0, 0, None),
        ({"per_customer": 1}, 9, 0, 1, "customer-limit"),
    ],
)
async def test_limits_are_looked_at_before_anything_is_charged(
    limits: dict[str, Any], used: int, spent: int, mine: int, reason: str | None
) -> None:
    limited = promotion(**limits)
    facts = msgspec.structs.replace(
        FACTS, limited={limited.id: LimitedUse(used, spent)}, customer_uses={limited.id: mine}
    )
    (told,) = (await quoted(service(limited), facts)).considered

    assert (told.applied, told.reason_code) == (reason is None, reason)


async def test_whoever_has_ordered_before_has_had_a_first_order() -> None:
    first = promotion(first_order=True, per_customer=1)

    assert (await quoted(service(first))).discount == 100
    known = msgspec.structs.replace(FACTS, ordered_before=True)
    assert (await quoted(service(first), known)).considered[0].reason_code == "not-first-order"


async def test_price_lists_decide_what_a_unit_costs() -> None:
    trade = PriceList(id=str(uuid4()), currency="USD", customer_groups=frozenset({"trade"}))
    goods = msgspec.structs.replace(MUG, list_prices=[ListPrice(UUID(trade.id), 10, 800)])
    pricer = service(price_lists={trade.id: trade})
    trader = msgspec.structs.replace(FACTS, customer_groups=["trade"])

    async def unit_price(facts: PricingFacts, quantity: int) -> int:
        quote = await pricer.quote([WantedLine(goods, quantity)], "USD", facts)
        assert quote.lines[0].unit_price == await pricer.unit_price(goods, quantity, "USD", facts)
        return quote.lines[0].unit_price

    assert await unit_price(FACTS, 10) == 1_000
    assert await unit_price(trader, 9) == 1_000
    assert await unit_price(trader, 10) == 800


class Exempt:
    """Whoever asks owes no tax here; the rate is 20 %."""

    async def rules(self, destination: Address | None, vat_number: str | None = None) -> TaxRules:
        rates = {"standard": (TaxRate("VAT", 200_000),)}
        return TaxRules(rates, "standard", "reverse-charge" if vat_number else None)


async def test_a_business_that_owes_the_tax_itself_pays_net_prices_where_prices_hold_the_tax() -> None:
    pricer = PricingService(MemoryRulebooks(), Exempt(), FlatShipping(600, ("DE",)), PricingRules(True))
    goods = msgspec.structs.replace(MUG, price=1_200)
    lines = [WantedLine(goods, 2)]
    private = await pricer.quote(lines, "EUR", FACTS, BERLIN)
    business = await pricer.quote(lines, "EUR", FACTS, BERLIN, None, "DE136695976")

    assert (private.total, private.tax, private.tax_included) == (3_000, 500, True)
    assert (business.total, business.tax, business.tax_included) == (2_500, 0, False)
    assert (business.tax_exemption, business.taxes) == ("reverse-charge", [])
    assert [(tax.name, tax.amount) for tax in private.taxes] == [("VAT", 500)]


async def test_an_option_that_is_not_offered_is_refused() -> None:
    with pytest.raises(ShippingUnavailable):
        await service().quote([WantedLine(MUG, 1)], "USD", FACTS, BERLIN, "by-air")


async def test_what_an_order_keeps_comes_to_the_same_again() -> None:
    pricer = service(promotion(), promotion(window=Window(NOON + HOUR)), tax_included=True)
    quote = await pricer.quote([WantedLine(MUG, 3)], "USD", FACTS, BERLIN, "express")
    again = reprice(quote.engine, msgspec.json.decode(msgspec.json.encode(quote.input)))

    assert (again.subtotal, again.discount, again.shipping, again.tax, again.total) == (
        quote.subtotal,
        quote.discount,
        quote.shipping,
        quote.tax,
        quote.total,
    )


class Counting:
    """Asks a pricer, and counts how often."""

    def __init__(self, pricer: PricingService) -> None:
        self.pricer = pricer
        self.asked = 0
        self.unit_price = pricer.unit_price

    async def quote(self, *arguments: object, **more: object) -> Quote:
        self.asked += 1
        return await self.pricer.quote(*arguments, **more)  # type: ignore[arg-type]  # handed on as it came


async def test_a_quote_is_remembered_until_the_next_window_opens_or_closes() -> None:
    counting = Counting(service(promotion(window=Window(None, NOON + timedelta(seconds=10)))))
    remembered = RememberedQuotes(counting)
    lines = [WantedLine(MUG, 1)]

    async def discount(seconds: int, facts: PricingFacts = FACTS) -> int:
        then = msgspec.structs.replace(facts, at=NOON + timedelta(seconds=seconds))
        return (await remembered.quote(lines, "USD", then)).discount

    assert [await discount(second) for second in (0, 5, 9)] == [100, 100, 100]
    assert counting.asked == 1
    assert await discount(10) == 0
    assert counting.asked == 2
    assert await discount(11, msgspec.structs.replace(FACTS, revision=2)) == 0
    assert counting.asked == 3
