"""The log: one shape for our lines and the libraries', and nothing secret in it."""

from __future__ import annotations

import io
import logging

import pytest
import structlog

from shared.kernel.clock import to_iso
from shared.kit.auth.api_keys import new_api_key
from shared.kit.auth.keyring import Keyring
from shared.kit.logs import REDACTED, configure_logging
from shared.kit.new_ids import new_id
from tests.support.clock import VirtualClock
from tests.unit.shared.kit.conftest import LogReader

pytestmark = pytest.mark.usefixtures("logged")


def test_a_line_carries_its_instant_level_and_context(
    logged: LogReader, clock: VirtualClock
) -> None:
    structlog.contextvars.bind_contextvars(request_id="req_1")
    structlog.get_logger().info("request", status=200)
    structlog.contextvars.clear_contextvars()
    assert logged() == [
        {
            "event": "request",
            "status": 200,
            "level": "info",
            "request_id": "req_1",
            "time": to_iso(clock.now()),
        }
    ]


def test_a_library_logs_in_the_same_shape(logged: LogReader) -> None:
    logging.getLogger("asyncpg").warning("slow %s", "query")
    (line,) = logged()
    assert (line["event"], line["logger"], line["level"]) == ("slow query", "asyncpg", "warning")


@pytest.mark.parametrize(
    "name",
    ["token", "password", "Authorization", "secret", "session_token", "customer_token", "grant"],
)
def test_what_is_named_like_a_secret_is_masked_at_any_depth(logged: LogReader, name: str) -> None:
    structlog.get_logger().info("event", **{name: "s3cr3t"}, frame={"inner": [{name: "s3cr3t"}]})
    (line,) = logged()
    assert "s3cr3t" not in str(line)
    assert line[name] == REDACTED


def test_what_looks_like_a_secret_is_masked_wherever_it_stands(logged: LogReader) -> None:
    token = Keyring.ephemeral().sign(b"{}", token_type="t")
    api_key, _ = new_api_key(new_id(), new_id())
    structlog.get_logger().info(f"got {token}", note=f"and {api_key}", header="Bearer abc123")
    logging.getLogger("some.library").warning("header %s", f"Bearer {token}")
    text = str(logged())
    assert token not in text
    assert api_key not in text
    assert "abc123" not in text


def test_an_exception_shows_its_lines_but_no_variables(logged: LogReader) -> None:
    local_value = "s3cr3t-" + "local"
    try:
        [].pop(len(local_value))
    except IndexError:
        structlog.get_logger().exception("failed")
    (line,) = logged()
    assert "IndexError: pop from empty list" in line["exception"]
    assert local_value not in line["exception"]


def test_an_exception_that_quotes_a_token_is_masked(logged: LogReader) -> None:
    token = Keyring.ephemeral().sign(b"{}", token_type="t")
    try:
        int(token)
    except ValueError:
        structlog.get_logger().exception("failed")
    assert token not in str(logged())


def test_a_value_nested_beyond_reason_is_cut(logged: LogReader) -> None:
    deep: object = "s3cr3t"
    for _ in range(50):
        deep = [deep]
    structlog.get_logger().info("event", value=deep)
    assert "s3cr3t" not in str(logged())


def test_debug_is_left_out_at_the_usual_level(clock: VirtualClock) -> None:
    out = io.StringIO()
    configure_logging(clock, stream=out)
    structlog.get_logger().debug("quiet")
    logging.getLogger("uvicorn.access").info("quiet")
    structlog.get_logger().info("loud")
    assert out.getvalue().count("\n") == 1


def test_a_terminal_gets_lines_for_people(clock: VirtualClock) -> None:
    out = io.StringIO()
    configure_logging(clock, stream=out, as_json=False)
    structlog.get_logger().info("request", status=200)
    assert "request" in out.getvalue()
    assert not out.getvalue().startswith("{")
