"""How the last crawl ended: every end of a run, its exit code for monitoring, and the step that follows from it."""

import json
import os
import shlex
from datetime import UTC, datetime

import pytest
from click.testing import CliRunner

from cli.getting import limits
from cli.main import main
from crawler.archives.capture import Outcome
from crawler.archives.errors import ConfigError
from crawler.asking.limits import after_refusal
from crawler.asking.limits_file import LimitsFile
from crawler.lock import CrawlLock, holder
from history.database import open_database
from history.status import CrawlState, read_status

from .test_missing import AT, say

ASKED = {"sites": "my list.txt", "since": "2018-01-01", "strategy": "changes"}
AGAIN = "`policylapse crawl --archive sample --sites 'my list.txt' --since 2018-01-01`"


def run_of(writer, code, *, finished=True, **arguments):
    return writer._insert(
        "runs",
        started_at=AT,
        finished_at=AT if finished else None,
        program="p",
        archive="sample",
        strategy="changes",
        arguments=json.dumps(ASKED | arguments),
        exit_code=code,
    )


def status_of(writer, *, running=False):
    writer.db.conn.commit()
    connection = open_database(writer.path)
    try:
        return read_status(connection, running=running)
    finally:
        connection.close()


@pytest.mark.parametrize(
    ("code", "finished", "running", "state", "exit_code", "step"),
    [
        (0, True, False, CrawlState.COMPLETE, 0, ""),
        (1, True, False, CrawlState.PARTLY, 1, AGAIN),
        (3, True, False, CrawlState.STOPPED, 3, AGAIN),
        (None, False, False, CrawlState.INTERRUPTED, 2, AGAIN),
        (None, False, True, CrawlState.RUNNING, 0, ""),
    ],
)
def test_every_end_of_a_run(history_db, code, finished, running, state, exit_code, step):
    history_db.policy("https://a.example/privacy", history_db.shown("2018-01-01", "We keep data."))
    run_of(history_db, code, finished=finished)
    run_of(history_db, 1, mode="plan")  # fetched nothing: not the last crawl
    found = status_of(history_db, running=running)
    assert (found.state, found.state.exit_code, found.run.number) == (state, exit_code, 1)
    assert found.next_step.endswith(step)
    assert bool(found.next_step) == bool(step)


def test_a_database_without_a_crawl(history_db):
    found = status_of(history_db)
    assert (found.state, found.state.exit_code, found.run) == (CrawlState.NEVER, 2, None)


def test_what_is_missing_and_what_is_pending(history_db):
    history_db.policy("https://a.example/privacy", history_db.shown("2018-01-01", "We keep data."))
    history_db._insert("sites", site="bare.example", added_at="")
    say(history_db, run_of(history_db, 1), Outcome.NOT_ARCHIVED, "bare.example")
    found = status_of(history_db)
    assert (found.sites, found.missing, found.pending) == (2, 1, 0)
    assert "sites --missing" in found.next_step
    history_db.policy("https://b.example/privacy", history_db.shown("2018-01-01", "", "pending"))
    found = status_of(history_db)
    assert (found.sites, found.missing, found.pending, found.pending_policies) == (3, 2, 1, 1)
    assert AGAIN in found.next_step


def test_the_command(history_db, tmp_path, monkeypatch):
    monkeypatch.setattr(limits, "POLICYLAPSE_STATE", str(tmp_path))
    state, now = LimitsFile(tmp_path), datetime.now(UTC).timestamp()
    state.change("wayback", now, lambda held: after_refusal(held, now))
    state.close()
    history_db.policy("https://a.example/privacy", history_db.shown("2018-01-01", "We keep data."))
    run_of(history_db, 3)
    history_db.db.conn.commit()

    def invoke(*words):
        return CliRunner().invoke(main, ["status", "--db", str(history_db.path), *words])

    shown = invoke()
    assert shown.exit_code == 3, shown.output
    assert "stopped by the archive's limits" in shown.output
    assert "pause of wayback: it refuses connections: no request before" in shown.output
    data = json.loads(invoke("--json").stdout)
    assert (data["state"], data["exit_code"], data["pauses"][0]["archive"]) == ("stopped", 3, "wayback")
    assert f"--db {shlex.quote(str(history_db.path))}" in data["next_step"]
    assert invoke("--within", "1h").exit_code == 2  # the run of AT is older
    lock = CrawlLock(history_db.path)
    try:
        running = invoke("--within", "1h")
        assert running.exit_code == 0
        assert f"process {os.getpid()} has been writing to the database since" in running.output
    finally:
        lock.release()


def test_a_lock_goes_with_its_run_and_excludes_while_it_is_held(tmp_path):
    database = tmp_path / "x.db"
    for _ in range(2):
        lock = CrawlLock(database)
        assert holder(database).pid == os.getpid()
        with pytest.raises(ConfigError, match=f"process {os.getpid()}"):
            CrawlLock(database)
        lock.release()
        assert list(tmp_path.iterdir()) == []
        assert holder(database) is None


def test_whoever_waits_at_a_file_that_was_removed_locks_the_new_one(tmp_path, monkeypatch):
    """Between opening the file and locking it, the one before us removes it, and another makes it anew."""
    database, path, acquired = tmp_path / "x.db", tmp_path / "x.db-lock", []
    from filelock import FileLock  # noqa: PLC0415 - patched here

    acquire = FileLock.acquire

    def slow(self, *args, **kwargs):
        found = acquire(self, *args, **kwargs)
        if not acquired:
            path.unlink()
        acquired.append(path.exists())
        return found

    monkeypatch.setattr(FileLock, "acquire", slow)
    lock = CrawlLock(database)
    assert acquired == [False, True]
    monkeypatch.undo()
    with pytest.raises(ConfigError, match="another crawl"):
        CrawlLock(database)
    lock.release()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}",
        '{"pid": 0, "since": "2026-01-01T00:00:00Z"}',
        '{"pid": "x", "since": 1}',
        '{"pid": 999999999, "since": "2026-01-01T00:00:00Z"}',
    ],
)
def test_an_owner_that_is_not_there_writes_nothing(tmp_path, text):
    (tmp_path / "x.db-owner").write_text(text)
    assert holder(tmp_path / "x.db") is None
