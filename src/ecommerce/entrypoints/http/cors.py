"""Cross-origin requests of storefronts in browsers, by a list of origins."""

_EXPOSED = (
    b"ETag, X-Request-ID, X-Cart-Token, RateLimit, RateLimit-Policy, RateLimit-Limit, RateLimit-Remaining, "
    b"RateLimit-Reset, Retry-After, Idempotent-Replayed, Content-Language, Location, Link"
)
_METHODS = b"GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"
_TAKEN = (
    b"Accept, Accept-Language, Authorization, Cache-Control, Content-Type, Idempotency-Key, If-Match, "
    b"If-None-Match, X-Cart-Token, X-Order-Token, X-Request-ID, traceparent, tracestate"
)
Headers = list[tuple[bytes, bytes]]


class Cors:
    """Credentials travel in headers, never in cookies, so that no answer allows credentials."""

    def __init__(self, origins: tuple[str, ...]) -> None:
        self._any = "*" in origins
        self._origins = {origin.rstrip("/").encode() for origin in origins}
        self.is_on = bool(origins)

    def of(self, origin: bytes | None) -> Headers:
        """What every answer to this origin carries."""
        if not self.is_on:
            return []
        vary = [] if self._any else [(b"vary", b"Origin")]
        if origin is None or not (self._any or origin in self._origins):
            return vary
        return [
            *vary,
            (b"access-control-allow-origin", b"*" if self._any else origin),
            (b"access-control-expose-headers", _EXPOSED),
        ]

    def preflight(self, origin: bytes | None) -> Headers:
        if not self.of(origin) or origin is None or not (self._any or origin in self._origins):
            return []
        return [
            (b"access-control-allow-methods", _METHODS),
            (b"access-control-allow-headers", _TAKEN),
            (b"access-control-max-age", b"600"),
        ]
