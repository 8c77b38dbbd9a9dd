"""Migrations m005 and m023: every earlier file says the same afterwards, whatever was in it, and wherever it was killed."""

import json
import random
import sqlite3
from functools import cache
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlite_utils import Database

from pipelines.store.file import open_file
from pipelines.store.load import load_payload
from pipelines.store.schema.migrations import migrations
from pipelines.store.tables.capture_table import CaptureTable
from tests.databases.earlier import AT, old_file
from tests.ranges import examples, one_in


def said(db, views):
    return {
        view: db.execute(f"SELECT {columns} FROM {view} ORDER BY 1, 2, 3").fetchall() for view, columns in views.items()
    }


def columns_of(db, *views):
    return {
        v: ", ".join(r[1] for r in db.execute(f"PRAGMA table_info({v})") if (v, r[1]) != ("extractions", "id"))
        for v in views
    }


VIEWS = ("captures", "extractions", "timeline", "change_detail", "version_text", "readings", "text_blocks", "outcomes")


def parsed(said_):
    """JSON says the same with other spaces."""
    return {view: [tuple(map(loaded, row)) for row in rows] for view, rows in said_.items()}


def loaded(value):
    try:
        return json.loads(value) if isinstance(value, str) and value[:1] in ("{", "[") else value
    except ValueError:
        return value


@pytest.mark.parametrize("schema", [1, 2, 3, 4])
def test_every_earlier_schema_says_the_same(tmp_path, schema):
    path = tmp_path / "x.db"
    old = old_file(path, schema)
    views = columns_of(old, *VIEWS)
    before = parsed(said(old, views))
    links = old.execute("SELECT links FROM link_layers").fetchall() if schema >= 2 else []
    old.conn.close()
    new = open_file(path)
    assert parsed(said(new, views)) == before
    assert [json.loads(row[0]) for row in new.execute("SELECT links FROM link_layers")] == [
        json.loads(r[0]) for r in links
    ]
    assert load_payload(new.execute, 2) == b"<p>We keep it.</p>" * 50 + b"!"
    assert new.execute("SELECT payload_digest FROM payloads").fetchall() == [("ab" * 32,), ("cd" * 32,)]
    assert new.execute("PRAGMA foreign_key_check").fetchall() == []
    assert new.execute("SELECT rowid FROM blocks_fts WHERE blocks_fts MATCH 'keep'").fetchall() == [(1,), (2,)]
    new.conn.close()


@pytest.mark.parametrize(
    "stop",
    [
        "m006_discovery",
        "m007_reading_side",
        "m008_declarations",
        "m009_superseded",
        "m011_parts",
        "m012_tables",
        "m023_kept_once",
    ],
)
def test_later_schemas_say_the_same_too(tmp_path, stop):
    path = tmp_path / "x.db"
    old = old_file(path, 4)
    migrations.apply(old, stop_before=stop)
    views = columns_of(old, *VIEWS)
    before = said(old, views)
    old.conn.close()
    new = open_file(path)
    assert said(new, views) == before
    new.conn.close()


def with_all_kinds_of_captures(path):
    """A file of the schema before m023, with rows and a trigger of others."""
    old = old_file(path, 4)
    migrations.apply(old, stop_before="m023_kept_once")
    for number, values in enumerate(
        product([None, "20150003000000"], [None, "elsewhere é"], [None, 3], [None, AT.format(7)])
    ):
        timestamp, url, failures, later = values
        at, oddity = (AT.format(2), "odd \"'\n\x01") if number % 3 else (None, None)
        old.execute(
            "INSERT INTO capture_rows (address_id, at, kind_id, digest, length, timestamp, citation_url, failures, not_before, "
            "memento_at, oddity, redirect_url, detail) VALUES (1, ?, 1, 'D', 1, ?, ?, ?, ?, ?, ?, 'there', 'why')",
            [number, timestamp, url, failures, later, at, oddity],
        )
    old.execute("INSERT INTO changes VALUES (7, 1, 1, 2, 'minor', 1, 2, '[\"a\", \"é\"]')")
    old.execute("CREATE TABLE told (what TEXT)")
    old.execute("CREATE TRIGGER t AFTER INSERT ON changes BEGIN INSERT INTO told VALUES (new.sections); END")
    old.execute("CREATE TRIGGER k AFTER DELETE ON capture_rows BEGIN INSERT INTO told VALUES (old.digest); END")
    old.execute("CREATE VIEW mine AS SELECT id, sections, change_class FROM changes")
    old.conn.commit()
    return old


ALL_VIEWS = (*VIEWS, "changes", "findings", "mine")


