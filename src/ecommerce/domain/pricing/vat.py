"""VAT numbers, as far as they decide who owes a tax."""

# The prefixes that are not the country's ISO code: Greece (EU VAT directive, article 215), and Northern
# Ireland for goods (Windsor Framework).
_NOT_ISO = {"EL": "GR", "XI": "GB"}


def country_of(vat_number: str) -> str:
    """The ISO country whose number it is, by its first two letters."""
    return _NOT_ISO.get(vat_number[:2], vat_number[:2])


def is_reverse_charged(vat_number: str | None, destination: str, origin: str) -> bool:
    """Whether a buyer with this number owes the tax of a sale from `origin` to `destination` themselves.

    Goods stay where they are taxed: the number must be the destination's, and the seller from elsewhere.
    """
    return vat_number is not None and country_of(vat_number) == destination != origin
