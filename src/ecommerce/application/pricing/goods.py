"""Goods that a promotion means, as staff name them."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, TypeAlias
from uuid import UUID

import msgspec

from ecommerce.domain.pricing.target import Target, feature
from ecommerce.domain.pricing.validation import MAX_FEATURES

Ids: TypeAlias = Annotated[list[UUID], msgspec.Meta(max_length=MAX_FEATURES)]
Tags: TypeAlias = Annotated[
    list[Annotated[str, msgspec.Meta(min_length=1, max_length=100)]], msgspec.Meta(max_length=MAX_FEATURES)
]


@dataclass(frozen=True, slots=True)
class GoodsIds:
    """Ids of goods, by what they are the ids of."""

    products: frozenset[UUID] = frozenset()
    categories: frozenset[UUID] = frozenset()
    variants: frozenset[UUID] = frozenset()


class NamedGoods(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whatever is any of these. A category stands for all that are below it, too."""

    products: Ids = []
    categories: Ids = []
    variants: Ids = []
    tags: Tags = []

    def features(self) -> Iterator[str]:
        yield from (feature("product", each) for each in self.products)
        yield from (feature("category", each) for each in self.categories)
        yield from (feature("variant", each) for each in self.variants)
        yield from (feature("tag", each) for each in self.tags)


class Goods(NamedGoods, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whatever is any of these (all goods where nothing is named), but nothing of `without`."""

    without: Annotated[NamedGoods, msgspec.Meta(examples=[{}])] = msgspec.field(default_factory=NamedGoods)

    def target(self) -> Target:
        return Target.of(self.features(), self.without.features())


def ids_of(named: list[tuple[str, NamedGoods]]) -> GoodsIds:
    """All that is named, wherever."""
    return GoodsIds(
        frozenset(each for _, goods in named for each in goods.products),
        frozenset(each for _, goods in named for each in goods.categories),
        frozenset(each for _, goods in named for each in goods.variants),
    )


def places_of(unknown: GoodsIds, named: list[tuple[str, NamedGoods]]) -> Iterator[str]:
    """The pointers at which ids stand that nobody knows."""
    for pointer, goods in named:
        for kind in ("products", "categories", "variants"):
            for index, each in enumerate(getattr(goods, kind)):
                if each in getattr(unknown, kind):
                    yield f"{pointer}/{kind}/{index}"
