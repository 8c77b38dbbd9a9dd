"""Runs, and what did not go as asked in them: the tables `runs` and `outcomes`."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import TYPE_CHECKING, Final

from crawler.archives.capture import ListedCapture, Outcome, Period, Policy
from crawler.missing import Missing
from pipelines.store.file import insert
from pipelines.store.load import FATE, STORED, WHILE_THERE
from pipelines.store.missing import read_missing
from pipelines.store.shelves.found import Finder
from pipelines.store.shelves.listings import archives_of, seconds_of

if TYPE_CHECKING:
    from pipelines.store.transactions import OpenFile


_STRETCH: Final = 1_000  # policies whose captures are looked at together


@dataclass(frozen=True, slots=True)
class Totals:
    """What the file holds, over all sites; home pages and the like are no captures of a policy."""

    captures: int
    versions: int
    changes: int


class RunShelf:
    """The runs of one database."""

    def __init__(self, file: OpenFile) -> None:
        self._file = file

    def begin(self, *, program: str, archive: str, strategy: str, arguments: Mapping[str, str]) -> int:
        """Note that a run has begun; return its id."""
        with self._file.transaction():
            run_id = insert(
                self._file.db,
                "runs",
                started_at=self._file.now(),
                program=program,
                archive=archive,
                strategy=strategy,
                arguments=json.dumps(dict(arguments), ensure_ascii=False),
            )
        self._file.finder = Finder(run_id, self._file.now())
        return run_id

    def finish(self, run_id: int, *, listed: int, fetched: int, reused: int, exit_code: int) -> None:
        """Note that a run has ended, and what it did."""
        with self._file.transaction():
            self._file.db.execute(
                "UPDATE runs SET finished_at = ?, listed = ?, fetched = ?, reused = ?, exit_code = ? WHERE id = ?",
                [self._file.now(), listed, fetched, reused, exit_code, run_id],
            )

    def record(
        self,
        run_id: int,
        outcome: Outcome,
        subject: str,
        detail: str = "",
        *,
        policy: Policy | None = None,
        listed: ListedCapture | None = None,
    ) -> None:
        """Record what did not go as asked: a capture (`listed`), a listing, a line of a list, a damaged file."""
        with self._file.transaction():
            insert(
                self._file.db,
                "outcomes",
                run_id=run_id,
                policy_id=policy.policy_id if policy else None,
                capture_id=listed.capture_id if listed else None,
                subject=subject,
                outcome=outcome.value,
                detail=detail,
                at=self._file.now(),
            )

    def recorded(self, run_id: int) -> list[tuple[str, str, str]]:
        """Return (subject, outcome, detail) of what a run recorded, in order."""
        rows = self._file.db.execute(
            "SELECT subject, outcome, detail FROM outcomes WHERE run_id = ? ORDER BY id", [run_id]
        )
        return [tuple(row) for row in rows]

    def outcomes(
        self,
        run_id: int,
        policies: Iterable[Policy],
        archive: str | Sequence[str],
        period: Period,
        *,
        fate: bool = False,
    ) -> dict[Outcome, int]:
        """Return how many captures of these policies stand at each outcome, with this run's outcomes that are no
        capture's (listings, lines of lists).

        :param fate: what finished crawls did not need counts as not needed, as in all that is read; else as pending.
        """
        counts: Counter[str] = Counter()
        names = archives_of(archive)
        for policy in policies:
            rows = self._file.db.execute(
                f"SELECT {FATE if fate else STORED}, count(*) FROM policy_urls u JOIN captures k ON k.urlkey = u.urlkey "
                f"WHERE u.policy_id = ? AND {WHILE_THERE} "
                f"AND k.archive IN ({', '.join('?' * len(names))}) AND k.at BETWEEN ? AND ? GROUP BY 1",
                [policy.policy_id, *names, *seconds_of(period)],
            )
            counts.update(dict(rows.fetchall()))
        rows = self._file.db.execute(
            "SELECT outcome, count(*) FROM outcomes WHERE run_id = ? AND capture_id IS NULL GROUP BY outcome", [run_id]
        )
        counts.update(dict(rows.fetchall()))
        return {outcome: counts[outcome.value] for outcome in Outcome if counts[outcome.value]}

    def missing(self, run_id: int, policies: Iterable[Policy]) -> list[Missing]:
        """Return what this run was asked for and has no version: policies, sites, lines of lists."""
        said = {
            subject: (Outcome(outcome), detail, archive, at)
            for subject, outcome, detail, archive, at in self._file.db.execute(
                "SELECT o.subject, o.outcome, o.detail, r.archive, o.at FROM outcomes o JOIN runs r ON r.id = o.run_id "
                "WHERE o.run_id = ? AND o.capture_id IS NULL AND o.policy_id IS NULL ORDER BY o.id",
                [run_id],
            ).fetchall()
        }
        found: list[Missing] = []
        asked: Iterator[Policy | str] = chain(policies, said)
        while some := list(islice(asked, _STRETCH)):
            known = {one.policy_id: one.site for one in some if isinstance(one, Policy)}
            subjects = {one for one in some if isinstance(one, str)}
            rows = read_missing(self._file.db.execute, subjects | set(known.values()))
            found += [
                one for one in rows if (one.subject in subjects if one.policy_id is None else one.policy_id in known)
            ]
        found.sort(key=lambda one: (one.site, one.subject))
        lines = [Missing("", subject, *told) for subject, told in said.items() if told[0] is Outcome.BAD_INPUT]
        return [*found, *lines]

    def totals(self) -> Totals:
        """Return how much the file holds, over all sites."""
        (captures,) = self._file.one("SELECT count(*) FROM captures WHERE urlkey IN (SELECT urlkey FROM policy_urls)")
        versions, changes = self._file.one(
            "SELECT count(*), count(nullif(v.version, 1)) FROM versions v "
            "JOIN policies p ON p.id = v.policy_id AND p.extractor_id = v.extractor_id"
        )
        return Totals(captures, versions, changes)
