"""An e-mail address, as it is written and as it is compared."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class EmailAddress:
    """`text` is what mail is sent to; two addresses with the same `key` are one account."""

    text: str
    key: str
