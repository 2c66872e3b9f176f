"""What is noticed of an audit log that was tampered with."""

import hashlib
from collections.abc import Callable
from dataclasses import replace

import msgspec
import pytest

from ecommerce.adapters.memory.audit_chain import MemoryAuditTrail, Sealed, _content
from ecommerce.application.audit.ports import Head
from ecommerce.application.audit.verify_chain import TOLD_EVERY, VerifyChain, parse_head
from ecommerce.application.shared.actor import Actor
from ecommerce.domain.shared.kernel import InvalidValue

pytestmark = pytest.mark.anyio


async def trail(entries: int = 5) -> MemoryAuditTrail:
    made = MemoryAuditTrail()
    for number in range(entries):
        await made.record(Actor.system("test"), "tests.done", f"thing:{number}", None, {"n": number})
    return made


async def test_what_nobody_touched_is_good() -> None:
    whole = await trail()
    told: list[tuple[int, int]] = []
    found = await VerifyChain(whole)([await whole.head()], lambda done, of: told.append((done, of)))
    assert (found.entries, found.broken) == (5, None)
    assert found.head == str(await whole.head())
    assert told == [(5, 5)]
    empty = await VerifyChain(MemoryAuditTrail())()
    assert (empty.entries, empty.broken, empty.head) == (0, None, "0:" + "0" * 64)


async def test_progress_is_told_now_and_then() -> None:
    told: list[int] = []
    await VerifyChain(await trail(TOLD_EVERY * 2 + 1))((), lambda done, _: told.append(done))
    assert told == [TOLD_EVERY, TOLD_EVERY * 2, TOLD_EVERY * 2 + 1]


def change(log: MemoryAuditTrail) -> None:
    log.entries[3] = msgspec.structs.replace(log.entries[3], after={"n": 999})


def delete(log: MemoryAuditTrail) -> None:
    del log.entries[3]


def delete_with_its_link(log: MemoryAuditTrail) -> None:
    del log.entries[3], log.chain[2]


def swap(log: MemoryAuditTrail) -> None:
    three, four = log.entries[3], log.entries[4]
    log.entries[3] = msgspec.structs.replace(four, number=3)
    log.entries[4] = msgspec.structs.replace(three, number=4)


def swap_links(log: MemoryAuditTrail) -> None:
    log.chain[2], log.chain[3] = replace(log.chain[3], seq=3), replace(log.chain[2], seq=4)


def rewrite_one(log: MemoryAuditTrail) -> None:
    """With a hash that fits, but that the next link doesn't follow."""
    change(log)
    link = log.chain[2]
    digest = hashlib.sha256(link.previous + _content(log.entries[3])).digest()
    log.chain[2] = replace(link, hash=digest)


@pytest.mark.parametrize(
    ("tamper", "at"),
    [(change, 3), (delete, 3), (delete_with_its_link, 4), (swap, 3), (swap_links, 3), (rewrite_one, 4)],
)
async def test_the_first_wrong_one_is_named(tamper: Callable[[MemoryAuditTrail], None], at: int) -> None:
    log = await trail()
    tamper(log)
    found = await VerifyChain(log)()
    assert found.broken is not None
    assert found.broken.seq == at
    assert found.entries == (2 if at == 3 or tamper is delete_with_its_link else 3)


async def test_an_entry_that_was_put_in_is_noticed() -> None:
    log = await trail()
    log.entries[99] = msgspec.structs.replace(log.entries[1], number=99)
    found = await VerifyChain(log)()
    assert found.broken is not None
    assert (found.broken.seq, found.broken.entry_id) == (None, 99)


async def test_a_cut_end_is_noticed_by_a_head_that_was_kept() -> None:
    log = await trail()
    early, head = Head(2, log.chain[1].hash.hex()), await log.head()
    for _ in range(2):
        del log.entries[log.chain.pop().entry_id]
    assert (await VerifyChain(log)()).broken is None
    assert (await VerifyChain(log)([early])).broken is None
    found = await VerifyChain(log)([early, head])
    assert found.broken is not None
    assert (found.entries, found.broken.seq) == (3, 5)
    assert "cut off" in found.broken.reason


async def test_a_chain_that_was_written_anew_is_noticed_by_a_head_that_was_kept() -> None:
    log = await trail()
    head = await log.head()
    forged = MemoryAuditTrail()
    last = Sealed(0, 0, b"", bytes(32))
    for number, entry in enumerate(log.entries.values(), start=1):
        lie = msgspec.structs.replace(entry, actor="somebody else")
        digest = hashlib.sha256(last.hash + _content(lie)).digest()
        last = Sealed(number, lie.number, last.hash, digest)
        forged.entries[lie.number] = lie
        forged.chain.append(last)
    assert (await VerifyChain(forged)()).broken is None
    found = await VerifyChain(forged)([head])
    assert found.broken is not None
    assert (found.broken.seq, "anew" in found.broken.reason) == (5, True)
    twice = await VerifyChain(log)([head, Head(head.seq, "0" * 64)])
    assert twice.broken is not None


def test_a_head_is_read_as_it_is_printed() -> None:
    head = Head(12, "ab" * 32)
    assert parse_head(f" {head}\n") == head
    for wrong in ("", "12", f"012:{'ab' * 32}", f"12:{'AB' * 32}", f"12:{'ab' * 31}", "x" * 10_000):
        with pytest.raises(InvalidValue):
            parse_head(wrong)
