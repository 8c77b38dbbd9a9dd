"""The stages of a crawl: every policy of which something was read is folded at the end, whatever became of a fold before."""

import asyncio
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from crawler.archives.capture import Outcome, Period, ReadCapture
from crawler.choosing.strategies import ALL, CHANGES, DISTINCT, LATEST
from crawler.spiders.state.policy_work import PolicyWork
from crawler.spiders.state.works import Works
from pipelines.stages import FOLD_AT_LEAST, ReadingStage, VersionStage
from pipelines.store.store import Store
from pipelines.store.together import MOST
from tests.pipelines.store.test_store import EXTRACTOR, capture, list_captures, memento, reading

NOW = datetime(2026, 1, 1, tzinfo=UTC)


class Reader:
    """Folds where it is asked to, or is killed at it, as a reader's process may be; then it gives what stands for a result."""

    extractor = EXTRACTOR

    def __init__(self, fails):
        self._fails = fails

    async def run(self, read, arguments, _name, unread):
        await asyncio.sleep(0)
        return unread(Outcome.READING_STOPPED, "killed") if self._fails else read(*arguments)


@pytest.mark.parametrize("fails", [False, True])
@pytest.mark.parametrize("is_part", [False, True])
@pytest.mark.parametrize("readings", [1, FOLD_AT_LEAST - 1, FOLD_AT_LEAST, FOLD_AT_LEAST + 1])
def test_what_was_read_is_folded_at_the_end(tmp_path, fails, is_part, readings):
    """Another document of a page is no policy of the run's own, and is folded all the same."""
    store = Store(tmp_path / "x.db", lambda: NOW)
    bodies = [b"We keep your data for %d days." % day for day in range(readings)]
    named = list_captures(store, [capture(day, body) for day, body in enumerate(bodies)])
    policy = store.policies.part_of(named, "cookies") if is_part else named
    extractor = store.declarations.extractor(policy, EXTRACTOR)
    spider = SimpleNamespace(
        job=SimpleNamespace(store=store, reader=Reader(fails), options=SimpleNamespace(database=str(store.file.path))),
        works=Works(store, lambda policy: PolicyWork(policy, None, None)),
    )
    spider.works.begin(named)
    crawler = SimpleNamespace(spider=spider)
    keeps, folds = ReadingStage(crawler), VersionStage(crawler)

    async def crawl():
        for listed, body in zip(store.captures.of(named, "test", Period()), bodies, strict=True):
            store.captures.keep(listed, memento(body, NOW), Outcome.FETCHED)
            item = ReadCapture(policy, listed.capture_id, reading(body, extractor=extractor))
            await keeps.process_item(item)
            await folds.process_item(item)
        await folds.close_spider()

    asyncio.run(crawl())
    assert store.versions.to_fold(policy, EXTRACTOR) is None
    store.close()


@pytest.mark.parametrize("strategy", [ALL, DISTINCT, CHANGES, LATEST], ids=lambda one: one.name)
@pytest.mark.parametrize("left", [False, True])
def test_readings_share_a_transaction_where_no_search_asks_for_them(tmp_path, strategy, left):
    """Each is stored when its stage is done with it. What was left by another run comes one after the other, and at once."""
    store = Store(tmp_path / "x.db", lambda: NOW)
    bodies = [b"We keep your data for %d days." % day for day in range(MOST - 1)]
    policy = list_captures(store, [capture(day, body) for day, body in enumerate(bodies)])
    listed = store.captures.of(policy, "test", Period())
    for one, body in zip(listed, bodies, strict=True):
        store.captures.keep(one, memento(body, NOW), Outcome.FETCHED)
    job = SimpleNamespace(store=store, options=SimpleNamespace(strategy=strategy))
    stage = ReadingStage(SimpleNamespace(spider=SimpleNamespace(job=job)))
    asked = []
    store.db.conn.set_trace_callback(asked.append)

    async def crawl():
        items = [
            ReadCapture(policy, one.capture_id, reading(body), None if left else one)
            for one, body in zip(listed, bodies, strict=True)
        ]
        assert await asyncio.gather(*map(stage.process_item, items)) == items

    asyncio.run(crawl())
    assert store.readings.unread(policy, EXTRACTOR) == []
    assert asked.count("COMMIT") == (1 if strategy.exhaustive and not left else len(bodies))
    store.close()
