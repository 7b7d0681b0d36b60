"""What becomes true of agents by time alone."""

from __future__ import annotations

from services.router.domain.ageing import Ageing
from tests.support.routing import agent_id


class TestAgeing:
    def test_an_agent_is_due_from_the_instant_on(self) -> None:
        ageing = Ageing()
        ageing.put(agent_id(1), 10)
        assert list(ageing.age(9)) == []
        assert agent_id(1) not in ageing
        assert list(ageing.age(10)) == [agent_id(1)]
        assert agent_id(1) in ageing
        assert (list(ageing), ageing.at(agent_id(1))) == ([agent_id(1)], 10)
        assert list(ageing.age(11)) == []

    def test_an_instant_that_is_past_is_due_at_once(self) -> None:
        ageing = Ageing()
        list(ageing.age(10))
        ageing.put(agent_id(1), 10)
        assert agent_id(1) in ageing
        ageing.put(agent_id(1), None)
        assert agent_id(1) not in ageing

    def test_another_instant_takes_the_place_of_the_one_before(self) -> None:
        ageing = Ageing()
        ageing.put(agent_id(1), 10)
        ageing.put(agent_id(1), 20)
        assert list(ageing.age(19)) == []
        ageing.put(agent_id(1), 20)
        assert list(ageing.age(20)) == [agent_id(1)]
        ageing.put(agent_id(1), 30)
        assert agent_id(1) not in ageing

    def test_nobody_is_due_without_an_instant(self) -> None:
        ageing = Ageing()
        ageing.put(agent_id(1), None)
        assert list(ageing.age(10)) == []

    def test_time_does_not_run_backwards(self) -> None:
        ageing = Ageing()
        list(ageing.age(10))
        list(ageing.age(5))
        ageing.put(agent_id(1), 8)
        assert agent_id(1) in ageing
