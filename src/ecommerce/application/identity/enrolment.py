"""How a person's details become an account: checked, all faults told at once, the password hashed."""

from dataclasses import dataclass, field

from ecommerce.application.identity.ports import (
    CommonPasswords,
    EmailAddresses,
    PasswordHasher,
    PhoneNumbers,
)
from ecommerce.application.shared.faults import Faults
from ecommerce.application.shared.ports import Clock, Ids
from ecommerce.domain.identity.account import Account
from ecommerce.domain.identity.email_address import EmailAddress
from ecommerce.domain.identity.password import good_password
from ecommerce.domain.shared.ids import UserId
from ecommerce.domain.shared.lines import one_line

LONGEST_NAME = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Details:
    email: str
    password: str = field(repr=False)
    first_name: str = ""
    last_name: str = ""
    phone_number: str | None = None
    marketing_opt_in: bool = False


class NewPasswords:
    """Passwords for accounts that exist: checked against the address, and hashed."""

    def __init__(self, emails: EmailAddresses, common: CommonPasswords, hasher: PasswordHasher) -> None:
        self._emails = emails
        self._common = common
        self._hasher = hasher

    async def hashed(self, email: str, password: str) -> tuple[EmailAddress, str]:
        """Raises `InvalidValue` and `RateLimited`."""
        faults = Faults()
        address = faults.note(self._emails.parse, email, "/email")
        good = faults.note(good_password, password, address, self._common, "/password")
        faults.settle()
        return address, await self._hasher.hash(good)

    async def of(self, account: Account, password: str, pointer: str) -> str:
        """The hash of a new password for an account. Raises `InvalidValue` and `RateLimited`."""
        return await self._hasher.hash(good_password(password, account.email, self._common, pointer))


class Enrolment:
    def __init__(
        self,
        emails: EmailAddresses,
        phones: PhoneNumbers,
        common: CommonPasswords,
        hasher: PasswordHasher,
        ids: Ids,
        clock: Clock,
    ) -> None:
        self._emails = emails
        self._phones = phones
        self._common = common
        self._hasher = hasher
        self._ids = ids
        self._clock = clock

    async def account(self, details: Details, *, verify: bool) -> Account:
        """A new account, not yet kept. Raises `InvalidValue` and `RateLimited`."""
        faults = Faults()
        email = faults.note(self._emails.parse, details.email, "/email")
        password = faults.note(good_password, details.password, email, self._common, "/password")
        first = faults.note(one_line, details.first_name, LONGEST_NAME, "/first_name", empty=True)
        last = faults.note(one_line, details.last_name, LONGEST_NAME, "/last_name", empty=True)
        phone = details.phone_number
        if phone is not None:
            phone = faults.note(self._phones.parse, phone, None, "/phone_number")
        faults.settle()
        return Account.register(
            UserId(self._ids.new()),
            email,
            await self._hasher.hash(password),
            self._clock.now(),
            first_name=first,
            last_name=last,
            phone_number=phone,
            marketing_opt_in=details.marketing_opt_in,
            verify=verify,
        )
