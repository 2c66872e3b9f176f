"""Quotes that were just made, for as long as nothing they depend on has changed.

A cart is read far more often than changed. What a quote depends on is all in its arguments: lines with their
prices, the revision of the rules, uses that are left. Only time is not, and a quote says until when it holds:
the next window that opens or closes. A read past that prices again. This is kept in the process and not with
the cart: a stored total would have to be written with each change of anything it depends on.
"""

from collections import OrderedDict
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from hashlib import blake2b

import msgspec

from ecommerce.application.pricing.contracts import Priceable, Pricer, PricingFacts, Quote, WantedLine
from ecommerce.application.shared.address import Address

MOST = 500
# A table of taxes or shipping prices may be somebody else's, and change without a revision of ours.
LONGEST = timedelta(minutes=1)
_encode = msgspec.msgpack.Encoder().encode
_NEVER = datetime.min.replace(tzinfo=UTC)


class RememberedQuotes:
    def __init__(self, pricer: Pricer) -> None:
        self._pricer = pricer
        self._quotes: OrderedDict[bytes, tuple[datetime, datetime, Quote]] = OrderedDict()

    async def unit_price(self, goods: Priceable, quantity: int, currency: str, facts: PricingFacts) -> int:
        return await self._pricer.unit_price(goods, quantity, currency, facts)

    async def quote(
        self,
        lines: Sequence[WantedLine],
        currency: str,
        facts: PricingFacts,
        destination: Address | None = None,
        shipping_option_id: str | None = None,
        vat_number: str | None = None,
    ) -> Quote:
        timeless = msgspec.structs.replace(facts, at=_NEVER)
        # Whoever lives there, it costs the same.
        place = destination and (destination.country, destination.region, destination.postal_code)
        known = _encode((lines, currency, timeless, place, shipping_option_id, vat_number))
        key = blake2b(known, digest_size=16).digest()
        found = self._quotes.get(key)
        if found is not None:
            since, until, quote = found
            if since <= facts.at < until:
                self._quotes.move_to_end(key)
                return quote
        quote = await self._pricer.quote(lines, currency, facts, destination, shipping_option_id, vat_number)
        until = min(quote.holds_until or facts.at + LONGEST, facts.at + LONGEST)
        self._quotes[key] = (facts.at, until, quote)
        self._quotes.move_to_end(key)
        if len(self._quotes) > MOST:
            self._quotes.popitem(last=False)
        return quote
