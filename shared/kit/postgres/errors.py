"""The one error of the launcher; knows nothing of what is launched."""

from __future__ import annotations

from collections.abc import Iterable


class LauncherError(Exception):
    """The database cannot be started, for a reason a person can act on.

    Attributes:
        sentence: what is wrong and what to do, on one line.
        log_tail: the last lines of the server's log, when it died; else empty.
    """

    def __init__(self, sentence: str, *, log_tail: Iterable[str] = ()) -> None:
        self.sentence = sentence
        self.log_tail = tuple(log_tail)
        super().__init__("\n  ".join([sentence, *self.log_tail]))
