"""Joins the ready fragments of products with what is only known now: their stock, the shop's origin."""

from ecommerce.domain.shared.money import Money

ORIGIN, STOCK = "\x01", "\x02"


class Renderer:
    """`origin` is where the API is reached, `tax_included` how the shop shows its prices."""

    def __init__(self, origin: str, tax_included: bool) -> None:
        self._origin = origin.rstrip("/")
        tax = "true" if tax_included else "false"
        self._in_stock = f',"tax_included":{tax},"in_stock":true'
        self._sold_out = f',"tax_included":{tax},"in_stock":false'

    def finish(self, text: str) -> str:
        return text.replace(ORIGIN, self._origin)

    def card(self, card: str, in_stock: bool) -> str:
        """Without the closing brace: more may follow."""
        return f"{{{card}{self._in_stock if in_stock else self._sold_out}"


def variants(fragments: str, kinds: str, available: str) -> str:
    """A JSON array. `available` holds a number for each variant, joined by commas."""
    first, *rest = fragments.split(STOCK)
    shown = ["[", first]
    for fragment, kind, number in zip(rest, kinds, available.split(","), strict=True):
        if kind == "u":
            shown.append('"available":null,"in_stock":true,')
        elif number != "0" or kind == "b":
            shown += ('"available":', number, ',"in_stock":true,')
        else:
            shown.append('"available":0,"in_stock":false,')
        shown.append(fragment)
    shown.append("]")
    return "".join(shown)


def any_in_stock(kinds: str, available: str) -> bool:
    return any(kind != "t" or number != "0" for kind, number in zip(kinds, available.split(","), strict=True))


def offer(currency: str, lowest: int, highest: int, variants: int, in_stock: bool) -> str:
    """What structured data says of price and stock."""
    low, high = (str(Money(amount, currency).to_decimal()) for amount in (lowest, highest))
    state = "InStock" if in_stock else "OutOfStock"
    return (
        f'{{"@type":"AggregateOffer","priceCurrency":"{currency}","lowPrice":"{low}","highPrice":"{high}",'
        f'"offerCount":{variants},"availability":"https://schema.org/{state}"}}'
    )
