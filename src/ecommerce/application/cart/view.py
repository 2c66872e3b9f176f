"""A cart as its owner sees it: always today's prices."""

from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType

from ecommerce.application.cart.contracts import Offer, Picture
from ecommerce.application.cart.ports import LoadedCart
from ecommerce.application.pricing.contracts import Pricer, Quote, WantedLine
from ecommerce.application.shared.address import Address
from ecommerce.application.shared.amount import Amount
from ecommerce.domain.cart.cart import CartLine
from ecommerce.domain.pricing.refusals import ShippingUnavailable


class Warning(msgspec.Struct, frozen=True):  # noqa: A001  # the contract's word for it
    code: Literal["price-changed", "insufficient-stock", "unavailable"]
    detail: str


class CartItem(msgspec.Struct, frozen=True):
    id: UUID
    variant_id: UUID
    sku: str
    product_slug: str
    name: str
    options: dict[str, str]
    image: Picture | None
    quantity: int
    unit_price: Amount | None
    discount: Amount | None
    line_total: Amount | None
    available: int | None
    warnings: list[Warning]


class CartCoupon(msgspec.Struct, frozen=True):
    code: str
    applied: bool
    reason: str | None


class CartPromotion(msgspec.Struct, frozen=True):
    id: UUID
    name: str
    discount: Amount


class Totals(msgspec.Struct, frozen=True):
    """`shipping` and `tax` are null until the destination is known; `total` then leaves them out."""

    subtotal: Amount
    discount: Amount
    shipping: Amount | None
    tax: Amount | None
    total: Amount
    tax_included: bool

    @classmethod
    def of(cls, quote: Quote) -> "Totals":
        def amount(value: int) -> Amount:
            return Amount(value, quote.currency)

        return cls(
            subtotal=amount(quote.subtotal),
            discount=amount(quote.discount),
            shipping=None if quote.shipping is None else amount(quote.shipping),
            tax=None if quote.tax is None else amount(quote.tax),
            total=amount(quote.total),
            tax_included=quote.tax_included,
        )


class CheckoutState(msgspec.Struct, frozen=True):
    """`missing` names what POST /orders would still need in its body. `ready`: nothing, and it would take
    every line as it is.
    """

    email: str | None
    shipping_address: Address | None
    billing_address: Address | None
    shipping_option_id: str | None
    vat_number: str | None
    ready: bool
    missing: list[str]


class CartView(msgspec.Struct, frozen=True):
    """`token` is told once, to the guest whose first write made the cart."""

    id: UUID | None
    currency: str
    items: list[CartItem]
    coupons: list[CartCoupon]
    promotions: list[CartPromotion]
    checkout: CheckoutState
    totals: Totals
    item_count: int
    updated_at: datetime | None
    token: str | UnsetType = UNSET


class ShownCart(msgspec.Struct, frozen=True):
    """A view and the version it shows; `etag` is None while nothing is stored."""

    view: CartView
    etag: str | None


