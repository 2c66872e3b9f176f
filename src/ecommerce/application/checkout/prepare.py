"""Everything about an order that can be decided without a lock: who, what, for how much, from where."""

import hashlib
from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import msgspec

from ecommerce.application.cart.contracts import CheckoutCart
from ecommerce.application.checkout.command import CheckoutRules, PlaceOrder
from ecommerce.application.checkout.details import BuyerDetails, BuyerDetailsResolver
from ecommerce.application.checkout.order_tokens import OrderTokens
from ecommerce.application.checkout.ports import PlacedLine, PlacedOrder
from ecommerce.application.inventory.contracts import Hold, StockAt, StockPlanner
from ecommerce.application.pricing.contracts import (
    Pricer,
    PricingFacts,
    PricingFactsReader,
    PromotionClaim,
    Quote,
)
from ecommerce.application.shared.amount import Amount
from ecommerce.application.shared.call import Call
from ecommerce.application.shared.ports import Ids
from ecommerce.application.shared.tokens import token_hash
from ecommerce.domain.checkout.refusals import CartNotPlaceable, PriceChanged
from ecommerce.domain.pricing.refusals import CouponExhausted, CouponNotApplicable
from ecommerce.domain.shared.ids import new_order_number
from ecommerce.domain.shared.kernel import InsufficientStock

# Why a code in the cart gives nothing, though it once did: the buyer is told rather than charged more.
USED_UP = ("exhausted", "budget-exhausted", "customer-limit")
# Why a promotion does not apply to one customer, though it may to another.
BY_CUSTOMER = ("customer-limit", "not-first-order")


@dataclass(frozen=True, slots=True)
class Prepared:
    """An order as it would be written, what it uses of promotions, and the warehouses that would serve it."""

    order: PlacedOrder
    claims: list[PromotionClaim]
    holds: list[Hold]


class OrderPreparer:
    """Raises `CartNotPlaceable`, `PriceChanged`, `CouponExhausted`, `CouponNotApplicable`,
    `InsufficientStock` and what details and quote raise.
    """

    def __init__(
        self,
        details: BuyerDetailsResolver,
        pricer: Pricer,
        facts: PricingFactsReader,
        allocation: "CartAllocation",
        writer: "OrderWriter",
    ) -> None:
        self._details = details
        self._pricer = pricer
        self._facts = facts
        self._allocation = allocation
        self._writer = writer

    async def __call__(self, command: PlaceOrder, cart: CheckoutCart, cart_id: UUID) -> Prepared:
        for line in cart.lines:
            if not line.offer.buyable:
                raise CartNotPlaceable(f"{line.offer.name} is not for sale any more; remove it to go on")
        buyer = await self._details.resolve(command.details, cart)
        shown, quote = await self._quotes(cart, buyer)
        _check_codes(shown, quote)
        total = Amount(quote.total, quote.currency)
        if command.expected_total not in (None, total):
            raise PriceChanged(
                "the total is not what you expected; show the buyer the new one",
                expected_total=msgspec.to_builtins(command.expected_total),
                actual_total=msgspec.to_builtins(total),
            )
        holds = self._allocation.plan(cart, [at for line in cart.lines for at in line.offer.stock])
        return Prepared(self._writer.order(command, cart, cart_id, buyer, quote), quote.claims, holds)

    async def _quotes(self, cart: CheckoutCart, buyer: BuyerDetails) -> tuple[Quote, Quote]:
        """By what is known of the cart's owner, and by what is known of who buys.

        They differ only where a promotion looks at the customer, whether that lets it apply or not, and the
        cart did not know the address that buys.
        """
        shown = await self._quote(cart, buyer, cart.facts)
        if cart.email_key == buyer.email_key or not _looks_at_the_customer(shown):
            return shown, shown
        facts = await self._facts.of_buyer(cart.facts, buyer.customer_keys, buyer.account_id, buyer.email_key)
        return shown, await self._quote(cart, buyer, facts)

    async def _quote(self, cart: CheckoutCart, buyer: BuyerDetails, facts: PricingFacts) -> Quote:
        return await self._pricer.quote(
            [line.wanted for line in cart.lines],
            cart.currency,
            facts,
            buyer.shipping_address,
            buyer.shipping_option_id,
            buyer.vat_number,
        )


def _check_codes(shown: Quote, quote: Quote) -> None:
    """Whom a code gives less than it seemed to is told, rather than charged more."""
    applied = {coupon.code for coupon in shown.coupons if coupon.applied}
    for coupon in quote.coupons:
        if coupon.reason in USED_UP:
            raise CouponExhausted(
                f"the code {coupon.code} has been used as often as it can be; remove it to go on",
                coupon=coupon.code,
            )
        if coupon.code in applied and not coupon.applied:
            raise CouponNotApplicable(
                f"the code {coupon.code} is not for this buyer; remove it to go on",
                coupon=coupon.code,
                reason=coupon.reason,
            )


