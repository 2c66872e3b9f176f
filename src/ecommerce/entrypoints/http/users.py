"""What a signed-in person sees and changes of themselves."""

import msgspec
from dishka import FromDishka
from litestar import Controller
from litestar.params import JSONBody
from msgspec import UNSET, UnsetType

from ecommerce.application.identity.change_profile import ChangeProfileHandler
from ecommerce.application.identity.ports import ProfileChange, Profiles
from ecommerce.application.identity.views import User
from ecommerce.application.shared.call import Call
from ecommerce.domain.shared.kernel import InvalidValue, NotFound
from ecommerce.entrypoints.http.auth import PersonName, PhoneNumber
from ecommerce.entrypoints.http.operation import CUSTOMER
from ecommerce.entrypoints.http.routing import get, patch


class ProfileBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is left out stays as it is; a phone number of null is forgotten."""

    first_name: PersonName | UnsetType = UNSET
    last_name: PersonName | UnsetType = UNSET
    phone_number: PhoneNumber | None | UnsetType = UNSET
    marketing_opt_in: bool | UnsetType = UNSET


class UserController(Controller):
    path = "/users/me"
    tags = ("Account",)

    @get("/", policy=CUSTOMER, raises=(NotFound,))
    async def show(self, profiles: FromDishka[Profiles], call: FromDishka[Call]) -> User:
        """Show your profile."""
        return await profiles.view(call.actor.require_account())

    @patch("/", policy=CUSTOMER, raises=(InvalidValue, NotFound))
    async def change(
        self, data: JSONBody[ProfileBody], handler: FromDishka[ChangeProfileHandler], call: FromDishka[Call]
    ) -> User:
        """Change your profile."""
        change = ProfileChange(**{name: getattr(data, name) for name in data.__struct_fields__})
        return await handler(change, call.actor)
