"""A customer is invited when a rule of the site holds: once, not while talking, not again soon."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from services.gateway.domain.effects import Effect, OpenInvitation, SendFrame, SettleInvitation
from services.gateway.domain.invitations import LAPSES_MS, QUIET_MS, Invitable, Opened
from services.gateway.domain.session import ChatSession
from shared.contracts.invitations import InvitationOpened
from shared.kernel.clock import Instant, Millis
from shared.kernel.ids import IdKind, encode
from shared.kernel.vocabulary import InvitationState, ItemKind
from tests.support.chat_sessions import found, landed, send
from tests.support.clock import START
from tests.support.invitations import a_rule, an_invitation
from tests.support.items import an_item

ON_CHECKOUT = a_rule("checkout", page="/checkout*", on_page_ms=60_000)
BIG_CART = a_rule("big-cart", cart_at_least_minor=10_000)
FAILED = a_rule("failed", page=None, payment_failed=True)
CART = {"value_minor": 10_000, "currency": "EUR"}
WEEK: Millis = 7 * 86_400_000
HOUR: Millis = 3_600_000


def page(path: str, **more: Any) -> dict[str, Any]:
    return {"page_url": f"https://shop.example{path}?a=1", **more}


class Visitor:
    """One customer's connection, with the answers of whoever keeps invitations."""

    def __init__(self, *rules: Any, at: dict[str, Any] | None = None, **known: Any) -> None:
        self.now: Instant = START
        self.session = ChatSession(START)
        hello = {"type": "hello", "site_key": "fk_x", **(at or {})}
        self.session.receive(json.dumps(hello).encode(), START)
        told = replace(found(conversation_id=None), invitable=Invitable(rules, **known))
        self.first = self.session.welcomed(told, START)[1:]

    def goes(self, path: str | None = None, **more: Any) -> list[Effect]:
        told = {"type": "context", **(page(path) if path else {}), **more}
        return asked(self.session.receive(json.dumps(told).encode(), self.now))

    def waits(self, span_ms: Millis) -> list[Effect]:
        self.now += span_ms
        return asked(self.session.wake(self.now))

    def sees(self, number: int = 1, rule: str = "big-cart") -> Opened:
        invitation = an_invitation(number, self.now, rule)
        shown = self.session.invited(invitation, self.now)
        assert shown == [SendFrame(invitation.frame)]
        return invitation

    def says(self, what: str, invitation: Opened | UUID) -> list[Effect]:
        id_ = invitation if isinstance(invitation, UUID) else invitation.id
        frame = {"type": f"invitation.{what}", "invitation_id": encode(IdKind.INVITATION, id_)}
        return self.session.receive(json.dumps(frame).encode(), self.now)

    def writes(self) -> None:
        self.session.receive(send(), self.now)
        self.session.appended("m1", landed(1), self.now)


def asked(effects: list[Effect]) -> list[Effect]:
    return [one for one in effects if isinstance(one, OpenInvitation)]


def names(effects: list[Effect]) -> list[str]:
    return [one.rule for one in effects if isinstance(one, OpenInvitation)]


class TestRules:
    def test_where_a_customer_comes_to_counts_from_the_hello_on(self) -> None:
        rule = a_rule(texts={"de": "Hallo?"}, cool_down_ms=WEEK, cart_at_least_minor=10_000)
        visitor = Visitor(rule, at=page("/cart", locale="de-DE", cart=CART))
        assert visitor.first == [OpenInvitation("big-cart", "Hallo?", WEEK)]

    def test_the_first_rule_that_holds_invites(self) -> None:
        visitor = Visitor(FAILED, BIG_CART, a_rule("any"), at=page("/", cart=CART))
        assert names(visitor.first) == ["big-cart"]

    def test_a_customer_at_the_checkout_for_a_minute_is_invited_in_that_instant(self) -> None:
        visitor = Visitor(ON_CHECKOUT, at=page("/cart"))
        assert visitor.first == []
        visitor.now += 30_000
        assert visitor.goes("/checkout/pay") == []
        assert visitor.waits(59_999) == []
        assert names(visitor.waits(1)) == ["checkout"]

    def test_whoever_leaves_the_page_begins_anew(self) -> None:
        visitor = Visitor(ON_CHECKOUT, at=page("/checkout"))
        visitor.now += 50_000
        visitor.goes("/checkout", cart=CART)
        visitor.goes("/faq")
        assert visitor.waits(10_000) == []
        visitor.goes("/checkout")
        assert visitor.waits(59_999) == []
        assert names(visitor.waits(1)) == ["checkout"]

    def test_a_payment_that_failed_is_told_by_the_page_and_may_be_over(self) -> None:
        visitor = Visitor(FAILED, at=page("/checkout"))
        assert names(visitor.goes(payment_failed=True)) == ["failed"]
        visitor.session.not_invited(1_000, visitor.now)
        visitor.goes(payment_failed=False)
        assert visitor.waits(60_000) == []

    def test_a_site_without_rules_invites_nobody(self) -> None:
        session = ChatSession(START)
        session.receive(b'{"type":"hello","site_key":"fk_x"}', START)
        assert len(session.welcomed(found(conversation_id=None), START)) == 1
        assert asked(session.wake(START + WEEK)) == []


