"""Customers, as staff sort them."""

from typing import Annotated
from uuid import UUID

import msgspec
from dishka import FromDishka
from litestar import Controller
from litestar.params import FromPath, JSONBody

from ecommerce.application.identity.change_groups import (
    READ,
    WRITE,
    ChangeGroups,
    ChangeGroupsHandler,
    CustomerGroupsView,
)
from ecommerce.application.shared.call import Call
from ecommerce.application.shared.slug import Slug
from ecommerce.domain.identity.customer_groups import MOST, Membership
from ecommerce.domain.shared.ids import UserId
from ecommerce.domain.shared.kernel import InvalidValue, NotFound, StaleVersion
from ecommerce.entrypoints.http.etags import required
from ecommerce.entrypoints.http.faults import PreconditionRequired
from ecommerce.entrypoints.http.headers import IfMatch
from ecommerce.entrypoints.http.operation import staff
from ecommerce.entrypoints.http.replies import Reply
from ecommerce.entrypoints.http.routing import get, put


class CustomerGroupsBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    groups: Annotated[list[Slug], msgspec.Meta(max_length=MOST)]


class AdminCustomerController(Controller):
    path = "/admin/customers"
    tags = ("Admin: customers",)

    @get("/{customer_id:uuid}/groups", policy=staff(READ), raises=(NotFound,))
    async def show_groups(
        self, customer_id: FromPath[UUID], handler: FromDishka[ChangeGroupsHandler], call: FromDishka[Call]
    ) -> Reply[CustomerGroupsView]:
        """Show which groups a customer is in."""
        return _reply(await handler.show(UserId(customer_id), call.actor))

    @put(
        "/{customer_id:uuid}/groups",
        policy=staff(WRITE),
        idempotent=True,
        raises=(InvalidValue, NotFound, StaleVersion, PreconditionRequired),
    )
    async def replace_groups(
        self,
        customer_id: FromPath[UUID],
        data: JSONBody[CustomerGroupsBody],
        handler: FromDishka[ChangeGroupsHandler],
        call: FromDishka[Call],
        if_match: IfMatch = None,
    ) -> Reply[CustomerGroupsView]:
        """Put a customer into these groups, and out of all others."""
        command = ChangeGroups(customer=UserId(customer_id), groups=data.groups, if_match=required(if_match))
        return _reply(await handler(command, call.actor))


def _reply(membership: Membership) -> Reply[CustomerGroupsView]:
    return Reply(CustomerGroupsView.of(membership), etag=membership.etag)
