"""Applied migrations are frozen: each makes the schema that it made when it was released, with no code but its own."""

import ast
import hashlib
import re
from pathlib import Path

import pytest
from sqlite_utils import Database

from pipelines.store.check import APPLICATION_ID, MIGRATIONS
from pipelines.store.load import RUN_BLOCKS, WHILE_THERE
from pipelines.store.schema.migrations import migrations

ROOT = Path(__file__).resolve().parents[3]
SCHEMA = "pipelines.store.schema"
# After each migration, in order. A digest is written once, when its migration is new, and never changed again.
DIGESTS = {
    "m001_initial": "5fc280c80df21938",
    "m002_reading": "448ed94d4a63f66a",
    "m003_certainty": "b32d1525d922561b",
    "m004_tombstones": "306d199a72b9a40f",
    "m005_small": "0e7e60a9bec0f0d8",
    "m006_discovery": "1882d455c3b864f4",
    "m007_reading_side": "d3975ed3980333a4",
    "m008_declarations": "422cfaa34a612db1",
    "m009_superseded": "22dea04da96e19b0",
    "m011_parts": "a8ba912d52329dd6",
    "m012_tables": "d755d30620e243e8",
    "m014_found": "5a2ce2750a987709",
    "m015_ledgers": "0f54ad88adc29c7d",
    "m016_not_needed": "bc3e097c0638c85f",
    "m017_long_runs": "871c61756bae9dd2",
    "m018_annotations": "a9fc485587446bf1",
    "m019_packed_blocks": "b6035bbfdaa0a990",
    "m020_claims": "2197411a4aaaf9aa",
    "m021_boxes": "888b24573ad5356a",
    "m022_kinds": "e2d65b3daf84cf26",
    "m023_kept_once": "2565b8f4da346743",
}


def schema_digest(db):
    """SHA-256 of all that a migration made; without quotes, which SQLite adds where a table was renamed."""
    rows = db.execute(
        "SELECT type, name, replace(sql, char(34), '') FROM sqlite_schema WHERE sql NOT NULL AND name NOT LIKE 'blocks_fts_%' "
        "AND name <> '_sqlite_migrations' ORDER BY type, name"
    )
    return hashlib.sha256(repr(rows.fetchall()).encode()).hexdigest()[:16]


def test_the_schema_after_each_migration_is_what_it_was():
    """Where this fails, an applied migration was edited: files out there have the schema that it made before. Write a
    new migration instead.
    """
    made, db = {}, Database(memory=True)
    for name in sorted(MIGRATIONS):
        following = [other for other in sorted(MIGRATIONS) if other > name][:1]
        migrations.apply(db, stop_before=following)
        made[name] = schema_digest(db)
    db.conn.close()
    assert made == DIGESTS


def modules_named_by(path, about=""):
    """The modules that a file imports, if it names what this is `about` at all."""
    found, source = set(), path.read_text(encoding="utf-8")
    for node in ast.walk(ast.parse(source)) if about in source else ():
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


@pytest.mark.parametrize("path", sorted((ROOT / "pipelines/store/schema").glob("*.py")), ids=lambda path: path.name)
def test_a_migration_calls_no_live_code(path):
    ours = {name for name in modules_named_by(path) if name.split(".")[0] in ("crawler", "pipelines", "history", "cli")}
    assert {name for name in ours if not name.startswith(f"{SCHEMA}.")} == set()


def test_live_code_takes_nothing_from_a_migration():
    """Nothing but the list of them, to apply it."""
    for package in ("crawler", "pipelines", "history", "cli", "benchmarks"):
        for path in (ROOT / package).rglob("*.py"):
            if path.parent.name != "schema":
                named = {name for name in modules_named_by(path, "schema") if name.startswith(SCHEMA)}
                assert named <= {f"{SCHEMA}.migrations.migrations"}, path


def test_live_code_and_the_newest_schema_say_the_same():
    """What both have as a copy of their own: our mark on a file, the length of a run, whose a capture is when."""
    db = Database(memory=True)
    migrations.apply(db)
    assert db.execute("PRAGMA application_id").fetchone() == (APPLICATION_ID,)
    sql = dict(db.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'view'").fetchall())
    assert re.findall(r"BETWEEN b\.id - (\d+)", sql["text_blocks"] + sql["block_owners"]) == [str(RUN_BLOCKS - 1)] * 2
    assert WHILE_THERE in sql["readings"]
    at = "strftime('%Y-%m-%dT%H:%M:%SZ', r.at, 'unixepoch')"  # captured_at, before the view has given it that name
    assert " ".join(WHILE_THERE.split()) in " ".join(sql["captures"].replace(at, "k.captured_at").split())
    db.conn.close()
