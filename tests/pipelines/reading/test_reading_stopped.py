"""A reading that was stopped is read again later: by a crawl after a while, longer each time, by re-extract at once."""

from contextlib import closing
from datetime import timedelta

from crawler.archives.capture import Outcome
from pipelines.reading.reading import Reading
from pipelines.store.store import Store
from tests.databases.stored import EXTRACTOR, NOW, SITE, Seen, damages, write

STOPPED = Reading(Outcome.READING_STOPPED, EXTRACTOR, "reading took more than 30 s of processor time")
HOURS = timedelta(hours=1)


def opened(path, now):
    return closing(Store(path, lambda: now))


def test_what_was_stopped_is_read_again_later_and_longer_apart_each_time(tmp_path):
    path = write(tmp_path / "a.db", [Seen(1), Seen(2, "We sell your data.", "unread")])
    now = NOW
    for wait in (6, 12, 24, 48):
        with opened(path, now) as store:
            (policy,) = store.policies.of(SITE)
            (unread,) = store.readings.unread(policy, EXTRACTOR)
            store.readings.put(unread.capture_id, STOPPED)
            store.versions.fold(policy, EXTRACTOR)
            assert store.readings.unread(policy, EXTRACTOR) == []
            assert len(store.readings.unread(policy, EXTRACTOR, at_once=True)) == 1
        assert damages(path) == []
        with opened(path, now + (wait - 1) * HOURS) as store:
            assert store.readings.unread(policy, EXTRACTOR) == []
        now += wait * HOURS
        with opened(path, now) as store:
            assert [one.capture_id for one in store.readings.unread(policy, EXTRACTOR)] == [unread.capture_id]


def test_what_is_read_then_has_its_text_and_no_trace_of_the_stop(tmp_path):
    seen = Seen(2, "We sell your data.", "unread")
    path = write(tmp_path / "a.db", [Seen(1), seen])
    with opened(path, NOW) as store:
        (policy,) = store.policies.of(SITE)
        (unread,) = store.readings.unread(policy, EXTRACTOR)
        store.readings.put(unread.capture_id, STOPPED)
        store.versions.fold(policy, EXTRACTOR)
        assert len(store.versions.changes(policy)) == 0
        store.readings.put(unread.capture_id, seen.reading())
        store.versions.fold(policy, EXTRACTOR)
        assert len(store.versions.changes(policy)) == 1
        assert store.readings.unread(policy, EXTRACTOR, at_once=True) == []
        rows = store.db.execute("SELECT outcome, failures, not_before FROM captures ORDER BY id").fetchall()
        assert rows == [("fetched", 0, None)] * 2
        (readings,) = store.db.execute("SELECT count(*) FROM extractions").fetchone()
        assert readings == 2
    assert damages(path) == []
