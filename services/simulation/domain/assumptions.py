"""What a simulated shop is assumed to be: the shape of its file; draws nothing."""

from __future__ import annotations

from typing import Annotated, Self, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, model_validator

Positive: TypeAlias = Annotated[float, Field(gt=0)]
Share: TypeAlias = Annotated[float, Field(ge=0, lt=1)]
NotNegative: TypeAlias = Annotated[float, Field(ge=0)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Arrivals(_Part):
    """When customers come: the shape of a day by half hours, and what varies beyond Poisson."""

    profile: tuple[NotNegative, ...] = Field(min_length=1, max_length=48)
    half_hour_variation: NotNegative
    day_variation: NotNegative

    @model_validator(mode="after")
    def _somebody_comes(self) -> Self:
        if not any(self.profile):
            raise ValueError("in some half hour somebody must be expected")
        return self


class Customers(_Part):
    """How long customers wait, and how long a conversation lasts from its first answer."""

    patience_mean_s: Positive
    handle_mean_s: Positive
    handle_sigma: NotNegative


class Agents(_Part):
    """How many agents there are, what each holds at once, and when they are silently away."""

    most: int = Field(ge=1, le=500)
    least: int = Field(ge=1, le=500)
    capacities: tuple[Annotated[int, Field(ge=1, le=100)], ...] = Field(min_length=1)
    away_share: Share
    away_mean_s: Positive
    back_s: NotNegative

    @model_validator(mode="after")
    def _least_is_no_more_than_most(self) -> Self:
        if self.least > self.most:
            raise ValueError("least is more than most")
        return self


class Humans(_Part):
    """How fast agents notice and write, and what makes them slower."""

    notice_median_s: Positive
    notice_sigma: NotNegative
    compose_median_s: Positive
    compose_sigma: NotNegative
    agent_sigma: NotNegative
    slower_per_conversation: NotNegative
    busy_chance_per_conversation: Share
    busy_mean_s: Positive
    rescinded_s: NotNegative
    seen_s: NotNegative


class Peers(_Part):
    """How often the peers' workers look at the line."""

    worker_s: Positive
    sync_s: Positive


class Assumptions(_Part):
    """Everything a simulated day is made of, beside its seed and its load."""

    arrivals: Arrivals
    customers: Customers
    agents: Agents
    humans: Humans
    peers: Peers
