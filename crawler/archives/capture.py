"""What an archive holds, in the archives' own words: captures, mementos, and what became of them.

A *capture* is one row of an archive's index (CDX), its fields kept as the archive gave them. A *memento* is what
playback returned for it. An *outcome* is what became of a capture or of a listing: it is data, recorded, counted,
and each has a next step for the person.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any

REVISIT_MIMETYPE = "warc/revisit"
# SHA-1 of no bytes: every archived redirect without a body has this digest, so it says nothing of where it leads.
EMPTY_DIGEST = "3I42H3S6NNFQ2MSVX7XZKYAYSCX5QBYJ"


@dataclass(frozen=True, slots=True)
class Capture:
    """One row of an index. The seven CDX fields are text as the archive gave them ("-" where it had nothing).

    :param captured_at: the timestamp read as UTC.
    :param oddity: what is wrong with the row, "" if nothing; the row is kept either way.
    :param locator: where its record lies ("file:offset:length"), of an archive without playback; "" of others.
    """

    urlkey: str
    timestamp: str
    original: str
    mimetype: str
    statuscode: str
    digest: str
    length: str
    captured_at: datetime
    oddity: str = ""
    locator: str = ""

    @property
    def status(self) -> int | None:
        """The HTTP status when it was captured; None for revisits ("-") and oddities."""
        text = self.statuscode
        return int(text) if text.isascii() and text.isdigit() and len(text) <= 3 else None

    @property
    def is_redirect(self) -> bool:
        return self.status is not None and 300 <= self.status < 400


@dataclass(frozen=True, slots=True)
class Memento:
    """What playback returned for a capture.

    :param status: HTTP status of the original answer.
    :param headers: names lower-cased, as the archive sent them.
    :param body: the payload, content codings undone.
    :param received_sha1: base32 SHA-1 of the bytes as received, which an index may mean by its digest.
    :param url: the archive's URL that answered last.
    :param memento_at: the archive's Memento-Datetime.
    :param chain: URLs asked on the way, first to last, with the answer's status: ("302 https://…", …).
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    url: str
    memento_at: datetime
    received_sha1: str = ""
    chain: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Brought:
    """A change of a policy that a run found: it happened after `not_before`, not later than `not_after`.

    :param news: later than all that was known of the policy before the run; else the past, filled in.
    """

    site: str
    policy_url: str
    not_before: datetime
    not_after: datetime
    change_class: str
    words_added: int
    words_removed: int
    citation: str
    news: bool


def sha1_base32(body: bytes) -> str:
    """Return a digest as indexes write it.

    >>> sha1_base32(b"") == EMPTY_DIGEST
    True
    """
    return base64.b32encode(hashlib.sha1(body, usedforsecurity=False).digest()).decode()


class Outcome(Enum):
    """What became of a capture, or of a listing. The value is what is stored."""

    PENDING = "pending"
    NOT_NEEDED = "not_needed"  # by a finished crawl; what is stored of such a capture is PENDING
    FETCHED = "fetched"
    REVISIT = "revisit"
    REDIRECT = "redirect"
    ARCHIVED_ERROR = "archived_error"
    NOT_A_DOCUMENT = "not_a_document"
    NOT_A_POLICY = "not_a_policy"
    UNDECODABLE = "undecodable"
    EXTRACT_FAILED = "extract_failed"
    READING_STOPPED = "reading_stopped"
    TOO_LARGE = "too_large"
    DRIFTED = "drifted"
    UNPLAYABLE = "unplayable"
    PLAYBACK_FAILED = "playback_failed"
    NOT_ARCHIVED = "not_archived"
    EMPTY = "empty"
    EXCLUDED = "excluded"
    EXCLUDED_ROBOTS = "excluded_robots"
    LISTING_FAILED = "listing_failed"
    RATE_LIMITED = "rate_limited"
    NO_POLICY_FOUND = "no_policy_found"
    BAD_INPUT = "bad_input"
    DAMAGED_ARCHIVE = "damaged_archive"
    NOT_IMPORTED = "not_imported"
    PROGRAM_ERROR = "program_error"
    FORGOTTEN = "forgotten"

    @property
    def about(self) -> About:
        return _ABOUT[self]

    @property
    def settled(self) -> bool:
        """True where asking again would not help: never asked for a second time."""
        return self not in (Outcome.PENDING, Outcome.NOT_NEEDED, Outcome.PLAYBACK_FAILED, Outcome.RATE_LIMITED)


@dataclass(frozen=True, slots=True)
class About:
    """An outcome, for the person.

    :param next_step: what to do about it, "" if there is nothing to do.
    :param missing: something asked for is not there: the run is "partly" done (exit code 1).
    """

    meaning: str
    next_step: str = ""
    missing: bool = False


