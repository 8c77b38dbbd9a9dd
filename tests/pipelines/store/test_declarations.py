"""What is declared of a policy, in the database: URLs for a time, hints, and an extractor of its own."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from crawler.archives.capture import Outcome, Period
from crawler.archives.surt import surt
from crawler.targets.declarations import DatedUrl, Declared
from crawler.targets.hints import NO_HINTS, Hint
from history.database import open_database
from history.sites import find_policies
from history.timeline.timeline import read_timeline
from pipelines.store.store import Store
from pipelines.upkeep.merge import merge
from tests.databases.stored import EXTRACTOR, FIRST, NOW, SITE, URL, Seen, damages, put, write

OLD = "http://shop.example/old-privacy"
KEEP, SELL, FRENCH = (f"We {what} your data as long as you have an account." for what in ("keep", "sell", "gardons"))


def day(number):
    return FIRST + timedelta(days=number)


def declared(*urls, hints=()):
    dated = tuple(
        DatedUrl(url, begin and day(begin), end and day(end), "OTA declaration Shop") for url, begin, end in urls
    )
    return Declared("Privacy Policy", SITE, URL, dated, tuple(hints))


@pytest.fixture
def store(tmp_path):
    store = Store(tmp_path / "x.db", lambda: NOW)
    yield store
    store.close()


def seen_by(store, *seen):
    """Captures of one policy, at whatever URL."""
    run = store.runs.begin(program="t", archive="test", strategy="all", arguments={})
    policy = store.policies.named(SITE, URL, "named")
    for one in seen:
        store.policies.add_url(policy, one.url, None, "named")
        put(store, run, policy, one)
    store.versions.fold(policy, EXTRACTOR)
    return policy


def versions(store):
    rows = store.db.execute("SELECT version, first_seen, url FROM timeline ORDER BY 1").fetchall()
    return [(number, (datetime.fromisoformat(at) - FIRST).days, url) for number, at, url in rows]


def test_captures_of_a_url_count_while_it_was_the_policys_only(store):
    policy = seen_by(
        store,
        Seen(0, KEEP, url=OLD),
        Seen(50, FRENCH),
        Seen(100, KEEP, url=OLD),
        Seen(150, SELL),
        Seen(200, FRENCH, url=OLD),
        Seen(250, SELL),
    )
    assert len(versions(store)) > 2
    store.declarations.put(policy, declared((OLD, None, 120), (URL, 120, None)))
    store.versions.fold(policy, EXTRACTOR)
    assert versions(store) == [(1, 0, OLD), (2, 150, URL)]
    listed = store.captures.of(policy, "test", Period())
    assert [(one.capture.captured_at - FIRST).days for one in listed] == [0, 100, 150, 250]
    assert store.runs.outcomes(1, [policy], "test", Period()) == {Outcome.FETCHED: 4}
    db = open_database(store.file.path)
    timeline = read_timeline(db, find_policies(db, SITE)[0])
    assert (timeline.silent, [move.url for move in timeline.moves]) == ((), [URL])
    db.close()
    assert damages(store.file.path) == []


def test_a_redirect_that_led_there_earlier_is_evidence_too(store):
    policy = seen_by(store, Seen(100, KEEP))
    store.declarations.put(policy, declared((OLD, None, 200), (URL, 200, None)))
    assert store.captures.of(policy, "test", Period()) == []
    assert store.policies.add_url(policy, URL, day(90), "archived redirect") is False
    assert len(store.captures.of(policy, "test", Period())) == 1
    store.declarations.put(policy, declared((OLD, None, 200), (URL, 200, None)))  # the next crawl
    assert len(store.captures.of(policy, "test", Period())) == 1


MAIN, DOC = (
    Hint(surt(URL), ("main",), valid_to=day(100), source="one"),
    Hint(surt(URL), (".doc",), valid_from=day(100), source="two"),
)


def test_hints_are_kept_and_their_order_is_the_captures(store):
    policy = seen_by(store, Seen(0, KEEP), Seen(50, SELL), Seen(150, KEEP))
    assert store.declarations.hints(policy, 1) == NO_HINTS
    store.declarations.put(policy, declared((URL, None, None), hints=[MAIN, DOC]))
    first, _second, third = (one.capture_id for one in store.captures.of(policy, "test", Period()))
    assert store.declarations.hints(policy, first).hints == (MAIN, DOC)
    assert store.declarations.hints(policy, third).hints == (DOC, MAIN)
    again = Store(store.file.path, lambda: NOW)
    assert again.declarations.hints(policy, first) == store.declarations.hints(policy, first)
    again.close()


def test_what_was_declared_in_a_transaction_that_failed_is_not_remembered(store):
    policy = seen_by(store, Seen(0, KEEP))

    def declare_and_fail():
        with store.file.transaction():
            store.declarations.put(policy, declared((URL, None, None), hints=[MAIN]))
            assert store.declarations.hints(policy, 1).hints == (MAIN,)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        declare_and_fail()
    assert store.declarations.hints(policy, 1) == NO_HINTS
    assert store.declarations.extractor(policy, EXTRACTOR) == EXTRACTOR


def test_a_page_that_was_captured_before_and_after_is_read_as_of_the_first(store):
    class Same(Seen):
        @property
        def body(self):
            return b"<html>the same page</html>"

    policy = seen_by(store, Same(50, KEEP), Same(150, KEEP))
    store.declarations.put(policy, declared((URL, None, None), hints=[MAIN, DOC]))
    assert [
        store.declarations.hints(policy, one.capture_id).hints for one in store.captures.of(policy, "test", Period())
    ] == [(MAIN, DOC)] * 2


def test_other_hints_are_another_extractor_and_all_is_read_anew(store):
    policy = seen_by(store, Seen(0, KEEP), Seen(50, SELL))
    other = store.policies.named("other.example", "http://other.example/p", "named")
    assert store.declarations.extractor(policy, EXTRACTOR) == EXTRACTOR
    assert store.readings.unread(policy, EXTRACTOR) == []
    store.declarations.put(policy, declared((URL, None, None), hints=[MAIN]))
    one = store.declarations.extractor(policy, EXTRACTOR)
    assert one.startswith(f"{EXTRACTOR}+declared-")
    assert store.declarations.extractor(policy, one) == one
    assert store.declarations.extractor(other, EXTRACTOR) == EXTRACTOR
    unread = store.readings.unread(policy, EXTRACTOR)
    assert [kept.hints.hints for kept in unread] == [(MAIN,)] * 2
    assert versions(store)  # those of the earlier extractor, until all is read
    for kept, seen in zip(unread, (Seen(0, KEEP), Seen(50, KEEP)), strict=True):
        store.readings.put(kept.capture_id, seen.reading(one))
    assert store.readings.known(policy, unread[0].capture_id, EXTRACTOR) is not None
    store.versions.fold(policy, EXTRACTOR)
    assert store.versions.built_with(policy) == one
    assert len(versions(store)) == 1
    store.declarations.put(policy, declared((URL, None, None), hints=[MAIN, DOC]))
    assert store.declarations.extractor(policy, EXTRACTOR) not in (EXTRACTOR, one)
    store.declarations.put(policy, declared((URL, None, None)))
    assert store.declarations.extractor(policy, EXTRACTOR) == EXTRACTOR
    assert damages(store.file.path) == []


def test_the_same_declaration_changes_nothing(store):
    policy = seen_by(store, Seen(0, KEEP))
    store.declarations.put(policy, declared((URL, None, None), hints=[MAIN]))
    store.versions.fold(policy, EXTRACTOR)
    held = store.db.conn.total_changes
    store.declarations.put(policy, replace(declared((URL, None, None), hints=[MAIN]), notes=("x",)))
    assert store.db.execute("SELECT dirty FROM policies").fetchall() == [(0,)]
    assert store.db.conn.total_changes - held <= 1  # the URL's row, as it was


def test_what_is_declared_is_merged(tmp_path):
    paths = [write(tmp_path / f"{name}.db", [Seen(n, KEEP)]) for n, name in enumerate("ab")]
    store = Store(paths[1], lambda: datetime(2026, 2, 2, tzinfo=UTC))
    policy = store.policies.named(SITE, URL, "named")
    store.declarations.put(policy, declared((OLD, None, 5), (URL, 5, None), hints=[DOC]))
    store.close()
    list(merge(paths, tmp_path / "all.db"))
    with closing(sqlite3.connect(tmp_path / "all.db")) as db:
        assert db.execute("SELECT count(*), max(hints LIKE '%.doc%') FROM declarations").fetchall() == [(1, 1)]
        bounds = db.execute("SELECT url, bounded FROM policy_urls ORDER BY 1").fetchall()
    assert bounds == [(OLD, 1), (URL, 1)]
