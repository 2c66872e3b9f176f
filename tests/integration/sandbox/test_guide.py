"""Every command of docs/sandbox.md does what it says."""

import re
import shlex
from pathlib import Path
from string import Template
from typing import Any

import httpx

from tests.integration.sandbox.sandbox_world import MARKS, PUBLISHABLE_KEY, SECRET_KEY, TOKEN, World

pytestmark = MARKS

GUIDE = Path(__file__).parents[3] / "docs" / "sandbox.md"


def commands() -> list[str]:
    """The curl commands, each on one line."""
    blocks = re.findall(r"```sh\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    text = "".join(blocks).replace("\\\n", " ")
    return [command.strip() for command in re.split(r"^(?=curl )", text, flags=re.MULTILINE)][1:]


async def run(world: World, command: str) -> httpx.Response:
    """Send what curl would send."""
    words = shlex.split(command)[2:]
    options: dict[str, list[str]] = {}
    address = ""
    while words:
        word = words.pop(0)
        if word.startswith("-"):
            options.setdefault(word, []).append(words.pop(0))
        else:
            address = word
    data = options.get("-d", [])
    headers = dict(header.split(": ", 1) for header in options.get("-H", []))
    credentials: Any = tuple(options["-u"][0].split(":", 1)) if "-u" in options else httpx.USE_CLIENT_DEFAULT
    method = options.get("-X", ["POST" if data else "GET"])[0]
    headers.setdefault("Content-Type", "application/x-www-form-urlencoded")
    body = "&".join(data).encode()
    return await world.http.request(method, address, content=body, headers=headers, auth=credentials)


async def test_the_guides_commands_work(world: World) -> None:
    intent = await world.intent()
    challenged: Any = await world.paid(method="pm_card_authenticationRequired")
    disputed = await world.paid(method="pm_card_createDispute")
    dispute = (await world.sdk.v1.disputes.list_async({"payment_intent": disputed.id})).data[0]
    event = (await world.sdk.v1.events.list_async({"limit": 1})).data[0]
    values = {
        "SANDBOX": f"http://127.0.0.1:{world.settings.port}",
        "TOKEN": TOKEN,
        "SECRET": SECRET_KEY,
        "PUBLISHABLE": PUBLISHABLE_KEY,
        "INTENT": intent.id,
        "CLIENT_SECRET": intent.client_secret,
        "NEXT_ACTION_URL": challenged.next_action.redirect_to_url.url,
        "DISPUTE": dispute.id,
        "EVENT": event.id,
    }
    all_commands = commands()
    assert len(all_commands) > 15
    for command in all_commands:
        answer = await run(world, Template(command).substitute(values))
        assert answer.status_code == 200, (command, answer.text)


def test_the_guide_names_payment_methods_that_exist() -> None:
    from ecommerce.adapters.sandbox.stripe.rules.payment_means import BY_METHOD

    named = set(re.findall(r"`(pm_\w+[a-z])`", GUIDE.read_text(encoding="utf-8")))
    assert len(named) > 10
    assert named <= set(BY_METHOD)
