"""People and addresses as they are shown."""

from datetime import datetime
from typing import Self
from uuid import UUID

import msgspec

from ecommerce.application.shared.address import Address
from ecommerce.domain.identity.account import Account


class User(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    email: str
    email_verified: bool
    first_name: str
    last_name: str
    phone_number: str | None
    marketing_opt_in: bool
    mfa_enabled: bool
    roles: list[str]
    created_at: datetime

    @classmethod
    def of(cls, account: Account) -> Self:
        return cls(
            id=account.id,
            email=account.email.text,
            email_verified=account.email_verified,
            first_name=account.first_name,
            last_name=account.last_name,
            phone_number=account.phone_number,
            marketing_opt_in=account.marketing_opt_in,
            mfa_enabled=account.mfa_enabled,
            roles=sorted(account.roles),
            created_at=account.created_at,
        )


class VerifiedEmail(msgspec.Struct, frozen=True, kw_only=True):
    email: str
    email_verified: bool


class AddressBookEntry(msgspec.Struct, frozen=True, kw_only=True):
    """An `Address` with its id, and what it is the default for."""

    id: UUID
    first_name: str
    last_name: str
    company: str | None
    line1: str
    line2: str | None
    city: str
    region: str | None
    postal_code: str
    country: str
    phone_number: str | None
    is_default_shipping: bool
    is_default_billing: bool

    @classmethod
    def of(cls, entry_id: UUID, address: Address, *, shipping: bool, billing: bool) -> Self:
        return cls(
            id=entry_id,
            is_default_shipping=shipping,
            is_default_billing=billing,
            **{name: getattr(address, name) for name in Address.__struct_fields__},
        )

    def address(self) -> Address:
        return Address(**{name: getattr(self, name) for name in Address.__struct_fields__})


class SignedIn(msgspec.Struct, frozen=True, kw_only=True):
    """`expires_in` is the access token's, in seconds."""

    user: User
    access_token: str
    refresh_token: str
    token_type: str
    expires_in: int


class CodeNeeded(msgspec.Struct, frozen=True, kw_only=True):
    """The password was right; `mfa_token` and a code within five minutes finish the sign-in."""

    mfa_required: bool
    mfa_token: str


class TotpEnrolment(msgspec.Struct, frozen=True, kw_only=True):
    """What an authenticator app takes in: typed, as a link, or as a picture (one SVG element)."""

    secret: str
    otpauth_uri: str
    qr_svg: str


class RecoveryCodesView(msgspec.Struct, frozen=True, kw_only=True):
    """Each is good once, in the place of a code of the app. They are never shown again."""

    recovery_codes: list[str]


class TokenPair(msgspec.Struct, frozen=True, kw_only=True):
    access_token: str
    refresh_token: str
    token_type: str
    expires_in: int


class AccessToken(msgspec.Struct, frozen=True, kw_only=True):
    access_token: str
    token_type: str
    expires_in: int


class ActiveToken(msgspec.Struct, frozen=True, kw_only=True):
    """`exp` is in seconds since 1970, as in the token itself."""

    active: bool
    sub: UUID
    exp: int
    session_id: UUID
    roles: list[str]


class InactiveToken(msgspec.Struct, frozen=True, kw_only=True):
    active: bool
