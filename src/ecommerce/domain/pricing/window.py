"""A span of time in which a rule holds: from its start, up to but not including its end."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Window:
    """Aware UTC times; None is without a limit on that side."""

    starts_at: datetime | None = None
    ends_at: datetime | None = None

    def is_open(self, at: datetime) -> bool:
        return (self.starts_at is None or self.starts_at <= at) and not self.is_over(at)

    def is_over(self, at: datetime) -> bool:
        return self.ends_at is not None and self.ends_at <= at

    def next_edge(self, at: datetime) -> datetime | None:
        """The next moment at which it opens or closes."""
        edges = [edge for edge in (self.starts_at, self.ends_at) if edge is not None and edge > at]
        return min(edges, default=None)


ALWAYS = Window()
