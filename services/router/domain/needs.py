"""What a conversation needs of an agent, and what changes when nobody is found in time."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, TypeAlias

from shared.contracts.wire import QueueId, WireInstant
from shared.kernel.clock import Millis

Skills: TypeAlias = tuple[tuple[str, int], ...]
"""Skill and level, by name: at least so much is needed, or so much is there."""

Languages: TypeAlias = tuple[str, ...]
"""Any of these will do, who speaks an earlier one is asked sooner; none named: any at all."""

_LANGUAGE: Final = re.compile(r"([A-Za-z]{2,3})(?:[-_].*)?")


@dataclass(frozen=True, slots=True)
class Needs:
    """Who can serve a conversation: at least these levels, and one of these languages.

    `own` are the skills among them that it asks for itself, whatever its queue, and `base` are its
    queue's. `beyond`: agents may be asked for more than their limit, as far as policy allows.
    """

    skills: Skills = ()
    languages: Languages = ()
    own: Skills = ()
    beyond: bool = False
    base: Skills = ()

    def __hash__(self) -> int:
        """Hash what most differ in: the indexes look for a conversation's needs often."""
        return hash((self.skills, self.languages))


NO_NEEDS: Final = Needs()


@dataclass(frozen=True, slots=True)
class Stage:
    """What changes, and when, for a conversation that still waits then.

    `skills` replace those of its queue, `own` and `languages` those that it asks for itself;
    `queue_id` names the queue it goes on in.
    """

    at: WireInstant
    skills: Skills | None = None
    languages: Languages | None = None
    queue_id: QueueId | None = None
    beyond: bool = False
    own: Skills | None = None


@dataclass(frozen=True, slots=True)
class AskedStep:
    """What whoever asks for an agent gives up after a while: what is given replaces what was."""

    after_ms: Millis
    skills: Skills | None = None
    languages: Languages | None = None
    queue_id: QueueId | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """What work that is no conversation asks for beyond its queue's needs.

    Without a queue it begins where conversations of its channel do. `priority` counts with the
    queue's; one of the languages is needed until a step gives them up.
    """

    queue_id: QueueId | None = None
    priority: int = 0
    skills: Skills = ()
    languages: Languages = ()
    steps: tuple[AskedStep, ...] = ()


NOTHING_ASKED: Final = Asked()


def both(one: Skills, other: Skills) -> Skills:
    """Return what meets both: of each skill the higher level."""
    levels = dict(one)
    for name, level in other:
        levels[name] = max(level, levels.get(name, 0))
    return tuple(sorted(levels.items()))


def language_of(locale: str | None) -> str | None:
    """Return the language of a locale such as pt-BR, or None for what names none.

    Scripts and regions are left out: who reads one pt reads the other well enough to be helped.
    """
    found = _LANGUAGE.fullmatch(locale or "")
    return None if found is None else found[1].lower()
