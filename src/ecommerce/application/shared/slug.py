"""Short names that people and programs both use: `trade`, `early-birds`."""

from typing import Annotated, TypeAlias

import msgspec

# Not `$`: that would let a line break pass at the end.
Slug: TypeAlias = Annotated[
    str, msgspec.Meta(max_length=64, pattern=r"^[a-z0-9]+(?:-[a-z0-9]+)*(?![\s\S])", examples=["trade"])
]
