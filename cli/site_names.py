"""Completes SITE in the shell from the database: `policylapse timeline lum<TAB>` ──► lumenkart.example

A shell asks at each TAB, so this reads at most `_MOST` names, in their order, and never writes. It says nothing where
there is no database or it cannot be read, since whatever it printed would stand in the line that a person types.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final

import click
from click.shell_completion import CompletionItem

from crawler.archives.errors import StoreError
from crawler.printed import DEFAULT_DB
from history.database import open_database

_MOST: Final = 200  # more than a person reads through; bash itself asks before it shows more than 100
_SQL: Final = """
SELECT site FROM sites WHERE substr(site, 1, length(:typed)) = :typed
  AND EXISTS (SELECT 1 FROM policies p WHERE p.site_id = sites.id) ORDER BY site LIMIT :most
"""


def complete(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Return the sites of the command's database that begin with what is typed (`shell_complete` of click).

    Of an option or argument that takes several, those that are named already are left out.
    """
    named = ctx.params.get(param.name or "") or ()
    taken = {named} if isinstance(named, str) else set(named)
    try:
        with closing(open_database(Path(ctx.params.get("db") or DEFAULT_DB))) as db:
            found = [name for (name,) in db.execute(_SQL, {"typed": incomplete.lower(), "most": _MOST})]
    except (StoreError, sqlite3.Error, OSError):
        return []
    return [CompletionItem(name) for name in found if name not in taken and _is_one_word(name)]


def _is_one_word(name: str) -> bool:
    """Tell whether a shell takes the name as one word; click hands names over line by line."""
    return name.isprintable() and not any(char in name for char in " \t'\"\\`$!&;|<>()*?")
