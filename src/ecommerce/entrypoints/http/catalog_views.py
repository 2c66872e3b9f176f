"""What the catalogue answers, for the OpenAPI document and for tests: the answers themselves come ready."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from ecommerce.application.shared.amount import Amount


class ImageView(msgspec.Struct, frozen=True):
    url: str
    alt: str
    width: int
    height: int


class RatingView(msgspec.Struct, frozen=True):
    """`average` is null without ratings."""

    average: float | None
    count: int


class CategoryLink(msgspec.Struct, frozen=True):
    slug: str
    name: str


class VariantView(msgspec.Struct, frozen=True):
    """`available` is null where stock is not tracked."""

    id: UUID
    sku: str
    name: str
    options: dict[str, str]
    price: Amount
    compare_at_price: Amount | None
    available: int | None
    in_stock: bool
    backorderable: bool
    weight_grams: int | None
    images: list[ImageView]


class ProductView(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`variants` and `images` are there where `expand` asks for them."""

    id: UUID
    slug: str
    name: str
    price_min: Amount
    price_max: Amount
    compare_at_price: Amount | None
    lowest_price_30d: Amount | None
    currency: str
    tax_included: bool
    rating: RatingView
    in_stock: bool
    image: ImageView | None
    category: CategoryLink
    tags: list[str]
    variants: list[VariantView] | msgspec.UnsetType = msgspec.UNSET
    images: list[ImageView] | msgspec.UnsetType = msgspec.UNSET


class OptionView(msgspec.Struct, frozen=True):
    name: str
    values: list[str]


class SeoView(msgspec.Struct, frozen=True):
    title: str
    description: str
    canonical: str
    json_ld: dict[str, Any]


class ProductDetailView(ProductView, frozen=True, kw_only=True):
    description: str
    attributes: dict[str, Any]
    options: list[OptionView]
    # Here they are always told. Fields are keyword-only: the order of those with defaults is of no matter.
    images: list[ImageView]  # pyright: ignore[reportGeneralTypeIssues]
    variants: list[VariantView]  # pyright: ignore[reportGeneralTypeIssues]
    breadcrumbs: list[CategoryLink]
    seo: SeoView
    created_at: datetime
    updated_at: datetime


class CategoryCount(CategoryLink, frozen=True):
    count: int


class ValueCount(msgspec.Struct, frozen=True):
    value: str
    count: int


class PriceCount(msgspec.Struct, frozen=True, rename={"start": "from"}):
    """Both ends are inside; the last has none."""

    start: Amount
    to: Amount | None
    count: int


class RatingCount(msgspec.Struct, frozen=True, rename={"start": "from"}):
    start: int
    count: int


class FacetsView(msgspec.Struct, frozen=True):
    """How many products each choice would leave, under the other filters."""

    categories: list[CategoryCount]
    attributes: dict[str, list[ValueCount]]
    prices: list[PriceCount]
    ratings: list[RatingCount]


class ProductListView(msgspec.Struct, frozen=True, kw_only=True):
    count: int
    next: str | None
    previous: str | None
    results: list[ProductView]
    count_is_minimum: bool = False
    facets: FacetsView | msgspec.UnsetType = msgspec.UNSET


class CategoryNode(CategoryLink, frozen=True):
    product_count: int
    children: list["CategoryNode"]


class CategoryTreeView(msgspec.Struct, frozen=True):
    results: list[CategoryNode]


class CategoryView(CategoryNode, frozen=True):
    breadcrumbs: list[CategoryLink]


class SuggestionView(msgspec.Struct, frozen=True):
    kind: str
    slug: str
    name: str


class SuggestionsView(msgspec.Struct, frozen=True):
    results: list[SuggestionView]
