"""Whom an erasure is about, kept encrypted until it is done: by then nothing else tells it any more."""

import msgspec

from ecommerce.application.privacy.ports import Subject
from ecommerce.application.shared.ports import Cipher

PURPOSE = "privacy-subject"


def sealed(subject: Subject, cipher: Cipher) -> bytes:
    return cipher.encrypt(msgspec.json.encode(subject), PURPOSE)


def opened(secret: bytes, cipher: Cipher) -> Subject:
    return msgspec.json.decode(cipher.decrypt(secret, PURPOSE), type=Subject)
