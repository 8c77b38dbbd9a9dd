"""fsck: sound databases are sound, each kind of damage is found, and what can be derived is mended."""

import sqlite3
from contextlib import closing
from hashlib import sha256

import pytest
from click.testing import CliRunner

from cli.main import main
from pipelines.store.file import open_file
from pipelines.store.store import Store
from pipelines.upkeep.compact import compact
from pipelines.upkeep.findings import Damage, Mend
from pipelines.upkeep.fsck_rows import UNPROVEN
from pipelines.upkeep.repair import repair
from tests.databases.stored import EXTRACTOR, NOW, Seen, content, damage, damages, findings, put, write

KEEP, SELL = "We keep your data.\nWrite to us.", "We sell your data.\nWrite to us."
SEEN = [
    Seen(0, KEEP),
    Seen(5, KEEP),
    Seen(9, SELL),
    Seen(12, "robot?", state="bot"),
    Seen(20, KEEP),
    Seen(30, state="failed"),
    Seen(31, state="pending"),
]


@pytest.fixture
def path(tmp_path):
    return write(tmp_path / "x.db", SEEN)


def mend(path):
    found = findings(path)
    db = open_file(path)
    try:
        return [finding.kind for finding in repair(db, found)]
    finally:
        db.conn.close()


def ask(path, sql, *values):
    with closing(sqlite3.connect(path)) as db:
        return db.execute(sql, values).fetchall()


def test_a_crawled_database_is_sound(path, sample_db):
    assert findings(path) == []
    assert damages(sample_db) == []


def test_what_a_killed_crawl_leaves_is_no_damage(tmp_path):
    path = write(tmp_path / "x.db", [*SEEN, Seen(40, state="unread")])
    write(path, [Seen(50, SELL)], fold=False)
    assert [finding.kind for finding in findings(path)] == [Damage.UNREAD, Damage.UNFOLDED]
    assert damages(path) == []


# What is done to the file; folding again brings all of it back.
FOLDED = {
    "version's end": "UPDATE versions SET last_seen = '2030-01-01T00:00:00Z' WHERE version = 1",
    "version lost": "DELETE FROM versions WHERE version = 3",
    "version's count": "UPDATE versions SET captures = captures + 1",
    "change's words": "UPDATE change_rows SET words_added = 77",
    "change lost": "DELETE FROM change_rows",
    "change's class": "UPDATE change_rows SET change_class = 'minor'",
    "change's sections": "UPDATE change_rows SET sections = '1,,2'",
    "unsteady line": "INSERT INTO unsteady_lines SELECT id, extractor_id, 1, 'flapping', 'x', 2, '', '' FROM policies",
}


@pytest.mark.parametrize("name", FOLDED)
def test_what_is_derived_is_found_and_folded_again(name, path):
    before = content(path)
    ids = ask(path, "SELECT id, version FROM versions ORDER BY version")
    damage(path, FOLDED[name])
    found = damages(path)
    assert Damage.FOLD in {finding.kind for finding in found}
    assert {finding.next_step for finding in found} == {"`policylapse fsck --repair`"}
    assert Damage.FOLD in mend(path)
    assert findings(path) == []
    assert content(path) == before
    if name != "version lost":
        assert ask(path, "SELECT id, version FROM versions ORDER BY version") == ids  # somebody may hold them


@pytest.mark.parametrize("sql", ["DROP VIEW title_changes", "DROP INDEX capture_rows_address"])
def test_what_no_repair_brings_back_is_in_the_backup(sql, path):
    with closing(sqlite3.connect(path)) as db:
        db.execute(sql)
    (found,) = damages(path)
    assert (found.kind, found.mend) == (Damage.SCHEMA, None)
    assert "backup" in found.next_step
    assert mend(path) == []


PAYLOAD = "SELECT payload_id FROM captures WHERE timestamp = '20150106000000'"


def test_a_change_whose_section_is_not_there_is_compared_again(path):
    before = content(path)
    damage(path, "UPDATE change_rows SET sections = '99'")
    assert {(finding.kind, finding.next_step) for finding in damages(path)} == {
        (Damage.REFERENCE, "`policylapse fsck --repair`")
    }
    mend(path)
    assert (damages(path), content(path)) == ([], before)


LOST = {
    "bytes": f"UPDATE payloads SET data = x'28b52ffd' WHERE id = ({PAYLOAD})",
    "other bytes": f"UPDATE payloads SET data = (SELECT data FROM payloads ORDER BY id DESC LIMIT 1) WHERE id = ({PAYLOAD})",
    "digest": f"UPDATE payloads SET sha256 = x'f00f' WHERE id = ({PAYLOAD})",
    "size": f"UPDATE payloads SET size = size + 1 WHERE id = ({PAYLOAD})",
    "circle": f"UPDATE payloads SET base_id = id WHERE id = ({PAYLOAD})",
    "row": f"DELETE FROM payloads WHERE id = ({PAYLOAD})",
}


