"""Lengths of time as a person writes them: 90s, 30m, 2h, 30d."""

from __future__ import annotations

import re
from typing import Any

import click

_UNITS = {"": 1, "s": 1, "m": 60, "min": 60, "h": 3600, "d": 86400, "w": 604800}
_DURATION = re.compile(r"(\d{1,7}(?:\.\d{1,3})?)(s|min|m|h|d|w)?", re.ASCII)


def seconds_of(text: str) -> float | None:
    """Return the seconds of a length of time; None where it is none.

    >>> [seconds_of(text) for text in ("90", "30m", "1.5h", "30d", "soon")]
    [90.0, 1800.0, 5400.0, 2592000.0, None]
    """
    match = _DURATION.fullmatch(text.strip().lower())
    return float(match[1]) * _UNITS[match[2] or ""] if match else None


class Duration(click.ParamType[float]):
    """An option's value; seconds."""

    name = "duration"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        seconds = value if isinstance(value, float) else seconds_of(str(value))
        if seconds is None:
            self.fail(f"{value!r} is not a length of time. Write 90s, 30m, 2h or 30d.", param, ctx)
        return seconds
