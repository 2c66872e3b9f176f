"""An e-mail address, as it is written and as it is compared."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class EmailAddress:
    """`text` is what mail is sent to, `key` the canonical form: addresses that share it are one account."""

    text: str
    key: str
