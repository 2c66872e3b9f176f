"""Setting up, giving and losing the second factor, over fakes."""

from datetime import timedelta

import pyotp
import pytest

from ecommerce.application.identity.enrol_totp import ConfirmTotp
from ecommerce.application.identity.login import Login
from ecommerce.application.identity.reset_mfa import ResetMfa
from ecommerce.application.identity.step_up import StepUp
from ecommerce.application.identity.verify_mfa import VerifyMfa
from ecommerce.application.identity.views import CodeNeeded, SignedIn
from ecommerce.application.shared.actor import Actor
from ecommerce.application.shared.call import Call
from ecommerce.application.shared.rate_limiting import RateLimited
from ecommerce.domain.identity.account import InvalidCredentials
from ecommerce.domain.identity.second_factor import (
    GUESS_PAUSE,
    GUESSES,
    ChallengeRefused,
    MfaAlreadyEnabled,
    MfaNotPending,
    MfaRequired,
    WrongCode,
)
from ecommerce.domain.identity.session import EndedBy
from ecommerce.domain.shared.ids import UserId
from ecommerce.domain.shared.kernel import Forbidden, InvalidValue, NotFound, Unauthenticated
from tests.unit.identity.test_use_cases import CALL, PASSWORD, World

pytestmark = pytest.mark.anyio

EMAIL = "ada@example.com"


class App:
    """Ada with her telephone."""

    def __init__(self, world: World, signed_in: SignedIn) -> None:
        self.world = world
        self.signed_in = signed_in
        self.secret = ""
        self.recovery: list[str] = []

    async def call(self) -> Call:
        return Call(actor=await self.world.actor(self.signed_in), client_address="192.0.2.1")

    def code(self, ahead: int = 0) -> str:
        return pyotp.TOTP(self.secret).at(self.world.now(), counter_offset=ahead)

    def wrong(self) -> str:
        right = {self.code(ahead) for ahead in range(-2, 3)}
        return next(f"{number:06}" for number in range(10) if f"{number:06}" not in right)

    async def enable(self) -> None:
        enrolment = await self.world.enrol((await self.call()).actor)
        self.secret = enrolment.secret
        told = await self.world.confirm(ConfirmTotp(self.code()), await self.call())
        self.recovery = told.recovery_codes
        self.world.wait(timedelta(seconds=60))

    async def challenged(self, device: str | None = None) -> str:
        command = Login(email=EMAIL, password=PASSWORD, device_name=device, guest_cart="guest")
        answer = await self.world.login(command, CALL)
        assert isinstance(answer, CodeNeeded)
        return answer.mfa_token

    async def verify(self, token: str, code: str) -> SignedIn:
        return await self.world.verify(VerifyMfa(mfa_token=token, code=code, guest_cart="guest"), CALL)


async def somebody(world: World) -> App:
    return App(world, await world.registered())


async def with_app(world: World) -> App:
    app = await somebody(world)
    await app.enable()
    return app


async def test_a_password_alone_opens_no_session_and_merges_no_cart() -> None:
    app = await with_app(world := World())
    sessions = len(world.sessions.sessions)
    token = await app.challenged()
    assert len(world.sessions.sessions) == sessions
    assert world.carts.merged == []
    signed_in = await app.verify(token, app.code())
    assert signed_in.user.mfa_enabled
    assert len(world.sessions.sessions) == sessions + 1
    assert world.carts.merged == [("guest", signed_in.user.id)]
    with pytest.raises(ChallengeRefused):
        await app.verify(token, app.code(1))


async def test_a_code_works_once_whatever_it_was_used_for() -> None:
    app = await with_app(world := World())
    code = app.code()
    await app.verify(await app.challenged(), code)
    token = await app.challenged()
    for old in (code, app.code(-1)):
        with pytest.raises(WrongCode):
            await app.verify(token, old)
    with pytest.raises(WrongCode):
        await world.step_up(StepUp(code=code), await app.call())
    await app.verify(token, app.code(1))


async def test_the_code_that_confirmed_signs_nobody_in() -> None:
    app = await somebody(World())
    enrolment = await app.world.enrol((await app.call()).actor)
    app.secret = enrolment.secret
    code = app.code()
    await app.world.confirm(ConfirmTotp(code), await app.call())
    with pytest.raises(WrongCode):
        await app.verify(await app.challenged(), code)


