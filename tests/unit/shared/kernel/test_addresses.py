"""Which addresses a stranger may have us ask (LESSONS 28, Rocket.Chat CVE-2024-39713)."""

from __future__ import annotations

from ipaddress import ip_address

import pytest

from shared.kernel.addresses import host_of, is_public, may_be_asked, may_name

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


class TestMayBeAsked:
    @pytest.mark.parametrize(
        "url",
        [
            "https://shop.example/events?of=1",
            "https://shop.example:8443",
            "https://93.184.216.34/",
            "https://[2606:2800:220:1::1]/",
        ],
    )
    def test_https_and_public_is_asked(self, url: str) -> None:
        assert may_be_asked(url)

    @pytest.mark.parametrize(
        "url",
        [
            "http://shop.example/",
            "http://93.184.216.34/",
            "https://10.0.0.1/",
            "https://169.254.169.254/latest",
            "https://[fd00::1]/",
            "https://[::ffff:10.0.0.1]/",
            "https://a:b@shop.example/",
            "ftp://shop.example/",
            "no address",
        ],
    )
    def test_anything_else_is_not_whatever_is_allowed_of_this_machine(self, url: str) -> None:
        assert not may_be_asked(url)
        assert not may_be_asked(url, to_this_machine=True)

    @pytest.mark.parametrize(
        "url", ["http://localhost:8000/", "https://127.0.0.1/", "http://[::1]:80/events"]
    )
    def test_this_machine_is_asked_only_where_that_is_allowed(self, url: str) -> None:
        assert may_be_asked(url, to_this_machine=True)
        assert not may_be_asked(url)

    def test_what_is_no_address_has_no_host(self) -> None:
        assert host_of("nonsense") == ""
        assert host_of("https://[::1]:80/") == "::1"
