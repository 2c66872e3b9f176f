"""Coupon codes: typed in any way, made by chance, shown in part."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecommerce.domain.pricing.coupon_code import ALPHABET, UNGUESSABLE, canonical, label, spell, written
from ecommerce.domain.shared.kernel import InvalidValue


@pytest.mark.parametrize(
    "typed",
    [
        "SUMMER10",
        "summer10",
        "  Summer 10",
        "SUM-MER-10",
        "summer\u201310",
        "su\u00admmer\u200b10",
        "\uff53ummer10",
    ],
)
def test_however_it_is_typed(typed: str) -> None:
    assert canonical(typed) == "SUMMER10"


@pytest.mark.parametrize(
    "typed", ["", " - ", "A" * 65, "A\x00B", "A\nB", "\ud800", "\ufdfa" * 5, "A/B", "\u2105"]
)
def test_what_can_be_no_code(typed: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        canonical(typed, "/prefix")

    assert refused.value.pointer == "/prefix"


@given(st.text(max_size=80))
def test_any_text_is_a_code_or_is_refused(text: str) -> None:
    try:
        code = canonical(text)
    except InvalidValue:
        return
    assert 1 <= len(code) <= 64
    assert not any(unicodedata.category(letter) in ("Zs", "Pd", "Cf", "Cc") for letter in code)


@given(st.binary(min_size=24, max_size=24), st.sampled_from(["", "VIP"]))
def test_what_is_made_is_read_back(chance: bytes, prefix: str) -> None:
    for word in spell(chance, UNGUESSABLE):
        assert canonical(written(prefix, word)) == prefix + word
        assert canonical(written(prefix, word).lower()) == prefix + word


def test_every_letter_is_as_likely_as_any_other() -> None:
    letters = "".join(spell(bytes(range(256)), 16))

    assert {letters.count(letter) for letter in ALPHABET} == {8}
    assert len(set(ALPHABET)) == 32


@pytest.mark.parametrize(
    ("code", "prefix", "shown"),
    [
        ("SUMMER10", "", "SUMM…"),
        ("VIP", "", "V…"),
        ("A", "", "…"),
        ("VIP7K3Q9XWBM2HT", "VIP", "VIP7K3…"),
        ("7K3Q9XWBM2HT", "", "7K3Q…"),
    ],
)
def test_a_label_shows_the_beginning_alone(code: str, prefix: str, shown: str) -> None:
    assert label(code, prefix) == shown
