"""VAT numbers by python-stdnum: formats and check digits, country by country."""

import re

from stdnum import vatin
from stdnum.exceptions import ValidationError

from ecommerce.application.pricing.contracts import VatNumber
from ecommerce.domain.pricing.vat import country_of
from ecommerce.domain.shared.kernel import InvalidValue

_LONGEST = 20
# EU is no country; Greece writes EL, whatever its ISO code is.
_NOT_A_PREFIX = frozenset({"EU"})
_WRITTEN = {"GR": "EL"}


class StdnumVatNumbers:
    def normalize(self, raw: str, pointer: str = "/vat_number") -> VatNumber:
        number = re.sub(r"[\s./-]", "", raw).upper()
        prefix = number[:2]
        plausible = number.isascii() and number.isalnum() and prefix.isalpha() and len(number) <= _LONGEST
        if not plausible or prefix in _NOT_A_PREFIX:
            raise _no_number(pointer)
        try:
            number = vatin.validate(number)
        except ValidationError:
            raise _no_number(pointer) from None
        number = _WRITTEN.get(prefix, prefix) + number[2:]
        return VatNumber(country_of(number), number)


def _no_number(pointer: str) -> InvalidValue:
    return InvalidValue("is not a VAT number with its country's prefix, like DE136695976", pointer)
