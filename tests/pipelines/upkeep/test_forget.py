"""forget: what a page held is gone from the file, what others need stays, and that it was there is told."""

import sqlite3
from contextlib import closing
from hashlib import sha256

import pytest

import pipelines.upkeep.forget
from crawler.archives.capture import Outcome, Period
from crawler.archives.errors import StoreError
from crawler.archives.surt import surt
from pipelines.store.boxes import unboxed
from pipelines.store.file import open_file
from pipelines.store.store import Store
from pipelines.upkeep.compact import compact
from pipelines.upkeep.forget import forget, pages_of
from tests.databases.stored import EXTRACTOR, NOW, URL, Seen, content, damages, findings, put, write

SHARED = "We keep your data."
MARKER = "Zanzibar marmalade is sent to Ms Example."
OTHER, MOVED = "http://other.example/privacy", "http://shop.example/legal"
AT = "2026-01-02T00:00:00Z"


def do_forget(path, url="", wait=30):
    db = open_file(path)
    db.execute(f"PRAGMA busy_timeout = {1000 * wait}")
    try:
        ids = [row[0] for row in db.execute("SELECT p.id FROM policies p WHERE site_id = 1")]
        return forget(db, pages_of(db.conn, ids, surt(url) if url else ""), "asked by letter", AT)
    finally:
        db.conn.close()


def ask(path, sql):
    with closing(sqlite3.connect(path)) as db:
        return db.execute(sql).fetchall()


def bytes_of(path):
    return b"".join(file.read_bytes() for file in path.parent.glob(f"{path.name}*"))


@pytest.fixture
def path(tmp_path):
    filling = [Seen(day, f"{SHARED}\nParagraph {day} of many. " + "More words. " * 50) for day in range(40, 60)]
    mine = [Seen(day, f"{SHARED}\n{MARKER}" if day % 2 else SHARED) for day in range(8)]
    other = [Seen(day, SHARED, url=OTHER, site="other.example") for day in (1, 2, 30)]
    return write(tmp_path / "x.db", [*mine, *other, *filling])


def test_the_bytes_are_gone_and_the_gap_is_shown(path):
    assert b"Zanzibar" in bytes_of(path)  # blocks are stored as they are
    before = content(path)
    gone = do_forget(path)
    assert gone.captures == 28
    assert gone.payloads > 20
    assert b"Zanzibar" not in bytes_of(path)
    assert b"nonce" not in bytes_of(path)
    assert ask(
        path, "SELECT outcome, detail, payload_id, headers, count(*) FROM captures WHERE original LIKE '%shop%'"
    ) == [("forgotten", "asked by letter", None, None, 28)]
    tomb = "SELECT url, site, reason, forgotten_at, captures, payloads FROM tombstones"
    assert ask(path, tomb) == [(URL, "shop.example", "asked by letter", AT, 28, 28)]
    after = content(path)
    for name in ("versions", "version_text", "captures"):
        assert [row for row in after[name] if "other" in row] == [row for row in before[name] if "other" in row]
    assert not [row for row in after["versions"] if "shop" in row]
    assert findings(path) == []


def test_what_another_page_needs_stays_and_stands_alone(tmp_path):
    """The other page's payloads are stored against one that goes."""
    path = write(tmp_path / "x.db", [Seen(0), Seen(1)])
    store = Store(path, lambda: NOW)
    policy = store.policies.named("other.example", OTHER, "named")
    put(store, 1, policy, Seen(2, url=OTHER))
    body = Seen(3, SHARED, url=OTHER).body
    held = store.payloads.put(body, surt(URL))  # as after a merge: its base is the shop's page
    store.versions.fold(policy, EXTRACTOR)
    store.db.execute(
        "UPDATE capture_rows SET payload_id = ? WHERE id IN (SELECT id FROM captures WHERE urlkey = ?)",
        [held, surt(OTHER)],
    )
    store.db.conn.commit()
    store.close()
    assert ask(path, f"SELECT base_id IS NULL FROM payloads WHERE id = {held}") == [(0,)]
    do_forget(path)
    assert ask(path, "SELECT id, base_id, depth FROM payloads") == [(held, None, 0)]
    store = Store(path, lambda: NOW)
    assert store.payloads.get(held) == body
    store.close()


def test_no_later_crawl_fetches_it_again(path):
    do_forget(path)
    write(path, [Seen(day, f"{SHARED}\n{MARKER}") for day in (3, 70, 71)])  # one known, two that an index lists later
    assert ask(path, "SELECT DISTINCT outcome FROM captures WHERE original LIKE '%shop%'") == [("forgotten",)]
    assert b"Zanzibar" not in bytes_of(path)
    store = Store(path, lambda: NOW)
    (policy,) = store.policies.of("shop.example")
    known = store.captures.of(policy, "test", Period())
    assert len(known) == 30
    assert all(one.outcome is Outcome.FORGOTTEN and one.outcome.settled and not one.held for one in known)
    store.close()
    assert damages(path) == []


