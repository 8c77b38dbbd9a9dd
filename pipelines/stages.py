"""Scrapy item pipelines: what is read of a page goes into the store, and the policy's versions follow.

ReadingStage (100) stores what the process pool read. VersionStage (200) folds. ItemStage (250) makes of it the flat item
that feed exports, and pipelines of other people from 300 on, get. The functions are in store/ and items.py.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from crawler.archives.capture import Policy, ReadCapture
from pipelines.items import CaptureItem, capture_item

if TYPE_CHECKING:
    from typing import Self

    from scrapy.crawler import Crawler

# A policy is folded again when this share of its readings in the run is new, so that whoever looks sees a long crawl
# grow, each fold has few new versions to compare, and the folds of a long history stay cheap as a whole.
FOLD_SHARE, FOLD_AT_LEAST = 1 / 20, 25


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
    """Stores a reading; passes the item on."""

    def process_item(self, item: ReadCapture) -> ReadCapture:
        self.job.store.readings.put(item.capture_id, item.reading)
        return item


class VersionStage(_Stage):
    """Folds a policy every so many readings, and every policy of the run at its end."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._readings: Counter[Policy] = Counter()
        self._unfolded: Counter[Policy] = Counter()

    def process_item(self, item: ReadCapture) -> ReadCapture:
        self._readings[item.policy] += 1
        self._unfolded[item.policy] += 1
        if self._unfolded[item.policy] >= max(FOLD_AT_LEAST, FOLD_SHARE * self._readings[item.policy]):
            self._fold(item.policy)
        return item

    def close_spider(self) -> None:
        named = self.crawler.spider.policies()  # type: ignore[union-attr]
        for policy in dict.fromkeys([*named, *self._unfolded]):  # other documents of their pages were read, too
            self._fold(policy)

    def _fold(self, policy: Policy) -> None:
        self._unfolded.pop(policy, None)
        self.job.store.versions.fold(policy, self.job.reader.extractor)


class ItemStage(_Stage):
    """Turns what the spider's parts pass on into the public item."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._with_text = crawler.settings.getbool("POLICYLAPSE_ITEM_TEXT")

    def process_item(self, item: ReadCapture) -> CaptureItem:
        cited = self.job.store.captures.cited(item.capture_id)
        return capture_item(item.policy, cited, item.reading, with_text=self._with_text)
