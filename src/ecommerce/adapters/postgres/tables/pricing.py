"""What decides prices beside the base price: promotions and their use, price lists, taxes, shipping.

Rules are documents: `definition` is typed and checked by the application, and read as a whole. A trigger
moves `pricing_revision` with every change of one, so that processes know when theirs are old.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from advanced_alchemy.base import DefaultBase
from sqlalchemy import BigInteger, CheckConstraint, Computed, ForeignKey, Index, Text, text
from sqlalchemy.dialects.postgresql import ARRAY, BYTEA, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from ecommerce.adapters.postgres.tables.kernel import NOW, TIME


class PricingRevisionRow(DefaultBase):
    """One row: a number that grows with every change of the rules."""

    __tablename__ = "pricing_revision"
    __table_args__ = (CheckConstraint("singleton", name="one_row"),)
    singleton: Mapped[bool] = mapped_column(primary_key=True, server_default=text("true"))
    revision: Mapped[int] = mapped_column(BigInteger, server_default=text("1"))


class TaxZoneRow(DefaultBase):
    __tablename__ = "tax_zone"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(server_default=text("1"))
    name: Mapped[str] = mapped_column(Text)
    definition: Mapped[dict[str, Any]] = mapped_column(JSONB)
    created_at: Mapped[datetime] = mapped_column(TIME, server_default=NOW)
    updated_at: Mapped[datetime] = mapped_column(TIME, server_default=NOW)


class ShippingZoneRow(DefaultBase):
    __tablename__ = "shipping_zone"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(server_default=text("1"))
    name: Mapped[str] = mapped_column(Text)
    definition: Mapped[dict[str, Any]] = mapped_column(JSONB)
    created_at: Mapped[datetime] = mapped_column(TIME, server_default=NOW)
    updated_at: Mapped[datetime] = mapped_column(TIME, server_default=NOW)


class PriceListRow(DefaultBase):
    __tablename__ = "price_list"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(server_default=text("1"))
    name: Mapped[str] = mapped_column(Text)
    definition: Mapped[dict[str, Any]] = mapped_column(JSONB)
    created_at: Mapped[datetime] = mapped_column(TIME, server_default=NOW)
    updated_at: Mapped[datetime] = mapped_column(TIME, server_default=NOW)


class PriceListEntryRow(DefaultBase):
    """What one unit costs from `min_quantity` units on, in minor units of the list's currency."""

    __tablename__ = "price_list_entry"
    __table_args__ = (
        CheckConstraint("amount >= 0 AND min_quantity BETWEEN 1 AND 999", name="makes_sense"),
        Index("ix_price_list_entry_list", "price_list_id", "variant_id", "min_quantity"),
    )
    variant_id: Mapped[UUID] = mapped_column(ForeignKey("variant.id", ondelete="CASCADE"), primary_key=True)
    price_list_id: Mapped[UUID] = mapped_column(
        ForeignKey("price_list.id", ondelete="CASCADE"), primary_key=True
    )
    min_quantity: Mapped[int] = mapped_column(primary_key=True, server_default=text("1"))
    amount: Mapped[int] = mapped_column(BigInteger)


