"""Reads the examples of docs/pricing.md: a small language for carts, promotions and taxes."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from ecommerce.domain.pricing.promotion import (
    AmountOff,
    Benefit,
    Bundle,
    BuyXGetY,
    Conditions,
    FixedPrice,
    FreeShipping,
    Level,
    Part,
    Percentage,
    Promotion,
    Tier,
    Tiers,
)
from ecommerce.domain.pricing.snapshot import Candidate, Line, Shipping, Snapshot, TaxRate
from ecommerce.domain.pricing.target import EVERYTHING, Target, feature
from ecommerce.domain.shared.money import Money

DOCUMENT = Path(__file__).parents[3] / "docs/pricing.md"
HEADINGS = "In Lines Promotions Taxes Ships_for Off_lines Subtotal Discount Shipping Tax Total Why".split()


@dataclass(frozen=True)
class Example:
    """`off_lines` by line; sums in minor units."""

    text: str
    snapshot: Snapshot
    off_lines: dict[str, int]
    subtotal: int
    discount: int
    shipping: int
    tax: int
    total: int


def examples() -> list[Example]:
    return [_example(cells) for cells in tables() if len(cells) == len(HEADINGS)]


def tables() -> Iterator[list[str]]:
    """The cells of each row of each table, without headings."""
    rows = [line.strip() for line in DOCUMENT.read_text().splitlines()]
    for number, row in enumerate(rows):
        is_table = row.startswith("|") and not row.startswith("| ---")
        if is_table and not rows[number + 1].startswith("| ---"):
            yield [cell.strip() for cell in row.strip("|").split("|")]


def _example(cells: list[str]) -> Example:
    row = dict(zip(HEADINGS, cells, strict=True))
    words = _Words(row["In"])
    rates, included, by_order = words.taxes(row["Taxes"])
    lines = [words.line(each, rates) for each in row["Lines"].split(", ")]
    promotions = [] if row["Promotions"] == "-" else row["Promotions"].split("; ")
    off_lines = [words.amount(each) for each in row["Off_lines"].split(", ")]
    price = None if row["Ships_for"] == "-" else words.amount(row["Ships_for"])
    return Example(
        text=f"{row['Lines']} / {row['Promotions']} / {row['Taxes']}",
        snapshot=Snapshot(
            currency=row["In"],
            tax_included=included,
            lines=tuple(lines),
            shipping=None if price is None else Shipping(price, "post", rates),
            candidates=tuple(words.candidate(each, number) for number, each in enumerate(promotions)),
            rounding="order" if by_order else "line",
        ).canonical(),
        off_lines={line.key: off for line, off in zip(lines, off_lines, strict=True)},
        subtotal=words.amount(row["Subtotal"]),
        discount=words.amount(row["Discount"]),
        shipping=words.amount(row["Shipping"]),
        tax=words.amount(row["Tax"]),
        total=words.amount(row["Total"]),
    )


@dataclass(frozen=True)
class _Words:
    currency: str

    def amount(self, text: str) -> int:
        return Money.from_decimal(text, self.currency).amount

    def amounts(self, text: str) -> dict[str, int]:
        return {self.currency: self.amount(text)}

    def line(self, text: str, rates: tuple[TaxRate, ...]) -> Line:
        """`2 x 10.00 A`: its name is a tag, too."""
        quantity, _, price, name = text.split(" ")
        return Line(name, self.amount(price), int(quantity), frozenset({feature("tag", name)}), rates)

    def taxes(self, text: str) -> tuple[tuple[TaxRate, ...], bool, bool]:
        """`5 % and 10 % compound on top, rounded an order`: rates, whether inside, whether by order."""
        if text == "-":
            return (), False, False
        found = re.fullmatch(r"(?P<rates>.+) (?P<how>inside|on top)(?P<by_order>, rounded an order)?", text)
        assert found, text
        rates = tuple(
            TaxRate(each, ppm(each.removesuffix(" compound").removesuffix(" %")), each.endswith("compound"))
            for each in found["rates"].split(" and ")
        )
        return rates, found["how"] == "inside", found["by_order"] is not None

    def candidate(self, text: str, number: int) -> Candidate:
        """`10 % off A (group sale, from 50.00)`."""
        what, _, terms = text.removesuffix(")").partition(" (")
        said = {word: value for word, _, value in (each.partition(" ") for each in terms.split(", "))}
        minimum = said.get("from")
        budget = said.get("budget")
        promotion = Promotion(
            id=f"p{number}",
            name=text,
            benefit=self.benefit(what),
            conditions=Conditions(min_subtotal=self.amounts(minimum) if minimum else {}),
            priority=int(said.get("priority", 100)),
            group=said.get("group"),
            alone="alone" in said,
        )
        return Candidate(promotion, budget_left=self.amount(budget) if budget else None)

    def benefit(self, text: str) -> Benefit:
        for pattern, make in _SENTENCES.items():
            found = re.fullmatch(pattern, text)
            if found:
                return make(self, found)
        raise AssertionError(f"docs/pricing.md: nobody understands {text!r}")


def ppm(percent: str) -> int:
    """`9.975`: 99,750."""
    return int(Decimal(percent) * 10_000)


def _goods(name: str) -> Target:
    if name in {"everything", "any"}:
        return EVERYTHING
    without = name.removeprefix("everything but ")
    if without != name:
        return Target.of(without=[feature("tag", without)])
    return Target.of([feature("tag", name)])


def _tiers(words: _Words, found: re.Match[str]) -> Benefit:
    steps = re.findall(r"([\d.]+) % from (\d+)", found["tiers"])
    return Tiers(tiers=tuple(Tier(int(n), ppm(p)) for p, n in steps), target=_goods(found["goods"]))


def _bundle(words: _Words, found: re.Match[str]) -> Benefit:
    parts = [each.split(" ") for each in found["parts"].split(" and ")]
    return Bundle(
        parts=tuple(Part(_goods(name), int(count)) for count, name in parts),
        prices=words.amounts(found["price"]),
    )


def _buy_x_get_y(words: _Words, found: re.Match[str]) -> Benefit:
    return BuyXGetY(
        buy_quantity=int(found["x"]),
        buy=_goods(found["buy"]),
        get_quantity=int(found["y"]),
        get=_goods(found["get"]),
        ppm=ppm(found["percent"] or "100"),
        times=1 if found["once"] else None,
    )


_PERCENT = r"(?P<percent>[\d.]+) % off"
_GOODS = r"(?P<goods>everything but \w+|\w+)"
_BUY = r"buy (?P<x>\d+) (?P<buy>\w+) get (?P<y>\d+) (?P<get>\w+)"

# The first that fits: what is special stands before what is general.
_SENTENCES: dict[str, Callable[[_Words, re.Match[str]], Benefit]] = {
    r"free shipping": lambda words, found: FreeShipping(),
    rf"{_PERCENT} shipping": lambda words, found: FreeShipping(ppm=ppm(found["percent"])),
    rf"{_PERCENT} the order": lambda words, found: Percentage(ppm=ppm(found["percent"]), level=Level.ORDER),
    rf"{_PERCENT} the list price of {_GOODS}": lambda words, found: Percentage(
        ppm=ppm(found["percent"]), target=_goods(found["goods"]), of_list_price=True
    ),
    rf"{_PERCENT} {_GOODS}": lambda words, found: Percentage(
        ppm=ppm(found["percent"]), target=_goods(found["goods"])
    ),
    r"(?P<amount>[\d.]+) off the order": lambda words, found: AmountOff(
        amounts=words.amounts(found["amount"]), level=Level.ORDER
    ),
    rf"(?P<amount>[\d.]+) off each of {_GOODS}": lambda words, found: AmountOff(
        amounts=words.amounts(found["amount"]), target=_goods(found["goods"]), per_unit=True
    ),
    rf"(?P<amount>[\d.]+) off {_GOODS}": lambda words, found: AmountOff(
        amounts=words.amounts(found["amount"]), target=_goods(found["goods"])
    ),
    rf"{_GOODS} for (?P<price>[\d.]+) each": lambda words, found: FixedPrice(
        prices=words.amounts(found["price"]), target=_goods(found["goods"])
    ),
    rf"{_BUY} (free|{_PERCENT})(?P<once>, once)?": _buy_x_get_y,
    rf"{_GOODS}: (?P<tiers>.+ % from .+)": _tiers,
    r"(?P<parts>\d.*) for (?P<price>[\d.]+)": _bundle,
}
