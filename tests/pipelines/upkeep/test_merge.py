"""merge: the same content whatever the order, however often, wherever it was killed."""

import hashlib
import random
import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st
from sqlite_utils import Database

import pipelines.upkeep.merge
from crawler.archives.capture import Outcome
from crawler.archives.errors import StoreError
from crawler.choosing.certainty import Certainty
from pipelines.store.file import open_file
from pipelines.store.schema.migrations import migrations
from pipelines.store.shelves.copies import NO_DIGEST, Copy
from pipelines.store.store import Store
from pipelines.text.digests import COPY
from pipelines.upkeep.forget import forget, pages_of
from pipelines.upkeep.merge import merge
from pipelines.upkeep.merge_tables import _OUTCOMES
from tests.databases.stored import NOW, URL, Seen, content, damage, damages, write
from tests.ranges import examples, one_in

OTHER = "http://other.example/legal/privacy"
TEXTS = ("We keep your data.\nWrite to us.", "We sell your data.\nWrite to us.", "We rent out your cat.\nCall us.")


def merged(target, *sources):
    list(merge(sources, target))
    return target


# Days have one wording each, as the site had: two captures of one second that show different texts are taken in the
# order of their ids (see versions.fold), which no merge can keep.
WORDINGS = st.lists(st.sampled_from(TEXTS), min_size=8, max_size=8)
CAPTURE = st.tuples(
    st.integers(0, 7),
    st.sampled_from(["fetched", "fetched", "unread", "failed", "pending"]),
    st.sampled_from([(URL, "shop.example"), (OTHER, "other.example")]),
    st.sampled_from(["one", "two"]),
)
FILES = st.lists(st.lists(CAPTURE, max_size=6, unique_by=lambda c: (c[0], c[2], c[3])), min_size=2, max_size=3)


# A page that two files have read as no policy, on different days, and a third one has kept without reading it.
READ_IN_ONE_FILE = [[(3, state, (URL, "shop.example"), "one")] for state in ("fetched", "fetched", "unread")]


@settings(  # without shrinking, which would take minutes
    max_examples=examples(1, 40),
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow],
)
@given(WORDINGS, FILES, st.randoms())
@example([TEXTS[0]] * 8, READ_IN_ONE_FILE, random.Random(1))
@example([TEXTS[0]] * 8, READ_IN_ONE_FILE, random.Random(2))
def test_order_and_repetition_do_not_matter(tmp_path_factory, wordings, files, randoms):
    folder = tmp_path_factory.mktemp("merge")
    paths = []
    for number, captures in enumerate(files):
        seen = [
            Seen(day, wordings[day], "bot" if day == 3 and state == "fetched" else state, url, site, archive)
            for day, state, (url, site), archive in captures
        ]
        moment = datetime(2026, 1, 1 + randoms.randrange(20), tzinfo=UTC)
        paths.append(write(folder / f"{number}.db", seen, now=moment, extractor=f"test-{randoms.choice([9, 10])}"))
    whole = content(merged(folder / "whole.db", *paths))
    steps = folder / "steps.db"
    for path in randoms.sample(paths, len(paths)):
        merged(steps, path)
        merged(steps, path, steps)
    assert content(steps) == whole
    start = randoms.choice(paths)  # into one of them
    assert content(merged(start, *randoms.sample(paths, len(paths)))) == whole
    assert damages(steps) == []