@pytest.mark.parametrize("name", LOST)
def test_a_damaged_payload_is_asked_for_again_and_the_crawl_brings_all_back(name, path):
    before = content(path)
    damage(path, LOST[name])
    assert {finding.kind for finding in damages(path)} & {Damage.PAYLOAD, Damage.REFERENCE}
    mend(path)
    assert damages(path) == []
    assert ask(path, "SELECT outcome, payload_id FROM captures WHERE timestamp = '20150106000000'") == [
        ("pending", None)
    ]
    assert ask(path, "SELECT captures FROM versions WHERE version = 1") == [(1,)]
    fetch_again(path)
    assert content(path)["captures"] == before["captures"]
    assert content(path)["versions"] == before["versions"]


VERDICTS = {
    "mismatch": "UPDATE capture_kinds SET digest_verdict = 'mismatch' WHERE outcome = 'fetched'",
    "not checkable": "UPDATE capture_kinds SET digest_verdict = 'not checkable' WHERE outcome = 'fetched'",
}


@pytest.mark.parametrize("name", VERDICTS)
def test_a_capture_with_a_wrong_verdict_is_asked_for_again(name, path):
    before = content(path)
    damage(path, VERDICTS[name])
    assert {finding.kind for finding in damages(path)} == {Damage.VERDICT}
    mend(path)
    assert damages(path) == []
    fetch_again(path)
    assert content(path) == before


def fetch_again(path):
    store = Store(path, lambda: NOW)
    policy = store.policies.of()[0]
    for one in SEEN:
        if one.state in ("fetched", "bot"):
            put(store, 1, policy, one)
    store.versions.fold(policy, EXTRACTOR)
    store.close()


def test_pages_that_stand_on_a_damaged_one_go_with_it_unless_they_are_sound(path):
    bases = "SELECT DISTINCT base_id FROM payloads WHERE base_id NOT NULL"
    ((base,), *_others) = ask(path, bases)
    standing = ask(path, "SELECT count(*) FROM payloads WHERE base_id = ?", base)
    damage(path, "UPDATE payloads SET sha256 = x'f00f' WHERE id = ?", base)  # its bytes are what they were
    mend(path)
    assert damages(path) == []
    assert (base,) not in ask(path, bases)
    assert ask(path, "SELECT count(*) FROM payloads WHERE payload_digest LIKE 'f00f%'") == [(0,)]
    assert len(ask(path, "SELECT id FROM payloads")) >= standing[0][0]


def test_a_base_of_which_nothing_is_left_takes_all_with_it(path):
    damage(path, "UPDATE payloads SET data = x'00' WHERE base_id IS NULL")
    mend(path)
    assert damages(path) == []
    assert ask(path, "SELECT count(*) FROM payloads") == [(0,)]
    assert ask(path, "SELECT DISTINCT outcome FROM captures ORDER BY 1") == [("pending",), ("playback_failed",)]


READ_AGAIN = {
    "words of a block": "UPDATE block_rows SET markdown = 'We share your data.' WHERE markdown = 'We keep your data.'",
    "kind of a block": "UPDATE block_rows SET kind = 'poem' WHERE markdown = 'We keep your data.'",
    "block of a text": "DELETE FROM text_runs WHERE position = 0",
    "wording": "UPDATE texts SET wording = 'f00'",
    "words": "UPDATE texts SET words = 99",
    "outcome of a reading": "UPDATE capture_kinds SET outcome = 'fetched' WHERE outcome = 'not_a_policy'",
    "pending with payload": "UPDATE capture_kinds SET outcome = 'pending' WHERE outcome = 'fetched'",
    "reading of no text": "DELETE FROM texts",
    "reading of nothing": "DELETE FROM finding_rows WHERE outcome = 'fetched'",
}


@pytest.mark.parametrize("name", READ_AGAIN)
def test_a_page_whose_reading_is_damaged_is_read_again(name, path):
    before = content(path)
    damage(path, READ_AGAIN[name])
    found = damages(path)
    assert Mend.READ in {finding.mend for finding in found}
    assert any("re-extract" in finding.next_step for finding in found)
    mend(path)
    assert [finding.kind for finding in damages(path) if finding.kind is not Damage.INDEX] == []
    store = Store(path, lambda: NOW)
    policy = store.policies.of()[0]
    by_day = {one.capture.timestamp: one for one in SEEN}
    unread = store.readings.unread(policy, EXTRACTOR)
    assert unread
    for kept in unread:
        store.readings.put(kept.capture_id, by_day[f"{kept.captured_at:%Y%m%d%H%M%S}"].reading())
    store.versions.fold(policy, EXTRACTOR)
    store.close()
    compact(path)  # where words of a block were changed, the index had others
    assert findings(path) == []
    assert content(path) == before


