"""Whether the audit log is what was once written: every hash is computed again, not by the database."""

import hashlib
import re
from collections.abc import Callable, Sequence

import msgspec

from ecommerce.application.audit.ports import AuditChain, ChainReading, Head, Link
from ecommerce.domain.shared.kernel import InvalidValue

GENESIS = bytes(32)
_HEAD = re.compile(r"(0|[1-9][0-9]{0,17}):([0-9a-f]{64})")
TOLD_EVERY = 500
Progress = Callable[[int, int], None]


class Break(msgspec.Struct, frozen=True):
    """Where the chain breaks first: the number of the link, the entry's id, and what is wrong."""

    seq: int | None
    entry_id: int | None
    reason: str


class Verification(msgspec.Struct, frozen=True):
    """`entries` were found good before the break, if there is one. `head` is where the good part ends."""

    entries: int
    head: str
    broken: Break | None


def parse_head(text: str) -> Head:
    """`<number>:<hash>`, as `ecommerce audit head` prints it. Raises `InvalidValue`."""
    found = _HEAD.fullmatch(text.strip())
    if found is None:
        raise InvalidValue(f"{text.strip()[:100]!r} is no head: expected <number>:<64 hexadecimal digits>")
    return Head(int(found[1]), found[2])


class VerifyChain:
    def __init__(self, chain: AuditChain) -> None:
        self._chain = chain

    async def __call__(
        self, published: Sequence[Head] = (), progress: Progress = lambda _done, _all: None
    ) -> Verification:
        """`published` are heads that were kept elsewhere: each must be in the chain.

        Without one, entries cut off at the end are not missed.
        """
        async with self._chain.read() as reading:
            return await _verified(reading, _by_number(published), progress)


def _by_number(heads: Sequence[Head]) -> dict[int, frozenset[str]]:
    return {
        number: frozenset(head.hash for head in heads if head.seq == number)
        for number in {head.seq for head in heads}
    }


async def _verified(
    reading: ChainReading, published: dict[int, frozenset[str]], progress: Progress
) -> Verification:
    count = await reading.count()
    seq, last = 0, GENESIS
    if not published.get(0, frozenset()) <= {GENESIS.hex()}:
        return _broken(0, GENESIS, 0, None, "an empty chain has another head than this one")
    async for link in reading.links():
        fault = _fault(link, seq, last, published)
        if fault is not None:
            return _broken(seq, last, link.seq, link.entry_id, fault)
        seq, last = link.seq, link.hash
        if seq % TOLD_EVERY == 0 or seq == count:
            progress(seq, count)
    if missing := sorted(number for number in published if number > seq):
        told = f"the chain ends at {seq}, but its head was once number {missing[-1]}: entries were cut off"
        return _broken(seq, last, missing[0], None, told)
    unlinked = await reading.unlinked()
    if unlinked is not None:
        return _broken(seq, last, None, unlinked, "the entry is no part of the chain: it was put in later")
    return Verification(seq, str(Head(seq, last.hex())), None)


def _fault(link: Link, seq: int, last: bytes, published: dict[int, frozenset[str]]) -> str | None:
    if link.seq != seq + 1:
        return f"link {seq + 1} is missing"
    if link.previous != last:
        return "the link doesn't follow from the one before"
    if link.content is None:
        return "the entry is missing"
    if hashlib.sha256(link.previous + link.content).digest() != link.hash:
        return "the entry was changed"
    if not published.get(link.seq, frozenset()) <= {link.hash.hex()}:
        return "the chain was written anew: its head was another one when it was published"
    return None


def _broken(seq: int, last: bytes, at: int | None, entry_id: int | None, reason: str) -> Verification:
    return Verification(seq, str(Head(seq, last.hex())), Break(at, entry_id, reason))