class CartPresenter:
    def __init__(self, pricer: Pricer) -> None:
        self._pricer = pricer

    async def see(self, loaded: LoadedCart) -> None:
        """Note what a unit costs today of each line whose price nobody has seen yet."""
        for line in loaded.cart.lines.values():
            if line.seen_price is None:
                line.seen_price = await self.unit_price(loaded, line)

    async def unit_price(self, loaded: LoadedCart, line: CartLine) -> int | None:
        """What a unit of the line costs today, before promotions; None where it can't be bought."""
        offer = loaded.offers[line.variant_id]
        if not offer.buyable:
            return None
        return await self._pricer.unit_price(offer.goods, line.quantity, loaded.cart.currency, loaded.facts)

    async def quote(self, loaded: LoadedCart) -> Quote:
        """What can be bought of the cart, at the address it has."""
        cart, details = loaded.cart, loaded.cart.details
        wanted = [WantedLine(offer.goods, line.quantity) for line, offer in _sold(loaded)]
        address = _address(details.shipping_address) if wanted else None
        try:
            return await self._pricer.quote(
                wanted, cart.currency, loaded.facts, address, details.shipping_option_id, details.vat_number
            )
        except ShippingUnavailable:
            # Nothing ships there (any more): the cart still shows; the quote and the order say why.
            return await self._pricer.quote(wanted, cart.currency, loaded.facts)

    async def __call__(self, loaded: LoadedCart, *, signed_in: bool, token: str | None = None) -> ShownCart:
        cart = loaded.cart
        details = cart.details
        lines = [(line, loaded.offers[line.variant_id]) for line in cart.lines.values()]
        sold = _sold(loaded)
        quote = await self.quote(loaded)
        quoted = {line.variant_id: each for (line, _), each in zip(sold, quote.lines, strict=True)}
        items = []
        for line, offer in lines:
            price = quoted.get(line.variant_id)
            items.append(
                CartItem(
                    id=line.id,
                    variant_id=offer.variant_id,
                    sku=offer.sku,
                    product_slug=offer.product_slug,
                    name=offer.name,
                    options=offer.options,
                    image=offer.image,
                    quantity=line.quantity,
                    unit_price=None if price is None else Amount(price.unit_price, cart.currency),
                    discount=None if price is None else Amount(price.discount, cart.currency),
                    line_total=None if price is None else Amount(price.total, cart.currency),
                    available=offer.available,
                    warnings=_warnings(line, offer, await self.unit_price(loaded, line), cart.currency),
                )
            )
        missing = [] if details.email or signed_in else ["email"]
        missing += [] if details.shipping_address else ["shipping_address"]
        # One that isn't offered at the address (any more) is as none.
        settled = quote.chosen is not None or not (sold and details.shipping_address)
        missing += [] if details.shipping_option_id and settled else ["shipping_option_id"]
        view = CartView(
            id=cart.id if loaded.is_open else None,
            currency=cart.currency,
            items=items,
            coupons=[CartCoupon(each.code, each.applied, each.reason) for each in quote.coupons],
            promotions=[
                CartPromotion(each.id, each.name, Amount(each.discount, cart.currency))
                for each in quote.considered
                if each.applied
            ],
            checkout=CheckoutState(
                email=details.email,
                shipping_address=_address(details.shipping_address),
                billing_address=_address(details.billing_address),
                shipping_option_id=details.shipping_option_id,
                vat_number=details.vat_number,
                ready=bool(items) and not missing and not any(map(_hinders, items)),
                missing=missing,
            ),
            totals=Totals.of(quote),
            item_count=sum(line.quantity for line, _ in lines),
            updated_at=loaded.updated_at,
            token=UNSET if token is None else token,
        )
        return ShownCart(view, cart.etag if loaded.is_open else None)


def _hinders(item: CartItem) -> bool:
    """Whether an order would be refused for this line; that its price is another one is no hindrance."""
    return any(warning.code != "price-changed" for warning in item.warnings)


def _sold(loaded: LoadedCart) -> list[tuple[CartLine, Offer]]:
    lines = ((line, loaded.offers[line.variant_id]) for line in loaded.cart.lines.values())
    return [(line, offer) for line, offer in lines if offer.buyable]


def _address(plain: dict[str, object] | None) -> Address | None:
    return None if plain is None else msgspec.convert(plain, Address)


def _warnings(line: CartLine, offer: Offer, price: int | None, currency: str) -> list[Warning]:
    """`price` is what a unit costs today: of so many units, by the lists that are open to this customer."""
    if not offer.on_sale:
        return [Warning("unavailable", "this is not for sale any more; remove it to go on")]
    if price is None:
        return [Warning("unavailable", f"this has no price in {currency}; remove it to go on")]
    warnings = []
    if line.seen_price is not None and line.seen_price != price:
        warnings.append(Warning("price-changed", "the price has changed since you added it"))
    if offer.limit is not None and line.quantity > offer.limit:
        warnings.append(Warning("insufficient-stock", f"only {offer.limit} can be had"))
    return warnings
