"""The newest schema revision in the code, without Alembic: serving processes have no other use for it."""

import re
from pathlib import Path

_BESIDE = Path(__file__).resolve().parents[4] / "migrations" / "versions"
_REVISION = re.compile(r"^(down_)?revision(?:\s*:[^=]+)?\s*=\s*[\"']([^\"']+)[\"']", re.MULTILINE)


def schema_head() -> str:
    """Raises `RuntimeError` where there are no migrations, or more than one is the newest."""
    folder = _BESIDE if _BESIDE.is_dir() else Path.cwd() / "migrations" / "versions"
    revisions: set[str] = set()
    replaced: set[str] = set()
    for script in folder.glob("*.py"):
        for down, name in _REVISION.findall(script.read_text()):
            (replaced if down else revisions).add(name)
    heads = revisions - replaced
    if len(heads) != 1:
        raise RuntimeError(f"expected one newest migration in {folder}, found {sorted(heads)}")
    return heads.pop()
