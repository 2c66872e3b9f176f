"""Images as they are served."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class StoredMedia:
    content_type: str
    content: bytes


class MediaStore(Protocol):
    """A name stands for its content: it may be cached for ever."""

    def get(self, name: str) -> StoredMedia:
        """Raises `NotFound`, also for names that are no names of ours."""
        ...
