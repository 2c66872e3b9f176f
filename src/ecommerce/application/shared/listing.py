"""Parts of long lists, by the place where they go on."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a list goes on: after the row with these sort keys, or (`backwards`) up to but not with it."""

    keys: Sequence[Any]
    backwards: bool = False


@dataclass(frozen=True, slots=True)
class Part(Generic[T]):
    """Some rows of a list in its order, and whether there are others `before` and `after` them.

    `count` of all is exact up to `records.COUNTED`; a greater one says no more than that there are more.
    """

    rows: Sequence[T]
    count: int
    before: bool
    after: bool
