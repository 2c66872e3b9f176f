"""The statements that follow from the holdings."""

from collections.abc import Iterable, Sequence

from ecommerce.adapters.postgres.privacy.holdings import (
    OF_ORDER,
    OF_PERSON,
    ORDER,
    ORDERS,
    PERSON,
    Holding,
)


def erasures(holdings: Iterable[Holding], parameters: str, pseudonym: str) -> list[str]:
    """One for each that doesn't stay. `pseudonym` is the parameter that stands for the address."""
    return [_erasure(each, parameters, pseudonym) for each in holdings if not each.stays]


def _erasure(holding: Holding, parameters: str, pseudonym: str) -> str:
    where = holding.of.format(order="$1") if parameters is ORDER else holding.of
    if holding.deleted:
        return f"{parameters} DELETE FROM {holding.table} t WHERE {where}"
    values = ", ".join(
        f"{column} = {new.format(pseudonym=pseudonym)}" for column, new in holding.erase.items()
    )
    return f"{parameters} UPDATE {holding.table} t SET {values} WHERE {where}"


def _record(holding: Holding) -> str:
    """A row as JSON."""
    withheld = ", ".join(f"'{column}'" for column in holding.withheld)
    record = f"(to_jsonb(t) - ARRAY[{withheld}]::text[])"
    if holding.along:
        more = ", ".join(f"'{name}', {sql}" for name, sql in holding.along.items())
        record += f" || jsonb_build_object({more})"
    return record


def _within_an_order(holding: Holding) -> str:
    return (
        f"'{holding.export}', (SELECT COALESCE(jsonb_agg({_record(holding)}), '[]')"
        f" FROM {holding.table} t WHERE {holding.of.format(order='o.id')})"
    )


def _orders() -> str:
    *parts, order = OF_ORDER
    inner = ", ".join(_within_an_order(part) for part in parts)
    lines = "(SELECT jsonb_agg(to_jsonb(l) ORDER BY l.position) FROM order_line l WHERE l.order_id = o.id)"
    return f"""
    {PERSON} SELECT (({_record(order)}) || jsonb_build_object('items', {lines}, {inner}))::text AS record
    FROM sales_order t JOIN sales_order o ON o.id = t.id
    WHERE t.id IN ({ORDERS}) ORDER BY t.created_at, t.id
    """


ERASE_ORDER: Sequence[str] = erasures(OF_ORDER, ORDER, "$2")
ERASE_REST: Sequence[str] = erasures(OF_PERSON, PERSON, "$4")
# By the name of their kind.
EXPORTS: Sequence[tuple[str, str]] = (
    *(
        (
            holding.export,
            f"{PERSON} SELECT ({_record(holding)})::text AS record FROM {holding.table} t WHERE {holding.of}",
        )
        for holding in reversed(OF_PERSON)
        if holding.export is not None
    ),
    ("orders", _orders()),
)
