"""Archive timestamps: 14 digits at the edges, UTC datetimes inside.

>>> parse_timestamp("20180525103000")
datetime.datetime(2018, 5, 25, 10, 30, tzinfo=datetime.timezone.utc)
>>> format_timestamp(parse_timestamp("20180525103000"))
'20180525103000'
"""

from __future__ import annotations

import calendar
import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from crawler.archives.errors import ConfigError

DIGITS = 14
_DATE = re.compile(r"(\d{4})(?:-?(\d{2})(?:-?(\d{2})(?:[T ]?(\d{2}):?(\d{2})(?::?(\d{2}))?Z?)?)?)?", re.ASCII)

# W3C-DTF (w3.org/TR/NOTE-datetime) at every precision, and what is written for it: no punctuation, a blank for the T,
# a comma in the fraction, a zone without its colon or none
_WARC_DATE = re.compile(
    r"(\d{4})(?:-?(\d\d)(?:-?(\d\d)(?:[T ]?(\d\d):?(\d\d)(?::?(\d\d)(?:[.,]\d{1,30})?)?"
    r" ?(Z|UTC|GMT|[+-]\d\d(?::?\d\d)?)?)?)?)?",
    re.ASCII | re.IGNORECASE,
)


def format_timestamp(moment: datetime) -> str:
    """Return the 14 digits of a UTC datetime (seconds are the finest an archive knows)."""
    return f"{moment.astimezone(UTC):%Y%m%d%H%M%S}".rjust(DIGITS, "0")


def parse_timestamp(timestamp: str) -> datetime:
    """Return the UTC datetime of exactly 14 digits; ValueError for anything else.

    >>> parse_timestamp("20000008241731")
    Traceback (most recent call last):
    ...
    ValueError: not a timestamp: '20000008241731'
    """
    if len(timestamp) != DIGITS or not (timestamp.isascii() and timestamp.isdigit()):
        raise ValueError(f"not a timestamp: {timestamp!r}")
    parts = (int(timestamp[a:b]) for a, b in ((0, 4), (4, 6), (6, 8), (8, 10), (10, 12), (12, 14)))
    try:
        return datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type,misc]
    except ValueError:
        raise ValueError(f"not a timestamp: {timestamp!r}") from None


def repair_timestamp(timestamp: str) -> datetime:
    """Return the datetime meant by a broken timestamp of an index; ValueError where none can be read.

    Crawls of the year 2000 wrote an empty "00" before the month or the day: the digits behind it are right, so
    it is cut out and the seconds are lost (docs/archives.md; the same rule as in EDGI's `wayback`).

    >>> repair_timestamp("20000008241731")
    datetime.datetime(2000, 8, 24, 17, 31, tzinfo=datetime.timezone.utc)
    """
    repaired = timestamp
    for at in (6, 4):
        if repaired[at : at + 2] == "00":
            repaired = repaired[:at] + repaired[at + 2 :] + "00"
    return parse_timestamp(repaired)


def parse_date(text: str, *, end: bool = False) -> datetime:
    """Return the first (or with `end` the last) second of what a person names: 2015, 2015-03, 2015-03-01,
    2015-03-01T10:20:30Z or the digits alone.

    >>> parse_date("2015-02", end=True)
    datetime.datetime(2015, 2, 28, 23, 59, 59, tzinfo=datetime.timezone.utc)
    """
    match = _DATE.fullmatch(text.strip())
    if not match:
        raise ConfigError(f"{text!r} is not a date: write 2015, 2015-03, 2015-03-01 or 2015-03-01T10:20:30Z")
    year, month, day, hour, minute, second = (int(part) if part else None for part in match.groups())
    try:
        return _fill(year or 0, month, day, hour, minute, second, end=end)
    except ValueError as error:
        raise ConfigError(f"{text!r} is not a date: {error}") from None


def _fill(
    year: int,
    month: int | None,
    day: int | None,
    hour: int | None,
    minute: int | None,
    second: int | None,
    *,
    end: bool,
) -> datetime:
    month = month if month is not None else (12 if end else 1)
    if not 1 <= month <= 12:
        raise ValueError("month must be in 1..12")
    day = day if day is not None else (calendar.monthrange(year, month)[1] if end else 1)
    last = (23, 59, 59) if end else (0, 0, 0)
    hour, minute, second = (
        given if given is not None else filler for given, filler in zip((hour, minute, second), last, strict=True)
    )
    return datetime(year, month, day, hour, minute, second, tzinfo=UTC)


def format_iso(moment: datetime) -> str:
    """Return ISO 8601 UTC text, as the store keeps every time.

    >>> format_iso(datetime(2018, 5, 25, 10, 30, tzinfo=UTC))
    '2018-05-25T10:30:00Z'
    """
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def parse_iso(text: str) -> datetime:
    """Return the datetime of what format_iso wrote."""
    return datetime.fromisoformat(text)


def parse_warc_date(text: str) -> datetime:
    """Return the UTC datetime of a WARC-Date, to the second; ValueError for what is no date.

    Legal is W3C-DTF at any precision (WARC 1.1, 5.4); what is left out is its first moment. The dates of other crawlers
    are read too where they can mean but one thing: 14 digits, an offset, no zone (UTC), the dates of mail and HTTP.

    >>> print(parse_warc_date("2016-05"), parse_warc_date("2016-07-25T10:11:12.5+02:00"))
    2016-05-01 00:00:00+00:00 2016-07-25 08:11:12+00:00
    >>> print(parse_warc_date("Wed, 05 Oct 2016 10:00:00 GMT"))
    2016-10-05 10:00:00+00:00
    """
    match = _WARC_DATE.fullmatch(text.strip())
    if match is None:
        moment = parse_http_date(text) if "," in text else None
        if moment is None:
            raise ValueError(f"not a date: {text[:100]!r}")
        return moment
    year, month, day, hour, minute, second = (int(part) if part else None for part in match.groups()[:6])
    try:
        moment = _fill(year or 0, month, day, hour, minute, 59 if second == 60 else second, end=False)
        return moment - _offset(match[7] or "Z")
    except (ValueError, OverflowError):
        raise ValueError(f"not a date: {text[:100]!r}") from None


def _offset(zone: str) -> timedelta:
    if zone[0] not in "+-":
        return timedelta(0)
    digits = zone[1:].replace(":", "").ljust(4, "0")
    hours, minutes = int(digits[:2]), int(digits[2:])
    if hours > 14 or minutes > 59:
        raise ValueError("no zone is so far off")
    return timedelta(hours=hours, minutes=minutes) * (-1 if zone[0] == "-" else 1)


def parse_http_date(text: str) -> datetime | None:
    """Return the UTC datetime of an HTTP date (Memento-Datetime, Retry-After), None where it is none."""
    try:
        moment = parsedate_to_datetime(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (TypeError, ValueError, OverflowError):
        return None
