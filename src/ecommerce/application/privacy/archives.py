"""An export as a file: a zip of JSON, encrypted where it is kept."""

import io
import zipfile
from collections.abc import Mapping, Sequence

from ecommerce.application.shared.ports import Cipher

PURPOSE = "privacy-archive"


def packed(records: Mapping[str, Sequence[bytes]], cipher: Cipher) -> tuple[bytes, int]:
    """A zip with a file of each kind, `orders.json` a list of JSON objects: encrypted, and its bare size.

    It takes its time: not for the event loop.
    """
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for kind, each in records.items():
            archive.writestr(f"{kind}.json", b"[" + b",\n".join(each) + b"]\n")
    plain = file.getvalue()
    return cipher.encrypt(plain, PURPOSE), len(plain)


def unpacked(archive: bytes, cipher: Cipher) -> bytes:
    """The bare zip again."""
    return cipher.decrypt(archive, PURPOSE)
