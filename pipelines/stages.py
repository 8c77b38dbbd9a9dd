"""Scrapy item pipelines: what is read of a page goes into the store, and the policy's versions follow.

ReadingStage (100) stores what the process pool read. VersionStage (200) folds. ItemStage (250) makes of it the flat item
that feed exports, and pipelines of other people from 300 on, get. The functions are in store/ and items.py.

The reactor's thread keeps every connection alive, so it does only what is short: it is the one writer of the database, and
each of its transactions, of a few captures together, takes milliseconds. What takes longer is computed elsewhere, from what
is committed, and comes back as a value to be written:

    bytes of a capture ──a thread: digests, compression──► Packed ──► captures.keep (raw first)
    payload ──a reader's process──► PackedReading ──► readings.put
    readings ──a reader's process, its own connection──► PlannedFold ──► versions.put_fold

Nothing that is computed elsewhere is the only copy of anything: killed at any moment, the next run computes it again. Whoever
hands in waits for the answer, so that no more is under way than Scrapy lets in.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from functools import partial
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crawler.archives.capture import Policy, ReadCapture
from pipelines.items import CaptureItem, capture_item
from pipelines.store.shelves.captures import cited_as
from pipelines.store.shelves.folds import plan_folds_in

if TYPE_CHECKING:
    from typing import Self

    from scrapy.crawler import Crawler

# A policy is folded again when this share of its readings in the run is new, so that whoever looks sees a long crawl
# grow, each fold has few new versions to compare, and the folds of a long history stay cheap as a whole.
FOLD_SHARE, FOLD_AT_LEAST = 1 / 20, 25
AT_ONCE = 200  # readings of policies that are folded by one call at the end: of 10,000 sites most have a few


class _Stage:
    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    @property
    def job(self) -> Any:
        return self.crawler.spider.job  # type: ignore[union-attr]


class ReadingStage(_Stage):
    """Stores a reading; passes the item on.

    A search that goes by wordings looks for the reading in the store next, so the reading is stored at once. So are the readings
    of captures that an earlier run left unread: one callback yields them all, and would wait for each. Other readings share a
    transaction.
    """

    async def process_item(self, item: ReadCapture) -> ReadCapture:
        store = self.job.store
        put = partial(store.readings.put, item.capture_id, item.reading)
        if item.listed is not None and self.job.options.strategy.exhaustive:
            await store.together.do(put)
        else:
            store.together.now(put)
        return item


class VersionStage(_Stage):
    """Folds a policy every so many readings, and every policy of the run at its end."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        # by the policy's id: of 10,000 sites that are read, there is this of each
        self._readings: Counter[int] = Counter()
        self._unfolded: Counter[int] = Counter()
        self._folding: set[int] = set()
        self._others: set[Policy] = set()  # that are no targets of the run: other documents of its pages

    async def process_item(self, item: ReadCapture) -> ReadCapture:
        policy = item.policy.policy_id
        self._readings[policy] += 1
        self._unfolded[policy] += 1
        if policy not in self.crawler.spider.works:  # type: ignore[union-attr]
            self._others.add(item.policy)
        due = self._unfolded[policy] >= max(FOLD_AT_LEAST, FOLD_SHARE * self._readings[policy])
        if due and policy not in self._folding:  # who folds it now was handed in earlier readings
            self._folding.add(policy)
            self._unfolded.pop(policy)
            try:
                await self._fold([item.policy])
            finally:
                self._folding.remove(policy)
        return item

    async def close_spider(self) -> None:
        """Fold all that is left, some policies at a time, and in this process what no other could fold."""
        versions, extractor = self.job.store.versions, self.job.reader.extractor
        named = self.crawler.spider.works.policies  # type: ignore[union-attr]
        # other documents of their pages were read, too; a fold of theirs that failed is not among the unfolded
        for some in self._stretches(chain(named, sorted(self._others, key=lambda one: one.policy_id))):
            await self._fold(some)
            for policy in some:
                versions.fold(policy, extractor)

    def _stretches(self, policies: Iterable[Policy]) -> Iterator[list[Policy]]:
        """Policies that are not up to date, so many at a time that they have AT_ONCE readings, or one that has more."""
        some: list[Policy] = []
        readings = 0
        for policy in policies:
            readings += 1 + self._readings[policy.policy_id]
            some.append(policy)
            if readings >= AT_ONCE:
                yield some
                some, readings = [], 0
        if some:
            yield some

    async def _fold(self, policies: list[Policy]) -> None:
        """Fold policies beside the reactor; one that cannot be folded there stays as it is."""
        job, versions = self.job, self.job.store.versions
        wanted = [one for one in (versions.to_fold(policy, job.reader.extractor) for policy in policies) if one]
        if wanted:
            path, name = Path(job.options.database), f"the versions of {policies[0].url}"
            for plan in await job.reader.run(plan_folds_in, (path, wanted), name, lambda *_why: ()):
                versions.put_fold(plan)


class ItemStage(_Stage):
    """Turns what the spider's parts pass on into the public item."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._with_text = crawler.settings.getbool("POLICYLAPSE_ITEM_TEXT")

    def process_item(self, item: ReadCapture) -> CaptureItem:
        cited = cited_as(item.listed) if item.listed else self.job.store.captures.cited(item.capture_id)
        return capture_item(item.policy, cited, item.reading, with_text=self._with_text)
