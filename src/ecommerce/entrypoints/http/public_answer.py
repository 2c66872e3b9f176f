"""An answer that anybody may keep: the same bytes, the same entity tag, asked about again each time."""

from ecommerce.entrypoints.http.binding import AnyRequest
from ecommerce.entrypoints.http.etags import is_known, tag_of
from ecommerce.entrypoints.http.exchange import exchange_of
from ecommerce.entrypoints.http.replies import JSON, RawReply

_PUBLIC = "public, max-age=0, must-revalidate"


def public(request: AnyRequest, body: bytes) -> RawReply:
    """With the ready JSON, or 304 for a caller who has it already."""
    exchange = exchange_of(request.scope)
    tag = tag_of(body)
    headers = {
        "ETag": f'"{tag}"',
        "Cache-Control": _PUBLIC,
        "Vary": "Accept-Language",
        "Content-Language": exchange.door.config.language,
    }
    if is_known(exchange.header(b"if-none-match"), tag):
        return RawReply(304, b"", headers)
    return RawReply(200, body, {"Content-Type": JSON, **headers})
