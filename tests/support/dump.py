"""Everything that a product has on disk of its shops, as text: every table, and every file."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from pathlib import Path

import asyncpg

_TABLES = """
SELECT format('%I.%I', n.nspname, c.relname) AS name
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'm') AND n.nspname NOT LIKE 'pg\\_%'
  AND n.nspname <> 'information_schema'
ORDER BY 1
"""


async def dumped(database_url: str) -> dict[str, str]:
    """Return the rows of every table of a database, as COPY writes them."""
    connection = await asyncpg.connect(database_url)
    try:
        told: dict[str, str] = {}
        for row in await connection.fetch(_TABLES):
            out = io.BytesIO()
            await connection.copy_from_query(f"SELECT * FROM {row['name']}", output=out)  # noqa: S608  of the catalogue
            told[row["name"]] = out.getvalue().decode()
        return told
    finally:
        await connection.close()


def on_disk(folder: Path) -> dict[str, str]:
    """Return name and bytes of every file under a folder."""
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {str(path): f"{path.name} {path.read_bytes().decode('latin-1')}" for path in files}


def hits(words: Iterable[str], told: Mapping[str, str]) -> dict[str, list[str]]:
    """Return where each of the words stands, whatever its case; those that stand nowhere not."""
    places = {name: text.lower() for name, text in told.items()}
    found = {
        word: [name for name, text in places.items() if word.lower() in text] for word in words
    }
    return {word: names for word, names in found.items() if names}
