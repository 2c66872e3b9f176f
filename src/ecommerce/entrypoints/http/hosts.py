"""Which Host headers are answered."""

from urllib.parse import urlsplit

_LOOPBACK = ("localhost", "127.0.0.1", "[::1]", "testserver")


class AllowedHosts:
    """Names from the settings, `*.` before one for its subdomains; loopback names beside them outside
    production, where an address is all that a developer has.
    """

    def __init__(self, names: tuple[str, ...], base_url: str, is_production: bool) -> None:
        own = urlsplit(base_url).hostname or ""
        listed = {name.lower() for name in names} | {f"[{own}]" if ":" in own else own}
        self._anything = "*" in listed
        self._exact = listed | (set() if is_production else set(_LOOPBACK))
        self._suffixes = tuple(name[1:] for name in listed if name.startswith("*."))
        self._known: set[bytes] = set()

    def allow(self, host: bytes) -> bool:
        if host in self._known:
            return True
        name = host.decode("latin-1").lower()
        bare = name if name.endswith("]") else name.rpartition(":")[0] or name
        found = (
            self._anything
            or bare in self._exact
            or name in self._exact
            or bare.endswith(self._suffixes or ("\0",))
        )
        if found and len(self._known) < 1000:
            self._known.add(host)
        return found
