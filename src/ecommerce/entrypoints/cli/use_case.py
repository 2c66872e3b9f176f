"""Runs one use case for a command: the settings, a container, a request's scope, the actor."""

import asyncio
import getpass
from collections.abc import Awaitable, Callable
from typing import TypeVar

from dishka import AsyncContainer

from ecommerce.application.shared.actor import Actor
from ecommerce.application.shared.call import Call
from ecommerce.entrypoints.bootstrap.container import build_container
from ecommerce.entrypoints.bootstrap.local_shop import kept
from ecommerce.entrypoints.bootstrap.settings import load

T = TypeVar("T")


def operator() -> Actor:
    """The command line, with the operating system's user for the audit log."""
    return Actor.system(f"cli:{getpass.getuser()}")


def in_scope(use: Callable[[AsyncContainer], Awaitable[T]]) -> T:
    """Run `use` with a request's scope whose caller is the operator, and close everything after it."""

    async def run() -> T:
        container = build_container(load(kept.environment()))
        try:
            async with container({Call: Call(actor=operator())}) as scope:
                return await use(scope)
        finally:
            await container.close()

    return asyncio.run(run())
