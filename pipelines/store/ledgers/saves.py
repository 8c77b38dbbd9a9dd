"""What an archive was asked to capture: table saves.

    begin (state asking) ─► request ─► answered (pending, fresh, …) ─► polled (saved, refused, …)

The row is there before the request leaves. One that a kill left `asking` is asked again: the service makes no second
capture (if_not_archived_within).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from crawler.archives.saving import Saving, Step
from crawler.archives.timestamps import format_iso, parse_iso
from pipelines.store.file import insert
from pipelines.store.ledgers.ledger import OwnFile

ASKING = "asking"


@dataclass(frozen=True, slots=True)
class PendingSave:
    """A request whose result is not known yet."""

    save_id: int
    job_id: str
    url: str
    asked_at: datetime
    tries: int


class SaveLedger(OwnFile):
    """The requests to save in one database.

    :raises StoreError: it cannot be opened or written.
    """

    def may_ask(self, archive: str, url: str, now: datetime) -> bool:
        """Tell whether a URL may be asked for: it is not under way, and the last answer does not say to wait."""
        row = self._db.execute(
            "SELECT state, not_before FROM saves WHERE archive = ? AND url = ? ORDER BY id DESC LIMIT 1", [archive, url]
        ).fetchone()
        return row is None or (row[0] != Step.PENDING and (row[1] is None or row[1] <= format_iso(now)))

    def begin(self, policy_id: int, archive: str, url: str, now: datetime) -> tuple[int, int]:
        """Note that a URL is about to be asked for; return the row, and in how many runs it failed so far."""
        row = self._db.execute(
            "SELECT id, state, tries FROM saves WHERE archive = ? AND url = ? ORDER BY id DESC LIMIT 1", [archive, url]
        ).fetchone()
        tries = row[2] if row and row[1] in (Step.FAILED, ASKING) else 0
        with self._writing():
            if row and row[1] == ASKING:  # a kill left it
                self._db.execute("UPDATE saves SET asked_at = ? WHERE id = ?", [format_iso(now), row[0]])
                return row[0], tries
            number = insert(
                self._db,
                "saves",
                policy_id=policy_id,
                archive=archive,
                url=url,
                asked_at=format_iso(now),
                state=ASKING,
                tries=tries,
            )
        return number, tries

    def answered(
        self, save_id: int, state: Step, saving: Saving, now: datetime, *, tries: int, again: datetime | None
    ) -> None:
        """Note an answer, or the end of a job.

        :param again: when it is worth asking again, None where that is not said.
        """
        with self._writing():
            self._db.execute(
                "UPDATE saves SET state = ?, job_id = coalesce(nullif(?, ''), job_id), status_ext = ?, message = ?, timestamp = ?, "
                "original_url = ?, finished_at = ?, tries = ?, not_before = ? WHERE id = ?",
                [
                    state.value,
                    saving.job_id,
                    saving.status_ext,
                    saving.message,
                    saving.timestamp,
                    saving.original_url,
                    None if state is Step.PENDING else format_iso(now),
                    tries,
                    format_iso(again) if again else None,
                    save_id,
                ],
            )

    def withdraw(self, save_id: int) -> None:
        """Drop a request that was not accepted for a reason that has nothing to do with its URL."""
        with self._writing():
            self._db.execute("DELETE FROM saves WHERE id = ? AND state = ?", [save_id, ASKING])

    def jobs(self, archive: str) -> list[PendingSave]:
        """Return the jobs whose result is not known yet, the oldest first."""
        rows = self._db.execute(
            "SELECT id, job_id, url, asked_at, tries FROM saves WHERE archive = ? AND state = ? ORDER BY id",
            [archive, Step.PENDING.value],
        )
        return [PendingSave(row[0], row[1], row[2], parse_iso(row[3]), row[4]) for row in rows]
