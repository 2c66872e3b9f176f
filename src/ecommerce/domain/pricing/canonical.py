"""A snapshot as plain values (what JSON has), to be kept with an order, and back again.

What has its default is left out. Each benefit is told by its `kind`.
"""

from dataclasses import MISSING, fields, is_dataclass
from enum import IntEnum
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from ecommerce.domain.pricing.promotion import Benefit
from ecommerce.domain.pricing.snapshot import Snapshot

_KINDS = {benefit.kind: benefit for benefit in get_args(Benefit)}


def to_plain(snapshot: Snapshot) -> dict[str, Any]:
    plain: dict[str, Any] = _plain(snapshot)
    return plain


def from_plain(plain: dict[str, Any]) -> Snapshot:
    """Of what `to_plain` made, with this version of the engine or an older one."""
    snapshot: Snapshot = _read(Snapshot, plain)
    return snapshot


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        told = {"kind": value.kind} if type(value) in _KINDS.values() else {}
        for each in fields(value):
            one = getattr(value, each.name)
            if (each.default is MISSING and each.default_factory is MISSING) or one != (
                each.default if each.default is not MISSING else each.default_factory()
            ):
                told[each.name] = _plain(one)
        return told
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    if isinstance(value, IntEnum):
        return int(value)
    return dict(value) if hasattr(value, "items") else value


def _read(wanted: Any, plain: Any) -> Any:
    origin, arguments = get_origin(wanted), get_args(wanted)
    if wanted == Benefit:
        kind = _KINDS[plain["kind"]]
        return _read(kind, {name: each for name, each in plain.items() if name != "kind"})
    if origin in (Union, UnionType):
        return None if plain is None else _read(next(a for a in arguments if a is not type(None)), plain)
    if origin is tuple:
        if len(arguments) == 2 and arguments[1] is Ellipsis:
            return tuple(_read(arguments[0], each) for each in plain)
        return tuple(_read(one, each) for one, each in zip(arguments, plain, strict=True))
    if origin is frozenset:
        return frozenset(plain)
    if isinstance(wanted, type) and issubclass(wanted, IntEnum):
        return wanted(plain)
    if is_dataclass(wanted):
        hints = get_type_hints(wanted)
        return wanted(**{name: _read(hints[name], each) for name, each in plain.items()})  # type: ignore[operator]
    return plain
