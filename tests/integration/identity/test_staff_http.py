"""Roles, staff and API keys through the door, with several processes over one database."""

import asyncio
import time
from typing import Any, TypeAlias

import asyncpg
import httpx
import pytest

from tests.integration.identity.identity_shop import (
    PASSWORD,
    OpenShop,
    an_address,
    bearer,
    environment,
    register,
)
from tests.integration.identity.test_users_cli import Operator

pytestmark = pytest.mark.anyio
API = "/api/v1"
Headers: TypeAlias = dict[str, str]


async def staff(client: httpx.AsyncClient, database: asyncpg.Connection, *roles: str) -> tuple[str, Headers]:
    """The id of somebody with these roles, who has just signed in."""
    email = an_address()
    account_id = (await register(client, email))["user"]["id"]
    await database.execute("UPDATE account SET roles = $2 WHERE id = $1::text::uuid", account_id, list(roles))
    reply = await client.post(f"{API}/auth/login", json={"email": email, "password": PASSWORD})
    return account_id, bearer(reply.json())


async def ask(
    client: httpx.AsyncClient, method: str, path: str, who: Headers, body: Any = None, **more: str
) -> Any:
    """The answer's body; a refusal is its code."""
    headers = {**who, **{name.replace("_", "-"): value for name, value in more.items()}}
    reply = await client.request(method, API + path, headers=headers, json=body)
    if reply.status_code >= 400:
        return reply.json()["code"]
    return reply.json() if reply.content else None


def role(name: str, *permissions: str) -> dict[str, Any]:
    return {"name": name, "permissions": list(permissions)}


async def within_a_second(look: Any, wanted: Any) -> float:
    begun = time.monotonic()
    while (found := await look()) != wanted:
        assert time.monotonic() - begun < 1, f"still {found}"
        await asyncio.sleep(0.02)
    return time.monotonic() - begun


async def test_a_custom_role_gives_what_it_says_and_shrinks_within_a_second_everywhere(
    open_shop: OpenShop, database: asyncpg.Connection
) -> None:
    here, there = await open_shop(), await open_shop()
    _, admin = await staff(here, database, "admin")
    made = await here.post(
        f"{API}/admin/roles", json=role("reader", "audit:read", "roles:write"), headers=admin
    )
    assert (made.status_code, made.headers["etag"]) == (201, '"1"')
    clerk_id, _ = await staff(here, database)
    given = await ask(
        here, "PUT", f"/admin/staff/{clerk_id}/roles", admin, {"roles": ["reader"]}, If_Match="*"
    )
    assert given["roles"] == ["reader"]
    email = await database.fetchval("SELECT email FROM account WHERE id = $1::text::uuid", clerk_id)
    reply = await here.post(f"{API}/auth/login", json={"email": email, "password": PASSWORD})
    clerk = bearer(reply.json())
    for client in (here, there):
        assert isinstance(await ask(client, "GET", "/admin/audit-log", clerk), dict)

    less = {"permissions": ["roles:write"]}
    assert await ask(here, "PUT", "/admin/roles/reader", admin, less) == "precondition-required"
    assert await ask(here, "PUT", "/admin/roles/reader", admin, less, If_Match='"7"') == "precondition-failed"
    changed = await here.put(f"{API}/admin/roles/reader", json=less, headers={**admin, "If-Match": '"1"'})
    assert (changed.status_code, changed.headers["etag"]) == (200, '"2"')
    assert await ask(here, "GET", "/admin/audit-log", clerk) == "forbidden"
    await within_a_second(lambda: ask(there, "GET", "/admin/audit-log", clerk), "forbidden")
    assert isinstance(await ask(there, "GET", "/admin/roles/reader", clerk), dict)

    assert await ask(here, "DELETE", "/admin/roles/reader", admin, If_Match="*") == "role-in-use"
    await ask(here, "PUT", f"/admin/staff/{clerk_id}/roles", admin, {"roles": []}, If_Match="*")
    await within_a_second(lambda: ask(there, "GET", "/admin/roles/reader", clerk), "unauthenticated")
    assert await ask(here, "DELETE", "/admin/roles/reader", admin, If_Match='"2"') is None
    assert await ask(here, "GET", "/admin/roles/reader", admin) == "not-found"


