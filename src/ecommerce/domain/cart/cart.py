"""A cart: what somebody means to buy. It reserves nothing and promises no price."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from ecommerce.domain.shared.ids import CartId, UserId, VariantId
from ecommerce.domain.shared.kernel import InsufficientStock, InvalidValue, NotFound, StaleVersion

MAX_LINES = 100
MAX_QUANTITY = 999
MAX_COUPONS = 50


@dataclass(frozen=True, slots=True)
class CartOwner:
    """A customer by their account, or a guest by the hash of a token."""

    account_id: UserId | None = None
    token_hash: bytes | None = None

    def __post_init__(self) -> None:
        if (self.account_id is None) == (self.token_hash is None):
            raise ValueError("a cart is owned either by an account or by a token")


@dataclass(slots=True)
class CartLine:
    """`seen_price` is the unit price, in minor units, when the customer last changed the line; None until it
    has been worked out.
    """

    id: UUID
    variant_id: VariantId
    quantity: int
    seen_price: int | None


@dataclass(slots=True)
class CheckoutDetails:
    """What a checkout of several pages has gathered so far. Addresses are kept as they were given.

    `email_key` stands for the address in limits a customer.
    """

    email: str | None = None
    email_key: bytes | None = None
    shipping_address: dict[str, object] | None = None
    billing_address: dict[str, object] | None = None
    shipping_option_id: str | None = None
    vat_number: str | None = None

    def fill_from(self, other: "CheckoutDetails") -> None:
        """Take what is missing here. A shipping option belongs to its address."""
        if self.email is None:
            self.email, self.email_key = other.email, other.email_key
        if self.shipping_address is None:
            self.shipping_address = other.shipping_address
            self.shipping_option_id = self.shipping_option_id or other.shipping_option_id
        if self.billing_address is None:
            self.billing_address = other.billing_address
        if self.vat_number is None:
            self.vat_number = other.vat_number


@dataclass(slots=True, kw_only=True)
class Cart:
    """`version` 0 is a cart that isn't stored yet. `coupons` are codes as they were typed, by their ids."""

    id: CartId
    owner: CartOwner
    currency: str
    version: int = 0
    lines: dict[VariantId, CartLine] = field(default_factory=dict)
    details: CheckoutDetails = field(default_factory=CheckoutDetails)
    coupons: dict[UUID, str] = field(default_factory=dict)
    removed: set[UUID] = field(default_factory=set, init=False)

    @property
    def etag(self) -> str:
        """What `If-Match` must name: it changes with every stored change."""
        return f"{self.id.hex}-{self.version}"

    def expect(self, etag: str | None) -> None:
        """Raises `StaleVersion` unless the caller's version is this one (None and `*` are any)."""
        if etag not in (None, "*", self.etag):
            raise StaleVersion("the cart has changed since you read it; read it again")

    def add(self, line_id: UUID, variant_id: VariantId, quantity: int, available: int | None) -> None:
        """Add units; `available` None is as many as one likes. Raises `InsufficientStock`, `InvalidValue`."""
        line = self.lines.get(variant_id)
        if line is None and len(self.lines) >= MAX_LINES:
            raise InvalidValue(f"a cart holds {MAX_LINES} lines at the most", pointer="/variant_id")
        wanted = quantity + (line.quantity if line else 0)
        _check(wanted, available)
        if line is None:
            self.lines[variant_id] = CartLine(line_id, variant_id, wanted, None)
        else:
            line.quantity, line.seen_price = wanted, None

    def set_quantity(self, line_id: UUID, quantity: int, available: int | None) -> None:
        """Raises `NotFound`, `InsufficientStock`, `InvalidValue`."""
        line = self.line(line_id)
        _check(quantity, available)
        line.quantity, line.seen_price = quantity, None

    def line(self, line_id: UUID) -> CartLine:
        for line in self.lines.values():
            if line.id == line_id:
                return line
        raise NotFound("there is no such line in your cart")

    def remove(self, line_id: UUID) -> None:
        line = self.line(line_id)
        self.removed.add(line.id)
        del self.lines[line.variant_id]

    def clear(self) -> None:
        self.removed |= {line.id for line in self.lines.values()}
        self.lines.clear()

    def switch_currency(self, currency: str) -> None:
        """Every price is another one, which nobody has seen yet."""
        self.currency = currency
        for line in self.lines.values():
            line.seen_price = None

    def add_coupon(self, coupon_code_id: UUID, code: str) -> None:
        """The same code twice is once, as it was typed first. Raises `InvalidValue` for too many."""
        if coupon_code_id in self.coupons:
            return
        if len(self.coupons) >= MAX_COUPONS:
            raise InvalidValue(f"a cart holds {MAX_COUPONS} codes at the most", pointer="/code")
        self.coupons[coupon_code_id] = code

    def remove_coupon(self, coupon_code_id: UUID) -> None:
        """Raises `NotFound` for a code that isn't in the cart."""
        if self.coupons.pop(coupon_code_id, None) is None:
            raise NotFound("there is no such code in your cart")

    def take_over(self, other: "Cart", available: Mapping[VariantId, int | None]) -> None:
        """Move what another cart holds into this one.

        Quantities add up, as far as stock and limits go; what finds no room stays where it was. Of details
        this cart's own count, and the other's where it has none. What a line's price was is the caller's to
        say: prices may differ between the two.
        """
        for line in list(other.lines.values()):
            mine = self.lines.get(line.variant_id)
            if mine is None and len(self.lines) >= MAX_LINES:
                continue
            wanted = min(line.quantity + (mine.quantity if mine else 0), MAX_QUANTITY)
            limit = available.get(line.variant_id)
            if limit is not None:
                # Capped by stock, but never below what stood in a cart before: the warning tells the rest.
                wanted = max(min(wanted, limit), mine.quantity if mine else min(line.quantity, MAX_QUANTITY))
            if mine is None:
                self.lines[line.variant_id] = CartLine(line.id, line.variant_id, wanted, line.seen_price)
            else:
                mine.quantity = wanted
            other.remove(line.id)
        for coupon_code_id, code in list(other.coupons.items()):
            if coupon_code_id in self.coupons or len(self.coupons) < MAX_COUPONS:
                self.coupons.setdefault(coupon_code_id, code)
                del other.coupons[coupon_code_id]
        self.details.fill_from(other.details)

    @property
    def is_empty(self) -> bool:
        return not self.lines and not self.coupons and self.details == CheckoutDetails()


def _check(quantity: int, available: int | None) -> None:
    if not 1 <= quantity <= MAX_QUANTITY:
        raise InvalidValue(f"a line holds 1 to {MAX_QUANTITY} units", pointer="/quantity")
    if available is not None and quantity > available:
        raise InsufficientStock(f"only {available} can be had", available=available)
