"""What one unit costs, in a request's body."""

from typing import Annotated

import msgspec

from ecommerce.domain.shared.money import MAX_UNIT_PRICE, Money


class UnitPriceBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    amount: Annotated[int, msgspec.Meta(ge=0, le=MAX_UNIT_PRICE)]
    currency: Annotated[str, msgspec.Meta(pattern="^[A-Z]{3}$")]

    def to_money(self) -> Money:
        return Money(self.amount, self.currency)