def write_moved(path):
    write(path, [Seen(day, f"{SHARED}\n{MARKER}", url=MOVED) for day in (80, 90)])
    with closing(sqlite3.connect(path)) as db:  # one policy at two URLs
        db.execute("UPDATE policy_urls SET policy_id = 1 WHERE urlkey = ?", [surt(MOVED)])
        db.execute("UPDATE policies SET dirty = 1 WHERE id = 1")
        for table in ("change_rows", "versions", "listings", "found_changes", "horizons"):
            db.execute(f"DELETE FROM {table} WHERE policy_id = 3")
        db.execute("DELETE FROM policies WHERE id = 3")
        db.commit()
    store = Store(path, lambda: NOW)
    store.versions.fold(store.policies.of("shop.example")[0], EXTRACTOR)
    store.close()


def test_one_url_of_a_policy_goes_and_the_rest_of_it_stays(path):
    write_moved(path)
    assert ask(path, "SELECT count(*) FROM timeline WHERE last_seen >= '2015-03-22'") == [(1,)]
    do_forget(path, MOVED)
    assert ask(path, "SELECT DISTINCT outcome FROM captures WHERE original LIKE '%legal'") == [("forgotten",)]
    assert ask(path, "SELECT count(*) FROM timeline WHERE last_seen >= '2015-03-22'") == [(0,)]
    assert ask(path, "SELECT count(*) FROM timeline WHERE site = 'shop.example'")[0][0] > 1
    assert b"Zanzibar" in bytes_of(path)  # the other URL said so too
    assert findings(path) == []


def test_a_full_text_index_forgets_too(path):
    assert ask(path, "SELECT count(*) FROM blocks_fts WHERE blocks_fts MATCH 'zanzibar'") == [(1,)]
    do_forget(path)
    assert ask(path, "SELECT count(*) FROM blocks_fts WHERE blocks_fts MATCH 'zanzibar'") == [(0,)]
    assert b"zanzibar" not in bytes_of(path).lower()
    assert ask(path, "SELECT count(*) FROM blocks_fts WHERE blocks_fts MATCH 'keep'") == [(1,)]


@pytest.mark.parametrize("step", ["sweep", "erase"])
def test_killed_in_between_the_same_command_does_the_rest(path, step, monkeypatch):
    def stop(*_args, **_more):
        raise StoreError("killed")

    with monkeypatch.context() as patch:
        patch.setattr(pipelines.upkeep.forget, step, stop)
        with pytest.raises(StoreError, match="killed"):
            do_forget(path)
    assert damages(path) == []
    do_forget(path)
    assert b"Zanzibar" not in bytes_of(path)
    assert findings(path) == []


def test_a_reader_that_keeps_old_bytes_is_told_of(path):
    with closing(sqlite3.connect(path)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM captures").fetchall()
        with pytest.raises(StoreError, match="close that program"):
            do_forget(path, wait=0)
    do_forget(path)
    assert b"Zanzibar" not in bytes_of(path)


def test_no_piece_of_a_packed_text_stays(tmp_path):
    """`compact` keeps what returns in texts as phrases of their own (upkeep/pack.py)."""
    words = MARKER.split()
    texts = [
        "\n".join(f"{' '.join(words[(n * m + k * k) % 7] for k in range(30))} {n}.{m}" for m in range(8))
        for n in range(40)
    ]
    path = write(tmp_path / "x.db", [Seen(number, text) for number, text in enumerate(texts)])
    compact(path)
    assert ask(path, "SELECT count(*) > 20 FROM phrases WHERE length(words) > 1") == [(1,)]
    do_forget(path)
    assert ask(path, "SELECT words FROM phrases WHERE length(words) > 1") == []
    assert not [word for word in words if len(word) > 4 and word.encode() in bytes_of(path)]
    assert damages(path) == []


def test_what_is_forgotten_is_in_no_box(tmp_path):
    """`compact` puts what small payloads add to others into boxes, here those of both sites by turns (upkeep/box.py)."""
    shop = [Seen(day, f"{SHARED} {day}") for day in range(0, 40, 2)]
    other = [Seen(day, f"{SHARED} {day}", url=OTHER, site="other.example") for day in range(1, 40, 2)]
    path = write(tmp_path / "x.db", sorted([*shop, *other], key=lambda one: one.day))
    compact(path)
    bodies = content(path)["payloads"]
    do_forget(path)
    ((first_id, frames),) = ask(path, "SELECT first_id, frames FROM payload_boxes")
    assert [(one,) for one in unboxed(first_id, frames)] == ask(path, "SELECT id FROM payloads WHERE length(data) = 0")
    kept = {sha256(one.body).hexdigest() for one in other}
    assert content(path)["payloads"] == {digest: bodies[digest] for digest in kept}
    assert damages(path) == []