def test_what_nobody_needs_is_told_and_swept(path):
    damage(path, "INSERT INTO payloads (sha256, size, depth, data) VALUES (?, 0, 0, x'')", sha256().digest())
    damage(path, "DELETE FROM extraction_rows WHERE finding_id IN (SELECT id FROM findings WHERE outcome <> 'fetched')")
    damage(path, "UPDATE capture_rows SET payload_id = NULL WHERE detail = 'bot check'")
    damage(path, "UPDATE capture_kinds SET outcome = 'archived_error' WHERE outcome = 'not_a_policy'")
    orphans = [finding for finding in findings(path) if finding.kind is Damage.ORPHANS]
    assert [finding.subject for finding in orphans] == ["payloads"]
    assert [finding.next_step for finding in orphans] == ["`policylapse compact`"]
    compact(path)
    assert [finding for finding in findings(path) if finding.kind is Damage.ORPHANS] == []


def test_damage_of_the_file_itself_is_told_not_raised(path):
    with closing(sqlite3.connect(path)) as db:
        (page,) = db.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'texts'").fetchone()
        (size,) = db.execute("PRAGMA page_size").fetchone()
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    data = bytearray(path.read_bytes())
    data[(page - 1) * size : page * size] = bytes(size)
    path.write_bytes(data)
    found = damages(path)
    assert Damage.FILE in {finding.kind for finding in found}
    assert any("recover" in finding.next_step for finding in found)


def test_an_incomplete_full_text_index_is_found_and_made_again(path):
    damage(
        path, "INSERT INTO blocks_fts (blocks_fts, rowid, markdown) SELECT 'delete', id, markdown FROM blocks LIMIT 1"
    )
    assert [(finding.kind, finding.next_step) for finding in damages(path)] == [(Damage.INDEX, "`policylapse compact`")]
    compact(path)
    assert findings(path) == []


def test_it_reads_one_snapshot_beside_a_writer_and_writes_nothing(path):
    with closing(sqlite3.connect(path)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        writer.execute("UPDATE texts SET wording = 'half done'")
        before = path.read_bytes()
        assert findings(path) == []
        assert path.read_bytes() == before
        writer.rollback()


IMPOSSIBLE = {
    "link's words": ("UPDATE links SET words = 'elsewhere'", Damage.LINKS),
    "link's address": ("UPDATE links SET url = 'http://evil.example/'", Damage.LINKS),
    "list of links": ("UPDATE link_layer_rows SET link_ids = '[]'", Damage.LINKS),
    "digest of links": ("UPDATE link_layer_rows SET link_digest = x'00'", Damage.LINKS),
    "time": ("UPDATE capture_rows SET at = at + 1099511627776", Damage.ROW),
    "time of fetch": ("UPDATE capture_rows SET fetched = -1", Damage.ROW),
    "index's digest": ("UPDATE capture_rows SET digest = digest || char(7)", Damage.ROW),
    "chain": ("UPDATE capture_rows SET chain = '[{'", Damage.ROW),
    "own headers": ("UPDATE capture_rows SET headers_own = '{\"a'", Damage.ROW),
    "headers": ("UPDATE header_sets SET headers = '\"a\"'", Damage.ROW),
    "outcome": ("UPDATE capture_kinds SET outcome = 'fetchee'", Damage.ROW),
    "verdict": ("UPDATE capture_kinds SET digest_verdict = 'watch' WHERE digest_verdict = 'match'", Damage.ROW),
    "found kind": ("UPDATE finding_rows SET kind = 'privaca'", Damage.ROW),
    "found outcome": ("UPDATE finding_rows SET outcome = 'pending'", Damage.ROW),
    "score": ("UPDATE finding_rows SET score = 17.0", Damage.ROW),
    "evidence": ("UPDATE finding_rows SET evidence = '[\"a'", Damage.ROW),
    "decisions": ("UPDATE finding_rows SET decisions = '{}'", Damage.ROW),
    "lines": ("UPDATE finding_rows SET evidence = '1,,2'", Damage.ROW),
    "line": ("UPDATE finding_rows SET decisions = '77'", Damage.ROW),
    "what is unusual": ("UPDATE capture_rows SET unusual = '[1'", Damage.ROW),
    "points": ("UPDATE finding_rows SET kind_scores = '[]'", Damage.ROW),
}


@pytest.mark.parametrize("name", IMPOSSIBLE)
def test_what_no_program_writes_is_found(name, path):
    sql, kind = IMPOSSIBLE[name]
    damage(path, sql)
    found = [finding for finding in damages(path) if finding.kind is kind]
    assert found
    assert all("backup" in finding.next_step for finding in found)


def test_what_is_not_proven_is_said_whenever_a_file_is_called_sound(path):
    """A changed status of the index is seen by nothing: then the word "sound" is not left alone."""
    damage(path, "UPDATE capture_kinds SET statuscode = '201'")
    result = CliRunner().invoke(main, ["fsck", "--db", str(path)])
    assert (result.exit_code, result.stdout) == (0, "sound.\n")
    assert [one for one in UNPROVEN if one not in result.stderr] == []
    assert "status" in UNPROVEN[0]
