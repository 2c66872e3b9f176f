"""Golden files: what an engine's version answered, once and for all.

`python -m tests.unit.pricing.golden` writes the file of the engine as it is now, if there is none.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import Any

from ecommerce.domain.pricing.canonical import to_plain
from ecommerce.domain.pricing.engine import ENGINE, price
from ecommerce.domain.pricing.snapshot import Breakdown, Tax
from tests.unit.pricing.carts import snapshot

FOLDER = Path(__file__).parents[2] / "data/pricing"
CASES = 240


def file_of(version: str) -> Path:
    return FOLDER / f"engine-{version}.json"


def numbers(result: Breakdown) -> dict[str, Any]:
    """All that a breakdown says, but for what its snapshot says already."""
    return {
        "lines": [
            {"key": each.key, "discount": each.discount, "total": each.total, "taxes": _amounts(each.taxes)}
            for each in result.lines
        ],
        "considered": [
            {
                "id": each.promotion.id,
                "discount": each.discount,
                "reason": each.reason,
                "parts": list(each.parts),
            }
            for each in result.considered
        ],
        "subtotal": result.subtotal,
        "discount": result.discount,
        "shipping": result.shipping,
        "shipping_discount": result.shipping_discount,
        "shipping_taxes": _amounts(result.shipping_taxes),
        "tax": result.tax,
        "total": result.total,
    }


def _amounts(taxes: Sequence[Tax]) -> list[int]:
    return [tax.amount for tax in taxes]


def write(path: Path) -> None:
    """Raises `FileExistsError`: an answer that was given is never changed."""
    made = [snapshot(Random(seed), most_promotions=8) for seed in range(CASES)]
    cases = [{"snapshot": to_plain(each), "breakdown": numbers(price(each))} for each in made]
    with path.open("x") as file:
        file.write("[\n" + ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases) + "\n]\n")


if __name__ == "__main__":
    write(file_of(ENGINE))
