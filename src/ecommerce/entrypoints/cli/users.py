"""`ecommerce users`: people, their roles and passwords."""

import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec
import rich_click as click
from dishka import AsyncContainer

from ecommerce.application.identity.change_groups import (
    ChangeGroups,
    ChangeGroupsHandler,
    CustomerGroupsView,
)
from ecommerce.application.identity.change_roles import ChangeRoles, ChangeRolesHandler
from ecommerce.application.identity.create_user import CreateUser, CreateUserHandler
from ecommerce.application.identity.ports import UserQueries
from ecommerce.application.identity.reset_mfa import ResetMfa, ResetMfaHandler
from ecommerce.application.identity.set_password import SetPassword, SetPasswordHandler
from ecommerce.application.identity.views import User
from ecommerce.application.privacy.ask_for_export import AskForExport, AskForExportHandler
from ecommerce.application.privacy.close_account import CloseAccount, CloseAccountHandler
from ecommerce.application.privacy.fetch_archive import ArchiveReader
from ecommerce.application.privacy.make_export import MakeExport, MakeExportHandler
from ecommerce.application.privacy.views import ErasureView
from ecommerce.entrypoints.cli.use_case import in_scope, operator

_EMAIL = click.option("--email", required=True, help="Whose account.")
_ROLES = click.option("--role", "roles", multiple=True, required=True, help="May be given several times.")
_STDIN = click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
_JSON = click.option("--json", "as_json", is_flag=True, help="For programs.")


@click.group()
def users() -> None:
    """List, create and change people and their roles."""


@users.command()
@_EMAIL
@click.option(
    "--role",
    "roles",
    multiple=True,
    help="admin, support, catalog, warehouse, analyst, or one of your own; or none.",
)
@click.option("--first-name", default="")
@click.option("--last-name", default="")
@_STDIN
@_JSON
def create(
    email: str, roles: Sequence[str], first_name: str, last_name: str, password_stdin: bool, as_json: bool
) -> None:
    """Open an account whose address counts as verified. Without a role it's a customer's."""
    command = CreateUser(
        email=email,
        password=_password(password_stdin),
        first_name=first_name,
        last_name=last_name,
        roles=roles,
    )

    async def use(scope: AsyncContainer) -> User:
        handler = await scope.get(CreateUserHandler)
        return await handler(command, operator())

    _tell(in_scope(use), as_json)


@users.command("list")
@click.option("--role", help="Only who has it.")
@click.option("--email", help="Only addresses that contain this.")
@click.option("--limit", type=click.IntRange(1, 1000), default=50, show_default=True)
@_JSON
def list_users(role: str | None, email: str | None, limit: int, as_json: bool) -> None:
    """Show accounts, the newest first."""

    async def use(scope: AsyncContainer) -> list[User]:
        queries: UserQueries = await scope.get(UserQueries)
        return await queries.find(role=role, email=email, limit=limit)

    found = in_scope(use)
    if as_json:
        click.echo(msgspec.json.encode(found).decode())
        return
    for user in found:
        _tell(user, as_json=False)


@users.command()
@_EMAIL
@_ROLES
@_JSON
def grant(email: str, roles: Sequence[str], as_json: bool) -> None:
    """Give roles."""
    _tell(_change(ChangeRoles(whose=email, grant=roles)), as_json)


@users.command()
@_EMAIL
@_ROLES
@_JSON
def revoke(email: str, roles: Sequence[str], as_json: bool) -> None:
    """Take roles away, and sign their holder out."""
    _tell(_change(ChangeRoles(whose=email, revoke=roles)), as_json)


