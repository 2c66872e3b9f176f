"""Who is told about events."""

import secrets
from dataclasses import dataclass
from fnmatch import fnmatchcase

from ecommerce.adapters.sandbox.state.objects import Objects, StripeObject
from ecommerce.adapters.sandbox.stripe.objects.events import API_VERSION
from ecommerce.adapters.sandbox.stripe.objects.ids import new_id

# The endpoint from the settings has a fixed id, so that what waits for it follows it to a new address.
SETTINGS_ENDPOINT = "we_settings"


@dataclass(frozen=True, slots=True)
class Endpoint:
    id: str
    url: str
    secret: str
    enabled_events: tuple[str, ...] = ("*",)

    def wants(self, kind: str) -> bool:
        return any(fnmatchcase(kind, pattern) for pattern in self.enabled_events)


class Endpoints:
    def __init__(self, objects: Objects, url: str | None, secret: str) -> None:
        self._objects = objects
        self._from_settings = Endpoint(SETTINGS_ENDPOINT, url, secret) if url else None
        self._all: dict[str, Endpoint] = {}
        self.load()

    def load(self) -> None:
        known = [self._from_settings] if self._from_settings else []
        known += [as_endpoint(stored) for stored in self._objects.each("webhook_endpoint")]
        self._all = {endpoint.id: endpoint for endpoint in known}

    def find(self, endpoint_id: str) -> Endpoint | None:
        return self._all.get(endpoint_id)

    def all(self) -> list[Endpoint]:
        return list(self._all.values())

    def wanting(self, kind: str) -> list[str]:
        return [endpoint.id for endpoint in self._all.values() if endpoint.wants(kind)]

    def add(self, created: int, url: str, enabled_events: list[str], secret: str | None) -> StripeObject:
        """Store an endpoint; its secret is in the answer to this call only."""
        stored: StripeObject = {
            "id": new_id("we"),
            "object": "webhook_endpoint",
            "api_version": API_VERSION,
            "application": None,
            "created": created,
            "description": None,
            "enabled_events": enabled_events,
            "livemode": False,
            "metadata": {},
            "secret": secret or f"whsec_{secrets.token_urlsafe(24)}",
            "status": "enabled",
            "url": url,
        }
        self._objects.insert(stored)
        self.load()
        return stored

    def remove(self, endpoint_id: str) -> bool:
        if endpoint_id == SETTINGS_ENDPOINT or endpoint_id not in self._all:
            return False
        self._objects.delete(endpoint_id)
        self.load()
        return True


def as_endpoint(stored: StripeObject) -> Endpoint:
    return Endpoint(stored["id"], stored["url"], stored["secret"], tuple(stored["enabled_events"]))
