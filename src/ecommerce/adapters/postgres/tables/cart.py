"""Carts of guests and customers."""

from datetime import datetime
from typing import Any
from uuid import UUID

from advanced_alchemy.base import DefaultBase
from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import BYTEA, JSONB
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import BigInteger

from ecommerce.adapters.postgres.tables.kernel import NOW, TIME


class CartRow(DefaultBase):
    """One open cart an owner: a guest's by the hash of its token, a customer's by the account.

    `version` grows with every write; a write names the version it has read. `email_key` stands for a guest
    in limits a customer: a keyed hash of the address.
    """

    __tablename__ = "cart"
    __table_args__ = (
        CheckConstraint("status IN ('open', 'placed', 'merged')", name="status_known"),
        CheckConstraint("num_nonnulls(token_hash, account_id) = 1", name="one_owner"),
        Index("uq_cart_open_token", "token_hash", unique=True, postgresql_where=text("status = 'open'")),
        Index(
            "uq_cart_account_open",
            "account_id",
            unique=True,
            postgresql_where=text("status = 'open' AND account_id IS NOT NULL"),
        ),
        Index("ix_cart_token", "token_hash", "created_at"),
        Index(
            "ix_cart_account_created_at",
            "account_id",
            "created_at",
            postgresql_where=text("account_id IS NOT NULL"),
        ),
        # Never by `updated_at`: a change of what no index holds touches none of them.
        Index(
            "ix_cart_guest_created_at",
            "created_at",
            postgresql_where=text("status = 'open' AND account_id IS NULL"),
        ),
        Index("ix_cart_ended_created_at", "created_at", postgresql_where=text("status <> 'open'")),
        Index("ix_cart_email", text("lower(email)"), postgresql_where=text("email IS NOT NULL")),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True)
    token_hash: Mapped[bytes | None] = mapped_column(BYTEA)
    account_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    currency: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(Text, server_default=text("'open'"))
    version: Mapped[int] = mapped_column(server_default=text("1"))
    email: Mapped[str | None] = mapped_column(Text)
    shipping_address: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    billing_address: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    shipping_option_id: Mapped[str | None] = mapped_column(Text)
    vat_number: Mapped[str | None] = mapped_column(Text)
    email_key: Mapped[bytes | None] = mapped_column(BYTEA)
    created_at: Mapped[datetime] = mapped_column(TIME, server_default=NOW)
    updated_at: Mapped[datetime] = mapped_column(TIME, server_default=NOW)


class CartLineRow(DefaultBase):
    """`seen_price` is the unit price when the line was last changed, to warn when it moves."""

    __tablename__ = "cart_line"
    __table_args__ = (
        UniqueConstraint("cart_id", "variant_id"),
        CheckConstraint("quantity BETWEEN 1 AND 999", name="quantity_in_range"),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True)
    cart_id: Mapped[UUID] = mapped_column(ForeignKey("cart.id", ondelete="CASCADE"))
    variant_id: Mapped[UUID] = mapped_column(ForeignKey("variant.id"))
    quantity: Mapped[int]
    seen_price: Mapped[int | None] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(TIME, server_default=NOW)