@users.command()
@click.argument("email")
@click.option("--add", multiple=True, metavar="GROUP", help="May be given several times.")
@click.option("--remove", multiple=True, metavar="GROUP", help="May be given several times.")
@_JSON
def groups(email: str, add: Sequence[str], remove: Sequence[str], as_json: bool) -> None:
    """Show which groups of customers EMAIL is in, after adding and removing some."""

    async def use(scope: AsyncContainer) -> CustomerGroupsView:
        handler = await scope.get(ChangeGroupsHandler)
        if not add and not remove:
            return CustomerGroupsView.of(await handler.show(email, operator()))
        command = ChangeGroups(customer=email, add=add, remove=remove)
        return CustomerGroupsView.of(await handler(command, operator()))

    found = in_scope(use)
    if as_json:
        click.echo(msgspec.json.encode(found).decode())
        return
    click.echo(f"{found.email:40}{', '.join(found.groups) or '-'}")


@users.command("reset-password")
@_EMAIL
@_STDIN
@_JSON
def reset_password(email: str, password_stdin: bool, as_json: bool) -> None:
    """Give an account a new password, and sign it out everywhere."""
    command = SetPassword(email=email, password=_password(password_stdin))

    async def use(scope: AsyncContainer) -> None:
        handler = await scope.get(SetPasswordHandler)
        await handler(command, operator())

    in_scope(use)
    answer = {"email": email, "password_set": True}
    click.echo(msgspec.json.encode(answer).decode() if as_json else f"{email} has a new password")


@users.command("reset-mfa")
@_EMAIL
@_JSON
def reset_mfa(email: str, as_json: bool) -> None:
    """Remove the second factor of somebody who lost it, and sign the account out everywhere."""

    async def use(scope: AsyncContainer) -> None:
        handler = await scope.get(ResetMfaHandler)
        await handler(ResetMfa(email=email), operator())

    in_scope(use)
    answer = {"email": email, "mfa_enabled": False}
    click.echo(msgspec.json.encode(answer).decode() if as_json else f"{email} has no second factor any more")


@users.command()
@click.argument("email")
@click.option(
    "--output", type=click.Path(dir_okay=False, path_type=Path), required=True, help="Where the zip goes."
)
@_JSON
def export(email: str, output: Path, as_json: bool) -> None:
    """Write everything that is held about EMAIL's owner to a zip of JSON."""

    async def use(scope: AsyncContainer) -> bytes:
        ask = await scope.get(AskForExportHandler)
        asked, _ = await ask(AskForExport(email=email), operator())
        make = await scope.get(MakeExportHandler)
        await make(MakeExport(asked.id))
        archives = await scope.get(ArchiveReader)
        return await archives.read(asked.id)

    content = in_scope(use)
    output.touch(mode=0o600)
    output.write_bytes(content)
    answer = {"email": email, "output": str(output), "size": len(content)}
    click.echo(msgspec.json.encode(answer).decode() if as_json else f"{output}: {len(content)} bytes")


@users.command()
@click.argument("email")
@click.option("--yes", is_flag=True, help="Don't ask.")
@_JSON
def erase(email: str, yes: bool, as_json: bool) -> None:
    """Close the account of EMAIL at once; a worker erases all that is held about its owner."""
    if not yes:
        click.confirm(f"Erase {email} for good, and cancel what has not been sent?", abort=True, err=True)

    async def use(scope: AsyncContainer) -> ErasureView:
        handler = await scope.get(CloseAccountHandler)
        return await handler(CloseAccount(email=email), operator())

    asked = in_scope(use)
    if as_json:
        click.echo(msgspec.json.encode(asked).decode())
        return
    click.echo(f"{email} is closed and will be erased ({asked.id})")


def _change(command: ChangeRoles) -> User:
    async def use(scope: AsyncContainer) -> User:
        handler = await scope.get(ChangeRolesHandler)
        return await handler(command, operator())

    return in_scope(use)


def _password(from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    typed: str = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    return typed


def _tell(user: User, as_json: bool) -> None:
    if as_json:
        click.echo(msgspec.json.encode(user).decode())
        return
    name = f"{user.first_name} {user.last_name}".strip() or "-"
    click.echo(f"{user.email:40}{name:30}{', '.join(user.roles) or 'customer'}")
