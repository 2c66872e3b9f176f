"""What every letter box promises: in memory, and in PostgreSQL."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from ecommerce.adapters.memory.notifications import MemoryLetterBox
from ecommerce.adapters.memory.unit_of_work import MemoryUnitOfWork
from ecommerce.adapters.postgres.database import Bounds, Database
from ecommerce.adapters.postgres.doorbell import Doorbell
from ecommerce.adapters.postgres.notifications import PgLetterBox
from ecommerce.adapters.postgres.unit_of_work import PgUnitOfWork
from ecommerce.application.notifications.contracts import Message
from ecommerce.application.notifications.ports import Letter, LetterBox
from ecommerce.application.shared.ports import UnitOfWork
from ecommerce.domain.shared.kernel import NotFound, Unavailable

pytestmark = pytest.mark.anyio


@dataclass
class Office:
    uow: UnitOfWork
    box: LetterBox

    async def post(self, effect_key: str = "order-confirmed:1") -> Letter:
        letter_id = uuid4()
        message = Message(
            effect_key=effect_key,
            template="order_confirmed",
            recipient="Zoë@example.com",
            locale="de",
            context={"order": {"number": "ORD-1", "names": ["ä", None, 1.5]}},
        )
        async with self.uow.begin():
            assert await self.box.post(letter_id, message)
            assert not await self.box.post(uuid4(), message)
        async with self.uow.begin():
            letter = await self.box.claim(letter_id, 60)
        assert letter is not None
        return letter

    async def again(self, letter: Letter) -> Letter | None:
        async with self.uow.begin():
            return await self.box.claim(letter.id, 60)


@pytest.fixture
def memory() -> Office:
    return Office(MemoryUnitOfWork(), MemoryLetterBox())


@pytest.fixture
async def postgres(database_url: str) -> AsyncIterator[Office]:
    database = Database(database_url, Bounds(pool_size=2))
    await database.open()
    uow = PgUnitOfWork(database, Doorbell(database))
    yield Office(uow, PgLetterBox(uow))
    await database.close()


@pytest.fixture(params=["memory", "postgres"])
def office(request: pytest.FixtureRequest) -> Office:
    found = request.getfixturevalue(request.param)
    assert isinstance(found, Office)
    return found


async def test_a_letter_comes_out_as_it_was_posted(office: Office) -> None:
    letter = await office.post()
    assert (letter.template, letter.channel, letter.recipient, letter.locale) == (
        "order_confirmed",
        "email",
        "Zoë@example.com",
        "de",
    )
    assert letter.context == {"order": {"number": "ORD-1", "names": ["ä", None, 1.5]}}
    assert letter.attempts == 1
    assert abs(datetime.now(UTC) - letter.created_at) < timedelta(minutes=1)


async def test_a_claim_keeps_others_away_until_it_is_put_back(office: Office) -> None:
    letter = await office.post()
    with pytest.raises(Unavailable):
        await office.again(letter)
    async with office.uow.begin():
        await office.box.put_back(letter, "no answer")
    second = await office.again(letter)
    assert second is not None
    assert second.attempts == 2


async def test_a_claim_ends_by_itself(office: Office) -> None:
    letter = await office.post()
    async with office.uow.begin():
        await office.box.put_back(letter, "no answer")
    async with office.uow.begin():
        assert await office.box.claim(letter.id, 0) is not None
    assert await office.again(letter) is not None


async def test_what_was_sent_is_not_claimed_again(office: Office) -> None:
    letter = await office.post()
    async with office.uow.begin():
        await office.box.mark_sent(letter, "<1@shop>")
    assert await office.again(letter) is None


async def test_what_failed_is_not_claimed_again(office: Office) -> None:
    letter = await office.post()
    async with office.uow.begin():
        await office.box.mark_failed(letter, "refused")
    assert await office.again(letter) is None


async def test_an_attempt_that_is_over_neither_fails_nor_frees_its_successor(office: Office) -> None:
    first = await office.post()
    async with office.uow.begin():
        await office.box.put_back(first, "no answer")
    second = await office.again(first)
    assert second is not None
    async with office.uow.begin():
        await office.box.mark_failed(first, "late")
        await office.box.put_back(first, "late")
    with pytest.raises(Unavailable):
        await office.again(first)
    async with office.uow.begin():
        await office.box.mark_sent(second, "<1@shop>")
    assert await office.again(first) is None


async def test_an_unknown_letter_is_not_found(office: Office) -> None:
    with pytest.raises(NotFound):
        async with office.uow.begin():
            await office.box.claim(uuid4(), 60)
