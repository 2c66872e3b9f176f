"""The import contracts hold, and each of them would notice a violation."""

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CONTRACTS = [
    contract["name"]
    for contract in tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
]
# For each contract: where a forbidden import is planted, and which.
PLANTED = {
    "Layers point inwards": ("application/cart/add_item.py", "ecommerce.adapters.system.clock"),
    "Only bootstrap knows the adapters": ("entrypoints/cli/stock.py", "ecommerce.adapters.system.clock"),
    "Delivery mechanisms do not know one another": (
        "entrypoints/cli/stock.py",
        "ecommerce.entrypoints.http.pages",
    ),
    "Adapters do not know one another": ("adapters/system/clock.py", "ecommerce.adapters.postgres.database"),
    "Domain contexts share only the kernel": ("domain/cart/cart.py", "ecommerce.domain.orders.lifecycle"),
    "Application contexts meet only at contracts.py": (
        "application/cart/add_item.py",
        "ecommerce.application.orders.ports",
    ),
    "The cart model is private": ("application/orders/ports.py", "ecommerce.domain.cart.cart"),
    "The inventory model is private": (
        "application/orders/ports.py",
        "ecommerce.domain.inventory.allocation",
    ),
    "The pricing model is private": ("application/orders/ports.py", "ecommerce.domain.pricing.engine"),
    "The orders model is private": ("application/cart/ports.py", "ecommerce.domain.orders.lifecycle"),
    "The domain is plain Python": ("domain/cart/cart.py", "msgspec"),
    "Use cases know no framework but msgspec": ("application/cart/add_item.py", "asyncpg"),
}


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    program = Path(sys.executable).with_name("lint-imports")
    return subprocess.run(
        [program, "--no-cache", "--config", str(folder / "pyproject.toml")],
        cwd=folder / "src",
        env={"PYTHONPATH": str(folder / "src"), "PATH": "/usr/bin:/bin", "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_every_contract_is_proven_by_a_planted_violation() -> None:
    assert sorted(PLANTED) == sorted(CONTRACTS)


@pytest.mark.parametrize("contract", sorted(PLANTED))
def test_a_planted_violation_breaks_its_contract(contract: str, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "src", tmp_path / "src", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    file, module = PLANTED[contract]
    with (tmp_path / "src/ecommerce" / file).open("a") as planted:
        planted.write(f"\nimport {module}\n")

    done = lint(tmp_path)

    assert f"{contract} BROKEN" in done.stdout, done.stdout + done.stderr
