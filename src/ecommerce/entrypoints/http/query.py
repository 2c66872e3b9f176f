"""Query parameters, as strict as bodies: a struct declares them, and an unknown one is refused.

A field that is a list takes repeated parameters; a field `attr: dict[str, list[str]]` takes `attr.<name>`.
"""

from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from types import NoneType, UnionType
from typing import Annotated, Any, NamedTuple, TypeVar, Union, get_args, get_origin
from urllib.parse import parse_qsl

import msgspec

from ecommerce.entrypoints.http.faults import Fault, MalformedRequest, ValidationFailed
from ecommerce.entrypoints.http.validation import INT64, MOST_FAULTS, faults_in

T = TypeVar("T", bound=msgspec.Struct)

_MOST_PARAMETERS = 200
_TOO_LONG = 8_192


class Shape(NamedTuple):
    """How the parameters of one struct are gathered before they are converted."""

    single: frozenset[str]
    repeated: frozenset[str]
    prefixed: frozenset[str]


class NoQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A route that declares no query parameters takes none."""


def pairs(query_string: bytes) -> list[tuple[str, str]]:
    """The parameters in their order. Raises `MalformedRequest` for bad UTF-8 and absurd lengths."""
    if not query_string:
        return []
    if len(query_string) > _TOO_LONG:
        raise MalformedRequest("the query string is too long")
    try:
        return parse_qsl(
            query_string.decode("latin-1" if query_string.isascii() else "utf-8"),
            keep_blank_values=True,
            errors="strict",
            max_num_fields=_MOST_PARAMETERS,
        )
    except UnicodeDecodeError:
        raise MalformedRequest("the query string is not UTF-8") from None
    except ValueError:
        raise MalformedRequest("the query string holds too many parameters") from None


def decode_query(query_string: bytes, wanted: type[T]) -> T:
    """Raises `ValidationFailed` with every fault, as `/query/<name>`."""
    given = pairs(query_string)
    faults: list[Fault] = []
    gathered = _gather(given, shape_of(wanted), faults)
    try:
        decoded = msgspec.convert(gathered, wanted, strict=False, str_keys=True)
    except msgspec.ValidationError:
        faults += faults_in(gathered, wanted, "/query", strict=False)
        raise ValidationFailed(faults[:MOST_FAULTS]) from None
    faults += _unfit(decoded, gathered)
    if faults:
        raise ValidationFailed(faults[:MOST_FAULTS])
    return decoded


def _unfit(decoded: msgspec.Struct, gathered: dict[str, Any]) -> list[Fault]:
    """What msgspec lets through: large numbers, the word "null" where a number or a choice is meant, and
    seconds since 1970 where a time is.
    """
    faults = []
    for name, value in zip(decoded.__struct_encode_fields__, msgspec.structs.astuple(decoded), strict=True):
        if isinstance(value, int) and value not in INT64:
            faults.append(Fault(f"/query/{name}", "out-of-range", "must fit into 64 bits"))
        elif isinstance(value, datetime) and ":" not in gathered[name]:
            faults.append(Fault(f"/query/{name}", "type", "must be a time as 2026-11-25T12:00:00Z"))
        elif value is None and name in gathered:
            faults.append(Fault(f"/query/{name}", "type", "must not be null: leave it out"))
    return faults


def _gather(given: Iterable[tuple[str, str]], shape: Shape, faults: list[Fault]) -> dict[str, Any]:
    gathered: dict[str, Any] = {}
    for name, value in given:
        at = f"/query/{name}"
        prefix, dot, rest = name.partition(".")
        if "\0" in value or "\0" in name:
            faults.append(Fault(at.replace("\0", ""), "nul-character", "must not contain NUL characters"))
        elif name in shape.repeated:
            gathered.setdefault(name, []).append(value)
        elif dot and rest and prefix in shape.prefixed:
            gathered.setdefault(prefix, {}).setdefault(rest, []).append(value)
        elif name not in shape.single:
            faults.append(Fault(at, "unknown-parameter", "is not known here"))
        elif name in gathered:
            faults.append(Fault(at, "repeated", "may be given once"))
        else:
            gathered[name] = value
    return gathered


@lru_cache
def shape_of(wanted: type[msgspec.Struct]) -> Shape:
    kinds: dict[Any, set[str]] = {list: set(), dict: set(), None: set()}
    for field in msgspec.structs.fields(wanted):
        kinds[_kind(field.type)].add(field.encode_name)
    return Shape(frozenset(kinds[None]), frozenset(kinds[list]), frozenset(kinds[dict]))


def _kind(annotation: Any) -> Any:
    while get_origin(annotation) is Annotated:
        annotation = get_args(annotation)[0]
    origin = get_origin(annotation)
    if origin in (Union, UnionType):
        others = [each for each in get_args(annotation) if each is not NoneType]
        return _kind(others[0]) if len(others) == 1 else None
    if origin in (list, tuple, set, frozenset):
        return list
    return dict if origin is dict else None
