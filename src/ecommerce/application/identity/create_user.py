"""Staff or the command line open an account for somebody."""

from collections.abc import Sequence
from dataclasses import dataclass

from ecommerce.application.audit.contracts import AuditLog
from ecommerce.application.identity.enrolment import Details, Enrolment
from ecommerce.application.identity.ports import Accounts
from ecommerce.application.identity.role_rules import RoleRules
from ecommerce.application.identity.views import User
from ecommerce.application.shared.actor import Actor
from ecommerce.application.shared.ports import UnitOfWork
from ecommerce.domain.identity.account import EmailTaken


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateUser(Details):
    """Whoever creates it vouches for the address."""

    roles: Sequence[str] = ()


class CreateUserHandler:
    def __init__(
        self,
        uow: UnitOfWork,
        accounts: Accounts,
        enrolment: Enrolment,
        rules: RoleRules,
        audit: AuditLog,
    ) -> None:
        self._uow = uow
        self._accounts = accounts
        self._enrolment = enrolment
        self._rules = rules
        self._audit = audit

    async def __call__(self, command: CreateUser, actor: Actor) -> User:
        """Raises `Forbidden`, `InvalidValue`, `EmailTaken` and `RateLimited`."""
        actor.require("users:write")
        if command.roles:
            actor.require("roles:write")
        account = await self._enrolment.account(command, verify=False)
        account.email_verified = True
        account.grant(command.roles)
        async with self._uow.begin():
            await self._rules.check(actor, frozenset(), account.roles)
            if await self._accounts.add(account) is not None:
                raise EmailTaken("there is an account with this e-mail address")
            after = {"email_verified": True, "roles": sorted(account.roles)}
            await self._audit.record(actor, "identity.user_created", f"account:{account.id}", None, after)
        return User.of(account)
