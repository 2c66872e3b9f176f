"""Warehouses and what lies in them."""

from datetime import datetime
from uuid import UUID

from advanced_alchemy.base import DefaultBase
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    Text,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from ecommerce.adapters.postgres.tables.kernel import NOW, TIME


class WarehouseRow(DefaultBase):
    """Stock is taken from the warehouse of the lowest `priority` that has all of a demand."""

    __tablename__ = "warehouse"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(Text, unique=True)
    name: Mapped[str] = mapped_column(Text)
    country: Mapped[str] = mapped_column(Text)
    priority: Mapped[int]


class StockLevelRow(DefaultBase):
    """A tracked variant has a row per warehouse that keeps it; an untracked one has none."""

    __tablename__ = "stock_level"
    __table_args__ = (
        CheckConstraint("reserved >= 0", name="reserved_not_negative"),
        CheckConstraint("on_hand >= 0", name="on_hand_not_negative"),
        CheckConstraint("reserved <= on_hand OR backorderable", name="never_oversold"),
        # Most updates change no index; room on the page keeps them there (HOT).
        {"postgresql_with": {"fillfactor": 70}},
    )
    variant_id: Mapped[UUID] = mapped_column(ForeignKey("variant.id"), primary_key=True)
    warehouse_id: Mapped[UUID] = mapped_column(ForeignKey("warehouse.id"), primary_key=True)
    on_hand: Mapped[int]
    reserved: Mapped[int] = mapped_column(server_default=text("0"))
    backorderable: Mapped[bool] = mapped_column(server_default=text("false"))


class StockMovementRow(DefaultBase):
    """Append-only: the sum of a level's movements is its `on_hand`."""

    __tablename__ = "stock_movement"
    __table_args__ = (
        ForeignKeyConstraint(
            ["variant_id", "warehouse_id"], ["stock_level.variant_id", "stock_level.warehouse_id"]
        ),
        CheckConstraint("quantity <> 0", name="moves_something"),
        Index("ix_stock_movement_level", "variant_id", "warehouse_id", "id"),
    )
    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    variant_id: Mapped[UUID]
    warehouse_id: Mapped[UUID]
    quantity: Mapped[int]
    kind: Mapped[str] = mapped_column(Text)
    order_id: Mapped[UUID | None]
    reason: Mapped[str | None] = mapped_column(Text)
    actor: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(TIME, server_default=NOW)


class StockReservationRow(DefaultBase):
    """An order's claim on stock; the sum of a level's reservations is its `reserved`.

    `expires_at` is null once the order is paid: then only fulfilment or a cancellation ends it.
    """

    __tablename__ = "stock_reservation"
    __table_args__ = (
        ForeignKeyConstraint(
            ["variant_id", "warehouse_id"], ["stock_level.variant_id", "stock_level.warehouse_id"]
        ),
        CheckConstraint("quantity > 0", name="claims_something"),
        Index("ix_stock_reservation_level", "variant_id", "warehouse_id"),
        Index("ix_stock_reservation_expiry", "expires_at", postgresql_where=text("expires_at IS NOT NULL")),
    )
    order_id: Mapped[UUID] = mapped_column(primary_key=True)
    variant_id: Mapped[UUID] = mapped_column(primary_key=True)
    warehouse_id: Mapped[UUID] = mapped_column(primary_key=True)
    quantity: Mapped[int]
    expires_at: Mapped[datetime | None] = mapped_column(TIME)
    created_at: Mapped[datetime] = mapped_column(TIME, server_default=NOW)
