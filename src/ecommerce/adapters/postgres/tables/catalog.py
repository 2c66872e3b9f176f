"""What is for sale: categories, products, variants, prices, images."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from advanced_alchemy.base import DefaultBase
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    Numeric,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from ecommerce.adapters.postgres.tables.kernel import NOW, TIME


class CategoryRow(DefaultBase):
    """`path` holds the ids from the root to the category itself."""

    __tablename__ = "category"
    __table_args__ = (Index("ix_category_parent", "parent_id"),)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("category.id"))
    path: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid))
    slug: Mapped[str] = mapped_column(Text, unique=True)
    name: Mapped[str] = mapped_column(Text)
    position: Mapped[int] = mapped_column(server_default=text("0"))


class ProductRow(DefaultBase):
    """`options` is a list of `{"name", "values"}` in display order, `attributes` a map of name to value."""

    __tablename__ = "product"
    __table_args__ = (
        CheckConstraint("status IN ('draft', 'active', 'archived')", name="status_known"),
        CheckConstraint("rating_average BETWEEN 1 AND 5", name="rating_in_range"),
        Index("ix_product_category", "category_id"),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(Text, unique=True)
    name: Mapped[str] = mapped_column(Text)
    description: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(Text)
    category_id: Mapped[UUID] = mapped_column(ForeignKey("category.id"))
    attributes: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=text("'{}'"))
    options: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default=text("'[]'"))
    tags: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=text("'{}'"))
    featured: Mapped[bool] = mapped_column(server_default=text("false"))
    popularity: Mapped[int] = mapped_column(server_default=text("0"))
    rating_average: Mapped[Decimal | None] = mapped_column(Numeric(3, 2))
    rating_count: Mapped[int] = mapped_column(server_default=text("0"))
    tax_class: Mapped[str] = mapped_column(Text, server_default=text("'standard'"))
    seo_title: Mapped[str | None] = mapped_column(Text)
    seo_description: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(TIME, server_default=NOW)
    updated_at: Mapped[datetime] = mapped_column(TIME, server_default=NOW)


class FormerSlugRow(DefaultBase):
    """A slug that a product had before: it leads to the new one."""

    __tablename__ = "former_slug"
    slug: Mapped[str] = mapped_column(Text, primary_key=True)
    product_id: Mapped[UUID] = mapped_column(ForeignKey("product.id", ondelete="CASCADE"))


class VariantRow(DefaultBase):
    """What is bought. `options` maps each option's name to this variant's value."""

    __tablename__ = "variant"
    __table_args__ = (Index("ix_variant_product", "product_id", "position"),)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    product_id: Mapped[UUID] = mapped_column(ForeignKey("product.id"))
    sku: Mapped[str] = mapped_column(Text, unique=True)
    name: Mapped[str] = mapped_column(Text)
    options: Mapped[dict[str, str]] = mapped_column(JSONB, server_default=text("'{}'"))
    position: Mapped[int] = mapped_column(server_default=text("0"))
    weight_grams: Mapped[int | None]
    length_mm: Mapped[int | None]
    width_mm: Mapped[int | None]
    height_mm: Mapped[int | None]
    barcode: Mapped[str | None] = mapped_column(Text)
    tracked: Mapped[bool] = mapped_column(server_default=text("true"))
    backorderable: Mapped[bool] = mapped_column(server_default=text("false"))
    active: Mapped[bool] = mapped_column(server_default=text("true"))


class VariantPriceRow(DefaultBase):
    """Minor units; `compare_at` is the price it was reduced from, `lowest_30d` the lowest of the 30 days
    before the reduction began (null when it isn't reduced).
    """

    __tablename__ = "variant_price"
    __table_args__ = (CheckConstraint("amount >= 0 AND compare_at > amount", name="prices_make_sense"),)
    variant_id: Mapped[UUID] = mapped_column(ForeignKey("variant.id"), primary_key=True)
    currency: Mapped[str] = mapped_column(Text, primary_key=True)
    amount: Mapped[int] = mapped_column(BigInteger)
    compare_at: Mapped[int | None] = mapped_column(BigInteger)
    lowest_30d: Mapped[int | None] = mapped_column(BigInteger)


class ProductImageRow(DefaultBase):
    """Of the product as a whole, or of one variant."""

    __tablename__ = "product_image"
    __table_args__ = (UniqueConstraint("product_id", "position"),)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    product_id: Mapped[UUID] = mapped_column(ForeignKey("product.id"))
    variant_id: Mapped[UUID | None] = mapped_column(ForeignKey("variant.id"))
    position: Mapped[int]
    url: Mapped[str] = mapped_column(Text)
    alt: Mapped[str] = mapped_column(Text)
    width: Mapped[int]
    height: Mapped[int]
