"""What any store of one-time tokens promises."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from typing import cast
from uuid import uuid4

import pytest

from ecommerce.adapters.memory.identity import MemoryAccounts
from ecommerce.adapters.memory.one_time_tokens import MemoryAccountSecrets, MemoryOneTimeTokens
from ecommerce.adapters.memory.unit_of_work import MemoryOutbox, MemoryUnitOfWork
from ecommerce.adapters.postgres.database import Bounds, Database
from ecommerce.adapters.postgres.doorbell import Doorbell
from ecommerce.adapters.postgres.identity.accounts import PgAccounts
from ecommerce.adapters.postgres.identity.one_time_tokens import PgAccountSecrets, PgOneTimeTokens
from ecommerce.adapters.postgres.outbox import PgOutbox
from ecommerce.adapters.postgres.unit_of_work import PgUnitOfWork
from ecommerce.application.identity.one_time_ports import AccountSecrets, OneTimeTokens
from ecommerce.application.identity.ports import Accounts
from ecommerce.application.shared.ports import UnitOfWork
from ecommerce.domain.identity.account import Account, EmailTaken
from ecommerce.domain.identity.email_address import EmailAddress
from ecommerce.domain.identity.one_time_token import OneTimeToken, Purpose
from tests.contract.identity.conftest import new_account

pytestmark = pytest.mark.anyio
AN_HOUR = timedelta(hours=1)
ALL = tuple(Purpose)
NEW = EmailAddress("New@example.com", "new@example.com")


@dataclass
class Vault:
    uow: UnitOfWork
    accounts: Accounts
    tokens: OneTimeTokens
    secrets: AccountSecrets

    async def somebody(self, email: str = "ada@example.com") -> Account:
        account = new_account(email)
        async with self.uow.begin():
            assert await self.accounts.add(account) is None
        return account

    async def issue(
        self,
        account: Account,
        hashed: bytes,
        purpose: Purpose = Purpose.PASSWORD_RESET,
        lifetime: timedelta = AN_HOUR,
    ) -> OneTimeToken:
        email = NEW if purpose is Purpose.EMAIL_CHANGE else None
        token = OneTimeToken(id=uuid4(), account_id=account.id, purpose=purpose, email=email)
        async with self.uow.begin():
            await self.tokens.issue(token, hashed, lifetime)
        return token

    async def take(self, hashed: bytes, *purposes: Purpose) -> OneTimeToken | None:
        async with self.uow.begin():
            return await self.tokens.take(hashed, purposes or ALL)


@pytest.fixture
def memory_vault() -> Vault:
    uow = MemoryUnitOfWork()
    accounts = MemoryAccounts(MemoryOutbox(uow))
    return Vault(uow, accounts, MemoryOneTimeTokens(), MemoryAccountSecrets(accounts))


@pytest.fixture
async def postgres_vault(database_url: str) -> AsyncIterator[Vault]:
    database = Database(database_url, Bounds(pool_size=4))
    await database.open()
    uow = PgUnitOfWork(database, Doorbell(database))
    yield Vault(
        uow,
        PgAccounts(database, uow, PgOutbox(uow)),
        PgOneTimeTokens(database, uow),
        PgAccountSecrets(uow),
    )
    await database.close()


@pytest.fixture(params=["memory_vault", "postgres_vault"])
def vault(request: pytest.FixtureRequest) -> Vault:
    return cast(Vault, request.getfixturevalue(request.param))


@pytest.mark.parametrize("purpose", ALL)
async def test_a_token_is_found_often_and_taken_once(vault: Vault, purpose: Purpose) -> None:
    token = await vault.issue(await vault.somebody(), b"1", purpose)
    assert await vault.tokens.find(b"1", ALL) == token
    assert await vault.tokens.find(b"1", [purpose]) == token
    assert await vault.take(b"1") == token
    assert await vault.take(b"1") is None
    assert await vault.tokens.find(b"1", ALL) is None


@pytest.mark.parametrize("purpose", ALL)
async def test_a_token_is_good_for_one_purpose(vault: Vault, purpose: Purpose) -> None:
    token = await vault.issue(await vault.somebody(), b"1", purpose)
    others = [each for each in ALL if each is not purpose]
    assert await vault.tokens.find(b"1", others) is None
    assert await vault.take(b"1", *others) is None
    assert await vault.take(b"1", purpose) == token


async def test_a_newer_token_replaces_those_of_its_account_and_purpose_alone(vault: Vault) -> None:
    ada, bob = await vault.somebody(), await vault.somebody("bob@example.com")
    await vault.issue(ada, b"old")
    verify = await vault.issue(ada, b"verify", Purpose.EMAIL_VERIFY)
    his = await vault.issue(bob, b"his")
    new = await vault.issue(ada, b"new")
    assert await vault.take(b"old") is None
    assert [await vault.take(each) for each in (b"new", b"verify", b"his")] == [new, verify, his]


async def test_a_token_expires(vault: Vault) -> None:
    await vault.issue(await vault.somebody(), b"1", lifetime=timedelta(milliseconds=20))
    await asyncio.sleep(0.05)
    assert await vault.tokens.find(b"1", ALL) is None
    assert await vault.take(b"1") is None


async def test_tokens_are_revoked_by_purpose(vault: Vault) -> None:
    ada = await vault.somebody()
    await vault.issue(ada, b"reset")
    verify = await vault.issue(ada, b"verify", Purpose.EMAIL_VERIFY)
    async with vault.uow.begin():
        await vault.tokens.revoke(ada.id, [Purpose.PASSWORD_RESET, Purpose.EMAIL_CHANGE])
    assert await vault.tokens.find(b"reset", ALL) is None
    assert await vault.tokens.find(b"verify", ALL) == verify


async def test_password_and_verification_are_written(vault: Vault) -> None:
    ada, bob = await vault.somebody(), await vault.somebody("bob@example.com")
    async with vault.uow.begin():
        locked = await vault.accounts.lock_id(ada.id)
        assert (locked.id, locked.password_hash) == (ada.id, "a hash")
        await vault.secrets.set_password(ada.id, "another")
        await vault.secrets.verify(ada.id)
    found = await vault.accounts.get(ada.id)
    assert (found.password_hash, found.email_verified) == ("another", True)
    other = await vault.accounts.get(bob.id)
    assert (other.password_hash, other.email_verified) == ("a hash", False)


async def test_an_address_changes_and_is_verified(vault: Vault) -> None:
    ada = await vault.somebody()
    async with vault.uow.begin():
        await vault.secrets.set_email(ada.id, NEW)
    found = await vault.accounts.get(ada.id)
    assert (found.email, found.email_verified) == (NEW, True)
    assert await vault.accounts.find("ada@example.com") is None


async def test_an_address_of_another_is_not_taken(vault: Vault) -> None:
    ada, _ = await vault.somebody(), await vault.somebody("new@example.com")
    with pytest.raises(EmailTaken):
        async with vault.uow.begin():
            await vault.secrets.set_email(ada.id, NEW)
    assert (await vault.accounts.get(ada.id)).email == ada.email
