"""Captures: which a policy has, what was fetched of them, and what became of the rest.

keep (raw first) ─► the payload is on its shelf, the capture has it        reuse ─► another capture's, of the same digest
settle ─► nothing came: the outcome is noted, with when to ask again
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from crawler.archives.capture import Capture, ListedCapture, Memento, Outcome, Period, Policy
from crawler.archives.common_crawl import locator_in
from crawler.archives.memento import drift_seconds
from crawler.archives.surt import surt
from crawler.archives.timestamps import format_iso, parse_iso
from pipelines.store.load import STORED, WHILE_THERE
from pipelines.store.shelves.listings import CAPTURE_FIELDS, archives_of, index_row, seconds_of
from pipelines.store.shelves.readings import retry_at
from pipelines.store.tables.capture_table import CaptureTable
from pipelines.text.digests import COPY, SAME_DIGEST, digest_verdict

if TYPE_CHECKING:
    from pipelines.store.shelves.payloads import Packed, PayloadShelf
    from pipelines.store.shelves.policies import PolicyShelf
    from pipelines.store.shelves.runs import RunShelf
    from pipelines.store.transactions import OpenFile

_HELD: Final = (Outcome.FETCHED.value, Outcome.REVISIT.value)
# Of a row `r` of kind `c`: its payload is what any capture of its digest shows.
_BRINGS_PAYLOAD: Final = f"r.payload_id IS NOT NULL AND c.outcome <> '{Outcome.REDIRECT.value}'"
_LISTED: Final = (
    f"k.id, {', '.join(f'k.{name}' for name in CAPTURE_FIELDS)}, {STORED}, k.payload_id IS NOT NULL, k.redirect_url, "
    "k.not_before, k.archive, k.citation_url"
)
_SLICE: Final = 500  # values bound in one statement


@dataclass(frozen=True, slots=True)
class Cited:
    """What names a stored capture.

    :param archive: the name of its archive. :param archive_url: the archive's link to the captured bytes.
    :param url: on the original site. :param timestamp: as the archive's index has it.
    """

    archive: str
    archive_url: str
    url: str
    timestamp: str
    captured_at: datetime


@dataclass(frozen=True, slots=True)
class PackedCapture:
    """What was fetched of a capture, ready to be stored.

    :param verdict: of the archive's digest (pipelines/text/digests.py).
    """

    payload: Packed
    verdict: str


def cited_as(listed: ListedCapture) -> Cited:
    """Return what names a capture that was taken from its shelf."""
    capture = listed.capture
    return Cited(listed.archive, listed.citation, capture.original, capture.timestamp, capture.captured_at)


class CaptureShelf:
    """The captures of one database."""

    def __init__(self, file: OpenFile, payloads: PayloadShelf, policies: PolicyShelf, runs: RunShelf) -> None:
        self._file, self._db = file, file.db
        self._table = CaptureTable(file.db, memory=file.memory)
        self._payloads, self._policies, self._runs = payloads, policies, runs

    def of(
        self,
        policy: Policy,
        archive: str | Sequence[str],
        period: Period,
        after: ListedCapture | None = None,
        limit: int = -1,
    ) -> list[ListedCapture]:
        """Return the captures of a policy in one archive or several, as far as they are known, oldest first.

        :param after: only later ones than this; with `limit`, a long history is gone through in stretches.
        """
        beyond = (after.capture.captured_at.timestamp(), after.capture_id) if after else (float("-inf"), 0)
        names = archives_of(archive)
        rows = self._db.execute(
            f"SELECT {_LISTED} FROM policy_urls u JOIN captures k ON k.urlkey = u.urlkey "
            f"WHERE u.policy_id = ? AND k.archive IN ({', '.join('?' * len(names))}) AND {WHILE_THERE} AND k.at BETWEEN ? AND ? AND (k.at, k.id) > (?, ?) "
            "ORDER BY k.at, k.id LIMIT ?",
            [policy.policy_id, *names, *seconds_of(period), *beyond, limit],
        )
        return [_listed_capture(row) for row in rows]

    def forgotten(self, url: str) -> bool:
        """Tell whether a page is forgotten: no archive is asked for it."""
        return self._table.tombstone(surt(url)) is not None

    def listed(self, capture_ids: Sequence[int]) -> list[ListedCapture]:
        """Return captures by their ids, in that order."""
        found: dict[int, ListedCapture] = {}
        for start in range(0, len(capture_ids), _SLICE):
            some = capture_ids[start : start + _SLICE]
            rows = self._db.execute(
                f"SELECT {_LISTED} FROM captures k WHERE k.id IN ({', '.join('?' * len(some))})", list(some)
            )
            found |= {row[0]: _listed_capture(row) for row in rows}
        return [found[capture_id] for capture_id in capture_ids]

    def cited(self, capture_id: int) -> Cited:
        """Return what names a capture: its archive, its link, its URL and its time."""
        archive, link, url, timestamp, at = self._file.one(
            "SELECT archive, citation_url, original, timestamp, captured_at FROM captures WHERE id = ?", capture_id
        )
        return Cited(archive, link, url, timestamp, parse_iso(at))

    def add(self, archive: str, captures: Iterable[tuple[Capture, str]]) -> int:
        """Add captures, each with its citation, that came without an index's answer; return how many are new. One
        transaction.
        """
        with self._file.transaction():
            return self._table.add(index_row(capture, archive, citation) for capture, citation in captures)

    def page(self, archive: str, capture: Capture, citation: str) -> ListedCapture:
        """Return a capture of a page that need not be a policy's: a home page, a candidate."""
        row = index_row(capture, archive, citation)
        with self._file.transaction():
            self._table.add([row])
        return self.listed([self._table.find(row) or 0])[0]

    def kept_page(self, capture_id: int) -> tuple[bytes, dict[str, str], int]:
        """Return body, headers and HTTP status of a capture whose payload is held."""
        payload_id, headers, status = self._file.one(
            "SELECT payload_id, headers, http_status FROM captures WHERE id = ?", capture_id
        )
        return self._payloads.get(payload_id), json.loads(headers or "{}"), status or 200

    def sent_header(self, name: str, capture_ids: Iterable[int]) -> dict[int, str]:
        """Return a header (its name in lower case) of those captures whose own answer had it: of what was fetched, not of
        what has the payload of another, or what playback gave of another moment.
        """
        wanted, found = sorted(set(capture_ids)), dict[int, str]()
        for start in range(0, len(wanted), _SLICE):
            some = wanted[start : start + _SLICE]
            rows = self._db.execute(
                "SELECT id, headers FROM captures WHERE outcome = ? AND coalesce(drift_seconds, 0) = 0 "
                f"AND id IN ({', '.join('?' * len(some))})",
                [Outcome.FETCHED.value, *some],
            )
            for capture_id, headers in rows:
                value = json.loads(headers or "{}").get(name)
                if isinstance(value, str):
                    found[capture_id] = value
        return found

    def held_digests(self, digests: Iterable[str]) -> set[str]:
        """Return those of the cdx digests whose payload is here, from any capture of any policy.

        A redirect's payload does not count: it does not say where the redirect leads (one server's "301 Moved
        Permanently" is the same for all of its redirects).
        """
        wanted, held = sorted(set(digests)), set()
        for start in range(0, len(wanted), _SLICE):
            some = wanted[start : start + _SLICE]
            rows = self._db.execute(
                "SELECT DISTINCT r.digest FROM capture_rows r JOIN capture_kinds c ON c.id = r.kind_id "
                f"WHERE {_BRINGS_PAYLOAD} AND r.digest IN ({(marks := ', '.join('?' * len(some)))}) "
                f"AND substr(r.digest, 1, 5) IN ({marks})",
                [*some, *(digest[:5] for digest in some)],
            )
            held |= {digest for (digest,) in rows}
        return held

    def packing(self, listed: ListedCapture) -> Callable[[Memento], PackedCapture]:
        """Return what does the work that `keep` has with the bytes: it touches no database and may run in any thread."""
        pack, digest = self._payloads.packing(listed.capture.urlkey), listed.capture.digest
        return lambda memento: PackedCapture(pack(memento.body), digest_verdict(memento, digest))

    def keep(
        self,
        listed: ListedCapture,
        memento: Memento,
        outcome: Outcome,
        detail: str = "",
        redirect_url: str = "",
        packed: PackedCapture | None = None,
    ) -> bool:
        """Keep what was fetched, before anything else is tried on it. One transaction.

        Return True where no such payload was held before.

        :param memento: its body with content codings undone. :param packed: what `packing` made of it.
        """
        capture = listed.capture
        packed = packed or self.packing(listed)(memento)
        with self._file.transaction():
            payload_id, is_new = None, False
            if memento.body:
                payload_id, is_new = self._payloads.put_packed(memento.body, capture.urlkey, packed.payload)
            self._table.change(
                [listed.capture_id],
                outcome=outcome.value,
                detail=detail,
                fetched_at=self._file.now(),
                payload_id=payload_id,
                redirect_url=redirect_url,
                http_status=memento.status,
                headers=json.dumps(dict(memento.headers), ensure_ascii=False),
                memento_url=memento.url,
                memento_at=format_iso(memento.memento_at),
                drift_seconds=drift_seconds(capture.captured_at, memento.memento_at),
                chain=json.dumps(memento.chain),
                digest_verdict=packed.verdict,
            )
        return is_new

    def keep_redirect(
        self,
        listed: ListedCapture,
        memento: Memento,
        packed: PackedCapture,
        detail: str,
        location: str,
        policy: Policy,
        moved_to: str,
    ) -> bool:
        """Keep an archived redirect and, in the same transaction, the URL to which the policy has moved by it.

        :param moved_to: "" where it is no move; return True where that URL was not known.
        """
        capture = listed.capture
        evidence = f"archived redirect from {capture.original} on {capture.captured_at:%Y-%m-%d}"
        with self._file.transaction():
            self.keep(listed, memento, Outcome.REDIRECT, detail, location, packed)
            return bool(moved_to) and self._policies.add_url(policy, moved_to, capture.captured_at, evidence)

    def reuse(self, listed: ListedCapture) -> Outcome:
        """Give a capture the payload that is held under its digest, and the outcome of the one that brought it, which
        is returned.
        """
        with self._file.transaction():
            # "+": else SQLite puts the value into substr(), too, and reads all rows, since its index has that no more
            payload_id, had, told, redirect_url, status, headers, captured_at, verdict = self._file.one(
                "SELECT payload_id, outcome, detail, redirect_url, http_status, headers, captured_at, digest_verdict "
                "FROM captures WHERE id = (SELECT r.id FROM capture_rows r "
                "JOIN capture_kinds c ON c.id = r.kind_id "
                f"WHERE substr(r.digest, 1, 5) = ? AND +r.digest = ? AND {_BRINGS_PAYLOAD} ORDER BY r.id LIMIT 1)",
                listed.capture.digest[:5],
                listed.capture.digest,
            )
            outcome = Outcome.REVISIT if had in _HELD else Outcome(had)
            self._table.change(
                [listed.capture_id],
                outcome=outcome.value,
                detail=told or f"same digest as the capture of {captured_at}",
                payload_id=payload_id,
                redirect_url=redirect_url,
                http_status=status,
                headers=headers,
                digest_verdict=COPY if verdict == COPY else SAME_DIGEST,
            )
            self._policies.mark_dirty(listed.capture_id)
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
        changes: dict[str, Any] = {"outcome": outcome.value, "detail": detail}
        if memento_url:
            changes["memento_url"] = memento_url
        with self._file.transaction():
            if outcome is Outcome.PLAYBACK_FAILED:
                (failures,) = self._file.one("SELECT failures FROM captures WHERE id = ?", listed.capture_id)
                again = retry_at(self._file.clock(), failures)
                changes |= {"failures": failures + 1, "not_before": format_iso(again)}
            self._table.change([listed.capture_id], **changes)
            self._runs.record(run_id, outcome, listed.capture.original, detail, policy=policy, listed=listed)


def _listed_capture(row: tuple[Any, ...]) -> ListedCapture:
    capture_id, *_, outcome, held, to, retry, archive, citation = row
    fields = dict(zip(CAPTURE_FIELDS, row[1:], strict=False))
    locator = locator_in(citation)
    fields |= {"captured_at": parse_iso(fields["captured_at"]), "locator": str(locator) if locator else ""}
    capture = Capture(**fields)
    return ListedCapture(
        capture_id, capture, Outcome(outcome), bool(held), to, parse_iso(retry) if retry else None, archive, citation
    )
