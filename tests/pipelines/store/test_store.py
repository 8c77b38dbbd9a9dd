"""The store: one file, raw first, the same history in whatever order it was filled."""

import random
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crawler.archives.capture import Capture, Listing, Memento, Outcome, Period, sha1_base32
from crawler.archives.errors import StoreError
from crawler.archives.surt import surt
from crawler.archives.timestamps import format_timestamp
from pipelines.model import Block, BlockKind, DateKind, Extraction, Judgement, TextDate
from pipelines.reading.reading import Reading
from pipelines.store.load import text_blocks
from pipelines.store.shelves.payloads import PayloadShelf
from pipelines.store.store import Store
from pipelines.store.tables.payload_bases import MOST_DEPTH, MOST_REACH
from pipelines.store.transactions import OpenFile
from pipelines.text.digests import text_digest
from pipelines.text.wording import wording_key
from pipelines.upkeep.orphans import Orphans, count_orphans

URL = "http://shop.example/privacy"
NOW = datetime(2026, 1, 1, tzinfo=UTC)
EXTRACTOR = "test-1"


@pytest.fixture
def store(tmp_path):
    opened = Store(tmp_path / "x.db", lambda: NOW)
    yield opened
    opened.close()


def capture(day: int, body: bytes, **fields) -> Capture:
    at = datetime(2015, 1, 1, tzinfo=UTC) + timedelta(days=day)
    values = {
        "urlkey": surt(URL),
        "timestamp": format_timestamp(at),
        "original": URL,
        "mimetype": "text/html",
        "statuscode": "200",
        "digest": sha1_base32(body),
        "length": "1234",
        "captured_at": at,
    } | fields
    return Capture(**values)


def reading(body: bytes, outcome: Outcome = Outcome.FETCHED, extractor: str = EXTRACTOR) -> Reading:
    blocks = tuple(Block(BlockKind.PARAGRAPH, 0, line) for line in body.decode().splitlines())
    return Reading(
        outcome,
        extractor,
        "" if outcome is Outcome.FETCHED else "bot check",
        Extraction("Privacy", blocks),
        Judgement(outcome is Outcome.FETCHED, "", 1.0),
        wording_key(blocks),
        text_digest(blocks),
        len(blocks),
    )


def memento(body: bytes, at: datetime) -> Memento:
    return Memento(200, {"content-type": "text/html"}, body, f"https://archive.example/{at}", at)


def list_captures(store: Store, captures: list[Capture], archive: str = "test"):
    run = store.runs.begin(program="test", archive=archive, strategy="all", arguments={})
    policy = store.policies.named("shop.example", URL, "test")
    citations = tuple(f"https://archive.example/{c.timestamp}" for c in captures)
    store.listings.put(run, Listing(policy, archive, URL, Period(), tuple(captures), citations))
    return policy


def fill(store: Store, pages: list[tuple[int, bytes]]):
    """List, keep and read pages (day, body) in the order given; fold."""
    policy = list_captures(store, [capture(day, body) for day, body in pages])
    by_key = {(c.capture.timestamp, c.capture.digest): c for c in store.captures.of(policy, "test", Period())}
    for day, body in pages:
        wanted = capture(day, body)
        listed = by_key[wanted.timestamp, wanted.digest]
        store.captures.keep(listed, memento(body, wanted.captured_at), Outcome.FETCHED)
        store.readings.put(listed.capture_id, reading(body))
    store.versions.fold(policy, EXTRACTOR)
    return policy


def timeline(store: Store) -> list[tuple]:
    sql = "SELECT version, first_seen, last_seen, previous_last_seen, captures, wording, change_class FROM timeline ORDER BY 1"
    return store.db.execute(sql).fetchall()


def test_the_file_is_marked_as_ours_and_speaks_wal(store):
    assert store.db.execute("PRAGMA application_id").fetchone() == (0x706C6170,)
    assert store.db.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert store.db.execute("PRAGMA foreign_keys").fetchone() == (1,)


def test_the_timeline_has_the_promised_columns(store):
    columns = [row[0] for row in store.db.execute("SELECT * FROM timeline").description]
    assert columns[:12] == [
        "site",
        "policy_url",
        "version",
        "first_seen",
        "last_seen",
        "previous_last_seen",
        "captures",
        "words",
        "change_class",
        "words_added",
        "words_removed",
        "wording",
    ]


