"""What jsonb columns hold, as the drivers give it."""

from __future__ import annotations

import json
from typing import Any, TypeAlias

Json: TypeAlias = dict[str, object]


def read_json(value: Any) -> Any:
    """Read jsonb, which the plain driver hands over as text and SQLAlchemy's reads itself."""
    return json.loads(value) if isinstance(value, str) else value