def test_the_whole_is_what_one_crawl_would_have_found(tmp_path):
    seen = [Seen(day, TEXTS[day // 4 % 3], "bot" if day == 6 else "fetched") for day in range(20)]
    one = write(tmp_path / "one.db", seen)
    odd, even = write(tmp_path / "odd.db", seen[1::2]), write(tmp_path / "even.db", seen[::2])
    both = content(merged(tmp_path / "both.db", odd, even))
    alone = content(one)
    for name in ("versions", "version_text", "captures", "extractions", "texts", "payloads"):
        assert both[name] == alone[name]
    assert len(both["versions"]) > 3


def test_the_sample_merged_is_the_sample(tmp_path, sample_db):
    assert content(merged(tmp_path / "x.db", sample_db, sample_db)) == content(sample_db)
    assert damages(tmp_path / "x.db") == []


def test_what_a_crawl_did_not_need_stays_pending_however_often_it_is_merged(tmp_path):
    """Its outcome follows from a finished crawl; what is stored, and compared, is what a crawl goes by."""
    first, second = (tmp_path / f"{name}.db" for name in ("first", "second"))
    for path in (first, second):
        write(path, [Seen(0), Seen(5, state="pending"), Seen(9)])
        with closing(Store(path, lambda: NOW)) as store:
            (policy,) = store.policies.of()
            store.versions.put_certainty(
                policy, "test", "changes", Certainty(3, 2, 1, 0, timedelta(9), 1), complete=True
            )
    merged = tmp_path / "merged.db"
    list(merge([first, second, first], merged))
    with closing(sqlite3.connect(merged)) as db:
        assert sorted(db.execute("SELECT outcome FROM captures").fetchall()) == [
            ("fetched",),
            ("fetched",),
            ("not_needed",),
        ]
        kept = db.execute("SELECT k.outcome FROM capture_rows r JOIN capture_kinds k ON k.id = r.kind_id").fetchall()
        assert sorted(kept) == [("fetched",), ("fetched",), ("pending",)]


def test_payloads_are_stored_against_their_likes(tmp_path):
    path = write(tmp_path / "a.db", [Seen(day) for day in range(20)])
    other = merged(tmp_path / "b.db", path)
    size = "SELECT sum(length(data)), count(base_id) FROM payloads"
    assert ask(other, size) == ask(path, size)
    assert ask(other, size)[0][1] == 19


def ask(path, sql):
    with closing(sqlite3.connect(path)) as db:
        return db.execute(sql).fetchall()


STATES = ("pending", "failed", "bot", "fetched")


@pytest.mark.parametrize("worse", range(len(STATES) - 1))
@pytest.mark.parametrize("turned", [False, True])
def test_what_says_more_of_a_capture_wins(tmp_path, worse, turned):
    better = [Seen(1, TEXTS[0], state) for state in STATES[worse + 1 :]]
    paths = [write(tmp_path / f"{n}.db", [one]) for n, one in enumerate([Seen(1, TEXTS[0], STATES[worse]), better[-1]])]
    path = merged(tmp_path / "x.db", *(reversed(paths) if turned else paths))
    assert ask(path, "SELECT outcome, payload_id IS NOT NULL FROM captures") == [("fetched", 1)]
    assert len(content(path)["versions"]) == 1


def test_every_outcome_has_its_place():
    assert set(_OUTCOMES) == set(Outcome) - {Outcome.NOT_NEEDED}  # never stored
    assert len(_OUTCOMES) == len(Outcome) - 1


def test_one_capture_in_two_archives_is_one_observation_with_two_sources(tmp_path):
    one = write(tmp_path / "1.db", [Seen(3, archive="one")])
    two = write(tmp_path / "2.db", [Seen(3, archive="two"), Seen(9, archive="two")])
    path = merged(tmp_path / "x.db", one, two)
    assert ask(path, "SELECT archive FROM captures WHERE timestamp = '20150104000000' ORDER BY 1") == [
        ("one",),
        ("two",),
    ]
    assert ask(path, "SELECT count(DISTINCT payload_id) FROM captures") == [(2,)]
    assert ask(path, "SELECT version, first_seen, last_seen, captures FROM timeline") == [
        (1, "2015-01-04T00:00:00Z", "2015-01-10T00:00:00Z", 3)
    ]


def test_two_texts_of_one_second_come_in_the_same_order_everywhere(tmp_path):
    seen = [Seen(0, TEXTS[0]), Seen(3, TEXTS[0], archive="one"), Seen(9, TEXTS[1])]
    one, two = write(tmp_path / "1.db", seen), write(tmp_path / "2.db", [Seen(3, TEXTS[1], archive="two")])
    path, turned = merged(tmp_path / "x.db", one, two), merged(tmp_path / "y.db", two, one)
    assert content(path)["versions"] == content(turned)["versions"]


def test_the_earliest_evidence_of_a_url_counts(tmp_path):
    paths = []
    for days in (10, 3, 7):
        path = write(tmp_path / f"{days}.db", [Seen(1)])
        store = Store(path, lambda: NOW)
        store.policies.add_url(store.policies.of()[0], OTHER, NOW - timedelta(days=days), f"{days} days ago")
        store.close()
        paths.append(path)
    path = merged(tmp_path / "x.db", *paths)
    assert ask(path, f"SELECT evidence FROM policy_urls WHERE url = '{OTHER}'") == [("10 days ago",)]


def test_the_last_word_of_an_index_is_the_latest(tmp_path):
    late = write(tmp_path / "late.db", [Seen(1)], now=NOW)
    early = write(tmp_path / "early.db", [Seen(2)], now=NOW - timedelta(days=9))
    path = merged(tmp_path / "x.db", late, early)
    assert ask(path, "SELECT count(*), count(DISTINCT run_id), min(listed_at) FROM listings") == [
        (2, 2, "2025-12-23T00:00:00Z")
    ]


def test_the_newer_extractor_is_shown(tmp_path):
    old = write(tmp_path / "old.db", [Seen(1), Seen(2)], extractor="policylapse-9+x-1.10")
    new = write(tmp_path / "new.db", [Seen(1)], extractor="policylapse-10+x-1.9")
    for number, paths in enumerate([(old, new), (new, old)]):
        path = merged(tmp_path / f"{number}.db", *paths)
        assert ask(path, "SELECT extractor FROM extractors e JOIN policies p ON p.extractor_id = e.id") == [
            ("policylapse-10+x-1.9",)
        ]
        assert ask(path, "SELECT captures FROM timeline") == [(1,)]  # the other is not read by it yet


class Stop(Exception):
    pass


def test_killed_anywhere_it_is_sound_and_the_same_command_does_the_rest(tmp_path, monkeypatch):
    monkeypatch.setattr(pipelines.upkeep.merge, "ROWS", 20)
    monkeypatch.setattr(pipelines.upkeep.merge, "_PAYLOADS", 3)
    monkeypatch.setattr(pipelines.upkeep.merge, "_TEXTS", 1)
    one = write(tmp_path / "1.db", [Seen(day, TEXTS[day % 3]) for day in range(10)])
    two = write(tmp_path / "2.db", [Seen(5, TEXTS[2]), *(Seen(day, TEXTS[0], "failed") for day in range(20, 24))])
    calls = []
    whole = content_after(tmp_path / "whole.db", one, two, lambda *step: calls.append(step))
    assert len(calls) > 30
    killed = tmp_path / "killed.db"
    for moment in one_in(7, range(len(calls))):
        count = iter(range(len(calls)))

        def stop(*_step, count=count, moment=moment):
            if next(count) == moment:
                raise Stop

        for path in tmp_path.glob("killed.db*"):
            path.unlink()
        with pytest.raises(Stop):
            list(merge([one, two], killed, stop))
        assert damages(killed) == [], calls[moment]
        assert content_after(killed, one, two) == whole, calls[moment]


def content_after(target, one, two, progress=lambda *_: None):
    list(merge([one, two], target, progress))
    return content(target)


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_file_of_an_earlier_program_is_merged_and_stays_as_it_was(tmp_path):
    old = tmp_path / "old.db"
    db = Database(old)
    migrations.apply(db, stop_before="m002_reading")
    db.execute("INSERT INTO sites (site, added_at) VALUES ('old.example', '2020-01-01T00:00:00Z')")
    db.conn.commit()
    db.conn.close()
    before = digest(old)
    path = merged(tmp_path / "x.db", old, write(tmp_path / "new.db", [Seen(1)]))
    assert ask(path, "SELECT site FROM sites ORDER BY 1") == [("old.example",), ("shop.example",)]
    assert digest(old) == before
    assert damages(path) == []


def test_sources_are_only_read(tmp_path):
    source = write(tmp_path / "a.db", [Seen(1)])
    before = digest(source)
    merged(tmp_path / "x.db", source)
    assert digest(source) == before


def test_what_cannot_be_merged_is_refused(tmp_path):
    good = write(tmp_path / "good.db", [Seen(1), Seen(2)])
    newer, broken, text = (tmp_path / name for name in ("newer.db", "broken.db", "text.db"))
    shutil.copy(good, newer)
    damage(newer, "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('policylapse', 'm999', '')")
    shutil.copy(good, broken)
    damage(broken, "UPDATE payloads SET data = x'00'")
    text.write_text("hello")
    for path, why in (
        (newer, "newer policylapse"),
        (broken, "fsck --repair"),
        (text, "not a SQLite"),
        (tmp_path / "no", "no database"),
    ):
        with pytest.raises(StoreError, match=why):
            merged(tmp_path / "x.db", path)
    assert damages(tmp_path / "x.db") == []


@pytest.mark.parametrize("turned", [False, True])
def test_what_is_forgotten_in_one_is_forgotten_in_all(tmp_path, turned):
    marker = "Zanzibar marmalade."
    full = write(
        tmp_path / "full.db", [Seen(1, marker), Seen(2, marker), Seen(2, TEXTS[1], url=OTHER, site="other.example")]
    )
    emptied = write(tmp_path / "emptied.db", [Seen(1, marker)])
    db = open_file(emptied)
    forget(db, pages_of(db.conn, [1]), "asked", "2026-01-02T00:00:00Z")
    db.conn.close()
    path = merged(tmp_path / "x.db", *((full, emptied) if turned else (emptied, full)))
    assert ask(path, "SELECT DISTINCT urlkey, outcome FROM captures ORDER BY 1") == [
        ("example,other)/legal/privacy", "fetched"),
        ("example,shop)/privacy", "forgotten"),
    ]
    assert all(b"marmalade" not in file.read_bytes() for file in tmp_path.glob("x.db*"))
    assert content(path) == content(merged(tmp_path / "y.db", *((emptied, full) if turned else (full, emptied)), path))
    assert damages(path) == []


COPIES = st.lists(
    st.lists(
        st.tuples(st.integers(0, 4), st.sampled_from(["copy", "pending", "failed", "fetched"])),
        max_size=4,
        unique_by=lambda c: c[0],
    ),
    min_size=2,
    max_size=3,
)


def put_copies(path, days):
    """Copies of captures that an archive of this name has, as import-corpus stores them."""
    with closing(Store(path, lambda: NOW)) as store:
        policy = store.policies.named("shop.example", URL, "copied")
        copies = [
            Copy(
                one.archive,
                URL,
                one.capture.captured_at,
                one.body,
                "text/html",
                "https://a.example/",
                f"git:x@{one.day}:p",
                NO_DIGEST,
                COPY,
            )
            for one in map(Seen, days)
        ]
        store.copies.put(policy, copies, "test-9")
    return path


@settings(
    max_examples=examples(1, 60),
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow],
)
@given(COPIES, st.randoms())
@example([[(1, "copy")], [(1, "fetched")]], random.Random(1))
@example([[(1, "copy"), (2, "failed")], [(1, "pending"), (2, "copy")]], random.Random(2))
def test_a_copy_and_the_capture_that_an_index_lists_are_one(tmp_path_factory, files, randoms):
    folder = tmp_path_factory.mktemp("merge")
    paths = []
    for number, captures in enumerate(files):
        path = write(folder / f"{number}.db", [Seen(day, state=state) for day, state in captures if state != "copy"])
        paths.append(put_copies(path, [day for day, state in captures if state == "copy"]))
    whole = merged(folder / "whole.db", *paths)
    steps = folder / "steps.db"
    for path in randoms.sample(paths, len(paths)):
        merged(steps, path)
        merged(steps, path, steps)
    assert content(steps) == content(whole)
    assert damages(steps) == []
    seen = {}
    for day, state in (one for captures in files for one in captures):
        seen.setdefault(Seen(day).capture.timestamp, set()).add(state)
    found = {
        timestamp: (digest, held)
        for timestamp, digest, held in ask(whole, "SELECT timestamp, digest, payload_id IS NOT NULL FROM captures")
    }
    assert found.keys() == seen.keys()
    assert ask(whole, "SELECT count(*) FROM captures") == [(len(seen),)]
    for timestamp, states in seen.items():
        digest, held = found[timestamp]
        assert (digest == "-") is (states == {"copy"})
        assert bool(held) is bool(states & {"copy", "fetched"})
