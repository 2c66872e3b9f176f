"""`ecommerce users` and `ecommerce keys`, from the arguments to the database and back."""

import asyncio
from typing import Any

import asyncpg
import httpx
import msgspec
import pyotp
import pytest
from click.testing import CliRunner, Result

from ecommerce.entrypoints.cli.app import cli
from tests.integration.identity.identity_shop import PASSWORD, bearer, environment

pytestmark = pytest.mark.anyio


class Operator:
    def __init__(self, database_url: str) -> None:
        self._environment = environment(database_url)

    async def __call__(self, *arguments: str, typed: str = "") -> Result:
        return await asyncio.to_thread(
            lambda: CliRunner().invoke(cli, arguments, input=typed, env=self._environment)
        )

    async def told(self, *arguments: str, typed: str = "") -> Any:
        result = await self(*arguments, "--json", typed=typed)
        assert result.exit_code == 0, result.output
        return msgspec.json.decode(result.stdout)


@pytest.fixture
def operator(database_url: str) -> Operator:
    return Operator(database_url)


async def signed_in(client: httpx.AsyncClient, email: str, password: str = PASSWORD) -> dict[str, Any]:
    reply = await client.post("/api/v1/auth/login", json={"email": email, "password": password})
    answer: dict[str, Any] = reply.json()
    return answer


async def test_a_created_user_signs_in_with_their_roles(
    operator: Operator, client: httpx.AsyncClient, database: asyncpg.Connection
) -> None:
    arguments = ("users", "create", "--email", "Staff@example.com", "--role", "support", "--password-stdin")
    created = await operator.told(*arguments, typed=f"{PASSWORD}\n")
    assert (created["roles"], created["email_verified"]) == (["support"], True)
    answer = await signed_in(client, "staff@example.com")
    assert answer["user"] == created
    again = await operator(*arguments, typed=f"{PASSWORD}\n")
    assert (again.exit_code, "email-taken" in again.stderr) == (1, True)
    entry, sign_in = await database.fetch("SELECT * FROM audit_log ORDER BY id")
    assert (sign_in["actor"], sign_in["action"]) == (f"staff:{created['id']}", "identity.staff_signed_in")
    assert entry["actor"].startswith("system:cli:")
    assert (entry["action"], entry["target"]) == ("identity.user_created", f"account:{created['id']}")
    assert PASSWORD not in str(dict(entry))


async def test_a_password_is_asked_for_twice(operator: Operator, client: httpx.AsyncClient) -> None:
    result = await operator("users", "create", "--email", "a@example.com", typed=f"{PASSWORD}\n{PASSWORD}\n")
    assert result.exit_code == 0, result.output
    assert PASSWORD not in result.output
    assert (await signed_in(client, "a@example.com"))["user"]["roles"] == []


async def test_weak_passwords_and_unknown_roles_are_refused(operator: Operator) -> None:
    weak = await operator(
        "users", "create", "--email", "a@example.com", "--password-stdin", typed="password1\n"
    )
    assert weak.exit_code == 1
    role = ("--role", "emperor")
    unknown = await operator(
        "users", "create", "--email", "a@example.com", *role, "--password-stdin", typed=f"{PASSWORD}\n"
    )
    assert (unknown.exit_code, "emperor" in unknown.stderr) == (1, True)
    missing = await operator("users", "grant", "--email", "nobody@example.com", "--role", "admin")
    assert (missing.exit_code, "not-found" in missing.stderr) == (1, True)


async def test_who_loses_a_role_is_signed_out(
    operator: Operator, client: httpx.AsyncClient, database: asyncpg.Connection
) -> None:
    email = ("--email", "b@example.com")
    await operator.told("users", "create", *email, "--password-stdin", typed=f"{PASSWORD}\n")
    granted = await operator.told("users", "grant", *email, "--role", "catalog", "--role", "analyst")
    assert granted["roles"] == ["analyst", "catalog"]
    staff = await signed_in(client, "b@example.com")
    assert staff["user"]["roles"] == ["analyst", "catalog"]
    revoked = await operator.told("users", "revoke", *email, "--role", "catalog")
    assert revoked["roles"] == ["analyst"]
    await asyncio.sleep(1)
    assert (await client.get("/api/v1/users/me", headers=bearer(staff))).status_code == 401
    refreshed = await client.post("/api/v1/auth/refresh", json={"refresh_token": staff["refresh_token"]})
    assert refreshed.status_code == 401
    changes = await database.fetch("SELECT before, after FROM audit_log ORDER BY id DESC LIMIT 1")
    assert '"catalog"' in changes[0]["before"]
    assert '"catalog"' not in changes[0]["after"]


