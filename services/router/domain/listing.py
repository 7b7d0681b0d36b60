"""Lists of members by their owner, in the order in which they came; means nothing."""

from __future__ import annotations

from uuid import UUID


def listed_under(
    index: dict[UUID, tuple[UUID, ...]], owner: UUID, member: UUID, *, listed: bool
) -> None:
    """Keep a member in or out of its owner's list; an empty list is no list."""
    now = index.get(owner, ())
    if listed == (member in now):
        return
    changed = (*now, member) if listed else tuple(one for one in now if one != member)
    if changed:
        index[owner] = changed
    else:
        del index[owner]
