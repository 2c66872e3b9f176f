"""Several things that are wrong with one request, told together."""

from collections.abc import Callable, Sequence
from typing import ParamSpec, TypeVar, cast

from ecommerce.domain.shared.kernel import InvalidValue

P = ParamSpec("P")
T = TypeVar("T")


class InvalidValues(InvalidValue):
    """Each of `faults` has its own pointer."""

    def __init__(self, faults: Sequence[InvalidValue]) -> None:
        super().__init__("; ".join(str(fault) for fault in faults), faults[0].pointer)
        self.faults = tuple(faults)


class Faults:
    """Collects what checks find, so that a caller mends all of it in one go."""

    def __init__(self) -> None:
        self._found: list[InvalidValue] = []

    def note(self, check: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """What the check returns. When it raises `InvalidValue`, None, which `settle` lets nobody keep."""
        try:
            return check(*args, **kwargs)
        except InvalidValues as error:
            self._found.extend(error.faults)
        except InvalidValue as error:
            self._found.append(error)
        return cast("T", None)  # nobody sees it: settle() raises

    def add(self, detail: str, pointer: str) -> None:
        self._found.append(InvalidValue(detail, pointer))

    def settle(self) -> None:
        """Raises what was found: one fault as it is, more as `InvalidValues`."""
        if len(self._found) == 1:
            raise self._found[0]
        if self._found:
            raise InvalidValues(self._found)