class PromotionRow(DefaultBase):
    """`used` and `spent` count the redemptions that are not released; they are the limits' guard.

    A promotion without a limit or a budget counts nothing here, so that orders don't queue for its row; one
    without a budget spends nothing. Setting a limit counts anew, under the row's lock. A promotion is
    archived, never deleted.
    """

    __tablename__ = "promotion"
    __table_args__ = (
        CheckConstraint("used >= 0 AND spent >= 0", name="nothing_negative"),
        CheckConstraint("used <= max_uses", name="used_within_limit"),
        CheckConstraint("spent <= budget", name="spent_within_budget"),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(server_default=text("1"))
    name: Mapped[str] = mapped_column(Text)
    definition: Mapped[dict[str, Any]] = mapped_column(JSONB)
    max_uses: Mapped[int | None] = mapped_column(
        Computed("(definition ->> 'max_uses')::integer", persisted=True)
    )
    budget: Mapped[int | None] = mapped_column(
        BigInteger, Computed("(definition -> 'budget' ->> 'amount')::bigint", persisted=True)
    )
    used: Mapped[int] = mapped_column(server_default=text("0"))
    spent: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    archived_at: Mapped[datetime | None] = mapped_column(TIME)
    created_at: Mapped[datetime] = mapped_column(TIME, server_default=NOW)
    updated_at: Mapped[datetime] = mapped_column(TIME, server_default=NOW)


class CouponCodeRow(DefaultBase):
    """Only a keyed hash of the code is kept; `label` is what staff may see of it (its first letters).

    `used` counts where there is a limit alone: a code for everybody must not be a row that everybody writes.
    One that is retired works no more, and its word may be used for another.
    """

    __tablename__ = "coupon_code"
    __table_args__ = (
        CheckConstraint("used BETWEEN 0 AND max_uses", name="used_within_limit"),
        Index("ix_coupon_code_promotion", "promotion_id", "id"),
        Index(
            "uq_coupon_code_code_hash", "code_hash", unique=True, postgresql_where=text("retired_at IS NULL")
        ),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True)
    promotion_id: Mapped[UUID] = mapped_column(ForeignKey("promotion.id", ondelete="CASCADE"))
    code_hash: Mapped[bytes] = mapped_column(BYTEA)
    label: Mapped[str] = mapped_column(Text)
    max_uses: Mapped[int | None]
    used: Mapped[int] = mapped_column(server_default=text("0"))
    retired_at: Mapped[datetime | None] = mapped_column(TIME)
    created_at: Mapped[datetime] = mapped_column(TIME, server_default=NOW)


class CartCouponRow(DefaultBase):
    """A code in a cart, as it was typed."""

    __tablename__ = "cart_coupon"
    cart_id: Mapped[UUID] = mapped_column(ForeignKey("cart.id", ondelete="CASCADE"), primary_key=True)
    coupon_code_id: Mapped[UUID] = mapped_column(
        ForeignKey("coupon_code.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    code: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(TIME, server_default=NOW)


class PromotionRedemptionRow(DefaultBase):
    """An order's use of a promotion: claimed when it is placed, consumed when paid, released when it ends.

    `amount` is what it took off, shipping included, in minor units. `customer_keys` are keyed hashes of who
    used it (the account, the e-mail address): limits a customer go by each of them.
    """

    __tablename__ = "promotion_redemption"
    __table_args__ = (
        CheckConstraint("status IN ('claimed', 'consumed', 'released')", name="status_known"),
        CheckConstraint("amount >= 0", name="nothing_negative"),
        Index("ix_promotion_redemption_promotion", "promotion_id"),
        Index("ix_promotion_redemption_coupon", "coupon_code_id"),
    )
    order_id: Mapped[UUID] = mapped_column(ForeignKey("sales_order.id"), primary_key=True)
    promotion_id: Mapped[UUID] = mapped_column(ForeignKey("promotion.id"), primary_key=True)
    coupon_code_id: Mapped[UUID | None] = mapped_column(ForeignKey("coupon_code.id"))
    customer_keys: Mapped[list[bytes]] = mapped_column(ARRAY(BYTEA))
    amount: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(Text, server_default=text("'claimed'"))
    created_at: Mapped[datetime] = mapped_column(TIME, server_default=NOW)
    updated_at: Mapped[datetime] = mapped_column(TIME, server_default=NOW)


class PromotionCustomerRow(DefaultBase):
    """How often a customer has used a promotion, by one of the keys that stand for them."""

    __tablename__ = "promotion_customer"
    __table_args__ = (CheckConstraint("used >= 0", name="nothing_negative"),)
    promotion_id: Mapped[UUID] = mapped_column(ForeignKey("promotion.id"), primary_key=True)
    customer_key: Mapped[bytes] = mapped_column(BYTEA, primary_key=True)
    used: Mapped[int]
