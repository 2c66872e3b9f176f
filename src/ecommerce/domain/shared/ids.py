"""Identifiers: which kinds there are, and the human number of an order."""

import secrets
from typing import NewType
from uuid import UUID

UserId = NewType("UserId", UUID)
CartId = NewType("CartId", UUID)
OrderId = NewType("OrderId", UUID)
VariantId = NewType("VariantId", UUID)
WarehouseId = NewType("WarehouseId", UUID)
PaymentId = NewType("PaymentId", UUID)
RefundId = NewType("RefundId", UUID)

# Crockford's base32: no I, L, O or U, so that a number read over the phone stays the same number.
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def new_order_number() -> str:
    """An unguessable human number: 12 characters, 60 bits."""
    return "ORD-" + "".join(secrets.choice(_ALPHABET) for _ in range(12))
