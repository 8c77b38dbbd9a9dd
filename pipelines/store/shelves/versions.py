"""Versions and changes of policies, as they are folded of the readings; and how sure that history is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from crawler.archives.capture import Policy
from crawler.choosing.certainty import Certainty
from pipelines.store.shelves.folds import PlannedFold, capture_wordings, capture_wordings_in, refold, write_fold
from pipelines.text.remembered import forget_blocks

if TYPE_CHECKING:
    from pipelines.store.shelves.declarations import DeclarationShelf
    from pipelines.store.shelves.readings import ReadingShelf
    from pipelines.store.transactions import OpenFile


class VersionShelf:
    """The versions of one database."""

    def __init__(self, file: OpenFile, readings: ReadingShelf, declarations: DeclarationShelf) -> None:
        self._file, self._readings, self._declarations = file, readings, declarations
        self._folds: Counter[int] = Counter()

    def marks(self, policy: Policy) -> tuple[int, int]:
        """Return what is another value whenever something was read for a policy, and never one that it has been."""
        (dirty,) = self._file.one("SELECT dirty FROM policies WHERE id = ?", policy.policy_id)
        return self._folds[policy.policy_id], dirty

    def fold(self, policy: Policy, extractor: str) -> None:
        """Bring the versions of a policy up to date with its readings. One transaction; does nothing if they are."""
        wanted = self.to_fold(policy, extractor)
        if wanted:
            with self._file.transaction():
                refold(self._file.db, *wanted, self._file.finder)
            self._folds[policy.policy_id] += 1

    def to_fold(self, policy: Policy, extractor: str) -> tuple[int, int] | None:
        """Return what to plan a policy's fold by (folds.plan_folds_in), None where its versions are up to date."""
        dirty, built_with = self._file.one("SELECT dirty, extractor_id FROM policies WHERE id = ?", policy.policy_id)
        extractor_id = self._extractor_id(policy, extractor)
        return (policy.policy_id, extractor_id) if dirty or built_with != extractor_id else None

    def put_fold(self, plan: PlannedFold) -> None:
        """Write a fold that was planned beside the store. One transaction."""
        with self._file.transaction():
            write_fold(self._file.db, plan, self._file.finder)
        self._folds[plan.policy_id] += 1

    def wordings(self, policy: Policy, extractor: str) -> tuple[dict[int, str], list[int]]:
        """Return the wording of each capture of a policy that was read, as its versions have it; and the captures that
        show another document.
        """
        try:
            return capture_wordings(self._file.db, policy.policy_id, self._extractor_id(policy, extractor))
        finally:
            forget_blocks()  # at the end of a run it is every policy in turn

    def beside(self, policy: Policy, extractor: str) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        """Return what gives the same as `wordings` in another process: a function, and its arguments."""
        return capture_wordings_in, (self._file.path, policy.policy_id, self._extractor_id(policy, extractor))

    def stated(self, policy: Policy, extractor: str) -> dict[int, list[int]]:
        """Return the days that the text of each capture of a policy states, as the first second of each (UTC, since
        1970), oldest first; captures whose text states none are left out.
        """
        days: dict[int, list[int]] = {}
        rows = self._file.db.execute(
            "SELECT DISTINCT r.capture_id, CAST(strftime('%s', d.date) AS INTEGER) FROM readings r "
            "JOIN text_dates d ON d.text_id = r.text_id WHERE r.policy_id = ? AND r.extractor_id = ? ORDER BY 1, 2",
            [policy.policy_id, self._extractor_id(policy, extractor)],
        )
        for capture_id, second in rows:
            days.setdefault(capture_id, []).append(second)
        return days

    def changes(self, policy: Policy) -> list[tuple[str, str]]:
        """Return the brackets of a policy's changes, as its versions that are shown have them: last capture with the
        old wording, first with the new.
        """
        rows = self._file.db.execute(
            "SELECT v.previous_last_seen, v.first_seen FROM versions v JOIN policies p ON p.id = v.policy_id "
            "WHERE p.id = ? AND v.extractor_id = p.extractor_id AND v.version > 1 ORDER BY v.version",
            [policy.policy_id],
        )
        return [tuple(row) for row in rows]

    def built_with(self, policy: Policy) -> str:
        """Return the extractor that a policy's versions are built with, "" if there are none."""
        row = self._file.db.execute(
            "SELECT e.extractor FROM policies p JOIN extractors e ON e.id = p.extractor_id WHERE p.id = ?",
            [policy.policy_id],
        ).fetchone()
        return str(row[0]) if row else ""

    def put_certainty(
        self, policy: Policy, archive: str, strategy: str, how_sure: Certainty, *, complete: bool
    ) -> None:
        """Note how much of a policy's history in one archive was read, and how much follows from it."""
        row = {
            "policy_id": policy.policy_id,
            "archive": archive,
            "strategy": strategy,
            "complete": complete,
            "listed": how_sure.listed,
            "fetched": how_sure.fetched,
            "inferred": how_sure.inferred,
            "undecided": how_sure.undecided,
            "longest_inferred_days": how_sure.longest_days,
            "longest_inferred_captures": how_sure.longest_captures,
            "at": self._file.now(),
        }
        with self._file.transaction():
            self._file.db.execute(
                f"INSERT OR REPLACE INTO certainty ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})",
                list(row.values()),
            )

    def _extractor_id(self, policy: Policy, extractor: str) -> int:
        return self._readings.extractor_id(self._declarations.extractor(policy, extractor))
