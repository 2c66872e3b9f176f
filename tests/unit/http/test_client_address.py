"""Whose address counts, in both families' spellings."""

from ipaddress import ip_network

import pytest

from ecommerce.entrypoints.http.client_address import ClientAddresses

TRUSTING = ClientAddresses((ip_network("10.0.0.0/8"), ip_network("2001:db8::/32")))


@pytest.mark.parametrize(
    ("peer", "forwarded", "told"),
    [
        ("::ffff:192.0.2.7", "203.0.113.9", "192.0.2.7"),
        ("::ffff:10.0.0.1", "203.0.113.9", "203.0.113.9"),
        ("10.0.0.1", "::ffff:203.0.113.9", "203.0.113.9"),
        ("10.0.0.1", "198.51.100.1, 203.0.113.9, ::ffff:10.0.0.2", "203.0.113.9"),
        ("10.0.0.1", "198.51.100.1, unknown", "10.0.0.1"),
        ("2001:db8::1", "[2001:db9::5]:443", "2001:db9::5"),
        ("192.0.2.7", "10.0.0.1", "192.0.2.7"),
    ],
)
def test_the_nearest_that_is_no_proxy_of_ours(peer: str, forwarded: str, told: str) -> None:
    assert TRUSTING.of(peer, [(b"x-forwarded-for", forwarded.encode())]) == told


def test_all_of_ipv4_is_not_one_caller() -> None:
    """Cut to its /64 as IPv6 is, every wrapped address would be the same."""
    addresses = ClientAddresses(())

    assert {addresses.of(f"::ffff:192.0.2.{n}", []) for n in (1, 2)} == {"192.0.2.1", "192.0.2.2"}
