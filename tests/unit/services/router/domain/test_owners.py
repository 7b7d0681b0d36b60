"""Who owns a shop is remembered until it proves wrong; a search has an end."""

from __future__ import annotations

from uuid import UUID

import pytest

from services.router.domain.owners import (
    ASK_AGAIN_MS,
    ATTEMPT_MS,
    OwnerBook,
    Search,
    verdict,
)
from shared.kernel.errors import ErrorCode

SHOP, ROUTER = UUID(int=1), UUID(int=2)


def test_a_holder_is_remembered_until_another_word_comes() -> None:
    book = OwnerBook()
    book.learn(SHOP, None)
    assert book.holder(SHOP) is None
    book.learn(SHOP, ROUTER)
    assert book.holder(SHOP) == ROUTER
    book.learn(SHOP, None)
    assert book.holder(SHOP) is None


def test_a_search_asks_again_at_once_then_in_steps_until_its_time_is_up() -> None:
    search = Search(began_at=0, wait_ms=250)
    assert [search.pause_ms(at) for at in (0, 0, 100, 150, 151)] == [
        0,
        ASK_AGAIN_MS,
        ASK_AGAIN_MS,
        ASK_AGAIN_MS,
        None,
    ]


def test_a_search_whose_first_question_took_all_its_time_is_over() -> None:
    assert Search(began_at=0, wait_ms=200).pause_ms(201) is None


def test_who_is_asked_last_has_only_the_time_that_is_left() -> None:
    search = Search(began_at=0, wait_ms=3_000)
    assert search.attempt_ms(0) == ATTEMPT_MS
    search.pause_ms(0)
    assert [search.attempt_ms(at) for at in (1_000, 2_600, 2_990)] == [1_000, 400, ASK_AGAIN_MS]


@pytest.mark.parametrize(
    ("sent", "code"), [(True, ErrorCode.TRY_AGAIN), (False, ErrorCode.ROUTING_UNAVAILABLE)]
)
def test_the_refusal_says_whether_anybody_may_have_done_it(*, sent: bool, code: ErrorCode) -> None:
    assert verdict(sent=sent) is code
