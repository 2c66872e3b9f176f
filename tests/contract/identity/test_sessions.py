"""What any store of sessions promises."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from ecommerce.application.identity.ports import Device
from ecommerce.domain.identity.account import Account
from ecommerce.domain.identity.session import EndedBy, HeldToken, Session, Verdict
from ecommerce.domain.shared.ids import UserId
from ecommerce.domain.shared.kernel import ConcurrentUpdate
from tests.contract.identity.conftest import Ports

pytestmark = pytest.mark.anyio

DEVICE = Device(name="phone", user_agent=None, address="192.0.2.1")
A_DAY = timedelta(days=1)


async def opened(ports: Ports, account: Account, token: bytes = b"1", lifetime: timedelta = A_DAY) -> Session:
    async with ports.uow.begin():
        return await ports.sessions.open(uuid4(), account, DEVICE, token, lifetime)


async def held(ports: Ports, token: bytes) -> HeldToken:
    async with ports.uow.begin():
        found = await ports.sessions.lock_by_token(token)
    assert found is not None
    return found


async def test_an_opened_session_is_held_by_its_token(ports: Ports) -> None:
    session = await opened(ports, await ports.somebody())
    found = await held(ports, b"1")
    assert found.session == session
    assert (found.roles, found.spent_at, found.ended_by) == (frozenset(), None, None)
    assert timedelta(hours=23) < found.expires_at - found.now <= A_DAY
    assert found.judge() is Verdict.ROTATE


async def test_no_session_opens_for_what_an_account_was(ports: Ports) -> None:
    account = await ports.somebody()
    for change in ({"password_hash": "another"}, {"roles": frozenset({"support"})}):
        stale = replace(account, **change)
        with pytest.raises(ConcurrentUpdate):
            await opened(ports, stale)
    async with ports.uow.begin():
        assert await ports.sessions.lock_by_token(b"1") is None


async def test_an_unknown_token_holds_nothing(ports: Ports) -> None:
    async with ports.uow.begin():
        assert await ports.sessions.lock_by_token(b"?") is None
        assert await ports.sessions.find_by_token(b"?") is None


async def test_rotating_spends_the_old_and_keeps_the_new(ports: Ports) -> None:
    session = await opened(ports, await ports.somebody())
    async with ports.uow.begin():
        await ports.sessions.rotate(session.id, b"1", b"2", A_DAY)
    assert (await held(ports, b"1")).judge() is Verdict.REPEAT
    assert (await held(ports, b"2")).judge() is Verdict.ROTATE
    async with ports.uow.begin():
        assert await ports.sessions.find_by_token(b"1") == session.id


async def test_a_token_is_spent_once(ports: Ports) -> None:
    session = await opened(ports, await ports.somebody())
    async with ports.uow.begin():
        await ports.sessions.rotate(session.id, b"1", b"2", A_DAY)
    with pytest.raises(ConcurrentUpdate):
        async with ports.uow.begin():
            await ports.sessions.rotate(session.id, b"1", b"3", A_DAY)


async def test_an_ended_session_has_no_live_token_and_keeps_its_reason(ports: Ports) -> None:
    session = await opened(ports, await ports.somebody())
    for reason in (EndedBy.REUSE, EndedBy.LOGOUT):
        async with ports.uow.begin():
            await ports.sessions.end([session.id, uuid4()], reason)
    found = await held(ports, b"1")
    assert found.ended_by is EndedBy.REUSE
    assert found.spent_at is not None


async def test_all_sessions_of_one_account_end(ports: Ports) -> None:
    ada, grace = await ports.somebody(), await ports.somebody("grace@example.com")
    first = await opened(ports, ada, b"1")
    second = await opened(ports, ada, b"2")
    await opened(ports, grace, b"3")
    async with ports.uow.begin():
        await ports.sessions.end([first.id], EndedBy.LOGOUT)
        assert await ports.sessions.end_all(ada.id, EndedBy.STAFF) == [second.id]
    assert (await held(ports, b"2")).ended_by is EndedBy.STAFF
    assert (await held(ports, b"3")).ended_by is None


async def test_reauthenticating_needs_a_live_session_of_ones_own(ports: Ports) -> None:
    account = await ports.somebody()
    session = await opened(ports, account)

    async def again(session_id: UUID, account_id: UserId) -> Session | None:
        async with ports.uow.begin():
            return await ports.sessions.reauthenticate(session_id, account_id)

    renewed = await again(session.id, account.id)
    assert renewed is not None
    assert renewed.authenticated_at > session.authenticated_at
    assert (await held(ports, b"1")).session == renewed
    assert await again(session.id, UserId(uuid4())) is None
    assert await again(uuid4(), account.id) is None
    async with ports.uow.begin():
        await ports.sessions.end([session.id], EndedBy.LOGOUT)
    assert await again(session.id, account.id) is None


async def test_all_sessions_end_but_the_one_that_is_kept(ports: Ports) -> None:
    account = await ports.somebody()
    kept, other = await opened(ports, account, b"1"), await opened(ports, account, b"2")
    async with ports.uow.begin():
        assert await ports.sessions.end_all(account.id, EndedBy.PASSWORD, kept.id) == [other.id]
    assert ((await held(ports, b"1")).ended_by, (await held(ports, b"2")).ended_by) == (
        None,
        EndedBy.PASSWORD,
    )