async def test_nobody_climbs_by_roles_or_keys(
    client: httpx.AsyncClient, database: asyncpg.Connection
) -> None:
    admin_id, admin = await staff(client, database, "admin")
    await ask(client, "POST", "/admin/roles", admin, role("people", "roles:write", "api-keys:write"))
    me, clerk = await staff(client, database, "people")
    refused: tuple[tuple[str, str, Any], ...] = (
        ("POST", "/admin/roles", role("mine", "tax:write")),
        ("PUT", "/admin/roles/people", {"permissions": ["roles:write", "api-keys:write", "tax:write"]}),
        ("PUT", f"/admin/staff/{me}/roles", {"roles": ["people", "admin"]}),
        ("PUT", f"/admin/staff/{me}/roles", {"roles": ["people", "support"]}),
        ("PUT", f"/admin/staff/{admin_id}/roles", {"roles": []}),
        ("POST", "/admin/api-keys", {"name": "x", "scopes": ["roles:write", "stock:write"]}),
    )
    for method, path, body in refused:
        assert await ask(client, method, path, clerk, body, If_Match="*") == "forbidden", path
    own = await ask(client, "POST", "/admin/api-keys", clerk, {"name": "x", "scopes": ["roles:write"]})
    machine = {"Authorization": f"Bearer {own['key']}"}
    assert isinstance(await ask(client, "GET", "/admin/staff", machine), dict)
    # A machine can't prove who it is.
    assert await ask(client, "POST", "/admin/roles", machine, role("mine", "roles:write")) == "forbidden"
    assert await database.fetchval("SELECT count(*) FROM role") == 1


async def test_what_changes_roles_or_keys_needs_a_recent_proof(
    client: httpx.AsyncClient, database: asyncpg.Connection
) -> None:
    account_id, _ = await staff(client, database, "admin")
    await database.execute("UPDATE session SET authenticated_at = now() - interval '11 minutes'")
    email = await database.fetchval("SELECT email FROM account WHERE id = $1::text::uuid", account_id)
    login = (await client.post(f"{API}/auth/login", json={"email": email, "password": PASSWORD})).json()
    await database.execute("UPDATE session SET authenticated_at = now() - interval '11 minutes'")
    pair = await client.post(f"{API}/auth/refresh", json={"refresh_token": login["refresh_token"]})
    admin = bearer(pair.json())
    for method, path, body in (
        ("POST", "/admin/roles", role("x", "stock:read")),
        ("PUT", "/admin/roles/x", {"permissions": []}),
        ("DELETE", "/admin/roles/x", None),
        ("PUT", f"/admin/staff/{account_id}/roles", {"roles": ["admin"]}),
        ("POST", "/admin/api-keys", {"name": "x", "scopes": ["stock:read"]}),
        ("PATCH", f"/admin/api-keys/{account_id}", {"name": "y"}),
        ("DELETE", f"/admin/api-keys/{account_id}", None),
    ):
        assert await ask(client, method, path, admin, body, If_Match="*") == "step-up-required", path
    for path in ("/admin/roles", "/admin/staff", f"/admin/staff/{account_id}", "/admin/api-keys"):
        assert isinstance(await ask(client, "GET", path, admin), dict)


