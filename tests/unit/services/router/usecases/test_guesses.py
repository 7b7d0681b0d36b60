"""Who guesses passwords waits, and keeps nobody out of where they sign in from."""

from __future__ import annotations

from uuid import UUID

import pytest

from services.router.usecases.guesses import PER_ACCOUNT, Guesses
from shared.kernel.errors import RefusedError
from tests.support.clock import VirtualClock

SHOP = UUID(int=1)
ANNA, BO = "anna@shop.example", "bo@shop.example"
OFFICE, ELSEWHERE = "198.51.100.7", "192.0.2.1"


def sign_in(guesses: Guesses, email: str = ANNA, address: str = OFFICE) -> None:
    guesses.count(address, SHOP, email)
    guesses.forgive(address, SHOP, email)


def guess_on(guesses: Guesses, address: str, email: str = ANNA) -> int:
    """Guess until it is refused; return how many guesses were free."""
    for number in range(PER_ACCOUNT.burst * 2):
        try:
            guesses.count(address, SHOP, email)
        except RefusedError:
            return number
    raise AssertionError("nothing was refused")


def test_whoever_has_signed_in_from_there_gets_in_while_strangers_guess(
    clock: VirtualClock,
) -> None:
    guesses = Guesses(clock)
    sign_in(guesses)
    assert guess_on(guesses, ELSEWHERE) == PER_ACCOUNT.burst
    for _ in range(PER_ACCOUNT.burst * 2):
        sign_in(guesses)


def test_at_a_place_that_is_known_guesses_are_counted_as_anywhere(clock: VirtualClock) -> None:
    guesses = Guesses(clock)
    sign_in(guesses)
    assert guess_on(guesses, OFFICE) == PER_ACCOUNT.burst
    clock.advance(int(PER_ACCOUNT.every_ms))
    sign_in(guesses)


def test_a_place_is_known_for_the_account_that_signed_in_there_alone(clock: VirtualClock) -> None:
    guesses = Guesses(clock)
    sign_in(guesses, ANNA)
    guess_on(guesses, ELSEWHERE, BO)
    with pytest.raises(RefusedError):
        guesses.count(OFFICE, SHOP, BO)


def test_the_place_of_the_longest_ago_is_forgotten_first(clock: VirtualClock) -> None:
    guesses = Guesses(clock, places_max=2)
    sign_in(guesses, address=OFFICE)
    sign_in(guesses, address="198.51.100.8")
    sign_in(guesses, address=OFFICE)
    sign_in(guesses, address="198.51.100.9")
    guess_on(guesses, ELSEWHERE)
    sign_in(guesses, address=OFFICE)
    sign_in(guesses, address="198.51.100.9")
    with pytest.raises(RefusedError):
        guesses.count("198.51.100.8", SHOP, ANNA)
