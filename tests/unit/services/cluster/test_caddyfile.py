"""The Caddyfile sends each path to the service that the table of contracts names."""

from __future__ import annotations

import re

import pytest

from services.cluster.caddyfile import ADDRESSES, FrontLimits, caddyfile
from shared.contracts.urls import OWNER_OF_SEGMENT
from shared.kernel.vocabulary import Service
from shared.kit.web.guarded_http import HEAD_MAX_BYTES
from tests.support.checkout import CHECKOUT

GO_ADDS_BYTES = 4_096
"""net/http takes so much more of a head than it is told."""
CADDY_ADDS_BYTES = 2_048
"""X-Forwarded-For, -Host, -Proto and Via: a host name has 253 characters at most."""


def test_the_file_in_the_checkout_is_the_one_that_is_made() -> None:
    assert (CHECKOUT / "deploy" / "Caddyfile").read_text() == caddyfile(), (
        "make it anew: .venv/bin/firstreply caddyfile > deploy/Caddyfile"
    )


@pytest.mark.parametrize("segment", OWNER_OF_SEGMENT)
def test_every_segment_of_the_table_goes_to_its_owner_and_to_nobody_else(segment: str) -> None:
    takers = {
        Service(name)
        for name, paths in re.findall(r"@(router|history) path (.*)", caddyfile())
        if {f"/v1/{segment}", f"/v1/{segment}/*"} <= set(paths.split())
    }
    assert takers == {OWNER_OF_SEGMENT[segment]} - {Service.GATEWAY}, "the rest is the gateway's"


@pytest.mark.parametrize("service", Service)
def test_every_service_has_nodes_that_the_environment_names(service: Service) -> None:
    assert len(re.findall(rf"import nodes \{{\${ADDRESSES[service]}:\S+\}}", caddyfile())) == 1


def test_a_node_would_take_every_head_that_the_front_takes() -> None:
    assert FrontLimits().head_bytes + GO_ADDS_BYTES + CADDY_ADDS_BYTES < HEAD_MAX_BYTES


def test_only_a_cluster_with_a_house_asks_it_and_does_without_certificates() -> None:
    alone, at_home = caddyfile(), caddyfile(has_house=True)
    assert "FIRSTREPLY_HOUSE" not in alone
    assert "auto_https" not in alone
    assert "reverse_proxy {$FIRSTREPLY_HOUSE}" in at_home
    assert "auto_https off" in at_home
