"""Puts the link into a message when it leaves: until then only the id of its token is kept."""

from dataclasses import replace
from uuid import UUID

from ecommerce.application.notifications.contracts import MessageLinks
from ecommerce.application.notifications.ports import Letter, MessageSender

TOKEN = "one_time_token"  # noqa: S105 - a name


class LinkedSender:
    """`{"one_time_token": {"purpose", "id"}}` in a message's context becomes its `link`."""

    def __init__(self, sender: MessageSender, links: MessageLinks) -> None:
        self._sender = sender
        self._links = links

    async def send(self, letter: Letter) -> str:
        token = letter.context.get(TOKEN)
        if token is not None:
            context = {name: value for name, value in letter.context.items() if name != TOKEN}
            context["link"] = self._links.link(token["purpose"], UUID(token["id"]))
            letter = replace(letter, context=context)
        return await self._sender.send(letter)
