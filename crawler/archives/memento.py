"""Classifying what playback answered: Memento-Datetime first, status second (docs/archives.md).

| Memento-Datetime | status | meaning |
|---|---|---|
| yes | 200 | MEMENTO: the capture |
| yes | 3xx | REDIRECT: archived redirect, its target on the original site |
| yes | 4xx, 5xx | ARCHIVED_ERROR: content, also 429 and 503; never a live error |
| no | 3xx | MOVED_ON: the archive sends us to another timestamp |
| no | 200 with the exclusion text, 403 with a runtime error | EXCLUDED, EXCLUDED_ROBOTS |
| no | 404 | NOT_ARCHIVED |
| no | 429 | RATE_LIMITED |
| no | 413 421 5xx | TRANSIENT |
| no | anything else | NO_MEMENTO |
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum, auto
from urllib.parse import urljoin

from crawler.archives.capture import Capture, Outcome
from crawler.archives.surt import surt
from crawler.archives.timestamps import parse_http_date, parse_timestamp

TRANSIENT_STATUSES = frozenset({408, 413, 421, 500, 502, 503, 504, 599})  # wayback/_client.py:330, and 408
_EXCLUDED_TEXT = b"This URL has been excluded from the Wayback Machine"
_MEMENTO_URL = re.compile(r"/(\d{1,14})(?:[a-z]{2}_)?/((?:https?:|//).*)", re.DOTALL)
_SEEN_BYTES = 256 * 1024  # where the exclusion text is looked for: it was recorded at byte 56,703 of 57,794

_BYTES = re.compile(r"([/:]\d{1,14})id_/")  # where an archive's URL says "the captured bytes"
_OTHER_SCHEME = re.compile(r"/\d{4,14}[a-z]{2}_/((?!https?:)[a-z][a-z0-9+.-]*:.*)", re.DOTALL | re.IGNORECASE)
MAX_DRIFT = 24 * 3600  # seconds; what EDGI's client accepts as the same capture


class PlaybackAnswer(Enum):
    MEMENTO = auto()
    REDIRECT = auto()
    ARCHIVED_ERROR = auto()
    MOVED_ON = auto()
    EXCLUDED = auto()
    EXCLUDED_ROBOTS = auto()
    NOT_ARCHIVED = auto()
    RATE_LIMITED = auto()
    TRANSIENT = auto()
    NO_MEMENTO = auto()


@dataclass(frozen=True, slots=True)
class Playback:
    """A classified answer.

    :param memento_at: the archive's own date of what it sent, None where it is no memento.
    :param location: for REDIRECT the target on the original site, for MOVED_ON the archive's URL to ask next.
    """

    answer: PlaybackAnswer
    memento_at: datetime | None = None
    location: str = ""


def classify_playback(status: int, headers: Mapping[str, str], body: bytes, url: str) -> Playback:
    """Say what an archive's answer to a playback request is.

    :param headers: names lower-cased.
    :param url: the archive URL that was asked, to resolve a relative Location against.
    """
    memento_at = parse_http_date(headers.get("memento-datetime", ""))
    location = headers.get("location", "")
    if memento_at is not None:
        return _memento(status, memento_at, _resolve(url, location), url)
    if 300 <= status < 400 and location:
        return Playback(PlaybackAnswer.MOVED_ON, location=_resolve(url, location))
    exclusion = classify_exclusion(status, headers, body)
    if exclusion:
        return Playback(exclusion)
    if status == 404:
        return Playback(PlaybackAnswer.NOT_ARCHIVED)
    if status == 429:
        return Playback(PlaybackAnswer.RATE_LIMITED)
    return Playback(PlaybackAnswer.TRANSIENT if status in TRANSIENT_STATUSES else PlaybackAnswer.NO_MEMENTO)


def _resolve(url: str, location: str) -> str:
    """Return a Location as an absolute URL; as it is where it cannot be one."""
    try:
        return urljoin(url, location) if location else ""
    except ValueError:
        return location


def _memento(status: int, memento_at: datetime, location: str, url: str) -> Playback:
    if status < 300:
        return Playback(PlaybackAnswer.MEMENTO, memento_at)
    if status < 400:
        return Playback(PlaybackAnswer.REDIRECT, memento_at, original_url(location, url))
    return Playback(PlaybackAnswer.ARCHIVED_ERROR, memento_at)


def classify_exclusion(status: int, headers: Mapping[str, str], body: bytes) -> PlaybackAnswer | None:
    """Tell an exclusion by the class name in the runtime-error header or the body (it comes with 403, and once 200)."""
    runtime_error = headers.get("x-archive-wayback-runtime-error", "").encode("latin-1", "replace")
    seen = runtime_error + body[:_SEEN_BYTES]
    if status >= 400 and b"RobotAccessControlException" in seen:
        return PlaybackAnswer.EXCLUDED_ROBOTS
    if (status >= 400 and b"AccessControlException" in seen) or _EXCLUDED_TEXT in seen:
        return PlaybackAnswer.EXCLUDED
    return PlaybackAnswer.EXCLUDED if status == 451 else None


def replay_url(memento_url: str) -> str:
    """Return the page on which an archive shows a capture to people, with its banner and date.

    :param memento_url: the archive's URL of the captured bytes (`id_`), which is for checking digests. Any other address
        is returned as it is.

    >>> replay_url("https://web.archive.org/web/20200201020357id_/http://epa.gov/20200201020357id_/")
    'https://web.archive.org/web/20200201020357/http://epa.gov/20200201020357id_/'
    """
    return _BYTES.sub(lambda match: f"{match[1]}/", memento_url, count=1)


def split_memento_url(url: str) -> tuple[str, str] | None:
    """Return (timestamp digits, original URL) of a playback URL, None where it is none.

    >>> split_memento_url("https://web.archive.org/web/20200201020357id_/http://epa.gov/climatechange")
    ('20200201020357', 'http://epa.gov/climatechange')
    """
    match = _MEMENTO_URL.search(url)
    if not match:
        return None
    original = f"http:{match[2]}" if match[2].startswith("//") else match[2]
    return match[1], re.sub(r"^(https?:)/*", r"\1//", original)  # resolving against it leaves one slash of two


def original_url(location: str, asked: str) -> str:
    """Return the original site's URL of a Location that an archive sent: rewritten into the archive, or left as it was.

    >>> asked = "https://web.archive.org/web/20200101000000id_/http://a.example/old"
    >>> original_url("https://web.archive.org/web/20200101000000id_/http://a.example/new", asked)
    'http://a.example/new'
    >>> original_url("https://web.archive.org/web/20200101000000id_/mailto:x@a.example", asked)
    'mailto:x@a.example'
    """
    parts = split_memento_url(location)
    if parts:
        return parts[1]
    other_scheme = _OTHER_SCHEME.search(location)
    if other_scheme:
        return other_scheme[1]
    base = split_memento_url(asked)
    if base and location.split("/", 3)[:3] == asked.split("/", 3)[:3]:  # a path, resolved against the archive's host
        path = "/" + location.split("/", 3)[3] if location.count("/") > 2 else "/"
        return urljoin(base[1], path)
    return location


def memento_date(url: str) -> datetime | None:
    """Return the date in a playback URL, None where there is none.

    >>> memento_date("https://web.archive.org/web/20200201020357id_/http://epa.gov/climatechange")
    datetime.datetime(2020, 2, 1, 2, 3, 57, tzinfo=datetime.timezone.utc)
    """
    parts = split_memento_url(url)
    try:
        return parse_timestamp(parts[0]) if parts else None
    except ValueError:
        return None


def same_page(one: str, other: str) -> bool:
    """Tell whether two playback URLs are of one page (one SURT).

    >>> same_page("http://x/web/2020id_/http://a.example/p", "http://x/web/2021id_/https://www.a.example/p/")
    True
    """
    ours, theirs = split_memento_url(one), split_memento_url(other)
    return ours is not None and theirs is not None and surt(ours[1]) == surt(theirs[1])


def drift_seconds(asked: datetime, got: datetime) -> int:
    """Return by how much what was played back lies off what was asked for, in seconds, signed."""
    return int((got.astimezone(UTC) - asked.astimezone(UTC)).total_seconds())


def stray_outcome(capture: Capture, playback: Playback) -> tuple[Outcome, str] | None:
    """What becomes of a capture for which the archive played back another one: pywb does so for a redirect of a page
    to itself (http to https), any archive where a capture cannot be played back.
    """
    if playback.memento_at is None or playback.memento_at == capture.captured_at:
        return None
    instead = f"the archive played back its capture of {playback.memento_at:%Y-%m-%d %H:%M:%S} instead"
    if capture.is_redirect and playback.answer is PlaybackAnswer.MEMENTO:
        return Outcome.REDIRECT, f"to the same page; {instead}"
    if abs(drift_seconds(capture.captured_at, playback.memento_at)) > MAX_DRIFT:
        return Outcome.DRIFTED, instead
    return None
