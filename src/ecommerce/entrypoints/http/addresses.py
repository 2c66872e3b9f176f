"""A signed-in person's address book."""

from bisect import bisect_left, bisect_right
from typing import Annotated, Any
from uuid import UUID

import msgspec
from dishka import FromDishka
from litestar import Controller
from litestar.params import FromPath, JSONBody
from msgspec import UNSET, UnsetType

from ecommerce.application.identity.address_book import (
    AddAddress,
    AddAddressHandler,
    AddressBookFull,
    AddressChange,
    ChangeAddressHandler,
    RemoveAddressHandler,
)
from ecommerce.application.identity.ports import AddressEntries
from ecommerce.application.identity.views import AddressBookEntry
from ecommerce.application.shared.address import Address
from ecommerce.application.shared.call import Call
from ecommerce.domain.shared.kernel import InvalidValue, NotFound
from ecommerce.entrypoints.http.address_body import AddressBody, Name, Text
from ecommerce.entrypoints.http.cursors import Cursors
from ecommerce.entrypoints.http.operation import CUSTOMER
from ecommerce.entrypoints.http.pages import COUNTED, DEFAULT_PAGE_SIZE, Links, Page
from ecommerce.entrypoints.http.routing import Query, delete, get, patch, post

_PATH = "/api/v1/users/me/addresses"
Country = Annotated[str, msgspec.Meta(min_length=2, max_length=2)]
PostalCode = Annotated[str, msgspec.Meta(min_length=1, max_length=20)]
Optional = Annotated[str, msgspec.Meta(max_length=200)]
Region = Annotated[str, msgspec.Meta(max_length=50)]
Phone = Annotated[str, msgspec.Meta(max_length=32)]


class NewAddressBody(AddressBody, frozen=True, forbid_unknown_fields=True):
    """A default that it takes is taken from the others."""

    is_default_shipping: bool = False
    is_default_billing: bool = False

    def to_address(self) -> Address:
        return Address(**{name: getattr(self, name) for name in Address.__struct_fields__})


class AddressChangeBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is left out stays as it is; null clears."""

    first_name: Name | UnsetType = UNSET
    last_name: Name | UnsetType = UNSET
    company: Optional | None | UnsetType = UNSET
    line1: Text | UnsetType = UNSET
    line2: Optional | None | UnsetType = UNSET
    city: Name | UnsetType = UNSET
    region: Region | None | UnsetType = UNSET
    postal_code: PostalCode | UnsetType = UNSET
    country: Country | UnsetType = UNSET
    phone_number: Phone | None | UnsetType = UNSET
    is_default_shipping: bool | UnsetType = UNSET
    is_default_billing: bool | UnsetType = UNSET


class AddressListQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    page: Annotated[int, msgspec.Meta(ge=1)] | None = None
    page_size: Annotated[int, msgspec.Meta(ge=1, le=100)] = DEFAULT_PAGE_SIZE
    cursor: str | None = None


class AddressController(Controller):
    path = "/users/me/addresses"
    tags = ("Account",)

    @get("/", policy=CUSTOMER, raises=(InvalidValue,))
    async def mine(
        self,
        query: Query[AddressListQuery],
        entries: FromDishka[AddressEntries],
        call: FromDishka[Call],
        cursors: FromDishka[Cursors],
        links: FromDishka[Links],
    ) -> Page[AddressBookEntry]:
        """List your addresses, in the order they were added."""
        account_id = call.actor.require_account()
        size, page = query.page_size, query.page or 1
        if (page - 1) * size >= COUNTED:
            raise InvalidValue("there are never that many addresses", pointer="/query/page")
        fingerprint = f"addresses:{account_id}:{size}"
        book = await entries.view(account_id)
        edge = None if query.cursor is None else cursors.decode(query.cursor, fingerprint)
        start, end = _window([entry.id for entry in book], size, page, edge)
        shown = book[start:end]

        def link(backwards: bool, entry: AddressBookEntry) -> str | None:
            cursor = cursors.encode([backwards, str(entry.id)], fingerprint)
            return links.page(_PATH, [("page_size", str(size))], cursor)

        return Page(
            count=len(book),
            next=link(False, shown[-1]) if shown and end < len(book) else None,
            previous=link(True, shown[0]) if shown and start > 0 else None,
            results=shown,
        )

    @post("/", status=201, policy=CUSTOMER, raises=(InvalidValue, AddressBookFull))
    async def add(
        self,
        data: JSONBody[NewAddressBody],
        handler: FromDishka[AddAddressHandler],
        call: FromDishka[Call],
    ) -> AddressBookEntry:
        """Add an address, at most 100 of them."""
        command = AddAddress(
            address=data.to_address(),
            is_default_shipping=data.is_default_shipping,
            is_default_billing=data.is_default_billing,
        )
        return await handler(command, call.actor)

    @get("/{address_id:uuid}", policy=CUSTOMER, raises=(NotFound,))
    async def show(
        self, address_id: FromPath[UUID], entries: FromDishka[AddressEntries], call: FromDishka[Call]
    ) -> AddressBookEntry:
        """Show one of your addresses."""
        return await entries.get(call.actor.require_account(), address_id)

    @patch("/{address_id:uuid}", policy=CUSTOMER, raises=(InvalidValue, NotFound))
    async def change(
        self,
        address_id: FromPath[UUID],
        data: JSONBody[AddressChangeBody],
        handler: FromDishka[ChangeAddressHandler],
        call: FromDishka[Call],
    ) -> AddressBookEntry:
        """Change one of your addresses."""
        change = AddressChange(**{name: getattr(data, name) for name in data.__struct_fields__})
        return await handler(address_id, change, call.actor)

    @delete("/{address_id:uuid}", policy=CUSTOMER, raises=(NotFound,))
    async def remove(
        self,
        address_id: FromPath[UUID],
        handler: FromDishka[RemoveAddressHandler],
        call: FromDishka[Call],
    ) -> None:
        """Remove one of your addresses."""
        await handler(address_id, call.actor)


def _window(ids: list[UUID], size: int, page: int, edge: list[Any] | None) -> tuple[int, int]:
    """Which part of the book is shown. `edge`: before or after which id, which may be gone by now."""
    if edge is None:
        return (page - 1) * size, page * size
    backwards, last = edge[0], UUID(edge[1])
    if backwards:
        end = bisect_left(ids, last)
        return max(0, end - size), end
    start = bisect_right(ids, last)
    return start, start + size
