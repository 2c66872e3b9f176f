"""What the door itself finds wrong with a request."""

from collections.abc import Mapping, Sequence
from typing import ClassVar, NamedTuple

from ecommerce.domain.shared.kernel import InvalidValue


class Fault(NamedTuple):
    """One thing that is wrong. `pointer` is a JSON pointer into the body, or `/query/<name>`."""

    pointer: str
    code: str
    detail: str


class ValidationFailed(InvalidValue):
    """Everything that can be told at once."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        first = faults[0]
        more = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
        super().__init__(f"{first.pointer or 'the body'}: {first.detail}{more}", first.pointer)
        self.faults = tuple(faults)


class Refused(Exception):
    """A request that is refused before any business rule is asked. `code` says why."""

    code: ClassVar[str] = "malformed-request"

    def __init__(self, detail: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(detail)
        self.headers = headers or {}


class MalformedRequest(Refused):
    """It can't be parsed."""


class RouteNotFound(Refused):
    code = "not-found"


class MethodNotAllowed(Refused):
    code = "method-not-allowed"


class PayloadTooLarge(Refused):
    code = "payload-too-large"


class UnsupportedMediaType(Refused):
    code = "unsupported-media-type"


class PreconditionRequired(Refused):
    code = "precondition-required"


class HostNotAllowed(Refused):
    code = "host-not-allowed"


class ClientGone(Exception):
    """Nobody is left to answer."""
