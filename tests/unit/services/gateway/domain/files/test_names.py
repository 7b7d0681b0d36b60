"""A file's name is harmless wherever it is shown or saved (LESSONS 29)."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from services.gateway.domain.files.media import EXTENSIONS
from services.gateway.domain.files.names import clean_name
from shared.contracts.files import FILE_NAME_MAX, MediaType

pytestmark = pytest.mark.timeout(60)  # any text: the first such test draws up Unicode's tables


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("teapot.png", "teapot.png"),
        ("Kanne Größe 3.PNG", "Kanne Größe 3.PNG"),
        ("teapot.html", "teapot.html.png"),
        ("teapot", "teapot.png"),
        (".png", "file.png"),
        ("../../etc/passwd", "_.._etc_passwd.png"),
        ("C:\\a\\b.png", "C__a_b.png"),
        ("photo\u202egpj.exe", "photogpj.exe.png"),
        ("a\r\nSet-Cookie: x=1.png", "aSet-Cookie_ x=1.png"),
        ("<img src=x onerror=alert(1)>.png", "_img src=x onerror=alert(1)_.png"),
        ("\u200b\u2028.png", "file.png"),
    ],
)
def test_a_name_keeps_what_is_harmless_and_ends_as_its_type_does(said: str, kept: str) -> None:
    assert clean_name(said, MediaType.PNG) == kept


def test_each_of_a_types_endings_is_left_as_it_is() -> None:
    assert clean_name("a.jpeg", MediaType.JPEG) == "a.jpeg"


@given(st.text(max_size=300), st.sampled_from(MediaType))
def test_any_name_becomes_one_that_fits(said: str, media_type: MediaType) -> None:
    kept = clean_name(said, media_type)

    assert len(kept) <= FILE_NAME_MAX
    assert kept.lower().endswith(EXTENSIONS[media_type])
    assert clean_name(kept, media_type) == kept
    assert kept.isprintable()
