"""Money as it is shown."""

from typing import Self

import msgspec

from ecommerce.domain.shared.money import Money


class Amount(msgspec.Struct, frozen=True):
    """Integer minor units by the currency's ISO 4217 exponent (USD 2, JPY 0, KWD 3)."""

    amount: int
    currency: str

    @classmethod
    def of(cls, money: Money) -> Self:
        return cls(money.amount, money.currency)

    def to_money(self) -> Money:
        return Money(self.amount, self.currency)
