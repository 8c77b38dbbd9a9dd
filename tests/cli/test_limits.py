"""`policylapse limits`: what is stored of each archive, and lifting what is one's own."""

import json
import time

import pytest
from click.testing import CliRunner

from cli.getting import limits as command
from cli.main import main
from crawler.archives.table import CDX, PLAYBACK
from crawler.asking.limits import REFUSES, Pause, after_refusal
from crawler.asking.limits_file import LimitsFile

OWN, NAS, PUBLIC = "pywb+http://127.0.0.1:8911/hist", "wayback+http://nas", "pywb+https://archive.example.org/coll"


@pytest.fixture
def state(tmp_path, monkeypatch):
    monkeypatch.setattr(command, "POLICYLAPSE_STATE", str(tmp_path))
    limits, now = LimitsFile(tmp_path), time.time()
    for name in ("wayback", OWN, NAS, PUBLIC):
        limits.reserve(name, PLAYBACK, now, None)
        limits.change(name, now, lambda held: after_refusal(held, now))
    limits.too_many(OWN, PLAYBACK, now + 4000, 3.0, now + 4000)
    limits.change(OWN, now, lambda _: Pause(now + 600, 1, REFUSES, now))
    yield limits
    limits.close()


def run(*arguments):
    return CliRunner().invoke(main, ["limits", *arguments])


def test_every_pause_and_budget_is_shown(state):
    shown = run()
    assert shown.exit_code == 0, shown.output
    assert shown.output.count("it refuses connections: no request before") == 4
    assert "(in 60 minutes)" in shown.output
    assert "(in 10 minutes)" in shown.output
    assert "cdx: at most 24 requests in 60 s" in shown.output
    assert "playback: no budget, now " in shown.output
    assert "Next: policylapse limits --lift all" in shown.output


def test_as_data(state):
    found = {one["archive"]: one for one in json.loads(run("--json").stdout)["archives"]}
    assert set(found) == {"wayback", OWN, NAS, PUBLIC}
    assert [found[name]["private"] for name in ("wayback", OWN, NAS, PUBLIC)] == [False, True, True, False]
    assert found["wayback"]["endpoints"][PLAYBACK]["budget"]["requests"] == 480
    assert found[OWN]["endpoints"][PLAYBACK]["learned_per_minute"] > 0
    assert found[OWN]["endpoints"][CDX]["last_asked"] is None
    assert all(one["paused"] and one["reason"] == REFUSES for one in found.values())


def test_what_is_ones_own_is_lifted_alone(state):
    assert run("--lift", OWN).exit_code == 0
    assert {one.archive for one in state.stored(time.time())} == {PUBLIC, NAS, "wayback"}


def test_all_lifts_no_public_one(state):
    assert run("--lift", "all").exit_code == 0
    assert [one.archive for one in state.stored(time.time())] == [PUBLIC, "wayback"]


@pytest.mark.parametrize(
    ("name", "why"), [("wayback", "public archive"), (PUBLIC, "public archive"), ("nobody", "nothing is stored of")]
)
def test_what_cannot_be_lifted(state, name, why):
    done = run("--lift", name)
    assert done.exit_code == 2
    assert why in done.stderr
    assert len(state.stored(time.time())) == 4


def test_before_the_first_crawl(tmp_path, monkeypatch):
    monkeypatch.setattr(command, "POLICYLAPSE_STATE", str(tmp_path / "none"))
    shown = run()
    assert shown.exit_code == 0
    assert "wayback" in shown.output
    assert "no pause" in shown.output
