"""A router believes in a lease for as long as PostgreSQL keeps it, and never longer."""

from __future__ import annotations

from uuid import UUID

from services.router.domain.leases import LEASE_MS, LeaseBook

ONE, TWO, THREE = (UUID(int=number) for number in (1, 2, 3))


def test_a_lease_is_believed_in_for_its_life_from_when_it_was_asked_for() -> None:
    book = LeaseBook()
    assert not book.holds(ONE, 0)
    book.taken(ONE, 7, 1_000)
    assert book.holds(ONE, 1_000 + LEASE_MS - 1)
    assert not book.holds(ONE, 1_000 + LEASE_MS)
    assert (len(book), book.tokens) == (1, {ONE: 7})


def test_a_renewal_prolongs_what_was_given_and_names_what_was_lost() -> None:
    book = LeaseBook()
    for shop in (ONE, TWO):
        book.taken(shop, 1, 0)
    assert book.renewed(book.tokens, {ONE}, 1_000) == [TWO]
    assert book.holds(ONE, LEASE_MS + 999)
    assert not book.holds(TWO, 1_000)


def test_an_answer_about_an_older_token_says_nothing_of_the_lease_taken_since() -> None:
    book = LeaseBook()
    for shop in (ONE, TWO):
        book.taken(shop, 1, 0)
    asked = book.tokens
    book.taken(ONE, 2, 500)
    book.forget(TWO)
    assert book.renewed(asked, {TWO}, 1_000) == []
    assert book.tokens == {ONE: 2}
    assert not book.holds(ONE, 500 + LEASE_MS)


def test_what_is_not_renewed_in_time_lapses_and_the_rest_does_not() -> None:
    book = LeaseBook()
    for at, shop in enumerate((ONE, TWO, THREE)):
        book.taken(shop, 1, at * 1_000)
    assert book.lapse(LEASE_MS - 1) == []
    assert book.lapse(LEASE_MS + 1_000) == [ONE, TWO]
    assert book.tokens == {THREE: 1}
    book.forget(ONE)  # gone already
