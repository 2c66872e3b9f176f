"""The second factor: setting up an authenticator app, giving its codes, removing it."""

from typing import Annotated, TypeAlias

import msgspec
from dishka import FromDishka
from litestar import Controller
from litestar.params import JSONBody

from ecommerce.application.identity.enrol_totp import ConfirmTotp, ConfirmTotpHandler, EnrolTotpHandler
from ecommerce.application.identity.remove_totp import RemoveTotpHandler
from ecommerce.application.identity.verify_mfa import VerifyMfa, VerifyMfaHandler
from ecommerce.application.identity.views import RecoveryCodesView, SignedIn, TotpEnrolment
from ecommerce.application.shared.call import Call
from ecommerce.application.shared.rate_limiting import RateLimited
from ecommerce.domain.identity.second_factor import (
    ChallengeRefused,
    MfaAlreadyEnabled,
    MfaNotPending,
    MfaRequired,
    WrongCode,
)
from ecommerce.domain.shared.kernel import NotFound, Unauthenticated
from ecommerce.entrypoints.http.headers import CartToken
from ecommerce.entrypoints.http.operation import CUSTOMER, OPEN
from ecommerce.entrypoints.http.replies import NO_STORE, Reply
from ecommerce.entrypoints.http.routing import delete, post

Code: TypeAlias = Annotated[str, msgspec.Meta(min_length=1, max_length=64, examples=["123456"])]
MfaToken: TypeAlias = Annotated[str, msgspec.Meta(min_length=1, max_length=4096)]


class VerifyMfaBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`code` is of the authenticator app, or a recovery code, with or without its dashes."""

    mfa_token: MfaToken
    code: Code


class ConfirmTotpBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    code: Code


class MfaController(Controller):
    path = "/auth/mfa"
    tags = ("Authentication",)

    @post("/verify", policy=OPEN, rate_limit="auth", raises=(ChallengeRefused, WrongCode, RateLimited))
    async def verify(
        self,
        data: JSONBody[VerifyMfaBody],
        handler: FromDishka[VerifyMfaHandler],
        call: FromDishka[Call],
        cart_token: CartToken = None,
    ) -> Reply[SignedIn]:
        """Finish signing in with a code of the authenticator app, or a recovery code.

        Each works once. A guest's cart sent along is merged.
        """
        command = VerifyMfa(mfa_token=data.mfa_token, code=data.code, guest_cart=cart_token)
        return Reply(await handler(command, call), headers=NO_STORE)

    @post(
        "/totp",
        status=201,
        policy=CUSTOMER,
        step_up=True,
        rate_limit="auth",
        raises=(MfaAlreadyEnabled, NotFound, Unauthenticated),
    )
    async def enrol(
        self, handler: FromDishka[EnrolTotpHandler], call: FromDishka[Call]
    ) -> Reply[TotpEnrolment]:
        """Ask for the secret of an authenticator app.

        It counts once a code has confirmed it; asking again replaces it until then.
        """
        return Reply(await handler(call.actor), status=201, headers=NO_STORE)

    @post(
        "/totp/confirm",
        policy=CUSTOMER,
        rate_limit="auth",
        raises=(WrongCode, MfaAlreadyEnabled, MfaNotPending, NotFound, Unauthenticated, RateLimited),
    )
    async def confirm(
        self,
        data: JSONBody[ConfirmTotpBody],
        handler: FromDishka[ConfirmTotpHandler],
        call: FromDishka[Call],
    ) -> Reply[RecoveryCodesView]:
        """Show that the app has the secret: from now on signing in needs a code.

        The answer has ten recovery codes, each good once. They are not shown again.
        """
        return Reply(await handler(ConfirmTotp(data.code), call), headers=NO_STORE)

    @delete(
        "/totp",
        policy=CUSTOMER,
        step_up=True,
        rate_limit="auth",
        raises=(MfaRequired, NotFound, Unauthenticated),
    )
    async def remove(self, handler: FromDishka[RemoveTotpHandler], call: FromDishka[Call]) -> None:
        """Remove the second factor and its recovery codes, or the secret that waits to be confirmed."""
        await handler(call.actor)
