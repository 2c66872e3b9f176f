"""What is true of every breakdown, whatever the cart and its promotions."""

from collections import Counter

from ecommerce.domain.pricing.promotion import Level
from ecommerce.domain.pricing.snapshot import Breakdown, Snapshot, Tax


def assert_sound(snapshot: Snapshot, result: Breakdown) -> None:
    """`snapshot` is canonical."""
    _parts_sum_to_wholes(snapshot, result)
    _nothing_is_negative(snapshot, result)
    _everything_is_explained(snapshot, result)


def _parts_sum_to_wholes(snapshot: Snapshot, result: Breakdown) -> None:
    on_top = 0 if snapshot.tax_included else result.tax
    assert result.total == result.subtotal - result.discount + result.shipping + on_top
    assert result.subtotal == sum(line.unit_price * line.quantity for line in snapshot.lines)
    assert result.discount == sum(line.discount for line in result.lines)
    for given, line in zip(snapshot.lines, result.lines, strict=True):
        assert (given.key, given.unit_price * given.quantity) == (line.key, line.total + line.discount)
        assert line.tax == sum(tax.amount for tax in line.taxes)
        assert tuple(tax.rate for tax in line.taxes) == given.taxes
    applied = [each for each in result.considered if each.applied]
    goods = [each for each in applied if each.promotion.level is not Level.SHIPPING]
    for each in goods:
        assert each.discount == sum(each.parts)
    parts = [sum(column) for column in zip(*(each.parts for each in goods), strict=True)]
    assert not goods or parts == [line.discount for line in result.lines]
    assert sum(each.discount for each in applied) == result.discount + result.shipping_discount
    assert result.shipping + result.shipping_discount == (snapshot.shipping.price if snapshot.shipping else 0)
    assert tuple(tax.rate for tax in result.shipping_taxes) == (
        snapshot.shipping.taxes if snapshot.shipping else ()
    )
    assert result.tax == sum(line.tax for line in result.lines) + _sum(result.shipping_taxes)


def _nothing_is_negative(snapshot: Snapshot, result: Breakdown) -> None:
    sums = [result.subtotal, result.discount, result.shipping, result.shipping_discount, result.total]
    taxes = [tax.amount for line in result.lines for tax in line.taxes]
    taxes += [tax.amount for tax in result.shipping_taxes]
    sums += [line.total for line in result.lines] + [line.discount for line in result.lines]
    sums += [part for each in result.considered for part in each.parts]
    assert min(sums + taxes) >= 0
    if snapshot.tax_included:
        assert all(line.tax <= line.total for line in result.lines)
        assert _sum(result.shipping_taxes) <= result.shipping


def _everything_is_explained(snapshot: Snapshot, result: Breakdown) -> None:
    assert Counter(each.promotion.id for each in result.considered) == Counter(
        each.promotion.id for each in snapshot.candidates
    )
    budgets = {each.promotion.id: each.budget_left for each in snapshot.candidates}
    refused = {each.promotion.id: each.refused for each in snapshot.candidates}
    for each in result.considered:
        left = budgets[each.promotion.id]
        assert each.applied == (each.discount > 0)
        assert left is None or each.discount <= left
        assert refused[each.promotion.id] in {None, each.reason}
    applied = [each.promotion for each in result.considered if each.applied]
    turns = Counter((each.level, each.group) for each in applied if each.group is not None)
    assert max(turns.values(), default=1) == 1
    assert len(applied) <= 1 or not any(each.alone for each in applied)


def _sum(taxes: tuple[Tax, ...]) -> int:
    return sum(tax.amount for tax in taxes)
