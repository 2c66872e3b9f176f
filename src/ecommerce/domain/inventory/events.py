"""What happened to stock."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from ecommerce.domain.shared.kernel import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class StockAdjusted(Event):
    """Somebody corrected what lies in a warehouse. `by` may be negative."""

    aggregate: ClassVar[str] = "variant"
    variant_id: UUID
    warehouse_id: UUID
    by: int

    @property
    def aggregate_id(self) -> UUID:
        return self.variant_id
