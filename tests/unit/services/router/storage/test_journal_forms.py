"""A journal that was written and read back is the one that was noted."""

from __future__ import annotations

import random
import zlib
from dataclasses import replace

import pytest

from services.router.domain.commands import Command, Tick
from services.router.domain.journal import Admitted, Journal, Recalled, Told, make_again
from services.router.domain.model import Rows
from services.router.domain.policy import Policy
from services.router.domain.standing import Standing
from services.router.storage.journal_forms import (
    entries_form,
    read_entries,
    read_standing,
    standing_form,
)
from tests.support.routing import PLAIN, agent_id, an_agent
from tests.unit.services.router.domain.test_journal import a_desk, something_happens
from tests.unit.services.router.usecases.test_command_forms import CONVERSATION, SAID

NOW = 1_790_000_000_123
DAY = 150


@pytest.mark.parametrize("seed", range(3))
def test_any_day_is_read_back_as_it_was_and_decided_alike(seed: int) -> None:
    desk, rng = a_desk(), random.Random(seed)  # noqa: S311  a repeatable day
    desk.journal = Journal(desk.engine)
    for _ in range(DAY):
        something_happens(desk, rng)
    for piece in desk.journal.unkept():
        assert read_entries(entries_form(piece.entries)) == list(piece.entries)
        if piece.standing is not None:
            stood = read_standing(standing_form(piece.standing, piece.at))
            assert stood == (piece.standing, piece.at)
    for told in desk.made[-5:]:
        recalled = desk.journal.recall(told.id)
        assert recalled is not None
        standing, at = read_standing(standing_form(recalled.standing, recalled.at))
        entries = read_entries(entries_form(recalled.entries))
        again = make_again(Recalled(told.id, standing, at, entries))
        assert again == make_again(recalled)


@pytest.mark.parametrize("command", [Tick(), *SAID], ids=[f"{n}" for n in range(1 + len(SAID))])
def test_every_command_is_read_back(command: Command) -> None:
    told = Told(command, NOW, (agent_id(1), agent_id(2)))
    assert read_entries(entries_form([told])) == [told]


def test_what_was_looked_up_is_read_back_with_lines_and_tabs_in_a_customers_words() -> None:
    row = replace(CONVERSATION, preview="a\tb\nc \u2028 d")
    looked_up = Admitted(Rows(agents=(an_agent(1),), conversations=(row,)))
    assert read_entries(entries_form([looked_up])) == [looked_up]


def test_more_rows_than_a_line_has_keep_their_order() -> None:
    team = tuple(an_agent(n) for n in reversed(range(120)))
    stood = Standing(PLAIN, team, (), (), (), (), {agent_id(3): 4, agent_id(1): 2}, (), ())
    back, at = read_standing(standing_form(stood, None))
    assert (back, at) == (stood, None)
    assert list(back.heard) == [agent_id(3), agent_id(1)]


def test_a_shops_own_figures_come_back() -> None:
    policy = Policy(holding_text="Бързо?", widen_after_ms=7)
    stood = Standing(policy, (), (), (), (), (), {}, (), ())
    assert read_standing(standing_form(stood, NOW)) == (stood, NOW)


@pytest.mark.parametrize(
    "line",
    [b"agent_applauded 1\t{}\n", b'status_set 1\t{"status": "asleep"}\n', b"status_set\t{}\n"],
)
def test_what_another_release_wrote_is_said_to_be_unreadable(line: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  of pydantic's, or ours
        read_entries(zlib.compress(line))
