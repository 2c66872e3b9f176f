"""How often a caller may call: which policy counts, for whom, and what the answer tells about it."""

from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address

from ecommerce.application.shared.rate_limiting import Rate, RateLimited, Verdict
from ecommerce.entrypoints.http.config import HttpConfig
from ecommerce.entrypoints.http.exchange import Exchange

UNLIMITED = "unlimited"
_WINDOW = 60
# At the door, sign-in and its like are counted by address; by account in the use case, which knows it.
_COUNTED_AS = {"auth": "auth_address"}


@dataclass(frozen=True, slots=True)
class LimitPolicy:
    rate: Rate
    header: bytes


class Limits:
    def __init__(self, config: HttpConfig) -> None:
        self._policies: dict[str, LimitPolicy] = {}
        for name in (*config.rate_limits, *_COUNTED_AS):
            limit = config.rate_limits[_COUNTED_AS.get(name, name)]
            header = f'"{name}";q={limit};w={_WINDOW}'.encode()
            self._policies[name] = LimitPolicy(Rate(name, limit, _WINDOW), header)

    def knows(self, name: str) -> bool:
        return name in self._policies or name == UNLIMITED

    async def spend(self, exchange: Exchange, name: str) -> None:
        """Count this request and tell the caller what is left. Raises `RateLimited`."""
        if name == UNLIMITED:
            return
        policy = self._policies[name]
        verdict = await exchange.door.limiter.spend(policy.rate, _counted(exchange, name))
        exchange.extra.append((b"ratelimit-policy", policy.header))
        exchange.extra.append((b"ratelimit", _told(name, verdict)))
        if not verdict.allowed:
            raise RateLimited(
                f"more than {policy.rate.limit} requests a minute", max(1, verdict.retry_after), policy=name
            )


def _told(name: str, verdict: Verdict) -> bytes:
    return f'"{name}";r={verdict.remaining};t={verdict.reset}'.encode()


def _counted(exchange: Exchange, name: str) -> str:
    """Signing in is counted by address whoever asks: else each account would bring more guesses along."""
    label = exchange.call.actor.label
    by_address = label == "guest" or name in _COUNTED_AS
    return _by_network(exchange.call.client_address) if by_address else label


def _by_network(address: str) -> str:
    """One host has a whole IPv6 /64 to itself: it counts as one caller."""
    if ":" not in address:
        return address
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    return str(IPv6Address(int(parsed) >> 64 << 64)) if isinstance(parsed, IPv6Address) else address
