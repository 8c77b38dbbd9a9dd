"""`policylapse archives`: every row of the table, with the pauses that hold now."""

import json
import time
from contextlib import closing

from click.testing import CliRunner

from cli.getting import archives as command
from cli.main import main
from crawler.archives.table import LEFT_ALONE, ROWS
from crawler.asking.limits import after_refusal
from crawler.asking.limits_file import LimitsFile


def run(*arguments):
    return CliRunner().invoke(main, ["archives", *arguments])


def test_every_row_is_listed_with_its_state(tmp_path, monkeypatch):
    monkeypatch.setattr(command, "POLICYLAPSE_STATE", str(tmp_path))
    with closing(LimitsFile(tmp_path)) as limits:
        limits.change("arquivo", time.time(), lambda held: after_refusal(held, time.time()))
    found = json.loads(run("--json").stdout)
    assert [one["name"] for one in found["archives"]] == [row.name for row in ROWS]
    assert [one["name"] for one in found["archives"] if one["default"]] == ["wayback"]
    assert [one["name"] for one in found["archives"] if one["paused"]] == ["arquivo"]
    assert {one["name"]: one["why"] for one in found["left_alone"]} == {one.name: one.why for one in LEFT_ALONE}
    shown = run().output
    assert "it refuses connections: no request before" in shown
    assert "cdx: at most 120 requests in 60 s" in shown
    assert "Library of Congress: it asked aggregators to leave it alone" in shown


def test_nothing_is_made_where_nothing_is_stored(tmp_path, monkeypatch):
    monkeypatch.setattr(command, "POLICYLAPSE_STATE", str(tmp_path / "none"))
    assert run().exit_code == 0
    assert not (tmp_path / "none").exists()
