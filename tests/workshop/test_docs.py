"""What the documents say is there: links, commands, settings, checks."""

import re
import subprocess
from pathlib import Path

import pytest
import rich_click as click

from ecommerce.entrypoints.cli.app import COMMANDS, _load
from ecommerce.entrypoints.worker.schedule import SCHEDULE

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
DECISIONS = sorted((ROOT / "docs" / "adr").glob("0*.md"))
NAMES = [str(path.relative_to(ROOT)) for path in DOCUMENTS]
TARGETS = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
# Words that may follow `make` or `ecommerce` in a sentence would be taken for commands: only code is read.
CODE = re.compile(r"```.*?\n(.*?)```|`([^`\n]+)`", re.DOTALL)


def code_of(text: str) -> str:
    return "\n".join(block or inline for block, inline in CODE.findall(text))


def anchors(path: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", path.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("name", NAMES)
def test_links_lead_somewhere(name: str) -> None:
    path = ROOT / name
    text = re.sub(r"```.*?```", "", path.read_text(), flags=re.DOTALL)
    for link in re.findall(r"\]\(([^)\s]+)\)", text):
        if "://" in link:
            continue
        target, _, anchor = link.partition("#")
        found = (path.parent / target).resolve() if target else path
        assert found.exists(), link
        assert not anchor or anchor in anchors(found), link


@pytest.mark.parametrize("name", NAMES)
def test_what_can_be_made_is_in_the_makefile(name: str) -> None:
    for target in re.findall(r"^\s*(?:#.*)?make ([a-z-]+)", code_of((ROOT / name).read_text()), re.MULTILINE):
        assert target in TARGETS, target


def resolve(words: list[str]) -> None:
    """Fails where the command line has no such command, or the command no such option."""
    name = words.pop(0)
    assert name in COMMANDS, name
    assert (ROOT / f"src/ecommerce/entrypoints/cli/{name}.py").exists(), f"{name} is not there yet"
    command = _load(name)
    while isinstance(command, click.Group) and words and not words[0].startswith("-"):
        inner = words.pop(0)
        assert inner in command.commands, f"{name} {inner}"
        command = command.commands[inner]
    options = {option for each in command.params for option in (*each.opts, *each.secondary_opts)}
    for word in words:
        if word.startswith("--"):
            assert word.partition("=")[0] in options | {"--help", "--data-dir"}, f"{name} has no {word}"


@pytest.mark.parametrize("name", NAMES)
def test_commands_and_their_options_exist(name: str) -> None:
    lines = code_of((ROOT / name).read_text()).replace("\\\n", " ").splitlines()
    for line in lines:
        match = re.match(r"\s*(?:\.venv/bin/)?ecommerce ([a-z].*)", line)
        if match:
            resolve(re.sub(r'"[^"]*"', "X", match[1]).split("#")[0].split("|")[0].split())


@pytest.mark.parametrize("name", NAMES)
def test_paths_in_code_exist(name: str) -> None:
    """`tests/...`, `src/...` and their like; what holds a placeholder is a pattern."""
    text = (ROOT / name).read_text()
    for path in re.findall(r"(?<![\w/])((?:tests|src|scripts|docs|migrations)/[\w./-]*\w)", text):
        if "NNNN" not in path:
            assert (ROOT / path).exists() or (ROOT / "src/ecommerce" / path).exists(), path


@pytest.mark.parametrize("path", DECISIONS, ids=lambda path: path.stem)
def test_a_decision_is_a_page_with_its_check(path: Path) -> None:
    text = path.read_text()
    headings = re.findall(r"^## (.+)$", text, re.MULTILINE)
    assert headings == ["Context", "Decision", "Consequences", "Alternatives", "Check"]
    assert len(text.splitlines()) < 75
    number = int(path.name[:4])
    assert text.startswith(f"# {number}. ")
    check = text.partition("## Check")[2]
    assert re.search(r"tests/[\w/]+(\.py)?|`[a-z-]+`", check)
    assert f"({path.name})" in (path.parent / "README.md").read_text()


def test_decisions_are_numbered_without_gaps() -> None:
    assert [int(path.name[:4]) for path in DECISIONS] == list(range(1, len(DECISIONS) + 1))


def test_the_changelog_is_kept() -> None:
    text = (ROOT / "CHANGELOG.md").read_text()
    headings = re.findall(r"^## (.+)$", text, re.MULTILINE)
    assert headings[0] == "[Unreleased]"
    kinds = set(re.findall(r"^### (.+)$", text, re.MULTILINE))
    assert kinds <= {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}
    for heading in headings[1:]:
        assert re.fullmatch(r"\[\d+\.\d+\.\d+\] - \d{4}-\d{2}-\d{2}", heading)


def test_every_schedule_has_its_row_in_the_runbook() -> None:
    text = (ROOT / "docs/runbooks/a-worker-schedule.md").read_text()
    rows = set(re.findall(r"^\| `([a-z_.]+)` \|", text, re.MULTILINE))
    assert rows == {each.name for each in SCHEDULE}


def test_every_runbook_is_listed() -> None:
    folder = ROOT / "docs" / "runbooks"
    listed = set(re.findall(r"\(([a-z-]+\.md)\)", (folder / "README.md").read_text()))
    assert listed == {path.name for path in folder.glob("*.md")} - {"README.md"}


def test_every_fake_is_used_by_a_test() -> None:
    tests = "\n".join(path.read_text() for path in (ROOT / "tests").rglob("*.py"))
    for fake in (ROOT / "src/ecommerce/adapters/memory").glob("[a-z]*.py"):
        assert f"ecommerce.adapters.memory.{fake.stem} import" in tests, fake.name


def test_no_document_names_this_machine() -> None:
    for path in [*DOCUMENTS, ROOT / "Makefile", ROOT / "Dockerfile", ROOT / "compose.yaml"]:
        assert not re.search(r"/(home|root|Users|work)/|\bpypi\.org\b", path.read_text()), path.name


def test_help_lists_every_target() -> None:
    done = subprocess.run(
        ["make", "--no-print-directory", "help"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    listed = set(re.findall(r"^  make ([a-z-]+)", done.stdout, re.MULTILINE))
    asked = "up down demo test test-fast races check fix migration seed shell graph lock".split()
    assert set(asked) <= listed
    assert listed <= TARGETS


def test_migrations_are_bounded_in_their_waiting() -> None:
    """`.squawk.toml` leaves out the rule that would ask for it in each file."""
    assert '"lock_timeout": "4000"' in (ROOT / "migrations/env.py").read_text()
