"""What somebody says of a file of orders."""

from __future__ import annotations

import pytest

from services.history.shops.generic_wishes import file_wishes

PLAIN = {"dates": None, "decimal": None, "zone": None, "encoding": None}


@pytest.mark.parametrize("pair", ["total", "total=", "=Sum", " = "])
def test_a_pair_that_is_none_is_refused_with_what_was_written(pair: str) -> None:
    with pytest.raises(ValueError, match="is not written NAME=VALUE"):
        file_wishes("till", {"column": [pair], "set": (), "word": ()}, PLAIN)


def test_a_pair_is_read_without_the_spaces_around_it() -> None:
    wishes = file_wishes("till", {"column": [" total = Sum "], "set": (), "word": ()}, PLAIN)
    assert wishes.rows.columns == {"total": "Sum"}
