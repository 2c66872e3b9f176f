"""Entity tags: strong, quoted on the wire, bare text inside."""

import re
from hashlib import blake2b

from ecommerce.entrypoints.http.faults import Fault, PreconditionRequired, ValidationFailed

_TAG = re.compile(r'(?:W/)?"([!#-~]*)"')


def tag_of(content: bytes) -> str:
    """The bare tag of a representation: the same bytes, the same tag."""
    return blake2b(content, digest_size=12).hexdigest()


def is_known(if_none_match: str | None, tag: str) -> bool:
    """Whether the caller has this version already, so that 304 is the answer."""
    if if_none_match is None:
        return False
    return if_none_match.strip() == "*" or tag in _TAG.findall(if_none_match)


def wanted(if_match: str | None) -> str | None:
    """The one version the caller is willing to change; None is any. Raises for what is no entity tag.

    A weak tag is never the version: RFC 9110 compares If-Match strongly.
    """
    if if_match is None or if_match.strip() == "*":
        return None
    tags = _TAG.findall(if_match)
    if not tags:
        raise ValidationFailed(
            [Fault("/header/If-Match", "format", 'must be an entity tag in quotes, or "*"')]
        )
    return f"weak:{tags[0]}" if if_match.strip().startswith("W/") else str(tags[0])


def required(if_match: str | None) -> str | None:
    """As `wanted`, where changing something without saying which version is refused with 428."""
    if if_match is None:
        raise PreconditionRequired("send the ETag you last read as If-Match")
    return wanted(if_match)


def required_version(if_match: str | None) -> int | None:
    """As `required`, where the tag is a version's number; one that can be none is of no version there is."""
    tag = required(if_match)
    if tag is None:
        return None
    return int(tag) if tag.isascii() and tag.isdecimal() and len(tag) < 10 else -1
