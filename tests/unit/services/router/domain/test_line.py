"""The line's order is the policy's order (LESSONS 9)."""

from __future__ import annotations

from dataclasses import replace

from services.router.domain.line import Line
from services.router.domain.model import Conversation
from shared.kernel.vocabulary import Channel, ConversationStatus
from tests.support.routing import conversation_id

NOW = 100_000


def waiting(number: int, respond_by: int) -> Conversation:
    return Conversation(
        id=conversation_id(number),
        status=ConversationStatus.QUEUED,
        channel=Channel.CHAT,
        customer=None,
        preview="",
        started_at=respond_by - 10_000,
        queued_at=respond_by - 10_000,
        respond_by=respond_by,
    )


def a_line(*conversations: Conversation) -> Line[str]:
    """A line in which those of one channel are of a kind."""
    line: Line[str] = Line()
    for conversation in conversations:
        put(line, conversation)
    line.age(NOW)
    return line


def put(line: Line[str], conversation: Conversation) -> None:
    line.put(conversation, conversation.channel.value)


def numbers(line: Line[str]) -> list[int]:
    return [one.int - 0xC000 for one in line.order()]


def test_the_least_slack_comes_first_among_those_still_savable() -> None:
    line = a_line(waiting(1, NOW + 900), waiting(2, NOW + 100), waiting(3, NOW + 500))
    assert numbers(line) == [2, 3, 1]


def test_the_late_come_after_the_savable_and_the_latest_first() -> None:
    line = a_line(waiting(1, NOW - 10), waiting(2, NOW + 100), waiting(3, NOW - 500))
    assert numbers(line) == [2, 3, 1]
    assert line.first() == conversation_id(2)


def test_a_conversation_becomes_late_at_the_instant_of_its_deadline() -> None:
    """LESSONS 21: targets are in milliseconds."""
    line = a_line(waiting(1, NOW + 1), waiting(2, NOW + 2))
    line.age(NOW + 1)
    assert numbers(line) == [2, 1]


def test_same_deadlines_have_one_order_whatever_came_first() -> None:
    one, two = waiting(1, NOW + 5), waiting(2, NOW + 5)
    assert numbers(a_line(one, two)) == numbers(a_line(two, one)) == [1, 2]


def test_whoever_is_set_aside_is_passed_over_and_keeps_the_place() -> None:
    line = a_line(waiting(1, NOW + 1), waiting(2, NOW + 2), waiting(3, NOW - 1))
    line.set_aside(conversation_id(1))
    line.set_aside(conversation_id(3))
    assert line.first_of("chat", late=False) == (NOW + 2, conversation_id(2).int)
    assert line.first_of("chat", late=True) is None
    assert len(line) == 3
    line.restore()
    assert line.first_of("chat", late=False) == (NOW + 1, conversation_id(1).int)
    assert numbers(line) == [1, 2, 3]


def test_those_of_a_kind_have_an_order_of_their_own_and_a_kind_nobody_waits_for_is_gone() -> None:
    mail = replace(waiting(1, NOW + 1), channel=Channel.EMAIL)
    line = a_line(mail, waiting(2, NOW + 2))
    assert set(line.kinds()) == {"chat", "email"}
    put(line, replace(mail, channel=Channel.CHAT))
    assert set(line.kinds()) == {"chat"}
    assert line.first_of("chat", late=False) == (NOW + 1, conversation_id(1).int)
    assert line.first_of("email", late=False) is None


def test_who_came_or_needs_something_else_is_told_once_in_the_lines_order() -> None:
    late, mail = waiting(1, NOW - 1), replace(waiting(2, NOW + 9), channel=Channel.EMAIL)
    line = a_line(late, mail, waiting(3, NOW + 5))
    assert line.take_stirred() == tuple(conversation_id(number) for number in (3, 2, 1))
    assert not line.is_stirred
    put(line, mail)
    put(line, replace(late, channel=Channel.EMAIL))
    line.stir(conversation_id(9))
    assert line.take_stirred() == (conversation_id(1),)


def test_those_ahead_are_counted_the_set_aside_included() -> None:
    line = a_line(
        waiting(1, NOW + 1), waiting(2, NOW + 2), waiting(3, NOW - 9), waiting(4, NOW - 5)
    )
    line.set_aside(conversation_id(1))
    assert line.ahead_of(conversation_id(2)) == 1
    assert line.ahead_of(conversation_id(4)) == 3
    assert line.ahead_of(conversation_id(9)) == 4


def test_putting_again_changes_nothing_and_dropping_twice_is_safe() -> None:
    line = a_line(waiting(1, NOW + 1))
    put(line, replace(waiting(1, NOW + 1), preview="again"))
    assert len(line) == 1
    assert conversation_id(1) in line
    line.drop(conversation_id(1))
    line.drop(conversation_id(1))
    assert conversation_id(1) not in line
    assert line.first() is None
