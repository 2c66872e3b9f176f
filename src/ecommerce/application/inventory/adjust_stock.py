"""Correct what lies in a warehouse: a count, a delivery, a loss."""

from dataclasses import dataclass
from uuid import UUID

from ecommerce.application.audit.contracts import AuditLog
from ecommerce.application.inventory.ports import SkuStock, StockCounts, WarehouseStock
from ecommerce.application.shared.actor import Actor
from ecommerce.application.shared.ports import Outbox, UnitOfWork
from ecommerce.domain.inventory.events import StockAdjusted
from ecommerce.domain.shared.kernel import InvalidValue, NotFound


@dataclass(frozen=True, slots=True, kw_only=True)
class AdjustStock:
    """Either `to`, what can be sold afterwards, or `by`, how much comes or goes.

    Without a warehouse `to` is about all of them together (the first one keeps it), `by` about the first.
    """

    sku: str
    reason: str
    to: int | None = None
    by: int | None = None
    warehouse: str | None = None


class AdjustStockHandler:
    """Raises `NotFound` for a SKU or warehouse, `Conflict` when less would lie there than is held."""

    def __init__(self, uow: UnitOfWork, counts: StockCounts, audit: AuditLog, outbox: Outbox) -> None:
        self._uow = uow
        self._counts = counts
        self._audit = audit
        self._outbox = outbox

    async def __call__(self, command: AdjustStock, actor: Actor) -> SkuStock:
        actor.require("stock:write")
        async with self._uow.begin():
            before = await self._counts.lock(command.sku)
            moves = {key: by for key, by in _moves(command, before).items() if by}
            if moves:
                await self._counts.move(before, moves, command.reason, actor.label)
                await self._audit.record(
                    actor,
                    "inventory.stock_adjusted",
                    f"sku:{before.sku}",
                    {each.code: each.on_hand for each in before.warehouses if each.warehouse_id in moves},
                    {
                        each.code: each.on_hand + moves[each.warehouse_id]
                        for each in before.warehouses
                        if each.warehouse_id in moves
                    }
                    | {"reason": command.reason},
                )
                await self._outbox.add(
                    [
                        StockAdjusted(variant_id=before.variant_id, warehouse_id=key, by=by)
                        for key, by in moves.items()
                    ]
                )
        return await self._counts.show(command.sku)


def _moves(command: AdjustStock, stock: SkuStock) -> dict[UUID, int]:
    if (command.to is None) == (command.by is None):
        raise InvalidValue("say either what it is to be, or by how much it changes")
    one = _warehouse(command.warehouse, stock)
    if command.by is not None:
        return {one.warehouse_id: command.by}
    wanted = command.to or 0
    if wanted < 0:
        raise InvalidValue("what can be sold is 0 or more", pointer="/to")
    if command.warehouse is not None:
        return {one.warehouse_id: wanted - one.available}
    moves = {each.warehouse_id: -each.available for each in stock.warehouses}
    moves[one.warehouse_id] += wanted
    return moves


def _warehouse(code: str | None, stock: SkuStock) -> WarehouseStock:
    for each in stock.warehouses:
        if code in (None, each.code):
            return each
    raise NotFound(f"there is no warehouse {code}")
