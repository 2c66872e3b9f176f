"""`ecommerce openapi`: the API's description."""

import rich_click as click

from ecommerce.entrypoints.bootstrap.openapi import openapi_json


@click.command()
def openapi() -> None:
    """Print the OpenAPI 3.1 document that `/api/schema` serves."""
    click.echo(openapi_json())
