"""Where a connection comes from, as its peer and the proxies before it tell."""

from __future__ import annotations

import pytest

from shared.kit.web.edge import EdgeSettings, Proxies, household, is_loopback

PROXIES = Proxies(("127.0.0.1", "::1", "10.0.0.0/8"))


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        pytest.param("198.51.100.7", None, "198.51.100.7", id="nobody in between"),
        pytest.param("127.0.0.1", None, "127.0.0.1", id="this machine"),
        pytest.param("127.0.0.1", "198.51.100.7", "198.51.100.7", id="one proxy"),
        pytest.param("::ffff:127.0.0.1", "198.51.100.7", "198.51.100.7", id="one, as IPv6"),
        pytest.param("127.0.0.1", "198.51.100.7, 10.1.2.3", "198.51.100.7", id="two proxies"),
        pytest.param("198.51.100.7", "192.0.2.1", "198.51.100.7", id="a stranger lies"),
        pytest.param("127.0.0.1", "192.0.2.1, 198.51.100.7", "198.51.100.7", id="lies to a proxy"),
        pytest.param("127.0.0.1", "nonsense", "127.0.0.1", id="no address"),
    ],
)
def test_a_client_is_the_last_one_no_trusted_proxy_stands_for(
    peer: str, forwarded: str | None, client: str
) -> None:
    assert PROXIES.client(peer, forwarded) == client


def test_a_household_is_one_address_of_ipv4_and_one_network_of_ipv6() -> None:
    assert household("198.51.100.7") == "198.51.100.7"
    assert household("2001:db8:1:2::3") == household("2001:db8:1:2:ffff::")
    assert household("2001:db8:1:2::3") != household("2001:db8:1:3::3")


@pytest.mark.parametrize(
    ("address", "here"), [("127.0.0.1", True), ("::1", True), ("10.0.0.1", False), ("x", False)]
)
def test_a_loopback_address_is_known(address: str, here: bool) -> None:
    assert is_loopback(address) is here


class TestSettings:
    def test_a_proxy_on_this_machine_is_believed(self) -> None:
        assert EdgeSettings().trusted_proxies == ("127.0.0.1", "::1")

    def test_proxies_are_named_with_commas(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("FIRSTREPLY_TRUSTED_PROXIES", "10.0.0.0/8, 192.0.2.1")
        assert EdgeSettings().trusted_proxies == ("10.0.0.0/8", "192.0.2.1")

    def test_what_is_no_address_is_refused(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("FIRSTREPLY_TRUSTED_PROXIES", "caddy")
        with pytest.raises(ValueError, match="addresses or networks"):
            EdgeSettings()
