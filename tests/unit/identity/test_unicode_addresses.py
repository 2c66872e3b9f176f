"""Which addresses of the world's scripts are one account, and which are nobody's."""

import subprocess
import sys

import pytest

from ecommerce.adapters.contact.email_addresses import CheckedEmailAddresses
from ecommerce.domain.shared.kernel import InvalidValue

EMAILS = CheckedEmailAddresses(reserved=False)


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("josé@example.com", "josé@example.com"),
        ("jose\u0301@example.com", "josé@example.com"),
        ("JOSÉ@Example.COM", "josé@example.com"),
        ("ａｄａ@ｅxample.com", "ada@example.com"),
        ("ﬁnn@example.com", "finn@example.com"),
        ("Straße@faß.de", "strasse@xn--fa-hia.de"),
        ("STRASSE@faß.de", "strasse@xn--fa-hia.de"),
        ("ΓΙΆΝΝΗΣ@παράδειγμα.ελ", "γιάννησ@xn--hxajbheg2az3al.xn--qxam"),
        ("γιάννης@xn--hxajbheg2az3al.xn--qxam", "γιάννησ@xn--hxajbheg2az3al.xn--qxam"),
        ("ada@xn--mnchen-3ya.de", "ada@xn--mnchen-3ya.de"),
        ("ada@MÜNCHEN.de", "ada@xn--mnchen-3ya.de"),
    ],
)
def test_spellings_of_one_address_have_one_key(written: str, key: str) -> None:
    address = EMAILS.parse(written, "/email")
    assert address.key == key == EMAILS.key(written)


def test_mail_goes_to_the_address_as_it_was_written() -> None:
    assert EMAILS.parse("Straße.ﬁ@example.com", "/email").text == "Straße.ﬁ@example.com"


@pytest.mark.parametrize(
    "written",
    [
        "почта@пример.рф",
        "иван@example.com",
        "ivan+почта@example.com",
        "роса@пример.рф",
        "Γιάννης@παράδειγμα.ελ",
        "γιάννης@example.gr",
        "用户@例え.jp",
        "さくら@example.jp",
        "カタカナ漢字ひらがな@例え.jp",
        "山田taro@example.jp",
        "王小明abc@example.tw",
        "홍길동@example.kr",
        "محمد@مثال.السعودية",
        "דוד@example.com",
        "\u05d3\u05d5\u05d3@example.com",
        "संपर्क@डाटा.भारत",
        "สมชาย@example.com",
        "գրիգոր@example.am",
        "გიორგი@example.ge",
        "françois.müller@example.com",
        "nguyễn@example.vn",
        "😀@example.com",
        "łukasz@żółw.pl",
    ],
)
def test_honest_addresses_of_all_scripts_pass(written: str) -> None:
    assert EMAILS.parse(written, "/email").text


@pytest.mark.parametrize(
    "written",
    [
        "p\u0430ypal@example.com",  # a Cyrillic a
        "p\u0430\u0301ypal@example.com",
        "\u03b1da@example.com",  # a Greek alpha
        "ada@\u0430pple.com",
        "ada@xn--pple-43d.com",  # the same, as it goes over the wire
        "ada@mail.\u0430pple.com",
        "\u0440\u043e\u0441\u0430@example.com",  # Cyrillic from end to end, reads poca
        "ada@\u0430\u0440\u0440\u04cf\u0435.com",
        "\u043e.ada@example.com",
        "\u13aa\u13a0\u13aa@example.com",  # Cherokee
        "c\u043em.\u0438\u0432\u0430\u043d@\u043f\u0440\u0438\u043c\u0435\u0440.\u0440\u0444",
    ],
)
def test_what_imitates_another_address_is_refused(written: str) -> None:
    with pytest.raises(InvalidValue, match="taken for another") as refused:
        EMAILS.parse(written, "/email")
    assert refused.value.pointer == "/email"


@pytest.mark.parametrize("letter", [*map(chr, [*range(0x20), *range(0x7F, 0xA1)]), *"\u2028\u2029\ud800"])
def test_control_characters_are_refused_wherever_they_stand(letter: str) -> None:
    for written in (f"a{letter}da@example.com", f"ada@exa{letter}mple.com", f"ada@example.com{letter}x"):
        with pytest.raises(InvalidValue):
            EMAILS.parse(written, "/email")
        assert EMAILS.key(written) is None
    for around in (f"{letter}ada@example.com", f"ada@example.com{letter}", f"ada{letter}@example.com"):
        with pytest.raises(InvalidValue):
            EMAILS.parse(around, "/email")


@pytest.mark.parametrize(
    "letter",
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u180b\u180e\u200b\u200d\u200e\u202e\u2060\u2066\u2800\u3164\ufe0f\ufeff"
    "\uffa0\ufff9\U000e0041\U000e0101",
)
def test_what_cannot_be_seen_is_refused(letter: str) -> None:
    for written in (f"a{letter}da@example.com", f"ada{letter}@example.com", f"ada@exam{letter}ple.com"):
        with pytest.raises(InvalidValue):
            EMAILS.parse(written, "/email")


@pytest.mark.parametrize(
    "written", ["a\uff20b@example.com", "a\u2024\u2024b@example.com", "a\uff1bb@example.com"]
)
def test_what_canonicalising_turns_into_no_address_is_refused(written: str) -> None:
    with pytest.raises(InvalidValue):
        EMAILS.parse(written, "/email")
    assert EMAILS.key(written) is None


def test_ascii_addresses_never_load_the_tables() -> None:
    program = """
import sys
from ecommerce.adapters.contact.email_addresses import CheckedEmailAddresses
CheckedEmailAddresses(reserved=False).parse("Ada@example.com", "/email")
sys.exit(any(name.startswith("confusable_homoglyphs") for name in sys.modules))
"""
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
