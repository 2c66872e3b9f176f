"""A sign-in that stops half-way: the password was right, the code is still to come."""

from ecommerce.application.identity.mfa_ports import Challenge, Challenges
from ecommerce.application.identity.second_factor import password_digest
from ecommerce.application.identity.views import CodeNeeded
from ecommerce.application.shared.tokens import Tokens, token_hash
from ecommerce.domain.identity.account import Account
from ecommerce.domain.identity.second_factor import CHALLENGE_LIFETIME


class Challenger:
    def __init__(self, challenges: Challenges, tokens: Tokens) -> None:
        self._challenges = challenges
        self._tokens = tokens

    async def challenge(self, account: Account, device_name: str | None) -> CodeNeeded:
        """Only inside a unit of work."""
        token = self._tokens.fresh()
        challenge = Challenge(
            account_id=account.id, password=password_digest(account), device_name=device_name
        )
        await self._challenges.open(token_hash(token), challenge, CHALLENGE_LIFETIME)
        return CodeNeeded(mfa_required=True, mfa_token=token)
