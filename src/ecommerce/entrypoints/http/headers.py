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
