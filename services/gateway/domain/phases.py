"""Where a customer's connection stands, and what may follow what: data, for code, tests and docs.

`TRANSITIONS` is the whole of it. The session hears an input only in a phase that the table names
with it, and ends up in one of the phases named there; a test holds each line against behaviour.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class Phase(StrEnum):
    """Where a connection stands."""

    GREETING = "greeting"
    LOOKING_UP = "looking_up"
    OPEN = "open"
    CLOSED = "closed"


class Input(StrEnum):
    """What may happen to a connection; a phrase of each stands at its arrow in the docs."""

    HELLO = "hello"
    FRAME = "any other frame"
    BAD_FRAME = "a frame that cannot be read"
    PONG = "the answer to a ping"
    WELCOMED = "the session is found"
    REFUSED = "the hello is refused"
    ANSWERED = "a commit or a read is done"
    HEARD = "live news"
    HELLO_OVERDUE = "no hello within 30 s"
    PING_DUE = "time to ping"
    UNANSWERED = "two pings without their pongs"
    LIFE_OVER = "half a day is over"
    CUT = "replaced, too slow or too much"
    STOPPED = "the node stops"
    LOST = "the network is gone"


_GREETING, _LOOKING_UP, _OPEN, _CLOSED = Phase

TRANSITIONS: Mapping[tuple[Phase, Input], tuple[Phase, ...]] = MappingProxyType(
    {
        (_GREETING, Input.HELLO): (_LOOKING_UP,),
        (_GREETING, Input.FRAME): (_GREETING, _CLOSED),
        (_GREETING, Input.BAD_FRAME): (_GREETING, _CLOSED),
        (_GREETING, Input.PONG): (_GREETING,),
        (_GREETING, Input.HELLO_OVERDUE): (_CLOSED,),
        (_GREETING, Input.PING_DUE): (_GREETING,),
        (_GREETING, Input.CUT): (_CLOSED,),
        (_GREETING, Input.STOPPED): (_CLOSED,),
        (_GREETING, Input.LOST): (_CLOSED,),
        (_LOOKING_UP, Input.HELLO): (_LOOKING_UP, _CLOSED),
        (_LOOKING_UP, Input.FRAME): (_LOOKING_UP,),
        (_LOOKING_UP, Input.BAD_FRAME): (_LOOKING_UP, _CLOSED),
        (_LOOKING_UP, Input.PONG): (_LOOKING_UP,),
        (_LOOKING_UP, Input.WELCOMED): (_OPEN,),
        (_LOOKING_UP, Input.REFUSED): (_CLOSED,),
        (_LOOKING_UP, Input.HEARD): (_LOOKING_UP,),
        (_LOOKING_UP, Input.PING_DUE): (_LOOKING_UP,),
        (_LOOKING_UP, Input.UNANSWERED): (_CLOSED,),
        (_LOOKING_UP, Input.LIFE_OVER): (_CLOSED,),
        (_LOOKING_UP, Input.CUT): (_CLOSED,),
        (_LOOKING_UP, Input.STOPPED): (_CLOSED,),
        (_LOOKING_UP, Input.LOST): (_CLOSED,),
        (_OPEN, Input.HELLO): (_OPEN, _CLOSED),
        (_OPEN, Input.FRAME): (_OPEN,),
        (_OPEN, Input.BAD_FRAME): (_OPEN, _CLOSED),
        (_OPEN, Input.PONG): (_OPEN,),
        (_OPEN, Input.ANSWERED): (_OPEN,),
        (_OPEN, Input.HEARD): (_OPEN,),
        (_OPEN, Input.PING_DUE): (_OPEN,),
        (_OPEN, Input.UNANSWERED): (_CLOSED,),
        (_OPEN, Input.LIFE_OVER): (_CLOSED,),
        (_OPEN, Input.CUT): (_CLOSED,),
        (_OPEN, Input.STOPPED): (_CLOSED,),
        (_OPEN, Input.LOST): (_CLOSED,),
    }
)
"""(phase, what happens) -> the phases that may follow; what is not named here is not heard."""
