"""Looks over the dependencies without a network: the locks, known holes, licences. Part of `make check`.

- every line of both locks is pinned and hashed, and names no address;
- the production lock is a part of the whole one, and is what `dependencies` of pyproject.toml leads to;
- nothing older than a hole that was published for it;
- every installed package has a licence that a closed shop may run, and every runtime one that it may ship.
"""

import re
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import Distribution, distributions
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).resolve().parents[1]
# The first versions without holes that were published before.
NO_OLDER_THAN = {"pyjwt": "2.15", "litestar": "2.20", "redis": "5"}
PERMISSIVE = re.compile(
    r"\b(MIT(-0)?|BSD|0BSD|Apache|ISC|PSF|Python Software Foundation|Unlicense|Zlib|CC0)\b", re.IGNORECASE
)
# By name and with a reason, since what they ask is not nothing.
ACCEPTED = {
    "certifi": "MPL-2.0: unchanged, and of no effect beyond its own files",
    "pathspec": "MPL-2.0: builds the wheel, unchanged",
    "hypothesis": "MPL-2.0: tests only",
    "pycountry": "LGPL-2.1: imported unchanged, replaceable by anyone who has the image",
    "python-stdnum": "LGPL-2.1: imported unchanged, replaceable by anyone who has the image",
    "codespell": "GPL-2.0: a program that development runs; nothing links to it",
}
ENTRY = re.compile(r"^([a-z0-9._-]+)==([^ ;\\]+)", re.MULTILINE)


def main() -> None:
    whole, production = entries("requirements.lock"), entries("requirements-prod.lock")
    faults = [
        *badly_locked("requirements.lock", whole),
        *badly_locked("requirements-prod.lock", production),
        *not_a_part(whole, production),
        *not_what_is_needed(production),
        *known_holes(whole),
        *licences(whole),
    ]
    for fault in faults:
        print(fault, file=sys.stderr)
    if faults:
        sys.exit(1)
    print(f"{len(whole)} packages are locked, {len(production)} of them for production: nothing to object to")


def entries(lock: str) -> dict[str, str]:
    """The lines of each package."""
    found: dict[str, str] = {}
    for block in re.split(r"\n(?=\S)", (ROOT / lock).read_text().strip()):
        match = ENTRY.match(block)
        found[match[1] if match else block] = block
    return found


def badly_locked(lock: str, packages: dict[str, str]) -> Iterator[str]:
    for name, block in packages.items():
        if not ENTRY.match(block):
            yield f"{lock}: not a pinned package: {block.splitlines()[0]}"
        elif "--hash=sha256:" not in block:
            yield f"{lock}: {name} has no hash"
        if "://" in block or "--index" in block or "--find-links" in block:
            yield f"{lock}: {name} names an address"


def not_a_part(whole: dict[str, str], production: dict[str, str]) -> Iterator[str]:
    for name, block in production.items():
        if whole.get(name) != block:
            yield f"requirements-prod.lock: {name} is not as in requirements.lock: run `make lock`"


def not_what_is_needed(production: dict[str, str]) -> Iterator[str]:
    """What is installed here, followed from `dependencies`, must be locked; development's tools must not."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    installed: dict[str, Distribution] = {
        canonicalize_name(each.metadata["Name"]): each for each in distributions()
    }
    needed = follow([Requirement(each) for each in project["dependencies"]], installed)
    for name in sorted(needed - production.keys()):
        yield f"requirements-prod.lock: {name} is needed and not there: run `make lock`"
    extras = project["optional-dependencies"]
    aside = {canonicalize_name(Requirement(each).name) for extra in extras.values() for each in extra}
    for name in sorted((aside & production.keys()) - needed):
        yield f"requirements-prod.lock: {name} is for development only"


def follow(wanted: list[Requirement], installed: dict[str, Distribution]) -> set[str]:
    seen: set[tuple[str, str]] = set()
    while wanted:
        requirement = wanted.pop()
        name = canonicalize_name(requirement.name)
        for extra in ("", *requirement.extras):
            if (name, extra) in seen or name not in installed:
                continue
            seen.add((name, extra))
            for line in installed[name].requires or ():
                inner = Requirement(line)
                if inner.marker is None or inner.marker.evaluate({"extra": extra}):
                    wanted.append(inner)
    return {name for name, _ in seen}


def known_holes(whole: dict[str, str]) -> Iterator[str]:
    for name, oldest in NO_OLDER_THAN.items():
        match = ENTRY.match(whole.get(name, ""))
        if match is None or Version(match[2]) < Version(oldest):
            yield f"requirements.lock: {name} must be at least {oldest}: older ones have published holes"


def licences(whole: dict[str, str]) -> Iterator[str]:
    for each in distributions():
        name = canonicalize_name(each.metadata["Name"])
        if name in ACCEPTED or name not in whole:
            continue
        said = licence_of(each)
        if not any(PERMISSIVE.search(one) for one in said):
            yield f"{name}: its licence ({', '.join(said) or 'unknown'}) is not one of the accepted"


def licence_of(package: Distribution) -> list[str]:
    about = package.metadata.json
    classifiers = [line for line in about.get("classifier", ()) if line.startswith("License ::")]
    first_line = str(about.get("license", "")).partition("\n")[0]
    return [said for said in (str(about.get("license_expression", "")), first_line, *classifiers) if said]


if __name__ == "__main__":
    main()
