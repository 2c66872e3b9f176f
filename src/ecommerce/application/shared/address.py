"""A postal address, the same shape everywhere."""

import msgspec


class Address(msgspec.Struct, frozen=True, kw_only=True):
    """`country` is ISO 3166-1 alpha-2, `region` the subdivision without the country (`CA`, not `US-CA`)."""

    first_name: str
    last_name: str
    line1: str
    city: str
    postal_code: str
    country: str
    company: str | None = None
    line2: str | None = None
    region: str | None = None
    phone_number: str | None = None
