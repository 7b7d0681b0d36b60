"""How this process logs: one line of JSON an event, nothing secret in it, one way for everybody."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Mapping
from functools import lru_cache
from typing import TextIO

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from shared.kernel.clock import Clock, to_iso

REDACTED = "[redacted]"

_SECRET_WORDS = ("token", "password", "authorization", "secret", "grant", "cookie", "api_key")
_SECRET_VALUE = re.compile(
    r"eyJ[\w-]{10,}\.[\w-]+\.[\w-]*"  # a JWT
    r"|\b(?:fs|fa)_[0-9a-z]{52}_\w+"  # a session token, an API key
    r"|(?i:\bbearer\s+)\S+"
)
_SHORTEST_SECRET_VALUE = 8
_DEPTH_MAX = 6
"""How deep a logged value is searched; what lies deeper is left out."""

_QUIET_LOGGERS = ("uvicorn.access", "httpx", "httpcore", "asyncio", "alembic")
"""Libraries that tell at info level what our own lines tell already."""


def configure_logging(
    clock: Clock, *, level: str = "INFO", stream: TextIO | None = None, as_json: bool | None = None
) -> None:
    """Send structlog's and the standard library's records to one stream; safe to call again.

    Args:
        clock: gives each line its instant.
        level: the least level that is written.
        stream: standard error unless given.
        as_json: one JSON object a line; when not given, unless the stream is a terminal.
    """
    out = stream or sys.stderr
    is_json = not out.isatty() if as_json is None else as_json
    shared = _shared_processors(clock)
    least = logging.getLevelNamesMapping()[level.upper()]
    renderer = _json_renderer() if is_json else _terminal_renderer()
    structlog.configure(
        processors=[*shared, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(least),
        logger_factory=structlog.WriteLoggerFactory(out),  # half the cost of a detour via logging
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(out)
    handler.setFormatter(_formatter(shared, renderer))
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(least)
    for name in _QUIET_LOGGERS:
        logging.getLogger(name).setLevel(max(least, logging.WARNING))


def redact(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Mask what is named like a secret or looks like one, at any depth. A structlog processor."""
    return {key: _redacted(key, value, _DEPTH_MAX) for key, value in event.items()}


def _shared_processors(clock: Clock) -> list[Processor]:
    def stamp(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
        event["time"] = to_iso(clock.now())
        return event

    return [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        stamp,
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,  # plain text: the richer ones print local variables
        redact,
    ]


def _formatter(shared: list[Processor], renderer: Processor) -> logging.Formatter:
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[structlog.stdlib.add_logger_name, *shared],
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            renderer,
        ],
    )


def _json_renderer() -> Processor:
    return structlog.processors.JSONRenderer(ensure_ascii=False, separators=(",", ":"))


def _terminal_renderer() -> Processor:
    return structlog.dev.ConsoleRenderer(
        timestamp_key="time", exception_formatter=structlog.dev.plain_traceback
    )


def _redacted(key: object, value: object, depth: int) -> object:
    if isinstance(key, str) and _is_secret_name(key):
        return REDACTED
    if isinstance(value, str):
        return _masked(value)
    if depth == 0:
        return "..."
    if isinstance(value, Mapping):
        return {inner: _redacted(inner, part, depth - 1) for inner, part in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_redacted(None, part, depth - 1) for part in value]
    return value


@lru_cache(maxsize=1_024)
def _is_secret_name(name: str) -> bool:
    lowered = name.lower()
    return any(word in lowered for word in _SECRET_WORDS)


def _masked(text: str) -> str:
    if len(text) < _SHORTEST_SECRET_VALUE:
        return text
    return _SECRET_VALUE.sub(REDACTED, text)
