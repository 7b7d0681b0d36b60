"""Opens a file and finds out which of the known kinds it is."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final, TypeAlias, TypeVar

from services.staffing.call_centre import is_call_centre_file, read_call_centre
from services.staffing.forecast import Forecast, is_forecast, read_forecast
from services.staffing.own_history import is_own_csv, read_csv_history, read_json_history
from services.staffing.recorded import Recording, UnreadableError

T = TypeVar("T")
Reader: TypeAlias = tuple[Callable[[str], bool], Callable[[Iterable[str]], T]]


def _is_json(first_line: str) -> bool:
    return first_line.lstrip().startswith("{")


HISTORIES: Final[tuple[Reader[Recording], ...]] = (
    (is_call_centre_file, read_call_centre),
    (_is_json, read_json_history),
    (is_own_csv, read_csv_history),
)
FORECASTS: Final[tuple[Reader[Forecast], ...]] = ((is_forecast, read_forecast),)


def read_history(path: Path) -> Recording:
    """Read a recorded history.

    Raises:
        UnreadableError: there is no such file, it is of no kind known, or nothing in it is right.
    """
    recording = _read(path, HISTORIES)
    if not recording.contacts:
        raise UnreadableError(f"{path} has no contact in it{_first(recording)}.")
    return recording


def read_history_or_forecast(path: Path) -> Recording | Forecast:
    """Read either; see `read_history`.

    Raises:
        UnreadableError: as there.
    """
    with_forecasts: tuple[Reader[Recording | Forecast], ...] = (*HISTORIES, *FORECASTS)
    found = _read(path, with_forecasts)
    if isinstance(found, Recording) and not found.contacts:
        raise UnreadableError(f"{path} has no contact in it{_first(found)}.")
    if isinstance(found, Forecast) and not found.days:
        raise UnreadableError(f"{path} has no half hour in it{_first(found)}.")
    return found


def _read(path: Path, readers: tuple[Reader[T], ...]) -> T:
    try:
        # A name may be in an encoding of its time; what is counted by is ASCII.
        with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
            first = file.readline()
            for known, read in readers:
                if known(first):
                    file.seek(0)
                    return read(file)
    except OSError as problem:
        raise UnreadableError(f"{path} cannot be read: {problem.strerror}.") from None
    raise UnreadableError(
        f"{path} is of no known kind: a call-centre file, or CSV or JSON lines with asked_at, "
        "waited_ms and handle_ms (docs/staffing.md)."
    )


def _first(found: Recording | Forecast) -> str:
    if not found.rejected:
        return ""
    first = found.rejected[0]
    count = len(found.rejected)
    return f": {count:,} rows are wrong, the first in line {first.line}: {first.reason}"
