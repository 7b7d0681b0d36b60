"""What a customer may send over all ways in, and a shop's customers in all."""

from __future__ import annotations

from uuid import UUID

from services.gateway.domain.customer_rates import CustomerRates
from shared.kernel.rates import Rate
from tests.support.clock import START

FERN, KETTLE = UUID(int=1), UUID(int=2)
ROSA, BEN, EVE = UUID(int=3), UUID(int=4), UUID(int=5)


def rates(session: int, shop: int) -> CustomerRates:
    return CustomerRates(Rate(session, per_s=1), Rate(shop, per_s=10))


class TestTake:
    def test_a_customer_has_one_rate_over_all_connections(self) -> None:
        both = rates(2, 100)

        waits = [both.take(FERN, ROSA, START) for _ in range(3)]

        assert waits == [0, 0, 1_001]
        assert both.take(FERN, BEN, START) == 0
        assert both.take(FERN, ROSA, START + 1_001) == 0

    def test_the_customers_of_a_shop_have_one_together_and_other_shops_theirs(self) -> None:
        both = rates(5, 2)
        waits = [both.take(FERN, who, START) for who in (ROSA, BEN, EVE)]

        assert waits == [0, 0, 101]
        assert both.take(KETTLE, EVE, START) == 0

    def test_a_shops_refusal_costs_the_customer_nothing(self) -> None:
        both = rates(2, 1)
        assert both.take(FERN, ROSA, START) == 0
        assert [both.take(FERN, ROSA, START) for _ in range(5)] == [101] * 5
        assert both.take(FERN, ROSA, START + 101) == 0
