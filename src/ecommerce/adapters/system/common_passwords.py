"""The passwords that are tried first, from a list that comes with us."""

from importlib.resources import files


def common_passwords() -> frozenset[str]:
    text = files("ecommerce.adapters.system").joinpath("common_passwords.txt").read_text("utf-8")
    return frozenset(line for line in text.splitlines() if line and not line.startswith("#"))
