"""Agents kept free for who comes next: who is late already can wait, and the next can be in time.

On a day of too many each place that frees is taken by somebody at once. Given to who is late it
saves nobody's ten seconds, and the next customer, who could have been answered in them, finds no
place and is late, too. So whoever is late is served from what is left beyond a small reserve.
"""

from __future__ import annotations

from math import isqrt

from services.router.domain.kinds import Kind
from services.router.domain.levels import PER_MILLE
from services.router.domain.model import Conversation
from services.router.domain.state import ShopState
from services.router.domain.timers import WHOLE_SHOP, TimerKind
from shared.kernel.clock import Instant


def gives_way(state: ShopState, late_one: Conversation, kind: Kind) -> bool:
    """Tell whether one who is late waits though somebody may be free, for who comes next.

    Only while others come after it, and no more agents are calm than are kept free. Whoever has a
    silent owner, or is offered to everyone by now, gives no way.
    """
    kept = reserve(state, kind)
    if kept == 0 or kind.pressing or not _others_come(state, late_one):
        return False
    pool = state.pool
    return pool.calm(pool.able(kind.room, kind.needs)).bit_count() <= kept


def reserve(state: ShopState, kind: Kind) -> int:
    """Return how many agents are kept free, of those here who could serve this kind.

    It grows with the root of their number, as the chance crowds do that it is kept for: the
    square-root rule of staffing (Halfin and Whitt, 1981).
    """
    return isqrt(state.pool.here(kind.needs) * state.policy.kept_free_permille**2) // PER_MILLE


def look_again(state: ShopState) -> None:
    """Set when those who give way are to be looked at again, if no command comes before."""
    waits = state.line.giving_way or state.hungry.giving_way
    instants = (_lull_at(state), state.pool.next_calm()) if waits else ()
    at = min((one for one in instants if one is not None), default=None)
    state.timers.set(TimerKind.GIVEN_WAY, WHOLE_SHOP, at)


def _others_come(state: ShopState, late_one: Conversation) -> bool:
    newest = state.coming.newest()
    after_it = newest is not None and newest > late_one.started_at
    return after_it and _lull_at(state) is not None


def _lull_at(state: ShopState) -> Instant | None:
    """Return when nobody will have come for long; None: nobody has, by this clock."""
    newest = state.coming.newest()
    if newest is None or newest > state.now:
        return None  # came in the future: the clock was set back since
    lull_at = newest + state.policy.kept_free_for_ms
    return lull_at if lull_at > state.now else None
