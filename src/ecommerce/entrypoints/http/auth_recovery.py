"""E-mail addresses and passwords: proved, changed, and forgotten."""

import msgspec
from dishka import FromDishka
from litestar import Controller
from litestar.params import JSONBody

from ecommerce.application.identity.ask_for_link import AskForLinkHandler, AskForReset, AskForVerification
from ecommerce.application.identity.change_email import ChangeEmail, ChangeEmailHandler
from ecommerce.application.identity.change_password import ChangePassword, ChangePasswordHandler
from ecommerce.application.identity.reset_password import ResetPassword, ResetPasswordHandler
from ecommerce.application.identity.verify_email import VerifyEmail, VerifyEmailHandler
from ecommerce.application.identity.views import VerifiedEmail
from ecommerce.application.shared.call import Call
from ecommerce.application.shared.rate_limiting import RateLimited
from ecommerce.domain.identity.account import EmailTaken, InvalidCredentials
from ecommerce.domain.identity.one_time_token import OneTimeTokenRefused
from ecommerce.domain.shared.kernel import ConcurrentUpdate, InvalidValue, Unauthenticated
from ecommerce.entrypoints.http.auth import Email, Password, Token
from ecommerce.entrypoints.http.operation import CUSTOMER, OPEN
from ecommerce.entrypoints.http.replies import NO_STORE, Reply
from ecommerce.entrypoints.http.routing import post


class OneTimeTokenBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The token of a link that came by mail."""

    token: Token


class ResendBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Without an address: the caller's own."""

    email: Email | None = None


class ChangeEmailBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    email: Email
    password: Password


class ChangePasswordBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    current_password: Password
    new_password: Password


class ResetBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    email: Email


class ResetConfirmBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    token: Token
    new_password: Password


class VerificationRequested(msgspec.Struct, frozen=True):
    """The same whether anybody has the address or not."""

    detail: str = "If the address is waiting to be verified, a mail with a link is on its way."


class EmailChangeRequested(msgspec.Struct, frozen=True):
    """The same whether the address is taken or not."""

    detail: str = "A mail is on its way to the new address; it is yours when its link is followed."


class ResetRequested(msgspec.Struct, frozen=True):
    """The same whether anybody has the address or not."""

    detail: str = "If there is an account with this address, a mail with a link is on its way."


class PasswordSet(msgspec.Struct, frozen=True):
    detail: str


class AuthRecoveryController(Controller):
    path = "/auth"
    tags = ("Authentication",)

    @post(
        "/email/verify",
        policy=OPEN,
        rate_limit="auth",
        raises=(OneTimeTokenRefused, EmailTaken, RateLimited),
    )
    async def verify_email(
        self,
        data: JSONBody[OneTimeTokenBody],
        handler: FromDishka[VerifyEmailHandler],
        call: FromDishka[Call],
    ) -> Reply[VerifiedEmail]:
        """Prove an address by the token that was sent there: an account's own, or the one it changes to.

        The token works once.
        """
        return Reply(await handler(VerifyEmail(data.token), call), headers=NO_STORE)

    @post(
        "/email/verify/resend",
        status=202,
        policy=OPEN,
        rate_limit="auth",
        raises=(Unauthenticated, RateLimited),
    )
    async def resend_verification(
        self,
        data: JSONBody[ResendBody | None],
        handler: FromDishka[AskForLinkHandler],
        call: FromDishka[Call],
    ) -> Reply[VerificationRequested]:
        """Send the link that verifies an address again; earlier ones work no more.

        For the caller's own address, or for the one named: where addresses are verified first, nobody can
        sign in before. The same answer whether anybody has the address, verified or not.
        """
        await handler(AskForVerification(data.email if data is not None else None), call)
        return Reply(VerificationRequested(), status=202, headers=NO_STORE)

    @post(
        "/email/change",
        status=202,
        policy=CUSTOMER,
        rate_limit="auth",
        raises=(InvalidCredentials, InvalidValue, ConcurrentUpdate, RateLimited),
    )
    async def change_email(
        self,
        data: JSONBody[ChangeEmailBody],
        handler: FromDishka[ChangeEmailHandler],
        call: FromDishka[Call],
    ) -> Reply[EmailChangeRequested]:
        """Ask for another address. It gets a link, and counts from when that is followed; the old one is
        told. The same answer whether the address is taken or not.
        """
        await handler(ChangeEmail(email=data.email, password=data.password), call)
        return Reply(EmailChangeRequested(), status=202, headers=NO_STORE)

    @post(
        "/password/change",
        policy=CUSTOMER,
        rate_limit="auth",
        raises=(InvalidCredentials, InvalidValue, ConcurrentUpdate, RateLimited),
    )
    async def change_password(
        self,
        data: JSONBody[ChangePasswordBody],
        handler: FromDishka[ChangePasswordHandler],
        call: FromDishka[Call],
    ) -> Reply[PasswordSet]:
        """Take another password. All other sessions end."""
        command = ChangePassword(current_password=data.current_password, new_password=data.new_password)
        await handler(command, call)
        return Reply(PasswordSet("The password is changed; all other sessions have ended."), headers=NO_STORE)

    @post("/password/reset", status=202, policy=OPEN, rate_limit="auth", raises=(RateLimited,))
    async def reset_password(
        self, data: JSONBody[ResetBody], handler: FromDishka[AskForLinkHandler], call: FromDishka[Call]
    ) -> Reply[ResetRequested]:
        """Ask for a link by which a forgotten password is replaced; earlier ones work no more.

        The same answer whether anybody has the address or not.
        """
        await handler(AskForReset(data.email), call)
        return Reply(ResetRequested(), status=202, headers=NO_STORE)

    @post(
        "/password/reset/confirm",
        policy=OPEN,
        rate_limit="auth",
        raises=(OneTimeTokenRefused, InvalidValue, RateLimited),
    )
    async def confirm_reset(
        self,
        data: JSONBody[ResetConfirmBody],
        handler: FromDishka[ResetPasswordHandler],
        call: FromDishka[Call],
    ) -> Reply[PasswordSet]:
        """Set a new password by the token that came by mail, which works once. All sessions end, and the
        address counts as verified.
        """
        await handler(ResetPassword(token=data.token, new_password=data.new_password), call)
        return Reply(PasswordSet("The password is set; all sessions have ended."), headers=NO_STORE)
