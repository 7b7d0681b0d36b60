"""Work is offered to whom it asks for: skills, language, queue, priority, and what it gives up."""

from __future__ import annotations

from dataclasses import replace

from services.router.domain.commands import ConversationTransferred
from services.router.domain.effects import Effects, Refused
from services.router.domain.needs import Asked, AskedStep
from services.router.domain.policy import Policy
from services.router.domain.queues import RoutingQueue, Step
from shared.kernel.errors import ErrorCode
from shared.kernel.vocabulary import Channel, Exclusion
from tests.support.routing import (
    Desk,
    agent_id,
    an_agent,
    conversation_id,
    hours_from,
    queue_id,
    shape_of,
)
from tests.support.work import requested, requeues, taken

CALLS = RoutingQueue(
    queue_id(1), skills=(("calls", 1),), channels=(Channel.VOICE,), target_ms=30_000, priority=2
)
RETURNS = RoutingQueue(queue_id(2), skills=(("returns", 2),))


def a_desk(*queues: RoutingQueue) -> Desk:
    """A beginner, an expert who speaks Portuguese, and somebody for calls."""
    desk = Desk(
        an_agent(1, skills=(("returns", 1),), languages=("en",)),
        an_agent(2, skills=(("returns", 3),), languages=("en", "pt")),
        an_agent(3, skills=(("calls", 1),), languages=("en",)),
    )
    for queue in queues:
        desk.queue(queue)
    return desk


def asks(
    desk: Desk, number: int, asked: Asked, channel: Channel = Channel.TASK, weight: int = 1
) -> Effects:
    return desk.do(replace(requested(number, weight, asked), channel=channel))


class TestNeeds:
    def test_only_who_has_the_skill_at_the_level_is_asked(self) -> None:
        desk = a_desk()
        asks(desk, 1, Asked(skills=(("returns", 2),)))
        assert desk.asked(1) == [2]

    def test_it_waits_for_who_speaks_the_language_though_nobody_here_does(self) -> None:
        desk = a_desk()
        desk.disconnects(2)
        asks(desk, 1, Asked(languages=("pt",)))
        desk.wait(60_000)
        assert desk.asked(1) == []
        desk.connects(2)
        assert desk.asked(1) == [2]

    def test_its_skills_are_needed_beside_its_queues(self) -> None:
        desk = a_desk(CALLS)
        asks(desk, 1, Asked(queue_id=queue_id(1), skills=(("returns", 1),)))
        assert desk.asked(1) == []
        desk.changes(3, skills=(("calls", 1), ("returns", 1)))
        assert desk.asked(1) == [3]

    def test_without_a_queue_it_begins_where_its_channel_does_with_that_queues_target(self) -> None:
        desk = a_desk(CALLS)
        wish = replace(requested(1, target_ms=None), channel=Channel.VOICE)
        desk.do(wish)
        work = desk.conversation(1)
        assert (work.queue_id, work.respond_by - desk.now) == (queue_id(1), 30_000)
        assert desk.asked(1) == [3]

    def test_the_hours_of_its_queue_hold_it_back(self) -> None:
        desk = a_desk(replace(CALLS, hours=hours_from("14:14")))
        asks(desk, 1, Asked(queue_id=queue_id(1)))
        assert desk.asked(1) == []
        desk.wait(40_000)
        assert desk.asked(1) == [3]

    def test_it_takes_of_a_capacity_what_it_says_in_any_queue(self) -> None:
        desk = a_desk(replace(CALLS, weights=((Channel.VOICE, 4),)), RETURNS)
        asks(desk, 1, Asked(queue_id=queue_id(1)), Channel.VOICE, weight=3)
        taken(desk, 1)
        assert desk.agent(3).load == 3
        pass_on = ConversationTransferred(
            conversation_id(1), agent_id(3), "Cy", None, None, queue_id(2)
        )
        desk.do(pass_on)
        assert desk.asked(1) == [2]
        assert desk.agent(2).load == 3

    def test_a_queue_that_is_not_there_is_refused_and_nothing_waits(self) -> None:
        desk = a_desk(replace(CALLS, retired=True))
        for other in (queue_id(1), queue_id(9)):
            effects = asks(desk, 1, Asked(queue_id=other))
            assert effects.answer == Refused(ErrorCode.UNKNOWN_QUEUE)
            assert effects.changes_nothing


