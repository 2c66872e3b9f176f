"""The public keys that access tokens are verified with."""

from typing import Any

import msgspec
from dishka import FromDishka
from litestar import Controller

from ecommerce.application.identity.ports import PublicKeys
from ecommerce.entrypoints.http.operation import OPEN
from ecommerce.entrypoints.http.replies import Reply
from ecommerce.entrypoints.http.routing import get


class KeySet(msgspec.Struct, frozen=True):
    """RFC 7517."""

    keys: list[dict[str, Any]]


class KeyController(Controller):
    path = "/.well-known"
    tags = ("Authentication",)

    @get("/jwks.json", policy=OPEN)
    async def jwks(self, keys: FromDishka[PublicKeys]) -> Reply[KeySet]:
        """List the keys whose tokens may still be alive, the one that signs now among them."""
        # Short: after a rotation a verifier must soon find the new key, whose id it doesn't know.
        return Reply(KeySet(await keys.jwks()), headers={"Cache-Control": "public, max-age=300"})