async def test_a_recovery_code_works_once_and_its_owner_is_told() -> None:
    app = await with_app(world := World())
    typed = app.recovery[3].upper().replace("-", " ")
    await app.verify(await app.challenged(), typed)
    with pytest.raises(WrongCode):
        await app.verify(await app.challenged(), app.recovery[3])
    told = [(type(each).__name__, getattr(each, "left", None)) for each in world.outbox.events]
    assert told[1:] == [("MfaEnabled", None), ("RecoveryCodeUsed", 9)]
    assert [(entry[1], entry[4]) for entry in world.audit.entries] == [
        ("identity.mfa_enabled", {"mfa": True}),
        ("identity.recovery_code_used", {"recovery_codes": 9}),
    ]
    label = f"customer:{app.signed_in.user.id}"
    assert {entry[0] for entry in world.audit.entries} == {label}


async def test_a_challenge_ends_with_its_fifth_wrong_code_or_after_five_minutes() -> None:
    app = await with_app(world := World())
    token = await app.challenged()
    for _ in range(5):
        with pytest.raises(WrongCode):
            await app.verify(token, "aaaa-aaaa-aaaa")
    with pytest.raises(ChallengeRefused):
        await app.verify(token, app.code())
    token = await app.challenged()
    world.wait(timedelta(minutes=5))
    with pytest.raises(ChallengeRefused):
        await app.verify(token, app.code())


async def test_wrong_codes_of_the_app_are_counted_over_all_challenges_and_addresses() -> None:
    app = await with_app(world := World())
    for number in range(GUESSES):
        token = await app.challenged()
        with pytest.raises(WrongCode):
            call = Call(client_address=f"192.0.2.{number}")
            await world.verify(VerifyMfa(mfa_token=token, code=app.wrong()), call)
    token = await app.challenged()
    with pytest.raises(RateLimited) as refused:
        await app.verify(token, app.code())
    assert refused.value.retry_after == GUESS_PAUSE.total_seconds()
    with pytest.raises(RateLimited):
        await world.step_up(StepUp(code=app.code()), await app.call())
    # Its owner isn't locked out by who guesses: a recovery code can't be guessed.
    await app.verify(token, app.recovery[0])
    world.wait(GUESS_PAUSE)
    await app.verify(await app.challenged(), app.code())


async def test_attempts_are_counted_for_the_account_and_the_address_too() -> None:
    app = await with_app(World(attempts=3))
    token = await app.challenged()
    for _ in range(2):
        with pytest.raises(WrongCode):
            await app.verify(token, "nonsense")
    with pytest.raises(RateLimited):
        await app.verify(token, app.code())


async def test_a_new_password_ends_what_the_old_one_began() -> None:
    app = await with_app(world := World())
    token = await app.challenged()
    world.accounts.by_id[UserId(app.signed_in.user.id)].password_hash = "1:another one"
    with pytest.raises(ChallengeRefused):
        await app.verify(token, app.code())


async def test_a_hash_renewed_at_sign_in_is_the_one_its_challenge_is_bound_to() -> None:
    app = await with_app(world := World())
    world.hasher.version = 2
    await app.verify(await app.challenged(), app.code())


async def test_enrolling_again_replaces_what_is_pending_and_nothing_else() -> None:
    app = await somebody(world := World())
    actor = (await app.call()).actor
    with pytest.raises(MfaNotPending):
        await world.confirm(ConfirmTotp("123456"), await app.call())
    first, second = await world.enrol(actor), await world.enrol(actor)
    assert first.secret != second.secret
    assert isinstance(await world.login(Login(email=EMAIL, password=PASSWORD), CALL), SignedIn)
    app.secret = first.secret
    with pytest.raises(WrongCode):
        await world.confirm(ConfirmTotp(app.code()), await app.call())
    app.secret = second.secret
    await world.confirm(ConfirmTotp(f" {app.code()} "), await app.call())
    with pytest.raises(MfaAlreadyEnabled):
        await world.enrol(actor)
    with pytest.raises(MfaAlreadyEnabled):
        await world.confirm(ConfirmTotp(app.code(1)), await app.call())
    with pytest.raises(MfaAlreadyEnabled):
        await world.confirm(ConfirmTotp("recovery-code"), await app.call())


