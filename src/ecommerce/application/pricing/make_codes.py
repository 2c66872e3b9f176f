"""Codes of a promotion: one that everybody may know, or many that nobody can guess; and their end."""

import hashlib
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import msgspec

from ecommerce.application.pricing.coupon_hashes import code_hash
from ecommerce.application.pricing.edit_promotions import WRITE
from ecommerce.application.pricing.ports import CouponCode, CouponCodeBook, NewCode
from ecommerce.application.pricing.promotions import PromotionDefinition
from ecommerce.application.shared.actor import Actor
from ecommerce.application.shared.records import Desk, Records
from ecommerce.application.shared.tokens import Tokens
from ecommerce.domain.pricing.coupon_code import canonical, label, spell, written
from ecommerce.domain.shared.kernel import Conflict

# So many are hashed in a few milliseconds, during which nobody else is served.
BATCH = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedCode:
    code: str
    max_uses: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ManyCodes:
    """`length` letters of chance behind the prefix."""

    count: int
    length: int
    prefix: str = ""
    max_uses: int = 1


class CodesMade(msgspec.Struct, frozen=True):
    """This is the only time that the codes can be read: their hashes alone are kept."""

    count: int
    max_uses: int
    codes: list[str]


class CouponCodeMaker:
    """Raises `Forbidden`, `NotFound`, `Conflict` for a promotion that applies without a code, `CodeTaken`."""

    def __init__(
        self, desk: Desk, promotions: Records[PromotionDefinition], book: CouponCodeBook, tokens: Tokens
    ) -> None:
        self._desk = desk
        self._promotions = promotions
        self._book = book
        self._tokens = tokens

    async def share(self, promotion_id: UUID, wish: SharedCode, actor: Actor) -> CouponCode:
        await self._expect_by_code(promotion_id, actor)
        code = canonical(wish.code)
        hashed = code_hash(self._tokens, code)
        async with self._desk.uow.begin():
            if not self._desk.uow.resumed:
                new = NewCode(self._desk.ids.new(), hashed, label(code))
                await self._book.add(promotion_id, new, wish.max_uses)
                told = {"label": new.label, "max_uses": wish.max_uses}
                await self._tell(actor, "made", promotion_id, None, told)
            return await self._book.by_hash(promotion_id, hashed)

    async def make(self, promotion_id: UUID, wish: ManyCodes, actor: Actor) -> CodesMade:
        """Repeated with its idempotency key after a crash, it tells the codes that it made before."""
        await self._expect_by_code(promotion_id, actor)
        prefix = canonical(wish.prefix, "/prefix") if wish.prefix else ""
        words = spell(self._chance(wish.count * wish.length), wish.length)
        async with self._desk.uow.begin():
            if not self._desk.uow.resumed:
                for start in range(0, wish.count, BATCH):
                    new = [self._new(prefix, word) for word in words[start : start + BATCH]]
                    await self._book.add_many(promotion_id, new, wish.max_uses)
                told = {"count": wish.count, "prefix": prefix, "max_uses": wish.max_uses}
                await self._tell(actor, "made", promotion_id, None, told)
        return CodesMade(wish.count, wish.max_uses, [written(prefix, word) for word in words])

    async def retire(self, promotion_id: UUID, code_id: UUID, actor: Actor) -> None:
        actor.require(WRITE)
        async with self._desk.uow.begin():
            if self._desk.uow.resumed:
                return
            await self._promotions.lock(promotion_id)
            code = await self._book.retire(promotion_id, code_id)
            told = {"label": code.label, "max_uses": code.max_uses, "used": code.used}
            await self._tell(actor, "retired", promotion_id, told, None)

    async def _expect_by_code(self, promotion_id: UUID, actor: Actor) -> None:
        actor.require(WRITE)
        promotion = await self._promotions.get(promotion_id)
        if not promotion.definition.by_code:
            raise Conflict("this promotion applies without a code; set `by_code` first")

    def _new(self, prefix: str, word: str) -> NewCode:
        code = prefix + word
        return NewCode(self._desk.ids.new(), code_hash(self._tokens, code), label(code, prefix))

    def _chance(self, count: int) -> bytes:
        """Bytes that follow from the request's key where there is one: nobody can guess them without the
        store's secret, and they can be made again.
        """
        key = self._desk.call.idempotency_key
        seed = (
            self._tokens.fresh()
            if key is None
            else self._tokens.derived("coupon-codes", key.scope + key.body)
        )
        return hashlib.shake_256(seed.encode()).digest(count)

    async def _tell(self, actor: Actor, what: str, promotion_id: UUID, before: Any, after: Any) -> None:
        action = f"pricing.coupon_codes_{what}"
        await self._desk.audit.record(actor, action, f"promotion:{promotion_id}", before, after)
