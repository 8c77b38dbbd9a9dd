"""The one SQLite file: its only writer. One transaction per capture; kill -9 at any moment loses nothing fetched.

    open ─► policy ─► save_listing ─► keep (raw first) ─► save_reading ─► fold
                          │                                   ▲
                          └── captures, held_digests ─► choose ── unread (kept, not yet read: after a kill)

Readers open the file read-only (history/database.py) and never block the writer (WAL).
"""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from crawler.archives.capture import (
    Brought,
    Capture,
    ListedCapture,
    Listing,
    ListingPlan,
    Memento,
    Outcome,
    Period,
    Policy,
)
from crawler.archives.errors import StoreError
from crawler.archives.memento import drift_seconds
from crawler.archives.surt import surt
from crawler.archives.timestamps import format_iso, parse_iso
from crawler.choosing.certainty import Certainty
from crawler.discovery.asks import Answer, Discovery, Found
from crawler.targets.declarations import Declared
from crawler.targets.hints import Hints
from pipelines.model import DocumentKind
from pipelines.reading.parts.parts import kind_asked
from pipelines.reading.payload import Reading
from pipelines.store.capture_table import CaptureTable
from pipelines.store.declarations import DeclarationShelf
from pipelines.store.discoveries import DiscoveryShelf
from pipelines.store.file import insert, open_file
from pipelines.store.folds import capture_wordings, refold
from pipelines.store.found import NOBODY, EventRow, Finder, FoundShelf
from pipelines.store.listings import CAPTURE_FIELDS, ListingShelf, seconds_of
from pipelines.store.load import WHILE_THERE
from pipelines.store.payloads import PayloadShelf
from pipelines.store.readings import ReadingShelf, Unread, retry_at
from pipelines.text.digests import digest_verdict

_HELD = (Outcome.FETCHED.value, Outcome.REVISIT.value)
# Of a row `r` of kind `c`: its payload is what any capture of its digest shows.
_BRINGS_PAYLOAD = f"r.payload_id IS NOT NULL AND c.outcome <> '{Outcome.REDIRECT.value}'"
_SLICE = 500  # values bound in one statement


@dataclass(frozen=True, slots=True)
class Totals:
    """What the file holds, over all sites; home pages and the like are no captures of a policy."""

    captures: int
    versions: int
    changes: int


