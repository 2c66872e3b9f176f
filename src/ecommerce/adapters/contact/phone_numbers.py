"""Phone numbers by phonenumbers, Google's metadata."""

import phonenumbers

from ecommerce.domain.shared.kernel import InvalidValue


class E164PhoneNumbers:
    def parse(self, text: str, country: str | None, pointer: str) -> str:
        try:
            number = phonenumbers.parse(text, country)
        except phonenumbers.NumberParseException:
            hint = "" if country else "; begin with + and the country's code"
            raise InvalidValue(f"is not a phone number{hint}", pointer) from None
        # Possible, not valid: new ranges come into use before the metadata knows them.
        if not phonenumbers.is_possible_number(number):
            raise InvalidValue("has too many or too few digits for a phone number", pointer)
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
