"""Every version of the engine that is kept answers what it always did."""

import json
from pathlib import Path

import pytest

from ecommerce.domain.pricing.canonical import from_plain, to_plain
from ecommerce.domain.pricing.engine import ENGINE
from ecommerce.domain.pricing.versions import reprice
from tests.unit.pricing.golden import FOLDER, file_of, numbers, write


@pytest.mark.parametrize("path", sorted(FOLDER.glob("engine-*.json")), ids=lambda path: path.stem)
def test_an_engine_answers_what_it_always_did(path: Path) -> None:
    cases = json.loads(path.read_text())

    version = path.stem.removeprefix("engine-")
    changed = [
        number
        for number, case in enumerate(cases)
        if numbers(reprice(version, case["snapshot"])) != case["breakdown"]
    ]

    assert len(cases) >= 200
    assert not changed


def test_the_engine_of_today_has_its_file() -> None:
    assert file_of(ENGINE).exists(), "python -m tests.unit.pricing.golden writes it"


def test_the_format_of_kept_snapshots_is_what_it_was() -> None:
    kept = [case["snapshot"] for case in json.loads(file_of(ENGINE).read_text())]

    assert [to_plain(from_plain(each)) for each in kept] == kept


def test_a_file_is_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "engine-x.json"
    write(path)

    with pytest.raises(FileExistsError):
        write(path)
