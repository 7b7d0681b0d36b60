"""Writes the Caddyfile of the front: which service answers which path, and what is refused there.

The paths are those of shared/contracts/urls.py, the limits those that each service keeps by
itself, so that a node never sees what it would refuse. Where the nodes are comes from the
environment that Caddy is started with.
"""

from __future__ import annotations

from dataclasses import dataclass

from shared.contracts.urls import OWNER_OF_SEGMENT, UPLOADS
from shared.kernel.errors import ErrorCode
from shared.kernel.vocabulary import Service
from shared.kit.web.guarded_http import HEAD_DEADLINE_S
from shared.kit.web.problems import MEDIA_TYPE, Problems
from shared.kit.web.protect import BODY_MAX_BYTES

ADDRESSES = {
    Service.GATEWAY: "FIRSTREPLY_GATEWAYS",
    Service.ROUTER: "FIRSTREPLY_ROUTERS",
    Service.HISTORY: "FIRSTREPLY_HISTORIES",
}
"""The variables that hold where the nodes of each service are, with spaces between them."""
DEFAULT_PORTS = {Service.GATEWAY: 8081, Service.ROUTER: 8082, Service.HISTORY: 8083}

HEAD_MAX_BYTES = 24 * 1_024
"""Caddy takes 4 KiB more than it is told and adds lines of its own: a node stops at 32 KiB."""
NOT_PUBLIC = ("/metrics", "/openapi.json")
"""What a node answers to its operators: the front would ask any one of the nodes."""


@dataclass(frozen=True, slots=True)
class FrontLimits:
    """How long a request may take to arrive, and how large it may be.

    Attributes:
        head_s: from its first byte to the end of its headers.
        body_s: from its first byte to its last. Caddy 2.11.7 has one such limit for all paths, so
            it is that of uploads; no node waits meanwhile, and each keeps its own.
        idle_s: between two requests on one connection.
        head_bytes: request line and headers.
        body_bytes: the body.
        upload_bytes: the body of an upload.
    """

    head_s: float = HEAD_DEADLINE_S
    body_s: float = UPLOADS.deadline_s
    idle_s: float = 120.0
    head_bytes: int = HEAD_MAX_BYTES
    body_bytes: int = BODY_MAX_BYTES
    upload_bytes: int = UPLOADS.max_bytes


def caddyfile(limits: FrontLimits | None = None, *, has_house: bool = False) -> str:
    """Return the Caddyfile.

    Args:
        limits: what is refused.
        has_house: FIRSTREPLY_HOUSE names a server for /ready and the demo shop's backend, as in
            the cluster on one machine; without it a gateway tells whether it is ready.
    """
    kept = limits or FrontLimits()
    options = _options(kept, is_plain=has_house)
    return "\n".join([_HEAD, options, _SNIPPET, _site(kept, has_house=has_house)])


_HEAD = f"""\
# Made from shared/contracts/urls.py by `firstreply caddyfile`; do not edit it by hand.
#
# FIRSTREPLY_SITE       where it listens, :8080; a host name gets a certificate by itself
# FIRSTREPLY_BIND       the addresses it binds, all of them
# {ADDRESSES[Service.GATEWAY]}   the nodes of each service, with spaces between them
# {ADDRESSES[Service.ROUTER]}
# {ADDRESSES[Service.HISTORY]}
"""

_SNIPPET = """\
(nodes) {
	reverse_proxy {args[:]} {
		lb_policy least_conn
		# A node that cannot be reached has not got the request: another one gets it. What was
		# sent and not answered is sent again for GET alone, never for what may have been done.
		lb_try_duration 3s
		lb_try_interval 50ms
		fail_duration 1s
		health_uri /ready
		health_interval 1s
		health_timeout 5s
		health_fails 3
		# No node waits for a body that is still on its way.
		request_buffers 1MiB
		# Open sockets and streams end when their node ends them.
		stream_close_delay 5s
		header_down -Server
		transport http {
			dial_timeout 1s
			# Nodes close an idle connection after 5 s: never send on one that is closing.
			keepalive 3s
		}
	}
}
"""
# No flush_interval: event streams are flushed at once without it, and -1 would keep a stream open
# at its node after the agent has left.