def test_captures_keep_the_cdx_fields_under_their_names(store):
    list_captures(store, [capture(0, b"a", length="-", statuscode="-", oddity="no record length")])
    sql = "SELECT urlkey, timestamp, original, mimetype, statuscode, digest, length, outcome, fetched_at, oddity FROM captures"
    assert store.db.execute(sql).fetchall() == [
        (
            "example,shop)/privacy",
            "20150101000000",
            URL,
            "text/html",
            "-",
            sha1_base32(b"a"),
            "-",
            "pending",
            None,
            "no record length",
        ),
    ]


def test_versions_changes_and_blocks(store):
    fill(
        store, [(0, b"We keep it.\nWrite to us."), (5, b"We keep it.\nWrite to us."), (9, b"We sell it.\nWrite to us.")]
    )
    assert [(row[0], row[4], row[6]) for row in timeline(store)] == [(1, 2, None), (2, 1, "substantive")]
    assert store.db.execute("SELECT count(*) FROM blocks").fetchone() == (3,)
    text = store.db.execute("SELECT text FROM version_text WHERE version = 2").fetchone()
    assert text == ("We sell it.\n\nWrite to us.",)
    detail = store.db.execute("SELECT not_before, not_after, words_added, words_removed FROM change_detail").fetchall()
    assert detail == [("2015-01-06T00:00:00Z", "2015-01-10T00:00:00Z", 1, 1)]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.tuples(st.integers(0, 20), st.sampled_from([b"a b", b"a c", b"d"])), max_size=10, unique=True),
    st.randoms(),
)
def test_the_order_of_filling_does_not_matter(tmp_path_factory, pages, randoms):
    pages = list({day: (day, body) for day, body in pages}.values())
    shuffled = randoms.sample(pages, len(pages))
    halves = Store(tmp_path_factory.mktemp("h") / "x.db", lambda: NOW)
    whole = Store(tmp_path_factory.mktemp("w") / "x.db", lambda: NOW)
    fill(whole, pages)
    fill(halves, shuffled[: len(pages) // 2])
    fill(halves, shuffled[len(pages) // 2 :])
    fill(halves, shuffled[: len(pages) // 2])  # once more: nothing is added
    assert [row[:-1] for row in timeline(halves)] == [row[:-1] for row in timeline(whole)]
    assert store_counts(halves) == store_counts(whole)
    halves.close()
    whole.close()


def store_counts(store: Store) -> list[int]:
    """Texts are those that a page or a version shows: what an earlier fold put together stays, as somebody may have cited it."""
    counts = [
        store.db.execute(f"SELECT count(*) FROM {t}").fetchone()[0]
        for t in ("captures", "payloads", "texts", "changes")
    ]
    return [*counts[:2], counts[2] - count_orphans(store.db.execute).texts, counts[3]]


def test_a_capture_kept_but_not_read_is_unread_until_it_is(store):
    policy = list_captures(store, [capture(0, b"a b")])
    (listed,) = store.captures.of(policy, "test", Period())
    store.captures.keep(listed, memento(b"a b", listed.capture.captured_at), Outcome.FETCHED)
    (unread,) = store.readings.unread(policy, EXTRACTOR)
    assert store.payloads.get(unread.payload_id) == b"a b"
    store.readings.put(unread.capture_id, reading(b"a b"))
    assert store.readings.unread(policy, EXTRACTOR) == []


def test_a_reading_of_a_payload_that_was_removed_leaves_nothing(store):
    """Nothing would refer to its text, which may be what somebody had forgotten."""
    policy = list_captures(store, [capture(1, b"x")])
    (listed,) = store.captures.of(policy, "test", Period())
    with pytest.raises(LookupError, match="no payload"):
        store.readings.put(listed.capture_id, reading(b"x"))
    assert count_orphans(store.db.execute) == Orphans(0, 0, 0, 0)
    assert store.db.execute("SELECT count(*) FROM texts").fetchone() == (0,)


def test_another_extractor_reads_everything_anew_and_its_differences_are_no_changes(store):
    policy = fill(store, [(0, b"a b"), (3, b"a c")])
    assert len(store.readings.unread(policy, "test-2")) == 2
    for unread in store.readings.unread(policy, "test-2"):
        store.readings.put(unread.capture_id, reading(b"the same", extractor="test-2"))
    store.versions.fold(policy, "test-2")
    assert [(row[0], row[4], row[6]) for row in timeline(store)] == [(1, 2, None)]
    assert store.db.execute("SELECT count(*) FROM versions").fetchone() == (3,)  # the earlier ones stay


def test_a_page_that_is_no_policy_is_no_version(store):
    policy = list_captures(store, [capture(0, b"a b"), capture(1, b"robot?"), capture(2, b"a b")])
    for listed, body in zip(store.captures.of(policy, "test", Period()), (b"a b", b"robot?", b"a b"), strict=True):
        store.captures.keep(listed, memento(body, listed.capture.captured_at), Outcome.FETCHED)
        store.readings.put(
            listed.capture_id, reading(body, Outcome.NOT_A_POLICY if b"robot" in body else Outcome.FETCHED)
        )
    store.versions.fold(policy, EXTRACTOR)
    assert [(row[0], row[4]) for row in timeline(store)] == [(1, 2)]


def test_a_header_is_told_of_what_sent_it(store):
    """Not of a capture that has another's payload, nor where playback gave another moment, nor where there is none."""
    policy = list_captures(store, [capture(0, b"a b"), capture(1, b"a b"), capture(2, b"c d"), capture(3, b"e f")])
    first, same, elsewhere, without = store.captures.of(policy, "test", Period())
    for listed, body, late in ((first, b"a b", 0), (elsewhere, b"c d", 1), (without, b"e f", 0)):
        answer = memento(body, listed.capture.captured_at + timedelta(seconds=late))
        headers = dict(answer.headers) | ({} if listed is without else {"x-archive-orig-last-modified": "1 May 2023"})
        store.captures.keep(listed, replace(answer, headers=headers), Outcome.FETCHED)
    store.captures.reuse(same)
    everything = [one.capture_id for one in (first, same, elsewhere, without)] * 400
    assert store.captures.sent_header("x-archive-orig-last-modified", everything) == {first.capture_id: "1 May 2023"}
    assert store.captures.sent_header("no such", everything) == {}


def test_the_days_that_texts_state_are_told_of_every_capture_that_was_read(store):
    """Of a text that two captures have, of each; twice in a text, once; none where it states none, or is not read."""
    policy = list_captures(store, [capture(0, b"a b"), capture(1, b"c d"), capture(2, b"a b"), capture(3, b"e f")])
    updated = [TextDate(DateKind.UPDATED, (date(2015, 3, 1), date(2015, 1, 3)), "1/3/2015", 0)]
    updated.append(TextDate(DateKind.EFFECTIVE, (date(2015, 3, 1),), "1 March 2015", 1))
    first, second, third, _unread = store.captures.of(policy, "test", Period())
    for listed, body, dates in ((first, b"a b", updated), (second, b"c d", []), (third, b"a b", updated)):
        store.captures.keep(listed, memento(body, listed.capture.captured_at), Outcome.FETCHED)
        store.readings.put(listed.capture_id, replace(reading(body), dates=tuple(dates)))
    store.versions.fold(policy, EXTRACTOR)
    days = [int(datetime(2015, 1, 3, tzinfo=UTC).timestamp()), int(datetime(2015, 3, 1, tzinfo=UTC).timestamp())]
    assert store.versions.stated(policy, EXTRACTOR) == {first.capture_id: days, third.capture_id: days}
    assert store.versions.stated(policy, "test-2") == {}


def test_a_held_digest_is_reused_with_the_outcome_of_its_holder(store):
    policy = list_captures(store, [capture(0, b"a b"), capture(7, b"a b", mimetype="warc/revisit", statuscode="-")])
    first, second = store.captures.of(policy, "test", Period())
    assert store.captures.held_digests([sha1_base32(b"a b")]) == set()
    store.captures.keep(first, memento(b"a b", first.capture.captured_at), Outcome.FETCHED)
    assert store.captures.held_digests([sha1_base32(b"a b"), "x"]) == {sha1_base32(b"a b")}
    store.captures.reuse(second)
    store.readings.put(first.capture_id, reading(b"a b"))
    store.versions.fold(policy, EXTRACTOR)
    assert [c.outcome for c in store.captures.of(policy, "test", Period())] == [Outcome.FETCHED, Outcome.REVISIT]
    assert [(row[0], row[4]) for row in timeline(store)] == [(1, 2)]


def test_what_is_held_is_found_at_the_same_cost_however_many_captures_there_are(store, monkeypatch):
    """In steps of SQLite's machine; the holder is newer than all the others."""
    find = OpenFile.one

    def cost(captures, day):
        others = [capture(day + n, b"%d" % (day + n)) for n in range(captures)]
        two = [capture(day + captures + n, b"same %d" % day) for n in range(2)]
        policy = list_captures(store, [*others, *two])
        *_, holder, asked = store.captures.of(policy, "test", Period())
        store.captures.keep(holder, memento(b"same %d" % day, holder.capture.captured_at), Outcome.FETCHED)
        steps = []

        def counted(self, *query):
            self.db.conn.set_progress_handler(lambda: steps.append(1), 1)
            try:
                return find(self, *query)
            finally:
                self.db.conn.set_progress_handler(None, 0)

        monkeypatch.setattr(OpenFile, "one", counted)
        assert store.captures.reuse(asked) is Outcome.REVISIT
        monkeypatch.undo()
        return len(steps)

    few = cost(20, 0)
    assert few > 0
    assert cost(400, 1000) <= 1.2 * few


def test_the_earliest_evidence_of_a_url_counts(store):
    policy = store.policies.named("shop.example", URL, "named by the user")
    moved = "http://shop.example/legal/privacy"
    assert store.policies.add_url(policy, moved, NOW, "late")
    assert not store.policies.add_url(policy, moved, NOW - timedelta(days=900), "early")
    assert not store.policies.add_url(policy, moved, NOW - timedelta(days=10), "later again")
    found = store.db.execute("SELECT valid_from, evidence FROM policy_urls ORDER BY url").fetchall()
    assert found == [("2023-07-16T00:00:00Z", "early"), (None, "named by the user")]


def test_the_same_listing_twice_adds_nothing(store):
    captures = [capture(day, b"a") for day in range(5)]
    list_captures(store, captures)
    list_captures(store, [*captures, capture(9, b"b")])
    assert store.db.execute("SELECT count(*) FROM captures").fetchone() == (6,)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.one_of(st.binary(max_size=300), st.integers(0, 50).map(lambda n: b"<p>same page</p>" * 500 + b"%d" % n)),
        max_size=12,
    )
)
def test_payloads_come_back_as_they_went_in(store, bodies):
    ids = [store.payloads.put(body, surt(URL)) for body in bodies]
    fresh = PayloadShelf(store.db)
    assert [fresh.get(payload_id) for payload_id in reversed(ids)] == bodies[::-1]
    deepest, longest = store.db.execute("SELECT max(depth), max(size) FROM payloads").fetchone()
    assert deepest is None or (deepest <= MOST_DEPTH and longest < MOST_REACH)


def test_a_page_that_differs_little_costs_little(store):
    noise = random.Random(7)
    page = bytes(noise.getrandbits(8) for _ in range(100_000))
    for number in range(50):
        store.payloads.put(page + b"nonce %d" % number, surt(URL))
    (size,) = store.db.execute("SELECT sum(length(data)) FROM payloads").fetchone()
    assert size < len(page) + 50 * 500


def test_blocks_round_trip(store):
    blocks = (
        Block(BlockKind.HEADING, 2, "A\udc80 *b*"),
        Block(BlockKind.ROW, 1, "x | y"),
        Block(BlockKind.ROW, 1, "x | y"),
    )
    extraction = Extraction("t", blocks)
    policy = list_captures(store, [capture(0, b"z")])
    (listed,) = store.captures.of(policy, "test", Period())
    store.captures.keep(listed, memento(b"z", listed.capture.captured_at), Outcome.FETCHED)
    store.readings.put(
        listed.capture_id, Reading(Outcome.FETCHED, EXTRACTOR, extraction=extraction, wording="w", text_digest="d")
    )
    kept = text_blocks(store.db.conn, 1)
    assert kept[1:] == blocks[1:]
    assert kept[0].markdown == "A? *b*"  # a lone surrogate is no text that SQLite could hold


def test_a_transaction_that_reads_first_has_the_lock_for_writing_from_its_start(store, tmp_path):
    """One that took it later could not wait for it: SQLite answers "locked" at once, whatever the timeout."""
    with closing(sqlite3.connect(tmp_path / "x.db", timeout=0)) as other:
        with store.transaction(), pytest.raises(sqlite3.OperationalError, match="locked"):
            other.execute("BEGIN IMMEDIATE")
        other.execute("BEGIN IMMEDIATE")  # and lets it go


def test_a_failed_write_is_a_store_error_and_leaves_no_half(store):
    policy = list_captures(store, [capture(0, b"a")])
    (listed,) = store.captures.of(policy, "test", Period())
    store.db.execute("CREATE TRIGGER full BEFORE UPDATE ON capture_rows BEGIN SELECT RAISE(ABORT, 'disk is full'); END")
    with pytest.raises(StoreError, match="disk is full"):
        store.captures.keep(listed, memento(b"a", listed.capture.captured_at), Outcome.FETCHED)
    assert store.db.execute("SELECT count(*) FROM payloads").fetchone() == (0,)


def test_a_file_of_a_newer_program_is_refused(tmp_path):
    Store(tmp_path / "x.db", lambda: NOW).close()
    with sqlite3.connect(tmp_path / "x.db") as db:
        db.execute(
            "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('policylapse', 'm999', '')"
        )
    db.close()
    with pytest.raises(StoreError, match="newer policylapse"):
        Store(tmp_path / "x.db", lambda: NOW)
