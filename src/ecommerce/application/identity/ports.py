"""What the use cases of identity ask of the outside world."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol
from uuid import UUID

import msgspec

from ecommerce.application.identity.views import AddressBookEntry, User
from ecommerce.application.shared.ports import UnitOfWork
from ecommerce.domain.identity.account import Account
from ecommerce.domain.identity.customer_groups import Membership
from ecommerce.domain.identity.email_address import EmailAddress
from ecommerce.domain.identity.session import EndedBy, HeldToken, Session
from ecommerce.domain.shared.ids import UserId


class Accounts(Protocol):
    """`find` and `get` are one statement each outside any unit of work; all else works only inside one.

    A closed account is as none, but its address stays taken until it is erased.
    """

    async def find(self, email_key: str) -> Account | None: ...

    async def get(self, account_id: UserId) -> Account:
        """Raises `NotFound`."""
        ...

    async def add(self, account: Account) -> UserId | None:
        """Write a new account and file its events.

        When the address is taken the answer is the id of the account that has it, and `RegistrationRepeated`
        is filed instead: the same work.
        """
        ...

    async def lock(self, email_key: str) -> Account:
        """Load and lock the account until the unit of work ends. Raises `NotFound`."""
        ...

    async def lock_id(self, account_id: UserId) -> Account:
        """As `lock`."""
        ...

    async def save(self, account: Account) -> None:
        """Write roles and password, and file the account's events."""
        ...

    async def rehash(self, account_id: UserId, old: str, new: str) -> bool:
        """The same password under today's parameters; False, and nothing happens, when it was changed, or
        hashed again, meanwhile.
        """
        ...


class CustomerGroups(Protocol):
    """Customers by their id, or by the key of their e-mail address."""

    async def find(self, customer: UserId | str) -> Membership:
        """Raises `NotFound`. Outside any unit of work."""
        ...

    async def lock(self, customer: UserId | str) -> Membership:
        """Lock the account until the unit of work ends. Raises `NotFound`."""
        ...

    async def save(self, membership: Membership) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """What is known of where somebody signs in."""

    name: str | None
    user_agent: str | None
    address: str | None


class Sessions(Protocol):
    """Only inside a unit of work. Deadlines are counted by the store's own clock."""

    async def open(
        self, session_id: UUID, account: Account, device: Device, token: bytes, lifetime: timedelta
    ) -> Session:
        """A new session whose one live token has this hash; authenticated now.

        Raises `ConcurrentUpdate` when the account's password or roles are no longer these: whoever changed
        them has ended all sessions, and could not see this one.
        Raises `InvalidCredentials` when the account is closed, in whatever way its owner came in.
        """
        ...

    async def lock_by_token(self, token: bytes) -> HeldToken | None:
        """Lock the session of the token with this hash until the unit of work ends; None for an unknown."""
        ...

    async def rotate(self, session_id: UUID, spent: bytes, successor: bytes, lifetime: timedelta) -> None:
        """Spend a live token and put its successor in its place. Raises `ConcurrentUpdate` when it was
        spent already: it must be locked and judged first.
        """
        ...

    async def reauthenticate(self, session_id: UUID, account_id: UserId) -> Session | None:
        """Its owner has just proved who they are; None when it has ended."""
        ...

    async def end(self, session_ids: Sequence[UUID], because: EndedBy) -> None:
        """End the sessions and all their tokens, and tell every process when the unit of work commits.

        A session that ended before keeps its reason.
        """
        ...

    async def find_by_token(self, token: bytes) -> UUID | None:
        """The session of the token with this hash, spent or not, without locking it."""
        ...

    async def end_one(self, account_id: UserId, session_id: UUID, because: EndedBy) -> bool:
        """End a session of this account; False when it is another's, unknown, or over already."""
        ...

    async def end_all(self, account_id: UserId, because: EndedBy, keep: UUID | None = None) -> list[UUID]:
        """End every session of an account but the one to keep; their ids."""
        ...


class EndedSessions(Protocol):
    """The sessions that ended within an access token's lifetime. Asking costs no round trip."""

    async def holds(self, session_id: UUID) -> bool:
        """Whether it ended, here within no time and in any other process within one second.

        Raises `Unavailable` when nobody can tell.
        """
        ...

    def add(self, session_ids: Sequence[UUID]) -> None:
        """Ended by this process, just now: it need not wait to be told."""
        ...


class AccessClaims(msgspec.Struct, frozen=True, kw_only=True):
    """What an access token says. Times in seconds since 1970."""

    sub: UserId
    sid: UUID
    jti: UUID
    iat: int
    exp: int
    auth_time: int
    roles: tuple[str, ...]