async def test_a_reset_password_ends_every_session(operator: Operator, client: httpx.AsyncClient) -> None:
    email = ("--email", "c@example.com")
    await operator.told("users", "create", *email, "--password-stdin", typed=f"{PASSWORD}\n")
    before = await signed_in(client, "c@example.com")
    told = await operator.told("users", "reset-password", *email, "--password-stdin", typed="another one!\n")
    assert told == {"email": "c@example.com", "password_set": True}
    await asyncio.sleep(1)
    assert (await client.get("/api/v1/users/me", headers=bearer(before))).status_code == 401
    assert (await signed_in(client, "c@example.com"))["code"] == "invalid-credentials"
    assert "access_token" in await signed_in(client, "c@example.com", "another one!")


async def test_a_lost_second_factor_is_reset(
    operator: Operator, client: httpx.AsyncClient, database: asyncpg.Connection
) -> None:
    email = ("--email", "c@example.com")
    await operator.told("users", "create", *email, "--password-stdin", typed=f"{PASSWORD}\n")
    before = await signed_in(client, "c@example.com")
    assert "not-found" in (await operator("users", "reset-mfa", *email)).stderr
    enrolment = await client.post("/api/v1/auth/mfa/totp", headers=bearer(before))
    code = {"code": pyotp.TOTP(enrolment.json()["secret"]).now()}
    await client.post("/api/v1/auth/mfa/totp/confirm", json=code, headers=bearer(before))
    assert (await signed_in(client, "c@example.com"))["mfa_required"] is True
    assert (await operator.told("users", "list", "--email", "c@example"))[0]["mfa_enabled"] is True

    told = await operator.told("users", "reset-mfa", "--email", "C@example.com")

    assert told == {"email": "C@example.com", "mfa_enabled": False}
    await asyncio.sleep(1)
    assert (await client.get("/api/v1/users/me", headers=bearer(before))).status_code == 401
    assert (await signed_in(client, "c@example.com"))["user"]["mfa_enabled"] is False
    (entry,) = await database.fetch("SELECT * FROM audit_log ORDER BY id DESC LIMIT 1")
    assert entry["actor"].startswith("system:cli:")
    assert (entry["action"], entry["target"]) == (
        "identity.mfa_removed",
        f"account:{before['user']['id']}",
    )
    missing = await operator("users", "reset-mfa", "--email", "nobody@example.com")
    assert (missing.exit_code, "not-found" in missing.stderr) == (1, True)


async def test_users_are_listed_by_role_and_address(operator: Operator) -> None:
    for name, role in (("d", "admin"), ("e", "support")):
        await operator.told(
            "users",
            "create",
            "--email",
            f"{name}_1@example.com",
            "--role",
            role,
            "--password-stdin",
            typed=f"{PASSWORD}\n",
        )
    found = await operator.told("users", "list", "--role", "admin")
    assert [each["email"] for each in found] == ["d_1@example.com"]
    # `_` is itself, not LIKE's any letter.
    assert [each["email"] for each in await operator.told("users", "list", "--email", "E_1")] == [
        "e_1@example.com"
    ]
    assert len(await operator.told("users", "list")) == 2
    assert "d_1@example.com" in (await operator("users", "list")).output


async def test_keys_rotate(operator: Operator, client: httpx.AsyncClient) -> None:
    first = await operator.told("keys", "rotate")
    assert first["retired"] is None
    second = await operator.told("keys", "rotate")
    assert second["retired"] == first["active"]
    keys = (await client.get("/.well-known/jwks.json")).json()["keys"]
    assert {each["kid"] for each in keys} == {first["active"], second["active"]}


async def test_customers_are_put_into_groups_and_taken_out(
    operator: Operator, client: httpx.AsyncClient, database: asyncpg.Connection
) -> None:
    email = "ada@example.com"
    await operator("users", "create", "--email", email, "--password-stdin", typed=f"{PASSWORD}\n")
    assert (await operator.told("users", "groups", email))["groups"] == []

    added = await operator.told("users", "groups", "ADA@example.com", "--add", "trade", "--add", "school")
    changed = await operator.told("users", "groups", email, "--remove", "school", "--add", "trade")

    assert (added["groups"], changed["groups"]) == (["school", "trade"], ["trade"])
    assert await database.fetchval("SELECT customer_groups FROM account") == ["trade"]
    plain = await operator("users", "groups", email)
    assert plain.output.split() == [email, "trade"]
    actions = await database.fetch("SELECT actor, before::text, after::text FROM audit_log ORDER BY id")
    assert [(row["before"], row["after"]) for row in actions[1:]] == [
        ('{"groups": []}', '{"groups": ["school", "trade"]}'),
        ('{"groups": ["school", "trade"]}', '{"groups": ["trade"]}'),
    ]
    assert actions[1]["actor"].startswith("system:cli:")
    for wrong, told in (
        (("nobody@example.com",), "not-found"),
        (("nonsense", "--add", "trade"), "not-found"),
        ((email, "--add", "No Group"), "validation-failed"),
    ):
        refused = await operator("users", "groups", *wrong)
        assert (refused.exit_code, told in refused.stderr) == (1, True), refused.stderr
