"""`ecommerce keys`: what access tokens are signed with."""

import msgspec
import rich_click as click
from dishka import AsyncContainer

from ecommerce.application.identity.rotate_keys import RotateKeysHandler, Rotation
from ecommerce.entrypoints.cli.use_case import in_scope, operator


@click.group()
def keys() -> None:
    """Rotate keys."""


@keys.command()
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def rotate(as_json: bool) -> None:
    """Sign access tokens with a new key. Nobody is signed out; running processes follow within a minute."""

    async def use(scope: AsyncContainer) -> Rotation:
        handler = await scope.get(RotateKeysHandler)
        return await handler(operator())

    rotation = in_scope(use)
    if as_json:
        click.echo(msgspec.json.encode(rotation).decode())
    else:
        click.echo(f"signing with {rotation.active}; retired {rotation.retired or 'none'}")
