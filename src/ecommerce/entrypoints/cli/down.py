"""`ecommerce down`: closes a shop that runs in the background."""

import rich_click as click

from ecommerce.entrypoints.bootstrap.local_shop import control, kept


@click.command()
def down() -> None:
    """Stop a shop that runs in the background, and whatever a killed one has left."""
    folder = kept.data_dir()
    done = control.close(folder)
    click.echo(f"the shop in {folder} is closed" if done else f"no shop is open in {folder}")
