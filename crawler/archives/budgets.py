"""How fast an archive may be asked: its row's budgets (dialects.py), with what a person changed of them."""

from __future__ import annotations

import re
from collections.abc import Mapping

from crawler.archives.dialects import Archive
from crawler.archives.errors import ConfigError
from crawler.archives.table import CDX, PLAYBACK, Budget

_UNITS = {"s": 1.0, "sec": 1.0, "min": 60.0, "h": 3600.0, "hour": 3600.0}
_BUDGET = re.compile(r"(?:([^=,]{1,200}):)?(cdx|playback)\s*=\s*(\d{1,7})\s*/\s*(s|sec|min|h|hour)")


def budgets_of(archive: Archive, text: str, *, fallback: bool = False) -> Mapping[str, Budget]:
    """Return an archive's budgets with a person's changes: `cdx=24/min,playback=480/min,arquivo:cdx=60/min`.

    A change that names an archive is for that one; the others are for the archive of the run.

    :param fallback: the archive is not the one of the run.
    :raises ConfigError: it cannot be read, or would raise the budget of a public archive.
    """
    budgets = dict(archive.budgets)
    for part in filter(None, (part.strip() for part in text.split(","))):
        match = _BUDGET.fullmatch(part)
        if not match or not int(match[3]):
            raise ConfigError(f"POLICYLAPSE_BUDGET: {part!r} is none; write {CDX}=24/min,{PLAYBACK}=480/min")
        if match[1] != archive.name and (match[1] or fallback):
            continue
        budget = Budget(int(match[3]), _UNITS[match[4]], "POLICYLAPSE_BUDGET")
        known = archive.budgets.get(match[2])
        if archive.public and known and budget.interval < known.interval:
            raise ConfigError(
                f"POLICYLAPSE_BUDGET: {part!r} is more than the {archive.label} allows ({known.requests} in "
                f"{known.seconds:g} s: {known.source}); a public archive's budget can be lowered, not raised"
            )
        budgets[match[2]] = budget
    return budgets
