"""What anything that knows VAT numbers promises."""

import pytest

from ecommerce.adapters.contact.vat_numbers import StdnumVatNumbers
from ecommerce.adapters.memory.pricing import PlainVatNumbers
from ecommerce.application.pricing.contracts import VatNumber, VatNumbers
from ecommerce.domain.shared.kernel import InvalidValue

ADAPTERS: dict[str, VatNumbers] = {"memory": PlainVatNumbers(), "stdnum": StdnumVatNumbers()}


@pytest.fixture(params=ADAPTERS)
def numbers(request: pytest.FixtureRequest) -> VatNumbers:
    return ADAPTERS[request.param]


@pytest.mark.parametrize(
    ("raw", "country", "number"),
    [
        ("DE136695976", "DE", "DE136695976"),
        (" de 136.695.976 ", "DE", "DE136695976"),
        ("FR 40-303265045", "FR", "FR40303265045"),
        ("EL094259216", "GR", "EL094259216"),
        ("GR094259216", "GR", "EL094259216"),
        ("XI980780684", "GB", "XI980780684"),
        ("GB 980 780 684", "GB", "GB980780684"),
    ],
)
def test_a_number_has_one_form(numbers: VatNumbers, raw: str, country: str, number: str) -> None:
    assert numbers.normalize(raw) == VatNumber(country, number)
    assert numbers.normalize(number).number == number


@pytest.mark.parametrize(
    "raw",
    [
        "",
        "D",
        "DE",
        "136695976",
        "EU136695976",
        "EUDE136695976",
        "DE13669597",
        "DE1366959761234567890",
        "DE" + "1" * 5_000,
        "DE１３６６９５９７６",
        "ДЕ136695976",
        "DE13669\0976",
        "../136695976",
        "__136695976",
        "DE136695976; DROP TABLE cart",
        "😀😀136695976",
    ],
)
def test_what_is_none_is_told_where_it_stands(numbers: VatNumbers, raw: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        numbers.normalize(raw, "/details/vat_number")

    assert refused.value.pointer == "/details/vat_number"


@pytest.mark.parametrize("raw", ["DE136695977", "FR41303265045", "US123456789", "ZZ123456789", "NLB90"])
def test_check_digits_and_countries_are_known(raw: str) -> None:
    with pytest.raises(InvalidValue):
        StdnumVatNumbers().normalize(raw)


@pytest.mark.parametrize("raw", ["IE6433435F", "ATU13585627", "ESA13585625"])
def test_letters_are_part_of_some(raw: str) -> None:
    assert StdnumVatNumbers().normalize(raw).number == raw
