"""How often somebody may try to prove who they are: counted for an account and an address together.

Counted for the account alone, anybody could keep its owner out; all attempts from one address are counted at
the door. A known device has a bucket of its own beside that (see `sign_in_attempts`).
"""

import hashlib

from ecommerce.application.identity.policy import IdentityPolicy
from ecommerce.application.identity.ports import EmailAddresses
from ecommerce.application.shared.call import Call
from ecommerce.application.shared.rate_limiting import RateLimited, RateLimiter


class Attempts:
    def __init__(self, limiter: RateLimiter, policy: IdentityPolicy, emails: EmailAddresses) -> None:
        self._limiter = limiter
        self._emails = emails
        self._rate = policy.attempts

    async def count(self, whose: str, call: Call, *, device: str | None = None) -> None:
        """`whose` is an account, or the address that stands for it; `device` the user agent of a known one.

        Raises `RateLimited`.
        """
        # By its key, or each spelling of an address would be tried so often.
        account = self._emails.key(whose) or whose.strip().lower()
        marks = [account, call.client_address, *([] if device is None else [device])]
        # Hashed: the limiter's memory is no place for addresses.
        key = hashlib.sha256("\n".join(marks).encode("utf-8", "surrogatepass")).hexdigest()
        verdict = await self._limiter.spend(self._rate, key)
        if not verdict.allowed:
            raise RateLimited(
                f"more than {self._rate.limit} attempts a minute for this account",
                max(1, verdict.retry_after),
                policy=self._rate.name,
            )
