"""Makes a changed copy of an immutable row: `dataclasses.replace` takes many times as long."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from services.router.domain.thawing import copier_of

if TYPE_CHECKING:
    # What a field may be changed to is checked as it is there.
    from dataclasses import replace as replace  # noqa: PLC0414  it is passed on
else:

    def replace(row: Any, /, **changes: Any) -> Any:
        """Return a row of two slots or more with these fields changed.

        A command makes a dozen such copies of up to 40 fields.

        Raises:
            AttributeError: there is no such field.
        """
        return copier_of(type(row))(row, changes)
