"""The days from which laws apply, which time axes show: a list that users extend.

read_dates(None) ──► those shipped        read_dates(path) ──► those, and the file's: CSV with day, label, meaning
"""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path
from typing import Final

from crawler.archives.errors import ConfigError
from history.web.page import LegalDate

_SHIPPED: Final = Path(__file__).with_name("legal_dates.csv")
_MOST: Final = 200
_LABEL: Final = 24  # characters that a picture has room for


def read_dates(path: Path | None) -> tuple[LegalDate, ...]:
    """Return the legal dates, oldest first; one of the file replaces one shipped with the same label.

    :raises ConfigError: the file cannot be read or is no such table; its text says which line.
    """
    found = {one.label: one for one in _read(_SHIPPED)}
    if path is not None:
        found |= {one.label: one for one in _read(path)}
    return tuple(sorted(found.values(), key=lambda one: one.day))[:_MOST]


def _read(path: Path) -> list[LegalDate]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            rows = list(csv.DictReader(stream))
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"cannot read the legal dates {path}: {error}; name a CSV file with --legal-dates") from None
    found = []
    for number, row in enumerate(rows, start=2):
        try:
            found.append(
                LegalDate(date.fromisoformat(row["day"].strip()), row["label"].strip()[:_LABEL], row["meaning"].strip())
            )
        except (KeyError, ValueError, AttributeError, TypeError):
            raise ConfigError(
                f'line {number} of {path} is not a legal date: write day,label,meaning as in 2018-05-25,GDPR,"applies in the EU"'
            ) from None
    return found
