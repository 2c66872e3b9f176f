"""Strangers behind the same address can't use up what a known device may try."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from ecommerce.adapters.memory.devices import MemoryKnownDevices
from ecommerce.application.identity.login import Login
from ecommerce.application.identity.register import Register
from ecommerce.application.shared.call import Call
from ecommerce.application.shared.rate_limiting import RateLimited
from ecommerce.domain.identity.account import InvalidCredentials
from tests.unit.identity.test_use_cases import PASSWORD, World

pytestmark = pytest.mark.anyio

HOME = Call(client_address="192.0.2.1", user_agent="Ada's browser")
STRANGER = Call(client_address="192.0.2.1", user_agent="A script")


async def wrong(world: World, call: Call, email: str = "ada@example.com") -> None:
    with pytest.raises(InvalidCredentials):
        await world.login(Login(email=email, password="wrong one"), call)


async def used_up(world: World, call: Call, email: str = "ada@example.com") -> None:
    with pytest.raises(RateLimited):
        await world.login(Login(email=email, password=PASSWORD), call)


async def adas_world() -> World:
    world = World(attempts=2)
    await world.register(Register(email="ada@example.com", password=PASSWORD), HOME)
    return world


async def test_who_shares_the_owners_address_does_not_keep_them_out() -> None:
    world = await adas_world()
    await wrong(world, STRANGER)
    await used_up(world, STRANGER)
    assert await world.login(Login(email="Ada@example.com", password=PASSWORD), HOME)


async def test_a_known_device_is_counted_as_well() -> None:
    world = await adas_world()
    for _ in range(2):
        await wrong(world, HOME)
    await used_up(world, HOME)
    await wrong(world, replace(STRANGER))  # one was spent by registering


async def test_a_device_is_forgotten_in_time() -> None:
    world = await adas_world()
    await wrong(world, STRANGER)
    world.sessions.clock = lambda: datetime.now(UTC) + timedelta(days=91)
    await used_up(world, HOME)


async def test_whether_it_is_known_is_asked_for_everybody() -> None:
    world = await adas_world()
    for email in ("ada@example.com", "nobody@example.com", "not an address", "\ud800"):
        before = world.devices.asked, world.hasher.work
        await wrong(world, Call(client_address="192.0.2.7"), email)
        assert (world.devices.asked, world.hasher.work) == (before[0] + 1, before[1] + 1)


async def test_all_spellings_of_an_address_are_counted_as_one() -> None:
    world = World(attempts=2)
    for email in ("jose\u0301@bücher.example", "JOSÉ@xn--bcher-kva.example"):
        await wrong(world, HOME, email)
    await used_up(world, HOME, "josé@BÜCHER.example")


async def test_a_client_without_a_user_agent_is_never_known() -> None:
    world = World()
    call = Call(client_address="192.0.2.1")
    await world.register(Register(email="ada@example.com", password=PASSWORD), call)
    assert isinstance(world.devices, MemoryKnownDevices)
    assert not await world.devices.knows("ada@example.com", "192.0.2.1", "")
