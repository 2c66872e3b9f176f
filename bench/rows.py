"""The rows that are measured on the shop, one after the other in each round."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from bench.buyers import (
    UNCACHED,
    Offer,
    Shopper,
    asking,
    expect,
    is_detail,
    is_full_list,
)
from bench.client import Connection, request
from bench.load import CONNECTIONS, Load, Step, drive

# What a round may place, so that the worker has done with it before the next row.
_MOST_ORDERS = 150


@dataclass(slots=True)
class Row:
    """`prepare` is not measured; `most` is where a round ends before its time."""

    name: str
    step: Step
    prepare: Callable[[Sequence[Connection]], Awaitable[None]] | None = None
    most: int | None = None

    async def run(self, connections: Sequence[Connection], seconds: float) -> Load:
        return await drive(connections, self.step, seconds, self.most)


@dataclass(slots=True)
class Carts:
    """Carts of two lines, filled beforehand, for what is done with a cart."""

    shopper: Shopper
    tokens: list[str] = field(default_factory=list)
    option: str = ""

    async def fill(self, connections: Sequence[Connection], many: int) -> None:
        self.tokens = []

        async def step(connection: Connection, number: int) -> None:
            self.tokens.append(await self.shopper.fill(connection, number))

        await drive(connections, step, 60, many)
        self.option = await self.shopper.quote(connections[0], self.tokens[0])

    async def quote(self, connection: Connection, number: int) -> None:
        await self.shopper.quote(connection, self.tokens[number % len(self.tokens)])

    def place(self, method: str) -> Step:
        async def step(connection: Connection, number: int) -> None:
            answer = await self.shopper.place(connection, self.tokens[number], self.option, method)
            expect(answer, 201)

        return step


@dataclass(slots=True)
class Revisit:
    """Asks for what it has seen already. Stock is in the list, so that each sale makes it another."""

    path: str
    raw: bytes = b""

    async def look(self, connections: Sequence[Connection]) -> None:
        answer = await connections[0].send(request("GET", self.path))
        self.raw = request("GET", self.path, headers={"If-None-Match": answer.header("etag")})

    async def ask(self, connection: Connection, _: int) -> None:
        expect(await connection.send(self.raw), 304)


def rows_of(offer: Offer) -> list[Row]:
    shopper = Shopper(offer)
    carts = Carts(shopper)
    revisit = Revisit(offer.list_path)

    async def few(connections: Sequence[Connection]) -> None:
        await carts.fill(connections, CONNECTIONS)

    async def many(connections: Sequence[Connection]) -> None:
        await carts.fill(connections, _MOST_ORDERS)

    path = offer.list_path
    return [
        Row("list", asking(request("GET", path, headers=UNCACHED), is_full_list)),
        Row("list cached", asking(request("GET", path), is_full_list)),
        Row("list 304", revisit.ask, revisit.look),
        Row("detail", asking(request("GET", offer.detail_path, headers=UNCACHED), is_detail)),
        Row("search", asking(request("GET", offer.search_path, headers=UNCACHED), is_full_list)),
        Row("cart add", shopper.new_cart),
        Row("quote", carts.quote, few),
        Row("place, manual", carts.place("manual"), many, _MOST_ORDERS),
        Row("place, sandbox", carts.place("stripe"), many, _MOST_ORDERS // 2),
        Row("checkout", shopper.check_out, most=_MOST_ORDERS),
    ]
