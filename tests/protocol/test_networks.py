"""Whom an address stands for."""

from __future__ import annotations

import pytest

from ticker.protocol.networks import client_network


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2::3", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
        ("testclient", "testclient"),
    ],
)
def test_a_subscriber_is_one_client(address: str, network: str) -> None:
    """Who has 64 bits of addresses is counted as one, however many of them they use."""
    assert client_network(address) == network
