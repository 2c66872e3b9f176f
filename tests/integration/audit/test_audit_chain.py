"""The chain under concurrency, and what is noticed of tampering in the database itself."""

import asyncio
import json

import asyncpg
import pytest
from click.testing import CliRunner, Result

from ecommerce.adapters.postgres.unit_of_work import PgUnitOfWork
from ecommerce.entrypoints.bootstrap import migrations
from ecommerce.entrypoints.cli.app import cli
from tests.integration.audit.conftest import Log
from tests.integration.identity.identity_shop import environment

pytestmark = pytest.mark.anyio
CHAIN = "the chain of the audit log verifies"
broken = pytest.mark.breaks_invariants(CHAIN)


async def ecommerce(log: Log, *arguments: str) -> Result:
    return await asyncio.to_thread(lambda: CliRunner().invoke(cli, arguments, env=environment(log.url)))


async def test_fifty_at_once_make_one_chain(log: Log) -> None:
    await asyncio.gather(*(log.write(number, more=number % 3) for number in range(50)))
    found = await log.verify()
    entries = sum(1 + number % 3 for number in range(50))
    assert (found.entries, found.broken) == (entries, None)
    assert found.head == str(await log.head())


async def test_what_is_rolled_back_leaves_no_gap(log: Log) -> None:
    async def fail() -> None:
        uow = PgUnitOfWork(log.database, None)  # type: ignore[arg-type]  # it never rings
        with pytest.raises(ZeroDivisionError):
            async with uow.begin():
                await uow.connection.execute(
                    "INSERT INTO audit_log (actor, action, target) VALUES ('a', 'b', 'c')"
                )
                raise ZeroDivisionError

    await asyncio.gather(*(fail() if number % 2 else log.write(number) for number in range(20)))
    found = await log.verify()
    assert (found.entries, found.broken) == (10, None)


async def test_a_slow_transaction_keeps_nobody_waiting(log: Log) -> None:
    slow = await asyncpg.connect(log.url)
    transaction = slow.transaction()
    await transaction.start()
    await slow.execute("INSERT INTO audit_log (actor, action, target) VALUES ('slow', 'b', 'c')")
    async with asyncio.timeout(2):
        await log.fill(3)
    await transaction.commit()
    order = await slow.fetch(
        "SELECT actor FROM audit_chain c JOIN audit_log a ON a.id = c.entry_id ORDER BY c.seq"
    )
    await slow.close()
    assert order[-1]["actor"] == "slow", "in the order of the commits"
    assert (await log.verify()).entries == 4


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_log SET actor = 'nobody'",
        "UPDATE audit_log SET actor = 'nobody' WHERE false",
        "DELETE FROM audit_log",
        "TRUNCATE audit_log CASCADE",
        "UPDATE audit_chain SET seq = seq + 1",
        "DELETE FROM audit_chain",
        "TRUNCATE audit_chain",
        "INSERT INTO audit_chain SELECT seq + 1, entry_id + 1, previous, hash FROM audit_chain",
        "INSERT INTO audit_log OVERRIDING SYSTEM VALUE VALUES (1, now(), 'a', 'b', 'c')"
        " ON CONFLICT (id) DO UPDATE SET actor = 'nobody'",
    ],
)
async def test_what_is_written_stays(log: Log, statement: str) -> None:
    await log.fill(1)
    connection = await asyncpg.connect(log.url)
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="append-only"):
        await connection.execute(statement)
    await connection.close()
    assert (await log.verify()).entries == 1


