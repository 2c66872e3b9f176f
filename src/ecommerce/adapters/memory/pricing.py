"""Rules of pricing that are simply there, for tests of use cases and for a shop's past; VAT numbers that are
good by their looks.
"""

import re
from dataclasses import dataclass, field

from ecommerce.application.pricing.contracts import VatNumber
from ecommerce.application.pricing.rulebook import Rulebook
from ecommerce.domain.pricing.vat import country_of
from ecommerce.domain.shared.kernel import InvalidValue


@dataclass
class MemoryRulebooks:
    rulebook: Rulebook = field(default_factory=lambda: Rulebook(revision=0))

    async def at_least(self, revision: int) -> Rulebook:
        return self.rulebook

    async def current(self) -> Rulebook:
        return self.rulebook


class PlainVatNumbers:
    """Two letters and nine to twelve digits are a number."""

    def normalize(self, raw: str, pointer: str = "/vat_number") -> VatNumber:
        number = re.sub(r"[\s./-]", "", raw).upper()
        if not re.fullmatch(r"(?!EU)[A-Z]{2}[0-9]{9,12}", number):
            raise InvalidValue("is not a VAT number", pointer)
        number = number.replace("GR", "EL")
        return VatNumber(country_of(number), number)
