"""Rules are loaded when those at hand are too old, once for all who ask at the same moment."""

import asyncio
from dataclasses import dataclass, field

import pytest

from ecommerce.application.pricing.rulebook import Rulebook
from ecommerce.application.pricing.rulebooks_at_hand import RulebooksAtHand
from ecommerce.domain.shared.kernel import Unavailable

pytestmark = pytest.mark.anyio


@dataclass
class Source:
    revision: int = 1
    loads: int = 0
    away: bool = False
    gate: asyncio.Event = field(default_factory=asyncio.Event)

    async def load(self) -> Rulebook:
        self.loads += 1
        await self.gate.wait()
        if self.away:
            raise Unavailable("the database does not answer")
        return Rulebook(revision=self.revision)


def opened(revision: int = 1) -> Source:
    source = Source(revision=revision)
    source.gate.set()
    return source


async def test_rules_that_are_new_enough_are_not_loaded_again() -> None:
    source = opened(revision=5)
    books = RulebooksAtHand(source)

    first = await books.at_least(5)

    assert await books.at_least(5) is await books.at_least(3) is await books.current() is first
    assert source.loads == 1


async def test_rules_that_are_too_old_are_loaded() -> None:
    source = opened()
    books = RulebooksAtHand(source)
    await books.current()
    source.revision = 9

    assert (await books.current()).revision == 1
    assert (await books.at_least(2)).revision == 9
    assert source.loads == 2


async def test_many_who_ask_at_once_cost_one_load() -> None:
    source = Source(revision=2)
    books = RulebooksAtHand(source)
    asking = [asyncio.create_task(books.at_least(2)) for _ in range(20)]
    await asyncio.sleep(0)
    source.gate.set()

    assert {book.revision for book in await asyncio.gather(*asking)} == {2}
    assert source.loads == 1


async def test_who_gives_up_does_not_keep_the_others_from_it() -> None:
    source = Source()
    books = RulebooksAtHand(source)
    impatient, patient = (asyncio.create_task(books.current()) for _ in range(2))
    await asyncio.sleep(0)
    impatient.cancel()
    source.gate.set()

    assert (await patient).revision == 1


async def test_a_load_that_failed_is_tried_again() -> None:
    source = opened()
    source.away = True
    books = RulebooksAtHand(source)
    with pytest.raises(Unavailable):
        await books.current()
    source.away = False

    assert (await books.current()).revision == 1
