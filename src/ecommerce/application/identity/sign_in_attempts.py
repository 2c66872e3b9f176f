"""How often somebody may try a password at sign-in: for an account and an address together, and for each
known device in a bucket of its own.

Strangers share the bucket of account and address, which those behind the same address may empty (one office,
one operator's gateway). A device that the account has been signed in with lately, told by client address and
user agent, doesn't draw on it: its owner signs in whatever the others try. Nobody is let try more often than
that, and whether a device is known is asked for every address alike, also for one that is nobody's.
"""

from ecommerce.application.identity.attempts import Attempts
from ecommerce.application.identity.devices import KnownDevices
from ecommerce.application.identity.ports import Device, EmailAddresses
from ecommerce.application.shared.call import Call


class SignInAttempts:
    def __init__(self, attempts: Attempts, emails: EmailAddresses, devices: KnownDevices) -> None:
        self._attempts = attempts
        self._emails = emails
        self._devices = devices

    async def count(self, email: str, device: Device, call: Call) -> None:
        """Raises `RateLimited`. All spellings of an address are counted as one."""
        key = self._emails.key(email)
        address, agent = device.address or "", device.user_agent or ""
        known = await self._devices.knows(key or "", address, agent)
        await self._attempts.count(key or email, call, device=agent if known else None)
