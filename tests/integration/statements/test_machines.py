"""Who is known costs no statement: machines by their keys, staff by custom roles."""

import secrets

import asyncpg
import pytest

from ecommerce.domain.identity.api_key import key_of
from tests.factories.counted_shop import CountedShop, counted_shop
from tests.integration.identity.identity_shop import PASSWORD, bearer

pytestmark = [pytest.mark.anyio, pytest.mark.xdist_group("statements")]


async def asked(shop: CountedShop, headers: dict[str, str], status: int) -> int:
    """How many statements a look at the audit log takes."""
    await shop.statements.settle()
    shop.statements.forget()
    answer = await shop.client.get("/admin/audit-log", headers=headers)
    await shop.statements.settle()
    assert answer.status_code == status, answer.text
    return len(shop.statements.seen)


async def test_a_key_and_a_custom_role_are_asked_for_once(database_url: str) -> None:
    async with counted_shop(database_url) as shop:
        body = {"email": "ada@example.com", "password": PASSWORD}
        await shop.client.post("/auth/register", json=body)
        database = await asyncpg.connect(database_url)
        await database.execute("UPDATE account SET roles = '{admin}'")
        admin = bearer((await shop.client.post("/auth/login", json=body)).json())
        role = {"name": "auditor", "permissions": ["audit:read"]}
        await shop.client.post("/admin/roles", json=role, headers=admin)
        wish = {"name": "ERP", "scopes": ["audit:read"]}
        made = (await shop.client.post("/admin/api-keys", json=wish, headers=admin)).json()
        await database.execute("UPDATE account SET roles = '{auditor}'")
        await database.close()
        auditor = bearer((await shop.client.post("/auth/login", json=body)).json())
        machine = {"Authorization": f"Bearer {made['key']}"}
        unknown = {"Authorization": f"Bearer {key_of(secrets.token_bytes(32))}"}

        # One is the page itself.
        assert [await asked(shop, auditor, 200) for _ in range(2)] == [1, 1]
        assert [await asked(shop, machine, 200) for _ in range(3)] == [2, 1, 1]
        assert await asked(shop, unknown, 401) == 1
        assert await asked(shop, {"Authorization": "Bearer sk_nonsense"}, 401) == 0
