"""Proving an address, changing it, changing and resetting a password: through the door and the mail."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import Any

import asyncpg
import httpx
import pytest

from ecommerce.adapters.postgres.retention import SWEEPS
from ecommerce.entrypoints.bootstrap.settings import RateLimits
from tests.conftest import free_port
from tests.integration.identity.identity_shop import (
    PASSWORD,
    an_address,
    bearer,
    register,
    settings_for,
    shop,
)
from tests.integration.identity.mailroom import Mail, Mailroom, open_mailroom

pytestmark = pytest.mark.anyio
AUTH = "/api/v1/auth"
NEW_PASSWORD = "a very different horse"


@dataclass
class Desk:
    client: httpx.AsyncClient
    room: Mailroom
    database: asyncpg.Connection

    async def post(self, path: str, who: dict[str, Any] | None = None, **body: Any) -> httpx.Response:
        return await self.client.post(f"{AUTH}{path}", json=body, headers=bearer(who) if who else {})

    async def ask(self, path: str, body: dict[str, Any]) -> httpx.Response:
        return await self.post(path, **body)

    async def login(self, email: str, password: str = PASSWORD) -> httpx.Response:
        return await self.post("/login", email=email, password=password)

    async def only_mail(self) -> Mail:
        (mail,) = await self.room.work()
        return mail

    async def reset_token(self, email: str) -> str:
        assert (await self.post("/password/reset", email=email)).status_code == 202
        return (await self.only_mail()).token

    async def verify_token(self, email: str) -> str:
        assert (await self.post("/email/verify/resend", email=email)).status_code == 202
        return (await self.only_mail()).token

    async def change_token(self, who: dict[str, Any], email: str) -> str:
        reply = await self.post("/email/change", who, email=email, password=PASSWORD)
        assert reply.status_code == 202, reply.text
        (mail,) = [each for each in await self.room.work() if each.to == email]
        return mail.token

    async def is_live(self, who: dict[str, Any]) -> bool:
        return bool((await self.post("/verify", token=who["access_token"])).json()["active"])


@pytest.fixture(params=[False])
async def desk(request: pytest.FixtureRequest, database_url: str) -> AsyncIterator[Desk]:
    """Its parameter: whether addresses are verified first."""
    settings = settings_for(database_url, require_verified_email=request.param)
    settings = replace(settings, mail=replace(settings.mail, smtp_url=f"smtp://127.0.0.1:{free_port()}"))
    room = Mailroom()
    async with open_mailroom(settings, room), shop(settings) as client:
        assert room.database is not None
        yield Desk(client, room, room.database)


verified_first = pytest.mark.parametrize("desk", [True], indirect=True)


@verified_first
async def test_where_addresses_are_verified_first_the_link_lets_its_reader_in(desk: Desk) -> None:
    email = an_address()
    reply = await desk.post("/register", email=email, password=PASSWORD)
    assert reply.status_code == 202
    assert (await desk.login(email)).status_code == 401
    mail = await desk.only_mail()
    assert (mail.to, mail.subject) == (email, "Confirm your e-mail address")
    assert mail.link.startswith("http://shop.test/verify-email?token=")
    reply = await desk.post("/email/verify", token=mail.token)
    assert (reply.status_code, reply.json()) == (200, {"email": email, "email_verified": True})
    assert reply.headers["cache-control"] == "no-store"
    assert (await desk.login(email)).json()["user"]["email_verified"] is True
    assert (await desk.post("/email/verify", token=mail.token)).status_code == 401


@verified_first
async def test_a_link_that_was_lost_is_sent_again_and_replaces_the_first(desk: Desk) -> None:
    email = an_address()
    await desk.post("/register", email=email, password=PASSWORD)
    first = (await desk.only_mail()).token
    second = await desk.verify_token(email)
    assert (await desk.post("/email/verify", token=first)).status_code == 401
    assert (await desk.post("/email/verify", token=second)).status_code == 200
    reply = await desk.post("/email/verify/resend", email=email)
    assert reply.status_code == 202
    assert await desk.room.work() == []


@verified_first
async def test_who_registers_a_taken_address_gets_what_everybody_gets_and_its_owner_a_way_in(
    desk: Desk,
) -> None:
    email = an_address()
    first = await desk.post("/register", email=email, password=PASSWORD)
    await desk.room.work()
    second = await desk.post("/register", email=email, password=NEW_PASSWORD)
    assert (first.status_code, first.content) == (second.status_code, second.content)
    mail = await desk.only_mail()
    assert (mail.to, mail.subject) == (email, "You have an account already")
    reply = await desk.post("/password/reset/confirm", token=mail.token, new_password="my own password!")
    assert reply.status_code == 200
    # The first to register is out, whoever that was.
    assert [(await desk.login(email, each)).status_code for each in (PASSWORD, NEW_PASSWORD)] == [401, 401]
    assert (await desk.login(email, "my own password!")).status_code == 200


async def test_where_they_are_not_verified_first_the_caller_may_ask_for_the_link(desk: Desk) -> None:
    who = await register(desk.client)
    assert await desk.room.work() == []
    assert (await desk.client.post(f"{AUTH}/email/verify/resend", headers=bearer(who))).status_code == 202
    token = (await desk.only_mail()).token
    assert (await desk.post("/email/verify", token=token)).status_code == 200
    me = await desk.client.get("/api/v1/users/me", headers=bearer(who))
    assert me.json()["email_verified"] is True
    reply = await desk.client.post(f"{AUTH}/email/verify/resend")
    assert (reply.status_code, reply.json()["code"]) == (401, "unauthenticated")


async def test_a_reset_sets_the_password_ends_every_session_and_tells_the_owner(desk: Desk) -> None:
    who = await register(desk.client)
    email = who["user"]["email"]
    token = await desk.reset_token(email)
    reply = await desk.post("/password/reset/confirm", token=token, new_password=NEW_PASSWORD)
    assert reply.status_code == 200
    assert not await desk.is_live(who)
    assert (await desk.post("/refresh", refresh_token=who["refresh_token"])).status_code == 401
    assert (await desk.login(email)).status_code == 401
    assert (await desk.login(email, NEW_PASSWORD)).json()["user"]["email_verified"] is True
    mail = await desk.only_mail()
    assert (mail.to, mail.subject) == (email, "Your password was changed")
    reply = await desk.post("/password/reset/confirm", token=token, new_password=PASSWORD)
    assert (reply.status_code, reply.json()["code"]) == (401, "unauthenticated")
    actions = await desk.database.fetch("SELECT action, actor, target FROM audit_log")
    owner = who["user"]["id"]
    assert [tuple(each) for each in actions] == [
        ("identity.password_reset", f"customer:{owner}", f"account:{owner}")
    ]


async def test_a_reset_of_an_unknown_address_is_answered_the_same_and_mails_nobody(desk: Desk) -> None:
    email = (await register(desk.client))["user"]["email"]
    replies = [
        await desk.post("/password/reset", email=each) for each in (email, an_address(), "no address at all")
    ]
    assert {reply.status_code for reply in replies} == {202}
    assert len({reply.content for reply in replies}) == 1
    assert [mail.to for mail in await desk.room.work()] == [email]


async def test_a_password_that_will_not_do_leaves_the_token_as_it_is(desk: Desk) -> None:
    who = await register(desk.client)
    email = who["user"]["email"]
    token = await desk.reset_token(email)
    for bad in ("short", "password1", email):
        reply = await desk.post("/password/reset/confirm", token=token, new_password=bad)
        assert reply.status_code == 422
        assert [each["pointer"] for each in reply.json()["errors"]] == ["/new_password"]
    assert await desk.is_live(who)
    reply = await desk.post("/password/reset/confirm", token=token, new_password=NEW_PASSWORD)
    assert reply.status_code == 200


async def test_a_changed_password_ends_all_other_sessions(desk: Desk) -> None:
    who = await register(desk.client)
    email = who["user"]["email"]
    other = (await desk.login(email)).json()
    reply = await desk.post(
        "/password/change", who, current_password="wrong password", new_password=NEW_PASSWORD
    )
    assert (reply.status_code, reply.json()["code"]) == (401, "invalid-credentials")
    reply = await desk.post("/password/change", who, current_password=PASSWORD, new_password="short")
    assert reply.json()["errors"][0]["pointer"] == "/new_password"
    assert await desk.is_live(other)
    reply = await desk.post("/password/change", who, current_password=PASSWORD, new_password=NEW_PASSWORD)
    assert reply.status_code == 200
    assert (await desk.is_live(who), await desk.is_live(other)) == (True, False)
    assert (await desk.post("/refresh", refresh_token=who["refresh_token"])).status_code == 200
    assert (await desk.login(email)).status_code == 401
    assert (await desk.login(email, NEW_PASSWORD)).status_code == 200
    mail = await desk.only_mail()
    assert (mail.to, mail.subject) == (email, "Your password was changed")
    reply = await desk.post("/password/change", current_password=PASSWORD, new_password=NEW_PASSWORD)
    assert reply.status_code == 401


async def test_an_address_changes_when_the_link_is_used_and_the_old_one_is_told(desk: Desk) -> None:
    who = await register(desk.client)
    old, new = who["user"]["email"], an_address()
    reply = await desk.post("/email/change", who, email=new, password="wrong password")
    assert (reply.status_code, reply.json()["code"]) == (401, "invalid-credentials")
    reply = await desk.post("/email/change", who, email=old, password=PASSWORD)
    assert reply.json()["errors"][0]["pointer"] == "/email"
    assert (await desk.post("/email/change", who, email=new, password=PASSWORD)).status_code == 202
    mails = {mail.to: mail for mail in await desk.room.work()}
    assert {to: mail.subject for to, mail in mails.items()} == {
        old: "Your e-mail address is about to change",
        new: "Confirm your new e-mail address",
    }
    assert (await desk.login(old)).status_code == 200
    reset = await desk.reset_token(old)
    reply = await desk.post("/email/verify", token=mails[new].token)
    assert reply.json() == {"email": new, "email_verified": True}
    assert ((await desk.login(old)).status_code, (await desk.login(new)).status_code) == (401, 200)
    told = await desk.only_mail()
    assert (told.to, told.subject) == (old, "Your e-mail address was changed")
    # What went to the old address opens nothing any more.
    reply = await desk.post("/password/reset/confirm", token=reset, new_password=NEW_PASSWORD)
    assert reply.status_code == 401


async def test_whether_a_wanted_address_is_taken_only_its_owner_is_told(desk: Desk) -> None:
    who, owner = await register(desk.client), await register(desk.client)
    taken, free = owner["user"]["email"], an_address()
    replies = [await desk.post("/email/change", who, email=each, password=PASSWORD) for each in (taken, free)]
    assert [reply.status_code for reply in replies] == [202, 202]
    assert replies[0].content == replies[1].content
    mails = [mail for mail in await desk.room.work() if mail.to == taken]
    assert [mail.subject for mail in mails] == ["Somebody wants to use your e-mail address"]
    assert "token=" not in mails[0].text + mails[0].html


async def test_an_address_that_was_taken_meanwhile_is_told_to_who_reads_its_mail(desk: Desk) -> None:
    who, email = await register(desk.client), an_address()
    token = await desk.change_token(who, email)
    await register(desk.client, email)
    reply = await desk.post("/email/verify", token=token)
    assert (reply.status_code, reply.json()["code"]) == (409, "email-taken")


async def test_a_new_password_cancels_a_change_of_address_and_a_reset(desk: Desk) -> None:
    who, wanted = await register(desk.client), an_address()
    change = await desk.change_token(who, wanted)
    reset = await desk.reset_token(who["user"]["email"])
    reply = await desk.post("/password/change", who, current_password=PASSWORD, new_password=NEW_PASSWORD)
    assert reply.status_code == 200
    assert (await desk.post("/email/verify", token=change)).status_code == 401
    reply = await desk.post("/password/reset/confirm", token=reset, new_password=PASSWORD)
    assert reply.status_code == 401


async def test_who_lost_a_session_to_a_copied_token_is_told(desk: Desk) -> None:
    who = await register(desk.client)
    assert (await desk.post("/refresh", refresh_token=who["refresh_token"])).status_code == 200
    await desk.database.execute("UPDATE refresh_token SET spent_at = now() - interval '1 minute'")
    for _ in range(3):
        reply = await desk.post("/refresh", refresh_token=who["refresh_token"])
        assert reply.json()["code"] == "token-reused"
    mail = await desk.only_mail()
    assert (mail.to, mail.subject) == (who["user"]["email"], "You were signed out of Demo Shop on one device")


async def test_fifty_confirms_of_one_token_change_the_password_once(desk: Desk) -> None:
    email = (await register(desk.client))["user"]["email"]
    token = await desk.reset_token(email)
    passwords = [f"password number {number}!" for number in range(50)]
    replies = await asyncio.gather(
        *(desk.post("/password/reset/confirm", token=token, new_password=each) for each in passwords)
    )
    won = [word for word, reply in zip(passwords, replies, strict=True) if reply.status_code == 200]
    assert len(won) == 1
    # 429: the pool that hashes passwords is bounded.
    assert {reply.status_code for reply in replies} - {200} <= {401, 429}
    assert (await desk.login(email, won[0])).status_code == 200
    assert len([mail for mail in await desk.room.work() if mail.subject == "Your password was changed"]) == 1


async def test_asking_reset_change_and_confirm_at_once_end_without_a_deadlock(desk: Desk) -> None:
    who = await register(desk.client)
    email = who["user"]["email"]
    for round_ in range(3):
        token, change = await desk.reset_token(email), await desk.change_token(who, an_address())
        replies = await asyncio.gather(
            *(desk.post("/password/reset/confirm", token=token, new_password=PASSWORD) for _ in range(5)),
            *(desk.post("/email/verify", token=change) for _ in range(5)),
            *(desk.post("/password/reset", email=email) for _ in range(5)),
            desk.room.work(),
        )
        codes = [each.status_code for each in replies if isinstance(each, httpx.Response)]
        assert set(codes) <= {200, 202, 401, 429}, (round_, codes)
        # One of the two came first, and it ended the other's token.
        assert codes.count(200) == 1
        await desk.room.work()
        current = await desk.database.fetchval("SELECT email FROM account")
        email, who = current, (await desk.login(current)).json()


async def test_a_token_of_any_kind_is_no_token_of_another(desk: Desk) -> None:
    who = await register(desk.client)
    email = who["user"]["email"]
    tokens = {
        "verify": await desk.verify_token(email),
        "change": await desk.change_token(who, an_address()),
        "reset": await desk.reset_token(email),
        "refresh": who["refresh_token"],
        "access": who["access_token"],
    }
    doors: dict[str, tuple[str, str, dict[str, Any]]] = {
        "verify": ("/email/verify", "token", {}),
        "reset": ("/password/reset/confirm", "token", {"new_password": NEW_PASSWORD}),
        "refresh": ("/refresh", "refresh_token", {}),
    }
    opens = {"verify": {"verify"}, "change": {"verify"}, "reset": {"reset"}, "refresh": {"refresh"}}
    for kind, token in tokens.items():
        for door, (path, field, more) in doors.items():
            if door in opens.get(kind, ()):
                continue
            unknown = await desk.ask(path, {field: "x" * len(token), **more})
            reply = await desk.ask(path, {field: token, **more})
            told, same = reply.json(), unknown.json()
            del told["request_id"], same["request_id"]
            assert (reply.status_code, told) == (401, same), (kind, door)
        if kind != "access":
            assert (await desk.post("/verify", token=token)).json() == {"active": False}
            me = await desk.client.get("/api/v1/users/me", headers={"Authorization": f"Bearer {token}"})
            assert me.status_code == 401
    # Nothing was used up by all that.
    for kind, doors_ in opens.items():
        path, field, more = doors[next(iter(doors_))]
        if kind in ("verify", "refresh"):
            assert (await desk.ask(path, {field: tokens[kind], **more})).status_code == 200, kind


async def test_no_secret_is_kept_anywhere(desk: Desk) -> None:
    who = await register(desk.client)
    tokens = [
        await desk.verify_token(who["user"]["email"]),
        await desk.change_token(who, an_address()),
        await desk.reset_token(who["user"]["email"]),
    ]
    tables = [
        row["table_name"]
        for row in await desk.database.fetch(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'"
        )
    ]
    for table in tables:
        for row in await desk.database.fetch(f'SELECT t::text AS line FROM "{table}" t'):
            assert not [token for token in tokens if token in row["line"]], table


async def test_an_event_that_comes_twice_is_one_mail_whose_link_works(desk: Desk) -> None:
    email = (await register(desk.client))["user"]["email"]
    token = await desk.reset_token(email)
    await desk.database.execute(
        "UPDATE outbox SET done_at = NULL, handled = '{}', running_until = NULL, due_at = now()"
    )
    assert await desk.room.work() == []
    reply = await desk.post("/password/reset/confirm", token=token, new_password=NEW_PASSWORD)
    assert reply.status_code == 200


async def test_links_never_lead_where_the_host_header_says(desk: Desk) -> None:
    email = (await register(desk.client))["user"]["email"]
    await desk.client.post(
        f"{AUTH}/password/reset", json={"email": email}, headers={"X-Forwarded-Host": "evil.test"}
    )
    assert (await desk.only_mail()).link.startswith("http://shop.test/reset-password?token=")
    reply = await desk.client.post(
        f"{AUTH}/password/reset", json={"email": email}, headers={"Host": "evil.test"}
    )
    mails = await desk.room.work() if reply.status_code == 202 else []
    assert all("evil" not in mail.raw.decode() for mail in mails)


async def test_expired_tokens_are_refused_and_swept(desk: Desk) -> None:
    email = (await register(desk.client))["user"]["email"]
    token = await desk.reset_token(email)
    await desk.database.execute("UPDATE one_time_token SET expires_at = now()")
    reply = await desk.post("/password/reset/confirm", token=token, new_password=NEW_PASSWORD)
    assert reply.status_code == 401
    assert await desk.database.execute(SWEEPS["one_time_token"], 10) == "DELETE 1"


async def test_attempts_are_counted_for_the_account(database_url: str) -> None:
    limits = RateLimits(auth=3, auth_address=1000, default=1000)
    async with shop(settings_for(database_url, rate_limits=limits)) as client:
        who = await register(client)
        body = {"current_password": "wrong password", "new_password": NEW_PASSWORD}
        codes = [
            (await client.post(f"{AUTH}/password/change", json=body, headers=bearer(who))).status_code
            for _ in range(5)
        ]
        assert codes == [401, 401, 401, 429, 429]
        codes = [
            (await client.post(f"{AUTH}/password/reset", json={"email": "a@example.com"})).status_code
            for _ in range(5)
        ]
        assert codes == [202, 202, 202, 429, 429]


async def test_no_sign_in_with_the_old_password_outlives_the_new_one(desk: Desk) -> None:
    who = await register(desk.client)
    email = who["user"]["email"]
    passwords = [PASSWORD, NEW_PASSWORD]
    for _ in range(4):
        old, new = passwords
        logins = [desk.login(email, old) for _ in range(8)]
        change = desk.post("/password/change", who, current_password=old, new_password=new)
        replies = await asyncio.gather(*logins[:4], change, *logins[4:])
        assert replies[4].status_code == 200
        assert {reply.status_code for reply in replies} <= {200, 401}
        signed_in = [each.json() for each in (*replies[:4], *replies[5:]) if each.status_code == 200]
        for each in signed_in:
            assert not await desk.is_live(each)
            assert (await desk.post("/refresh", refresh_token=each["refresh_token"])).status_code == 401
        assert await desk.is_live(who)
        passwords = [new, old]