class Store:
    """The database of one crawl.

    :param path: the file; made, with its schema, where it is not there.
    :param now: the clock, for `fetched_at` and the like; injectable.
    :raises StoreError: not our file, or it cannot be written; says what to do.
    """

    def __init__(self, path: str | Path, now: Any) -> None:
        self.path = Path(path)
        self._now = now
        try:
            self.db = open_file(self.path)
        except (sqlite3.Error, OSError) as error:
            raise StoreError(f"cannot open the database {self.path}: {error}") from error
        self._table = CaptureTable(self.db)
        self.shelf = PayloadShelf(self.db)
        self.listings = ListingShelf(self.db, now)
        self.readings = ReadingShelf(self.db)
        self.discoveries = DiscoveryShelf(self.db, now)
        self.declarations = DeclarationShelf(self.db, now)
        self.found = FoundShelf(self.db)
        self._finder = NOBODY  # until a run begins

    def close(self) -> None:
        self.db.conn.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """One unit of work; database errors become StoreError (a full disk says so)."""
        try:
            with self.db.atomic():
                yield
        except sqlite3.Error as error:
            self.shelf.forget_bases()
            raise StoreError(f"cannot write to {self.path}: {error}. What was stored before is safe.") from error

    def now(self) -> str:
        return format_iso(self._now())

    # runs and outcomes

    def begin_run(self, *, program: str, archive: str, strategy: str, arguments: Mapping[str, str]) -> int:
        with self.transaction():
            run_id = insert(
                self.db,
                "runs", started_at=self.now(), program=program, archive=archive, strategy=strategy,
                arguments=json.dumps(dict(arguments), ensure_ascii=False),
            )  # fmt: skip
        self._finder = Finder(run_id, self.now())
        return run_id

    def finish_run(self, run_id: int, *, listed: int, fetched: int, reused: int, exit_code: int) -> None:
        with self.transaction():
            self.db.execute(
                "UPDATE runs SET finished_at = ?, listed = ?, fetched = ?, reused = ?, exit_code = ? WHERE id = ?",
                [self.now(), listed, fetched, reused, exit_code, run_id],
            )

    def record(
        self, run_id: int, outcome: Outcome, subject: str, detail: str = "", *, policy: Policy | None = None
    ) -> None:
        """Record an outcome that is no capture's: a listing's, a line of a list, a damaged file."""
        with self.transaction():
            insert(
                self.db,
                "outcomes", run_id=run_id, policy_id=policy.policy_id if policy else None, subject=subject,
                outcome=outcome.value, detail=detail, at=self.now(),
            )  # fmt: skip

    # policies

    def policy(self, site: str, url: str, evidence: str, part: str = "") -> Policy:
        """Return the policy of a site that is known by a URL; a new one is made.

        :param part: which document of the page, where several of them are policies (crawler.targets.hints.Asked). A
            fragment that names no kind of document leads to a section; one that names privacy, to what the URL stands for.
        """
        if part.startswith("#") and kind_asked(part) in (None, DocumentKind.PRIVACY):
            part = ""
        with self.transaction():
            self.db.execute(
                "INSERT INTO sites (site, added_at) VALUES (?, ?) ON CONFLICT DO NOTHING", [site, self.now()]
            )
            (site_id,) = self._one("SELECT id FROM sites WHERE site = ?", site)
            self.db.execute(
                "INSERT INTO policies (site_id, urlkey, policy_url, added_at, part) VALUES (?, ?, ?, ?, ?) "
                "ON CONFLICT DO NOTHING",
                [site_id, surt(url), url, self.now(), part],
            )
            policy_id, known_url = self._one(
                "SELECT id, policy_url FROM policies WHERE site_id = ? AND urlkey = ? AND part = ?",
                site_id,
                surt(url),
                part,
            )
            self._policy_url(policy_id, url, None, evidence)
        return Policy(policy_id, site, known_url, part)

    def part_policy(self, policy: Policy, part: str) -> Policy:
        """Return the policy that another document of a policy's pages is, at the same URLs; a new one is made."""
        with self.transaction():
            evidence = f"stands on the page of {policy.url}"
            of_part = self.policy(policy.site, policy.url, evidence, part)
            self.db.execute(
                "INSERT INTO policy_urls (policy_id, urlkey, url, valid_from, valid_to, evidence, bounded) "
                "SELECT ?, urlkey, url, valid_from, valid_to, ?, bounded FROM policy_urls WHERE policy_id = ? "
                "ON CONFLICT DO NOTHING",
                [of_part.policy_id, evidence, policy.policy_id],
            )
        return of_part

    def policies(self, site: str = "") -> list[Policy]:
        """Return the policies of a site, or all, by site and URL."""
        rows = self.db.execute(
            "SELECT p.id, s.site, p.policy_url, p.part FROM policies p JOIN sites s ON s.id = p.site_id "
            "WHERE ? IN ('', s.site) ORDER BY s.site, p.policy_url, p.part",
            [site],
        )
        return [Policy(*row) for row in rows]

    def declare(self, policy: Policy, declared: Declared) -> None:
        """Note what others declared of a policy: its URLs, each for its time, and hints to its text."""
        with self.transaction():
            self.declarations.put(policy.policy_id, declared)

    def hints(self, policy: Policy, capture_id: int) -> Hints:
        """Return what the page of a policy's capture is to be read with."""
        return self.declarations.hints(policy.policy_id, capture_id)

    def extractor_of(self, policy: Policy, extractor: str) -> str:
        """Return the extractor by which a policy is read: this one, or its own where hints are declared."""
        return self.declarations.extractor(policy.policy_id, extractor)

    def add_policy_url(self, policy: Policy, url: str, valid_from: datetime | None, evidence: str) -> bool:
        """Note that a policy stood at another URL too, from a date on; return False where that was known."""
        with self.transaction():
            return self._policy_url(policy.policy_id, url, valid_from, evidence)

    def _policy_url(self, policy_id: int, url: str, valid_from: datetime | None, evidence: str) -> bool:
        """The earliest evidence counts, in whatever order redirects are found."""
        key = [policy_id, surt(url)]
        held = self.db.execute("SELECT 1 FROM policy_urls WHERE policy_id = ? AND urlkey = ?", key).fetchone()
        self.db.execute(
            "INSERT INTO policy_urls (policy_id, urlkey, url, valid_from, evidence) VALUES (?, ?, ?, ?, ?) "
            "ON CONFLICT (policy_id, urlkey) DO UPDATE SET valid_from = excluded.valid_from, "
            "evidence = excluded.evidence, url = excluded.url WHERE excluded.valid_from < policy_urls.valid_from",
            [*key, url, format_iso(valid_from) if valid_from else None, evidence],
        )
        return held is None

    def policy_urls(self, policy: Policy) -> list[str]:
        """Return the URLs at which a policy is known to have stood."""
        rows = self.db.execute("SELECT url FROM policy_urls WHERE policy_id = ? ORDER BY url", [policy.policy_id])
        return [url for (url,) in rows]

    # discovery

    def answers(self, site: str, archive: str) -> list[Answer]:
        """Return what an archive ever said when it was asked for a site's policies."""
        return self.discoveries.answers(site, archive)

    def save_answer(self, site: str, archive: str, answer: Answer) -> None:
        """Keep what an archive said. One transaction."""
        with self.transaction():
            self.discoveries.put_answer(site, archive, answer)

    def save_discovery(self, site: str, archive: str, found: Discovery) -> None:
        """Keep where the search for a site's policies has come to. One transaction."""
        with self.transaction():
            self.discoveries.put(site, archive, found)

    def discovered(self, site: str, found: Found) -> Policy:
        """Return the policy that was found, with its dated URLs; a new one is made where none is known by any of them."""
        with self.transaction():
            return self.discoveries.policy_of(site, found)

    def linked(self, site: str, url: str) -> bool:
        """Tell whether a page of the site was found to link to a URL, as to a policy."""
        return self.discoveries.linked(site, url)

    def page_capture(self, archive: str, capture: Capture, citation: str) -> ListedCapture:
        """Return a capture of a page that need not be a policy's: a home page, a candidate."""
        with self.transaction():
            self.listings.put_rows(archive, [capture], [citation])
            (number,) = self._one(
                "SELECT id FROM captures WHERE archive = ? AND urlkey = ? AND timestamp = ? AND original = ? AND digest = ?",
                archive, capture.urlkey, capture.timestamp, capture.original, capture.digest,
            )  # fmt: skip
        return self.listed([number])[0]

    def kept_page(self, capture_id: int) -> tuple[bytes, dict[str, str], int]:
        """Return body, headers and HTTP status of a capture whose payload is held."""
        payload_id, headers, status = self._one(
            "SELECT payload_id, headers, http_status FROM captures WHERE id = ?", capture_id
        )
        return self.payload(payload_id), json.loads(headers or "{}"), status or 200

    # listings and captures

    def save_listing(self, run_id: int, listing: Listing) -> int:
        """Store one answer of an index; return how many of its captures are new."""
        with self.transaction():
            return self.listings.put(run_id, listing)

    def listing_plan(self, archive: str, url: str, period: Period) -> ListingPlan:
        """Return what is left to ask an index about a URL, after what earlier runs were answered."""
        return self.listings.plan(archive, url, period)

    def captures(
        self, policy: Policy, archive: str, period: Period, after: ListedCapture | None = None, limit: int = -1
    ) -> list[ListedCapture]:
        """Return the captures of a policy in one archive, as far as they are known, oldest first.

        :param after: only later ones than this; with `limit`, a long history is gone through in stretches.
        """
        beyond = (after.capture.captured_at.timestamp(), after.capture_id) if after else (float("-inf"), 0)
        rows = self.db.execute(
            f"SELECT k.id, {', '.join(f'k.{name}' for name in CAPTURE_FIELDS)}, k.outcome, k.payload_id IS NOT NULL, "
            "k.redirect_url, k.not_before FROM policy_urls u JOIN captures k ON k.urlkey = u.urlkey "
            f"WHERE u.policy_id = ? AND k.archive = ? AND {WHILE_THERE} AND k.at BETWEEN ? AND ? AND (k.at, k.id) > (?, ?) "
            "ORDER BY k.at, k.id LIMIT ?",
            [policy.policy_id, archive, *seconds_of(period), *beyond, limit],
        )
        return [_listed_capture(row) for row in rows]

    def listed(self, capture_ids: Sequence[int]) -> list[ListedCapture]:
        """Return captures by their ids, in that order."""
        found: dict[int, ListedCapture] = {}
        for start in range(0, len(capture_ids), _SLICE):
            some = capture_ids[start : start + _SLICE]
            rows = self.db.execute(
                f"SELECT k.id, {', '.join(f'k.{name}' for name in CAPTURE_FIELDS)}, k.outcome, "
                "k.payload_id IS NOT NULL, k.redirect_url, k.not_before FROM captures k "
                f"WHERE k.id IN ({', '.join('?' * len(some))})",
                list(some),
            )
            found |= {row[0]: _listed_capture(row) for row in rows}
        return [found[capture_id] for capture_id in capture_ids]

    def wordings(self, policy: Policy, extractor: str) -> tuple[dict[int, str], list[int]]:
        """Return the wording of each capture of a policy that was read, as its versions have it; and the captures that
        show another document.
        """
        extractor = self.extractor_of(policy, extractor)
        return capture_wordings(self.db, policy.policy_id, self.readings.extractor_id(extractor))

    def held_digests(self, digests: Iterable[str]) -> set[str]:
        """Return those of the cdx digests whose payload is here, from any capture of any policy.

        A redirect's payload does not count: it does not say where the redirect leads (one server's "301 Moved
        Permanently" is the same for all of its redirects).
        """
        wanted, held = sorted(set(digests)), set()
        for start in range(0, len(wanted), _SLICE):
            some = wanted[start : start + _SLICE]
            rows = self.db.execute(
                "SELECT DISTINCT r.digest FROM capture_rows r JOIN capture_kinds c ON c.id = r.kind_id "
                f"WHERE {_BRINGS_PAYLOAD} AND r.digest IN ({(marks := ', '.join('?' * len(some)))}) "
                f"AND substr(r.digest, 1, 5) IN ({marks})",
                [*some, *(digest[:5] for digest in some)],
            )
            held |= {digest for (digest,) in rows}
        return held

    def keep(
        self,
        listed: ListedCapture,
        memento: Memento,
        outcome: Outcome,
        detail: str = "",
        redirect_url: str = "",
    ) -> None:
        """Keep what was fetched, before anything else is tried on it. One transaction.

        :param memento: its body with content codings undone.
        """
        capture = listed.capture
        drift = drift_seconds(capture.captured_at, memento.memento_at)
        with self.transaction():
            payload_id = self.shelf.put(memento.body, capture.urlkey) if memento.body else None
            self._table.change(
                [listed.capture_id],
                outcome=outcome.value,
                detail=detail,
                fetched_at=self.now(),
                payload_id=payload_id,
                redirect_url=redirect_url,
                http_status=memento.status,
                headers=json.dumps(dict(memento.headers), ensure_ascii=False),
                memento_url=memento.url,
                memento_at=format_iso(memento.memento_at),
                drift_seconds=drift,
                chain=json.dumps(memento.chain),
                digest_verdict=digest_verdict(memento, capture.digest),
            )

    def keep_redirect(
        self, listed: ListedCapture, memento: Memento, detail: str, location: str, policy: Policy, moved_to: str
    ) -> bool:
        """Keep an archived redirect and, in the same transaction, the URL to which the policy has moved by it.

        :param moved_to: "" where it is no move; return True where that URL was not known.
        """
        capture = listed.capture
        evidence = f"archived redirect from {capture.original} on {capture.captured_at:%Y-%m-%d}"
        with self.transaction():
            self.keep(listed, memento, Outcome.REDIRECT, detail, location)
            return bool(moved_to) and self._policy_url(policy.policy_id, moved_to, capture.captured_at, evidence)

    def reuse(self, listed: ListedCapture) -> Outcome:
        """Give a capture the payload that is held under its digest, and the outcome of the one that brought it, which
        is returned.
        """
        with self.transaction():
            # "+": else SQLite puts the value into substr(), too, and reads all rows, since its index has that no more
            holder = self._one(
                "SELECT id, payload_id, outcome, detail, redirect_url, http_status, headers, captured_at, original "
                "FROM captures WHERE id = (SELECT r.id FROM capture_rows r "
                "JOIN capture_kinds c ON c.id = r.kind_id "
                f"WHERE substr(r.digest, 1, 5) = ? AND +r.digest = ? AND {_BRINGS_PAYLOAD} ORDER BY r.id LIMIT 1)",
                listed.capture.digest[:5],
                listed.capture.digest,
            )
            outcome = Outcome.REVISIT if holder[2] in _HELD else Outcome(holder[2])
            detail = holder[3] or f"same digest as the capture of {holder[7]}"
            self._table.change(
                [listed.capture_id],
                outcome=outcome.value,
                detail=detail,
                payload_id=holder[1],
                redirect_url=holder[4],
                http_status=holder[5],
                headers=holder[6],
                digest_verdict="same digest",
            )
            self._mark_dirty(listed.capture_id)
        return outcome

    def settle(
        self,
        run_id: int,
        policy: Policy | None,
        listed: ListedCapture,
        outcome: Outcome,
        detail: str,
        memento_url: str = "",
    ) -> None:
        """Record what became of a capture that brought no payload; what failed is not worth asking for a while.

        :param policy: whose capture it is; None of a home page and the like.
        """
        with self.transaction():
            changes: dict[str, Any] = {"outcome": outcome.value, "detail": detail}
            if memento_url:
                changes["memento_url"] = memento_url
            if outcome is Outcome.PLAYBACK_FAILED:
                (failures,) = self._one("SELECT failures FROM captures WHERE id = ?", listed.capture_id)
                changes |= {"failures": failures + 1, "not_before": format_iso(retry_at(self._now(), failures))}
            self._table.change([listed.capture_id], **changes)
            insert(
                self.db,
                "outcomes", run_id=run_id, policy_id=policy.policy_id if policy else None, capture_id=listed.capture_id,
                subject=listed.capture.original, outcome=outcome.value, detail=detail, at=self.now(),
            )  # fmt: skip

    # readings and versions

    def unread(self, policy: Policy, extractor: str, *, at_once: bool = False) -> list[Unread]:
        """Return the policy's payloads that this extractor has not read: kept by a run that was killed, read by an
        earlier extractor only, or stopped while they were read.

        :param at_once: also what was stopped a short while ago; a crawl lets it rest, longer each time.
        """
        now = None if at_once else self._now()
        unread = self.readings.unread(policy.policy_id, self.extractor_of(policy, extractor), now)
        return [replace(one, hints=self.hints(policy, one.capture_id)) for one in unread]

    def known_reading(self, policy: Policy, capture_id: int, extractor: str) -> tuple[Outcome, str] | None:
        """Return outcome and wording of a capture whose payload this extractor has read for another, and give it that
        outcome; None where it is still to be read.
        """
        known = self.readings.known(capture_id, self.extractor_of(policy, extractor))
        if known is not None:
            with self.transaction():
                self.readings.apply(capture_id, *known[:2], self.extractor_of(policy, extractor))
                self._mark_dirty(capture_id)
        return None if known is None else (known[0], known[2])

    def payload(self, payload_id: int) -> bytes:
        """Return the bytes of a payload."""
        return self.shelf.get(payload_id)

    def totals(self) -> Totals:
        """Return how much the file holds, over all sites."""
        (captures,) = self._one("SELECT count(*) FROM captures WHERE urlkey IN (SELECT urlkey FROM policy_urls)")
        versions, changes = self._one(
            "SELECT count(*), count(nullif(v.version, 1)) FROM versions v "
            "JOIN policies p ON p.id = v.policy_id AND p.extractor_id = v.extractor_id"
        )
        return Totals(captures, versions, changes)

    def outcomes(self, run_id: int, policies: Sequence[Policy], archive: str, period: Period) -> dict[Outcome, int]:
        """Return how many captures of these policies stand at each outcome, with this run's outcomes that are no
        capture's (listings, lines of lists).
        """
        counts: Counter[str] = Counter()
        for policy in policies:
            rows = self.db.execute(
                "SELECT k.outcome, count(*) FROM policy_urls u JOIN captures k ON k.urlkey = u.urlkey "
                f"WHERE u.policy_id = ? AND {WHILE_THERE} AND k.archive = ? AND k.at BETWEEN ? AND ? GROUP BY k.outcome",
                [policy.policy_id, archive, *seconds_of(period)],
            )
            counts.update(dict(rows.fetchall()))
        rows = self.db.execute(
            "SELECT outcome, count(*) FROM outcomes WHERE run_id = ? AND capture_id IS NULL GROUP BY outcome", [run_id]
        )
        counts.update(dict(rows.fetchall()))
        return {outcome: counts[outcome.value] for outcome in Outcome if counts[outcome.value]}

    def known_missing(
        self, run_id: int, policies: Sequence[Policy], archive: str, period: Period
    ) -> dict[Outcome, int]:
        """Note what is missing at the end of a run; return how much of it earlier runs reported, by outcome.

        What lasts (never archived, excluded …) is a failure once, and again only when it changes.
        """
        missing: Counter[tuple[str, Outcome]] = Counter()
        for policy in policies:
            for outcome, number in self.outcomes(0, [policy], archive, period).items():
                missing[policy.url, outcome] += number
        subjects = {policy.url for policy in policies}
        for subject, value, number in self.db.execute(
            "SELECT subject, outcome, count(*) FROM outcomes WHERE run_id = ? AND capture_id IS NULL GROUP BY 1, 2",
            [run_id],
        ).fetchall():
            missing[subject, Outcome(value)] += number
            subjects.add(subject)
        missing = Counter({key: number for key, number in missing.items() if key[1].about.missing})
        with self.transaction():
            self.found.clear_missing(sorted(subjects), archive, missing)
            return self.found.settle_missing(run_id, archive, missing)

    def brought(self, run_id: int) -> list[Brought]:
        """Return the changes that a run found, those that are news first."""
        return self.found.brought(run_id)

    def touched(self, run_id: int) -> list[int]:
        """Return the policies of which a run learned anything."""
        return self.found.touched(run_id)

    def note_events(self, run_id: int, policies: Sequence[int], events: Sequence[EventRow]) -> None:
        """Note which run found these policies' events: all that they have now. One transaction."""
        with self.transaction():
            self.found.note_events(run_id, self.now(), policies, events)

    def save_certainty(
        self, policy: Policy, archive: str, strategy: str, how_sure: Certainty, *, complete: bool
    ) -> None:
        """Note how much of a policy's history in one archive was read, and how much follows from it."""
        with self.transaction():
            self.db.execute(
                "INSERT INTO certainty (policy_id, archive, strategy, complete, listed, fetched, inferred, undecided, "
                "longest_inferred_days, longest_inferred_captures, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
                "ON CONFLICT (policy_id, archive) DO UPDATE SET strategy = excluded.strategy, "
                "complete = excluded.complete, listed = excluded.listed, "
                "fetched = excluded.fetched, inferred = excluded.inferred, undecided = excluded.undecided, "
                "longest_inferred_days = excluded.longest_inferred_days, "
                "longest_inferred_captures = excluded.longest_inferred_captures, at = excluded.at",
                [
                    policy.policy_id, archive, strategy, complete, how_sure.listed, how_sure.fetched, how_sure.inferred,
                    how_sure.undecided, how_sure.longest_days, how_sure.longest_captures,
                    self.now(),
                ],
            )  # fmt: skip

    def save_reading(self, capture_id: int, reading: Reading) -> None:
        """Store what was read from a capture's payload, for every capture that has it. One transaction."""
        with self.transaction():
            self.readings.put(capture_id, reading, self._now())
            self._mark_dirty(capture_id)

    def _mark_dirty(self, capture_id: int) -> None:
        self.db.execute(
            "UPDATE policies SET dirty = 1 WHERE NOT dirty AND id IN (SELECT u.policy_id FROM policy_urls u "
            "JOIN captures k ON k.urlkey = u.urlkey WHERE k.id = ?)",
            [capture_id],
        )

    def changes(self, policy: Policy) -> list[tuple[str, str]]:
        """Return the brackets of a policy's changes, as its versions that are shown have them: last capture with the
        old wording, first with the new.
        """
        rows = self.db.execute(
            "SELECT v.previous_last_seen, v.first_seen FROM versions v JOIN policies p ON p.id = v.policy_id "
            "WHERE p.id = ? AND v.extractor_id = p.extractor_id AND v.version > 1 ORDER BY v.version",
            [policy.policy_id],
        )
        return [tuple(row) for row in rows]

    def built_with(self, policy: Policy) -> str:
        """Return the extractor that a policy's versions are built with, "" if there are none."""
        row = self.db.execute(
            "SELECT e.extractor FROM policies p JOIN extractors e ON e.id = p.extractor_id WHERE p.id = ?",
            [policy.policy_id],
        ).fetchone()
        return str(row[0]) if row else ""

    def differing(self, policy: Policy, old: str, new: str) -> int:
        """Return how many of a policy's payloads two extractors read to different wordings."""
        old_id, new_id = self.readings.extractor_id(old), self.readings.extractor_id(new)
        return self.readings.differing(policy.policy_id, old_id, new_id)

    def fold(self, policy: Policy, extractor: str) -> None:
        """Bring the versions of a policy up to date with its readings. One transaction; does nothing if they are."""
        (dirty, built_with) = self._one("SELECT dirty, extractor_id FROM policies WHERE id = ?", policy.policy_id)
        extractor_id = self.readings.extractor_id(self.extractor_of(policy, extractor))
        if dirty or built_with != extractor_id:
            with self.transaction():
                refold(self.db, policy.policy_id, extractor_id, self._finder)

    # helpers

    def _one(self, sql: str, *values: Any) -> tuple[Any, ...]:
        row = self.db.execute(sql, list(values)).fetchone()
        if row is None:
            raise StoreError(f"{self.path} lacks a row it should have: {sql} {values}")
        return tuple(row)


def _listed_capture(row: tuple[Any, ...]) -> ListedCapture:
    (
        capture_id,
        urlkey,
        timestamp,
        original,
        mimetype,
        statuscode,
        digest,
        length,
        at,
        oddity,
        outcome,
        held,
        to,
        retry,
    ) = row
    capture = Capture(urlkey, timestamp, original, mimetype, statuscode, digest, length, parse_iso(at), oddity)
    not_before = parse_iso(retry) if retry else None
    return ListedCapture(capture_id, capture, Outcome(outcome), bool(held), to, not_before)
