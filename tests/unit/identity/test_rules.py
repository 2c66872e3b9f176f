"""Passwords, roles, refresh tokens, addresses: the rules themselves."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from ecommerce.adapters.contact.email_addresses import CheckedEmailAddresses
from ecommerce.adapters.contact.phone_numbers import E164PhoneNumbers
from ecommerce.adapters.contact.places import IsoPlaces
from ecommerce.adapters.system.common_passwords import common_passwords
from ecommerce.application.identity.check_address import AddressChecker
from ecommerce.application.shared.address import Address
from ecommerce.application.shared.faults import InvalidValues
from ecommerce.domain.identity.email_address import EmailAddress
from ecommerce.domain.identity.password import good_password
from ecommerce.domain.identity.roles import PERMISSIONS, known_roles, permissions_of
from ecommerce.domain.identity.session import (
    EndedBy,
    HeldToken,
    RefreshRefused,
    Session,
    TokenReused,
    Verdict,
)
from ecommerce.domain.shared.ids import UserId
from ecommerce.domain.shared.kernel import InvalidValue
from ecommerce.domain.shared.lines import one_line

ADA = EmailAddress("Ada.Lovelace@example.com", "ada.lovelace@example.com")
COMMON = common_passwords()
NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    "password",
    [
        "längere Wörter",
        "correct horse",
        "p" * 7 + "q",
        "ｆｕｌｌｗｉｄｔｈ",
        "x y" * 42 + "zz",
        "🔑🔑🔑🔒🔑🔑🔑🔑",
    ],
)
def test_a_password_needs_no_kinds_of_characters(password: str) -> None:
    assert 8 <= len(good_password(password, ADA, COMMON, "/password")) <= 128


@pytest.mark.parametrize(
    "password",
    [
        "short",
        "x y" * 43,
        "password1",
        "PassWord1",
        "ｐａｓｓｗｏｒｄ１",
        "aaaaaaaaaa",
        "ada.lovelace@example.com",
        "ADA.LOVELACE",
        "example.com",
    ],
)
def test_a_password_is_no_first_guess(password: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        good_password(password, ADA, COMMON, "/password")
    assert refused.value.pointer == "/password"


def test_the_same_letters_typed_differently_are_one_password() -> None:
    composed, decomposed = "caf\u00e9 \u00e0 la carte", "cafe\u0301 a\u0300 la carte"
    assert good_password(composed, ADA, COMMON, "") == good_password(decomposed, ADA, COMMON, "")


def test_the_list_of_common_passwords_holds_only_what_length_lets_through() -> None:
    assert len(COMMON) > 500
    assert all(len(each) >= 8 and each == each.casefold() for each in COMMON)


def test_an_admin_may_do_what_any_role_may() -> None:
    for role in PERMISSIONS:
        assert permissions_of([role]) <= permissions_of(["admin"])
    assert permissions_of([]) == frozenset()
    assert permissions_of(["abolished"]) == frozenset()


def test_only_admins_change_roles() -> None:
    assert [role for role in PERMISSIONS if "roles:write" in PERMISSIONS[role]] == ["admin"]


def test_an_unknown_role_is_named() -> None:
    with pytest.raises(InvalidValue, match="emperor"):
        known_roles(["admin", "emperor"])


def held(
    spent: timedelta | None = None,
    expires: timedelta = timedelta(days=1),
    ended_by: EndedBy | None = None,
) -> HeldToken:
    return HeldToken(
        session=Session(id=uuid4(), account_id=UserId(uuid4()), authenticated_at=NOW),
        roles=frozenset(),
        expires_at=NOW + expires,
        spent_at=None if spent is None else NOW - spent,
        ended_by=ended_by,
        now=NOW,
    )


def test_a_live_token_rotates_and_a_spent_one_repeats_for_ten_seconds() -> None:
    assert held().judge() is Verdict.ROTATE
    assert held(spent=timedelta(0)).judge() is Verdict.REPEAT
    assert held(spent=timedelta(seconds=10)).judge() is Verdict.REPEAT
    assert held(spent=timedelta(seconds=10, milliseconds=1)).judge() is Verdict.REUSED


def test_an_ended_session_gives_nothing_not_even_in_the_grace() -> None:
    for spent in (None, timedelta(seconds=1), timedelta(hours=1)):
        with pytest.raises(RefreshRefused):
            held(spent=spent, ended_by=EndedBy.LOGOUT).judge()
        with pytest.raises(TokenReused):
            held(spent=spent, ended_by=EndedBy.REUSE).judge()
    with pytest.raises(RefreshRefused):
        held(expires=timedelta(0)).judge()


def test_one_line_is_one_line() -> None:
    assert one_line("  Zoe\u0308 ", 3, "/x") == "Zoë"
    for bad in ("", "  ", "four", "a\nb", "a\x00b", "a\u2028b", "\ud800"):
        with pytest.raises(InvalidValue):
            one_line(bad, 3, "/x")
    assert one_line(" ", 3, "/x", empty=True) == ""


EMAILS = CheckedEmailAddresses(reserved=False)


@pytest.mark.parametrize(
    ("written", "text", "key"),
    [
        ("Ada@Example.COM", "Ada@example.com", "ada@example.com"),
        (" ada+shop@example.com ", "ada+shop@example.com", "ada+shop@example.com"),
        ("ada@BÜCHER.example", "ada@bücher.example", "ada@xn--bcher-kva.example"),
        ("ada@xn--bcher-kva.example", "ada@bücher.example", "ada@xn--bcher-kva.example"),
    ],
)
def test_an_address_has_one_key(written: str, text: str, key: str) -> None:
    assert EMAILS.parse(written, "/email") == EmailAddress(text, key)
    assert EMAILS.key(written) == key


@pytest.mark.parametrize("written", ["", "ada", "ada@", "@example.com", "a@b", "a b@example.com", "a@x.test"])
def test_what_is_no_address_is_refused(written: str) -> None:
    with pytest.raises(InvalidValue):
        EMAILS.parse(written, "/email")
    assert EMAILS.key(written) is None


def test_development_may_use_reserved_names() -> None:
    assert CheckedEmailAddresses(reserved=True).key("a@shop.test") == "a@shop.test"


CHECKER = AddressChecker(IsoPlaces(), E164PhoneNumbers())


def address(**changes: str | None) -> Address:
    fields = {
        "first_name": "Ada",
        "last_name": "L",
        "line1": "1 Main St",
        "city": "Town",
        "postal_code": "90210",
        "country": "US",
        "region": "CA",
        "phone_number": None,
    }
    return Address(**{**fields, **changes})  # type: ignore[arg-type]  # some are null, some never


@pytest.mark.parametrize(
    ("country", "postal_code", "region"),
    [
        ("US", "90210-1234", "ca"),
        ("US", "10001", None),
        ("GB", "sw1a1aa", None),
        ("DE", "10115", "BE"),
        ("FR", "75 001", None),
        ("JP", "1000001", "13"),
        ("JP", "100-0001", None),
        ("HK", "", None),
        ("IE", "D02 AF30", "D"),
        ("CA", "k1a 0b1", "ON"),
    ],
)
def test_addresses_of_many_countries_pass(country: str, postal_code: str, region: str | None) -> None:
    checked = CHECKER.check(address(country=country, postal_code=postal_code, region=region))
    assert checked.region == (region.upper() if region else None)


def test_all_faults_of_an_address_are_told_below_its_pointer() -> None:
    with pytest.raises(InvalidValues) as refused:
        CHECKER.check(
            address(postal_code="ABC", region="US-CA", phone_number="1", line1="\n"), "/shipping_address"
        )
    told = {fault.pointer for fault in refused.value.faults}
    assert told == {
        f"/shipping_address/{name}" for name in ("postal_code", "region", "phone_number", "line1")
    }


def test_a_phone_number_is_read_as_its_country_writes_it() -> None:
    assert CHECKER.check(address(phone_number="(202) 555-0123")).phone_number == "+12025550123"
    checked = CHECKER.check(
        address(country="DE", region=None, postal_code="10115", phone_number="030 901820")
    )
    assert checked.phone_number == "+4930901820"
