"""Contracts over fakes are quick; the same ones over something that listens are marked `server`."""

from pathlib import Path

import pytest

HERE = Path(__file__).parent
FAKES = frozenset({"memory"})


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if isinstance(item, pytest.Function) and HERE in item.path.parents and not _is_over_a_fake(item):
            item.add_marker("server")


def _is_over_a_fake(item: pytest.Function) -> bool:
    """Said by the parameter that chooses the adapter; what doesn't choose may need only itself."""
    chosen = item.callspec.params.values() if hasattr(item, "callspec") else ()
    return bool(FAKES.intersection(each for each in chosen if isinstance(each, str)))
