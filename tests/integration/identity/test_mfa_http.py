"""The second factor over HTTP and a real database: setting up, signing in, races, and hostile callers."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import asyncpg
import httpx
import pyotp
import pytest

from tests.integration.identity.identity_shop import (
    PASSWORD,
    PLENTY,
    OpenShop,
    bearer,
    register,
)

pytestmark = pytest.mark.anyio

AUTH = "/api/v1/auth"
TOTP = f"{AUTH}/mfa/totp"


class Person:
    """Somebody with an authenticator app."""

    def __init__(
        self, client: httpx.AsyncClient, database: asyncpg.Connection, signed_in: dict[str, Any]
    ) -> None:
        self.client = client
        self.database = database
        self.signed_in = signed_in
        self.email: str = signed_in["user"]["email"]
        self.secret = ""
        self.recovery: list[str] = []

    def code(self, ahead: int = 0) -> str:
        """Of now, or so many steps later: what is asked for must not be over when it arrives."""
        return pyotp.TOTP(self.secret).at(datetime.now(UTC), counter_offset=ahead)

    def wrong(self) -> str:
        right = {self.code(ahead) for ahead in range(-3, 4)}
        return next(f"{number:06}" for number in range(10) if f"{number:06}" not in right)

    async def enrol(self) -> dict[str, Any]:
        reply = await self.client.post(TOTP, headers=bearer(self.signed_in))
        assert reply.status_code == 201, reply.text
        enrolment: dict[str, Any] = reply.json()
        self.secret = enrolment["secret"]
        return enrolment

    async def enable(self) -> None:
        """As of some minutes ago: the code that it took is none of those that are right now."""
        await self.enrol()
        reply = await self.confirm(self.code())
        assert reply.status_code == 200, reply.text
        self.recovery = reply.json()["recovery_codes"]
        await self.database.execute("UPDATE account_totp SET last_step = last_step - 10")

    async def confirm(self, code: str) -> httpx.Response:
        return await self.client.post(f"{TOTP}/confirm", json={"code": code}, headers=bearer(self.signed_in))

    async def login(self, **more: Any) -> dict[str, Any]:
        body = {"email": self.email, "password": PASSWORD, **more}
        reply = await self.client.post(f"{AUTH}/login", json=body)
        assert reply.status_code == 200, reply.text
        answer: dict[str, Any] = reply.json()
        return answer

    async def challenged(self, **more: Any) -> str:
        answer = await self.login(**more)
        assert set(answer) == {"mfa_required", "mfa_token"}
        assert answer["mfa_required"] is True
        token: str = answer["mfa_token"]
        return token

    async def verify(self, token: str, code: str, **headers: str) -> httpx.Response:
        body = {"mfa_token": token, "code": code}
        return await self.client.post(f"{AUTH}/mfa/verify", json=body, headers=headers)

    async def step_up(self, signed_in: dict[str, Any] | None = None, **proof: str) -> httpx.Response:
        headers = bearer(signed_in or self.signed_in)
        return await self.client.post(f"{AUTH}/step-up", json=proof, headers=headers)

    async def remove(self, signed_in: dict[str, Any] | None = None) -> httpx.Response:
        return await self.client.delete(TOTP, headers=bearer(signed_in or self.signed_in))


def told(reply: httpx.Response) -> tuple[int, str]:
    return reply.status_code, reply.json()["code"]


WRONG, REFUSED = (401, "invalid-credentials"), (401, "unauthenticated")


@pytest.fixture
async def ada(client: httpx.AsyncClient, database: asyncpg.Connection) -> Person:
    person = Person(client, database, await register(client))
    await person.enable()
    return person


async def test_enrolling_shows_a_secret_in_three_ways_and_counts_once_confirmed(
    client: httpx.AsyncClient, database: asyncpg.Connection
) -> None:
    person = Person(client, database, await register(client))
    first, second = await person.enrol(), await person.enrol()
    assert set(second) == {"secret", "otpauth_uri", "qr_svg"}
    assert first["secret"] != second["secret"]
    app = pyotp.parse_uri(second["otpauth_uri"])
    assert isinstance(app, pyotp.TOTP)
    assert (app.secret, app.name, app.issuer) == (second["secret"], person.email, "Demo Shop")
    assert second["qr_svg"].startswith("<svg ")
    assert "access_token" in await person.login()

    assert told(await person.confirm(pyotp.TOTP(first["secret"]).now())) == WRONG
    assert told(await person.confirm("recovery")) == WRONG
    code = person.code()
    reply = await person.confirm(f"{code[:3]} {code[3:]}")
    assert reply.headers["cache-control"] == "no-store"
    assert len(set(reply.json()["recovery_codes"])) == 10
    assert told(await person.confirm(person.code(1))) == (409, "mfa-already-enabled")
    again = await client.post(TOTP, headers=bearer(person.signed_in))
    assert told(again) == (409, "mfa-already-enabled")

    shown = await client.get("/api/v1/users/me", headers=bearer(person.signed_in))
    assert shown.json()["mfa_enabled"] is True
    changed = await client.patch(
        "/api/v1/users/me", json={"first_name": "Ada"}, headers=bearer(person.signed_in)
    )
    assert (changed.json()["mfa_enabled"], changed.json()["first_name"]) == (True, "Ada")
    actions = await database.fetch("SELECT action FROM audit_log")
    assert [row["action"] for row in actions] == ["identity.mfa_enabled"]


async def test_a_login_waits_for_its_code(ada: Person, database: asyncpg.Connection) -> None:
    token = await ada.challenged(device_name="Ada's phone")
    assert await database.fetchval("SELECT count(*) FROM session") == 1
    reply = await ada.verify(token, ada.code())
    assert reply.status_code == 200
    assert reply.headers["cache-control"] == "no-store"
    answer = reply.json()
    assert set(answer) == {"user", "access_token", "refresh_token", "token_type", "expires_in"}
    assert answer["user"]["mfa_enabled"] is True
    assert (await ada.client.get("/api/v1/users/me", headers=bearer(answer))).json() == answer["user"]
    names = await database.fetch("SELECT device_name FROM session ORDER BY created_at")
    assert [row["device_name"] for row in names] == [None, "Ada's phone"]
    assert await database.fetchval("SELECT count(*) FROM mfa_challenge") == 0


async def test_the_challenge_works_once_and_so_does_the_code(ada: Person) -> None:
    token, code = await ada.challenged(), ada.code()
    assert (await ada.verify(token, code)).status_code == 200
    assert told(await ada.verify(token, ada.code(1))) == REFUSED
    assert told(await ada.verify(await ada.challenged(), code)) == WRONG
    assert told(await ada.step_up(code=code)) == WRONG
    assert (await ada.step_up(code=ada.recovery[0].replace("-", "").upper())).status_code == 200
    assert told(await ada.verify(await ada.challenged(), ada.recovery[0])) == WRONG
    assert (await ada.verify(await ada.challenged(), ada.recovery[1])).status_code == 200


async def test_codes_of_long_ago_and_of_soon_are_wrong(ada: Person) -> None:
    token = await ada.challenged()
    for ahead in (-120, -3, 3, 120):
        assert told(await ada.verify(token, ada.code(ahead))) == WRONG
    assert (await ada.verify(token, ada.code(1))).status_code == 200


async def test_a_guests_cart_comes_along_with_the_code_and_not_before(
    open_shop: OpenShop, database: asyncpg.Connection
) -> None:
    client = await open_shop()
    ada = Person(client, database, await register(client))
    await ada.enable()
    guest = await client.put("/api/v1/cart/currency", json={"currency": "USD"})
    cart = {"X-Cart-Token": guest.headers["x-cart-token"]}
    body = {"email": ada.email, "password": PASSWORD}
    answer = await client.post(f"{AUTH}/login", json=body, headers=cart)
    assert told(await ada.verify(answer.json()["mfa_token"], ada.wrong(), **cart)) == WRONG
    assert await database.fetchval("SELECT status FROM cart") == "open"
    reply = await ada.verify(answer.json()["mfa_token"], ada.code(), **cart)
    assert reply.status_code == 200
    # It was empty; what becomes of lines is tested with the cart.
    assert await database.fetchval("SELECT status FROM cart") == "merged"


async def test_five_wrong_codes_end_a_challenge(ada: Person, database: asyncpg.Connection) -> None:
    token, other = await ada.challenged(), await ada.challenged()
    for _ in range(5):
        assert told(await ada.verify(token, ada.wrong())) == WRONG
    assert told(await ada.verify(token, ada.code())) == REFUSED
    assert await database.fetchval("SELECT count(*) FROM mfa_challenge") == 1
    assert (await ada.verify(other, ada.code())).status_code == 200


async def test_an_expired_challenge_is_refused(ada: Person, database: asyncpg.Connection) -> None:
    token = await ada.challenged()
    lifetime = await database.fetchval("SELECT expires_at - created_at FROM mfa_challenge")
    assert lifetime.total_seconds() == 300
    await database.execute("UPDATE mfa_challenge SET expires_at = now()")
    assert told(await ada.verify(token, ada.code())) == REFUSED


async def test_fifty_at_once_with_one_challenge_and_one_code_open_one_session(
    ada: Person, database: asyncpg.Connection
) -> None:
    token, code = await ada.challenged(), ada.code()
    replies = await asyncio.gather(*(ada.verify(token, code) for _ in range(50)))
    assert sorted(reply.status_code for reply in replies) == [200] + [401] * 49
    assert await database.fetchval("SELECT count(*) FROM session") == 2


@pytest.mark.parametrize("kind", ["app", "recovery"])
async def test_fifty_challenges_and_one_code_open_one_session(
    ada: Person, database: asyncpg.Connection, kind: str
) -> None:
    tokens = [await ada.challenged() for _ in range(50)]
    code = ada.code() if kind == "app" else ada.recovery[0]
    replies = await asyncio.gather(*(ada.verify(token, code) for token in tokens))
    assert [reply.status_code for reply in replies].count(200) == 1
    assert {reply.status_code for reply in replies} <= {200, 401, 429}
    assert await database.fetchval("SELECT count(*) FROM session") == 2


async def test_fifty_steps_up_with_one_code_and_a_sign_in_use_it_once(ada: Person) -> None:
    token, code = await ada.challenged(), ada.code()
    calls = [ada.step_up(code=code) for _ in range(25)] + [ada.verify(token, code) for _ in range(25)]
    replies = await asyncio.gather(*calls)
    assert [reply.status_code for reply in replies].count(200) == 1


async def test_fifty_confirmations_give_one_set_of_recovery_codes(
    client: httpx.AsyncClient, database: asyncpg.Connection
) -> None:
    person = Person(client, database, await register(client))
    await person.enrol()
    code = person.code()
    replies = await asyncio.gather(*(person.confirm(code) for _ in range(50)))
    assert sorted(reply.status_code for reply in replies) == [200] + [409] * 49
    assert await database.fetchval("SELECT count(*) FROM recovery_code") == 10
    assert await database.fetchval("SELECT count(*) FROM outbox WHERE kind = 'MfaEnabled'") == 1


async def test_enrolling_confirming_and_removing_at_once_leave_all_or_nothing(
    client: httpx.AsyncClient, database: asyncpg.Connection
) -> None:
    person = Person(client, database, await register(client))
    await person.enrol()
    code, headers = person.code(), bearer(person.signed_in)
    calls = [person.confirm(code) for _ in range(10)]
    calls += [client.post(TOTP, headers=headers) for _ in range(10)]
    calls += [person.remove() for _ in range(10)]
    replies = await asyncio.gather(*calls)
    assert {reply.status_code for reply in replies} <= {200, 201, 204, 401, 404, 409}
    enabled = await database.fetchval("SELECT count(*) FROM account_totp WHERE confirmed_at IS NOT NULL")
    assert await database.fetchval("SELECT count(*) FROM recovery_code") == 10 * enabled


async def test_guessing_is_limited_for_the_account_as_a_whole(
    ada: Person, database: asyncpg.Connection
) -> None:
    tokens = [await ada.challenged() for _ in range(50)]
    wrong = ada.wrong()
    replies = await asyncio.gather(*(ada.verify(token, wrong) for token in tokens))
    assert [reply.status_code for reply in replies].count(401) == 10
    refused = next(reply for reply in replies if reply.status_code == 429)
    assert refused.json()["code"] == "rate-limited"
    assert 0 < int(refused.headers["Retry-After"]) <= 600
    # Neither a new challenge nor a session helps who guesses; a recovery code helps the owner.
    token = await ada.challenged()
    assert (await ada.verify(token, ada.code())).status_code == 429
    assert (await ada.step_up(code=ada.code())).status_code == 429
    assert (await ada.verify(token, ada.recovery[0])).status_code == 200
    await database.execute("UPDATE account_totp SET guessed_until = guessed_until - interval '10 minutes'")
    assert (await ada.verify(await ada.challenged(), ada.code())).status_code == 200


async def test_attempts_are_counted_for_the_account_and_address(
    open_shop: OpenShop, database: asyncpg.Connection
) -> None:
    client = await open_shop()
    ada = Person(client, database, await register(client))
    await ada.enable()
    ada.client = await open_shop(rate_limits=replace(PLENTY, auth=3))
    token = await ada.challenged()
    replies = [await ada.verify(token, "nonsense") for _ in range(4)]
    assert [reply.status_code for reply in replies] == [401, 401, 401, 429]


async def test_a_challenge_is_no_other_token_and_no_other_token_a_challenge(ada: Person) -> None:
    client, token = ada.client, await ada.challenged()
    headers = {"Authorization": f"Bearer {token}"}
    assert (await client.get("/api/v1/users/me", headers=headers)).status_code == 401
    assert (
        await client.post(f"{AUTH}/step-up", json={"password": PASSWORD}, headers=headers)
    ).status_code == 401
    assert told(await client.post(f"{AUTH}/refresh", json={"refresh_token": token})) == REFUSED
    told_of = await client.post(f"{AUTH}/verify", json={"token": token})
    assert told_of.json() == {"active": False}
    for other in (ada.signed_in["access_token"], ada.signed_in["refresh_token"], "x", "é" * 100):
        assert told(await ada.verify(other, ada.code())) == REFUSED
    assert (await ada.verify(token, ada.code())).status_code == 200


async def test_codes_of_somebody_else_are_wrong(
    ada: Person, client: httpx.AsyncClient, database: asyncpg.Connection
) -> None:
    grace = Person(client, database, await register(client))
    await grace.enable()
    token = await ada.challenged()
    for code in (grace.code(), grace.code(1), grace.recovery[0]):
        assert told(await ada.verify(token, code)) == WRONG
        assert told(await ada.step_up(code=code)) == WRONG
    assert (await ada.verify(token, ada.code())).status_code == 200
    # They are still good for their owner.
    assert (await grace.verify(await grace.challenged(), grace.recovery[0])).status_code == 200
    assert (await grace.verify(await grace.challenged(), grace.code())).status_code == 200


async def test_bodies_that_cannot_be_right(client: httpx.AsyncClient) -> None:
    bodies: list[dict[str, Any]] = [
        {},
        {"mfa_token": "x"},
        {"code": "123456"},
        {"mfa_token": "x", "code": ""},
        {"mfa_token": "", "code": "123456"},
        {"mfa_token": "x", "code": 123456},
        {"mfa_token": "x", "code": "1" * 65},
        {"mfa_token": "x", "code": "\0"},
        {"mfa_token": "x", "code": "123456", "more": 1},
    ]
    for body in bodies:
        assert (await client.post(f"{AUTH}/mfa/verify", json=body)).status_code == 422, body


async def test_odd_codes_are_wrong(ada: Person) -> None:
    for code in (
        "\N{ARABIC-INDIC DIGIT ONE}" * 6,
        "\N{VULGAR FRACTION ONE HALF}" * 6,
        "-",
        " ",
        "\u202e123456",
    ):
        assert told(await ada.verify(await ada.challenged(), code)) == WRONG
    wide = "".join(chr(ord(digit) + 0xFEE0) for digit in ada.code())
    assert (await ada.verify(await ada.challenged(), wide)).status_code == 200


async def test_stepping_up_takes_exactly_one_proof(
    ada: Person, client: httpx.AsyncClient, database: asyncpg.Connection
) -> None:
    for body in ({}, {"password": PASSWORD, "code": ada.code()}, {"password": None, "code": None}):
        reply = await client.post(f"{AUTH}/step-up", json=body, headers=bearer(ada.signed_in))
        assert told(reply) == (422, "validation-failed"), body
    assert (await ada.step_up(password=PASSWORD)).status_code == 200
    assert (await ada.step_up(code=ada.code())).status_code == 200
    without = Person(client, database, await register(client))
    wrong, none = await ada.step_up(code="000000x"), await without.step_up(code="123456")
    assert told(wrong) == told(none) == WRONG
    assert wrong.json()["detail"] == none.json()["detail"]


async def test_a_session_from_before_is_not_believed_by_its_password_alone(
    client: httpx.AsyncClient, database: asyncpg.Connection
) -> None:
    ada = Person(client, database, await register(client))
    before = await ada.login()
    await ada.enable()
    assert told(await ada.step_up(before, password=PASSWORD)) == (401, "mfa-required")
    assert told(await ada.remove(before)) == (401, "mfa-required")
    assert (await ada.step_up(before, code=ada.code())).status_code == 200
    assert (await ada.step_up(before, password=PASSWORD)).status_code == 200
    assert (await ada.remove(before)).status_code == 204


async def test_setting_up_and_removing_need_a_fresh_proof(
    client: httpx.AsyncClient, database: asyncpg.Connection
) -> None:
    ada = Person(client, database, await register(client))
    fresh = ada.signed_in
    await database.execute("UPDATE session SET authenticated_at = authenticated_at - interval '11 minutes'")
    pair = await client.post(f"{AUTH}/refresh", json={"refresh_token": fresh["refresh_token"]})
    stale = {**fresh, **pair.json()}
    assert told(await client.post(TOTP, headers=bearer(stale))) == (403, "step-up-required")
    await ada.enable()
    assert told(await ada.remove(stale)) == (403, "step-up-required")
    proven = (await ada.step_up(stale, code=ada.code())).json()
    assert (await ada.remove(proven)).status_code == 204
    assert await database.fetchval("SELECT count(*) FROM account_totp") == 0
    assert await database.fetchval("SELECT count(*) FROM recovery_code") == 0
    assert told(await ada.remove(proven)) == (404, "not-found")
    assert (await ada.login())["user"]["mfa_enabled"] is False
    kinds = await database.fetch("SELECT kind FROM outbox ORDER BY id")
    assert [row["kind"] for row in kinds][1:] == ["MfaEnabled", "MfaRemoved"]


async def test_guests_are_sent_away_before_anything_is_read(client: httpx.AsyncClient) -> None:
    for method, path in (("POST", TOTP), ("POST", f"{TOTP}/confirm"), ("DELETE", TOTP)):
        assert told(await client.request(method, path)) == REFUSED


async def test_no_secret_is_kept_in_the_clear_or_logged(
    ada: Person, database: asyncpg.Connection, capfd: pytest.CaptureFixture[str]
) -> None:
    token, code = await ada.challenged(), ada.code()
    waiting = await _everything(database)
    assert (await ada.verify(token, code)).status_code == 200
    await ada.verify(await ada.challenged(), ada.recovery[0])
    after = await _everything(database)
    secrets = [ada.secret, token, *ada.recovery, *(each.replace("-", "") for each in ada.recovery)]
    for secret in secrets:
        for kept in (waiting, after):
            assert secret not in kept
            assert secret.encode().hex() not in kept
    logged = "".join(capfd.readouterr())
    assert not [secret for secret in [*secrets, code] if secret in logged]


async def _everything(database: asyncpg.Connection) -> str:
    tables = await database.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    rows = [
        await database.fetch(f'SELECT kept::text AS row FROM "{each["tablename"]}" AS kept')
        for each in tables
    ]
    return "\n".join(row["row"] for table in rows for row in table)