class TestLanguages:
    def test_any_of_several_will_do_and_who_speaks_an_earlier_one_is_asked_sooner(self) -> None:
        desk = a_desk()
        asks(desk, 1, Asked(languages=("fr", "pt", "en")))
        assert desk.asked(1)[0] == 2
        desk.disconnects(2)
        asks(desk, 2, Asked(languages=("fr", "pt", "en")))
        assert desk.asked(2)[0] in {1, 3}

    def test_who_is_occupied_is_asked_after_who_speaks_a_later_one(self) -> None:
        """Any of them will do; whoever reads something else now would not see it."""
        desk = a_desk()
        asks(desk, 1, Asked(languages=("pt",)))
        assert desk.asked(1) == [2]
        asks(desk, 2, Asked(languages=("pt", "en")))
        assert desk.asked(2)[0] in {1, 3}

    def test_who_has_no_language_named_counts_as_speaking_the_first(self) -> None:
        desk = Desk(an_agent(1, languages=("en",)), an_agent(2))
        asks(desk, 1, Asked(languages=("pt", "en")))
        assert [one.language for one in desk.made[0].candidates] == ["pt", "en"]
        assert desk.asked(1)[0] == 2

    def test_a_decision_says_which_language_matched_and_which_would_have_done(self) -> None:
        desk = a_desk()
        asks(desk, 1, Asked(languages=("fr", "pt")))
        (told,) = desk.made
        assert told.languages == ("fr", "pt")
        assert [(one.agent_id, one.language) for one in told.candidates] == [(agent_id(2), "pt")]
        assert told.excluded == ((Exclusion.LACKS_LANGUAGE, 2),)
        asks(desk, 2, Asked())
        assert (desk.made[-1].languages, desk.made[-1].candidates[0].language) == ((), None)

    def test_steps_add_languages_and_drop_them(self) -> None:
        desk = a_desk()
        desk.disconnects(2)
        steps = (AskedStep(2_000, languages=("pt", "fr")), AskedStep(4_000, languages=("pt", "en")))
        asks(desk, 1, Asked(languages=("pt",), steps=steps))
        desk.wait(2_000)
        assert (desk.conversation(1).needs.languages, desk.asked(1)) == (("pt", "fr"), [])
        assert shape_of(desk.rebuild()) == shape_of(desk.engine)
        desk.wait(2_000)
        assert desk.asked(1)[0] in {1, 3}
        assert shape_of(desk.rebuild()) == shape_of(desk.engine)

    def test_a_step_that_names_no_language_leaves_them_as_they_are(self) -> None:
        desk = a_desk()
        asks(desk, 1, Asked(languages=("fr",), steps=(AskedStep(2_000, skills=()),)))
        desk.wait(2_000)
        assert desk.conversation(1).needs.languages == ("fr",)

    def test_those_who_like_them_in_another_order_wait_together(self) -> None:
        """As the same agents can serve both, one look tells for both that nobody can."""
        desk = a_desk()
        desk.disconnects(2)
        asks(desk, 1, Asked(languages=("pt", "fr")))
        asks(desk, 2, Asked(languages=("fr", "pt")))
        assert len(set(desk.engine.state.line.kinds())) == 1


class TestPriority:
    def test_it_counts_with_the_queues_as_so_many_head_starts(self) -> None:
        desk = a_desk(CALLS)
        asks(desk, 1, Asked(queue_id=queue_id(1), priority=3))
        assert desk.conversation(1).head_start_ms == 5 * Policy().head_start_ms

    def test_who_is_less_urgent_waits_behind_who_came_later(self) -> None:
        desk = Desk(an_agent(1, capacity=1)).assigned(0)
        asks(desk, 1, Asked(priority=-1))
        desk.wait(1_000)
        asks(desk, 2, Asked())
        desk.closes(0, 1)
        assert (desk.asked(1), desk.asked(2)) == ([], [1])


class TestSteps:
    def test_a_skill_is_given_up_in_steps_and_the_queues_stays(self) -> None:
        desk = a_desk(replace(RETURNS, skills=(("returns", 1),)))
        desk.disconnects(2)
        steps = (AskedStep(2_000, skills=(("returns", 2),)), AskedStep(4_000, skills=()))
        asks(desk, 1, Asked(queue_id=queue_id(2), skills=(("returns", 3),), steps=steps))
        desk.wait(2_000)
        assert desk.conversation(1).needs.skills == (("returns", 2),)
        desk.wait(2_000)
        assert desk.conversation(1).needs.skills == (("returns", 1),)
        assert desk.asked(1) == [1]
        assert shape_of(desk.rebuild()) == shape_of(desk.engine)

    def test_a_language_is_given_up_only_by_a_step(self) -> None:
        desk = a_desk()
        desk.disconnects(2)
        asks(desk, 1, Asked(languages=("pt",), steps=(AskedStep(9_000, languages=()),)))
        desk.wait(8_999)
        assert desk.asked(1) == []
        desk.wait(1)
        assert desk.asked(1) == [1]

    def test_it_goes_on_in_another_queue_with_what_it_asks_for_itself(self) -> None:
        desk = a_desk(CALLS, RETURNS)
        steps = (AskedStep(3_000, queue_id=queue_id(2)),)
        asks(desk, 1, Asked(queue_id=queue_id(1), skills=(("wine", 1),), steps=steps))
        desk.wait(3_000)
        work = desk.conversation(1)
        assert (work.queue_id, work.needs.skills) == (queue_id(2), (("returns", 2), ("wine", 1)))

    def test_its_queues_steps_are_taken_beside_its_own(self) -> None:
        desk = a_desk(replace(CALLS, steps=(Step(1_000, skills=()),)))
        asks(desk, 1, Asked(queue_id=queue_id(1), skills=(("wine", 1),)))
        desk.wait(1_000)
        assert desk.conversation(1).needs.skills == (("wine", 1),)

    def test_what_was_given_up_stays_so_when_it_is_offered_again(self) -> None:
        desk = a_desk()
        steps = (AskedStep(2_000, skills=()),)
        asks(desk, 1, Asked(skills=(("calls", 1),), steps=steps))
        taken(desk, 1)
        desk.wait(2_000)
        requeues(desk, 1)
        assert desk.asked(1) == [1]
