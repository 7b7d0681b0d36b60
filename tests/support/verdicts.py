"""What came of an ordeal, as figures, and which of them must be nothing."""

from __future__ import annotations

from collections import Counter
from typing import Any

from tests.support.chat_load import TICK_S
from tests.support.ledger import Ledger
from tests.support.ordeal import Kill, Ordeal

SETTLED_WITHIN_S = 30.0
"""A failed batch rests for seconds before it is sent again: the rest is for a busy machine."""
COMPLETE_WITHIN_S = 10.0
EXPECTED = {
    "lost": 0,
    "doubled": 0,
    "told_twice": 0,
    "inversions": 0,
    "gaps": 0,
    "strange": 0,
    "violations": {},
    "disagreements": {},
    "incomplete": [],
    "lost_offers": 0,
    "failures": [],
    "contradicted": [],
}
GOOD_REFUSALS = {"try_again", "rate_limited"}
"""What customers may be told; "internal" is what a 500 is to them."""


async def judge(trial: Ordeal, ledger: Ledger) -> dict[str, Any]:
    """Return every figure of a finished trial."""
    disagreements = await ledger.settle(SETTLED_WITHIN_S)
    incomplete = await trial.incomplete(ledger, COMPLETE_WITHIN_S)
    acks = trial.acknowledgements()
    verdict = await ledger.judge(acks, trial.sent())
    contradictions = sum(len(one.doubles) for one in trial.load.customers)
    violations = await ledger.violations()
    accounts = [one.account() for one in trial.load.customers]
    return {
        "acknowledged": len(acks),
        "lost": len(verdict.lost),
        "doubled": len(verdict.doubled) + contradictions,
        "told_twice": sum(len(one.doubled) for one in accounts),
        "inversions": sum(len(one.inversions) for one in accounts),
        "gaps": violations.pop("seq gaps", 0),
        "kills": len(trial.outages),
        "between_commit_and_ack": sum(one.kill is Kill.FAULT for one in trial.outages),
        "committed_unheard": sum(
            [await ledger.committed(one.unheard, one.at) for one in trial.outages]
        ),
        "sent": len(trial.sent()),
        "sent_again": trial.load.repeats,
        "messages_per_s": round(trial.load.sent_while_served / max(trial.load.served_s, TICK_S)),
        "strange": len(verdict.strange),
        "violations": violations,
        "disagreements": disagreements,
        "incomplete": incomplete,
        "accepted_offers": sum(len(one.taken) for one in trial.agents),
        "lost_offers": len(await trial.lost_assignments(ledger)),
        "closed": sum(one.closed for one in trial.agents),
        "refused": dict(trial.load.refusals),
        "agents_refused": dict(sum((one.refusals for one in trial.agents), Counter())),
        "failures": [failure for one in trial.agents for failure in one.failures],
        "contradicted": [refusal for one in trial.agents for refusal in one.contradicted],
        "slowest_start_s": round(max((one.back_s for one in trial.outages), default=0.0), 1),
    }
