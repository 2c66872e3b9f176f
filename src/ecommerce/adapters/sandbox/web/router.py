"""Finds what serves a method and a path."""

from dataclasses import dataclass, field
from typing import Generic, TypeVar

Target = TypeVar("Target")


@dataclass(slots=True)
class Router(Generic[Target]):
    """Routes by method and path; a `{name}` segment stands for any one segment."""

    _routes: dict[int, list[tuple[list[str], dict[str, Target]]]] = field(default_factory=dict)

    def add(self, method: str, pattern: str, target: Target) -> None:
        segments = pattern.strip("/").split("/")
        known = self._routes.setdefault(len(segments), [])
        for other, targets in known:
            if other == segments:
                targets[method] = target
                return
        known.append((segments, {method: target}))
        # Literal segments before placeholders, so that the order of adding never matters.
        known.sort(key=lambda route: [segment.startswith("{") for segment in route[0]])

    def find(self, path: str) -> tuple[dict[str, Target], dict[str, str]] | None:
        """Give the targets by method and the placeholders' values; None where nothing is."""
        segments = path.strip("/").split("/")
        for pattern, targets in self._routes.get(len(segments), []):
            values: dict[str, str] = {}
            for wanted, given in zip(pattern, segments, strict=True):
                if wanted.startswith("{"):
                    values[wanted[1:-1]] = given
                elif wanted != given:
                    break
            else:
                return targets, values
        return None
