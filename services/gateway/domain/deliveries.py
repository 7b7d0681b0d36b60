"""What one connection is told of its conversations: the present one, and the end of the last."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from uuid import UUID

from services.gateway.domain.effects import Effect, Follow, ReadItems, SendFrame, Unfollow
from services.gateway.domain.ordering import Delivery, Told
from shared.contracts.frames import Accepted, Beat, Created
from shared.contracts.items import Item
from shared.kernel.clock import Instant, soonest
from shared.kernel.vocabulary import AuthorKind, Visibility


class Deliveries:
    """Keeps a connection's conversations in order; every input returns what is to be done.

    Attributes:
        in_order: acknowledgements wait for what stands before them; not where nothing is told but
            they, as over REST.
    """

    def __init__(self) -> None:
        self.in_order = True
        self.current: UUID | None = None
        self.in_flight: Counter[str] = Counter()
        self.paused = False
        self._of: dict[UUID, Delivery] = {}
        """Oldest first; all but the last are being told to their end."""
        self._told: tuple[UUID | None, int] = (None, 0)
        """The last item told on this connection: conversation and seq."""
        self._kept: dict[UUID, list[Effect]] = {}
        """What is to be told of later ones, once it is their turn."""

    def beat(self) -> Beat:
        """Return the sign of life, which says how far the customer was told."""
        conversation_id, last_seq = self._told
        return Beat(conversation_id=conversation_id, last_seq=last_seq)

    def told(self, conversation_id: UUID, seq: int) -> None:
        """Take note that the customer is told of an item, or was told again of an earlier one."""
        told_id, told_seq = self._told
        if conversation_id != told_id or seq > told_seq:
            self._told = (conversation_id, seq)

    def knows(self, conversation_id: UUID) -> bool:
        """Return whether this connection is told of a conversation: it is the customer's own."""
        return conversation_id in self._of

    def begin(self, conversation_id: UUID, through_seq: int, last_seq: int, now: Instant) -> None:
        """Go on with a conversation whose items up to `through_seq` the customer has."""
        self.current = conversation_id
        delivery = self._of[conversation_id] = Delivery(position=through_seq)
        delivery.learn(last_seq, now, wait_ms=0)

    def move_to(self, conversation_id: UUID) -> list[Effect]:
        """Make this the present conversation; what is left of the one before it is still told."""
        if conversation_id == self.current:
            return []
        effects: list[Effect] = []
        for earlier_id, earlier in self._of.items():
            if not earlier.closing:
                earlier.close()
                effects.append(ReadItems(earlier_id, earlier.position))
        self.current = conversation_id
        self._of[conversation_id] = Delivery(reading=True)
        return [*effects, Follow(conversation_id, 0)]

    def accept(self, accepted: Accepted, now: Instant) -> list[Effect]:
        """Tell the customer of a message committed: at its place, or now if that is past."""
        delivery = self._of.get(accepted.conversation_id)
        if delivery is None or not self.in_order:
            return [SendFrame(accepted)]
        return self._in_turn(accepted.conversation_id, delivery.tell(accepted.seq, accepted, now))

    def hear(self, item: Item, now: Instant) -> list[Effect]:
        """Take an item from the live subject."""
        delivery = self._of.get(item.conversation_id)
        if delivery is None:
            return []
        said = delivery.tell(item.seq, self._shown(item), now)
        return self._in_turn(item.conversation_id, said)

    def lacks(self, conversation_id: UUID, seq: int) -> bool:
        """Return whether what stands at this seq is still to be told."""
        delivery = self._of.get(conversation_id)
        return delivery is not None and seq > delivery.position

    def learn(self, conversation_id: UUID, last_seq: int, now: Instant) -> None:
        """Take the healing sweep's word on how far a conversation reaches."""
        delivery = self._of.get(conversation_id)
        if delivery is not None:
            delivery.learn(last_seq, now)

    def fill(
        self,
        conversation_id: UUID,
        items: Sequence[Item],
        through_seq: int,
        last_seq: int,
        now: Instant,
    ) -> list[Effect]:
        """Take the store's answer to `ReadItems`."""
        delivery = self._of.get(conversation_id)
        if delivery is None:
            return []
        found = {item.seq: self._shown(item) for item in items}
        return self._in_turn(conversation_id, delivery.fill(found, through_seq, last_seq, now))

    def fail(self, conversation_id: UUID, now: Instant) -> None:
        """Take the news that the store could not answer; it is asked again later."""
        delivery = self._of.get(conversation_id)
        if delivery is not None:
            delivery.fail(now)

    def due(self, now: Instant) -> list[Effect]:
        """Return the reads that are due, unless the socket's buffer is full."""
        if self.paused:
            return []
        return [
            ReadItems(conversation_id, delivery.position)
            for conversation_id, delivery in self._of.items()
            if delivery.start_reading(now)
        ]

    def next_read(self) -> Instant | None:
        """Return when `due` has something, if ever."""
        if self.paused:
            return None
        return soonest(delivery.read_at for delivery in self._of.values())

    def _in_turn(self, conversation_id: UUID, frames: Sequence[Accepted | Created]) -> list[Effect]:
        """Tell of the oldest conversation only, until it is told to its end; keep the rest.

        A customer who heard of the next one first would resume there after a lost connection,
        and never ask for the end of the one before.
        """
        self._kept.setdefault(conversation_id, []).extend(SendFrame(frame) for frame in frames)
        oldest_id = next(iter(self._of))
        effects = self._kept.pop(oldest_id, [])
        while self._of[oldest_id].at_its_end:
            del self._of[oldest_id]
            effects.append(Unfollow(oldest_id))
            oldest_id = next(iter(self._of))
            effects += self._kept.pop(oldest_id, [])
        self._note_told(effects)
        return effects

    def _note_told(self, effects: Sequence[Effect]) -> None:
        for effect in effects:
            frame = effect.frame if isinstance(effect, SendFrame) else None
            if isinstance(frame, Created):
                self.told(frame.item.conversation_id, frame.item.seq)
            elif isinstance(frame, Accepted):
                self.told(frame.conversation_id, frame.seq)

    def _shown(self, item: Item) -> Told:
        """Return what this customer is told of an item: nothing of notes, nor of what they sent.

        A message of this very connection is told by its acknowledgement.
        """
        own = item.author.kind is AuthorKind.CUSTOMER and item.client_id in self.in_flight
        hidden = item.visibility is not Visibility.EVERYONE
        return None if own or hidden else Created(item=item)
