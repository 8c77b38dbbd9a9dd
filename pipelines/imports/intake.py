"""What both imports do alike: bytes of git into the store, then read, folded, compared, and everything refused recorded.

    Intake.take(policy, pages) ─► copies, in transactions of a few       a page that was taken in before is not read again
    Intake.read(policy)        ─► what no extractor of ours has read ─► process pool ─► store ─► versions

Killed at any moment, the same command goes on: each transaction is whole, what is stored is known by its source (commit and
path), what was stored and not read is read (ReadingShelf.unread), and a policy that is not folded is dirty.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Final

from crawler.archives.capture import Outcome, Period, Policy, sha1_base32
from crawler.archives.surt import surt
from crawler.choosing.certainty import certainty
from crawler.choosing.rows import rows_of
from crawler.choosing.survey import Knowledge
from crawler.collections.git import Repository, TooLargeError, UnreadableError
from pipelines.store.shelves.copies import NO_DIGEST, Copy

if TYPE_CHECKING:
    from pipelines.imports.comparison import Compared
    from pipelines.reading.pool import ReaderPool
    from pipelines.store.store import Store

# A transaction's worth: a kill costs so much work at most, and the file is synced so seldom.
_COPIES: Final = 64
_BYTES: Final = 32 * 2**20


@dataclass(frozen=True, slots=True)
class Page:
    """A file of a repository that is a capture.

    :param source: its locator (crawler.collections.git). :param citation: what to cite the capture by; "" for the source.
    :param oid: of the object that holds it.
    """

    archive: str
    url: str
    captured_at: datetime
    content_type: str
    source: str
    oid: str
    citation: str = ""


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

    def take(
        self,
        policy: Policy,
        repository: Repository,
        pages: Iterable[Page],
        *,
        verdict: str,
        strip: Callable[[bytes], bytes] | None = None,
    ) -> None:
        """Store the pages of a policy that are not stored.

        :param verdict: what is known of their bytes. :param strip: takes off what the collection put before a page; the bytes
            are none of the archive's then, and no digest is said of them.
        """
        known: dict[str, set[tuple[str, str]]] = {}
        batch: list[Copy] = []
        for page in pages:
            if page.archive not in known:
                known[page.archive] = self.store.copies.known(page.archive, policy)
            if (surt(page.url), page.source) in known[page.archive]:
                self.counts.known += 1
            elif self.store.copies.is_forgotten(page.url):
                self.counts.forgotten += 1
            elif (body := self._body(policy, repository, page)) is not None:
                batch.append(_copy(page, strip(body) if strip else body, verdict, digested=strip is None))
                if len(batch) >= _COPIES or sum(len(copy.body) for copy in batch) >= _BYTES:
                    self._put(policy, batch)
                    batch = []
        self._put(policy, batch)

    def _body(self, policy: Policy, repository: Repository, page: Page) -> bytes | None:
        try:
            body = repository.blob(page.oid, self._limit)
        except TooLargeError as error:
            self.refuse(Outcome.TOO_LARGE, page.source, str(error), policy)
            return None
        except UnreadableError as error:
            self.refuse(Outcome.DAMAGED_ARCHIVE, page.source, str(error), policy)
            return None
        if not body.strip():
            self.refuse(Outcome.NOT_IMPORTED, page.source, "the file is empty", policy)
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


def _copy(page: Page, body: bytes, verdict: str, *, digested: bool) -> Copy:
    return Copy(
        archive=page.archive,
        url=page.url,
        captured_at=page.captured_at,
        body=body,
        content_type=page.content_type,
        citation=page.citation or page.source,
        source=page.source,
        digest=sha1_base32(body) if digested else NO_DIGEST,
        verdict=verdict,
    )
