"""How much sooner this engine has customers answered than a round robin, on paired simulated days.

`python -m bench.routing` plays sixteen days at each load under the engine's shipped figures, round
robin with limit and the greedy clairvoyant, with the same customers and agents, from the pinned
assumptions. FIRSTREPLY_ROUTING_SEED names another first seed; the shipped figures were chosen with
days of seeds 2001 and 3001 to 3003 in view. What is judged is the worse end of each 95 % band. The
last line is one JSON object; the exit code is 1 where something is missed.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from services.simulation.domain.figures import Figures
from services.simulation.domain.pairing import (
    Band,
    Days,
    abandonment_change,
    jackknife,
    mean_jain,
    points_over,
    service_level,
    share_of_gap,
)
from services.simulation.domain.policies import CLAIRVOYANT, FIRSTREPLY, ROUND_ROBIN
from services.simulation.runs import days_of, play_all, read_assumptions

DAYS: Final = 16
LOADS: Final = (0.65, 0.8, 0.95)
FIRST_SEED: Final = 2001
COMPARED: Final = (FIRSTREPLY, ROUND_ROBIN, CLAIRVOYANT)
A_TENTH: Final = 10


@dataclass(frozen=True, slots=True)
class Aim:
    """A figure at a load, and what the worse end of its band is to reach."""

    name: str
    load: float
    figure: Callable[[Days], float]
    least: float | None = None
    most: float | None = None

    def worse_end(self, band: Band) -> float:
        """Return the end that is judged."""
        end = band.low if self.most is None else band.high
        assert end is not None
        return end

    def reached(self, band: Band) -> bool:
        """Tell whether it is as it is to be."""
        end = self.worse_end(band)
        return end <= self.most if self.most is not None else end >= (self.least or 0.0)


AIMS: Final = (
    Aim("points_over_round_robin", 0.8, points_over, least=12.0),
    Aim("share_of_clairvoyant_gap", 0.8, share_of_gap, least=0.42),
    Aim("abandonment_change", 0.8, abandonment_change, most=-0.35),
    Aim("jain", 0.8, mean_jain, least=0.93),
    Aim("points_over_round_robin_at_65", 0.65, points_over, least=11.0),
    Aim("share_of_clairvoyant_gap_at_65", 0.65, share_of_gap, least=0.40),
    Aim("points_over_round_robin_at_95", 0.95, points_over, least=11.0),
    Aim("share_of_clairvoyant_gap_at_95", 0.95, share_of_gap, least=0.40),
)


def play(seeds: Sequence[int]) -> dict[float, Days]:
    """Return each day's figures of the policies compared, by load."""
    pinned = read_assumptions()
    print(f"assumptions: SHA-256 {pinned.sha256}")
    print(f"seeds: {seeds[0]} to {seeds[-1]}", flush=True)
    runs = days_of(COMPARED, seeds, LOADS)
    done = 0

    def watch() -> None:
        nonlocal done
        done += 1
        if done % max(1, len(runs) // A_TENTH) == 0:
            print(f"  {done} of {len(runs)} days played", file=sys.stderr, flush=True)

    figures = play_all(runs, pinned.assumptions, watch=watch)
    by_run: dict[tuple[float, int, str], Figures] = {
        (run.load, run.seed, run.policy): one for run, one in zip(runs, figures, strict=True)
    }
    return {
        load: [tuple(by_run[load, seed, policy] for policy in COMPARED) for seed in seeds]
        for load in LOADS
    }


def tell(days: Mapping[float, Days]) -> dict[str, object]:
    """Print what was found; return the JSON object's figures."""
    for load in LOADS:
        levels = (f"{name} {service_level(days[load], at):.3f}" for at, name in enumerate(COMPARED))
        print(f"load {load}: in time " + ", ".join(levels))
    told: dict[str, object] = {}
    for aim in AIMS:
        band = jackknife(days[aim.load], aim.figure)
        told[aim.name] = round(aim.worse_end(band), 4)
        wanted = f"at least {aim.least}" if aim.most is None else f"at most {aim.most}"
        verdict = "reached" if aim.reached(band) else "MISSED"
        ends = f"{band.low:.3f} to {band.high:.3f}"
        print(f"{aim.name:32} {band.estimate:8.3f} ({ends}), is to be {wanted}: {verdict}")
    return told


def main() -> int:
    """Measure; return the exit code."""
    first = int(os.environ.get("FIRSTREPLY_ROUTING_SEED", FIRST_SEED))
    days = play(range(first, first + DAYS))
    told = tell(days)
    missed = [aim.name for aim in AIMS if not aim.reached(jackknife(days[aim.load], aim.figure))]
    sha = read_assumptions().sha256
    print(json.dumps({**told, "missed": missed, "first_seed": first, "assumptions": sha}))
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
