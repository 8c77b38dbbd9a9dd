"""The ledger of `policylapse notify`: what was told to whom. Tables watches, notices, notice_items, channels_ended.

    begin_watch ─► due items ─► add (a notice with its items, one transaction) ─► send ─► sent | failed | withdrawn

A notice is in the ledger before it is sent, and marked when it was. A process that is killed in between sends it again
under the same key, of which a Message-ID or webhook-id is made: whoever receives it twice can tell. No text of a page is
in here: a message is composed again at each attempt.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from crawler.archives.timestamps import format_iso, parse_iso
from pipelines.store.file import insert
from pipelines.store.ledgers.ledger import OwnFile

CHANGE, EVENT = "change", "event"
Item = tuple[str, int]  # (CHANGE, found_changes.id) or (EVENT, found_events.id)


@dataclass(frozen=True, slots=True)
class Notice:
    """One message that is to be sent.

    :param key: the same at every attempt. :param attempts: that failed so far.
    """

    notice_id: int
    key: str
    watch: str
    channel: str
    period: str
    created_at: datetime
    attempts: int
    items: tuple[Item, ...]


class Ledger(OwnFile):
    """The ledger in one database.

    :raises StoreError: it cannot be opened or written.
    """

    def watch_start(self, watch: str, change: int, event: int, now: datetime) -> tuple[int, int]:
        """Return up to which ids a watch takes what was found for the past; a new watch begins with these."""
        with self._writing():
            self._db.execute(
                "INSERT INTO watches VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
                [watch, change, event, format_iso(now)],
            )
        row = self._db.execute("SELECT after_change, after_event FROM watches WHERE watch = ?", [watch]).fetchone()
        return row[0], row[1]

    def is_new(self, watch: str) -> bool:
        return self._db.execute("SELECT 1 FROM watches WHERE watch = ?", [watch]).fetchone() is None

    def untold(self, watch: str, channel: str, items: Iterable[Item]) -> list[Item]:
        """Return those of the items that are in no notice of a watch to a channel."""
        told = {
            (kind, number)
            for kind, number in self._db.execute(
                "SELECT kind, item_id FROM notice_items WHERE watch = ? AND channel = ?", [watch, channel]
            )
        }
        return [item for item in items if item not in told]

    def has_period(self, watch: str, channel: str, period: str) -> bool:
        """Tell whether a digest's period was dealt with: there is a notice of it, or it had nothing to tell."""
        row = self._db.execute(
            "SELECT 1 FROM notices WHERE watch = ? AND channel = ? AND period >= ? AND period <> ''",
            [watch, channel, period],
        ).fetchone()
        return row is not None

    def add(self, watch: str, channel: str, period: str, items: Iterable[Item], now: datetime) -> None:
        """Add a notice with its items. One transaction: an item is in it, or in no notice."""
        items = sorted(items)
        key = notice_key(watch, channel, f"{period} {format_iso(now)}", items)
        with self._writing():
            notice_id = insert(
                self._db,
                "notices",
                notice_key=key,
                watch=watch,
                channel=channel,
                period=period,
                state="pending" if items else "empty",
                created_at=format_iso(now),
            )
            self._db.conn.executemany(
                "INSERT INTO notice_items VALUES (?, ?, ?, ?, ?)",
                [(watch, channel, kind, number, notice_id) for kind, number in items],
            )

    def open_notices(self, channel: str, now: datetime) -> list[Notice]:
        """Return the notices to a channel that are to be sent and may be tried now, the oldest first."""
        rows = self._db.execute(
            "SELECT id, notice_key, watch, channel, period, created_at, attempts FROM notices "
            "WHERE state = 'pending' AND channel = ? AND (not_before IS NULL OR not_before <= ?) ORDER BY id",
            [channel, format_iso(now)],
        ).fetchall()
        return [
            Notice(row[0], row[1], row[2], row[3], row[4], parse_iso(row[5]), row[6], self._items(row[0]))
            for row in rows
        ]

    def _items(self, notice_id: int) -> tuple[Item, ...]:
        return tuple(
            self._db.execute(
                "SELECT kind, item_id FROM notice_items WHERE notice_id = ? ORDER BY kind, item_id", [notice_id]
            ).fetchall()
        )

    def sent(self, notice: Notice, now: datetime) -> None:
        self._mark(notice, "sent", now, None, "")

    def withdrawn(self, notice: Notice, now: datetime) -> None:
        """Note that there is nothing left to say: late captures showed that it was no change."""
        self._mark(notice, "withdrawn", now, None, "")

    def failed(self, notice: Notice, now: datetime, again: datetime | None, error: str) -> None:
        """Note a failed attempt.

        :param again: when to try again; None: never, it is given up.
        """
        self._mark(notice, "pending" if again else "failed", now, again, error)

    def _mark(self, notice: Notice, state: str, now: datetime, again: datetime | None, error: str) -> None:
        with self._writing():
            self._db.execute(
                "UPDATE notices SET state = ?, sent_at = ?, attempts = attempts + 1, not_before = ?, error = ? WHERE id = ?",
                [
                    state,
                    format_iso(now) if state == "sent" else None,
                    format_iso(again) if again else None,
                    error,
                    notice.notice_id,
                ],
            )

    def end_channel(self, channel: str, address: str, now: datetime, reason: str) -> None:
        """Note that a channel's receiver is gone: nothing is sent to that address any more."""
        with self._writing():
            self._db.execute(
                "INSERT INTO channels_ended VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
                [channel, _hidden(address), format_iso(now), reason],
            )

    def ended(self, channel: str, address: str) -> str:
        """Return since when a channel's receiver is gone, "" where it is not."""
        row = self._db.execute(
            "SELECT at FROM channels_ended WHERE channel = ? AND address = ?", [channel, _hidden(address)]
        ).fetchone()
        return str(row[0]) if row else ""

    def counts(self) -> dict[str, int]:
        """Return how many notices are in each state."""
        return dict(self._db.execute("SELECT state, count(*) FROM notices GROUP BY state").fetchall())


def notice_key(watch: str, channel: str, when: str, items: Iterable[Item]) -> str:
    """Return the key of a notice, 32 hexadecimal digits: of what it tells, to whom, and when it was decided."""
    told = " ".join(f"{kind}:{number}" for kind, number in sorted(items))
    return hashlib.sha256(f"{watch}\x1f{channel}\x1f{when}\x1f{told}".encode()).hexdigest()[:32]


def _hidden(address: str) -> str:
    return hashlib.sha256(address.encode()).hexdigest()
