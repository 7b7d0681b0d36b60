"""An item is told of in words, also when it is files alone."""

from __future__ import annotations

from uuid import UUID

from shared.contracts.items import Attachment
from tests.support.items import an_item

FILES = tuple(
    Attachment(file_id=UUID(int=n), name=name, media_type="image/png", size_bytes=1)
    for n, name in enumerate(("a.png", "b.png"))
)


def test_an_item_without_a_text_is_told_of_by_the_names_of_its_files() -> None:
    assert an_item(1, text="").model_copy(update={"attachments": FILES}).words == "a.png, b.png"


def test_an_item_with_a_text_is_told_of_by_its_text() -> None:
    assert an_item(1, text="Look").model_copy(update={"attachments": FILES}).words == "Look"
