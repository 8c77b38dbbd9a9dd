"""What indexes answered, and what is left to ask them: the tables `listings` and, for new rows, `captures`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from crawler.archives.capture import Capture, Listing, ListingPlan, Outcome, Period
from crawler.archives.surt import surt
from crawler.archives.timestamps import format_iso, parse_iso
from pipelines.store.file import insert
from pipelines.store.tables.capture_table import CaptureTable
from pipelines.text.digests import COPY

if TYPE_CHECKING:
    from pipelines.store.transactions import OpenFile

RELIST_AFTER = timedelta(days=30)  # archives put older captures into their index months later
EXCLUDED_FOR = timedelta(days=7)  # an exclusion is asked about once a week (so does EDGI's importer)
CAPTURE_FIELDS = (
    "urlkey",
    "timestamp",
    "original",
    "mimetype",
    "statuscode",
    "digest",
    "length",
    "captured_at",
    "oddity",
)
_COVERS = "AND (since IS NULL OR since <= ?) AND (until IS NULL OR until >= ?) LIMIT 1"
_EXCLUDED = (Outcome.EXCLUDED.value, Outcome.EXCLUDED_ROBOTS.value)


class ListingShelf:
    """The listings of one database."""

    def __init__(self, file: OpenFile) -> None:
        self._file, self._db = file, file.db
        self._captures = CaptureTable(file.db)

    def put(self, run_id: int, listing: Listing) -> int:
        """Store one answer of an index; return how many of its captures are new. One transaction."""
        with self._file.transaction():
            self.put_answer(run_id, listing)
            return self.put_rows(listing.archive, listing.captures, listing.citations)

    def put_rows(self, archive: str, captures: Sequence[Capture], citations: Sequence[str]) -> int:
        """Store rows of an index; return how many are new. One transaction. The listing that they are of is put after
        them (put_answer): what it says is there then is.
        """
        with self._file.transaction():
            copied = self._meet_copies(archive, captures)
            return self._captures.add(
                index_row(capture, archive, citation)
                for capture, citation in zip(captures, citations, strict=True)
                if capture not in copied
            )

    def _meet_copies(self, archive: str, captures: Sequence[Capture]) -> set[Capture]:
        """Give the captures that somebody else's copy brought (copies.py) what the index says of them; return those rows
        of the index, which are no other captures.
        """
        found: set[Capture] = set()
        listed: dict[str, dict[str, list[Capture]]] = {}
        for capture in captures:
            listed.setdefault(capture.urlkey, {}).setdefault(capture.timestamp, []).append(capture)
        for urlkey, by_time in listed.items():
            moments = [int(capture.captured_at.timestamp()) for some in by_time.values() for capture in some]
            rows = self._db.execute(
                "SELECT id, timestamp, original, digest FROM captures WHERE urlkey = ? AND archive = ? "
                "AND at BETWEEN ? AND ? AND digest_verdict = ?",  # an index page is a part of a URL's time
                [urlkey, archive, min(moments), max(moments), COPY],
            ).fetchall()
            for capture_id, timestamp, original, digest in rows:
                same = by_time.get(timestamp, [])
                if digest != "-":
                    found.update(capture for capture in same if capture.digest == digest)
                elif same:
                    told = min(same, key=lambda c: (c.status != 200, c.original != original))
                    found.add(told)
                    said = {
                        name: getattr(told, name) for name in ("mimetype", "statuscode", "digest", "length", "oddity")
                    }
                    self._captures.change([capture_id], **said)
        return found

    def put_answer(self, run_id: int, listing: Listing) -> None:
        """Store that an index has answered, and up to where; its rows are stored apart. One transaction."""
        with self._file.transaction():
            self._put_answer(run_id, listing)

    def _put_answer(self, run_id: int, listing: Listing) -> None:
        for urlkey in {c.urlkey for c in listing.captures} - {surt(listing.url)}:  # the archive's own key of it
            self._db.execute(
                "INSERT INTO policy_urls (policy_id, urlkey, url, evidence) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
                [listing.policy.policy_id, urlkey, listing.url, f"the archive's key of {listing.url}"],
            )
        since, until = listing.period.since, listing.period.until
        insert(
            self._db,
            "listings",
            run_id=run_id,
            policy_id=listing.policy.policy_id,
            archive=listing.archive,
            url=listing.url,
            since=format_iso(since) if since else None,
            until=format_iso(until) if until else None,
            asked_from=format_iso(listing.asked_from) if listing.asked_from else None,
            outcome=listing.outcome.value,
            detail=listing.detail,
            row_count=len(listing.captures),
            broken=json.dumps(listing.broken),
            resume_key=listing.resume_key,
            listed_at=self._file.now(),
        )

    def plan(self, archive: str, url: str, period: Period) -> ListingPlan:
        """Return what is left to ask an index: an interrupted listing goes on at its resume key, a complete one asks
        only for what is newer, until it is so old that everything is asked for once more (archives add late).
        """
        since, until = (format_iso(at) if at else None for at in (period.since, period.until))
        excluded = self._exclusion(archive, url)
        if excluded is not None:
            return excluded
        rows = self._db.execute(  # whichever policy's: captures are the URL's, and all that have it share them
            "SELECT asked_from, resume_key, listed_at FROM listings WHERE archive = ? "
            "AND url IN (SELECT ? UNION SELECT url FROM policy_urls WHERE urlkey = ?) "
            "AND since IS ? AND until IS ? AND outcome = 'fetched' ORDER BY listed_at DESC, id DESC",
            [archive, url, surt(url), since, until],
        ).fetchall()
        if not rows:
            return ListingPlan()
        if rows[0][1]:
            return ListingPlan(parse_iso(rows[0][0]) if rows[0][0] else None, rows[0][1])
        whole = next((parse_iso(listed_at) for asked_from, _key, listed_at in rows if asked_from is None), None)
        if whole is None or self._file.clock() - whole > RELIST_AFTER:
            return ListingPlan()
        (newest,) = self._db.execute(
            "SELECT max(captured_at) FROM captures WHERE archive = ? AND urlkey = ? AND at BETWEEN ? AND ?",
            [archive, surt(url), *seconds_of(period)],
        ).fetchone()
        return ListingPlan(parse_iso(newest) if newest else None)

    def answered(self, archive: str, url: str, period: Period, *, for_ever: bool = False) -> bool:
        """Tell whether an index has said of late all that it has of a URL in a period, or in a longer one.

        :param for_ever: what it has once said holds however long ago (a finished crawl), of this very period.
        """
        since, until = (format_iso(at) if at else None for at in (period.since, period.until))
        late = "" if for_ever else format_iso(self._file.clock() - RELIST_AFTER)
        row = self._db.execute(
            "SELECT 1 FROM listings WHERE archive = ? AND url IN (SELECT ? UNION SELECT url FROM policy_urls WHERE urlkey = ?) "
            "AND outcome IN ('fetched', 'not_archived') AND resume_key = '' AND asked_from IS NULL AND listed_at >= ? "
            + ("AND since IS ? AND until IS ?" if for_ever else _COVERS),
            [archive, url, surt(url), late, since, until],
        ).fetchone()
        return row is not None

    def _exclusion(self, archive: str, url: str) -> ListingPlan | None:
        """The archive's last word on a URL, if it was that the site is excluded, and not long ago."""
        row = self._db.execute(
            "SELECT outcome, listed_at FROM listings WHERE archive = ? AND url = ? ORDER BY listed_at DESC, id DESC LIMIT 1",
            [archive, url],
        ).fetchone()
        if row is None or row[0] not in _EXCLUDED or self._file.clock() - parse_iso(row[1]) > EXCLUDED_FOR:
            return None
        again = parse_iso(row[1]) + EXCLUDED_FOR
        return ListingPlan(
            known=Outcome(row[0]), why=f"asked on {row[1][:10]}, to be asked again from {again:%Y-%m-%d}"
        )


def archives_of(archive: str | Sequence[str]) -> list[str]:
    """Return names of archives, where one is given or several."""
    return [archive] if isinstance(archive, str) else list(archive)


def index_row(capture: Capture, archive: str, citation: str) -> dict[str, Any]:
    """Return what an archive's index says of a capture, as the view `captures` has it.

    :param citation: the link by which people cite it.
    """
    row: dict[str, Any] = {name: getattr(capture, name) for name in CAPTURE_FIELDS}
    return row | {"captured_at": format_iso(capture.captured_at), "archive": archive, "citation_url": citation}


def seconds_of(period: Period) -> tuple[float, float]:
    """Return a period as captures.at has it; its open ends are infinite."""
    since, until = period.since, period.until
    return since.timestamp() if since else float("-inf"), until.timestamp() if until else float("inf")
