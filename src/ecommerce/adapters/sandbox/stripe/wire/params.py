"""Typed access to a call's parameters, refusing what is wrong or unknown as Stripe does."""

from collections.abc import Iterable
from typing import Any

from ecommerce.adapters.sandbox.stripe.wire.errors import invalid_parameter, missing_parameter
from ecommerce.adapters.sandbox.stripe.wire.forms import Form

METADATA_KEYS = 50
METADATA_KEY_LENGTH = 40
METADATA_VALUE_LENGTH = 500
TEXT_LENGTH = 5000
INTEGER_DIGITS = 18


class Params:
    """Parameters of one call; each is read at most once, and `done` refuses those never asked for."""

    def __init__(self, form: Form, prefix: str = "") -> None:
        self._left = dict(form)
        self._prefix = prefix

    def name(self, key: str) -> str:
        return f"{self._prefix}[{key}]" if self._prefix else key

    def has(self, key: str) -> bool:
        return key in self._left

    def is_text(self, key: str) -> bool:
        return isinstance(self._left.get(key), str)

    def _take(self, key: str) -> Any:
        return self._left.pop(key, None)

    def text(self, key: str, *, limit: int = TEXT_LENGTH) -> str | None:
        """An empty string counts as absent, which is also how Stripe lets one unset a field."""
        value = self._take(key)
        if value is None or value == "":
            return None
        if not isinstance(value, str):
            raise invalid_parameter(f"Invalid string: {self.name(key)}", self.name(key))
        if len(value) > limit:
            message = f"{self.name(key)} may have at most {limit} characters."
            raise invalid_parameter(message, self.name(key), "parameter_invalid_string_too_long")
        return value

    def required_text(self, key: str) -> str:
        value = self.text(key)
        if value is None:
            raise missing_parameter(self.name(key))
        return value

    def choice(self, key: str, allowed: Iterable[str]) -> str | None:
        value = self.text(key)
        names = tuple(allowed)
        if value is not None and value not in names:
            raise invalid_parameter(
                f"Invalid {self.name(key)}: must be one of {', '.join(names)}", self.name(key)
            )
        return value

    def integer(self, key: str) -> int | None:
        value = self.text(key)
        if value is None:
            return None
        digits = value.removeprefix("-")
        if not (digits.isascii() and digits.isdigit()) or len(digits) > INTEGER_DIGITS:
            message = f"Invalid integer: {value[:40]}"
            raise invalid_parameter(message, self.name(key), "parameter_invalid_integer")
        return int(value)

    def flag(self, key: str) -> bool | None:
        value = self.choice(key, ("true", "false"))
        return None if value is None else value == "true"

    def texts(self, key: str) -> list[str]:
        value = self._take(key)
        if value is None or value == "":
            return []
        items = value if isinstance(value, list) else [value]
        if not all(isinstance(item, str) for item in items):
            raise invalid_parameter(f"Invalid array: {self.name(key)}", self.name(key))
        return items

    def group(self, key: str) -> "Params | None":
        """A nested hash, to be read and finished by the caller."""
        value = self._take(key)
        if value is None or value == "":
            return None
        if not isinstance(value, dict):
            raise invalid_parameter(f"Invalid hash: {self.name(key)}", self.name(key))
        return Params(value, self.name(key))

    def metadata(self, current: dict[str, str] | None = None) -> dict[str, str]:
        """Merge into what there is: an empty value removes its key, an empty whole removes all."""
        value = self._take("metadata")
        if value is None:
            return dict(current or {})
        if value == "":
            return {}
        # Keys such as "0" look like a list by now.
        given = dict(enumerate(value)) if isinstance(value, list) else value
        if not isinstance(given, dict):
            raise invalid_parameter("Invalid hash: metadata", self.name("metadata"))
        merged = dict(current or {})
        for key, item in given.items():
            merged[str(key)] = metadata_value(str(key), item)
        merged = {key: item for key, item in merged.items() if item != ""}
        if len(merged) > METADATA_KEYS:
            raise invalid_parameter(f"Metadata may have at most {METADATA_KEYS} keys.", "metadata")
        return merged

    def accept(self, *keys: str) -> None:
        """Let parameters pass that are Stripe's but change nothing here."""
        for key in keys:
            self._left.pop(key, None)

    def done(self) -> None:
        for key in self._left:
            name = self.name(key)[:200]
            raise invalid_parameter(f"Received unknown parameter: {name}", name, "parameter_unknown")


def metadata_value(key: str, value: object) -> str:
    if not isinstance(value, str):
        raise invalid_parameter("Metadata values must be strings.", f"metadata[{key[:100]}]")
    if len(key) > METADATA_KEY_LENGTH:
        message = f"Metadata keys may have at most {METADATA_KEY_LENGTH} characters."
        raise invalid_parameter(message, f"metadata[{key[:100]}]")
    if len(value) > METADATA_VALUE_LENGTH:
        message = f"Metadata values may have at most {METADATA_VALUE_LENGTH} characters."
        raise invalid_parameter(message, f"metadata[{key}]")
    return value
