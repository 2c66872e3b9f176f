"""`ecommerce`: loads a command when it is called, and turns errors into exit codes.

0 done, 1 refused, 2 wrong use, 75 try again, 70 a bug of ours.
"""

import gc
import importlib
import importlib.util
import traceback
from pathlib import Path
from typing import Any, NoReturn

import rich_click as click
from click.exceptions import Exit

from ecommerce.domain.shared.kernel import DomainError, Unavailable
from ecommerce.entrypoints.bootstrap.local_shop import kept
from ecommerce.entrypoints.bootstrap.settings import BadSettings

# What production images leave out.
EXTRA = ("psutil", "aiosmtpd")
REFUSED, WRONG_USE, BUG, TRY_AGAIN = 1, 2, 70, 75

# Each is the attribute of its own name in the module of its own name beside this one.
COMMANDS = {
    "up": "Open the whole shop on this machine.",
    "down": "Stop a shop that runs in the background.",
    "status": "Tell what runs, since when, and whether it is healthy.",
    "serve": "Run the HTTP API.",
    "worker": "Run the worker: jobs, schedules, the outbox.",
    "sandbox": "Run the outside world: Stripe, mail and SMS, for development.",
    "db": "Migrate the database.",
    "seed": "Fill the shop with demo data.",
    "refund": "Refund an order, in part or in full.",
    "orders": "List, show and cancel orders.",
    "users": "Create, list and change people and their roles.",
    "stock": "Show and adjust stock.",
    "payments": "Reconcile payments with the provider.",
    "outbox": "Look after events on their way out.",
    "search": "Rebuild and verify the search index.",
    "cache": "Warm the cache.",
    "keys": "Rotate keys.",
    "audit": "Verify the audit log.",
    "openapi": "Print the OpenAPI document.",
    "doctor": "Check settings, connections and, if asked, every invariant.",
}


class LazyGroup(click.RichGroup):
    """Lists commands from the table above without importing them; a command without a module is absent."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [name for name in COMMANDS if importlib.util.find_spec(_module(name)) is not None]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """A stand-in: enough for a line of help."""
        if cmd_name not in self.list_commands(ctx):
            return None
        return click.RichCommand(name=cmd_name, help=COMMANDS[cmd_name])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name, stand_in, rest = super().resolve_command(ctx, args)
        if name is None or stand_in is None:
            return name, stand_in, rest
        command = _load(name)
        _add_data_dir(command)
        return name, command, rest

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (click.ClickException, Exit, click.Abort, EOFError, BrokenPipeError):
            raise
        except BadSettings as error:
            _end(ctx, WRONG_USE, str(error))
        except Unavailable as error:
            _end(ctx, TRY_AGAIN, f"{error} (try again in {error.retry_after} s)")
        except (ConnectionError, TimeoutError) as error:
            _end(ctx, TRY_AGAIN, f"something the shop depends on does not answer: {error}")
        except DomainError as error:
            _end(ctx, REFUSED, f"{error.code}: {error}")
        except Exception as error:  # the outermost frame: whatever arrives here is a bug
            if isinstance(error, ModuleNotFoundError) and error.name in EXTRA:
                _end(ctx, WRONG_USE, f"{error.name} is not installed: pip install 'ecommerce[local]'")
            _end(ctx, BUG, f"{traceback.format_exc()}This is a bug in ecommerce.")


def _module(name: str) -> str:
    return f"ecommerce.entrypoints.cli.{name}"


def _load(name: str) -> click.Command:
    """Import a command. What modules make stays, so collecting garbage meanwhile is for nothing (a sixth)."""
    gc.disable()
    try:
        command: click.Command = getattr(importlib.import_module(_module(name)), name)
    finally:
        gc.enable()
    gc.freeze()
    return command


def _end(ctx: click.Context, code: int, message: str) -> NoReturn:
    click.echo(message, err=True)
    ctx.exit(code)


def _use_data_dir(ctx: click.Context, _: click.Parameter, folder: Path | None) -> None:
    if folder is not None:
        ctx.with_resource(kept.data_dir_is(folder))


def _add_data_dir(command: click.Command) -> None:
    """Let every command, however deep, take what its environment lacks from a data folder."""
    if isinstance(command, click.Group):
        for inner in command.commands.values():
            _add_data_dir(inner)
    elif all(option.name != "data_dir" for option in command.params):
        option = click.Option(
            ["--data-dir"],
            type=click.Path(file_okay=False, path_type=Path),
            expose_value=False,
            callback=_use_data_dir,
            help="Where `ecommerce up` keeps its data. [default: $ECOMMERCE_DATA_DIR or .data]",
        )
        command.params.append(option)


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="ecommerce")
def cli() -> None:
    """A headless commerce backend that never oversells and never double-charges."""


def main() -> None:
    cli.main(prog_name="ecommerce")
