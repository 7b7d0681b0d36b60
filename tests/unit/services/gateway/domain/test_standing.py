"""What a console was told, against what it should know: lost is lost, and on its way is not."""

from __future__ import annotations

from uuid import UUID

import pytest

from services.gateway.domain.standing import PATIENCE_MS, Mark, Marks, News, Standing
from tests.support.clock import START

ANNA, OFFER, CONVERSATION = UUID(int=1), UUID(int=2), UUID(int=3)
ROUTING = (Mark.AGENT, Mark.OFFER, Mark.CONVERSATION)
SERVED: Marks = {(Mark.CONVERSATION, CONVERSATION): 3, (Mark.ITEMS, CONVERSATION): 5}
LOOK_MS = 1_000


def through(seq: int) -> Marks:
    return {(Mark.CONVERSATION, CONVERSATION): 3, (Mark.ITEMS, CONVERSATION): seq}


def hears_item(standing: Standing, *seqs: int) -> None:
    for seq in seqs:
        standing.hear(News(Mark.ITEMS, CONVERSATION, seq))


def looks(standing: Standing, *marks: Marks) -> list[bool]:
    """Look once a second; return what each look found."""
    return [standing.lacks(each, START + n * LOOK_MS) for n, each in enumerate(marks)]


class TestItems:
    def test_an_item_that_does_not_come_between_two_looks_is_lost(self) -> None:
        assert looks(Standing(SERVED), through(6), through(6)) == [False, True]

    def test_an_item_that_comes_between_two_looks_was_on_its_way(self) -> None:
        standing = Standing(SERVED)

        assert not standing.lacks(through(6), START)
        hears_item(standing, 6)

        assert not standing.lacks(through(7), START + LOOK_MS)

    def test_a_second_look_too_soon_settles_nothing(self) -> None:
        standing = Standing(SERVED)
        standing.lacks(through(6), START)

        assert not standing.lacks(through(6), START + PATIENCE_MS - 1)
        assert standing.lacks(through(6), START + PATIENCE_MS)

    def test_a_stream_that_is_always_a_little_behind_lost_nothing(self) -> None:
        """A busy conversation: at every look the last item is still on its way."""
        standing = Standing(SERVED)

        for seq in range(6, 60):
            assert not standing.lacks(through(seq), START + seq * LOOK_MS)
            hears_item(standing, seq)

    def test_an_item_lost_between_two_others_is_missed(self) -> None:
        standing = Standing(SERVED)
        hears_item(standing, 7, 8)

        assert looks(standing, through(8), through(8)) == [False, True]

    def test_items_in_any_order_and_doubled_are_all_there(self) -> None:
        standing = Standing(SERVED)
        hears_item(standing, 8, 6, 6, 4, 7)

        assert looks(standing, through(8), through(8)) == [False, False]

    def test_a_conversation_that_begins_here_is_counted_from_its_first_item(self) -> None:
        standing = Standing({(Mark.CONVERSATION, CONVERSATION): 3})
        hears_item(standing, 4, 5)

        assert looks(standing, through(5), through(5)) == [False, False]

    def test_a_conversation_whose_first_line_was_lost_is_missed(self) -> None:
        standing = Standing({(Mark.CONVERSATION, CONVERSATION): 3})

        assert looks(standing, through(5), through(5)) == [False, True]

    def test_the_items_of_a_conversation_that_is_over_are_not_missed(self) -> None:
        """The router's end came first; the gateway's tables do not hold it yet."""
        standing = Standing(SERVED)
        hears_item(standing, 7)
        standing.hear(News(Mark.CONVERSATION, CONVERSATION, None))

        late = {(Mark.ITEMS, CONVERSATION): 9}
        assert looks(standing, late, late) == [False, False]

    def test_a_conversation_that_comes_back_is_counted_anew(self) -> None:
        standing = Standing(SERVED)
        standing.hear(News(Mark.CONVERSATION, CONVERSATION, None))
        hears_item(standing, 9)
        standing.hear(News(Mark.CONVERSATION, CONVERSATION, 3))

        assert looks(standing, through(9), through(9)) == [False, False]


class TestRouting:
    @pytest.mark.parametrize("mark", ROUTING)
    def test_news_that_do_not_come_are_lost(self, mark: Mark) -> None:
        wanted = {(mark, OFFER): 1}

        assert looks(Standing({}), wanted, wanted) == [False, True]

    def test_an_older_version_of_what_is_known_changes_nothing(self) -> None:
        wanted = {(Mark.AGENT, ANNA): 4}
        standing = Standing(wanted)
        standing.hear(News(Mark.AGENT, ANNA, 3))

        assert looks(standing, wanted, wanted) == [False, False]

    def test_an_answer_older_than_what_was_heard_is_no_loss(self) -> None:
        """An offer was made and heard while the router's answer was on its way."""
        standing = Standing({})
        standing.hear(News(Mark.OFFER, OFFER, 1))

        assert looks(standing, {}, {(Mark.OFFER, OFFER): 1}) == [False, False]

    def test_an_offer_that_stays_although_it_is_gone_lost_its_end(self) -> None:
        standing = Standing({(Mark.OFFER, OFFER): 1})

        assert looks(standing, {}, {}) == [False, True]

    def test_what_is_over_when_it_was_just_missing_is_suspected_anew(self) -> None:
        """Missing at the first look, then heard, and over in the tables at the second."""
        standing, wanted = Standing({}), {(Mark.OFFER, OFFER): 1}
        standing.lacks(wanted, START)
        standing.hear(News(Mark.OFFER, OFFER, 1))

        assert not standing.lacks({}, START + LOOK_MS)
        standing.hear(News(Mark.OFFER, OFFER, None))
        assert not standing.lacks({}, START + 2 * LOOK_MS)