class AccessTokens(Protocol):
    async def sign(self, claims: AccessClaims) -> str: ...

    async def read(self, token: str) -> AccessClaims:
        """Raises `Unauthenticated` unless we signed it for ourselves and it has not expired."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningKey:
    """`private_key` is encrypted; the one key that is not retired signs."""

    kid: str
    algorithm: str
    private_key: bytes
    public_jwk: dict[str, Any]
    retired: bool = False


class KeyMaker(Protocol):
    def make(self) -> SigningKey: ...


class SigningKeys(Protocol):
    async def load(self) -> list[SigningKey]:
        """The active key, if there is one, and those retired within the last day. Outside a unit of work."""
        ...

    async def install(self, key: SigningKey) -> None:
        """Make this the active key unless there is one, however many processes try. A transaction of its
        own: it happens on the first need.
        """
        ...


class KeyRotation(Protocol):
    async def replace(self, key: SigningKey) -> str | None:
        """Retire the active key, whose id is the answer, for this one. Only inside a unit of work."""
        ...


class PublicKeys(Protocol):
    async def jwks(self) -> list[dict[str, Any]]:
        """The public halves of all keys whose tokens may still be alive, as JSON Web Keys."""
        ...


@dataclass(frozen=True, slots=True)
class PasswordCheck:
    """`stale`: right, but hashed with parameters that are no longer ours."""

    matches: bool
    stale: bool = False


class PasswordHasher(Protocol):
    """Slow on purpose, beside the event loop. Both raise `RateLimited` when too many are waiting."""

    async def hash(self, password: str) -> str: ...

    async def check(self, password: str, hashed: str | None) -> PasswordCheck:
        """Without a hash (nobody has this address) the same work is done, and nothing matches."""
        ...


class CommonPasswords(Protocol):
    def __contains__(self, item: object, /) -> bool:
        """Whether a casefolded password is among the first that are guessed."""
        ...


class EmailAddresses(Protocol):
    def parse(self, text: str, pointer: str) -> EmailAddress:
        """Without a look-up of the domain. Raises `InvalidValue` for what is no address, and for what
        imitates another one.
        """
        ...

    def key(self, text: str) -> str | None:
        """What all spellings of an address have in common, to look an account up by; None for what can't be
        an address.
        """
        ...


class PhoneNumbers(Protocol):
    def parse(self, text: str, country: str | None, pointer: str) -> str:
        """In E.164 form. Without a country the number must begin with +. Raises `InvalidValue`."""
        ...


class Places(Protocol):
    """Countries, their subdivisions and postal codes."""

    def country(self, code: str, pointer: str) -> str:
        """The ISO 3166-1 alpha-2 code in capitals. Raises `InvalidValue` for one that doesn't exist."""
        ...

    def region(self, country: str, code: str, pointer: str) -> str:
        """The subdivision's ISO 3166-2 code without the country, in capitals. Raises `InvalidValue`."""
        ...

    def postal_code(self, country: str, code: str, pointer: str) -> str:
        """In the country's form, where it has one. Raises `InvalidValue`."""
        ...


class PlainUnitOfWork(UnitOfWork, Protocol):
    """The unit of work of profile and address book, whose adapters share a session of SQLAlchemy."""


class ProfileChange(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be different; what is UNSET stays."""

    first_name: str | msgspec.UnsetType = msgspec.UNSET
    last_name: str | msgspec.UnsetType = msgspec.UNSET
    phone_number: str | None | msgspec.UnsetType = msgspec.UNSET
    marketing_opt_in: bool | msgspec.UnsetType = msgspec.UNSET


class Profiles(Protocol):
    async def view(self, account_id: UserId) -> User:
        """Raises `NotFound`. Outside any unit of work."""
        ...

    async def change(self, account_id: UserId, change: ProfileChange) -> User:
        """Raises `NotFound`. Only inside a unit of work."""
        ...


class UserQueries(Protocol):
    async def find(self, *, role: str | None, email: str | None, limit: int) -> list[User]:
        """The newest first: those with the role, and with the text in their address."""
        ...


class AddressEntries(Protocol):
    """Every call names the owner: an address of somebody else is absent."""

    async def view(self, account_id: UserId) -> list[AddressBookEntry]:
        """In the order they were added. Outside any unit of work."""
        ...

    async def get(self, account_id: UserId, address_id: UUID) -> AddressBookEntry:
        """Raises `NotFound`. Outside any unit of work."""
        ...

    async def lock(self, account_id: UserId) -> list[AddressBookEntry]:
        """Lock the whole book until the unit of work ends. Raises `NotFound` for an unknown owner."""
        ...

    async def add(self, account_id: UserId, entry: AddressBookEntry) -> None:
        """A default that it takes is taken from the others."""
        ...

    async def change(self, account_id: UserId, entry: AddressBookEntry) -> None:
        """Raises `NotFound`. A default that it takes is taken from the others."""
        ...

    async def remove(self, account_id: UserId, address_id: UUID) -> None:
        """Raises `NotFound`."""
        ...
