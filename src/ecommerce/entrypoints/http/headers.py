"""Request headers that several controllers take."""

from typing import Annotated, TypeAlias

from litestar.params import HeaderParameter

CartToken: TypeAlias = Annotated[
    str | None, HeaderParameter(name="X-Cart-Token", required=False, description="Holds a guest's cart.")
]
OrderToken: TypeAlias = Annotated[
    str | None, HeaderParameter(name="X-Order-Token", required=False, description="Holds a guest's order.")
]
IfMatch: TypeAlias = Annotated[
    str | None, HeaderParameter(name="If-Match", required=False, description="The ETag last read.")
]


def version(if_match: str | None) -> str | None:
    """The bare text of an entity tag; None or `*` is any version."""
    return None if if_match in (None, "*") else str(if_match).strip().removeprefix("W/").strip('"')
