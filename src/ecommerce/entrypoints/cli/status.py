"""`ecommerce status`: what runs, since when, healthy or not."""

import json
import sys

import rich_click as click

from ecommerce.entrypoints.bootstrap.local_shop import control, kept


@click.command()
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def status(as_json: bool) -> None:
    """Tell what runs, since when, and whether it is healthy. Exits with 1 where all is not well."""
    folder = kept.data_dir()
    found = control.status(folder)
    if as_json:
        click.echo(json.dumps(found.plain(), indent=2))
    elif not found.running:
        click.echo(f"no shop is open in {folder}")
    else:
        click.echo(f"{'open' if found.api else 'opening'} since {found.since}  {found.api or ''}")
        for part in found.parts:
            health = "healthy" if part.healthy else "not healthy"
            click.echo(f"  {part.name:<10}{health:<13}process {part.pid:<9}since {part.since}")
    sys.exit(0 if found.healthy else 1)
