"""Codes of authenticator apps by pyotp, and QR codes by segno."""

import asyncio
from collections.abc import Iterable
from io import BytesIO

import segno
from pyotp import random_base32
from pyotp.totp import TOTP
from pyotp.utils import strings_equal


class TotpCodes:
    """What apps take for granted: SHA-1, six digits, thirty seconds. `issuer` is the shop's name."""

    def __init__(self, issuer: str) -> None:
        # A colon parts issuer and account in the label, whether it is encoded or not.
        self._issuer = issuer.replace(":", " ")

    def secret(self) -> str:
        return random_base32()

    def uri(self, secret: str, account_name: str) -> str:
        return TOTP(secret).provisioning_uri(name=account_name, issuer_name=self._issuer)

    async def picture(self, uri: str) -> str:
        # Some 20 ms: beside the event loop.
        return await asyncio.to_thread(_svg, uri)

    def step(self, secret: str, code: str, steps: Iterable[int]) -> int | None:
        totp = TOTP(secret)
        return next((step for step in steps if strings_equal(totp.generate_otp(step), code)), None)


def _svg(uri: str) -> str:
    """Black on white with its quiet zone, whatever is behind it; with a namespace, to be a file as well."""
    out = BytesIO()
    symbol = segno.make(uri, error="m", micro=False)
    symbol.save(
        out,
        kind="svg",
        scale=4,
        border=4,
        light="#fff",
        xmldecl=False,
        svgclass=None,
        lineclass=None,
        nl=False,
    )
    return out.getvalue().decode()