def test_before_rows_were_kept_once_a_file_said_the_same(tmp_path):
    path = tmp_path / "x.db"
    old = with_all_kinds_of_captures(path)
    views = columns_of(old, *ALL_VIEWS)
    before = said(old, views)
    old.conn.close()
    new = open_file(path)
    assert columns_of(new, *ALL_VIEWS) == views
    assert said(new, views) == before
    assert new.execute("SELECT count(*), count(unusual) FROM capture_rows WHERE detail = 'why'").fetchone() == (16, 15)
    assert new.execute("PRAGMA foreign_key_check").fetchall() == []
    new.execute("DELETE FROM change_rows")
    new.execute("INSERT INTO change_rows VALUES (7, 1, 1, 2, 'minor', 1, 2, '[]')")
    new.execute("DELETE FROM capture_rows WHERE detail = 'why' AND at = 0")
    assert new.execute("SELECT what FROM told").fetchall() == [("[]",), ("D",)]
    new.conn.close()


@pytest.mark.parametrize("seed", one_in(4, range(8)))
def test_killed_while_rows_become_kept_once(tmp_path, seed):
    path = tmp_path / "x.db"
    old = with_all_kinds_of_captures(path)
    views = columns_of(old, *ALL_VIEWS)
    before = said(old, views)
    old.conn.close()
    stop_at(path, random.Random(seed).randrange(5, 60))
    new = open_file(path)
    assert said(new, views) == before
    new.conn.close()


def stop_at(path, statement):
    """Bring a file to the newest schema, killed at a statement."""
    connection = sqlite3.connect(path)
    left = statement

    def stop(_sql):
        nonlocal left
        left -= 1
        if left <= 0:
            connection.interrupt()

    connection.set_trace_callback(stop)
    with pytest.raises(sqlite3.OperationalError, match="interrupted"):
        migrations.apply(Database(connection))
    connection.close()


@pytest.mark.parametrize("seed", one_in(2, range(8)))
def test_killed_at_any_statement_and_run_again(tmp_path, seed):
    path = tmp_path / "x.db"
    old = old_file(path, 2)
    views = columns_of(old, *VIEWS)
    before = parsed(said(old, views))
    old.conn.close()
    stop_at(path, random.Random(seed).randrange(5, 160))
    new = open_file(path)
    assert parsed(said(new, views)) == before
    new.conn.close()


text = st.text("aé\"'{}[]:,\\ \n", max_size=4)
headers = st.none() | st.dictionaries(st.sampled_from(["a", "b", "c", "memento-datetime", "x.y"]), text, max_size=5)
captured = st.fixed_dictionaries(
    {
        "archive": st.sampled_from(["a", "b"]),
        "original": st.sampled_from(["http://x/", "http://y/"]),
        "timestamp": st.sampled_from(["20150101000000", "20150203040506", "20150003000000"]),
        "mimetype": text,
        "statuscode": text,
        "digest": text,
        "length": st.sampled_from(["1", "-", "01", "-0", "12 ", "99999999999999999999"]),
        "oddity": text,
        "citation_url": st.sampled_from(["https://c/20150101000000id_/http://x/", "elsewhere"]),
    }
)
happened = st.fixed_dictionaries(
    {
        "outcome": st.sampled_from(["fetched", "pending"]),
        "detail": text,
        "fetched_at": st.sampled_from([None, AT.format(5)]),
        "redirect_url": text,
        "http_status": st.none() | st.integers(100, 599),
        "headers": headers.map(lambda h: h if h is None else json.dumps(h, ensure_ascii=False)),
        "memento_url": st.sampled_from([None, "https://m/20150101000000id_/http://x/", "else"]),
        "chain": st.sampled_from([None, "[]", '["200 https://m/20150101000000id_/http://x/"]', '["200 else"]']),
        "failures": st.integers(0, 3),
        "not_before": st.sampled_from([None, AT.format(7)]),
        "digest_verdict": st.sampled_from([None, "match"]),
        "drift_seconds": st.none() | st.integers(-5, 5),
    }
)


TABLES = ("addresses", "capture_kinds", "header_sets", "capture_rows")
NAMES = ("archive", "urlkey", "timestamp", "original", "captured_at", "digest")


@cache
def schema_before(migration):
    db = Database(memory=True)
    migrations.apply(db, stop_before=migration or [])
    try:
        return db.conn.serialize()
    finally:
        db.conn.close()


def fresh(migration=""):
    """An empty database in memory, of the schema before a migration; "": of the newest."""
    db = Database(memory=True)
    db.conn.deserialize(schema_before(migration))
    return db


