"""Cursors: where a list goes on. Opaque, signed, and good only for the list they were made for."""

import base64
import binascii
import hmac
from hashlib import blake2b
from typing import Any

import msgspec

from ecommerce.entrypoints.http.faults import Fault, ValidationFailed

_TAG = 16


class Cursors:
    """`fingerprint` names everything a cursor is bound to: filters, ordering, currency, page size.

    A cursor that is damaged, forged or used with another fingerprint is `ValidationFailed`.
    """

    def __init__(self, key: bytes) -> None:
        self._key = key

    def encode(self, payload: list[Any], fingerprint: str) -> str:
        """`payload` holds the sort keys and the id of the row at the edge: plain JSON values."""
        packed = msgspec.msgpack.encode(payload)
        return base64.urlsafe_b64encode(self._tag(packed, fingerprint) + packed).rstrip(b"=").decode()

    def decode(self, cursor: str, fingerprint: str) -> list[Any]:
        try:
            raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        except (binascii.Error, ValueError):
            raise _unusable() from None
        tag, packed = raw[:_TAG], raw[_TAG:]
        if not hmac.compare_digest(tag, self._tag(packed, fingerprint)):
            raise _unusable()
        payload: list[Any] = msgspec.msgpack.decode(packed)
        return payload

    def _tag(self, packed: bytes, fingerprint: str) -> bytes:
        mark = fingerprint.encode()
        text = len(mark).to_bytes(4) + mark + packed
        return blake2b(text, key=self._key[:64], digest_size=_TAG).digest()


def _unusable() -> ValidationFailed:
    return ValidationFailed(
        [Fault("/query/cursor", "unusable-cursor", "follow `next` or `previous` of the same list, unchanged")]
    )
