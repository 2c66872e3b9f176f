"""Orders: what was sold, to whom, for how much. Everything is copied; nothing later changes it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from advanced_alchemy.base import DefaultBase
from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import BYTEA, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from ecommerce.adapters.postgres.tables.kernel import NOW, TIME


class OrderRow(DefaultBase):
    """Sums are minor units of `currency`. `discount` counts all promotions; `refunded` what was given back.

    `taxes` sums each rate over lines and shipping, `promotions` names what was applied. `email_key` is a
    keyed hash of the address, by which a customer is known again.
    `client_key` is a keyed hash of the person or the address that placed it, for the cap on unpaid orders.
    `payment_status` and `fulfilment_status` are derived from the ledgers by the statement that changes them.
    """

    __tablename__ = "sales_order"
    __table_args__ = (
        CheckConstraint(
            "subtotal >= 0 AND discount >= 0 AND shipping >= 0 AND tax >= 0 AND total >= 0",
            name="nothing_negative",
        ),
        CheckConstraint("discount <= subtotal", name="discount_within_subtotal"),
        CheckConstraint(
            "total = subtotal - discount + shipping + CASE WHEN tax_included THEN 0 ELSE tax END",
            name="total_adds_up",
        ),
        CheckConstraint("refunded BETWEEN 0 AND total", name="refunded_within_total"),
        CheckConstraint(
            "status IN ('pending', 'confirmed', 'completed', 'cancelled', 'expired')", name="status_known"
        ),
        CheckConstraint(
            "payment_status IN ('unpaid', 'pending', 'authorized', 'partially_paid', 'paid',"
            " 'partially_refunded', 'refunded', 'failed', 'disputed')",
            name="payment_status_known",
        ),
        CheckConstraint(
            "fulfilment_status IN ('unfulfilled', 'partially_fulfilled', 'fulfilled', 'delivered',"
            " 'partially_returned', 'returned')",
            name="fulfilment_status_known",
        ),
        CheckConstraint("payment_method IN ('stripe', 'manual')", name="payment_method_known"),
        Index("ix_sales_order_account", "account_id", "created_at", "id"),
        Index("ix_sales_order_email", text("lower(email)")),
        Index("ix_sales_order_email_key", "email_key"),
        Index(
            "ix_sales_order_unpaid_client",
            "client_key",
            postgresql_where=text("payment_status = 'unpaid' AND status IN ('pending', 'confirmed')"),
        ),
        Index(
            "ix_sales_order_expiry",
            "expires_at",
            postgresql_where=text("payment_status = 'unpaid' AND status IN ('pending', 'confirmed')"),
        ),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(Text, unique=True)
    cart_id: Mapped[UUID | None] = mapped_column(ForeignKey("cart.id", ondelete="SET NULL"), unique=True)
    account_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    token_hash: Mapped[bytes | None] = mapped_column(BYTEA)
    client_key: Mapped[bytes | None] = mapped_column(BYTEA)
    email: Mapped[str] = mapped_column(Text)
    email_key: Mapped[bytes | None] = mapped_column(BYTEA)
    currency: Mapped[str] = mapped_column(Text)
    tax_included: Mapped[bool]
    subtotal: Mapped[int] = mapped_column(BigInteger)
    discount: Mapped[int] = mapped_column(BigInteger)
    shipping: Mapped[int] = mapped_column(BigInteger)
    tax: Mapped[int] = mapped_column(BigInteger)
    total: Mapped[int] = mapped_column(BigInteger)
    refunded: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    status: Mapped[str] = mapped_column(Text)
    payment_status: Mapped[str] = mapped_column(Text, server_default=text("'unpaid'"))
    fulfilment_status: Mapped[str] = mapped_column(Text, server_default=text("'unfulfilled'"))
    payment_method: Mapped[str] = mapped_column(Text)
    shipping_address: Mapped[dict[str, Any]] = mapped_column(JSONB)
    billing_address: Mapped[dict[str, Any]] = mapped_column(JSONB)
    shipping_option: Mapped[dict[str, Any]] = mapped_column(JSONB)
    note: Mapped[str | None] = mapped_column(Text)
    vat_number: Mapped[str | None] = mapped_column(Text)
    tax_exemption: Mapped[str | None] = mapped_column(Text)
    taxes: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default=text("'[]'"))
    promotions: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default=text("'[]'"))
    pricing_engine: Mapped[str] = mapped_column(Text)
    pricing_input: Mapped[dict[str, Any]] = mapped_column(JSONB)
    lines_hash: Mapped[bytes] = mapped_column(BYTEA)
    expires_at: Mapped[datetime | None] = mapped_column(TIME)
    created_at: Mapped[datetime] = mapped_column(TIME, server_default=NOW)
    updated_at: Mapped[datetime] = mapped_column(TIME, server_default=NOW)


class OrderLineRow(DefaultBase):
    __tablename__ = "order_line"
    __table_args__ = (
        CheckConstraint("quantity > 0", name="sells_something"),
        CheckConstraint("unit_price >= 0 AND discount >= 0 AND tax >= 0", name="nothing_negative"),
        CheckConstraint("line_total = unit_price * quantity - discount AND line_total >= 0", name="adds_up"),
        UniqueConstraint("order_id", "position"),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True)
    order_id: Mapped[UUID] = mapped_column(ForeignKey("sales_order.id"))
    position: Mapped[int]
    variant_id: Mapped[UUID]
    product_id: Mapped[UUID]
    sku: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    options: Mapped[dict[str, Any]] = mapped_column(JSONB)
    quantity: Mapped[int]
    unit_price: Mapped[int] = mapped_column(BigInteger)
    discount: Mapped[int] = mapped_column(BigInteger)
    tax: Mapped[int] = mapped_column(BigInteger)
    line_total: Mapped[int] = mapped_column(BigInteger)
    taxes: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)


class OrderHistoryRow(DefaultBase):
    """Append-only: every status each axis has had."""

    __tablename__ = "order_history"
    __table_args__ = (
        CheckConstraint("axis IN ('order', 'payment', 'fulfilment')", name="axis_known"),
        Index("ix_order_history_order", "order_id", "id"),
    )
    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    order_id: Mapped[UUID] = mapped_column(ForeignKey("sales_order.id"))
    at: Mapped[datetime] = mapped_column(TIME, server_default=NOW)
    axis: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(Text)
    note: Mapped[str | None] = mapped_column(Text)
    actor: Mapped[str] = mapped_column(Text)
