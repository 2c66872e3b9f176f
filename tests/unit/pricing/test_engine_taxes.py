"""Taxes inside and on top, one and several, rounded a line or an order."""

import pytest

from ecommerce.domain.pricing.promotion import Percentage
from ecommerce.domain.pricing.snapshot import Breakdown, Shipping, TaxRate
from tests.unit.pricing.shop import VAT, line, percent, priced

SALES_TAX = (TaxRate("Sales tax", 75_000),)
GST, QST = TaxRate("GST", 50_000), TaxRate("QST", 99_750)
COMPOUND = (GST, TaxRate("PST", 100_000, compound=True))


def amounts(result: Breakdown) -> list[list[int]]:
    return [[tax.amount for tax in each.taxes] for each in result.lines]


def test_tax_on_top_is_rounded_half_up_line_by_line() -> None:
    result = priced([line("a", 110, taxes=SALES_TAX), line("b", 110, taxes=SALES_TAX)])

    assert amounts(result) == [[8], [8]]  # 8.25 each
    assert result.total == 236


def test_or_once_an_order() -> None:
    cart = [line("a", 110, taxes=SALES_TAX), line("b", 110, taxes=SALES_TAX)]

    assert amounts(priced(cart, rounding="order")) == [[9], [8]]  # 16.5 in all


def test_a_rate_is_rounded_once_an_order_beside_whatever_others() -> None:
    county, state = TaxRate("County", 15_000), TaxRate("State", 40_000)
    cart = [line("book", 100, taxes=(county,)), line("cup", 100, taxes=(state, county))]

    # The county's 1.5 and 1.5 are 3, not 2 and 2.
    assert amounts(priced(cart, rounding="order")) == [[2], [4, 1]]
    assert amounts(priced(cart)) == [[2], [4, 2]]


def test_tax_inside_stays_inside() -> None:
    result = priced([line("a", 11_900, taxes=(TaxRate("MwSt", 190_000),))], tax_included=True)

    assert (result.tax, result.total) == (1_900, 11_900)


def test_tax_is_worked_out_on_what_is_paid() -> None:
    cart = [line("a", 12_000, taxes=(VAT,))]
    half = Percentage(ppm=percent(50))

    assert priced(cart, half).tax == 1_200
    assert priced(cart, half, tax_included=True).tax == 1_000


def test_two_rates_on_top_are_rounded_apart() -> None:
    assert amounts(priced([line("a", 1_010, taxes=(GST, QST))])) == [[51, 101]]  # 50.5 and 100.7475


def test_two_rates_inside_share_one_sum() -> None:
    result = priced([line("a", 1_000, taxes=(GST, QST))], tax_included=True)

    # 1000 x 0.14975 / 1.14975 is 130.25; of 130, 43.41 and 86.59.
    assert amounts(result) == [[43, 87]]


def test_a_compound_rate_is_on_the_taxes_before_it_too() -> None:
    assert amounts(priced([line("a", 1_000, taxes=COMPOUND)])) == [[50, 105]]
    assert amounts(priced([line("a", 1_155, taxes=COMPOUND)], tax_included=True)) == [[50, 105]]


def test_rates_of_nothing_are_told_all_the_same() -> None:
    zero = (TaxRate("Export", 0),)

    assert amounts(priced([line("a", 1_000, taxes=zero)], tax_included=True)) == [[0]]
    assert amounts(priced([line("a", 1_000, taxes=zero)], rounding="order")) == [[0]]


def test_no_line_has_more_tax_than_price() -> None:
    """Ten units of one minor unit, two rates of 30 % inside: 3.75 of tax, 2 for each rate."""
    rates = (TaxRate("A", 300_000), TaxRate("B", 300_000))
    cart = [line(f"{number}", 1, taxes=rates) for number in range(10)]

    result = priced(cart, tax_included=True, rounding="order")

    assert result.tax == 4
    assert [each.tax for each in result.lines] == [1] * 4 + [0] * 6
    assert [sum(column) for column in zip(*amounts(result), strict=True)] == [2, 2]


def test_shipping_is_taxed_on_its_own() -> None:
    post = Shipping(605, "post", (VAT,))

    for tax_included, tax, total in ((False, 121, 726), (True, 101, 605)):
        result = priced([], shipping=post, tax_included=tax_included)
        assert (result.tax, result.total) == (tax, total)


@pytest.mark.parametrize("currency", ["JPY", "USD", "KWD"])
def test_taxes_are_rounded_to_minor_units_of_any_currency(currency: str) -> None:
    assert priced([line("a", 1_003, taxes=(VAT,))], currency=currency).tax == 201
