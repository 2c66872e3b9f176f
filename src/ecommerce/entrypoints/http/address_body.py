"""A postal address in a request's body."""

from typing import Annotated

import msgspec

from ecommerce.application.shared.address import Address

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
Text = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]


class AddressBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`country` is ISO 3166-1 alpha-2, `region` the subdivision without the country (`CA`, not `US-CA`)."""

    first_name: Name
    last_name: Name
    line1: Text
    city: Name
    postal_code: Annotated[str, msgspec.Meta(min_length=1, max_length=20)]
    country: Annotated[str, msgspec.Meta(min_length=2, max_length=2)]
    company: Annotated[str, msgspec.Meta(max_length=200)] | None = None
    line2: Annotated[str, msgspec.Meta(max_length=200)] | None = None
    region: Annotated[str, msgspec.Meta(max_length=50)] | None = None
    phone_number: Annotated[str, msgspec.Meta(max_length=32)] | None = None

    def to_address(self) -> Address:
        return Address(**msgspec.structs.asdict(self))
