"""Who waits though somebody is free, as waiting has more of all customers answered in time.

On a day of too many each place that frees is taken by somebody at once. Given to who is late it
saves nobody's ten seconds, and the next customer, who could have been answered in them, finds no
place and is late, too. So whoever is late is served from what is left beyond a small reserve.

And who can still be in time is offered to nobody who is occupied, for as long as somebody may
become calm in time: whoever writes elsewhere, or has lost the thread, would hold the offer and
answer too late, and be taken from their other work by it.
"""

from __future__ import annotations

from math import isqrt

from services.router.domain import choice
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


def awaits_calm(state: ShopState, savable: Conversation, kind: Kind) -> bool:
    """Tell whether one who can still be in time waits, as all who could be asked are occupied.

    Not where somebody has an extra offer that is not on the screen yet, which gives way. And not
    in a team that keeps nobody free: of one or two, waiting for another helps nobody.
    """
    pool = state.pool
    if reserve(state, kind) == 0 or pool.calm(pool.able(kind.room, kind.needs)):
        return False
    return choice.displaceable(state, savable, unseen=True) is None


def reserve(state: ShopState, kind: Kind) -> int:
    """Return how many agents are kept free, of those here who could serve this kind.

    It grows with the root of their number, as the chance crowds do that it is kept for: the
    square-root rule of staffing (Halfin and Whitt, 1981).
    """
    return isqrt(state.pool.here(kind.needs) * state.policy.kept_free_permille**2) // PER_MILLE


def look_again(state: ShopState) -> None:
    """Set when those who give way are to be looked at again, if no command comes before."""
    instants = list[Instant | None]()
    if state.line.gives_way or state.hungry.gives_way:
        instants += (_lull_at(state), state.pool.next_calm(), _next_late_at(state))
    at = min((one for one in instants if one is not None), default=None)
    state.timers.set(TimerKind.GIVEN_WAY, WHOLE_SHOP, at)


def _others_come(state: ShopState, late_one: Conversation) -> bool:
    newest = state.coming.newest()
    after_it = newest is not None and newest > late_one.started_at
    return after_it and _lull_at(state) is not None


def _next_late_at(state: ShopState) -> Instant | None:
    """Return when the first of the savable will be late: then whoever is free is asked."""
    respond_by = state.line.next_late()
    return None if respond_by is None else respond_by - state.policy.savable_ms


def _lull_at(state: ShopState) -> Instant | None:
    """Return when nobody will have come for long; None: nobody has, by this clock."""
    newest = state.coming.newest()
    if newest is None or newest > state.now:
        return None  # came in the future: the clock was set back since
    lull_at = newest + state.policy.kept_free_for_ms
    return lull_at if lull_at > state.now else None
