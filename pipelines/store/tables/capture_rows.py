"""What the table of captures keeps of a capture: only what does not follow from the rest.

    kept(said, at, address) ──► columns of capture_rows         `said`: columns of the view `captures`
    unusual(said, at, address) ──► its column `unusual`          of those columns the ones that do not follow from the rest
    headers_patch(headers, set) ──► headers_own                  RFC 7396: how the headers differ from a set

Captures repeat what their neighbours say, so the file keeps once what they have alike (m005_small.py draws the tables) and
the view `captures` puts it together again. This is the way in: pure functions, which know no database. What a capture is
named by (`at`, `timestamp`, `original`) never changes; all else may.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any, Final

Said = Mapping[str, Any]  # columns of the view `captures`, as SQLite gives them
MEMENTO_DATETIME: Final = "memento-datetime"
_NO_PUNCTUATION: Final = str.maketrans("", "", "-T:Z")
_INTEGER: Final = re.compile(r"0|-?[1-9][0-9]{0,17}")  # as SQLite would write it again; 18 digits fit 64 bits


@dataclass(frozen=True, slots=True)
class Address:
    """One URL in one archive.

    :param citation_prefix, memento_prefix: what stands before the timestamp in `citation_url` and `memento_url`; "" where
        they have another form.
    """

    row: int
    citation_prefix: str
    memento_prefix: str


def prefix_of(url: str | None, timestamp: str, original: str) -> str:
    """Return what stands before "TIMESTAMPid_/ORIGINAL" in an archive's URL; "" where it does not end so.

    >>> prefix_of("https://a/web/20150101000000id_/http://x/", "20150101000000", "http://x/")
    'https://a/web/'
    """
    end = f"{timestamp}id_/{original}"
    return url.removesuffix(end) if url and url.endswith(end) else ""


def named(said: Said, at: int) -> dict[str, Any]:
    """Return the columns that name a capture, or that its archive's index gave of it, but for those in `unusual`.

    :param at: `captured_at` in seconds since 1970.
    """
    return {"at": at, "digest": said["digest"], "length": number_or_text(said["length"])}


def unusual(said: Said, at: int, address: Address) -> str | None:
    """Return what does not follow from the rest of a row, as JSON; None of most captures.

    >>> said = dict(timestamp="19700101000000", original="http://x/", citation_url="a/19700101000000id_/http://x/", failures=2)
    >>> said |= dict.fromkeys(("memento_at", "drift_seconds", "not_before")) | {"oddity": ""}
    >>> unusual(said, 0, Address(1, "a/", "")), unusual(said | {"failures": 0}, 0, Address(1, "a/", ""))
    ('{"failures":2}', None)
    """
    usual_citation = f"{address.citation_prefix}{said['timestamp']}id_/{said['original']}"
    drift = said["drift_seconds"]
    usual_at = iso(at + drift) if drift is not None else None
    told = {
        "timestamp": timestamp_kept(said, at),
        "citation_url": said["citation_url"] if said["citation_url"] != usual_citation else None,
        "memento_at": said["memento_at"] if said["memento_at"] != usual_at else None,
        "oddity": said["oddity"] or None,
        "failures": said["failures"] or None,
        "not_before": said["not_before"],
    }
    found = {name: value for name, value in told.items() if value is not None}
    return _json(found) if found else None


def timestamp_kept(said: Said, at: int) -> str | None:
    """Return a capture's timestamp where it does not follow from its moment."""
    return said["timestamp"] if said["timestamp"] != iso(at).translate(_NO_PUNCTUATION) else None


def happened(said: Said, at: int, address: Address) -> dict[str, Any]:
    """Return the columns that tell what became of a capture, but for its headers and its kind; and what is unusual of it."""
    memento_url = said["memento_url"]
    usual_url = f"{address.memento_prefix}{said['timestamp']}id_/{said['original']}"
    usual_chain = _json([f"{said['http_status']} {memento_url}"]) if memento_url and said["http_status"] else None
    return {
        "detail": said["detail"] or None,
        "fetched": seconds(said["fetched_at"]),
        "payload_id": said["payload_id"],
        "redirect_url": said["redirect_url"] or None,
        "drift_seconds": said["drift_seconds"],
        "memento_url": "" if memento_url == usual_url else memento_url or None,
        "chain": "" if said["chain"] is not None and said["chain"] == usual_chain else said["chain"],
        "unusual": unusual(said, at, address),
    }


def number_or_text(length: str) -> int | str:
    """Return a length as a number where SQLite writes that number as the archive did.

    >>> number_or_text("512"), number_or_text("007"), number_or_text("-")
    (512, '007', '-')
    """
    return int(length) if _INTEGER.fullmatch(length) else length


def seconds(moment: str | None) -> int | None:
    """Return a moment of the database, ISO 8601 UTC, in seconds since 1970."""
    return int(datetime.fromisoformat(moment).timestamp()) if moment else None


def iso(at: int) -> str:
    """Return seconds since 1970 as the database's views write them; "" outside the years 1 to 9999."""
    try:
        return datetime.fromtimestamp(at, UTC).isoformat()[:19] + "Z"
    except (OverflowError, ValueError, OSError):  # of a damaged row
        return ""


# headers


def headers_set(headers: Mapping[str, Any]) -> str:
    """Return headers as a set to which those of other captures are told: without the capture's own moment."""
    return _json({name: value for name, value in headers.items() if name != MEMENTO_DATETIME})


def headers_patch(headers: Mapping[str, Any], usual: str, at: int, drift: int | None) -> str:
    """Return how headers differ from a set, as an RFC 7396 patch, sorted: what is new or other, null for what is gone.

    :param usual: the set, JSON. Memento-Datetime is in none: it follows from `at` and `drift`, in seconds.

    >>> headers_patch({"a": "1", "b": "3"}, '{"b":"2","c":"4"}', 0, 0)
    '{"a":"1","b":"3","c":null,"memento-datetime":null}'
    """
    told = json.loads(usual)
    try:
        told[MEMENTO_DATETIME] = format_datetime(datetime.fromtimestamp(at + (drift or 0), UTC), usegmt=True)
    except (OverflowError, ValueError, OSError):  # of a damaged row: the view has none then
        told.pop(MEMENTO_DATETIME, None)
    new = sorted((name, value) for name, value in headers.items() if name not in told or told[name] != value)
    return _json(dict(new) | {name: None for name in told if name not in headers})


def _json(value: object) -> str:
    """As SQLite writes JSON."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
