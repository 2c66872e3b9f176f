"""Every id that any route takes, in the hands of everybody it isn't for: as if there were no such thing.

Walks the document as `test_every_route` does. A new route is tried by itself; where its sample leaves out an
id that its body may have, `strangers` needs another one.
"""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import asyncpg
import pytest

from tests.conformance.asking import send
from tests.conformance.document import OPERATIONS, Operation
from tests.conformance.samples import Ask
from tests.conformance.strangers import (
    EVERYBODYS,
    SIGNED,
    TOGETHER,
    Place,
    Stranger,
    absent_like,
    arrange,
    digest,
    places_of,
    strangers,
    told,
)
from tests.conformance.world import World, demo_shop, open_world
from tests.conftest import PostgresServer

pytestmark = [pytest.mark.anyio, pytest.mark.xdist_group("foreign ids")]

WITH_IDS = [each for each in OPERATIONS if each.id not in SIGNED and places_of(each, Ask())]
WITH_SEVERAL = [each for each in WITH_IDS if len(places_of(each, Ask())) > 1 and each.id not in TOGETHER]
NOT_YOURS = {401, 403, 404}


@pytest.fixture(scope="module")
def shop_url(postgres_server: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Of this module alone: nobody else may write into it."""
    with demo_shop(postgres_server, Path(tmp_path_factory.mktemp("demo"))) as url:
        yield url


@pytest.fixture(scope="module")
async def world(shop_url: str) -> AsyncIterator[World]:
    async with open_world(shop_url) as opened:
        yield opened


@pytest.fixture(scope="module")
async def others(world: World) -> list[Stranger]:
    return await strangers(world)


@pytest.fixture(scope="module")
async def database(shop_url: str) -> AsyncIterator["asyncpg.Connection[asyncpg.Record]"]:
    connection = await asyncpg.connect(shop_url)
    yield connection
    await connection.close()


@pytest.mark.parametrize("operation", WITH_IDS, ids=str)
async def test_somebody_elses_is_as_if_it_were_not_there(
    world: World,
    others: list[Stranger],
    database: "asyncpg.Connection[asyncpg.Record]",
    operation: Operation,
) -> None:
    ask = await arrange(world, operation)
    places = ids_of(operation, ask)
    before = await digest(database)

    for place, value in places.items():
        for stranger in others:
            if not stranger.may(operation):
                theirs = asked_by(ask, stranger)
                answers = await alike(world, operation, place, theirs, value)
                # Nobody gets as far as to an id who has nothing in their own cart.
                empty = stranger.name == "a guest" and "cart-empty" in str(answers)
                assert answers[0][0] in NOT_YOURS or empty, f"{place} by {stranger.name}: {answers[0]}"
                assert answers[0] == answers[1], f"{place} by {stranger.name}: {answers}"

    assert await digest(database) == before
    mine = await send(world, operation, ask)
    assert str(mine.status_code) in operation.success, "what was foreign is there, for whom it is"


@pytest.mark.parametrize("operation", WITH_SEVERAL, ids=str)
async def test_what_is_of_another_thing_is_not_in_this_one(
    world: World, database: "asyncpg.Connection[asyncpg.Record]", operation: Operation
) -> None:
    """An item of one order in the refund of another: each may be the caller's work, the pair is nobody's."""
    ask, other = await arrange(world, operation), await arrange(world, operation)
    before = await digest(database)

    for place, value in list(ids_of(operation, other).items())[1:]:
        answers = await alike(world, operation, place, ask, value)
        assert answers[0][0] == 404, f"{place}: {answers[0]}"
        assert answers[0] == answers[1], f"{place}: {answers}"

    assert await digest(database) == before


def ids_of(operation: Operation, ask: Ask) -> dict[Place, str]:
    """What the request names, and where."""
    found = {place: place.of(ask) for place in places_of(operation, ask)}
    missing = [place.name for place, value in found.items() if value is None]
    assert not missing, (
        f"{operation} takes {missing}: put it into its sample or into INSTEAD in strangers.py, or say there"
        f" that it is everybody's, as {sorted(EVERYBODYS)} are"
    )
    return {place: value for place, value in found.items() if value is not None}


async def alike(
    world: World, operation: Operation, place: Place, ask: Ask, value: str
) -> list[tuple[object, ...]]:
    """What is told of this id, and of one that nobody has."""
    return [
        told(await send(world, operation, place.into(ask, named)), named)
        for named in (value, absent_like(value))
    ]


def asked_by(ask: Ask, stranger: Stranger) -> Ask:
    """The same, without what the owner shows, and with what the stranger has."""
    owners = {"authorization", "x-cart-token", "x-order-token"}
    kept = {name: value for name, value in ask.headers.items() if name.lower() not in owners}
    query = {name: value for name, value in ask.query.items() if name != "order_token"}
    return ask.but(headers={**kept, **stranger.headers}, query=query)
