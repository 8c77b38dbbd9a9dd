"""`policylapse re-extract`: all that is kept is read anew, and what differs is technical."""

import json
import shutil
import sqlite3

import pytest
from click.testing import CliRunner
from sqlite_utils import Database

from cli.main import main
from pipelines.reading.extractor import extractor_id
from pipelines.store.shelves.folds import refold

SITE = "waldkiste.example"


def run(db, *arguments):
    result = CliRunner().invoke(main, ["re-extract", "--db", str(db), "--processes", "1", *arguments])
    return result.exit_code, result.output


def technical(db, *arguments):
    code, output = run(db, "--json", *arguments)
    assert code == 0, output
    return {row["policy_url"]: row for row in json.loads(output)["policies"]}


@pytest.fixture
def old_db(sample_db, tmp_path):
    """The sample's database as an earlier extractor left it."""
    path = tmp_path / "old.db"
    shutil.copy(sample_db, path)
    with sqlite3.connect(path) as db:
        db.execute("UPDATE extractors SET extractor = 'policylapse-0'")
    db.close()
    return path


def versions(path):
    db = sqlite3.connect(path)
    rows = db.execute("SELECT site, policy_url, version, first_seen, last_seen, wording FROM timeline").fetchall()
    db.close()
    return sorted(rows)


def test_what_is_of_this_extractor_is_not_read_again(sample_db):
    code, output = run(sample_db)
    assert code == 0
    assert output.endswith("Nothing to read: all is of this extractor.\n")


def test_another_extractor_reads_all_and_the_history_is_the_same(old_db):
    before = versions(old_db)
    rows = technical(old_db)
    assert sum(row["read"] for row in rows.values()) > 100
    assert all(row["earlier_extractor"] == "policylapse-0" and row["differing"] == 0 for row in rows.values())
    assert all(row["technical"] == {"gone": [], "come": []} for row in rows.values())
    assert versions(old_db) == before
    db = sqlite3.connect(old_db)
    kept = db.execute("SELECT count(DISTINCT extractor_id), count(*) FROM versions").fetchone()
    db.close()
    assert kept == (2, 2 * len(before))  # the earlier ones stay


def test_a_change_that_only_the_earlier_extractor_saw_is_technical(old_db):
    db = Database(old_db)
    db.execute(
        "UPDATE versions SET first_seen = '2001-01-01T00:00:00Z' WHERE version = 2 AND policy_id = "
        "(SELECT p.id FROM policies p JOIN sites s ON s.id = p.site_id WHERE s.site = ?)",
        [SITE],
    )
    db.conn.commit()
    db.close()
    (row,) = [row for row in technical(old_db, "--site", SITE).values() if row["technical"]["gone"]]
    (gone,) = row["technical"]["gone"]
    (come,) = row["technical"]["come"]
    assert gone[1] == "2001-01-01T00:00:00Z"
    assert come[0] == gone[0]


def test_a_run_that_was_stopped_goes_on_where_it_was(old_db):
    rows = technical(old_db)
    db = sqlite3.connect(old_db)
    with db:
        db.execute(
            "DELETE FROM extraction_rows WHERE extractor_id = (SELECT id FROM extractors WHERE extractor = ?) "
            "AND payload_id % 3 = 0",
            [extractor_id()],
        )
    (left,) = db.execute(
        "SELECT count(*) FROM payloads p WHERE EXISTS (SELECT 1 FROM extractions e WHERE e.payload_id = p.id) "
        "AND NOT EXISTS (SELECT 1 FROM extractions e WHERE e.payload_id = p.id AND e.extractor_id = "
        "(SELECT id FROM extractors WHERE extractor = ?))",
        [extractor_id()],
    ).fetchone()
    db.close()
    again = technical(old_db)
    assert sum(row["read"] for row in again.values()) == left < sum(row["read"] for row in rows.values())


def test_a_site_that_is_not_there_and_a_database_that_is_not_there(sample_db, tmp_path):
    code, output = run(sample_db, "--site", "nowhere.example")
    assert (code, "holds no policy of 'nowhere.example'" in output) == (2, True)
    code, output = run(tmp_path / "none.db")
    assert (code, "no database at" in output) == (2, True)


def test_the_refold_is_the_one_of_the_crawl(old_db):
    db = Database(old_db)
    before = db.execute("SELECT * FROM versions ORDER BY id").fetchall()
    for (policy_id,) in db.execute("SELECT id FROM policies").fetchall():
        refold(db, policy_id, 1)
    assert db.execute("SELECT * FROM versions ORDER BY id").fetchall() == before
    db.close()