async def test_removing_forgets_secret_codes_and_challenges() -> None:
    app = await with_app(world := World())
    token = await app.challenged()
    await world.remove((await app.call()).actor)
    with pytest.raises(ChallengeRefused):
        await app.verify(token, app.recovery[0])
    assert isinstance(await world.login(Login(email=EMAIL, password=PASSWORD), CALL), SignedIn)
    with pytest.raises(NotFound):
        await world.remove((await app.call()).actor)
    assert [type(each).__name__ for each in world.outbox.events[1:]] == ["MfaEnabled", "MfaRemoved"]
    await world.enrol((await app.call()).actor)
    await world.remove((await app.call()).actor)  # what was pending: nobody needs to be told
    assert len(world.outbox.events) == 3


async def test_a_session_from_before_needs_a_code_where_a_password_was_enough() -> None:
    app = await somebody(world := World())
    old = await world.login(Login(email=EMAIL, password=PASSWORD), CALL)
    assert isinstance(old, SignedIn)
    elsewhere = App(world, old)
    await world.step_up(StepUp(password=PASSWORD), await elsewhere.call())
    await app.enable()
    with pytest.raises(MfaRequired):
        await world.step_up(StepUp(password=PASSWORD), await elsewhere.call())
    with pytest.raises(MfaRequired):
        await world.remove((await elsewhere.call()).actor)
    # A wrong password is told before: nothing else is learned by it.
    with pytest.raises(InvalidCredentials):
        await world.step_up(StepUp(password="wrong one"), await elsewhere.call())
    await world.step_up(StepUp(password=PASSWORD), await app.call())
    await world.step_up(StepUp(code=app.code()), await elsewhere.call())
    await world.step_up(StepUp(password=PASSWORD), await elsewhere.call())
    verified = await app.verify(await app.challenged(), app.recovery[0])
    await world.step_up(StepUp(password=PASSWORD), await App(world, verified).call())


async def test_stepping_up_takes_one_of_password_and_code() -> None:
    app = await somebody(world := World())
    for command in (StepUp(), StepUp(password=PASSWORD, code="123456")):
        with pytest.raises(InvalidValue):
            await world.step_up(command, await app.call())
    with pytest.raises(WrongCode):
        await world.step_up(StepUp(code="123456"), await app.call())
    await app.enable()
    await world.step_up(StepUp(code=app.recovery[0]), await app.call())


async def test_guests_and_machines_have_no_second_factor() -> None:
    app = await with_app(world := World())
    machine = Actor(label="key", account_id=UserId(app.signed_in.user.id))
    for actor in (Actor(), machine):
        with pytest.raises(Unauthenticated):
            await world.enrol(actor)
        with pytest.raises(Unauthenticated):
            await world.remove(actor)
        with pytest.raises(Unauthenticated):
            await world.confirm(ConfirmTotp("123456"), Call(actor=actor))
        with pytest.raises(Unauthenticated):
            await world.step_up(StepUp(code=app.code()), Call(actor=actor))


async def test_staff_reset_it_and_sign_the_account_out() -> None:
    app = await with_app(world := World())
    with pytest.raises(Forbidden):
        await world.reset(ResetMfa(email=EMAIL), (await app.call()).actor)
    staff = Actor.system("cli:test")
    await world.reset(ResetMfa(email="ADA@example.com"), staff)
    assert set(world.sessions.ended.values()) == {EndedBy.STAFF}
    assert isinstance(await world.login(Login(email=EMAIL, password=PASSWORD), CALL), SignedIn)
    assert (world.audit.entries[-1][0], world.audit.entries[-1][1]) == (staff.label, "identity.mfa_removed")
    assert getattr(world.outbox.events[-1], "by_staff", None) is True
    for email in (EMAIL, "nobody@example.com", "not an address"):
        with pytest.raises(NotFound):
            await world.reset(ResetMfa(email=email), staff)


async def test_secrets_do_not_show_in_commands() -> None:
    secret = "swordfish"
    commands = (
        VerifyMfa(mfa_token=secret, code=secret, guest_cart=secret),
        ConfirmTotp(secret),
        StepUp(password=secret, code=secret),
    )
    assert all(secret not in repr(command) for command in commands)
