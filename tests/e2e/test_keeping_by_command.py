"""How long a shop keeps what, and its answers that are ready: set and read by command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.test_administration import Terminal, a_terminal
from tests.support.stack import Stack

FAQ = """\
key,language,title,text,phrasings
returns,en,Can I return it?,In 30 days.,return | send back
returns,nl,Kan ik het terugsturen?,Binnen 30 dagen.,retour
"""


@pytest.fixture
def terminal(stack: Stack, tmp_path: Path) -> Terminal:
    return a_terminal(stack.home, tmp_path)


def test_retention_is_set_rule_by_rule_and_asks_before_it_erases(terminal: Terminal) -> None:
    on = f"--shop {terminal.json('shop create Keeping')['id']}"
    assert set(terminal.json(f"retention show {on}")["rules"].values()) == {None}
    told = terminal.json(f"retention set {on} --contacts 730 --files 365 --yes")
    assert (told["rules"]["contacts_days"], told["rules"]["files_days"]) == (730, 365)
    longer = terminal.json(f"retention set {on} --contacts 800 --files -1")
    assert longer["rules"] == told["rules"] | {"contacts_days": 800, "files_days": None}
    shown = terminal.run(f"firstreply retention show {on}")
    assert "contacts_days       800" in shown
    assert "orders_days         kept" in shown
    assert "Set by " in shown
    refused = terminal.run(f"echo n | firstreply retention set {on} --contacts 10", code=1)
    assert "Aborted" in refused
    assert terminal.json(f"retention show {on}")["rules"] == longer["rules"]


def test_rules_that_cannot_be_are_refused(terminal: Terminal) -> None:
    on = f"--shop {terminal.json('shop create Keeping')['id']}"
    bring = f"firstreply retention set {on} --yes"
    assert "Name a rule to set: see --help." in terminal.run(bring, code=1)
    said = terminal.run(f"{bring} --orders 0", code=1)
    assert "--orders takes 1 to 3,650 days, or -1 to keep it: nothing was changed." in said
    said = terminal.run(f"{bring} --contacts 30 --decisions 4000", code=1)
    assert "--decisions takes 1 to 3,650 days" in said
    assert terminal.json(f"retention show {on}")["changed_at"] is None


def test_answers_are_added_changed_found_removed_and_restored(terminal: Terminal) -> None:
    on = f"--shop {terminal.json('shop create Answering')['id']}"
    words = f"add {on} --key returns --language en --title 'Returns?' --text 'In 30 days.'"
    added = terminal.json(f"faq {words} --phrasing 'send back'")
    one = f"{added['id']} {on}"
    assert terminal.json(f"faq change {one} --text 'In 14 days.'")["version"] == 2
    assert terminal.json(f"faq search {on} 'send it back'")[0]["text"] == "In 14 days."
    assert terminal.json(f"faq restore {added['id']} 1 {on}")["text"] == "In 30 days."
    assert terminal.json(f"faq remove {one}")["removed_at"] is not None
    assert terminal.json(f"faq list {on}") == []
    assert added["id"] in terminal.run(f"firstreply faq list {on} --removed")
    assert len(terminal.json(f"faq versions {one}")) == 4
    reply = terminal.json(f"canned-reply {words}")
    assert reply["id"] in terminal.run(f"firstreply canned-reply show {reply['id']} {on}")
    assert "(already_exists)" in terminal.run(f"firstreply canned-reply {words}", code=1)
    assert "(not_found)" in terminal.run(f"firstreply canned-reply show {one}", code=1)


def test_a_file_of_answers_adds_changes_and_leaves_alone(terminal: Terminal) -> None:
    on = f"--shop {terminal.json('shop create Filing')['id']}"
    file = terminal.folder / "faq.csv"
    file.write_text(FAQ)
    bring = f"faq import faq.csv {on}"
    assert terminal.json(bring) == {"added": 2, "changed": 0, "unchanged": 0}
    assert terminal.json(bring) == {"added": 0, "changed": 0, "unchanged": 2}
    file.write_text(FAQ.replace("In 30 days.", "In 14 days.") + "late,en,Where is it?,Soon.,\n")
    assert terminal.json(bring) == {"added": 1, "changed": 1, "unchanged": 1}
    (found,) = terminal.json(f"faq search {on} return --language en")
    assert (found["text"], found["version"]) == ("In 14 days.", 2)
    file.write_text(FAQ + "returns,xxxxx,a,b,\n")
    said = terminal.run(f"firstreply {bring}", code=1)
    assert "faq.csv, line 4: language: String should match pattern" in said
    assert "Nothing was changed." in said
    assert len(terminal.json(f"faq list {on}")) == 3