class TestOne:
    def test_while_one_is_asked_for_or_open_there_is_no_other(self) -> None:
        visitor = Visitor(BIG_CART, a_rule("any"), at=page("/", cart=CART))
        assert visitor.waits(1_000) == []
        visitor.sees()
        assert visitor.waits(LAPSES_MS - 1) == []
        assert names(visitor.waits(1)) == ["any"]

    @pytest.mark.parametrize(
        ("word", "state"),
        [("accept", InvitationState.ACCEPTED), ("dismiss", InvitationState.DISMISSED)],
    )
    def test_an_answer_is_kept_and_nobody_is_asked_again_soon(
        self, word: str, state: InvitationState
    ) -> None:
        visitor = Visitor(BIG_CART, a_rule("any"), at=page("/", cart=CART))
        invitation = visitor.sees()
        assert visitor.says(word, invitation) == [SettleInvitation(invitation.id, state)]
        assert visitor.says(word, invitation) == []
        assert visitor.waits(QUIET_MS - 1) == []
        assert names(visitor.waits(1)) == ["any"]

    def test_one_that_was_dismissed_does_not_come_back_before_it_has_cooled_down(self) -> None:
        visitor = Visitor(a_rule(cool_down_ms=HOUR), at=page("/"))
        visitor.says("dismiss", visitor.sees())
        assert visitor.waits(HOUR - 1) == []
        assert names(visitor.waits(1)) == ["big-cart"]

    def test_another_customers_invitation_looks_like_one_that_does_not_exist(self) -> None:
        """LESSONS 25: nothing comes of it."""
        visitor = Visitor(BIG_CART, at=page("/", cart=CART))
        visitor.sees()
        assert visitor.says("accept", UUID(int=0x666)) == []

    def test_over_rest_any_is_answered_for_the_store_knows_whose_it_is(self) -> None:
        visit = ChatSession.open_for(found(), START)
        invitation = an_invitation()
        wire_id = encode(IdKind.INVITATION, invitation.id)
        frame = {"type": "invitation.accept", "invitation_id": wire_id}
        kept = SettleInvitation(invitation.id, InvitationState.ACCEPTED)
        assert visit.receive(json.dumps(frame).encode(), START) == [kept]

    def test_when_nobody_is_free_it_is_asked_for_again_a_little_later(self) -> None:
        visitor = Visitor(BIG_CART, at=page("/", cart=CART))
        visitor.session.not_invited(5_000, visitor.now)
        assert visitor.waits(4_999) == []
        assert names(visitor.waits(1)) == ["big-cart"]


class TestTalks:
    def test_nobody_who_talks_is_invited_nor_soon_after(self) -> None:
        visitor = Visitor(a_rule(), a_rule("other"), at=page("/"))
        visitor.sees()
        visitor.writes()
        assert visitor.waits(LAPSES_MS) == []
        end = an_item(2).model_copy(update={"kind": ItemKind.ENDED})
        visitor.session.heard(end, visitor.now)
        visitor.session.heard(end, visitor.now)
        assert visitor.waits(QUIET_MS - 1) == []
        assert names(visitor.waits(1)) == ["other"]

    def test_whoever_wrote_while_it_was_opened_does_not_see_it(self) -> None:
        visitor = Visitor(a_rule(), at=page("/"))
        visitor.writes()
        assert visitor.session.invited(an_invitation(), visitor.now) == []

    def test_a_connection_that_is_gone_sees_none(self) -> None:
        visitor = Visitor(a_rule(), at=page("/"))
        visitor.session.lost()
        assert visitor.session.invited(an_invitation(), visitor.now) == []


class TestComingBack:
    def test_what_is_open_is_shown_again_and_can_be_answered(self) -> None:
        invitation = an_invitation()
        visitor = Visitor(a_rule("any"), at=page("/"), open=invitation)
        assert visitor.first == [SendFrame(invitation.frame)]
        assert len(visitor.says("dismiss", invitation)) == 1

    @pytest.mark.parametrize("known", [{"under_way": True}, {"at": START - LAPSES_MS}])
    def test_what_nobody_would_answer_any_more_is_not(self, known: dict[str, Any]) -> None:
        at = known.pop("at", START)
        visitor = Visitor(at=page("/"), open=an_invitation(at=at), **known)
        assert visitor.first == []

    def test_what_was_shown_before_cools_down_across_pages(self) -> None:
        shown = {"big-cart": START - WEEK + 1_000}
        visitor = Visitor(a_rule(cool_down_ms=WEEK), at=page("/"), shown=shown)
        assert visitor.first == []
        assert names(visitor.waits(1_000)) == ["big-cart"]

    def test_after_a_conversation_there_is_quiet_across_pages(self) -> None:
        visitor = Visitor(a_rule(), at=page("/"), ended_at=START - 1_000)
        assert visitor.waits(QUIET_MS - 1_001) == []
        assert names(visitor.waits(1)) == ["big-cart"]


def test_an_invitation_is_told_with_its_text_and_its_rule_and_nothing_else() -> None:
    frame = an_invitation().frame
    assert isinstance(frame, InvitationOpened)
    assert set(json.loads(frame.to_json())) == {"type", "invitation_id", "rule", "text"}
