"""Somebody gives up the second factor."""

from ecommerce.application.identity.mfa_ports import SecondFactors
from ecommerce.application.identity.second_factor import MfaRecord
from ecommerce.application.identity.session_proof import SessionProof, own_session
from ecommerce.application.shared.actor import Actor
from ecommerce.application.shared.ports import UnitOfWork
from ecommerce.domain.shared.kernel import NotFound


class RemoveTotpHandler:
    def __init__(
        self, uow: UnitOfWork, factors: SecondFactors, proof: SessionProof, record: MfaRecord
    ) -> None:
        self._uow = uow
        self._factors = factors
        self._proof = proof
        self._record = record

    async def __call__(self, actor: Actor) -> None:
        """Secret and recovery codes are forgotten; one that is pending, too, without anybody being told.

        That the caller has lately shown who they are is the door's to ask. Raises `NotFound`, `MfaRequired`,
        and `Unauthenticated` without a session.
        """
        account_id, session_id = own_session(actor)
        async with self._uow.begin():
            held = await self._factors.hold(account_id)
            if held.totp is None:
                raise NotFound("there is no second factor")
            if held.totp.enabled:
                await self._proof.beside_password(held.account, session_id)
                await self._record.removed(actor, account_id)
            await self._factors.remove(account_id)
