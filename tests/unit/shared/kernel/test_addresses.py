"""Which addresses a stranger may have us ask (LESSONS 28, Rocket.Chat CVE-2024-39713)."""

from __future__ import annotations

from ipaddress import ip_address

import pytest

from shared.kernel.addresses import is_public, may_name

PRIVATE = (
    *("127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1"),
    *("0.0.0.0", "255.255.255.255", "224.0.0.1", "::1", "::", "fe80::1", "fc00::1", "ff02::1"),  # noqa: S104
    *("::ffff:127.0.0.1", "2002:7f00:1::", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe"),
)


class TestAddresses:
    @pytest.mark.parametrize("text", PRIVATE)
    def test_an_address_of_a_private_network_is_none_of_the_internets(self, text: str) -> None:
        assert not is_public(ip_address(text))

    @pytest.mark.parametrize("text", ["1.1.1.1", "2606:4700:4700::1111", "64:ff9b::101:101"])
    def test_a_public_one_is(self, text: str) -> None:
        assert is_public(ip_address(text))

    @pytest.mark.parametrize(
        "url",
        [
            *("http://shop.example/", "ftp://shop.example/", "file:///etc/passwd", "shop.example"),
            *("https://", "https:///jwks", "https://user:word@shop.example/", "https://x:99999/"),
            *("https://[::1", "https://shop.example/a b", "https://shöp.example/", "https://x\n/"),
        ],
    )
    def test_only_a_plain_https_address_may_be_named(self, url: str) -> None:
        assert not may_name(url)

    def test_a_plain_one_may(self) -> None:
        assert may_name("https://login.shop.example:8443/keys?set=1")
