"""Registering, signing in and refreshing, over fakes."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import jwt
import pytest

from ecommerce.adapters.contact.email_addresses import CheckedEmailAddresses
from ecommerce.adapters.contact.phone_numbers import E164PhoneNumbers
from ecommerce.adapters.jwt.access_tokens import JwtAccessTokens
from ecommerce.adapters.jwt.keys import Ed25519KeyMaker, KeyRing
from ecommerce.adapters.memory.audit import MemoryAuditLog
from ecommerce.adapters.memory.devices import MemoryKnownDevices
from ecommerce.adapters.memory.identity import (
    MemoryAccounts,
    MemoryEndedSessions,
    MemorySessions,
    PlainHasher,
)
from ecommerce.adapters.memory.second_factors import MemoryChallenges, MemorySecondFactors
from ecommerce.adapters.memory.staff import (
    MemoryApiKeys,
    MemoryAuthority,
    MemoryRoleBook,
    MemoryStaffRoster,
)
from ecommerce.adapters.memory.unit_of_work import MemoryOutbox, MemoryUnitOfWork
from ecommerce.adapters.redis.rate_limit import LocalLimiter
from ecommerce.adapters.system.cipher import AesCipher
from ecommerce.adapters.system.clock import SystemClock
from ecommerce.adapters.system.common_passwords import common_passwords
from ecommerce.adapters.system.ids import Uuid7Ids
from ecommerce.adapters.system.tokens import SecretTokens
from ecommerce.adapters.totp.codes import TotpCodes
from ecommerce.application.identity.attempts import Attempts
from ecommerce.application.identity.authenticate import BearerAuthenticator, LiveTokens
from ecommerce.application.identity.challenge import Challenger
from ecommerce.application.identity.change_roles import ChangeRoles, ChangeRolesHandler
from ecommerce.application.identity.create_user import CreateUser, CreateUserHandler
from ecommerce.application.identity.credentials import Credentials
from ecommerce.application.identity.enrol_totp import ConfirmTotpHandler, EnrolTotpHandler
from ecommerce.application.identity.enrolment import Enrolment
from ecommerce.application.identity.login import Login, LoginHandler
from ecommerce.application.identity.policy import IdentityPolicy
from ecommerce.application.identity.ports import SigningKey
from ecommerce.application.identity.refresh import Refresh, RefreshHandler
from ecommerce.application.identity.register import Register, RegisterHandler
from ecommerce.application.identity.remove_totp import RemoveTotpHandler
from ecommerce.application.identity.reset_mfa import ResetMfaHandler
from ecommerce.application.identity.role_rules import RoleRules
from ecommerce.application.identity.second_factor import (
    Authenticator,
    CodeCheck,
    MfaRecord,
    RecoveryCodes,
)
from ecommerce.application.identity.session_proof import SessionProof
from ecommerce.application.identity.sign_in import AccessTokenIssuer, SignIn
from ecommerce.application.identity.sign_in_attempts import SignInAttempts
from ecommerce.application.identity.step_up import StepUpHandler
from ecommerce.application.identity.verify_mfa import VerifyMfaHandler
from ecommerce.application.identity.views import SignedIn
from ecommerce.application.shared.actor import Actor
from ecommerce.application.shared.call import Call
from ecommerce.application.shared.ports import Cipher
from ecommerce.application.shared.rate_limiting import Rate, RateLimited
from ecommerce.application.shared.tokens import Tokens
from ecommerce.domain.identity.account import EmailTaken, InvalidCredentials
from ecommerce.domain.shared.ids import UserId
from ecommerce.domain.shared.kernel import Forbidden, Unauthenticated

pytestmark = pytest.mark.anyio

CALL = Call(client_address="192.0.2.1", user_agent="Browser")
PASSWORD = "correct horse battery"
KEY = "0123456789abcdef0123456789abcdef"


@dataclass
class Carts:
    merged: list[tuple[str, UserId]] = field(default_factory=list)
    fail: bool = False

    async def merge(self, token: str, account_id: UserId) -> None:
        if self.fail:
            raise RuntimeError("carts are away")
        self.merged.append((token, account_id))


@dataclass
class MemoryKeys:
    keys: list[SigningKey] = field(default_factory=list)

    async def load(self) -> list[SigningKey]:
        return list(self.keys)

    async def install(self, key: SigningKey) -> None:
        self.keys = self.keys or [key]


class World:
    """Every use case of signing in, with fakes behind the ports that would leave the process."""

    def __init__(self, *, verified_only: bool = False, attempts: int = 1000) -> None:
        self.uow = MemoryUnitOfWork()
        self.outbox = MemoryOutbox(self.uow)
        self.accounts = MemoryAccounts(self.outbox)
        self.sessions = MemorySessions(self.accounts)
        self.ended, self.hasher, self.carts, self.audit = (
            MemoryEndedSessions(),
            PlainHasher(),
            Carts(),
            MemoryAuditLog(),
        )
        policy = IdentityPolicy(verified_only=verified_only, attempts=Rate("auth", attempts))
        self._passed = timedelta()
        cipher, ids, clock, tokens = AesCipher(KEY), Uuid7Ids(), SystemClock(), SecretTokens(KEY)
        emails = CheckedEmailAddresses(reserved=True)
        ring = KeyRing(MemoryKeys(), Ed25519KeyMaker(cipher), cipher)
        access = JwtAccessTokens(ring, clock, "http://shop.test", "http://shop.test/api")
        issuer = AccessTokenIssuer(access, ids, clock)
        sign_in = SignIn(self.sessions, tokens, issuer, self.carts, ids, self.audit)
        self.roles = MemoryRoleBook(self.accounts)
        rules = RoleRules(self.roles, MemoryStaffRoster(self.accounts))
        authority = MemoryAuthority(self.roles, MemoryApiKeys())
        counted = Attempts(LocalLimiter(), policy, emails)
        enrolment = Enrolment(emails, E164PhoneNumbers(), common_passwords(), self.hasher, ids, clock)
        credentials = Credentials(self.accounts, emails, self.hasher, policy)
        self.register = RegisterHandler(self.uow, self.accounts, enrolment, sign_in, counted, policy)
        self.challenges = MemoryChallenges(self.now)
        self.factors = MemorySecondFactors(self.accounts, self.sessions, self.challenges, self.now)
        self.devices = MemoryKnownDevices(self.sessions)
        tries = SignInAttempts(counted, emails, self.devices)
        challenger = Challenger(self.challenges, tokens)
        self.login = LoginHandler(self.uow, self.accounts, credentials, sign_in, challenger, tries)
        self._second_factor(cipher, tokens, sign_in, counted)
        proof = SessionProof(self.factors, self.check)
        self.step_up = StepUpHandler(self.uow, self.sessions, credentials, proof, issuer, counted)
        self.remove = RemoveTotpHandler(self.uow, self.factors, proof, self.record)
        self.reset = ResetMfaHandler(self.uow, self.factors, self.sessions, emails, self.ended, self.record)
        self.refresh = RefreshHandler(self.uow, self.sessions, tokens, issuer, self.ended, self.outbox)
        self.authenticate = BearerAuthenticator(LiveTokens(access, self.ended), authority)
        self.create = CreateUserHandler(self.uow, self.accounts, enrolment, rules, self.audit)
        self.change_roles = ChangeRolesHandler(
            self.uow, self.accounts, rules, self.sessions, emails, self.ended, self.audit
        )

    def _second_factor(self, cipher: Cipher, tokens: Tokens, sign_in: SignIn, counted: Attempts) -> None:
        codes = TotpCodes("Shop")
        authenticator, recovery = Authenticator(codes, cipher), RecoveryCodes(tokens)
        self.record = MfaRecord(self.audit, self.outbox)
        self.check = CodeCheck(self.factors, authenticator, recovery, self.record)
        self.enrol = EnrolTotpHandler(self.uow, self.factors, authenticator, codes)
        self.confirm = ConfirmTotpHandler(
            self.uow, self.factors, authenticator, recovery, self.record, counted
        )
        self.verify = VerifyMfaHandler(self.uow, self.challenges, self.factors, self.check, sign_in, counted)

    def now(self) -> datetime:
        """The clock of the second factor."""
        return datetime.now(UTC) + self._passed

    def wait(self, time: timedelta) -> None:
        self._passed += time

    async def registered(self, email: str = "ada@example.com", cart: str | None = None) -> SignedIn:
        signed_in = await self.register(Register(email=email, password=PASSWORD, guest_cart=cart), CALL)
        assert signed_in is not None
        return signed_in

    async def actor(self, signed_in: SignedIn) -> Actor:
        return await self.authenticate(f"Bearer {signed_in.access_token}", Call())


async def test_registering_files_the_fact_and_signs_in() -> None:
    world = World()
    signed_in = await world.registered()
    assert [type(event).__name__ for event in world.outbox.events] == ["AccountRegistered"]
    actor = await world.actor(signed_in)
    assert (actor.label, actor.account_id) == (f"customer:{signed_in.user.id}", signed_in.user.id)
    assert actor.permissions == frozenset()
    with pytest.raises(EmailTaken):
        await world.registered("ADA@example.com")


async def test_registering_where_addresses_are_verified_tells_nothing_and_works_as_hard() -> None:
    world = World(verified_only=True)
    command, work = Register(email="ada@example.com", password=PASSWORD), []
    for _ in range(2):
        before = world.hasher.work, world.uow.commits, len(world.outbox.events)
        assert await world.register(command, CALL) is None
        after = world.hasher.work, world.uow.commits, len(world.outbox.events)
        work.append(tuple(now - then for now, then in zip(after, before, strict=True)))
    assert work[0] == work[1] == (1, 1, 1)
    assert world.sessions.sessions == {}


async def test_an_unknown_address_costs_as_much_as_a_wrong_password() -> None:
    world = World()
    await world.registered()
    for email in ("ada@example.com", "nobody@example.com", "not an address"):
        before = world.hasher.work
        with pytest.raises(InvalidCredentials):
            await world.login(Login(email=email, password="wrong one"), CALL)
        assert world.hasher.work - before == 1


async def test_a_stale_hash_is_renewed_at_sign_in() -> None:
    world = World()
    signed_in = await world.registered()
    world.hasher.version = 2
    await world.login(Login(email="ada@example.com", password=PASSWORD), CALL)
    account = await world.accounts.get(UserId(signed_in.user.id))
    assert account.password_hash == f"2:{PASSWORD}"


async def test_a_guest_cart_comes_along_and_never_stands_in_the_way() -> None:
    world = World()
    signed_in = await world.registered(cart="token-1")
    await world.login(Login(email="ada@example.com", password=PASSWORD, guest_cart="token-2"), CALL)
    assert world.carts.merged == [("token-1", signed_in.user.id), ("token-2", signed_in.user.id)]
    world.carts.fail = True
    again = await world.login(Login(email="ada@example.com", password=PASSWORD, guest_cart="x"), CALL)
    assert isinstance(again, SignedIn)
    assert (await world.actor(again)).account_id == signed_in.user.id


async def test_attempts_are_counted_for_each_account_and_address() -> None:
    world = World(attempts=2)
    command = Login(email="Ada@example.com", password="wrong one")
    for _ in range(2):
        with pytest.raises(InvalidCredentials):
            await world.login(command, CALL)
    before = world.hasher.work
    with pytest.raises(RateLimited):
        await world.login(Login(email="ada@EXAMPLE.com ", password=PASSWORD), CALL)
    with pytest.raises(RateLimited):
        await world.login(Login(email="ada@\uff45xample.com", password=PASSWORD), CALL)
    assert world.hasher.work == before
    with pytest.raises(InvalidCredentials):
        await world.login(command, Call(client_address="192.0.2.2"))


async def test_two_tabs_get_the_same_successor() -> None:
    world = World()
    token = (await world.registered()).refresh_token
    first, second = [await world.refresh(Refresh(token)) for _ in range(2)]
    assert first.refresh_token == second.refresh_token != token
    assert len(world.sessions.tokens) == 2


async def test_a_token_nobody_gave_out_is_refused() -> None:
    with pytest.raises(Unauthenticated):
        await World().refresh(Refresh("unknown"))


async def test_roles_come_with_the_next_refresh_and_go_at_once() -> None:
    world = World()
    signed_in = await world.registered()
    system = Actor.system("cli:test")
    await world.change_roles(ChangeRoles(whose="ada@example.com", grant=["warehouse"]), system)
    pair = await world.refresh(Refresh(signed_in.refresh_token))
    actor = await world.authenticate(f"Bearer {pair.access_token}", Call())
    assert actor.label == f"staff:{signed_in.user.id}"
    assert "stock:write" in actor.permissions
    await world.change_roles(ChangeRoles(whose="ada@example.com", revoke=["warehouse"]), system)
    with pytest.raises(Unauthenticated):
        await world.authenticate(f"Bearer {pair.access_token}", Call())
    with pytest.raises(Unauthenticated):
        await world.refresh(Refresh(pair.refresh_token))
    assert [entry[1] for entry in world.audit.entries] == ["identity.roles_changed"] * 2


async def test_changing_nothing_is_not_worth_an_entry() -> None:
    world = World()
    await world.registered()
    command = ChangeRoles(whose="ada@example.com", revoke=["warehouse"])
    await world.change_roles(command, Actor.system("cli:test"))
    assert world.audit.entries == []


async def test_only_who_may_creates_users_and_grants_roles() -> None:
    world = World()
    helper = Actor(account_id=UserId(uuid4()), permissions=frozenset({"users:write"}))
    command = CreateUser(email="new@example.com", password=PASSWORD)
    with pytest.raises(Unauthenticated):
        await world.create(command, Actor())
    assert (await world.create(command, helper)).roles == []
    with pytest.raises(Forbidden):
        await world.create(CreateUser(email="b@example.com", password=PASSWORD, roles=["admin"]), helper)


async def test_secrets_do_not_show_in_commands() -> None:
    commands = (
        Login(email="a@example.com", password=PASSWORD),
        Register(email="a@example.com", password=PASSWORD),
        CreateUser(email="a@example.com", password=PASSWORD),
        Refresh(PASSWORD),
    )
    assert all(PASSWORD not in repr(command) for command in commands)


async def test_auth_time_is_when_the_password_was_given() -> None:
    world = World()
    signed_in = await world.registered()
    claims = jwt.decode(signed_in.access_token, options={"verify_signature": False})
    session = world.sessions.sessions[UUID(claims["sid"])]
    assert claims["auth_time"] == int(session.authenticated_at.timestamp())
    actor = await world.actor(signed_in)
    assert actor.session_id == session.id
