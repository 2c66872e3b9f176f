"""Who shops in the demo shop: accounts and addresses, as rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

from ecommerce.adapters.postgres.seed.numbers import OPENED, chance, uuid7

Row = tuple[Any, ...]
ACCOUNT_COLUMNS = (
    "id email email_key email_verified password_hash first_name last_name marketing_opt_in roles created_at"
    " updated_at"
).split()
ADDRESS_COLUMNS = (
    "id account_id first_name last_name line1 city region postal_code country is_default_shipping"
    " is_default_billing created_at"
).split()
FIRST_NAMES = (
    "Ada Björn Chloé Dmitri Esra Fatima Grace Hiroshi Inés Jürgen Kofi Liv Mei Nuno Olga Priya".split()
)
LAST_NAMES = "Abbott Müller Rossi Nakamura Dubois Okafor O’Neil Schmidt Tanaka Walker García Novák".split()
# City, region, postal code, country: real enough to be checked.
PLACES = (
    ("Portland", "OR", "97201", "US"),
    ("Austin", "TX", "78701", "US"),
    ("London", None, "SW1A 1AA", "GB"),
    ("Berlin", None, "10115", "DE"),
    ("Lyon", None, "69001", "FR"),
    ("Tokyo", "13", "100-0001", "JP"),
)
STREETS = ("Main Street", "Station Road", "Gartenweg", "Rue du Marché", "Mill Lane")


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """Somebody who can sign in. `key` is the address by which it is one account."""

    email: str
    key: str
    password_hash: str
    roles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Customer:
    id: UUID
    email: str
    address: dict[str, Any]


def address(rng: Random) -> dict[str, Any]:
    city, region, postal_code, country = rng.choice(PLACES)
    return {
        "first_name": rng.choice(FIRST_NAMES),
        "last_name": rng.choice(LAST_NAMES),
        "line1": f"{rng.randrange(1, 200)} {rng.choice(STREETS)}",
        "city": city,
        "postal_code": postal_code,
        "country": country,
        "company": None,
        "line2": None,
        "region": region,
        "phone_number": None,
    }


def staff(seed: int, accounts: Sequence[DemoAccount]) -> list[Row]:
    rng = chance(seed, "staff")
    return [
        _account(uuid7(rng, OPENED, number), each, "Demo", "Admin" if each.roles else "Customer", OPENED)
        for number, each in enumerate(accounts)
    ]


def customers(seed: int, count: int, password_hash: str) -> tuple[list[Row], list[Row], list[Customer]]:
    """Accounts, their addresses, and who they are. Nobody knows the password behind `password_hash`."""
    accounts, addresses, people = [], [], []
    for number in range(count):
        rng = chance(seed, "customer", number)
        joined = OPENED + timedelta(minutes=rng.randrange(500 * 24 * 60))
        home = address(rng)
        email = f"customer{number}@example.com"
        account_id = uuid7(rng, joined)
        person = DemoAccount(email, email, password_hash)
        accounts.append(_account(account_id, person, home["first_name"], home["last_name"], joined))
        addresses.append(
            (
                uuid7(rng, joined, 1),
                account_id,
                home["first_name"],
                home["last_name"],
                home["line1"],
                home["city"],
                home["region"],
                home["postal_code"],
                home["country"],
                True,
                True,
                joined,
            )
        )
        people.append(Customer(account_id, email, home))
    return accounts, addresses, people


def _account(account_id: UUID, who: DemoAccount, first: str, last: str, joined: datetime) -> Row:
    roles = list(who.roles)
    return (
        account_id,
        who.email,
        who.key,
        True,
        who.password_hash,
        first,
        last,
        False,
        roles,
        joined,
        joined,
    )
