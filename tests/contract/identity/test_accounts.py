"""What any store of accounts and profiles promises."""

import pytest

from ecommerce.application.identity.ports import ProfileChange
from ecommerce.application.identity.views import User
from ecommerce.domain.shared.ids import UserId
from ecommerce.domain.shared.kernel import NotFound
from tests.contract.identity.conftest import Ports, new_account

pytestmark = pytest.mark.anyio


async def test_an_added_account_is_found_by_key_and_id(ports: Ports) -> None:
    added = await ports.somebody("Ada@example.com")
    found = await ports.accounts.find("ada@example.com")
    assert found is not None
    assert User.of(found) == User.of(added) == User.of(await ports.accounts.get(added.id))
    assert found.password_hash == "a hash"
    assert await ports.accounts.find("Ada@example.com") is None


async def test_a_taken_address_names_its_account(ports: Ports) -> None:
    first, second = await ports.somebody(), new_account()
    async with ports.uow.begin():
        assert await ports.accounts.add(second) == first.id
    with pytest.raises(NotFound):
        await ports.accounts.get(second.id)
    assert second.pull_events() == []


async def test_roles_and_password_are_saved(ports: Ports) -> None:
    await ports.somebody()
    async with ports.uow.begin():
        account = await ports.accounts.lock("ada@example.com")
        account.grant(["admin"])
        account.password_hash = "another"
        await ports.accounts.save(account)
    found = await ports.accounts.get(account.id)
    assert (found.roles, found.password_hash) == (frozenset({"admin"}), "another")


async def test_nobody_is_locked(ports: Ports) -> None:
    with pytest.raises(NotFound):
        async with ports.uow.begin():
            await ports.accounts.lock("nobody@example.com")


async def test_a_rehash_never_undoes_a_new_password(ports: Ports) -> None:
    account = await ports.somebody()
    async with ports.uow.begin():
        await ports.accounts.rehash(account.id, "stale", "rehashed")
        await ports.accounts.rehash(account.id, "a hash", "rehashed too")
    assert (await ports.accounts.get(account.id)).password_hash == "rehashed too"


async def test_a_profile_is_its_account(ports: Ports) -> None:
    account = await ports.somebody()
    assert await ports.profiles.view(account.id) == User.of(account)


async def test_a_profile_changes_only_what_is_given(ports: Ports) -> None:
    account = await ports.somebody()
    async with ports.plain_uow.begin():
        changed = await ports.profiles.change(
            account.id, ProfileChange(last_name="Lovelace", phone_number="+442079460958")
        )
    assert (changed.first_name, changed.last_name, changed.phone_number) == (
        "Ada",
        "Lovelace",
        "+442079460958",
    )
    async with ports.plain_uow.begin():
        changed = await ports.profiles.change(account.id, ProfileChange(phone_number=None))
    assert (changed.last_name, changed.phone_number) == ("Lovelace", None)
    assert await ports.profiles.view(account.id) == changed


async def test_an_unknown_profile_is_not_found(ports: Ports) -> None:
    unknown = UserId(new_account().id)
    with pytest.raises(NotFound):
        await ports.profiles.view(unknown)
    with pytest.raises(NotFound):
        async with ports.plain_uow.begin():
            await ports.profiles.change(unknown, ProfileChange())
