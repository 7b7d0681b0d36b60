"""Makes calls as the public call-centre file writes them, for tests that want a small one."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from random import Random

from services.staffing.call_centre import FIELDS

NEVER = ("0:00:00", "0:00:00", "0")
PATIENCE_S = 120.0
HANDLE_S = 180.0


def write_calls(path: Path, days: int, calls: int, *, first: date = date(1999, 1, 3)) -> Path:
    """Write some days of so many calls each from 08:00 to 12:00, one in ten of whom hang up."""
    dice = Random(11)  # noqa: S311  drawn again alike
    rows = ["\t".join(FIELDS)]
    for count in range(days * calls):
        on = first + timedelta(days=count // calls)
        rows.append(_call(count, on, 8 * 3_600 + dice.randrange(4 * 3_600), dice))
    path.write_text("\n".join(rows) + "\n")
    return path


def _call(number: int, on: date, at: int, dice: Random) -> str:
    waited = 1 + int(dice.expovariate(1 / PATIENCE_S)) if number % 5 == 0 else 0
    queue = _span(at, waited) if waited else NEVER
    gone = number % 10 == 0
    service = NEVER if gone else _span(at + waited, 1 + int(dice.expovariate(1 / HANDLE_S)))
    outcome, server = ("HANG", "NO_SERVER") if gone else ("AGENT", "TOVA")
    menu = ("AA0101", str(number), "0", "0", "PS", f"{on:%y%m%d}", *_span(at - 10, 10))
    return "\t".join((*menu, *queue, outcome, *service, server))


def _span(start: int, seconds: int) -> tuple[str, str, str]:
    return _clock(start), _clock(start + seconds), str(seconds)


def _clock(at: int) -> str:
    return f"{at // 3_600}:{at // 60 % 60:02d}:{at % 60:02d}"
