"""Whatever the database knows of a person is found, handed out, and erased.

It fails when somebody adds a column that can hold text, and says nowhere whose text that is.
"""

import json

import asyncpg
import pytest

from ecommerce.adapters.postgres.privacy.holdings import (
    ELSEWHERE,
    IMPERSONAL,
    OF_ORDER,
    OF_PERSON,
    advice,
    is_classified,
)
from ecommerce.application.shared.tokens import token_hash
from tests.factories.customers import SECRET
from tests.factories.orders import place_order
from tests.integration.privacy.bureau import Bureau
from tests.integration.privacy.looking import Column, columns, where_is
from tests.integration.privacy.planting import MARK, Planted

pytestmark = pytest.mark.anyio

HOLDINGS = (*OF_ORDER, *OF_PERSON)
# Erased columns whose values are no person's words: states, codes, hashes that nobody can try out.
WORDLESS = {
    "notification.status",
    "privacy_request.status",
    "address.country",
    "idempotency_key.scope",
    "idempotency_key.body",
    "one_time_token.purpose",
    "one_time_token.token_hash",
    "mfa_challenge.token_hash",
    "mfa_challenge.password_digest",
}


def needles(planted: Planted) -> list[bytes]:
    """Canaries, and the hashes that the shop's own key makes of the person's address."""
    return [MARK.encode(), planted.email_key, token_hash(planted.order.token)]


async def personal_columns(connection: asyncpg.Connection) -> list[Column]:
    """Those that a holding erases, or that go with its rows."""
    return [
        column
        for column in await columns(connection)
        if column.can_hold_text
        and str(column) not in ELSEWHERE
        and column.name not in IMPERSONAL.get(column.table, "").split()
        and any(each.table == column.table for each in HOLDINGS)
    ]


async def test_of_every_column_it_is_said_whether_it_tells_of_a_person(bureau: Bureau) -> None:
    unknown = [
        advice(column.table, column.name)
        for column in await columns(bureau.connection)
        if column.can_hold_text and not is_classified(column.table, column.name)
    ]

    assert not unknown, "\n\n".join(unknown)


async def test_nothing_is_classified_that_is_not_there(bureau: Bureau) -> None:
    there = {str(column) for column in await columns(bureau.connection)}
    said = {f"{table}.{name}" for table, names in IMPERSONAL.items() for name in names.split()}
    said |= {f"{each.table}.{name}" for each in HOLDINGS for name in (*each.erase, *each.withheld)}

    assert not said - there


async def test_a_canary_is_in_every_personal_column(bureau: Bureau, planted: Planted) -> None:
    found = await where_is(bureau.connection, needles(planted), SECRET)
    reached = set().union(*found.values())
    unplanted = {str(column) for column in await personal_columns(bureau.connection)} - reached - WORDLESS

    assert not unplanted, f"plant something in {sorted(unplanted)}: tests/integration/privacy/planting.py"


async def test_an_export_gives_back_every_canary_and_no_secret(bureau: Bureau, planted: Planted) -> None:
    found = await where_is(bureau.connection, [MARK.encode()], SECRET)
    withheld = {f"{each.table}.{name}" for each in HOLDINGS for name in each.withheld}
    exported = {each.table for each in OF_ORDER} | {each.table for each in OF_PERSON if each.export}

    told = await bureau.export(planted.email)

    text = json.dumps(told)
    for column in sorted(found[MARK]):
        table, _, name = column.partition(".")
        mark = f"{MARK}-{column.replace('.', '-').replace('_', '-')}"
        if table in exported and column not in withheld:
            assert mark in text or name in ("email", "recipient"), column
        elif table not in exported or column in withheld:
            assert mark not in text, column
    assert planted.email in text
    assert planted.email_key.hex() not in text
    assert {order["number"] for order in told["orders"]} == {planted.order.number, planted.guest.number}
    assert all(order["items"] and order["history"] and order["payments"] for order in told["orders"])
    assert told["profile"][0]["marketing_opt_in"] is True


async def test_after_an_erasure_no_canary_is_left_anywhere(bureau: Bureau, planted: Planted) -> None:
    books = "SELECT number, currency, subtotal, total, tax, lines_hash, taxes FROM sales_order ORDER BY id"
    kept = await bureau.connection.fetch(books)

    await bureau.forget(planted.email)

    assert await where_is(bureau.connection, needles(planted), SECRET) == {}
    assert kept == await bureau.connection.fetch(books)


async def test_an_order_keeps_where_it_was_taxed_and_nothing_more(bureau: Bureau, planted: Planted) -> None:
    await bureau.forget(planted.email)

    rows = await bureau.connection.fetch("SELECT email, shipping_address, billing_address FROM sales_order")
    for row in rows:
        assert row["email"] == f"{planted.account_id}@erased.invalid"
        for name in ("shipping_address", "billing_address"):
            told = {key: value for key, value in json.loads(row[name]).items() if value}
            assert told == {"country": "GB", "region": "LND", "postal_code": "SW1"}


async def test_what_is_anothers_stays(bureau: Bureau, planted: Planted) -> None:
    """Everything of somebody else, and guest orders under an address that nobody verified."""
    connection = bureau.connection
    await connection.execute("UPDATE account SET email_verified = false WHERE id = $1", planted.account_id)
    guests = "SELECT email, note FROM sales_order WHERE account_id IS NULL"
    before = (
        await connection.fetch(guests),
        await connection.fetch("SELECT email, vat_number FROM cart WHERE account_id IS NULL"),
    )

    await bureau.forget(planted.email)

    assert before == (
        await connection.fetch(guests),
        await connection.fetch("SELECT email, vat_number FROM cart WHERE account_id IS NULL"),
    )


async def test_who_shares_a_key_with_them_stays_counted(
    bureau: Bureau, planted: Planted, database_url: str
) -> None:
    """`ada+1@` and `ada+2@` are two accounts, and to limits one customer."""
    other = await place_order(database_url)
    await bureau.connection.execute(
        "INSERT INTO promotion_redemption (order_id, promotion_id, customer_keys, amount, currency)"
        " SELECT $1, promotion_id, ARRAY[$2::bytea], 0, 'USD' FROM promotion_redemption WHERE order_id = $3",
        other.id,
        planted.email_key,
        planted.order.id,
    )
    await bureau.connection.execute(
        "UPDATE promotion_customer SET used = 2 WHERE customer_key = $1 AND promotion_id ="
        " (SELECT promotion_id FROM promotion_redemption WHERE order_id = $2)",
        planted.email_key,
        other.id,
    )

    await bureau.forget(planted.email)

    counted = await bureau.connection.fetch(
        "SELECT used FROM promotion_customer WHERE customer_key = $1", planted.email_key
    )
    assert [row["used"] for row in counted] == [1]


async def test_erasing_twice_is_erasing_once(bureau: Bureau, planted: Planted) -> None:
    request = await bureau.close(planted.email)
    await bureau.send_mails()
    await bureau.erase(request.id)
    tables = sorted({column.table for column in await columns(bureau.connection)} - {"audit_log"})

    async def whole() -> list[list[asyncpg.Record]]:
        return [
            await bureau.connection.fetch(f'SELECT t::text FROM "{each}" t ORDER BY 1') for each in tables
        ]

    first = await whole()
    await bureau.connection.execute("UPDATE account SET updated_at = updated_at")
    await bureau.erase(request.id)
    again = await whole()

    different = [table for table, a, b in zip(tables, first, again, strict=True) if a != b]
    assert different == ["account"]  # its `updated_at`