async def test_the_last_admin_stays_whatever_door_is_tried(
    client: httpx.AsyncClient, database: asyncpg.Connection, database_url: str
) -> None:
    account_id, admin = await staff(client, database, "admin")
    path = f"/admin/staff/{account_id}/roles"
    assert await ask(client, "PUT", path, admin, {"roles": ["support"]}, If_Match="*") == "last-admin"
    email = await database.fetchval("SELECT email FROM account WHERE id = $1::text::uuid", account_id)
    refused = await Operator(database_url)("users", "revoke", "--email", email, "--role", "admin")
    assert (refused.exit_code, "last-admin" in refused.stderr) == (1, True)
    shown = await client.get(f"{API}/admin/staff/{account_id}", headers=admin)
    assert shown.json()["roles"] == ["admin"]
    stale = {**admin, "If-Match": '"stale"'}
    reply = await client.put(API + path, json={"roles": ["admin", "support"]}, headers=stale)
    assert reply.status_code == 412
    more = {**admin, "If-Match": shown.headers["etag"]}
    reply = await client.put(API + path, json={"roles": ["admin", "support"]}, headers=more)
    assert (reply.status_code, reply.json()["roles"]) == (200, ["admin", "support"])
    assert isinstance(await ask(client, "GET", "/admin/staff", admin), dict), "who gains is not signed out"


async def test_two_admins_who_each_remove_the_other_leave_one(
    open_shop: OpenShop, database: asyncpg.Connection
) -> None:
    shops = [await open_shop(), await open_shop()]
    for _ in range(8):
        await database.execute("UPDATE account SET roles = '{}'")
        one, two = [await staff(each, database, "admin") for each in shops]
        answers = await asyncio.gather(
            ask(shops[0], "PUT", f"/admin/staff/{two[0]}/roles", one[1], {"roles": []}, If_Match="*"),
            ask(shops[1], "PUT", f"/admin/staff/{one[0]}/roles", two[1], {"roles": []}, If_Match="*"),
        )
        refused = [each for each in answers if isinstance(each, str)]
        assert refused in (["last-admin"], ["unauthenticated"]), answers
        assert await database.fetchval("SELECT count(*) FROM account WHERE 'admin' = ANY(roles)") == 1


async def test_fifty_removals_of_ten_admins_leave_one(
    client: httpx.AsyncClient, database: asyncpg.Connection, database_url: str
) -> None:
    people = [await staff(client, database, "admin") for _ in range(10)]
    answers = await asyncio.gather(
        *(
            ask(client, "PUT", f"/admin/staff/{each}/roles", who, {"roles": []}, If_Match="*")
            for each, who in people
            for _ in range(5)
        )
    )
    assert {each for each in answers if isinstance(each, str)} <= {
        "last-admin",
        "unauthenticated",
        "concurrent-update",
        "unavailable",
    }
    assert await database.fetchval("SELECT count(*) FROM account WHERE 'admin' = ANY(roles)") == 1
    assert (
        await database.fetchval("SELECT count(*) FROM audit_log WHERE action = 'identity.roles_changed'") == 9
    )


async def test_a_role_that_is_given_and_removed_at_once_is_never_held_by_name_alone(
    client: httpx.AsyncClient, database: asyncpg.Connection
) -> None:
    _, admin = await staff(client, database, "admin")
    people = [(await register(client))["user"]["id"] for _ in range(5)]
    for _ in range(5):
        await ask(client, "POST", "/admin/roles", admin, role("brief", "stock:read"))
        await asyncio.gather(
            ask(client, "DELETE", "/admin/roles/brief", admin, If_Match="*"),
            *(
                ask(client, "PUT", f"/admin/staff/{each}/roles", admin, {"roles": ["brief"]}, If_Match="*")
                for each in people
            ),
        )
        exists = await database.fetchval("SELECT count(*) FROM role WHERE name = 'brief'")
        holders = await database.fetchval("SELECT count(*) FROM account WHERE 'brief' = ANY(roles)")
        assert bool(exists) == bool(holders)
        await database.execute("UPDATE account SET roles = '{}' WHERE 'brief' = ANY(roles)")
        await database.execute("DELETE FROM role")