_ABOUT = {
    Outcome.PENDING: About(
        "listed, not fetched", "run the same crawl again: it goes on where it stopped", missing=True
    ),
    Outcome.NOT_NEEDED: About("not fetched: the strategy did not need it"),
    Outcome.FETCHED: About("fetched and read"),
    Outcome.REVISIT: About("same payload as a capture already held; not fetched"),
    Outcome.REDIRECT: About("the site answered with a redirect; where it leads is followed inside the archive"),
    Outcome.ARCHIVED_ERROR: About("the site answered with an error"),
    Outcome.NOT_A_DOCUMENT: About("an image, script or the like", "check that the URL is the policy's"),
    Outcome.NOT_A_POLICY: About("a page, but no policy (bot check, log-in, empty shell …): kept, never a version"),
    Outcome.UNDECODABLE: About("bytes that are no text: kept; a later release may read them"),
    Outcome.EXTRACT_FAILED: About("no text could be read from the page: kept; a later release may read it"),
    Outcome.READING_STOPPED: About(
        "reading the page took too long, or the system ended it: the page is stored",
        "run the same crawl again in some hours, or `policylapse re-extract` now: the page is read again",
        missing=True,
    ),
    Outcome.TOO_LARGE: About(
        "the page, or the headers of the answer, are larger than the limit",
        "where the page is too large and is the policy, raise DOWNLOAD_MAXSIZE; the limit of headers is fixed",
    ),
    Outcome.DRIFTED: About("cannot be played back: the archive has only another date, too far off"),
    Outcome.UNPLAYABLE: About("listed, but the archive says that it has no such capture"),
    Outcome.PLAYBACK_FAILED: About(
        "listed, but the archive could not play it back",
        "run the same crawl again in some hours: it is asked for again after a while, longer each time",
        missing=True,
    ),
    Outcome.NOT_ARCHIVED: About(
        "the archive has no capture", "check the URL, or name another with --url", missing=True
    ),
    Outcome.EMPTY: About("no captures in the asked period", "widen --since/--until", missing=True),
    Outcome.EXCLUDED: About("the site's owner had it excluded", "try another archive with --archive", missing=True),
    Outcome.EXCLUDED_ROBOTS: About("excluded by robots.txt", "try another archive with --archive", missing=True),
    Outcome.LISTING_FAILED: About(
        "the archive's index gave no usable answer", "run the same crawl again", missing=True
    ),
    Outcome.RATE_LIMITED: About("the archive asked us to wait", "wait, then run the same crawl again", missing=True),
    Outcome.NO_POLICY_FOUND: About(
        "no privacy policy was found on the site",
        "see the candidates with `policylapse discover SITE`; name the policy's URL with --url",
        missing=True,
    ),
    Outcome.BAD_INPUT: About("a line in the list is neither a site nor a URL", "correct the line", missing=True),
    Outcome.DAMAGED_ARCHIVE: About(
        "an archive file is damaged in one place, or was not read; everything else was used",
        "if the file was damaged on its way to you, get it again, then run the same crawl",
        missing=True,
    ),
    Outcome.NOT_IMPORTED: About(
        "a file of a collection was not taken in, for the reason that is recorded; everything else was",
        "see the reason; where no URL is known, name the collection's declarations with --declarations",
        missing=True,
    ),
    Outcome.PROGRAM_ERROR: About(
        "policylapse itself failed here; everything else went on",
        "report it with the traceback from the log",
        missing=True,
    ),
    Outcome.FORGOTTEN: About("removed on request: what it held is gone, and it is not fetched again"),
}


@dataclass(frozen=True, slots=True)
class ListedCapture:
    """A capture as the store knows it.

    :param capture_id: the store's id.
    :param outcome: what became of it so far.
    :param held: its payload is in the store.
    :param redirect_url: where an archived redirect led, on the original site.
    :param not_before: when it is worth asking again, after a run in which it could not be played back.
    :param archive: the name of the archive that lists it. :param citation: its link to the captured bytes.
    """

    capture_id: int
    capture: Capture
    outcome: Outcome = Outcome.PENDING
    held: bool = False
    redirect_url: str = ""
    not_before: datetime | None = None
    archive: str = ""
    citation: str = ""


@dataclass(frozen=True, slots=True)
class Policy:
    """One legal document of a site through time.

    :param policy_id: the store's id.
    :param site: what the user named, or the URL's registrable domain.
    :param url: the URL by which it is known.
    :param part: which document of its page it is, where that holds several; "" for the one that the URL stands for.
    """

    policy_id: int
    site: str
    url: str
    part: str = ""


@dataclass(frozen=True, slots=True)
class Period:
    """The captures asked for: from `since` to `until`, both ends included; None is open."""

    since: datetime | None = None
    until: datetime | None = None

    def __contains__(self, moment: object) -> bool:
        return isinstance(moment, datetime) and (
            (self.since is None or moment >= self.since) and (self.until is None or moment <= self.until)
        )


@dataclass(frozen=True, slots=True)
class ReadCapture:
    """The item that the spiders yield: what was read of a capture's payload.

    :param reading: a pipelines.store.packed_reading.PackedReading; the spiders see its outcome, wording, dates and kinds.
    :param listed: the capture, where it is at hand.
    """

    policy: Policy
    capture_id: int
    reading: Any
    listed: ListedCapture | None = None


@dataclass(frozen=True, slots=True)
class Listing:
    """One answer of an index, as it is stored.

    :param archive: name of the archive that was asked.
    :param url: the URL that it was asked for, in `period`.
    :param captures: its rows; `citations` has the link under which a person finds each.
    :param outcome: FETCHED, or what is wrong with the answer.
    :param broken: rows that could not be read, as given.
    :param resume_key: key of the next page, "" on the last.
    :param asked_from: what the index was asked for, where that is later than the period's beginning.
    """

    policy: Policy
    archive: str
    url: str
    period: Period
    captures: tuple[Capture, ...]
    citations: tuple[str, ...]
    outcome: Outcome = Outcome.FETCHED
    detail: str = ""
    broken: tuple[str, ...] = ()
    resume_key: str = ""
    asked_from: datetime | None = None


@dataclass(frozen=True, slots=True)
class ListingPlan:
    """What is left to ask an index about a URL, after what earlier runs were answered.

    :param asked_from: only captures from then on; None for all of the period.
    :param resume_key: where an interrupted listing goes on, "" at its beginning.
    :param known: an answer that needs no asking again for a while (the site is excluded); `why` says since when.
    """

    asked_from: datetime | None = None
    resume_key: str = ""
    known: Outcome | None = None
    why: str = ""
