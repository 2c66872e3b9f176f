"""Identifiers shaped like Stripe's."""

import secrets
import string

ALPHABET = string.ascii_letters + string.digits


def random_text(length: int) -> str:
    return "".join([ALPHABET[byte % 62] for byte in secrets.token_bytes(length)])


def new_id(prefix: str) -> str:
    return f"{prefix}_{random_text(24)}"


def client_secret(object_id: str) -> str:
    return f"{object_id}_secret_{random_text(25)}"
