"""Money: integer minor units and a currency, always together."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Self

from ecommerce.domain.shared.kernel import InvalidValue

# Exponents by ISO 4217 (list one, amended 2025); a currency that is not listed has two decimals.
_EXPONENTS = {
    **dict.fromkeys(("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF").split(), 0),
    **dict.fromkeys(("BHD IQD JOD KWD LYD OMR TND").split(), 3),
    **dict.fromkeys(("CLF UYW").split(), 4),
}

# The largest sum a bigint column and Stripe's eight digits leave room for, with a wide margin.
MAX_AMOUNT = 10**15
# Of the fullest cart there can be (100 lines of 999 units) the sum still is one.
MAX_UNIT_PRICE = 10**10


class CurrencyMismatch(InvalidValue):
    """Two currencies in one sum: always a bug in the caller, never a rounding matter."""


def exponent(currency: str) -> int:
    """How many decimals the currency has (JPY 0, USD 2, KWD 3)."""
    return _EXPONENTS.get(currency, 2)


@dataclass(frozen=True, slots=True, order=False)
class Money:
    """`amount` in minor units of `currency` (ISO 4217, upper case). It may be negative; most uses are not."""

    amount: int
    currency: str

    @classmethod
    def zero(cls, currency: str) -> Self:
        return cls(0, currency)

    @classmethod
    def from_decimal(cls, text: str, currency: str) -> Self:
        """Read major units ("12.50"). Raises `InvalidValue` on anything that isn't an exact amount."""
        digits = exponent(currency)
        try:
            value = Decimal(text)
        except ArithmeticError:
            raise InvalidValue(f"{text!r} is not an amount") from None
        if not value.is_finite() or abs(value) > MAX_AMOUNT:
            raise InvalidValue(f"{text!r} is not an amount")
        scaled = value.scaleb(digits)
        if scaled != scaled.to_integral_value():
            raise InvalidValue(f"{currency} has {digits} decimals; {text} has more")
        return cls(int(scaled), currency)

    def to_decimal(self) -> Decimal:
        return Decimal(self.amount).scaleb(-exponent(self.currency))

    def _same(self, other: "Money") -> None:
        if self.currency != other.currency:
            raise CurrencyMismatch(f"{self.currency} and {other.currency} do not add up")

    def __add__(self, other: "Money") -> "Money":
        self._same(other)
        return Money(self.amount + other.amount, self.currency)

    def __sub__(self, other: "Money") -> "Money":
        self._same(other)
        return Money(self.amount - other.amount, self.currency)

    def __mul__(self, count: int) -> "Money":
        return Money(self.amount * count, self.currency)

    def __str__(self) -> str:
        return f"{self.to_decimal():.{exponent(self.currency)}f} {self.currency}"


def share(amount: int, parts_per_million: int) -> int:
    """`amount` times a rate in millionths, rounded half up (away from zero): the one rounding point."""
    exact = Decimal(amount) * parts_per_million / 1_000_000
    return int(exact.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def included_share(amount: int, parts_per_million: int) -> int:
    """The part of a gross `amount` that is tax at this rate, rounded half up."""
    exact = Decimal(amount) * parts_per_million / (1_000_000 + parts_per_million)
    return int(exact.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def split(amount: int, weights: Sequence[int]) -> list[int]:
    """Divide `amount` by `weights` so that the parts sum to the whole (largest remainder, ties to the first).

    Weights are not negative. When all are zero the amount must be zero too.
    """
    whole = sum(weights)
    if whole == 0:
        if amount:
            raise InvalidValue("an amount can't be split over nothing")
        return [0] * len(weights)
    if amount < 0:
        return [-part for part in split(-amount, weights)]
    parts = [amount * weight // whole for weight in weights]
    missing = amount - sum(parts)
    if missing:
        remainders = [amount * weight % whole for weight in weights]
        # A reversed sort leaves equal ones in their order.
        by_remainder = sorted(range(len(parts)), key=remainders.__getitem__, reverse=True)
        for index in by_remainder[:missing]:
            parts[index] += 1
    return parts
