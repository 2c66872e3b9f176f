"""Registering, signing in, staying signed in, signing out."""

from typing import Annotated, TypeAlias

import msgspec
from dishka import FromDishka
from litestar import Controller
from litestar.params import JSONBody

from ecommerce.application.identity.authenticate import VerifyTokenHandler
from ecommerce.application.identity.login import Login, LoginHandler
from ecommerce.application.identity.logout import Logout, LogoutHandler
from ecommerce.application.identity.refresh import Refresh, RefreshHandler
from ecommerce.application.identity.register import Register, RegisterHandler
from ecommerce.application.identity.step_up import StepUp, StepUpHandler
from ecommerce.application.identity.views import (
    AccessToken,
    ActiveToken,
    CodeNeeded,
    InactiveToken,
    SignedIn,
    TokenPair,
)
from ecommerce.application.shared.call import Call
from ecommerce.application.shared.rate_limiting import RateLimited
from ecommerce.domain.identity.account import EmailTaken, InvalidCredentials
from ecommerce.domain.identity.second_factor import MfaRequired, WrongCode
from ecommerce.domain.identity.session import RefreshRefused, TokenReused
from ecommerce.domain.shared.kernel import ConcurrentUpdate, InvalidValue, Unauthenticated
from ecommerce.entrypoints.http.headers import CartToken
from ecommerce.entrypoints.http.mfa import Code
from ecommerce.entrypoints.http.operation import CUSTOMER, OPEN
from ecommerce.entrypoints.http.replies import NO_STORE, Reply
from ecommerce.entrypoints.http.routing import post

Email: TypeAlias = Annotated[str, msgspec.Meta(min_length=3, max_length=254)]
# The rules of passwords are the use case's; this only bounds the work of looking at one.
Password: TypeAlias = Annotated[str, msgspec.Meta(min_length=1, max_length=1024)]
Token: TypeAlias = Annotated[str, msgspec.Meta(min_length=1, max_length=4096)]
PersonName: TypeAlias = Annotated[str, msgspec.Meta(max_length=100)]
PhoneNumber: TypeAlias = Annotated[str, msgspec.Meta(max_length=32)]


class RegisterBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A password has 8 to 128 characters, and is none of the first that are guessed."""

    email: Email
    password: Password
    first_name: PersonName = ""
    last_name: PersonName = ""
    phone_number: PhoneNumber | None = None
    marketing_opt_in: bool = False


class LoginBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    email: Email
    password: Password
    device_name: Annotated[str, msgspec.Meta(max_length=100)] | None = None


class RefreshBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    refresh_token: Token


class VerifyBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    token: Token


class LogoutBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    refresh_token: Token | None = None


class StepUpBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One of the two: the password, or a code of the second factor (a recovery code is one, too)."""

    password: Password | None = None
    code: Annotated[Code | None, msgspec.Meta(examples=[None])] = None


class RegistrationReceived(msgspec.Struct, frozen=True):
    """The same whether the address was taken or not."""

    detail: str = "If the address is not in use yet, a mail with a link to confirm it is on its way."


class AuthController(Controller):
    path = "/auth"
    tags = ("Authentication",)

    @post(
        "/register",
        status=201,
        policy=OPEN,
        rate_limit="auth",
        also={202: "Accepted: the same whether the address is taken or not"},
        raises=(InvalidValue, EmailTaken, RateLimited),
    )
    async def register(
        self,
        data: JSONBody[RegisterBody],
        handler: FromDishka[RegisterHandler],
        call: FromDishka[Call],
        cart_token: CartToken = None,
    ) -> Reply[SignedIn | RegistrationReceived]:
        """Open an account.

        201, signed in; or, where the shop has addresses verified first, 202 and the same answer whether the
        address is taken or not. A guest's cart sent along is merged.
        """
        signed_in = await handler(Register(**msgspec.structs.asdict(data), guest_cart=cart_token), call)
        if signed_in is None:
            return Reply(RegistrationReceived(), status=202, headers=NO_STORE)
        return Reply(signed_in, status=201, headers=NO_STORE)

    @post(
        "/login",
        policy=OPEN,
        rate_limit="auth",
        raises=(InvalidValue, InvalidCredentials, ConcurrentUpdate, RateLimited),
    )
    async def login(
        self,
        data: JSONBody[LoginBody],
        handler: FromDishka[LoginHandler],
        call: FromDishka[Call],
        cart_token: CartToken = None,
    ) -> Reply[SignedIn | CodeNeeded]:
        """Sign in with a password. A guest's cart sent along is merged.

        Where the account has a second factor, the answer is a token instead: POST /auth/mfa/verify finishes
        with it within five minutes.
        """
        signed_in = await handler(Login(**msgspec.structs.asdict(data), guest_cart=cart_token), call)
        return Reply(signed_in, headers=NO_STORE)

    @post("/refresh", policy=OPEN, raises=(RefreshRefused, TokenReused))
    async def refresh(
        self, data: JSONBody[RefreshBody], handler: FromDishka[RefreshHandler]
    ) -> Reply[TokenPair]:
        """Exchange a refresh token for a new pair; the old one is spent.

        A spent one used again ends its whole session, except within ten seconds, when it gives the same
        successor once more.
        """
        return Reply(await handler(Refresh(data.refresh_token)), headers=NO_STORE)

    @post("/verify", policy=OPEN)
    async def verify(
        self, data: JSONBody[VerifyBody], handler: FromDishka[VerifyTokenHandler]
    ) -> Reply[ActiveToken | InactiveToken]:
        """Tell whether an access token is good, and whose it is."""
        return Reply(await handler(data.token), headers=NO_STORE)

    @post("/logout", status=204, policy=OPEN)
    async def logout(
        self,
        data: JSONBody[LogoutBody | None],
        handler: FromDishka[LogoutHandler],
        call: FromDishka[Call],
    ) -> None:
        """End the session of the access token, and that of the refresh token if there is one."""
        refresh_token = data.refresh_token if data is not None else None
        await handler(Logout(session_id=call.actor.session_id, refresh_token=refresh_token))

    @post(
        "/step-up",
        policy=CUSTOMER,
        rate_limit="auth",
        raises=(InvalidValue, InvalidCredentials, WrongCode, MfaRequired, Unauthenticated, RateLimited),
    )
    async def step_up(
        self, data: JSONBody[StepUpBody], handler: FromDishka[StepUpHandler], call: FromDishka[Call]
    ) -> Reply[AccessToken]:
        """Prove again who you are: an access token whose `auth_time` is now.

        Where the account has a second factor, a password is enough only for a session that has shown it, at
        sign-in or by a code here: `mfa-required` says that it hasn't.
        """
        command = StepUp(password=data.password, code=data.code)
        return Reply(await handler(command, call), headers=NO_STORE)
