"""The index chooses whom a look at every agent would choose, and counts why others are left out."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from uuid import UUID

import pytest
from hypothesis import given, settings, strategies as st

from services.router.domain import choice, learning
from services.router.domain.alike import FLEXIBLE_MOST
from services.router.domain.levels import Levels
from services.router.domain.model import Agent, Conversation
from services.router.domain.needs import Needs
from services.router.domain.pool import FEW
from services.router.domain.prediction import Outcome
from services.router.domain.rooms import room_of
from services.router.domain.state import ShopState
from shared.kernel.vocabulary import AgentStatus, Channel, Exclusion, Presence
from tests.support.routing import NODE, PLAIN, Desk, agent_id, an_agent, conversation_id

SKILLS = ("orders", "returns", "wine")
LANGUAGES = ("de", "en", "pt")


def some_skills(rng: random.Random) -> tuple[tuple[str, int], ...]:
    return tuple((name, rng.randint(1, 5)) for name in SKILLS if rng.random() < 0.4)


def a_team(rng: random.Random) -> list[Agent]:
    """Agents of every kind; drawn by a seed, as hundreds of draws each would take seconds."""
    return [
        an_agent(
            number,
            status=rng.choice([AgentStatus.AVAILABLE] * 4 + [AgentStatus.AWAY]),
            nodes=(NODE,) if rng.random() < 0.8 else (),
            skills=some_skills(rng),
            languages=tuple(one for one in LANGUAGES if rng.random() < 0.3),
            may_reply=rng.random() < 0.9,
            capacity=rng.randint(0, 4),
            turn=rng.randint(0, 4),
        )
        for number in range(rng.randint(0, 5 * FEW))
    ]


def some_needs(rng: random.Random) -> Needs:
    skills = some_skills(rng) if rng.random() < 0.5 else ()
    wanted = rng.sample([*LANGUAGES, "fi"], rng.choice([0, 0, 1, 1, 2, 3]))
    return Needs(skills, tuple(wanted))


def a_busy_shop(rng: random.Random) -> Desk:
    team = a_team(rng)
    at_once, settle_ms = rng.randint(1, 3), rng.choice([0, 2_000, 8_000])
    desk = Desk(*team, policy=replace(PLAIN, first_offers=at_once, settle_ms=settle_ms))
    for _ in range(rng.randint(0, 60) if team else 0):
        agent, load, open_ms = rng.choice(team).id, rng.randint(0, 3), rng.randint(0, 60_000)
        answered = rng.random() < 0.6
        desk.engine.state.learn(Outcome(agent, Channel.CHAT, load, open_ms, answered=answered))
    for number in range(rng.randint(0, 20)):
        desk.customer_writes(number)
    desk.wait(rng.choice([0, 3_000, 9_500]))
    return desk


def naive(state: ShopState, conversation: Conversation) -> tuple[list[UUID], Counter[Exclusion]]:
    """Look at every agent in turn, as anybody would write it first."""
    reasons: Counter[Exclusion] = Counter()
    found: list[tuple[tuple[object, ...], UUID]] = []
    for agent in state.agents.values():
        reason = reason_against(state, conversation, agent)
        if reason is None:
            found.append((rank_of(state, conversation, agent), agent.id))
        else:
            reasons[reason] += 1
    return [agent for _, agent in sorted(found)], reasons


def reason_against(state: ShopState, conversation: Conversation, agent: Agent) -> Exclusion | None:
    skills, needs = dict(agent.skills), conversation.needs
    foreign = bool(needs.languages) and not set(needs.languages) & set(agent.languages)
    full = agent.load + conversation.weight > agent.capacity
    shown = len(state.pending_with(agent.id)) >= state.policy.max_pending_per_agent
    for holds, reason in (
        (not agent.may_reply, Exclusion.MAY_NOT_REPLY),
        (agent.presence is Presence.DISCONNECTED, Exclusion.DISCONNECTED),
        (agent.status is not AgentStatus.AVAILABLE, Exclusion.NOT_AVAILABLE),
        (any(skills.get(name, 0) < level for name, level in needs.skills), Exclusion.LACKS_SKILL),
        (bool(agent.languages) and foreign, Exclusion.LACKS_LANGUAGE),
        (full or shown, Exclusion.AT_CAPACITY),
    ):
        if holds:
            return reason
    return None


def rank_of(state: ShopState, conversation: Conversation, agent: Agent) -> tuple[object, ...]:
    levels = Levels(state.policy, state.predictor)
    pending = state.pending_with(agent.id)
    silent = bool(pending) and state.now - pending[0].created_at >= state.policy.widen_after_ms
    pace = levels.pace(agent.id, agent.load, conversation.channel)
    within = learning.time_left(state, conversation)
    level = levels.level(conversation.channel, agent.load, int(silent), pace, within)
    flexible = min(FLEXIBLE_MOST, len(agent.skills) + len(agent.languages))
    turn = (agent.turn, agent.idle_since, agent.id.int)
    known = agent.id == conversation.preferred_agent
    settles = agent.idle_since + state.policy.settle_ms > state.now
    return (
        *(not known, bool(pending) or settles, preference(agent, conversation.needs)),
        *(-level, agent.load, flexible, turn),
    )


def preference(agent: Agent, needs: Needs) -> int:
    """How far behind the first language that would do is the first that the agent is asked in."""
    spoken = [not agent.languages or one in agent.languages for one in needs.languages]
    return spoken.index(True) if spoken else 0


@settings(max_examples=120, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_the_index_chooses_and_counts_as_a_look_at_everybody_would(seed: int) -> None:
    rng = random.Random(seed)  # noqa: S311  a repeatable shop
    desk = a_busy_shop(rng)
    state = desk.engine.state
    probe = replace(
        a_conversation(desk),
        needs=some_needs(rng),
        weight=rng.randint(1, 2),
        preferred_agent=rng.choice([None, agent_id(rng.randint(0, 9))]),
    )
    best, reasons = naive(state, probe)
    ranked = choice.rank(state, probe)
    assert [agent.id for agent in ranked] == best[:5]
    assert dict(choice.excluded(state, probe, ranked)) == dict(reasons)


def test_the_whole_of_a_large_team_can_be_had_in_order() -> None:
    desk = Desk(*[an_agent(number, turn=-number) for number in range(FEW + 1)])
    pool, probe = desk.engine.state.pool, a_conversation(desk)
    able = pool.able(room_of(desk.engine.state, probe), probe.needs)
    best = pool.best(able, Channel.CHAT, 10_000, 100)
    assert best == [agent_id(number) for number in reversed(range(FEW + 1))]


def a_conversation(desk: Desk) -> Conversation:
    """One that has just begun and that nobody was asked about."""
    shop = Desk(now=desk.now)
    shop.customer_writes(99)
    return shop.conversation(99)


def returns_wait(desk: Desk) -> Conversation:
    """Have a customer wait for who knows returns, before the only agent connects."""
    desk.customer_writes(1)
    waiting = replace(desk.conversation(1), needs=Needs((("returns", 3),)))
    desk.tables.conversations[waiting.id] = waiting
    desk.engine = desk.rebuild()
    desk.connects(1)
    return waiting


class TestNeeds:
    @pytest.mark.parametrize(
        ("figures", "reason"),
        [
            ({"may_reply": False}, Exclusion.MAY_NOT_REPLY),
            ({"skills": (("returns", 2),)}, Exclusion.LACKS_SKILL),
            ({"skills": (("orders", 5),)}, Exclusion.LACKS_SKILL),
        ],
    )
    def test_who_may_not_or_cannot_answer_is_not_asked_and_the_reason_is_recorded(
        self, figures: dict[str, object], reason: Exclusion
    ) -> None:
        """LESSONS 8 (libredesk #634: agents without permission to reply)."""
        desk = Desk(an_agent(1, nodes=(), **figures))
        waiting = returns_wait(desk)
        assert desk.asked(1) == []
        assert choice.excluded(desk.engine.state, waiting, ()) == ((reason, 1),)

    def test_an_agent_who_learns_the_skill_is_asked_in_that_instant(self) -> None:
        desk = Desk(an_agent(1, nodes=()))
        returns_wait(desk)
        assert desk.asked(1) == []
        desk.changes(1, skills=(("returns", 4),))
        assert desk.asked(1) == [1]

    def test_who_loses_the_right_to_answer_loses_what_is_offered(self) -> None:
        desk = Desk(an_agent(1))
        desk.customer_writes(1)
        desk.changes(1, may_reply=False)
        assert desk.asked(1) == []
        assert desk.last.decisions[-1].excluded == ((Exclusion.MAY_NOT_REPLY, 1),)

    def test_a_free_agent_without_the_skill_gives_no_offer_up_for_it(self) -> None:
        desk = Desk(an_agent(1, capacity=1), an_agent(2, capacity=1))
        desk.customer_writes(1)
        desk.wait(2_500)
        assert desk.asked(1) == [1, 2]
        desk.customer_writes(2)
        waiting = replace(desk.conversation(2), needs=Needs((("returns", 1),)))
        assert choice.displaceable(desk.engine.state, waiting) is None


class TestLanguages:
    def test_a_customer_is_offered_to_who_speaks_the_language(self) -> None:
        desk = Desk(an_agent(1, languages=("en",)), an_agent(2, languages=("de", "pt")))
        desk.customer_writes(1, locale="pt-BR")
        assert desk.asked(1) == [2]
        assert (Exclusion.LACKS_LANGUAGE, 1) in desk.last.decisions[0].excluded

    def test_an_agent_with_no_language_named_is_asked_in_every_one(self) -> None:
        desk = Desk(an_agent(1))
        desk.customer_writes(1, locale="fi")
        assert desk.asked(1) == [1]

    def test_a_language_that_nobody_here_speaks_is_not_waited_for(self) -> None:
        desk = Desk(an_agent(1, languages=("en",)), an_agent(2, languages=("fi",), nodes=()))
        desk.customer_writes(1, locale="fi-FI")
        assert desk.asked(1) == [1]

    def test_after_three_seconds_an_answer_in_another_language_is_better_than_none(self) -> None:
        desk = Desk(an_agent(1, languages=("fi",), capacity=1), an_agent(2, languages=("en",)))
        desk.customer_writes(1, locale="fi")
        desk.accepts(desk.offer_of(1))
        desk.customer_writes(2, locale="fi")
        assert desk.asked(2) == []
        desk.wait(2_999)
        assert desk.asked(2) == []
        desk.wait(1)
        assert desk.asked(2) == [2]

    @pytest.mark.parametrize("locale", [None, "", "x-klingon", "1234", "-", "englishly"])
    def test_a_locale_that_names_no_language_needs_none(self, locale: str | None) -> None:
        desk = Desk(an_agent(1, languages=("en",)))
        desk.customer_writes(1, locale=locale)
        assert desk.asked(1) == [1]
        assert desk.conversation(1).needs == Needs()

    def test_who_is_offered_needs_less_in_time_too(self) -> None:
        """The others that are asked beside the first need not speak the language any more."""
        desk = Desk(an_agent(1, languages=("fi",)), an_agent(2, languages=("en",)))
        desk.customer_writes(1, locale="fi")
        assert desk.asked(1) == [1]
        desk.wait(2_500)
        assert desk.asked(1) == [1]
        desk.wait(500)
        assert desk.asked(1) == [1, 2]
        assert conversation_id(1) in desk.engine.state.conversations
