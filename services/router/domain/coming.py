"""When customers came, of those who are still here; decides nothing."""

from __future__ import annotations

from services.router.domain.model import Conversation
from services.router.domain.ordered import Key, OrderedKeys
from shared.kernel.clock import Instant
from shared.kernel.vocabulary import ConversationStatus


class Coming:
    """The instants at which the live conversations began, the newest first."""

    def __init__(self) -> None:
        self._newest_first = OrderedKeys()

    def put(self, before: Conversation | None, after: Conversation) -> None:
        """Take a conversation's new row in; `before`: the one it had."""
        was, is_now = _key(before), _key(after)
        if was == is_now:
            return
        if was is not None:
            self._newest_first.remove(was)
        if is_now is not None:
            self._newest_first.add(is_now)

    def newest(self) -> Instant | None:
        """Return when the last one came."""
        first = self._newest_first.first()
        return None if first is None else -first[0]


def _key(one: Conversation | None) -> Key | None:
    if one is None or one.status is ConversationStatus.ENDED:
        return None
    return (-one.started_at, one.id.int)
