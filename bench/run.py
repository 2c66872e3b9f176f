"""One run from the opening of the shop to the figures."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import asyncpg
import psutil  # type: ignore[import-untyped]  # it ships no types

from bench import pricing, races, replay, signing_in
from bench.buyers import UNCACHED, Offer, Shopper, asking, is_full_list, look_around
from bench.client import Connection, request
from bench.figures import Cost, Figures, cost_of, layer_costs, ratio, typical
from bench.hello import LAYERS, PATH, WHOLE, Served, served
from bench.load import Load, WrongAnswer, connect
from bench.processes import Meter, Parts, memory
from bench.rows import Row, rows_of
from bench.shop import Shop, is_idle, opened
from bench.statements import grows_with_rows, listening, same_work

_WARM_UP = 0.5
_PATIENCE = 40
_CHECKOUTS_CAUGHT = 8


@dataclass(frozen=True, slots=True)
class Options:
    products: int
    seconds: float
    rounds: int


@dataclass(slots=True)
class Result:
    figures: Figures = field(default_factory=Figures)
    layers: dict[str, float] = field(default_factory=dict)
    postgres: str = ""


@dataclass(slots=True)
class Bench:
    shop: Shop
    options: Options
    say: Callable[[str], None]
    result: Result = field(default_factory=Result)

    async def run(self) -> Result:
        connections = await connect(self.shop.origin)
        offer = await look_around(connections[0])
        figures = self.result.figures
        connection = await asyncpg.connect(self.shop.database_url)
        self.result.postgres = (await connection.fetchval("SHOW server_version")).split()[0]
        await connection.close()
        scripts = await self._catch(offer)
        await self._rows(connections, offer)
        figures.memory = memory(self.shop.parts.server)
        await self._against_pgbench(connections, offer, scripts)
        self.say("signing in, and a storm of it")
        figures.signing_in = await signing_in.measure(self.shop, offer)
        self.say("pricing")
        figures.pricing = pricing.measure()
        self.say("races")
        figures.race = await races.few_units(self.shop, offer)
        figures.adds_kept = await races.one_cart(self.shop, offer)
        if not figures.race.is_right:
            figures.wrong.append(f"the race for few units: {figures.race}")
        if figures.adds_kept[0] != figures.adds_kept[1]:
            figures.wrong.append(f"adds at once: {figures.adds_kept} units are in the cart")
        await self._hello()
        for each in connections:
            each.close()
        return self.result

    async def _catch(self, offer: Offer) -> dict[str, list[replay.Script]]:
        """The SQL of each row, counted; and whether any of it grows with the rows it is about."""
        self.say("listening to the SQL of each row")
        figures, scripts = self.result.figures, {}
        async with listening(self.shop.settings, self.shop.database_url) as listener:
            for name, path in (
                ("list", offer.list_path),
                ("detail", offer.detail_path),
                ("search", offer.search_path),
            ):
                for _ in range(2):  # the second knows counts and words, as a busy process does
                    caught = await listener.get(path)
                figures.statements[name] = len(caught)
                scripts[name] = [replay.written(caught, caught, name)]
            scripts["checkout"] = []
            for number in range(_CHECKOUTS_CAUGHT):
                pair = offer.variants[2 * number], offer.variants[2 * number + 1]
                one, other = await listener.check_out(*pair), await listener.check_out(*pair)
                while not same_work(one, other):
                    one, other = other, await listener.check_out(*pair)
                scripts["checkout"].append(replay.written(one, other, f"c{number}"))
                figures.statements["checkout"] = len(other)
            figures.statements["cart add"] = len(await listener.new_cart(offer.variants[0]))
            figures.wrong += [f"N+1: {each}" for each in await grows_with_rows(listener, offer)]
        return scripts

    async def _rows(self, connections: Sequence[Connection], offer: Offer) -> None:
        rows = rows_of(offer)
        measured: dict[str, list[Cost]] = defaultdict(list)
        for number in range(-1, self.options.rounds):
            self.say("warming up" if number < 0 else f"round {number + 1} of {self.options.rounds}")
            for row in rows:
                cost = await self._measure(row, connections, number < 0)
                if number >= 0:
                    measured[row.name].append(cost)
        self.result.figures.costs = {name: typical(costs) for name, costs in measured.items()}

    async def _measure(self, row: Row, connections: Sequence[Connection], warming_up: bool) -> Cost:
        if row.prepare is not None:
            await row.prepare(connections)
        await self._settle()
        meter = Meter(self.shop.parts)
        load = await row.run(connections, _WARM_UP if warming_up else self.options.seconds)
        return self._cost(row.name, load, meter)

    async def _settle(self) -> None:
        """Wait until the worker has worked off what the last row left behind."""
        worker = self.shop.parts.worker
        for _ in range(_PATIENCE):
            if worker is None or await asyncio.to_thread(is_idle, worker):
                return

    async def _against_pgbench(
        self, connections: Sequence[Connection], offer: Offer, scripts: dict[str, list[replay.Script]]
    ) -> None:
        """Rates, turn by turn. The worker sleeps: what pgbench puts into the outbox is nothing to work on."""
        steps = {
            "list": asking(request("GET", offer.list_path, headers=UNCACHED), is_full_list),
            "checkout": Shopper(offer).check_out,
        }
        ours: dict[str, list[float]] = defaultdict(list)
        straight: dict[str, list[Cost]] = defaultdict(list)
        worker = psutil.Process(self.shop.parts.worker)
        worker.suspend()
        try:
            for number in range(self.options.rounds):
                self.say(f"beside pgbench, round {number + 1} of {self.options.rounds}")
                for name, written in scripts.items():
                    if name in steps:
                        load = await Row(name, steps[name]).run(connections, self.options.seconds)
                        ours[name].append(load.rate)
                    straight[name].append(await self._straight(written))
        finally:
            worker.resume()
        figures = self.result.figures
        figures.rates = {name: ratio(ours[name], [each.rate for each in straight[name]]) for name in ours}
        costs = figures.costs
        figures.costs = {}
        for name, cost in costs.items():
            figures.costs[name] = cost
            if name in straight:
                figures.costs[f"{name}: pgbench"] = typical(straight[name])

    async def _straight(self, scripts: Sequence[replay.Script]) -> Cost:
        meter = Meter(Parts(self.shop.parts.server, self.shop.parts.postgres))
        done = await asyncio.to_thread(
            replay.run, scripts, self.shop.database_url, self.options.seconds, self.shop.folder
        )
        cost = cost_of(meter.read(), done.completed, done.rate)
        return Cost(0.0, cost.postgres, 0.0, done.rate)

    async def _hello(self) -> None:
        self.say("hello: starting small applications")
        measured: dict[str, list[Cost]] = defaultdict(list)
        with served(self.shop.settings, self.shop.folder / "logs" / "hello.log") as apps:
            opened = {each.name: await connect(each.origin) for each in apps}
            for number in range(-1, 2 * self.options.rounds):
                for app in apps:
                    cost = await self._say_hello(app, opened[app.name])
                    if number >= 0:
                        measured[app.name].append(cost)
            for connections in opened.values():
                for each in connections:
                    each.close()
        self.result.figures.hello = {name: typical(costs) for name, costs in measured.items()}
        self.result.layers = layer_costs(measured, WHOLE, LAYERS)

    async def _say_hello(self, app: Served, connections: Sequence[Connection]) -> Cost:
        step = asking(request("GET", PATH), lambda answer: answer.json == {"hello": "world"})
        meter = Meter(Parts(app.pid))
        load = await Row(app.name, step).run(connections, self.options.seconds / 2)
        return self._cost(f"hello {app.name}", load, meter)

    def _cost(self, name: str, load: Load, meter: Meter) -> Cost:
        used = meter.read()
        self.result.figures.wrong += [f"{name}: {what} ({times} times)" for what, times in load.wrong.items()]
        if not load.completed:
            raise WrongAnswer(f"{name}: nothing was answered as it should be: {dict(load.wrong)}")
        return cost_of(used, load.completed, load.rate)


def bench(options: Options, say: Callable[[str], None]) -> Result:
    say(f"opening a shop with {options.products:,} products")
    with opened(options.products) as shop:
        return asyncio.run(Bench(shop, options, say).run())
