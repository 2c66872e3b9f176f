"""The README's walk, word by word."""

import re
import subprocess
import sys
from pathlib import Path

from tests.e2e.shop import Shop

ROOT = Path(__file__).parents[2]


def test_the_walk_leads_to_a_paid_and_partly_refunded_order(shop: Shop, tmp_path: Path) -> None:
    text = (ROOT / "README.md").read_text()
    walk = "\n".join(re.findall(r"```sh walk\n(.*?)```", text, re.DOTALL))
    script = (
        walk.replace("http://127.0.0.1:8000", shop.facts["api"])
        .replace("http://127.0.0.1:8001", shop.facts["sandbox"])
        .replace(".venv/bin/ecommerce", str(Path(sys.executable).with_name("ecommerce")))
    )

    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=tmp_path,
        env=shop.environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    lines = done.stdout.splitlines()
    assert "succeeded" in lines
    assert "paid" in lines
    assert lines[-1] == "partially_refunded"
