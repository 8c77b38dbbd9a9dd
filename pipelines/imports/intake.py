"""What both imports do alike: bytes of git into the store, then read, folded, compared, and everything refused recorded.

    Intake.take(policy, copies) ─► the store, in transactions of a few     a page that was taken in before is not read again
    Intake.read(policy)         ─► what no extractor of ours has read ─► process pool ─► store ─► versions

Killed at any moment, the same command goes on: each transaction is whole, what is stored is known by its source (commit and
path), what was stored and not read is read (ReadingShelf.unread), and a policy that is not folded is dirty.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from crawler.archives.capture import Outcome, Period, Policy
from crawler.choosing.certainty import certainty
from crawler.choosing.rows import rows_of
from crawler.choosing.survey import Knowledge
from crawler.collections.git import Repository, TooLargeError, UnreadableError

if TYPE_CHECKING:
    from pipelines.imports.comparison import Compared
    from pipelines.reading.pool import ReaderPool
    from pipelines.store.shelves.copies import Copy
    from pipelines.store.store import Store

# A transaction's worth: a kill costs so much work at most, and the file is synced so seldom.
_COPIES: Final = 64
_BYTES: Final = 32 * 2**20


@dataclass(slots=True)
class Counts:
    """What an import did, in pages.

    :param found: in the repository, of what was wanted. :param new: taken in now. :param known: in the database before.
    :param forgotten: of a URL that was removed on request. :param refused: recorded with the reason.
    :param read: payloads read by the extractor now. :param left_out: not wanted, by reason.
    """

    found: int = 0
    new: int = 0
    known: int = 0
    forgotten: int = 0
    refused: int = 0
    read: int = 0
    left_out: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class Done:
    """A step of an import that has ended: what it was about, and how their readings compare with ours."""

    subject: str
    policies: tuple[Policy, ...]
    compared: tuple[Compared, ...] = ()


class Intake:
    """Takes pages of one repository into one database, in one run.

    :param progress: told of each page that was read: what it is of, how many are done, of how many.
    :param limit: bytes of a page at most.
    """

    def __init__(
        self,
        store: Store,
        reader: ReaderPool,
        run_id: int,
        limit: int,
        progress: Callable[[str, int, int], None] | None = None,
    ) -> None:
        self.store, self.reader = store, reader
        self.counts = Counts()
        self._run, self._limit = run_id, limit
        self._progress = progress

    def refuse(self, outcome: Outcome, subject: str, detail: str, policy: Policy | None = None, pages: int = 1) -> None:
        """Record what was not taken in, and why."""
        self.store.runs.record(self._run, outcome, subject, detail, policy=policy)
        self.counts.refused += pages

    def take(self, policy: Policy, copies: Iterable[Copy]) -> None:
        """Store copies of a policy's pages, as they come, in transactions of a few."""
        batch: list[Copy] = []
        size = 0
        for copy in copies:
            batch.append(copy)
            size += len(copy.body)
            if len(batch) >= _COPIES or size >= _BYTES:
                self._put(policy, batch)
                batch, size = [], 0
        self._put(policy, batch)

    def body(self, policy: Policy | None, repository: Repository, oid: str, source: str) -> bytes | None:
        """Return the bytes of a page; None where they cannot be had, which is recorded.

        :param source: its locator.
        """
        try:
            body = repository.blob(oid, self._limit)
        except TooLargeError as error:
            self.refuse(Outcome.TOO_LARGE, source, str(error), policy)
            return None
        except UnreadableError as error:
            self.refuse(Outcome.DAMAGED_ARCHIVE, source, str(error), policy)
            return None
        if not body.strip():
            self.refuse(Outcome.NOT_IMPORTED, source, "the file is empty", policy)
            return None
        return body

    def _put(self, policy: Policy, batch: list[Copy]) -> None:
        if batch:
            new = self.store.copies.put(policy, batch, self.reader.extractor)
            self.counts.new += new
            self.counts.known += len(batch) - new

    async def read(self, policy: Policy) -> None:
        """Read what is stored of a policy and was not read, and fold its versions."""
        unread = self.store.readings.unread(policy, self.reader.extractor)
        done = 0
        async for kept, reading in self.reader.read_kept(unread, self.store.payloads.get):
            self.store.readings.put(kept.capture_id, reading)
            done += 1
            if self._progress:
                self._progress(policy.site, done, len(unread))
        self.counts.read += done
        self.store.versions.fold(policy, self.reader.extractor)

    def note_certainty(self, policy: Policy, archive: str) -> None:
        """Note that all of a collection's captures of a policy were read."""
        wordings, _aside = self.store.versions.wordings(policy, self.reader.extractor)
        listed = self.store.captures.of(policy, archive, Period())
        if not listed:
            return
        own = {one.capture_id for one in listed}
        read = {capture_id: wording for capture_id, wording in wordings.items() if capture_id in own}
        sure = certainty(rows_of(listed), Knowledge(wordings=read, no_policy=own - read.keys()))
        self.store.versions.put_certainty(policy, archive, "all", sure, complete=True)
