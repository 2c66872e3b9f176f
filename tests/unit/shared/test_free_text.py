import pytest

from ecommerce.domain.shared.free_text import refuse_card_numbers
from ecommerce.domain.shared.kernel import InvalidValue


@pytest.mark.parametrize(
    "text", ["4242424242424242", "card 4242 4242 4242 4242 please", "3782-822463-10005", "x5555555555554444y"]
)
def test_a_card_number_is_refused_and_the_field_named(text: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        refuse_card_numbers(text, "/note")
    assert refused.value.pointer == "/note"


@pytest.mark.parametrize("text", [None, "", "call 030 1234567", "4242424242424241", "order 1234567890123"])
def test_other_numbers_may_be_written(text: str | None) -> None:
    assert looks_fine(text)


def looks_fine(text: str | None) -> bool:
    try:
        refuse_card_numbers(text, "/note")
    except InvalidValue:
        return False
    return True
