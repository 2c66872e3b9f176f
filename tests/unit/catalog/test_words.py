from hypothesis import given
from hypothesis import strategies as st

from ecommerce.adapters.postgres.catalog.reads.suggestions import begins_like
from ecommerce.adapters.postgres.catalog.reads.words import one_slip_apart

WORDS = st.text(alphabet="abcdé", max_size=6)


def distance(left: str, right: str) -> int:
    """Edits and swaps of neighbours, the slow and certain way."""
    table = [[i + j if 0 in (i, j) else 0 for j in range(len(right) + 1)] for i in range(len(left) + 1)]
    for i, a in enumerate(left, 1):
        for j, b in enumerate(right, 1):
            table[i][j] = min(table[i - 1][j] + 1, table[i][j - 1] + 1, table[i - 1][j - 1] + (a != b))
            if i > 1 and j > 1 and (a, left[i - 2]) == (right[j - 2], b):
                table[i][j] = min(table[i][j], table[i - 2][j - 2] + 1)
    return table[-1][-1]


@given(left=WORDS, right=WORDS)
def test_one_slip_is_one_edit_or_swap(left: str, right: str) -> None:
    assert one_slip_apart(left, right) == (distance(left, right) <= 1)


@given(typed=WORDS, word=WORDS)
def test_a_beginning_is_a_slip_away_from_some_prefix(typed: str, word: str) -> None:
    near = any(distance(typed, word[:end]) <= 1 for end in range(len(word) + 1))
    assert begins_like(typed, word) == near
