"""The greedy clairvoyant: knows everybody's true times and who is away; a bound, not a policy."""

from __future__ import annotations

from services.simulation.domain import desk
from services.simulation.domain.day import Day, Visit
from services.simulation.domain.desk import Order, People, WorkerNumber
from shared.kernel.clock import Instant


class Clairvoyant:
    """Gives each visit, most urgent first, to whoever will truly answer soonest, if in time.

    Whom nobody can save now waits until somebody can or the target has passed; the late come after
    all others. It looks no further than the present, so a better one is thinkable.
    """

    def __init__(self, day: Day, people: People) -> None:
        self._day = day
        self._people = people
        self._room = {one.number: one.capacity for one in day.workers}
        self._on_duty: set[WorkerNumber] = set()
        self._holder: dict[int, WorkerNumber] = {}
        self._line: list[Visit] = []
        self._wakes_at: Instant | None = None

    def wakes_at(self) -> Instant | None:
        """Return when to look again: at once, or when the next one is late."""
        return self._wakes_at

    def tell(self, event: desk.Event, now: Instant) -> list[Order]:
        """Note what happened, and give whatever should be given now."""
        match event:
            case desk.Arrived(visit):
                self._line.append(visit)
            case desk.Left(visit) | desk.Closed(visit):
                self._over(visit)
            case desk.CameOn(worker):
                self._on_duty.add(worker)
            case desk.WentOff(worker):
                self._on_duty.discard(worker)
            case _:
                pass
        return self._hand_out(now)

    def _over(self, visit: Visit) -> None:
        worker = self._holder.pop(visit.number, None)
        if worker is None:
            self._line.remove(visit)
        else:
            self._room[worker] += 1

    def _hand_out(self, now: Instant) -> list[Order]:
        orders: list[Order] = []
        target = self._day.target_ms
        late = [one for one in self._line if one.at + target <= now]
        savable = [one for one in self._line if one.at + target > now]
        free = [one for one in sorted(self._on_duty) if self._room[one] > 0]
        given: set[WorkerNumber] = set()
        for visit in (*savable, *late):
            # Who was given one in this instant is weighed again when it is on their screen.
            able = [one for one in free if one not in given]
            if not able:
                break
            at, worker = min((self._people[one].would_answer_at(visit, now), one) for one in able)
            if at <= visit.at + target or visit.at + target <= now:
                given.add(worker)
                self._room[worker] -= 1
                self._holder[visit.number] = worker
                self._line.remove(visit)
                orders.append(desk.Give(visit, worker))
        self._wakes_at = now if orders and self._line else self._next_late(now)
        return orders

    def _next_late(self, now: Instant) -> Instant | None:
        instants = (one.at + self._day.target_ms for one in self._line)
        return min((at for at in instants if at > now), default=None)
