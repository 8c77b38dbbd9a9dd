"""How fast an archive may be asked: its row's budgets (dialects.py), with what a person changed of them."""

from __future__ import annotations

import re
from collections.abc import Mapping

from crawler.archives.dialects import CDX, PLAYBACK, Archive, Budget
from crawler.archives.errors import ConfigError

_UNITS = {"s": 1.0, "sec": 1.0, "min": 60.0, "h": 3600.0, "hour": 3600.0}
_BUDGET = re.compile(r"(cdx|playback)\s*=\s*(\d{1,7})\s*/\s*(s|sec|min|h|hour)")


def budgets_of(archive: Archive, text: str) -> Mapping[str, Budget]:
    """Return an archive's budgets with a person's changes: `cdx=24/min,playback=480/min`.

    :raises ConfigError: it cannot be read, or would raise the budget of a public archive.
    """
    budgets = dict(archive.budgets)
    for part in filter(None, (part.strip() for part in text.split(","))):
        match = _BUDGET.fullmatch(part)
        if not match or not int(match[2]):
            raise ConfigError(f"POLICYLAPSE_BUDGET: {part!r} is none; write {CDX}=24/min,{PLAYBACK}=480/min")
        budget = Budget(int(match[2]), _UNITS[match[3]], "POLICYLAPSE_BUDGET")
        known = archive.budgets.get(match[1])
        if archive.public and known and budget.interval < known.interval:
            raise ConfigError(
                f"POLICYLAPSE_BUDGET: {part!r} is more than the {archive.label} allows ({known.requests} in "
                f"{known.seconds:g} s: {known.source}); a public archive's budget can be lowered, not raised"
            )
        budgets[match[1]] = budget
    return budgets
