"""The rules of the second factor, and the codes of real apps."""

from datetime import UTC, datetime, timedelta

import pyotp
import pytest

from ecommerce.adapters.system.tokens import SecretTokens
from ecommerce.adapters.totp.codes import TotpCodes
from ecommerce.application.identity.second_factor import RecoveryCodes
from ecommerce.domain.identity.second_factor import (
    GUESS_PAUSE,
    GUESSES,
    Totp,
    is_app_code,
    read_recovery_code,
    recovery_code,
    shown,
    typed,
)
from tests.contract.identity.conftest import new_account

NOW = datetime(2026, 5, 1, 12, 0, 15, tzinfo=UTC)
STEP = int(NOW.timestamp()) // 30
KEY = "0123456789abcdef0123456789abcdef"


def a_totp(last_step: int | None = None, guessed_until: datetime | None = None, now: datetime = NOW) -> Totp:
    return Totp(secret=b"?", enabled=True, last_step=last_step, guessed_until=guessed_until, now=now)


def test_codes_of_one_step_early_and_late_are_right() -> None:
    assert list(a_totp().steps()) == [STEP - 1, STEP, STEP + 1]


@pytest.mark.parametrize(
    ("last", "left"),
    [(STEP - 2, [-1, 0, 1]), (STEP - 1, [0, 1]), (STEP, [1]), (STEP + 1, []), (STEP + 9, [])],
)
def test_a_step_and_all_before_it_are_used_up(last: int, left: list[int]) -> None:
    assert list(a_totp(last).steps()) == [STEP + each for each in left]


def test_ten_guesses_at_once_and_then_one_in_ten_minutes() -> None:
    totp = a_totp()
    for _ in range(GUESSES):
        assert totp.wait() == timedelta()
        totp = a_totp(guessed_until=totp.after_wrong())
    assert totp.wait() == GUESS_PAUSE
    later = a_totp(guessed_until=totp.guessed_until, now=NOW + GUESS_PAUSE)
    assert later.wait() == timedelta()
    assert a_totp(guessed_until=later.after_wrong(), now=later.now).wait() == GUESS_PAUSE
    # After a quiet while all of them are back, and no more.
    rested = a_totp(guessed_until=totp.guessed_until, now=NOW + timedelta(days=1))
    assert rested.after_wrong() == rested.now + GUESS_PAUSE


@pytest.mark.parametrize("text", ["123456", " 123 456 ", "123-456", "\N{FULLWIDTH DIGIT ONE}23456"])
def test_codes_of_apps_are_read_as_people_type_them(text: str) -> None:
    assert typed(text) == "123456"
    assert is_app_code(typed(text))


@pytest.mark.parametrize(
    "text", ["12345", "1234567", "12345a", "\u0661\u0662\u0663\u0664\u0665\u0666", "", "²²²²²"]
)
def test_what_is_no_code_of_an_app(text: str) -> None:
    assert not is_app_code(typed(text))


def test_recovery_codes_are_read_as_people_type_them() -> None:
    code = recovery_code(bytes(range(8)))
    written = shown(code)
    assert len(code) == 12
    assert [len(group) for group in written.split("-")] == [4, 4, 4]
    for text in (
        written,
        written.upper(),
        code,
        f" {written.replace('-', ' ')} ",
        written.replace("-", "\u2013"),
    ):
        assert read_recovery_code(typed(text)) == code
    assert read_recovery_code("oil0oil0oil0") == "011001100110"


@pytest.mark.parametrize("text", ["", "123456", "0123456789ab0", "uuuuuuuuuuuu", "ééééééééaaaa", "\0" * 12])
def test_what_is_no_recovery_code(text: str) -> None:
    assert read_recovery_code(typed(text)) is None


def test_recovery_codes_are_ten_different_ones_and_only_their_owners() -> None:
    codes = RecoveryCodes(SecretTokens(KEY))
    ada, grace = new_account().id, new_account("grace@example.com").id
    fresh = codes.fresh(ada)
    assert len(set(fresh.shown)) == len(set(fresh.hashes)) == 10
    first = read_recovery_code(typed(fresh.shown[0]))
    assert first is not None
    assert codes.hash(ada, first) == fresh.hashes[0]
    assert codes.hash(grace, first) not in fresh.hashes
    assert RecoveryCodes(SecretTokens(KEY[::-1])).hash(ada, first) not in fresh.hashes
    assert fresh.shown[0] not in repr(fresh)


def test_secrets_do_not_show() -> None:
    assert "b'?'" not in repr(a_totp())


def test_the_codes_of_rfc_6238() -> None:
    # Appendix B, SHA-1, the last six digits of its eight.
    codes = TotpCodes("Shop")
    secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
    for at, code in ((59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (20000000000, "353130")):
        assert codes.step(secret, code, [at // 30 - 1, at // 30, at // 30 + 1]) == at // 30
        assert codes.step(secret, code, []) is None
        assert codes.step(secret, code, [at // 30 + 2]) is None


def test_an_app_makes_of_the_uri_what_we_make_of_the_secret() -> None:
    codes = TotpCodes("Tools: & Söhne")
    secret = codes.secret()
    uri = codes.uri(secret, "ada+shop@example.com")
    app = pyotp.parse_uri(uri)
    assert isinstance(app, pyotp.TOTP)
    assert (app.secret, app.issuer, app.name) == (secret, "Tools  & Söhne", "ada+shop@example.com")
    assert len(secret) == 32
    assert codes.step(secret, app.at(NOW), a_totp().steps()) == STEP


@pytest.mark.anyio
async def test_the_picture_is_one_element_that_stands_alone() -> None:
    codes = TotpCodes("Shop")
    picture = await codes.picture(codes.uri(codes.secret(), f"{'ü' * 60}@{'x' * 180}.example"))
    assert picture.startswith('<svg xmlns="http://www.w3.org/2000/svg"')
    assert picture.endswith("</svg>")
    assert "<script" not in picture
