"""The catalogue as it is read: made from the tables of `catalog`, and made again at any time.

Fragments are JSON without the outer braces, so that a read joins them. In them the control character U+0001,
which can't stand in JSON text, marks where the shop's own origin goes. There are no foreign keys: each write
of a product writes all of it anew, under a lock of its row in `product`.
"""

from datetime import datetime
from uuid import UUID

from advanced_alchemy.base import DefaultBase
from sqlalchemy import BigInteger, ForeignKey, Identity, Index, Integer, SmallInteger, Text, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY, TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from ecommerce.adapters.postgres.tables.kernel import TIME

_FILTERED_BY = ["price_min", "price_max", "rating", "in_stock", "featured"]


def _order(name: str, key: str) -> Index:
    """Walked both ways, and wide enough to be filtered without a look at the table."""
    included = [column for column in _FILTERED_BY if column != key]
    return Index(f"ix_product_listing_{name}", "scope", key, "product_id", postgresql_include=included)


class ListingScopeRow(DefaultBase):
    """One list: a category with all below it, or (without one) the whole catalogue, in one currency."""

    __tablename__ = "listing_scope"
    __table_args__ = (
        Index(
            "uq_listing_scope",
            "currency",
            "category_id",
            unique=True,
            postgresql_nulls_not_distinct=True,
        ),
    )
    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    category_id: Mapped[UUID | None] = mapped_column(ForeignKey("category.id", ondelete="CASCADE"))
    currency: Mapped[str] = mapped_column(Text)
    product_count: Mapped[int] = mapped_column(server_default=text("0"))


class ProductListingRow(DefaultBase):
    """A product's place in one list. No key is null: an unrated product is last both ways.

    `rating` is in hundredths, 0 without one; `rating_up` is the same, but above all ratings without one.
    `prices` is null where `price_min` and `price_max` are all the prices there are.
    """

    __tablename__ = "product_listing"
    __table_args__ = (
        _order("price", "price_min"),
        _order("rating", "rating"),
        _order("rating_up", "rating_up"),
        _order("name", "name_key"),
        _order("created_at", "created_at"),
        _order("popularity", "popularity"),
    )
    scope: Mapped[int] = mapped_column(primary_key=True)
    product_id: Mapped[UUID] = mapped_column(primary_key=True)
    price_min: Mapped[int] = mapped_column(BigInteger)
    price_max: Mapped[int] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(TIME)
    popularity: Mapped[int]
    rating: Mapped[int] = mapped_column(SmallInteger)
    rating_up: Mapped[int] = mapped_column(SmallInteger)
    in_stock: Mapped[bool]
    featured: Mapped[bool]
    name_key: Mapped[str] = mapped_column(Text(collation="C"))
    prices: Mapped[list[int] | None] = mapped_column(ARRAY(BigInteger))


class ProductDocRow(DefaultBase):
    """What depends on the currency. In `variants`, U+0002 marks where each one's stock goes; `stock_kinds`
    has a letter for each: `t` tracked, `b` tracked but backorderable, `u` untracked.
    """

    __tablename__ = "product_doc"
    product_id: Mapped[UUID] = mapped_column(primary_key=True)
    currency: Mapped[str] = mapped_column(Text, primary_key=True)
    card: Mapped[str] = mapped_column(Text)
    variants: Mapped[str] = mapped_column(Text)
    variant_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid))
    stock_kinds: Mapped[str] = mapped_column(Text)


class ProductPageRow(DefaultBase):
    """What is the same in every currency: `images` is an array, `rest` ends where the offer is to stand."""

    __tablename__ = "product_page"
    product_id: Mapped[UUID] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(Text, index=True)
    images: Mapped[str] = mapped_column(Text)
    rest: Mapped[str] = mapped_column(Text)


class ProductSearchRow(DefaultBase):
    """All that a product can be found by, as lexemes. A bare one is a word of its text; a prefix tells other
    kinds: `n:` a word of its name, `e:` its whole name, `k:` a SKU, `a:` an attribute, `t:` a tag,
    `p:` its tier of popularity, `s:` a list it stands in, `x:` a currency it has no price in.
    """

    __tablename__ = "product_search"
    __table_args__ = (Index("ix_product_search_terms", "terms", postgresql_using="gin"),)
    product_id: Mapped[UUID] = mapped_column(primary_key=True)
    category_id: Mapped[UUID]
    popularity: Mapped[int]
    terms: Mapped[list[str]] = mapped_column(TSVECTOR)
    facets: Mapped[list[int]] = mapped_column(ARRAY(Integer))


class FacetRow(DefaultBase):
    """A value that a visible product has, or had: an attribute's, or a tag (`name` is empty)."""

    __tablename__ = "facet"
    __table_args__ = (Index("uq_facet", "name", "value", unique=True),)
    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    value: Mapped[str] = mapped_column(Text)


class SearchTermRow(DefaultBase):
    """A word that occurs. `variants` are the word and all that is left of it without one letter: two words
    one edit or swap apart share one of them. `names` counts the names it stands in.
    """

    __tablename__ = "search_term"
    __table_args__ = (
        Index("ix_search_term_lexeme", "lexeme"),
        Index("ix_search_term_variants", "variants", postgresql_using="gin"),
        Index("ix_search_term_prefix", "word", postgresql_ops={"word": "text_pattern_ops"}),
    )
    word: Mapped[str] = mapped_column(Text, primary_key=True)
    lexeme: Mapped[str] = mapped_column(Text)
    names: Mapped[int] = mapped_column(server_default=text("0"))
    variants: Mapped[list[str]] = mapped_column(ARRAY(Text))


class BoughtTogetherRow(DefaultBase):
    """How many orders hold both products; each pair stands both ways."""

    __tablename__ = "bought_together"
    __table_args__ = (Index("ix_bought_together_times", "product_id", "times"),)
    product_id: Mapped[UUID] = mapped_column(primary_key=True)
    other_id: Mapped[UUID] = mapped_column(primary_key=True)
    times: Mapped[int]
