"""Walks through the running shop as its users do, and prints each step.

A guest finds something, buys it, pays it, gets a mail; the shopkeeper gives half of it back; a second mail.
Wants a shop opened by `make up`; `--data-dir` says which.
"""

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx

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
    data_dir: Path = parser.parse_args().data_dir
    try:
        facts = json.loads((data_dir / "up.json").read_text())
    except FileNotFoundError:
        sys.exit(f"no shop is open in {data_dir}: run `make up` in another terminal first")
    Walk(facts, data_dir).go()


class Walk:
    def __init__(self, facts: dict[str, Any], data_dir: Path) -> None:
        self.facts = facts
        self.data_dir = data_dir
        self.api = httpx.Client(base_url=facts["api"] + "/api/v1", timeout=30)
        self.sandbox = httpx.Client(base_url=facts["sandbox"], timeout=30)
        self.steps = 0

    def go(self) -> None:
        first, second = self.find_two()
        token = self.fill_a_cart(first, second)
        order = self.order(token)
        self.pay(order)
        self.give_back_half(order)
        print(
            f"\nDone in {self.steps} steps: {order['number']} was ordered, paid, and half of it given back."
        )

    def say(self, what: str) -> None:
        self.steps += 1
        print(f"\n{self.steps}. {what}")

    def ask(self, method: str, path: str, **options: Any) -> Any:
        reply = self.api.request(method, path, **options)
        print(f"   {method} {reply.request.url.raw_path.decode()} -> {reply.status_code}")
        if reply.is_error:
            sys.exit(f"   refused: {reply.text}")
        return reply.json()

    def find_two(self) -> tuple[dict[str, Any], dict[str, Any]]:
        self.say("Look for something: one category, up to 500.00, the best rated first")
        leaf = self.ask("GET", "/categories")["results"][0]
        while leaf["children"]:
            leaf = leaf["children"][0]
        query = {"category": leaf["slug"], "price_max": "500", "in_stock": "true", "ordering": "-rating"}
        found = self.ask("GET", "/products", params=query)
        for card in found["results"][:3]:
            print(f"      {money(card['price_min']):>10}  {card['rating']['average']}  {card['name']}")
        self.say("Look closer at the first two")
        details = [self.ask("GET", f"/products/{card['slug']}") for card in found["results"][:2]]
        chosen = [next(v for v in each["variants"] if v["in_stock"]) for each in details]
        for variant in chosen:
            print(f"      {money(variant['price']):>10}  {variant['sku']}  {variant['available']} available")
        return chosen[0], chosen[1]

    def fill_a_cart(self, first: dict[str, Any], second: dict[str, Any]) -> str:
        self.say("Put two of one and one of the other into a guest's cart")
        cart = self.ask("POST", "/cart/items", json={"variant_id": first["id"], "quantity": 2})
        token: str = cart["token"]
        hold = {"X-Cart-Token": token}
        cart = self.ask("POST", "/cart/items", json={"sku": second["sku"], "quantity": 1}, headers=hold)
        print(f"      {cart['item_count']} units, {money(cart['totals']['subtotal'])}")
        return token

    def order(self, token: str) -> dict[str, Any]:
        hold = {"X-Cart-Token": token}
        self.say("Ask what it costs to London")
        quote = self.ask("POST", "/cart/quote", json={"shipping_address": SHIP_TO}, headers=hold)
        option = quote["shipping_options"][0]
        totals = quote["totals"]
        print(
            f"      {money(totals['subtotal'])} + {option['name']} {money(totals['shipping'])}"
            f" + tax {money(totals['tax'])} = {money(totals['total'])}"
        )
        self.say("Order it: stock is reserved, prices and address are copied, a PaymentIntent is made")
        body = {
            "email": "ada@example.com",
            "shipping_address": SHIP_TO,
            "shipping_option_id": option["id"],
            "payment_method": "stripe",
            "expected_total": totals["total"],
        }
        order: dict[str, Any] = self.ask("POST", "/orders", json=body, headers=hold)
        print(f"      {order['number']} is {order['status']} and {order['payment_status']}")
        return order

    def pay(self, order: dict[str, Any]) -> None:
        self.say("Pay at the sandbox, as Stripe.js does in the buyer's browser")
        payment = order["payment"]
        intent = payment["client_secret"].partition("_secret")[0]
        reply = self.sandbox.post(
            f"/v1/payment_intents/{intent}/confirm",
            data={"client_secret": payment["client_secret"], "payment_method": "pm_card_visa"},
            headers={"Authorization": f"Bearer {payment['publishable_key']}"},
        )
        print(f"   POST /v1/payment_intents/{intent}/confirm -> {reply.json()['status']}")
        self.say("Wait for the signed webhook to go through inbox and job")
        self.wait(lambda: self.show(order)["payment_status"] == "paid", "the order is paid")
        self.say("Read the confirmation in the sandbox's mailbox")
        self.read_mail(order["number"], 1)

    def give_back_half(self, order: dict[str, Any]) -> None:
        total = order["totals"]["total"]
        half = f"{total['amount'] // 2 / 100:.2f}"
        command = ["refund", order["number"], "--amount", half, "--reason", "requested_by_customer", "--yes"]
        self.say(f"Give half of it back, as staff: ecommerce {' '.join(command)}")
        program = Path(sys.executable).with_name("ecommerce")
        done = subprocess.run(
            [program, *command, "--data-dir", self.data_dir], capture_output=True, text=True, check=False
        )
        print("\n".join(f"   {line}" for line in (done.stdout + done.stderr).splitlines()))
        if done.returncode:
            sys.exit(f"   the refund was refused ({done.returncode})")
        self.wait(
            lambda: self.show(order)["payment_status"] == "partially_refunded", "the refund has arrived"
        )
        self.say("Read the second mail")
        self.read_mail(order["number"], 2)

    def show(self, order: dict[str, Any]) -> dict[str, Any]:
        reply = self.api.get(f"/orders/{order['number']}", headers={"X-Order-Token": order["order_token"]})
        shown: dict[str, Any] = reply.json()
        return shown

    def read_mail(self, number: str, count: int) -> None:
        def mails() -> list[dict[str, Any]]:
            found = self.sandbox.get("/_mail/messages").json()
            return [mail for mail in found if number in mail["subject"] or number in mail["text"]]

        self.wait(lambda: len(mails()) >= count, f"{count} mails have come")
        mail = mails()[-1]
        print(f"      To: {', '.join(mail['to']) if isinstance(mail['to'], list) else mail['to']}")
        print(f"      Subject: {mail['subject']}")

    def wait(self, true: Callable[[], bool], what: str) -> None:
        began = time.monotonic()
        while not true():
            if time.monotonic() - began > 20:
                sys.exit(f"   gave up waiting until {what}")
            time.sleep(0.05)
        print(f"   {what} ({time.monotonic() - began:.2f} s)")


def money(amount: dict[str, Any]) -> str:
    return f"{amount['amount'] / 100:.2f} {amount['currency']}"


if __name__ == "__main__":
    main()
