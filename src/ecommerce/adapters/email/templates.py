"""Mails are made here: subject, text and HTML of each kind from three templates."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from unicodedata import category

from babel import Locale, UnknownLocaleError
from babel.dates import format_date
from babel.numbers import format_currency
from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context, select_autoescape
from jinja2.runtime import Context

from ecommerce.application.notifications.ports import Letter
from ecommerce.domain.shared.money import Money

FOLDER = Path(__file__).parent / "templates"
# What the templates are written in; numbers, dates and countries follow the reader's locale.
LANGUAGE = "en"
FALLBACK = Locale(LANGUAGE)
# Control characters, lone surrogates, line and paragraph separators.
_CONTROLS = ("Cc", "Cs", "Zl", "Zp")


@dataclass(frozen=True, slots=True)
class Rendered:
    subject: str
    text: str
    html: str


class Templates:
    """`<name>.subject.txt.j2`, `<name>.txt.j2` and `<name>.html.j2`; only the last escapes what it shows.

    A name that a template uses and the message lacks is an error, never an empty place in a mail.
    """

    def __init__(self, shop: str) -> None:
        self._environment = Environment(
            loader=FileSystemLoader(FOLDER),
            autoescape=select_autoescape(enabled_extensions=("html.j2",), default=False),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
        )
        self._environment.globals |= {"shop": shop, "language": LANGUAGE}
        self._environment.filters |= {"money": _money, "country": _country, "day": _day}

    def render(self, letter: Letter) -> Rendered:
        locale = _locale(letter.locale)
        names = {**letter.context, "locale": locale}
        subject, text, html = (
            self._environment.get_template(f"{letter.template}.{part}.j2").render(names)
            for part in ("subject.txt", "txt", "html")
        )
        return Rendered(_header(subject), text.strip() + "\n", html.strip() + "\n")


def _header(text: str) -> str:
    """A header is one line, without control characters, whatever stands in a name."""
    return " ".join("".join(" " if category(letter) in _CONTROLS else letter for letter in text).split())


def _locale(tag: str) -> Locale:
    try:
        return Locale.parse(tag.replace("_", "-"), sep="-")
    except (UnknownLocaleError, ValueError):
        return FALLBACK


@pass_context
def _money(context: Context, amount: dict[str, Any]) -> str:
    value = Money(amount["amount"], amount["currency"]).to_decimal()
    return format_currency(value, amount["currency"], locale=context["locale"])


@pass_context
def _country(context: Context, code: str) -> str:
    return str(context["locale"].territories.get(code, code))


@pass_context
def _day(context: Context, moment: str) -> str:
    return format_date(datetime.fromisoformat(moment), format="long", locale=context["locale"])