async def test_a_key_lives_from_its_one_showing_to_its_end(
    open_shop: OpenShop, database: asyncpg.Connection
) -> None:
    here, there = await open_shop(), await open_shop()
    _, admin = await staff(here, database, "admin")
    wish = {"name": "ERP", "scopes": ["audit:read", "customers:read"]}
    reply = await here.post(f"{API}/admin/api-keys", json=wish, headers=admin)
    made = reply.json()
    assert (reply.status_code, reply.headers["cache-control"]) == (201, "no-store")
    machine = {"Authorization": f"Bearer {made['key']}"}
    stored = dict((await database.fetch("SELECT * FROM api_key"))[0])
    assert made["key"] not in str(stored)
    listed = (await ask(here, "GET", "/admin/api-keys", admin))["results"]
    assert (listed[0]["prefix"], "key" in listed[0]) == (made["key"][:11], False)

    for client in (here, there):
        assert isinstance(await ask(client, "GET", "/admin/audit-log", machine), dict)
        assert await ask(client, "GET", "/admin/staff", machine) == "forbidden"
        # It has no account: nothing of a customer's is open to it.
        for path in ("/users/me", "/users/me/addresses", "/orders"):
            assert await ask(client, "GET", path, machine) in ("forbidden", "unauthenticated"), path
    verified = await ask(here, "POST", "/auth/verify", {}, {"token": made["key"]})
    assert verified == {"active": False}

    await asyncio.sleep(1)
    path = f"/admin/api-keys/{made['id']}"
    used = await here.get(API + path, headers=admin)
    assert (used.json()["last_used_at"] is not None, used.headers["etag"]) == (True, '"1"')
    first = used.json()["last_used_at"]
    await ask(there, "GET", "/admin/audit-log", machine)
    await asyncio.sleep(1)
    assert (await ask(here, "GET", path, admin))["last_used_at"] == first, "told once a minute"

    renamed = await ask(here, "PATCH", path, admin, {"name": "Till"}, If_Match='"1"')
    assert renamed["name"] == "Till"
    assert await ask(here, "DELETE", path, admin) == "precondition-required"
    assert await ask(here, "DELETE", path, admin, If_Match='"1"') == "precondition-failed"
    assert await ask(here, "DELETE", path, admin, If_Match='"2"') is None
    assert await ask(here, "GET", "/admin/audit-log", machine) == "unauthenticated"
    await within_a_second(lambda: ask(there, "GET", "/admin/audit-log", machine), "unauthenticated")
    assert await ask(here, "PATCH", path, admin, {"name": "Again"}, If_Match="*") == "key-revoked"
    assert await ask(here, "DELETE", path, admin, If_Match="*") is None
    actions = await database.fetch(
        "SELECT action, actor, after::text FROM audit_log WHERE target LIKE 'api_key:%'"
    )
    assert [row["action"].rpartition("_")[2] for row in actions] == ["created", "changed", "revoked"]
    assert made["key"][11:] not in str([dict(row) for row in actions])


async def test_a_key_ends_when_the_database_says_so(
    open_shop: OpenShop, database: asyncpg.Connection
) -> None:
    here, there = await open_shop(), await open_shop()
    _, admin = await staff(here, database, "admin")
    made = await ask(here, "POST", "/admin/api-keys", admin, {"name": "ERP", "scopes": ["audit:read"]})
    machine = {"Authorization": f"Bearer {made['key']}"}
    for client in (here, there):
        assert isinstance(await ask(client, "GET", "/admin/audit-log", machine), dict)
    await database.execute("UPDATE api_key SET expires_at = now() + interval '500 milliseconds'")
    await asyncio.sleep(0.5)
    for client in (here, there):
        await within_a_second(lambda c=client: ask(c, "GET", "/admin/audit-log", machine), "unauthenticated")


async def test_a_cut_line_is_no_hiding_place_for_keys(
    open_shop: OpenShop, database: asyncpg.Connection
) -> None:
    client = await open_shop()
    _, admin = await staff(client, database, "admin")
    made = await ask(client, "POST", "/admin/api-keys", admin, {"name": "ERP", "scopes": ["audit:read"]})
    machine = {"Authorization": f"Bearer {made['key']}"}
    assert isinstance(await ask(client, "GET", "/admin/audit-log", machine), dict)
    await database.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE pid <> pg_backend_pid() AND datname = current_database()"
    )
    await database.execute("UPDATE api_key SET revoked_at = now()")
    await within_a_second(lambda: ask(client, "GET", "/admin/audit-log", machine), "unauthenticated")


