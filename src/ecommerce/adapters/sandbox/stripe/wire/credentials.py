"""Tells by its key who calls."""

import base64
import binascii
import hmac
from dataclasses import dataclass

from ecommerce.adapters.sandbox.stripe.wire.errors import StripeError, unauthenticated
from ecommerce.adapters.sandbox.stripe.wire.forms import Form


@dataclass(frozen=True, slots=True)
class Keys:
    secret: str
    publishable: str

    def is_secret(self, authorization: str | None, form: Form) -> bool:
        """True for the secret key, False for the publishable one. Raises `StripeError` for others."""
        given = presented_key(authorization, form)
        if not given:
            raise unauthenticated(
                "No API key was given: send it as a Bearer token or as the Basic user name."
            )
        if hmac.compare_digest(given.encode(), self.secret.encode()):
            return True
        if hmac.compare_digest(given.encode(), self.publishable.encode()):
            return False
        raise unauthenticated(f"Invalid API key: {masked(given)}")


def presented_key(authorization: str | None, form: Form) -> str:
    in_form = form.pop("key", None)
    if authorization is None:
        return in_form if isinstance(in_form, str) else ""
    scheme, _, value = authorization.partition(" ")
    if scheme.lower() == "bearer":
        return value.strip()
    if scheme.lower() == "basic":
        return basic_user(value)
    raise unauthenticated("The Authorization header must be Bearer or Basic.")


def basic_user(value: str) -> str:
    try:
        return base64.b64decode(value.strip(), validate=True).decode().partition(":")[0]
    except (binascii.Error, UnicodeDecodeError) as error:
        raise unauthenticated("The Authorization header can't be read.") from error


def masked(key: str) -> str:
    return f"{key[:8]}...{key[-4:]}" if len(key) > 16 else "..."


def secret_key_required() -> StripeError:
    return unauthenticated("This call needs the secret key.", "secret_key_required")
