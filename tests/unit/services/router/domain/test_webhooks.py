"""When an event comes again, when it is dead, and when its webhook is given up."""

from __future__ import annotations

import pytest

from services.router.domain.webhooks import (
    GIVE_UP_AFTER_MS,
    JITTER,
    RETRY_AFTER_MS,
    Tried,
    judge,
    tried,
    url_fault,
)
from shared.kernel.vocabulary import DeliveryFault, DeliveryStatus, WebhookEnd
from tests.support.clock import START

FAILED = Tried(START, 100, status=500, fault=DeliveryFault.STATUS)


class TestTried:
    @pytest.mark.parametrize(
        ("answer", "status", "fault"),
        [
            (200, 200, None),
            (204, 204, None),
            (302, 302, DeliveryFault.REDIRECTED),
            (404, 404, DeliveryFault.STATUS),
            (DeliveryFault.TIMED_OUT, None, DeliveryFault.TIMED_OUT),
        ],
    )
    def test_only_an_answer_of_success_is_one(
        self, answer: int | DeliveryFault, status: int | None, fault: DeliveryFault | None
    ) -> None:
        assert tried(START, START + 7, answer) == Tried(START, 7, status, fault)


class TestJudge:
    def test_an_event_is_tried_again_from_five_seconds_to_three_hours_later_and_then_is_dead(
        self,
    ) -> None:
        ended = FAILED.at + FAILED.took_ms
        for before, rest in enumerate(RETRY_AFTER_MS):
            assert judge(FAILED, before, START, 0.0).next_at == ended + rest
            assert judge(FAILED, before, START, 1.0).next_at == ended + int(rest * (1 + JITTER))
        assert (RETRY_AFTER_MS[0], RETRY_AFTER_MS[-1]) == (5_000, 3 * 3_600_000)
        last = judge(FAILED, len(RETRY_AFTER_MS), START, 0.5)
        assert (last.status, last.next_at, last.ends) == (DeliveryStatus.DEAD, None, None)

    def test_what_was_taken_is_delivered(self) -> None:
        verdict = judge(tried(START, START, 200), 3, START - GIVE_UP_AFTER_MS, 0.5)
        assert (verdict.status, verdict.ends) == (DeliveryStatus.DELIVERED, None)

    def test_who_says_gone_is_believed_at_once_and_who_only_fails_after_three_days(self) -> None:
        gone = judge(tried(START, START, 410), 0, None, 0.0)
        assert (gone.status, gone.ends) == (DeliveryStatus.PENDING, WebhookEnd.GONE)
        since = FAILED.at + FAILED.took_ms - GIVE_UP_AFTER_MS
        assert judge(FAILED, 0, since, 0.0).ends is WebhookEnd.FAILING
        assert judge(FAILED, 0, since + 1, 0.0).ends is None
        assert judge(FAILED, 0, None, 0.0).ends is None


class TestUrl:
    def test_an_address_of_this_machine_is_good_only_where_that_is_allowed(self) -> None:
        assert url_fault("http://127.0.0.1:8000/", to_this_machine=True) is None
        assert url_fault("http://127.0.0.1:8000/", to_this_machine=False) is not None