@settings(max_examples=examples(15, 40), deadline=None)
@given(st.lists(st.tuples(captured, st.lists(happened, max_size=2)), max_size=6))
def test_captures_read_as_they_were_written(rows):
    """The view against a plain table; and the tables beneath, byte for byte, against what m005's triggers wrote and later
    migrations made of it: but for headers without a datetime, which copies have that no archive sent, and which need no
    set of their own.
    """
    plain, triggers, small = (fresh(stop) for stop in ("m003_certainty", "m012_tables", ""))
    table = CaptureTable(small)
    for names, updates in rows:
        at = "2015-02-03T04:05:06Z" if names["timestamp"] == "20150203040506" else "2015-01-01T00:00:00Z"
        values = {**names, "urlkey": names["original"], "captured_at": at}
        insert = f"INTO captures ({', '.join(values)}) VALUES ({', '.join('?' * len(values))})"
        plain.execute(f"INSERT OR IGNORE {insert}", list(values.values()))
        triggers.execute(f"INSERT {insert}", list(values.values()))
        table.add([values])
        for update in updates:
            for db in (plain, triggers):
                db.execute(
                    f"UPDATE captures SET {', '.join(f'{name} = ?' for name in update)} "
                    f"WHERE {' AND '.join(f'{name} = ?' for name in NAMES)}",
                    [*update.values(), *(values[name] for name in NAMES)],
                )
            table.change([table.find(values)], **update)
    columns = [row[1] for row in plain.execute("PRAGMA table_info(captures)") if row[1] not in ("memento_at", "id")]
    found = [db.execute(f"SELECT {', '.join(columns)} FROM captures ORDER BY id").fetchall() for db in (plain, small)]
    assert parsed({"captures": found[1]}) == parsed({"captures": found[0]})
    sent = [update["headers"] for _names, updates in rows for update in updates if update["headers"] is not None]
    migrations.apply(triggers)
    for name in TABLES if all("memento-datetime" in one for one in sent) else ():
        kept = [db.execute(f"SELECT * FROM {name} ORDER BY id").fetchall() for db in (triggers, small)]
        assert kept[1] == kept[0], name
    for db in (plain, triggers, small):
        db.conn.close()


@settings(max_examples=15, deadline=None)
@given(st.tuples(captured, happened), st.sampled_from(["", "asked by X"]))
def test_a_whole_capture_goes_in_as_it_is(row, reason):
    """As merge brings one; of a page with a tombstone only what the archive's index says."""
    names, what = row
    at = "2015-02-03T04:05:06Z" if names["timestamp"] == "20150203040506" else "2015-01-01T00:00:00Z"
    values = {**names, **what, "urlkey": names["original"], "captured_at": at}
    triggers, small = fresh("m012_tables"), fresh()
    for db in (triggers, small):
        if reason:
            db.execute("INSERT INTO tombstones VALUES (?, '', '', ?, '', 0, 0)", [names["original"], reason])
    insert = f"INTO captures ({', '.join(values)}) VALUES ({', '.join('?' * len(values))})"
    triggers.execute(f"INSERT {insert}", list(values.values()))
    assert CaptureTable(small).add([values, values]) == 1
    migrations.apply(triggers)
    for name in TABLES:
        kept = [db.execute(f"SELECT * FROM {name} ORDER BY id").fetchall() for db in (triggers, small)]
        assert kept[1] == kept[0], name
    said_of_it = small.execute("SELECT outcome, detail, headers FROM captures").fetchone()
    assert not reason or said_of_it == ("forgotten", reason, None)
    for db in (triggers, small):
        db.conn.close()


def test_views_are_for_reading(tmp_path):
    db = old_file(tmp_path / "x.db", 2)
    migrations.apply(db)
    assert db.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'").fetchall() == []
    for view in ("captures", "extractions", "text_blocks", "link_layers"):
        with pytest.raises(sqlite3.OperationalError, match="view"):
            db.execute(f"DELETE FROM {view}")
    db.conn.close()


def test_a_declared_document_of_an_earlier_file_is_its_type_of_terms(tmp_path):
    """Before m011 a policy had no part; what was declared of its URL says which document it is."""
    path = tmp_path / "x.db"
    old = old_file(path, 4)
    migrations.apply(old, stop_before="m011_parts")
    policy_id, urlkey = old.execute("SELECT policy_id, urlkey FROM policy_urls LIMIT 1").fetchone()
    evidence = "OTA declaration Acme, Terms of Service, valid until 2020-01-01"
    old.execute(
        "UPDATE policy_urls SET bounded = 1, evidence = ? WHERE policy_id = ? AND urlkey = ?",
        [evidence, policy_id, urlkey],
    )
    old.execute("UPDATE policies SET urlkey = ? WHERE id = ?", [urlkey, policy_id])
    old.conn.commit()
    ids = [row[0] for row in old.execute("SELECT id FROM policies ORDER BY id")]
    old.conn.close()
    new = open_file(path)
    parts = dict(new.execute("SELECT id, part FROM policies ORDER BY id").fetchall())
    assert parts == {one: "Terms of Service" if one == policy_id else "" for one in ids}
    assert new.execute("PRAGMA foreign_key_check").fetchall() == []
    new.conn.close()
