"""Makes of what a sender calls a file a name that is harmless wherever it is shown or saved."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from services.gateway.domain.files.media import EXTENSIONS
from shared.contracts.files import FILE_NAME_MAX, MediaType
from shared.kernel.visible import shows_something

_NOT_IN_NAMES = re.compile(r'[\\/:*?"<>|]')
"""What separates folders, or what Windows takes in no name."""
_OTHER_SPACE = re.compile(r"\s")
_UNSEEN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Controls, signs that turn the direction of writing (photo_gpj.exe), halves of characters."""
UNNAMED: Final = "file"


def clean_name(name: str, media_type: MediaType) -> str:
    """Return a name of at most FILE_NAME_MAX characters that ends as this type's names end."""
    seen = "".join(one for one in name if unicodedata.category(one) not in _UNSEEN)
    plain = _NOT_IN_NAMES.sub("_", _OTHER_SPACE.sub(" ", seen)).rstrip(" .")
    extensions = EXTENSIONS[media_type]
    ends = next((one for one in extensions if plain.lower().endswith(one)), None)
    stem = plain[: -len(ends)] if ends else plain
    extension = plain[-len(ends) :] if ends else extensions[0]
    stem = stem[: FILE_NAME_MAX - len(extension)].strip(" .")
    return (stem if shows_something(stem) else UNNAMED) + extension
