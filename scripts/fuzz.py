"""Throws everything that the document allows, and much that it does not, at the running shop.

As a guest, as a customer, as staff: no answer may be a 5xx, of a status or a shape that is not documented, or
take what is not allowed. Wants a shop opened by `make up`; what it writes stays in there.
"""

import argparse
import json
import random
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx

CALLERS = ("guest", "customer", "staff")
# Access tokens live for ten minutes: nobody stays signed in for longer than this.
ROUND = 300
# What a schema can't say (either this field or that one) is no bad data of ours.
CHECKS = ["--checks", "all", "--exclude-checks", "positive_data_acceptance"]
# These end the session of whoever calls them, and with it the round.
ENDS_SESSION = r"^(auth_logout|privacy_erase|session_end.*|auth_recovery_change_.*)$"
SHIP_TO = {
    "first_name": "Ada",
    "last_name": "Buyer",
    "line1": "1 High Street",
    "city": "London",
    "postal_code": "SW1A 1AA",
    "country": "GB",
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data-dir", type=Path, default=Path(".data"))
    parser.add_argument("--seconds", type=int, default=1_800, help="for all callers together")
    parser.add_argument("--seed", type=int, default=random.randrange(2**32))
    parser.add_argument("--as", dest="callers", nargs="*", choices=CALLERS, default=CALLERS)
    parser.add_argument("--only", default="", help="a regular expression of operation ids")
    options = parser.parse_args()
    try:
        facts = json.loads((options.data_dir / "up.json").read_text())
    except FileNotFoundError:
        sys.exit(f"no shop is open in {options.data_dir}: run `make up` in another terminal first")
    folder: Path = options.data_dir.absolute() / "fuzz"
    folder.mkdir(exist_ok=True)
    failed = []
    for number, (caller, seconds) in enumerate(rounds(options.callers, options.seconds)):
        seed = options.seed + number
        print(f"\n== {caller}, {seconds} s, --seed {seed} ==", flush=True)
        with httpx.Client(base_url=f"{facts['api']}/api/v1", timeout=30) as client:
            world = World(client, facts, caller)
            configuration = folder / f"{caller}.toml"
            configuration.write_text(toml(world.values()))
        if run(facts["api"], configuration, world.headers, seconds, seed, options.only):
            failed.append((caller, seed))
    if failed:
        sys.exit("failures: " + ", ".join(f"--as {caller} --seed {seed}" for caller, seed in failed))


def rounds(callers: list[str], seconds: int) -> Iterator[tuple[str, int]]:
    """Everybody in turn, until the time is over."""
    left = dict.fromkeys(callers, max(1, seconds // len(callers)))
    while any(left.values()):
        for caller in callers:
            taken = min(left[caller], ROUND)
            left[caller] -= taken
            if taken:
                yield caller, taken


class World:
    """What is in the shop: with nothing but inventions a fuzzer never gets past a 404."""

    def __init__(self, client: httpx.Client, facts: dict[str, Any], caller: str) -> None:
        self.client = client
        self.headers: dict[str, str] = {}
        if caller == "customer":
            # A new one each time: what the fuzzer does to an account may be its end.
            body = {"email": f"fuzz-{uuid4().hex[:12]}@example.com", "password": uuid4().hex}
            signed_in = self.call("POST", "/auth/register", json=body)
        elif caller == "staff":
            signed_in = self.call("POST", "/auth/login", json=facts["admin"])
        if caller != "guest":
            self.headers = {"Authorization": f"Bearer {signed_in['access_token']}"}

    def call(self, method: str, path: str, **options: Any) -> Any:
        for attempt in range(3):
            answer = self.client.request(method, path, **options)
            if answer.status_code == 429 and attempt < 2:
                time.sleep(int(answer.headers["retry-after"]))
                continue
            answer.raise_for_status()
            break
        return answer.json()

    def values(self) -> dict[str, list[str]]:
        """By the parameter or field that takes them."""
        listed = self.call("GET", "/products?in_stock=true&expand=variants&page_size=20")
        variants = [
            v for p in listed["results"] for v in p["variants"] if v["available"] and v["available"] > 50
        ]
        slugs = [product["slug"] for product in listed["results"]]
        categories = [each["slug"] for each in self.call("GET", "/categories")["results"]]
        placed = [self.order(variants[number % len(variants)], number) for number in range(6)]
        orders, payments = [each["number"] for each in placed], [each["payment"]["id"] for each in placed]
        tokens = [each["order_token"] for each in placed if "order_token" in each]
        carts = [self.cart(variants[0])[0] for _ in range(3)] if not self.headers else []
        found = {
            "path.slug": [*slugs, *categories],
            "path.number": orders,
            "path.payment_id": payments,
            "path.item_id": [item["id"] for cart in carts for item in cart["items"]],
            "path.code": ["not-found", "price-changed"],
            "query.category": categories,
            "query.q": [name for product in listed["results"] for name in product["name"].split()],
            "query.order_token": tokens,
            "query.currency": ["USD", "EUR", "JPY"],
            "header.X-Cart-Token": [cart["token"] for cart in carts],
            "header.X-Order-Token": tokens,
            "body.sku": [each["sku"] for each in variants],
            "body.order_number": orders,
            "body.shipping_option_id": ["standard"],
            "body.shipping_address.country": ["GB", "US"],
        }
        if self.headers:
            added = [
                self.call("POST", "/users/me/addresses", json=SHIP_TO, headers=self.headers) for _ in "ab"
            ]
            found["path.address_id"] = [each["id"] for each in added]
        return {name: values for name, values in found.items() if values}

    def cart(self, variant: dict[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
        body = {"sku": variant["sku"], "quantity": 2}
        cart = self.call("POST", "/cart/items", json=body, headers=self.headers)
        return cart, self.headers or {"X-Cart-Token": cart["token"]}

    def order(self, variant: dict[str, Any], number: int) -> dict[str, Any]:
        _, holder = self.cart(variant)
        body = {"shipping_address": SHIP_TO, "shipping_option_id": "standard"}
        body |= {"payment_method": ("manual", "stripe")[number % 2], "email": "fuzz@example.com"}
        placed: dict[str, Any] = self.call("POST", "/orders", json=body, headers=holder)
        return placed


def toml(values: dict[str, list[str]]) -> str:
    """Every second value is one that there is."""
    names = {at: re.sub(r"\W", "_", at) for at in values}
    lines = [f"[dictionaries.{names[at]}]\nvalues = {json.dumps(values[at])}" for at in values]
    bound = [f'"{at}" = {{ dictionary = "{names[at]}", probability = 0.5 }}' for at in values]
    return "\n".join([*lines, "[parameters]", *bound, ""])


def run(api: str, configuration: Path, headers: dict[str, str], seconds: int, seed: int, only: str) -> int:
    chosen = ["--include-operation-id-regex", only] if only else []
    if headers:
        chosen += ["--exclude-operation-id-regex", ENDS_SESSION]
    done = subprocess.run(
        [
            *(sys.executable, "-m", "schemathesis.cli", "--config-file", configuration.name),
            *("run", f"{api}/api/schema", "--no-color", "--continue-on-failure", "--warnings", "off"),
            *CHECKS,
            *("--phases", "examples,coverage,fuzzing,stateful", "--generation-database", "none"),
            *("--seed", str(seed), "--max-time", str(seconds), "--suppress-health-check", "all"),
            *(part for name, value in headers.items() for part in ("--header", f"{name}: {value}")),
            *chosen,
        ],
        cwd=configuration.parent,
        check=False,
    )
    return done.returncode


if __name__ == "__main__":
    main()
