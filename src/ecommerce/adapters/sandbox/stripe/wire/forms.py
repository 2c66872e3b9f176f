"""Reads form-encoded bodies and queries with Stripe's nested brackets."""

import re
from typing import TypeAlias
from urllib.parse import parse_qsl

from ecommerce.adapters.sandbox.stripe.wire.errors import StripeError

Form: TypeAlias = "dict[str, Form | list[Form | str] | str]"

FIELD_LIMIT = 1000
DEPTH_LIMIT = 8
NAME = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])*)")
STEP = re.compile(r"\[([^\[\]]*)\]")


def unreadable(message: str) -> StripeError:
    return StripeError(message, began=False)


def read_form(encoded: bytes) -> Form:
    """Turn `a[b]=1&c[]=2&d[0][e]=3` into nested mappings and lists. Raises `StripeError`."""
    try:
        pairs = parse_qsl(
            encoded.decode("ascii"),
            keep_blank_values=True,
            strict_parsing=bool(encoded),
            errors="strict",
            max_num_fields=FIELD_LIMIT,
        )
    except ValueError as error:
        raise unreadable("The body is not a readable form.") from error
    root: Form = {}
    for name, value in pairs:
        match = NAME.fullmatch(name)
        if match is None:
            raise unreadable(f"Invalid parameter name: {name[:100]!r}")
        steps = [match[1], *STEP.findall(match[2])]
        if len(steps) > DEPTH_LIMIT:
            raise unreadable(f"Parameter nested too deeply: {name[:100]!r}")
        put(root, steps, value)
    return {name: settle(value) for name, value in root.items()}


def put(root: Form, steps: list[str], value: str) -> None:
    """File a value under its path; lists are kept as mappings by position until all is read."""
    here = root
    for depth, step in enumerate(steps):
        # An empty step appends: `expand[]=a&expand[]=b`.
        key = step or str(len(here))
        if depth == len(steps) - 1:
            here[key] = value
            return
        inner = here.setdefault(key, {})
        if not isinstance(inner, dict):
            raise unreadable(f"Parameter given both as a value and as a hash: {steps[0][:100]!r}")
        here = inner


def settle(value: "Form | list[Form | str] | str") -> "Form | list[Form | str] | str":
    """Turn mappings whose keys count from 0 into lists, from the inside out."""
    if not isinstance(value, dict):
        return value
    inner = {key: settle(item) for key, item in value.items()}
    if inner and all(key.isascii() and key.isdigit() for key in inner):
        ordered = sorted(inner.items(), key=lambda item: (len(item[0]), item[0]))
        return [item for _, item in ordered if not isinstance(item, list)]
    return inner
