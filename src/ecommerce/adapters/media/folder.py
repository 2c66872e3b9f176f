"""Images in a folder, named by what they hold: a name never gets other bytes."""

import hashlib
import os
import re
from pathlib import Path

from ecommerce.application.catalog.media import StoredMedia
from ecommerce.domain.shared.kernel import NotFound

_NAME = re.compile(r"[0-9a-f]{32}\.(png|jpg|webp|avif)")
_TYPES = {"png": "image/png", "jpg": "image/jpeg", "webp": "image/webp", "avif": "image/avif"}


class FolderMedia:
    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, content: bytes, kind: str) -> str:
        """Write the file unless it is there, whole or not at all. Answers with its name."""
        name = f"{hashlib.sha256(content).hexdigest()[:32]}.{kind}"
        path = self._folder / name
        if not path.exists():
            self._folder.mkdir(parents=True, exist_ok=True)
            fresh = path.with_name(f".{name}.{os.getpid()}")
            fresh.write_bytes(content)
            fresh.replace(path)
        return name

    def get(self, name: str) -> StoredMedia:
        # Only names that `keep` makes: nothing else in the folder, and nothing above it, can be named.
        match = _NAME.fullmatch(name)
        if match is None:
            raise NotFound("there is no such file")
        try:
            return StoredMedia(_TYPES[match[1]], (self._folder / name).read_bytes())
        except FileNotFoundError:
            raise NotFound("there is no such file") from None
