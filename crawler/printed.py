"""Commands that are printed for a person, completed so that they run as they are printed.

    completed("policylapse timeline a.example", Given(db="demo.db")) ──► "policylapse timeline a.example --db demo.db"
    runnable("see `policylapse sites`", Given(db="demo.db")) ──► "see `policylapse sites --db demo.db`"

Whoever writes a text names the command and its subject only, between backticks. What the person gave to the command that
prints it (the database, the archive, the contact) is added here. What the environment gives is not repeated.
"""

from __future__ import annotations

import os
import re
import shlex
from dataclasses import dataclass
from pathlib import Path

DEFAULT_DB = "policylapse.db"
WITHOUT_DB = frozenset({"archives", "extract", "limits", "merge", "shard read"})  # commands that take no --db
ASKING = frozenset({"crawl", "plan", "discover", "save"})  # commands that take --archive and --contact
_QUOTED = re.compile(r"`(policylapse [^`\n]+)`")


@dataclass(frozen=True, slots=True)
class Given:
    """What a person gave to a command, "" for what was left at its default or comes from the environment."""

    db: str = ""
    archive: str = ""
    contact: str = ""


def given(db: str | Path | None = None, archive: str | None = None, contact: str | None = None) -> Given:
    """Return what has to be repeated of these values."""

    def left(value: str | Path | None, variable: str, default: str) -> str:
        text = str(value or "")
        return "" if text in (default, os.environ.get(variable)) else text

    return Given(
        left(db, "POLICYLAPSE_DB", DEFAULT_DB),
        left(archive, "POLICYLAPSE_ARCHIVE", "wayback"),
        left(contact, "POLICYLAPSE_CONTACT", ""),
    )


def command(name: str, *arguments: str) -> str:
    """Return a command line, quoted for a shell.

    >>> command("search", "biometric*")
    "policylapse search 'biometric*'"
    """
    return shlex.join(["policylapse", name, *arguments])


def completed(line: str, known: Given) -> str:
    """Return a command line with the options that were given, where it takes them and has none of its own."""
    words = line.split()
    name = words[1] if len(words) > 1 else ""
    if name.startswith("-") or "--help" in words:
        return line
    options = [] if WITHOUT_DB & {name, " ".join(words[1:3])} else [("--db", known.db)]
    if name in ASKING:
        options += [("--archive", known.archive), ("--contact", known.contact)]
    return line + "".join(
        f" {option} {shlex.quote(value)}" for option, value in options if value and option not in words
    )


def for_site(text: str, site: str) -> str:
    """Return a text with a site in its commands, where `SITE` stood."""
    return runnable(text, Given(), site)


def runnable(text: str, known: Given, site: str = "") -> str:
    """Return a text whose commands between backticks run as they stand.

    :param site: what `SITE` stands for in them, "" where the text is about many.
    """

    def complete(match: re.Match[str]) -> str:
        line = re.sub(r"\bSITE\b", lambda _: shlex.quote(site), match[1]) if site else match[1]
        return f"`{completed(line, known)}`"

    return _QUOTED.sub(complete, text)
