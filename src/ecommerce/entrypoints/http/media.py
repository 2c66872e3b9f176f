"""Images of the catalogue, where no other server is put before the shop for them."""

import asyncio

from dishka import FromDishka
from litestar import Controller
from litestar.params import FromPath

from ecommerce.application.catalog.media import MediaStore
from ecommerce.domain.shared.kernel import NotFound
from ecommerce.entrypoints.http.binding import AnyRequest
from ecommerce.entrypoints.http.etags import is_known
from ecommerce.entrypoints.http.exchange import exchange_of
from ecommerce.entrypoints.http.operation import PUBLIC
from ecommerce.entrypoints.http.replies import RawReply
from ecommerce.entrypoints.http.routing import get

_FOR_EVER = "public, max-age=31536000, immutable"


class MediaController(Controller):
    path = "/media"
    tags = ("Catalogue",)

    @get("/{name:str}", policy=PUBLIC, cacheable=True, produces="image/*", raises=(NotFound,))
    async def show(self, name: FromPath[str], request: AnyRequest, media: FromDishka[MediaStore]) -> RawReply:
        """Send an image. A name never gets another content."""
        stored = await asyncio.to_thread(media.get, name)
        headers = {"ETag": f'"{name}"', "Cache-Control": _FOR_EVER, "Content-Type": stored.content_type}
        if is_known(exchange_of(request.scope).header(b"if-none-match"), name):
            return RawReply(304, b"", headers)
        return RawReply(200, stored.content, {**headers, "Cross-Origin-Resource-Policy": "cross-origin"})
