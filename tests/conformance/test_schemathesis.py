"""A fuzzer that reads the document, against real processes. `make fuzz` does the same for longer.

Two minutes in all, or what FUZZ_SECONDS says; always from the same seed, or from FUZZ_SEED.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.shop import Shop

SECONDS = int(os.environ.get("FUZZ_SECONDS", "120")) // 3
SEED = os.environ.get("FUZZ_SEED", "1")
SCRIPT = Path(__file__).parents[2] / "scripts" / "fuzz.py"
pytestmark = [pytest.mark.xdist_group("fuzz"), pytest.mark.timeout(SECONDS * 2 + 120)]


@pytest.mark.parametrize("caller", ["guest", "customer", "staff"])
def test_no_answer_is_other_than_the_document_says(running_shop: Shop, caller: str) -> None:
    done = subprocess.run(
        [
            *(sys.executable, str(SCRIPT), "--data-dir", str(running_shop.data_dir)),
            *("--as", caller, "--seconds", str(SECONDS), "--seed", SEED),
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    checked = running_shop.command("doctor", "--invariants")

    print(done.stdout)  # noqa: T201  # pytest shows it where something failed: the seed is in it
    assert done.returncode == 0
    assert checked.returncode == 0, checked.stdout
    faults = (running_shop.data_dir / "logs" / "api.log").read_text()
    assert "internal_error" not in faults
