"""What any store of second factors, and of sign-ins that wait for a code, promises."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar, cast
from uuid import UUID, uuid4

import pytest

from ecommerce.adapters.memory.identity import MemoryAccounts, MemorySessions
from ecommerce.adapters.memory.second_factors import MemoryChallenges, MemorySecondFactors
from ecommerce.adapters.postgres.database import Bounds, Database
from ecommerce.adapters.postgres.identity.second_factors import PgChallenges, PgSecondFactors
from ecommerce.adapters.postgres.unit_of_work import PgUnitOfWork
from ecommerce.application.identity.mfa_ports import Challenge, Challenges, Held, SecondFactors
from ecommerce.application.identity.ports import Device
from ecommerce.domain.identity.account import Account
from ecommerce.domain.identity.second_factor import GUESS_PAUSE, GUESSES
from ecommerce.domain.shared.ids import UserId
from ecommerce.domain.shared.kernel import ConcurrentUpdate, NotFound
from tests.contract.identity.conftest import Ports

pytestmark = pytest.mark.anyio

T = TypeVar("T")
TOKEN, OTHER = b"t" * 32, b"o" * 32
CODES = [bytes([number]) * 32 for number in range(10)]
MINUTES = timedelta(minutes=5)


@dataclass
class Stores:
    ports: Ports
    factors: SecondFactors
    challenges: Challenges

    async def within(self, work: Callable[[], Awaitable[T]]) -> T:
        async with self.ports.uow.begin():
            return await work()

    async def held(self, who: UserId | str) -> Held:
        return await self.within(lambda: self.factors.hold(who))

    async def enabled(self, email: str = "ada@example.com", step: int = 100) -> Account:
        account = await self.ports.somebody(email)
        await self.within(lambda: self.factors.enrol(account.id, b"secret"))
        await self.within(lambda: self.factors.enable(account.id, step, CODES))
        return account


@pytest.fixture
def memory_stores(memory: Ports) -> Stores:
    accounts, sessions = cast(MemoryAccounts, memory.accounts), cast(MemorySessions, memory.sessions)
    challenges = MemoryChallenges()
    return Stores(memory, MemorySecondFactors(accounts, sessions, challenges), challenges)


@pytest.fixture
async def postgres_stores(postgres: Ports, database_url: str) -> AsyncIterator[Stores]:
    uow = cast(PgUnitOfWork, postgres.uow)
    database = Database(database_url, Bounds(pool_size=1))
    await database.open()
    yield Stores(postgres, PgSecondFactors(uow), PgChallenges(database, uow))
    await database.close()


@pytest.fixture(params=["memory", "postgres"])
def stores(request: pytest.FixtureRequest) -> Stores:
    return cast(Stores, request.getfixturevalue(f"{request.param}_stores"))


def challenge_of(account: Account) -> Challenge:
    return Challenge(account_id=account.id, password=b"digest", device_name="A phone")


async def test_an_account_is_held_by_its_id_and_by_its_address(stores: Stores) -> None:
    account = await stores.ports.somebody()
    for who in (account.id, "ada@example.com"):
        held = await stores.held(who)
        assert (held.account.id, held.account.mfa_enabled, held.totp) == (account.id, False, None)
    for unknown in (UserId(uuid4()), "nobody@example.com", ""):
        with pytest.raises(NotFound):
            await stores.held(unknown)


async def test_what_is_pending_is_replaced_and_counts_for_nothing(stores: Stores) -> None:
    account = await stores.ports.somebody()
    for secret in (b"first", b"second"):
        await stores.within(lambda secret=secret: stores.factors.enrol(account.id, secret))  # type: ignore[misc]
    held = await stores.held(account.id)
    assert held.totp is not None
    assert (held.totp.secret, held.totp.enabled, held.totp.last_step) == (b"second", False, None)
    assert not held.account.mfa_enabled
    assert not await stores.within(lambda: stores.factors.use_step(account.id, 100))
    assert await stores.within(lambda: stores.factors.use_recovery_code(account.id, CODES[0])) is None


async def test_what_is_enabled_shows_everywhere_and_is_not_replaced(stores: Stores) -> None:
    account = await stores.enabled()
    held = await stores.held(account.id)
    assert held.totp is not None
    assert (held.totp.enabled, held.totp.last_step, held.totp.wait()) == (True, 100, timedelta())
    found = await stores.ports.accounts.find("ada@example.com")
    assert found is not None
    assert found.mfa_enabled
    assert held.account.mfa_enabled
    assert (await stores.ports.accounts.get(account.id)).mfa_enabled
    assert (await stores.ports.profiles.view(account.id)).mfa_enabled
    for again in (
        lambda: stores.factors.enrol(account.id, b"other"),
        lambda: stores.factors.enable(account.id, 101, CODES),
    ):
        with pytest.raises(ConcurrentUpdate):
            await stores.within(again)
    with pytest.raises(ConcurrentUpdate):
        await stores.within(lambda: stores.factors.enable(UserId(uuid4()), 101, CODES))


async def test_steps_only_go_forward(stores: Stores) -> None:
    account = await stores.enabled(step=100)
    used = [
        await stores.within(lambda step=step: stores.factors.use_step(account.id, step))  # type: ignore[misc]
        for step in (100, 99, 101, 101, 103, 102)
    ]
    assert used == [False, False, True, False, True, False]


async def test_recovery_codes_are_used_up_one_by_one(stores: Stores) -> None:
    ada = await stores.enabled()
    grace = await stores.enabled("grace@example.com")
    left = [
        await stores.within(lambda code=code: stores.factors.use_recovery_code(ada.id, code))  # type: ignore[misc]
        for code in (CODES[3], CODES[3], CODES[4], b"?" * 32)
    ]
    assert left == [9, None, 8, None]
    assert await stores.within(lambda: stores.factors.use_recovery_code(grace.id, CODES[3])) == 9


async def test_wrong_codes_are_remembered(stores: Stores) -> None:
    account = await stores.enabled()
    for _ in range(GUESSES):
        held = await stores.held(account.id)
        assert held.totp is not None
        assert held.totp.wait() == timedelta()
        async with stores.ports.uow.begin():
            await stores.factors.count_wrong(account.id, held.totp)
    held = await stores.held(account.id)
    assert held.totp is not None
    assert GUESS_PAUSE - timedelta(seconds=30) < held.totp.wait() <= GUESS_PAUSE


async def test_removing_leaves_nothing(stores: Stores) -> None:
    account = await stores.enabled()
    await stores.within(lambda: stores.challenges.open(TOKEN, challenge_of(account), MINUTES))
    await stores.within(lambda: stores.factors.remove(account.id))
    held = await stores.held(account.id)
    assert (held.totp, held.account.mfa_enabled) == (None, False)
    assert await stores.challenges.owner(TOKEN) is None
    assert await stores.within(lambda: stores.factors.use_recovery_code(account.id, CODES[0])) is None
    assert not (await stores.ports.profiles.view(account.id)).mfa_enabled
    await stores.within(lambda: stores.factors.remove(account.id))
    await stores.within(lambda: stores.factors.enrol(account.id, b"again"))


async def test_a_session_has_shown_it_or_not(stores: Stores) -> None:
    account = await stores.ports.somebody()
    device = Device(name=None, user_agent=None, address=None)
    sessions: list[UUID] = [uuid4(), uuid4()]
    for number, session_id in enumerate(sessions):
        async with stores.ports.uow.begin():
            await stores.ports.sessions.open(session_id, account, device, bytes([number]), MINUTES)
    await stores.within(lambda: stores.factors.note_shown(sessions[0]))
    await stores.within(lambda: stores.factors.note_shown(uuid4()))
    shown = [
        await stores.within(lambda each=each: stores.factors.was_shown(each))  # type: ignore[misc]
        for each in (*sessions, uuid4())
    ]
    assert shown == [True, False, False]


async def test_a_challenge_is_found_by_its_token_until_it_ends(stores: Stores) -> None:
    account = await stores.enabled()
    challenge = challenge_of(account)
    await stores.within(lambda: stores.challenges.open(TOKEN, challenge, MINUTES))
    assert await stores.challenges.owner(TOKEN) == account.id
    assert await stores.within(lambda: stores.challenges.find(TOKEN)) == challenge
    assert await stores.challenges.owner(OTHER) is None
    assert await stores.within(lambda: stores.challenges.find(OTHER)) is None
    ended = [await stores.within(lambda: stores.challenges.end(TOKEN)) for _ in range(2)]
    assert ended == [True, False]
    assert await stores.challenges.owner(TOKEN) is None


async def test_a_challenge_ends_with_its_time(stores: Stores) -> None:
    account = await stores.enabled()
    await stores.within(lambda: stores.challenges.open(TOKEN, challenge_of(account), timedelta()))
    assert await stores.challenges.owner(TOKEN) is None
    assert await stores.within(lambda: stores.challenges.find(TOKEN)) is None


async def test_a_challenge_ends_with_the_last_wrong_code_it_may_have(stores: Stores) -> None:
    account = await stores.enabled()
    for token in (TOKEN, OTHER):
        await stores.within(
            lambda token=token: stores.challenges.open(token, challenge_of(account), MINUTES)  # type: ignore[misc]
        )
    alive: list[Any] = []
    for _ in range(4):
        await stores.within(lambda: stores.challenges.count_wrong(TOKEN, 3))
        alive.append(await stores.challenges.owner(TOKEN) is not None)
    assert alive == [True, True, False, False]
    assert await stores.challenges.owner(OTHER) == account.id
