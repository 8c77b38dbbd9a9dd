"""Labels made elsewhere, read from JSON Lines: one label a line, each with who or what made it, and when.

    {"block": "9f2c…", "label": "sale", "author": "A. Reader", "time": "2026-11-02"}
    {"citation": "a.example@2018-05-25.1f3a9c2e", "text": "We sell data.", "label": "sale", "model": "gpt-x 2026-01"}

    parse_labels(lines) ──► ImportedLabel(block or citation and text, label, author, model, time, note)…

`block` is the key that `policylapse annotations blocks` prints: SHA-256 of the passage's words. `text` is the passage, or
a part of it; without it the label is of the whole version. Pure: whether the passage is known, the caller says.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from crawler.archives.errors import ConfigError
from crawler.archives.timestamps import format_iso, parse_date

_FIELDS: Final = {
    "block": 64,
    "citation": 500,
    "text": 20_000,
    "label": 200,
    "author": 200,
    "model": 200,
    "note": 2_000,
}
_KEY: Final = re.compile(r"[0-9a-f]{64}", re.ASCII)
_LONGEST: Final = 100_000  # characters of a line


@dataclass(frozen=True, slots=True)
class ImportedLabel:
    """One label.

    :param line: its line, from 1. :param block: key of the passage; "" where `citation` names a version.
    :param text: the passage in that version, or a part of it; "" for the whole version.
    :param labelled_at: ISO 8601.
    """

    line: int
    block: str
    citation: str
    text: str
    label: str
    author: str
    model: str
    labelled_at: str
    note: str


def parse_labels(lines: Iterable[str]) -> Iterator[ImportedLabel]:
    """Yield the labels of a file; empty lines are passed over.

    :raises ConfigError: a line is not as above; the message names the line and says what may stand there.
    """
    for number, row in enumerate(lines, start=1):
        if not row.strip():
            continue
        try:
            yield _label(number, _read(row))
        except ConfigError as error:
            raise ConfigError(f"line {number:,}: {error}") from None


def _read(row: str) -> Mapping[str, Any]:
    if len(row) > _LONGEST:
        raise ConfigError(f"it is longer than {_LONGEST:,} characters. Put one label on each line.")
    try:
        data = json.loads(row)
    except (ValueError, RecursionError):
        data = None
    if not isinstance(data, dict):
        raise ConfigError('it is not a JSON object. Write {"block": "…", "label": "…", "author": "…", "time": "…"}.')
    return data


def _label(number: int, data: Mapping[str, Any]) -> ImportedLabel:
    unknown = sorted(data.keys() - _FIELDS.keys() - {"time"})
    if unknown:
        raise ConfigError(f"there is no field {unknown[0]!r}. Fields: {', '.join(_FIELDS)}, time.")
    found = {name: _text(data, name, most) for name, most in _FIELDS.items()}
    if bool(found["block"]) == bool(found["citation"]):
        raise ConfigError("name either the block (its key) or the citation of a version.")
    if found["block"] and (not _KEY.fullmatch(found["block"]) or found["text"]):
        raise ConfigError(
            "block must be 64 hexadecimal digits, without text: `policylapse annotations blocks` prints it."
        )
    if not found["label"]:
        raise ConfigError("it has no label.")
    if not (found["author"] or found["model"]):
        raise ConfigError("it has neither author nor model. Say who or what made the label.")
    return ImportedLabel(line=number, labelled_at=format_iso(parse_date(_text(data, "time", 40) or "no time")), **found)


def _text(data: Mapping[str, Any], name: str, most: int) -> str:
    value = data.get(name)
    value = "" if value is None else value
    if not isinstance(value, str):
        raise ConfigError(f"{name} must be a text.")
    if len(value) > most:
        raise ConfigError(f"{name} has {len(value):,} characters; at most {most:,} are taken.")
    return value.strip().encode("utf-8", "replace").decode()