def _options(limits: FrontLimits, *, is_plain: bool) -> str:
    plain = "\tauto_https off\n" if is_plain else ""
    return f"""\
{{
{plain}	admin off
	persist_config off
	grace_period 4s
	servers {{
		timeouts {{
			read_header {limits.head_s:g}s
			read_body {limits.body_s:g}s
			# The limit between two reads, which is on by default, must be off: in Caddy 2.11.7 it
			# takes the limit above away when it is reached, and the connection stays for ever.
			read_body_idle -1s
			idle {limits.idle_s:g}s
		}}
		max_header_size {limits.head_bytes}B
	}}
}}
"""


def _site(limits: FrontLimits, *, has_house: bool) -> str:
    return "\n".join(
        [
            "{$FIRSTREPLY_SITE::8080} {",
            "\tbind {$FIRSTREPLY_BIND:0.0.0.0 [::]}",
            "\theader -Server",
            "\theader -Via",
            *_bodies(limits),
            *_own_answers(has_house=has_house),
            *_routes(),
            *_errors(),
            "}",
            "",
        ]
    )


def _bodies(limits: FrontLimits) -> list[str]:
    uploads = " ".join(f"{prefix}*" for prefix in UPLOADS.prefixes)
    return [
        f"\t@upload path {uploads}",
        f"\t@no_upload not path {uploads}",
        "\trequest_body @upload {",
        f"\t\tmax_size {limits.upload_bytes}B",
        "\t}",
        "\trequest_body @no_upload {",
        f"\t\tmax_size {limits.body_bytes}B",
        "\t}",
    ]


def _own_answers(*, has_house: bool) -> list[str]:
    house = [
        "\t@house path /ready /demo/api/*",
        "\thandle @house {",
        "\t\treverse_proxy {$FIRSTREPLY_HOUSE}",
        "\t}",
    ]
    return [
        "\thandle /health {",
        "\t\theader Content-Type application/json",
        '\t\trespond `{"alive":true}`',
        "\t}",
        f"\t@private path {' '.join(NOT_PUBLIC)}",
        "\thandle @private {",
        "\t\terror 404",
        "\t}",
        *(house if has_house else ()),
    ]


def _routes() -> list[str]:
    lines: list[str] = []
    for service in (Service.HISTORY, Service.ROUTER):
        lines += [
            f"\t@{service.value} path {' '.join(_paths(service))}",
            f"\thandle @{service.value} {{",
            f"\t\timport nodes {_nodes(service)}",
            "\t}",
        ]
    gateways = " ".join(_paths(Service.GATEWAY))
    return [
        *lines,
        f"\t# The gateway has {gateways},",
        "\t# the pages, and the answer to what nobody knows.",
        "\thandle {",
        f"\t\timport nodes {_nodes(Service.GATEWAY)}",
        "\t}",
    ]


def _paths(service: Service) -> list[str]:
    segments = [segment for segment, owner in OWNER_OF_SEGMENT.items() if owner is service]
    return [path for segment in segments for path in (f"/v1/{segment}", f"/v1/{segment}/*")]


def _nodes(service: Service) -> str:
    return f"{{${ADDRESSES[service]}:{service.value}:{DEFAULT_PORTS[service]}}}"


def _errors() -> list[str]:
    """Answer what Caddy refuses, or could not have answered, in the services' own form."""
    return [
        *_problem("404", ErrorCode.NOT_FOUND, 404),
        *_problem("408 499", ErrorCode.INVALID_REQUEST, 408, "Connection close"),
        *_problem("413", ErrorCode.BODY_TOO_LARGE, 413, "Connection close"),
        *_problem("5xx", ErrorCode.TRY_AGAIN, 503, "Retry-After 1"),
    ]


def _problem(statuses: str, code: ErrorCode, status: int, *headers: str) -> list[str]:
    body = bytes(Problems({}).response(None, code, status=status).body).decode()
    fixed = (
        f"Content-Type {MEDIA_TYPE}",
        "Cache-Control no-store",
        "X-Content-Type-Options nosniff",
    )
    return [
        f"\thandle_errors {statuses} {{",
        "\t\theader -Server",
        *(f"\t\theader {header}" for header in (*fixed, *headers)),
        f"\t\trespond `{body}` {status}",
        "\t}",
    ]
