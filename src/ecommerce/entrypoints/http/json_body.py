"""JSON bodies: first whether it is JSON at all (400), then everything that is wrong with it (422)."""

import re
from collections.abc import Iterator
from typing import Any, TypeVar

import msgspec

from ecommerce.entrypoints.http.faults import Fault, MalformedRequest, ValidationFailed
from ecommerce.entrypoints.http.validation import INT64, MOST_FAULTS, escape, faults_in

T = TypeVar("T")

MAX_DEPTH = 32
_STRING = re.compile(rb'"(?:[^"\\]|\\.)*+"', re.DOTALL)
_NOT_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))
_LONG_NUMBER = re.compile(rb"\d{19}")
_NUL = b"\\u0000"

_decoders: dict[Any, msgspec.json.Decoder[Any]] = {}


def decode_body(body: bytes, wanted: type[T] | Any) -> T:
    """Raises `MalformedRequest` for what is no JSON and `ValidationFailed` with every fault there is."""
    if body.count(b"[") + body.count(b"{") > MAX_DEPTH:
        _refuse_depth(body)
    decoder = _decoders.get(wanted)
    if decoder is None:
        decoder = _decoders[wanted] = msgspec.json.Decoder(wanted)
    try:
        decoded: T = decoder.decode(body)
    except msgspec.ValidationError:
        plain = _parse(body)
        raise ValidationFailed([*_bad_values(plain, ""), *faults_in(plain, wanted)][:MOST_FAULTS]) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise MalformedRequest(_why(error)) from None
    if _NUL in body or _LONG_NUMBER.search(body):
        bad = list(_bad_values(_parse(body), ""))
        if bad:
            raise ValidationFailed(bad[:MOST_FAULTS])
    return decoded


def _parse(body: bytes) -> Any:
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise MalformedRequest(_why(error)) from None


def _why(error: Exception) -> str:
    if isinstance(error, UnicodeDecodeError):
        return "the body is not UTF-8"
    if "out of range" in str(error):
        return "the body holds a number that is not finite"
    return f"the body is not JSON: {str(error).removeprefix('JSON is malformed: ')}"


def _refuse_depth(body: bytes) -> None:
    """Take the innermost pair of brackets away, level by level; what is left after 32 is too deep."""
    brackets = _STRING.sub(b"", body).translate(None, _NOT_BRACKETS)
    for _ in range(MAX_DEPTH):
        brackets = brackets.replace(b"[]", b"").replace(b"{}", b"")
        if not brackets:
            return
    raise MalformedRequest(f"the body's brackets are nested deeper than {MAX_DEPTH} levels or do not match")


def _bad_values(value: Any, pointer: str) -> Iterator[Fault]:
    """What no field may hold, whatever its type says."""
    if isinstance(value, str):
        if "\0" in value:
            yield Fault(pointer, "nul-character", "must not contain NUL characters")
    elif isinstance(value, int):
        if value not in INT64:
            yield Fault(pointer, "out-of-range", "must fit into 64 bits")
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _bad_values(item, f"{pointer}/{index}")
    elif isinstance(value, dict):
        for name, item in value.items():
            yield from _bad_values(name, f"{pointer}/{escape(name)}")
            yield from _bad_values(item, f"{pointer}/{escape(name)}")
