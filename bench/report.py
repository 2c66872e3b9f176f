"""`docs/performance.md`: the figures of one run, with the machine, the commit and the date."""

from collections.abc import Mapping, Sequence

from bench import signing_in
from bench.figures import Figures
from bench.limits import Verdict
from bench.pricing import LINES, MANY_UNITS, PROMOTIONS, PricingCost

HEAD = """\
# Performance

Written by `make bench`; do not edit. What counts is **CPU milliseconds per completed piece of work**, of the
server's process tree and of PostgreSQL's, with everything on: log, metrics, limits, request ids. A busy
neighbour disturbs that far less than requests per second, which stand here only as ratios within the run.
Every figure is the median over rounds in which all rows take turns. Everything is on 127.0.0.1: one API
process, 16 connections kept alive, the driver's own CPU not counted.
"""


def written(
    facts: Mapping[str, str], figures: Figures, layers: Mapping[str, float], verdicts: Sequence[Verdict]
) -> str:
    parts = [
        HEAD,
        _facts(facts),
        _limits(verdicts),
        _rows(figures),
        _signing_in(figures),
        _pricing(figures.pricing),
        _hello(figures, layers),
        _races(figures),
    ]
    return "\n".join(parts)


def limits_as_text(verdicts: Sequence[Verdict]) -> str:
    return _table(("Work", "Limit", "Measured", ""), [_verdict(each) for each in verdicts])


def _facts(facts: Mapping[str, str]) -> str:
    return _table(("This run", ""), list(facts.items()))


def _limits(verdicts: Sequence[Verdict]) -> str:
    return f"## Limits\n\nServer and PostgreSQL together.\n\n{limits_as_text(verdicts)}"


def _verdict(verdict: Verdict) -> tuple[str, ...]:
    limit = verdict.limit
    sign = ">=" if limit.at_least else "<="
    measured = "not measured" if verdict.measured is None else f"{verdict.measured:.3g} {limit.unit}".strip()
    told = "ok" if verdict.is_kept else "**over**" if not limit.at_least else "**under**"
    return (limit.what, f"{sign} {limit.limit:g} {limit.unit}".strip(), measured, told)


def _rows(figures: Figures) -> str:
    rows = [
        (
            name,
            _ms(cost.server) if cost.server else "",
            _ms(cost.postgres),
            f"**{_ms(cost.answer)}**" if cost.server else "",
            _ms(cost.behind) if cost.behind >= 0.02 else "",
            str(figures.statements.get(name, "")),
        )
        for name, cost in figures.costs.items()
    ]
    table = _table(("Work", "Server", "PostgreSQL", "Together", "Behind it", "SQL"), rows)
    return f"""\
## Rows

*Uncached* is asked for with `Cache-Control: no-cache`. *Behind it* is what follows an answer: the worker's
CPU and PostgreSQL's for the worker while the row ran (mails, events). *SQL* counts statements, BEGIN and
COMMIT included. *pgbench* runs the very statements of the row above it, prepared; what a checkout makes
anew (ids, tokens) is made in SQL there.

{table}"""


def _signing_in(figures: Figures) -> str:
    assert figures.signing_in is not None
    return signing_in.written(figures.signing_in)


def _pricing(costs: Sequence[PricingCost]) -> str:
    by_size = {(cost.lines, cost.promotions): cost.ms for cost in costs if cost.units != MANY_UNITS}
    rows = [(str(lines), *(_ms(by_size[lines, promotions]) for promotions in PROMOTIONS)) for lines in LINES]
    table = _table(("Lines", *(f"{promotions} promotions" for promotions in PROMOTIONS)), rows)
    curves = "\n".join(
        f"    line [{', '.join(f'{by_size[lines, promotions]:.3f}' for lines in LINES)}]"
        for promotions in PROMOTIONS
    )
    return f"""\
## Pricing

Milliseconds of CPU to price a cart once: promotions of every kind, a third of them on the whole cart, all of
them active. It grows with lines times promotions, and not with units: {_of_many(costs)}.

{table}
```mermaid
xychart-beta
    title "CPU by lines: {", ".join(map(str, PROMOTIONS))} promotions, from below"
    x-axis "lines" [{", ".join(map(str, LINES))}]
    y-axis "ms"
{curves}
```
"""


def _of_many(costs: Sequence[PricingCost]) -> str:
    many = next(cost for cost in costs if cost.units == MANY_UNITS)
    cart = f"{many.lines} lines of {many.units:,} units under {many.promotions} promotions"
    return f"{cart} take {_ms(many.ms)} ms"


def _hello(figures: Figures, layers: Mapping[str, float]) -> str:
    base = figures.hello["constant"].server
    names = {
        "constant": "constant bytes, plain ASGI",
        "litestar": "Litestar, bare",
        "whole": "our whole door",
    }
    rows = [
        (label, _ms(figures.hello[name].server), f"{figures.hello[name].server / base:.2f}")
        for name, label in names.items()
    ]
    each = [(layer, f"{cost * 1000:.0f}") for layer, cost in layers.items()]
    return f"""\
## Hello

{_table(("A route that says hello", "Server, ms", "Of constant bytes"), rows)}
Each layer by what the whole door costs less without it, in microseconds; a few are noise. The rate limit
counts in this process, as it does between two leases from Redis.

{_table(("Layer", "us"), each)}"""


def _races(figures: Figures) -> str:
    race = figures.race
    kept, sent = figures.adds_kept
    assert race is not None
    return f"""\
## Races

- {race.stock} units, {race.buyers} carts made first, {race.buyers} orders at the same moment:
  {race.taken} were taken, {race.refused} were told 409, {race.reserved} units are reserved.
- {sent} adds to one cart at the same moment: {kept} units are in it.
"""


def _ms(value: float) -> str:
    return f"{value:.3f}" if value < 0.1 else f"{value:.2f}"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)
