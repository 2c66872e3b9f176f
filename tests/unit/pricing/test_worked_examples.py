"""docs/pricing.md is right: its examples, and that it leaves nothing out."""

from typing import get_args

import pytest

from ecommerce.domain.pricing.conditions import Reason
from ecommerce.domain.pricing.engine import price
from ecommerce.domain.pricing.promotion import Benefit
from tests.unit.pricing.sums import assert_sound
from tests.unit.pricing.worked import Example, examples, tables


@pytest.mark.parametrize("example", examples(), ids=lambda each: each.text)
def test_an_example_of_the_document(example: Example) -> None:
    result = price(example.snapshot)

    assert_sound(example.snapshot, result)
    assert {line.key: line.discount for line in result.lines} == example.off_lines
    assert (result.subtotal, result.discount) == (example.subtotal, example.discount)
    assert (result.shipping, result.tax, result.total) == (example.shipping, example.tax, example.total)


def test_there_are_examples() -> None:
    assert len(examples()) >= 40


def test_every_kind_of_benefit_and_every_reason_is_explained() -> None:
    explained = {cells[0] for cells in tables() if len(cells) == 2}

    assert {f"`{each.kind}`" for each in get_args(Benefit)} <= explained
    assert {f"`{each}`" for each in get_args(Reason)} <= explained
