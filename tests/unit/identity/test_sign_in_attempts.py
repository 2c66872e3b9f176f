"""Strangers behind the same address can't use up what a known device may try."""

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
WRONG = "wrong one"
STRANGER = Call(client_address="192.0.2.1", user_agent="A script")


async def tried(world: World, call: Call, email: str = "ada@example.com", password: str = WRONG) -> str:
    """What comes of it: in, wrong, or limited."""
    try:
        await world.login(Login(email=email, password=password), call)
    except InvalidCredentials:
        return "wrong"
    except RateLimited:
        return "limited"
    return "in"


async def adas_world() -> World:
    world = World(attempts=2)
    await world.register(Register(email="ada@example.com", password=PASSWORD), HOME)
    return world


async def test_who_shares_the_owners_address_does_not_keep_them_out() -> None:
    world = await adas_world()
    assert await tried(world, STRANGER) == "wrong"
    assert await tried(world, STRANGER, password=PASSWORD) == "limited"
    assert await tried(world, HOME, "Ada@example.com", PASSWORD) == "in"


async def test_a_known_device_is_counted_as_well() -> None:
    world = await adas_world()
    assert [await tried(world, HOME) for _ in range(2)] == ["wrong", "wrong"]
    assert await tried(world, HOME, password=PASSWORD) == "limited"
    assert await tried(world, STRANGER) == "wrong"  # one of two was spent by registering


async def test_a_device_is_forgotten_in_time() -> None:
    world = await adas_world()
    assert await tried(world, STRANGER) == "wrong"
    world.sessions.clock = lambda: datetime.now(UTC) + timedelta(days=91)
    assert await tried(world, HOME, password=PASSWORD) == "limited"


async def test_whether_it_is_known_is_asked_for_everybody() -> None:
    world = await adas_world()
    for email in ("ada@example.com", "nobody@example.com", "not an address", "\ud800"):
        before = world.devices.asked, world.hasher.work
        assert await tried(world, Call(client_address="192.0.2.7"), email) == "wrong"
        assert (world.devices.asked, world.hasher.work) == (before[0] + 1, before[1] + 1)


async def test_all_spellings_of_an_address_are_counted_as_one() -> None:
    world = World(attempts=2)
    for email in ("jose\u0301@bücher.example", "JOSÉ@xn--bcher-kva.example"):
        assert await tried(world, HOME, email) == "wrong"
    assert await tried(world, HOME, "josé@BÜCHER.example", PASSWORD) == "limited"


async def test_a_client_without_a_user_agent_is_never_known() -> None:
    world = World()
    call = Call(client_address="192.0.2.1")
    await world.register(Register(email="ada@example.com", password=PASSWORD), call)
    assert isinstance(world.devices, MemoryKnownDevices)
    assert not await world.devices.knows("ada@example.com", "192.0.2.1", "")
