"""What makes an address one that can be shipped to."""

from ecommerce.application.identity.ports import EmailAddresses, PhoneNumbers, Places
from ecommerce.application.shared.address import Address
from ecommerce.application.shared.faults import Faults
from ecommerce.domain.shared.lines import one_line

LONGEST_NAME, LONGEST_LINE, LONGEST_POSTAL_CODE = 100, 200, 20


class AddressChecker:
    def __init__(self, places: Places, phones: PhoneNumbers) -> None:
        self._places = places
        self._phones = phones

    def check(self, address: Address, pointer: str = "") -> Address:
        faults = Faults()

        def line(name: str, longest: int) -> str:
            return faults.note(one_line, getattr(address, name), longest, f"{pointer}/{name}")

        def maybe(name: str, longest: int) -> str | None:
            text = getattr(address, name)
            if text is None:
                return None
            return faults.note(one_line, text, longest, f"{pointer}/{name}", empty=True) or None

        region, phone = maybe("region", LONGEST_NAME), maybe("phone_number", LONGEST_NAME)
        postal_code = faults.note(
            one_line, address.postal_code, LONGEST_POSTAL_CODE, f"{pointer}/postal_code", empty=True
        )
        # None where the check has failed: then nothing that hangs on the country can be told.
        country = faults.note(self._places.country, address.country, f"{pointer}/country")
        if phone is not None and (country or phone.startswith("+")):
            phone = faults.note(self._phones.parse, phone, country, f"{pointer}/phone_number")
        if country and region is not None:
            region = faults.note(self._places.region, country, region, f"{pointer}/region")
        if country and postal_code is not None:
            postal_code = faults.note(
                self._places.postal_code, country, postal_code, f"{pointer}/postal_code"
            )
        checked = Address(
            first_name=line("first_name", LONGEST_NAME),
            last_name=line("last_name", LONGEST_NAME),
            company=maybe("company", LONGEST_NAME),
            line1=line("line1", LONGEST_LINE),
            line2=maybe("line2", LONGEST_LINE),
            city=line("city", LONGEST_NAME),
            region=region,
            postal_code=postal_code,
            country=country,
            phone_number=phone,
        )
        faults.settle()
        return checked


class EmailChecker:
    def __init__(self, emails: EmailAddresses) -> None:
        self._emails = emails

    def check(self, email: str, pointer: str) -> str:
        return self._emails.parse(email, pointer).text

    def key(self, email: str) -> str:
        return self._emails.key(email) or ""