async def test_unknown_keys_are_limited_by_address_and_known_ones_are_not(
    open_shop: OpenShop, database: asyncpg.Connection
) -> None:
    from ecommerce.domain.identity.api_key import key_of
    from ecommerce.entrypoints.bootstrap.settings import RateLimits

    client = await open_shop(rate_limits=RateLimits(auth=1000, auth_address=1000, default=1000))
    _, admin = await staff(client, database, "admin")
    made = await ask(client, "POST", "/admin/api-keys", admin, {"name": "ERP", "scopes": ["audit:read"]})
    strict = await open_shop(rate_limits=RateLimits(auth=1000, auth_address=3, default=1000))
    machine = {"Authorization": f"Bearer {made['key']}"}
    assert isinstance(await ask(strict, "GET", "/admin/audit-log", machine), dict)
    told = [
        await ask(strict, "GET", "/cart", {"Authorization": f"Bearer {key_of(bytes([n]) * 32)}"})
        for n in range(4)
    ]
    assert told == ["unauthenticated", "unauthenticated", "rate-limited", "rate-limited"]
    assert isinstance(await ask(strict, "GET", "/admin/audit-log", machine), dict)
    # Signing in doesn't mind what else is sent.
    reply = await strict.post(
        f"{API}/auth/verify", json={"token": "x"}, headers={"Authorization": f"Bearer {key_of(b'z' * 32)}"}
    )
    assert reply.status_code == 200


async def test_a_repeated_call_makes_one_key_and_tells_it_again(
    client: httpx.AsyncClient, database: asyncpg.Connection
) -> None:
    _, admin = await staff(client, database, "admin")
    wish = {"name": "ERP", "scopes": ["stock:read"]}
    headers = {**admin, "Idempotency-Key": "make-it-once"}
    first = await client.post(f"{API}/admin/api-keys", json=wish, headers=headers)
    again = await client.post(f"{API}/admin/api-keys", json=wish, headers=headers)
    assert (again.content, again.headers["idempotent-replayed"]) == (first.content, "true")
    # As after a crash between the commit and the answer.
    await database.execute(
        "UPDATE idempotency_key SET answer = NULL, claimed_at = now() - interval '61 seconds'"
    )
    resumed = await client.post(f"{API}/admin/api-keys", json=wish, headers=headers)
    assert resumed.json()["key"] == first.json()["key"]
    assert await database.fetchval("SELECT count(*) FROM api_key") == 1


async def test_staff_who_sign_in_are_told_of_and_customers_are_not(
    client: httpx.AsyncClient, database: asyncpg.Connection
) -> None:
    await register(client)
    account_id, _ = await staff(client, database, "support")
    rows = await database.fetch("SELECT actor, action, target FROM audit_log")
    assert [tuple(row) for row in rows] == [
        (f"staff:{account_id}", "identity.staff_signed_in", f"account:{account_id}")
    ]


async def test_the_command_line_knows_custom_roles(
    client: httpx.AsyncClient, database: asyncpg.Connection, database_url: str
) -> None:
    _, admin = await staff(client, database, "admin")
    await ask(client, "POST", "/admin/roles", admin, role("desk", "returns:write"))
    operator = Operator(database_url)
    assert environment(database_url)
    created = await operator.told(
        "users",
        "create",
        "--email",
        "d@example.com",
        "--role",
        "desk",
        "--password-stdin",
        typed=f"{PASSWORD}\n",
    )
    assert created["roles"] == ["desk"]
    typo = await operator("users", "revoke", "--email", "d@example.com", "--role", "desk2")
    assert (typo.exit_code, "no such role: desk2" in typo.stderr) == (1, True)
    revoked = await operator.told("users", "revoke", "--email", "d@example.com", "--role", "desk")
    assert revoked["roles"] == []
