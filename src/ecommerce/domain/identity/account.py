"""A person the shop knows: who they are, and what they may do."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Self
from uuid import UUID

from ecommerce.domain.identity.email_address import EmailAddress
from ecommerce.domain.shared.ids import UserId
from ecommerce.domain.shared.kernel import Aggregate, Conflict, Event, Unauthenticated


class EmailTaken(Conflict):
    code = "email-taken"


class InvalidCredentials(Unauthenticated):
    """Wrong address, wrong password, or not yet allowed in: told in the same words, always."""

    code = "invalid-credentials"

    def __init__(self) -> None:
        super().__init__("the e-mail address or the password is wrong")


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountEvent(Event):
    aggregate: ClassVar[str] = "account"
    account_id: UserId

    @property
    def aggregate_id(self) -> UUID:
        return self.account_id


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountRegistered(AccountEvent):
    """`verify` says that the address must be verified before its owner may sign in."""

    verify: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistrationRepeated(AccountEvent):
    """Somebody registered an address that has an account: its owner is told, the caller is not."""


@dataclass(slots=True, kw_only=True, eq=False)
class Account(Aggregate):
    id: UserId
    email: EmailAddress
    password_hash: str
    created_at: datetime
    email_verified: bool = False
    first_name: str = ""
    last_name: str = ""
    phone_number: str | None = None
    marketing_opt_in: bool = False
    mfa_enabled: bool = False
    roles: frozenset[str] = frozenset()

    @classmethod
    def register(
        cls,
        account_id: UserId,
        email: EmailAddress,
        password_hash: str,
        at: datetime,
        *,
        first_name: str = "",
        last_name: str = "",
        phone_number: str | None = None,
        marketing_opt_in: bool = False,
        verify: bool,
    ) -> Self:
        """A customer who came by themselves."""
        account = cls(
            id=account_id,
            email=email,
            password_hash=password_hash,
            created_at=at,
            first_name=first_name,
            last_name=last_name,
            phone_number=phone_number,
            marketing_opt_in=marketing_opt_in,
        )
        account._events.append(AccountRegistered(account_id=account_id, verify=verify))
        return account

    def may_sign_in(self, *, verified_only: bool) -> bool:
        return self.email_verified or not verified_only

    def grant(self, roles: Iterable[str]) -> None:
        """Add roles; those that are held already stay."""
        self.roles |= frozenset(roles)

    def revoke(self, roles: Iterable[str]) -> None:
        """Take roles away; those that aren't held don't matter."""
        self.roles -= frozenset(roles)
