"""Every language of the demo shop, in the order of its markets and of the products' titles."""

from __future__ import annotations

from services.demo.words.bulgarian import BULGARIAN
from services.demo.words.dutch import DUTCH
from services.demo.words.english import ENGLISH
from services.demo.words.polish import POLISH
from services.demo.words.portuguese import PORTUGUESE
from services.demo.words.romanian import ROMANIAN

TONGUES = (DUTCH, POLISH, BULGARIAN, ROMANIAN, PORTUGUESE, ENGLISH)
