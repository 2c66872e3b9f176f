"""What a storefront developer does first: generate a client, and buy something with it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from ecommerce.entrypoints.bootstrap.openapi import openapi_json
from tests.e2e.shop import Shop

pytestmark = pytest.mark.xdist_group("fuzz")
BUYER = Path(__file__).with_name("shopping.py")
# What is neither JSON nor text is bytes to the generator, once it is told.
MEDIA = ("image/*", "application/zip", "*/*")
CONFIG = f"content_type_overrides: {json.dumps(dict.fromkeys(MEDIA, 'application/octet-stream'))}\n"


def run(*command: str, **environment: str) -> str:
    done = subprocess.run(
        [sys.executable, *command],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    return done.stdout


def test_a_generated_client_buys_something(running_shop: Shop, tmp_path: Path) -> None:
    (tmp_path / "schema.json").write_bytes(openapi_json())
    (tmp_path / "config.yml").write_text(f"{CONFIG}post_hooks: []\n")
    run(
        *("-m", "openapi_python_client", "generate", "--meta", "none", "--fail-on-warning"),
        *("--path", str(tmp_path / "schema.json"), "--config", str(tmp_path / "config.yml")),
        *("--output-path", str(tmp_path / "shop_client")),
    )

    printed = run(str(BUYER), running_shop.facts["api"], "backpack", PYTHONPATH=str(tmp_path))

    order = json.loads(printed)
    assert (order["status"], order["payment_status"]) == ("confirmed", "unpaid")
    assert order["items"][0]["quantity"] == 2
