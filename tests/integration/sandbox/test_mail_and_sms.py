"""The mailbox and the text messages."""

from email.message import EmailMessage
from typing import Any

import aiosmtplib
import httpx
import pytest

from tests.integration.sandbox.sandbox_world import (
    MARKS,
    TOKEN,
    World,
    clients,
    make_settings,
    receiving,
    running,
)

pytestmark = MARKS

ACCOUNT = "AC00000000000000000000000000000000"
TEXT = {"To": "+15550100999", "From": "+15550100000", "Body": "Your order has shipped."}


def a_mail(to: str = "ann@example.com", subject: str = "Grüße aus Köln") -> EmailMessage:
    mail = EmailMessage()
    mail["From"] = "Shop <shop@example.com>"
    mail["To"] = to
    mail["Subject"] = subject
    mail["Message-ID"] = "<order-1@shop.example>"
    mail.set_content("Thank you, Ann ☕\n")
    mail.add_alternative("<p>Thank you, <b>Ann</b> ☕</p>", subtype="html")
    return mail


async def send(world: World, mail: EmailMessage, **rest: Any) -> None:
    rest.setdefault("hostname", "127.0.0.1")
    await aiosmtplib.send(mail, port=world.settings.smtp_port, start_tls=False, timeout=5, **rest)


async def test_a_mail_is_kept_with_both_bodies(world: World) -> None:
    await send(world, a_mail())
    [mail] = await world.read("/_mail/messages")
    assert (mail["to"], mail["from"]) == ("ann@example.com", "Shop <shop@example.com>")
    assert (mail["subject"], mail["message_id"]) == ("Grüße aus Köln", "<order-1@shop.example>")
    assert mail["text"].strip() == "Thank you, Ann ☕"
    assert "<b>Ann</b>" in mail["html"]
    assert mail["at"].endswith("Z")


async def test_mails_are_counted_filtered_and_removed(world: World) -> None:
    await send(world, a_mail())
    await send(world, a_mail())
    await send(world, a_mail("bob@example.com", "Second"))
    everything = await world.read("/_mail/messages")
    anns = (await world.http.get("/_mail/messages", params={"to": "Ann@example.com"})).json()
    partly = (await world.http.get("/_mail/messages", params={"to": "nn@example.com"})).json()
    assert [mail["subject"] for mail in everything] == ["Grüße aus Köln", "Grüße aus Köln", "Second"]
    assert len({mail["id"] for mail in anns}) == 2
    assert partly == []
    assert (await world.http.delete("/_mail/messages")).status_code == 401
    await world.http.delete("/_mail/messages", headers={"X-Sandbox-Token": TOKEN})
    assert await world.read("/_mail/messages") == []


@pytest.mark.parametrize("status", [421, 451, 550, 554])
async def test_mail_is_refused_as_told(world: World, status: int) -> None:
    await world.fault("status", {"path": "/smtp"}, value=status, times=1)
    with pytest.raises(aiosmtplib.SMTPException) as refusal:
        await send(world, a_mail())
    assert str(status) in str(refusal.value.args)
    await send(world, a_mail())
    assert len(await world.read("/_mail/messages")) == 1


async def test_recipients_are_refused_as_told(world: World) -> None:
    await world.fault("status", {"path": "/smtp/rcpt"}, value=550, times=1)
    with pytest.raises(aiosmtplib.SMTPRecipientsRefused):
        await send(world, a_mail())
    assert await world.read("/_mail/messages") == []


async def test_a_mail_server_that_is_away(world: World) -> None:
    await world.fault("refuse", {"path": "/smtp"})
    with pytest.raises((aiosmtplib.SMTPException, OSError)):
        await send(world, a_mail())
    await world.heal()
    await send(world, a_mail())
    assert len(await world.read("/_mail/messages")) == 1


async def test_a_mail_whose_reply_is_lost_has_arrived(world: World) -> None:
    await world.fault("drop_reply", {"path": "/smtp"}, times=1)
    with pytest.raises(aiosmtplib.SMTPException):
        await send(world, a_mail())
    assert len(await world.read("/_mail/messages")) == 1


async def test_a_fault_that_names_no_mail_leaves_it_alone(world: World) -> None:
    await world.fault("refuse", {})
    await send(world, a_mail())
    assert len(await world.read("/_mail/messages")) == 1


async def test_a_password_is_demanded_when_set(tmp_path: Any) -> None:
    async with receiving() as (receiver, url):
        settings = make_settings(tmp_path, url, smtp_username="shop", smtp_password="secret")
        async with running(settings), clients(settings, receiver) as world:
            with pytest.raises(aiosmtplib.SMTPException):
                await send(world, a_mail())
            with pytest.raises(aiosmtplib.SMTPAuthenticationError):
                await send(world, a_mail(), username="shop", password="wrong")
            await send(world, a_mail(), username="shop", password="secret")
            assert len(await world.read("/_mail/messages")) == 1


async def test_odd_mails_are_kept_too(world: World) -> None:
    raw = b"Subject: =?utf-8?b?!!?=\r\nContent-Type: text/plain; charset=no-such\r\n\r\nb\xff\r\n"
    client = aiosmtplib.SMTP(hostname="127.0.0.1", port=world.settings.smtp_port, start_tls=False)
    async with client:
        await client.sendmail("a@example.com", ["b@example.com", "c@example.com"], raw)
        await client.sendmail("a@example.com", ["b@example.com"], b"no headers at all")
    mails = await world.read("/_mail/messages")
    assert [mail["to"] for mail in mails] == ["b@example.com, c@example.com", "b@example.com"]
    assert mails[0]["from"] == "a@example.com"


async def text(
    world: World, form: dict[str, str] | None = None, auth: tuple[str, str] = (ACCOUNT, "token")
) -> httpx.Response:
    path = f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
    return await world.http.post(path, data=TEXT | (form or {}), auth=auth)


async def test_a_text_message_is_kept(world: World) -> None:
    sent = await text(world)
    assert (sent.status_code, sent.json()["status"]) == (201, "queued")
    [shown] = await world.read("/_sms/messages")
    assert (shown["to"], shown["body"]) == (TEXT["To"], TEXT["Body"])
    status = await world.http.get(
        f"/2010-04-01/Accounts/{ACCOUNT}/Messages/{sent.json()['sid']}.json", auth=(ACCOUNT, "token")
    )
    assert status.json()["status"] == "delivered"


async def test_text_messages_are_refused_as_at_twilio(world: World) -> None:
    assert (await text(world, auth=("", ""))).json()["code"] == 20003
    assert (await text(world, auth=("AC1", "token"))).status_code == 401
    for form, code in (
        ({"To": ""}, 21604),
        ({"To": "555"}, 21211),
        ({"To": "+15005550001"}, 21211),
        ({"From": ""}, 21603),
        ({"Body": ""}, 21602),
        ({"Body": "x" * 1601}, 21617),
    ):
        refused = await text(world, form)
        assert (refused.status_code, refused.json()["code"]) == (400, code)
    assert await world.read("/_sms/messages") == []


async def test_text_messages_meet_faults(world: World) -> None:
    await world.fault("status", {"path": "/2010-04-01"}, value=503, times=1)
    assert (await text(world)).status_code == 503
    await world.fault("drop_reply", {"path": "/2010-04-01"}, times=1)
    with pytest.raises(httpx.TransportError):
        await text(world)
    assert len(await world.read("/_sms/messages")) == 1