@broken
@pytest.mark.parametrize(
    ("statements", "entry", "told"),
    [
        (["UPDATE audit_log SET actor = 'nobody' WHERE id = 3"], 3, "changed"),
        (["UPDATE audit_log SET at = at + interval '1 microsecond' WHERE id = 3"], 3, "changed"),
        (["""UPDATE audit_log SET after = '{"n": 0, "x": null}' WHERE id = 3"""], 3, "changed"),
        (["UPDATE audit_log SET before = '{}' WHERE id = 3"], 3, "changed"),
        (["DELETE FROM audit_log WHERE id = 3"], 3, "entry is missing"),
        (
            ["DELETE FROM audit_chain WHERE entry_id = 3", "DELETE FROM audit_log WHERE id = 3"],
            4,
            "link 3 is missing",
        ),
        (
            [
                "UPDATE audit_log a SET target = b.target FROM audit_log b"
                " WHERE (a.id, b.id) IN ((3, 4), (4, 3))"
            ],
            3,
            "changed",
        ),
        (
            [
                "UPDATE audit_chain SET entry_id = -entry_id",
                "UPDATE audit_chain SET entry_id ="
                " CASE entry_id WHEN -3 THEN 4 WHEN -4 THEN 3 ELSE -entry_id END",
            ],
            4,
            "changed",
        ),
        (
            ["INSERT INTO audit_log (actor, action, target) VALUES ('a', 'b', 'c')"],
            6,
            "no part of the chain",
        ),
        (
            ["INSERT INTO audit_chain SELECT 0, 6, previous, hash FROM audit_chain WHERE seq = 1"],
            6,
            "link 1 is missing",
        ),
    ],
)
async def test_what_was_tampered_with_is_named(
    log: Log, statements: list[str], entry: int, told: str
) -> None:
    await log.fill()
    await log.tamper(*statements)
    found = await log.verify()
    assert found.broken is not None
    assert (found.broken.entry_id, told in found.broken.reason) == (entry, True), found
    result = await ecommerce(log, "audit", "verify")
    assert result.exit_code == 1
    assert f"entry {entry}" in result.stderr
    doctor = await ecommerce(log, "doctor", "--invariants", "--json")
    verdicts = {each["invariant"]: each for each in json.loads(doctor.stdout)}
    assert (doctor.exit_code, verdicts[CHAIN]["violations"] > 0) == (1, True)


async def test_a_cut_end_is_noticed_by_whoever_kept_the_head(log: Log) -> None:
    await log.fill()
    head = (await ecommerce(log, "audit", "head")).stdout.strip()
    assert head == str(await log.head())
    whole = await ecommerce(log, "audit", "verify", "--head", head)
    assert (whole.exit_code, whole.stdout) == (0, f"5 entries are as they were written; head {head}\n")
    await log.tamper("DELETE FROM audit_chain WHERE seq > 3", "DELETE FROM audit_log WHERE id > 3")
    assert (await ecommerce(log, "audit", "verify")).exit_code == 0, "by itself it can't be told"
    cut = await ecommerce(log, "audit", "verify", "--head", head, "--json")
    told = json.loads(cut.stdout)
    assert (cut.exit_code, told["entries"], told["broken"]["seq"]) == (1, 3, 5)
    assert "cut off" in cut.stderr
    await log.fill(5)
    assert (await ecommerce(log, "audit", "verify", "--head", head)).exit_code == 1, "written anew"


async def test_heads_are_read_from_a_file(log: Log, tmp_path_factory: pytest.TempPathFactory) -> None:
    kept = tmp_path_factory.mktemp("heads") / "heads"
    lines = []
    for _ in range(3):
        await log.fill(1)
        lines.append(str(await log.head()))
    kept.write_text("\n".join(lines) + "\n\n")
    good = await ecommerce(log, "audit", "verify", "--heads-from", str(kept))
    assert good.exit_code == 0, good.stderr
    kept.write_text("nonsense\n")
    assert (await ecommerce(log, "audit", "verify", "--heads-from", str(kept))).exit_code == 1


async def test_the_schema_goes_down_and_up_and_seals_what_is_there(log: Log) -> None:
    await log.fill(3)
    before = str(await log.head())
    await log.database.close()
    await asyncio.to_thread(migrations.downgrade, log.url, "0011-1")
    await asyncio.to_thread(migrations.upgrade, log.url)
    await asyncio.to_thread(migrations.check, log.url)
    await log.database.open()
    assert str(await log.head()) == before, "of the same entries the same chain"
    await log.fill(1)
    found = await log.verify()
    assert (found.entries, found.broken) == (4, None)
