"""A snapshot as plain data, as an order keeps it for ever, and back.

Dataclasses become objects, sets sorted lists, levels their names; a benefit says its `kind`. What has its
default is left out. So names and defaults in `snapshot`, `promotion` and `target` are a format: to change one
is to change what old orders mean. The golden files notice.
"""

from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, fields
from typing import Any, TypeVar, get_args

from ecommerce.domain.pricing.promotion import Benefit, Conditions, Level, Part, Promotion, Tier
from ecommerce.domain.pricing.snapshot import Buyer, Candidate, Line, Shipping, Snapshot, TaxRate
from ecommerce.domain.pricing.target import Target

T = TypeVar("T")


def to_plain(snapshot: Snapshot) -> dict[str, Any]:
    """Builtins only, ready for JSON. Equal snapshots are equal to the byte when their lines stand alike."""
    return _object(snapshot)


def from_plain(plain: Mapping[str, Any]) -> Snapshot:
    """The snapshot that `to_plain` was given. Trusts its input: nobody else writes it."""
    return _read(Snapshot, plain)


def _plain(value: object) -> object:
    match value:
        case Level():
            plain: object = value.name.lower()
        case None | bool() | int() | str():
            plain = value
        case frozenset():
            plain = sorted(value)
        case tuple():
            plain = [_plain(each) for each in value]
        case Mapping():
            plain = {key: value[key] for key in sorted(value)}
        case _:
            plain = _object(value)
    return plain


def _object(value: Any) -> dict[str, Any]:
    plain = {"kind": value.kind} if isinstance(value, get_args(Benefit)) else {}
    for each in fields(value):
        held = getattr(value, each.name)
        if held != _default(each):
            plain[each.name] = _plain(held)
    return plain


def _default(of: "Field[Any]") -> object:
    return of.default if of.default_factory is MISSING else of.default_factory()


def _read(kind: Callable[..., T], plain: Mapping[str, Any]) -> T:
    return kind(**{name: _READERS.get(name, _as_it_is)(value) for name, value in plain.items()})


def _as_it_is(value: object) -> object:
    return value


def _one(kind: Callable[..., object]) -> Callable[[Any], object]:
    return lambda plain: _read(kind, plain)


def _all(kind: Callable[..., object]) -> Callable[[Any], object]:
    return lambda plain: tuple(_read(kind, each) for each in plain)


def _benefit(plain: Mapping[str, Any]) -> object:
    return _read(_KINDS[plain["kind"]], {name: plain[name] for name in plain if name != "kind"})


_KINDS = {kind.kind: kind for kind in get_args(Benefit)}

# By the name of the field: one means the same wherever it stands.
_READERS: Mapping[str, Callable[[Any], object]] = {
    **dict.fromkeys(("target", "buy", "get", "goods"), _one(Target)),
    **dict.fromkeys(("features", "without", "methods", "groups", "customer_groups", "countries"), frozenset),
    **dict.fromkeys(("amounts", "prices", "min_subtotal"), dict),
    "level": lambda name: Level[name.upper()],
    "lines": _all(Line),
    "taxes": _all(TaxRate),
    "shipping": _one(Shipping),
    "candidates": _all(Candidate),
    "buyer": _one(Buyer),
    "promotion": _one(Promotion),
    "conditions": _one(Conditions),
    "benefit": _benefit,
    "tiers": _all(Tier),
    "parts": _all(Part),
}
