"""Somebody changes what the shop knows of them."""

import msgspec

from ecommerce.application.identity.enrolment import LONGEST_NAME
from ecommerce.application.identity.ports import PhoneNumbers, PlainUnitOfWork, ProfileChange, Profiles
from ecommerce.application.identity.views import User
from ecommerce.application.shared.actor import Actor
from ecommerce.application.shared.faults import Faults
from ecommerce.domain.shared.lines import one_line


class ChangeProfileHandler:
    def __init__(self, uow: PlainUnitOfWork, profiles: Profiles, phones: PhoneNumbers) -> None:
        self._uow = uow
        self._profiles = profiles
        self._phones = phones

    async def __call__(self, command: ProfileChange, actor: Actor) -> User:
        """Raises `InvalidValue`, and `NotFound` when the account is gone."""
        account_id = actor.require_account()
        change = self._checked(command)
        async with self._uow.begin():
            return await self._profiles.change(account_id, change)

    def _checked(self, change: ProfileChange) -> ProfileChange:
        faults = Faults()
        first, last, phone = change.first_name, change.last_name, change.phone_number
        if first is not msgspec.UNSET:
            first = faults.note(one_line, first, LONGEST_NAME, "/first_name", empty=True)
        if last is not msgspec.UNSET:
            last = faults.note(one_line, last, LONGEST_NAME, "/last_name", empty=True)
        if isinstance(phone, str):
            phone = faults.note(self._phones.parse, phone, None, "/phone_number")
        faults.settle()
        return msgspec.structs.replace(change, first_name=first, last_name=last, phone_number=phone)
