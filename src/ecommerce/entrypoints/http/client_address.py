"""Where a request comes from, believing forwarding headers only of proxies we were told to trust."""

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address


class ClientAddresses:
    def __init__(self, trusted: tuple[IPv4Network | IPv6Network, ...]) -> None:
        self._trusted = trusted

    def of(self, peer: str, headers: Iterable[tuple[bytes, bytes]]) -> str:
        """The rightmost address that isn't a trusted proxy's: left of it anything may have been written."""
        if peer.startswith("::ffff:"):  # a socket for both families tells IPv4 so
            peer = _bare(peer) or peer
        if not self._trusted or not self._is_trusted(peer):
            return peer
        forwarded = b",".join(value for name, value in headers if name == b"x-forwarded-for").decode(
            "latin-1"
        )
        address = peer
        for hop in reversed(forwarded.split(",")):
            candidate = _bare(hop)
            if candidate is None:
                break
            address = candidate
            if not self._is_trusted(candidate):
                break
        return address

    def _is_trusted(self, address: str) -> bool:
        try:
            parsed = ip_address(address)
        except ValueError:
            return False
        return any(parsed.version == network.version and parsed in network for network in self._trusted)


def _bare(hop: str) -> str | None:
    """An address without port, brackets and IPv6's wrapping of IPv4, or None where there is no address."""
    text = hop.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address: IPv4Address | IPv6Address = ip_address(text)
    except ValueError:
        return None
    return str((address.ipv4_mapped if isinstance(address, IPv6Address) else None) or address)