def _looks_at_the_customer(quote: Quote) -> bool:
    return any(claim.per_customer is not None for claim in quote.claims) or any(
        each.reason_code in BY_CUSTOMER for each in quote.considered
    )


class CartAllocation:
    """Which warehouses would serve a cart. Raises `InsufficientStock` naming what is short."""

    def __init__(self, planner: StockPlanner) -> None:
        self._planner = planner

    def plan(self, cart: CheckoutCart, stock: list[StockAt]) -> list[Hold]:
        demand: dict[UUID, int] = defaultdict(int)
        for line in cart.lines:
            if line.offer.tracked:
                demand[line.offer.variant_id] += line.quantity
        try:
            return self._planner.plan(demand, stock)
        except InsufficientStock as error:
            short = next(
                line.offer
                for line in cart.lines
                if str(line.offer.variant_id) == error.data.get("variant_id")
            )
            raise InsufficientStock(f"{short.name}: {error}", sku=short.sku, **error.data) from None


class OrderWriter:
    """Copies all that an order keeps: nothing later changes it."""

    def __init__(self, ids: Ids, tokens: OrderTokens, call: Call, rules: CheckoutRules) -> None:
        self._ids = ids
        self._tokens = tokens
        self._call = call
        self._rules = rules

    def order(
        self, command: PlaceOrder, cart: CheckoutCart, cart_id: UUID, buyer: BuyerDetails, quote: Quote
    ) -> PlacedOrder:
        chosen = quote.chosen
        if chosen is None or quote.shipping is None or quote.tax is None:
            raise RuntimeError("a quote with a destination has shipping and tax")
        order_id, actor = self._ids.new(), self._call.actor
        free = quote.total == 0
        lines = self._lines(cart, quote)
        return PlacedOrder(
            id=order_id,
            number=new_order_number(),
            cart_id=cart_id,
            cart_version=cart.version,
            account_id=actor.account_id,
            token_hash=None if actor.account_id else token_hash(self._tokens.of(order_id)),
            client_key=self._tokens.client_key(actor.account_id, self._call.client_address),
            email=buyer.email,
            email_key=buyer.email_key,
            customer_keys=buyer.customer_keys,
            currency=quote.currency,
            tax_included=quote.tax_included,
            subtotal=quote.subtotal,
            discount=quote.discount,
            shipping=quote.shipping,
            tax=quote.tax,
            total=quote.total,
            status="confirmed" if free or command.payment_method == "manual" else "pending",
            payment_status="paid" if free else "unpaid",
            payment_method=command.payment_method,
            payment_id=self._ids.new(),
            payment_state="captured" if free else "pending",
            shipping_address=msgspec.structs.asdict(buyer.shipping_address),
            billing_address=msgspec.structs.asdict(buyer.billing_address),
            shipping_option={
                "id": chosen.id,
                "name": chosen.name,
                "price": {"amount": chosen.price, "currency": quote.currency},
            },
            note=command.note,
            vat_number=buyer.vat_number,
            tax_exemption=quote.tax_exemption,
            taxes=[msgspec.to_builtins(tax) for tax in quote.taxes],
            promotions=[
                {"id": str(claim.promotion_id), "name": claim.name, "discount": claim.discount}
                for claim in quote.claims
            ],
            pricing_engine=quote.engine,
            pricing_input=quote.input,
            lines=lines,
            lines_hash=fingerprint(lines),
            unpaid_for=None if free else self._deadline(command.payment_method),
            actor=actor.label,
        )

    def _lines(self, cart: CheckoutCart, quote: Quote) -> list[PlacedLine]:
        return [
            PlacedLine(
                id=self._ids.new(),
                variant_id=line.offer.variant_id,
                product_id=line.offer.product_id,
                sku=line.offer.sku,
                name=line.offer.name,
                options=line.offer.options,
                quantity=line.quantity,
                unit_price=quoted.unit_price,
                discount=quoted.discount,
                tax=quoted.tax,
                line_total=quoted.total,
                taxes=[msgspec.to_builtins(tax) for tax in quoted.taxes],
            )
            for line, quoted in zip(cart.lines, quote.lines, strict=True)
        ]

    def _deadline(self, payment_method: str) -> timedelta:
        return self._rules.manual_unpaid_for if payment_method == "manual" else self._rules.unpaid_for


def fingerprint(lines: list[PlacedLine]) -> bytes:
    """SHA-256 over what was sold, in its order: a placed order's lines never change.

    Written so that a query can work it out again: fields between bars, a line each.
    """
    rows = (
        "|".join(
            str(field)
            for field in (
                line.id,
                line.variant_id,
                line.sku,
                line.name,
                line.quantity,
                line.unit_price,
                line.discount,
                line.tax,
                line.line_total,
            )
        )
        for line in lines
    )
    return hashlib.sha256("\n".join(rows).encode()).digest()
