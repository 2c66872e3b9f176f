"""Somebody's ids in the hands of others: what is whose, and who has no business with it."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import asyncpg

from ecommerce.adapters.system.ids import Uuid7Ids
from ecommerce.application.identity.change_roles import ChangeRoles, ChangeRolesHandler
from ecommerce.application.shared.actor import Actor
from ecommerce.application.shared.call import Call
from ecommerce.domain.identity.roles import permissions_of
from ecommerce.entrypoints.bootstrap.openapi import documented_app
from ecommerce.entrypoints.http.openapi import routes_of
from ecommerce.entrypoints.http.operation import Operation as Declared
from tests.conformance.asking import leaves, put
from tests.conformance.document import Operation, properties_within
from tests.conformance.samples import SAMPLES, Ask, Sample
from tests.conformance.world import PASSWORD, World, bearer, order_body

WEAK_ROLES = ("support", "catalog", "warehouse", "analyst")
# What routes declare of themselves, by the names of their operations.
DECLARED: Mapping[str, Declared] = {
    route.operation.name: route.operation for route in routes_of(documented_app())
}
# Of the catalogue, the shop's own words and codes that whoever knows them may use: nobody's.
EVERYBODYS = {"slug", "product_slug", "variant_id", "shipping_option_id", "code", "name"}
# Names of things that don't end like ids.
ALSO_IDS = {"number", "order_number"}
# Staff who may read everybody's find these by anybody's name for them. Changing them is another permission.
READ_BY_STAFF = {"order_show": "orders:read", "payment_show": "orders:read"}
CHANGED_BY_STAFF = {
    "order_cancel": "orders:write",
    "payment_open_intent": "orders:write",
    "payment_sync": "orders:write",
}
# Whoever holds the signed link may: it says whose it is.
SIGNED = {"archive_fetch"}
# Ids that all belong to whoever asks: there is no wrong pair of them.
TOGETHER = {"order_place"}


async def _order_to_addresses(world: World) -> Ask:
    await world.cart(world.customer)
    address = (await world.address(world.customer))["id"]
    body = {**order_body(guest=False), "shipping_address_id": address, "billing_address_id": address}
    body.pop("shipping_address")
    return Ask(headers=world.customer, json=body)


async def _refund_of_items(world: World) -> Ask:
    order, _ = await world.order()
    await world.call("POST", f"/admin/orders/{order['number']}/capture", headers=world.admin)
    body = {"items": [{"item_id": order["items"][0]["id"], "quantity": 1}], "reason": "other"}
    return Ask(headers=world.admin, path={"number": order["number"]}, json=body)


# Where the sample of the operation leaves out an id that its body may have.
INSTEAD: dict[str, Sample] = {"order_place": _order_to_addresses, "admin_refund_refund": _refund_of_items}


async def arrange(world: World, operation: Operation) -> Ask:
    """A good request with every id that the operation takes."""
    return await INSTEAD.get(operation.id, SAMPLES[operation.id])(world)


def is_id(name: str) -> bool:
    return (name.endswith(("_id", "_ids")) or name in ALSO_IDS or name == "id") and name not in EVERYBODYS


@dataclass(frozen=True)
class Place:
    """Where an operation takes an id: `where` is path, query or body; `name` a pointer in a body."""

    where: str
    name: str

    def into(self, ask: Ask, value: str) -> Ask:
        if self.where == "path":
            return ask.but(path={**ask.path, self.name: value})
        if self.where == "query":
            return ask.but(query={**ask.query, self.name: value})
        return ask.but(json=put(ask.json, self.name, value))

    def of(self, ask: Ask) -> str | None:
        if self.where == "path":
            return ask.path.get(self.name)
        if self.where == "query":
            return ask.query.get(self.name)
        found = dict(leaves(ask.json or {})).get(self.name)
        return found if isinstance(found, str) else None


def places_of(operation: Operation, ask: Ask) -> list[Place]:
    """Every place where the operation takes an id that is somebody's, the outermost first."""
    found = [Place("path", name) for name in operation.parameters("path") if name not in EVERYBODYS]
    found.sort(key=lambda place: operation.path.index(f"{{{place.name}}}"))
    found += [Place("query", name) for name in operation.parameters("query") if is_id(name)]
    if operation.body is not None:
        given = {pointer.rpartition("/")[2]: pointer for pointer, _ in leaves(ask.json or {})}
        names = sorted({name for _, name, _ in properties_within(operation.body) if is_id(name)})
        found += [Place("body", given.get(name, f"/{name}")) for name in names]
    return found


def absent_like(value: str) -> str:
    """Of the same form, and nobody's."""
    if value.startswith("ORD-"):
        return "ORD-" + hashlib.sha256(uuid4().bytes).hexdigest()[: len(value) - 4].upper().translate(
            str.maketrans("0189", "ABCD")
        )
    return str(Uuid7Ids().new())


@dataclass(frozen=True)
class Stranger:
    name: str
    headers: dict[str, str]
    roles: frozenset[str] = frozenset()

    def may(self, operation: Operation) -> bool:
        """Whether it is their work: then it is nothing foreign to them."""
        wanted = DECLARED[operation.id].policy.permission
        wanted = wanted or READ_BY_STAFF.get(operation.id) or CHANGED_BY_STAFF.get(operation.id, "")
        return wanted in permissions_of(self.roles)


async def strangers(world: World) -> list[Stranger]:
    """A customer, a guest with nothing, one with a cart of their own, and staff of each weak role."""
    _, cart = await world.cart()
    found = [Stranger("a customer", await _newcomer(world))]
    found += [Stranger("a guest", {}), Stranger("a guest with a cart", cart)]
    for role in WEAK_ROLES:
        found.append(Stranger(role, await _newcomer(world, role), frozenset({role})))
    return found


async def _newcomer(world: World, *roles: str) -> dict[str, str]:
    email = f"stranger-{uuid4().hex[:10]}@example.com"
    credentials = {"email": email, "password": PASSWORD}
    await world.call("POST", "/auth/register", json=credentials)
    if roles:
        async with world.shop.container({Call: Call()}) as scope:
            handler = await scope.get(ChangeRolesHandler)
            await handler(ChangeRoles(whose=email, grant=roles), Actor.system("cli:test"))
    headers = bearer(await world.call("POST", "/auth/login", json=credentials))
    await world.cart(headers)
    return headers


async def digest(connection: "asyncpg.Connection[asyncpg.Record]") -> dict[str, str]:
    """What each table holds, down to the last value."""
    tables = await connection.fetch(
        "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
    )
    # Of equal rows in another order the sums are equal, too.
    parts = [
        f"SELECT '{row['relname']}' AS name, count(*)::text || ':' ||"
        f" coalesce(sum(hashtextextended(t::text, 0)::numeric), 0)::text AS content"
        f' FROM "{row["relname"]}" AS t'
        for row in tables
    ]
    return {row["name"]: row["content"] for row in await connection.fetch(" UNION ALL ".join(parts))}


def told(answer: Any, value: str) -> tuple[Any, ...]:
    """What an answer lets its reader know, whichever id they named."""
    changing = {"x-request-id", "ratelimit", "content-length"}
    headers = {name: text for name, text in answer.headers.items() if name not in changing}
    body = {name: text for name, text in answer.json().items() if name not in {"instance", "request_id"}}
    return answer.status_code, headers, str(body).replace(value, "<id>")
