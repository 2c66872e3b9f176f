"""One product of the demo shop with everything that hangs on it, as rows."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import product as combinations
from random import Random
from typing import Any
from uuid import UUID

import msgspec

from ecommerce.adapters.postgres.seed import words
from ecommerce.adapters.postgres.seed.numbers import (
    CURRENCIES,
    OPENED,
    TODAY,
    chance,
    charming,
    in_all_currencies,
    uuid7,
)
from ecommerce.adapters.postgres.seed.shelves import SHELVES, Shelf

IN_ALL = 10_000
NEAR, FAR = 6_000, 4_000
Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """An image that exists: where it is served, and how large it is."""

    url: str
    width: int
    height: int


@dataclass(slots=True)
class Rows:
    """In the order of the columns that `writer` names."""

    products: list[Row] = field(default_factory=list)
    variants: list[Row] = field(default_factory=list)
    prices: list[Row] = field(default_factory=list)
    images: list[Row] = field(default_factory=list)
    levels: list[Row] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Stockroom:
    """What products refer to: their categories by shelf, the two warehouses, the pictures."""

    categories: Sequence[UUID]
    near: UUID
    far: UUID
    pictures: Sequence[Picture]


def add_product(rows: Rows, room: Stockroom, seed: int, number: int, of: int) -> None:
    """The shelf follows the number, so that every leaf gets its share of any count."""
    rng = chance(seed, "product", number)
    turn, place = divmod(number, len(SHELVES))
    shelf = SHELVES[place]
    created = OPENED + (TODAY - OPENED) * number / of
    product_id = uuid7(rng, created)
    material, brand = rng.choice(words.MATERIALS), rng.choice(words.BRANDS)
    name = _name(rng, shelf, material, turn)
    options = _options(rng, shelf)
    rows.products.append(
        (
            product_id,
            f"{_slug(shelf, name)}-{number}",
            name,
            _description(rng, material, brand),
            _status(number),
            room.categories[place],
            _json({"brand": brand, "material": material.lower(), "made_in": rng.choice(words.COUNTRIES)}),
            _json([{"name": key, "values": values} for key, values in options.items()]),
            sorted(rng.sample(words.TAGS, rng.choice((0, 1, 1, 2, 3)))),
            number % 50 == 5,
            popularity := min(int(3 * rng.paretovariate(0.9)), 250_000),
            *_rating(rng, popularity),
            created,
            created + timedelta(days=rng.randrange(20)),
        )
    )
    _add_variants(rows, room, rng, shelf, number, product_id, created, options)
    # The last to draw from the generator: a shop without pictures is otherwise the same.
    _add_images(rows, room, rng, product_id, created, name)


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()


def _name(rng: Random, shelf: Shelf, material: str, turn: int) -> str:
    name = f"{rng.choice(words.ADJECTIVES)} {material} {rng.choice(shelf.nouns)}"
    if turn % 16 == 3:
        name = f"{rng.choice(words.FOREIGN)} {name}"
    if turn % 40 == 7:
        name = f"{name} {words.LONG}"
    return name


def _slug(shelf: Shelf, name: str) -> str:
    plain = [word for word in name.lower().split() if word.isascii() and word.isalnum()]
    return "-".join(plain[:4] or [shelf.code.lower()])


def _status(number: int) -> str:
    if number % 50 == 17:
        return "draft"
    return "archived" if number % 200 == 101 else "active"


def _description(rng: Random, material: str, brand: str) -> str:
    sentences = (
        rng.choice(words.OPENINGS),
        *rng.sample(words.VIRTUES, 2),
        rng.choice(words.CLOSINGS),
    )
    country = rng.choice(words.COUNTRIES)
    return " ".join(sentences).format(material=material.lower(), brand=brand, country=country)


def _rating(rng: Random, popularity: int) -> tuple[Decimal | None, int]:
    count = rng.randrange(popularity + 2)
    if count == 0:
        return None, 0
    average = min(max(rng.gauss(4.1, 0.6), 1.0), 5.0)
    return Decimal(round(average * 100)).scaleb(-2), min(count, 4_000)


def _options(rng: Random, shelf: Shelf) -> dict[str, list[str]]:
    colors: list[str] = rng.sample(words.COLORS, rng.choice((1, 2, 2, 3)))
    match shelf.variety:
        case "wear":
            return {"color": colors[:2], "size": list(words.SIZES[: rng.choice((2, 3, 4))])}
        case "capacity":
            return {"capacity": list(words.CAPACITIES[: rng.choice((2, 3))])}
        case "scale":
            return {"size": list(words.SCALES)}
        case "color":
            return {"color": colors}
    return {}


def _add_images(
    rows: Rows, room: Stockroom, rng: Random, product_id: UUID, created: datetime, name: str
) -> None:
    shots = rng.sample(range(len(room.pictures)), min(2, len(room.pictures)))
    for position, shot in enumerate(shots):
        picture = room.pictures[shot]
        alt = f"{name}, view {position + 1}"
        rows.images.append(
            (
                uuid7(rng, created, position),
                product_id,
                None,
                position,
                picture.url,
                alt,
                picture.width,
                picture.height,
            )
        )


def _add_variants(
    rows: Rows,
    room: Stockroom,
    rng: Random,
    shelf: Shelf,
    number: int,
    product_id: UUID,
    created: datetime,
    options: dict[str, list[str]],
) -> None:
    base = charming(int(shelf.cheapest * (shelf.dearest / shelf.cheapest) ** rng.random()))
    if number // len(SHELVES) % 5 == 4:
        base = charming(base * 3)
    on_sale, sold_out, some_gone = rng.random() < 0.12, rng.random() < 0.04, rng.random() < 0.05
    tracked, backorderable = number % 50 != 23, number % 50 == 31
    for position, values in enumerate(combinations(*options.values())):
        variant_id = uuid7(rng, created, position)
        chosen = dict(zip(options, values, strict=True))
        code = "-".join(value.upper().replace(" ", "") for value in values)
        rows.variants.append(
            (
                variant_id,
                product_id,
                f"{shelf.code}-{number:06d}{'-' if code else ''}{code}",
                " / ".join(values) or "Standard",
                _json(chosen),
                position,
                None if not tracked else rng.randrange(80, 9_000),
                tracked,
                backorderable,
            )
        )
        # Sizes and capacities cost more as they grow; colours do not.
        steps = sum(options[key].index(value) for key, value in chosen.items() if key != "color")
        price = charming(base + base * steps // 8) if steps else base
        before = in_all_currencies(charming(price * 5 // 4)) if on_sale else None
        for index, amount in enumerate(in_all_currencies(price)):
            compared = before[index] if before else None
            lowest = compared - compared // 20 if compared else None
            rows.prices.append((variant_id, CURRENCIES[index], amount, compared, lowest))
        if tracked:
            gone = sold_out or (some_gone and position == 0)
            rows.levels.append((variant_id, room.near, 0 if gone else NEAR, 0, backorderable))
            rows.levels.append((variant_id, room.far, 0 if gone else FAR, 0, backorderable))
