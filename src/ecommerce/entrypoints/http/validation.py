"""Finds every fault in a value that msgspec refused: it stops at the first, a caller wants them all."""

import re
from collections.abc import Iterator, Mapping
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin

import msgspec

from ecommerce.entrypoints.http.faults import Fault

MOST_FAULTS = 50
# What the database can hold.
INT64 = range(-(2**63), 2**63)

_PATH = re.compile(r" - at `\$?(?:key in )?(.*)`$")
_STEP = re.compile(r"\.([^.\[]+)|\[(\d+)\]|\[\.\.\.\]")
_CODES = (
    ("missing required", "missing"),
    ("unknown field", "unknown-field"),
    ("of length", "length"),
    (">=", "out-of-range"),
    ("<=", "out-of-range"),
    ("matching regex", "format"),
    ("Invalid enum value", "not-allowed"),
    ("Invalid value", "not-allowed"),
    ("out of range", "out-of-range"),
    ("Expected", "type"),
    ("Invalid", "format"),
)


def escape(name: str) -> str:
    """A member's name in a JSON pointer (RFC 6901)."""
    return name.replace("~", "~0").replace("/", "~1")


def faults_in(value: Any, wanted: Any, pointer: str = "", *, strict: bool = True) -> list[Fault]:
    """Everything wrong with `value` as a `wanted`; at least one. `strict=False` reads numbers from text."""
    found = list(_walk(value, wanted, pointer, strict))
    return found or [Fault(pointer, "invalid-value", "is not valid")]


def _walk(value: Any, wanted: Any, pointer: str, strict: bool) -> Iterator[Fault]:
    inner = list(_inside(value, _chosen(value, _bare(wanted)), pointer, strict))
    yield from inner
    if not inner:
        yield from _itself(value, wanted, pointer, strict)


def _itself(value: Any, wanted: Any, pointer: str, strict: bool) -> Iterator[Fault]:
    """What is wrong with the value as a whole, when nothing inside it is."""
    try:
        msgspec.convert(value, wanted, strict=strict, str_keys=True)
    except msgspec.ValidationError as error:
        yield _fault(str(error), pointer)


def _inside(value: Any, wanted: Any, pointer: str, strict: bool) -> Iterator[Fault]:
    origin, arguments = get_origin(wanted), get_args(wanted)
    structure = origin if isinstance(origin, type) else wanted
    if isinstance(value, dict) and isinstance(structure, type) and issubclass(structure, msgspec.Struct):
        yield from _members(value, wanted, structure, pointer, strict)
    elif isinstance(value, list) and origin in (list, set, frozenset, tuple) and arguments:
        for index, item in enumerate(value[:1000]):
            yield from _walk(item, arguments[0], f"{pointer}/{index}", strict)
    elif isinstance(value, dict) and origin is dict:
        for name, item in value.items():
            yield from _walk(item, arguments[1], f"{pointer}/{escape(name)}", strict)


def _members(
    value: Mapping[str, Any], wanted: Any, structure: type[msgspec.Struct], pointer: str, strict: bool
) -> Iterator[Fault]:
    config = structure.__struct_config__
    known = {config.tag_field} if config.tag_field else set()
    for field in msgspec.structs.fields(wanted):
        known.add(field.encode_name)
        at = f"{pointer}/{escape(field.encode_name)}"
        if field.encode_name in value:
            yield from _walk(value[field.encode_name], field.type, at, strict)
        elif field.required:
            yield Fault(at, "missing", "is required")
    if config.forbid_unknown_fields:
        for name in value:
            if name not in known:
                yield Fault(f"{pointer}/{escape(name)}", "unknown-field", "is not known here")


def _bare(wanted: Any) -> Any:
    """The type without its constraints, and without None where only one other remains."""
    while get_origin(wanted) is Annotated:
        wanted = get_args(wanted)[0]
    if get_origin(wanted) in (Union, UnionType):
        others = [each for each in get_args(wanted) if each not in (NoneType, msgspec.UnsetType)]
        if len(others) == 1:
            return _bare(others[0])
    return wanted


def _chosen(value: Any, wanted: Any) -> Any:
    """Of several structs the one that the value's tag names."""
    if isinstance(value, dict) and get_origin(wanted) in (Union, UnionType):
        for each in get_args(wanted):
            config = getattr(each, "__struct_config__", None)
            if config is not None and config.tag_field and value.get(config.tag_field) == config.tag:
                return each
    return wanted


def _fault(message: str, pointer: str) -> Fault:
    found = _PATH.search(message)
    text = _PATH.sub("", message)
    for step in _STEP.finditer(found[1]) if found else ():
        pointer += f"/{escape(step[1] or step[2] or '')}"
    code = next((code for mark, code in _CODES if mark in text), "invalid-value")
    if code == "missing":
        pointer += "/" + escape(text.rsplit("`", 2)[1])
    return Fault(pointer, code, text[:1].lower() + text[1:])
