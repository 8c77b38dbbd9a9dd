"""A crawl that a scheduler runs: it says what is new, prints nothing else, and hands it on."""

import http.server
import json
import os
import sys
import threading
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cli.durations import seconds_of
from cli.getting.nightly import Nightly, run_nightly
from cli.reading.changes import found_moment
from crawler.archives.capture import Brought, Outcome
from crawler.archives.errors import Exit
from crawler.run import Ended
from tests import programs
from tests.crawler.test_summary import make_summary

URL = "http://lumenkart.example/privacy"
NEWS = Brought(
    "shop.example",
    "http://shop.example/p",
    datetime(2026, 11, 1, tzinfo=UTC),
    datetime(2026, 11, 20, tzinfo=UTC),
    "substantive",
    12,
    3,
    "shop.example@2026-11-20.1f3a9c2e",
    news=True,
)


@contextmanager
def receiver():
    """A server on loopback that notes the paths it is asked for."""
    asked = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_response(500 if "broken" in self.path else 200)
            self.end_headers()

        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", asked
        server.shutdown()


def night(options, tmp_path, code=Exit.COMPLETE, **fields):
    summary = make_summary(**fields)
    return run_nightly(options, lambda: Ended(code, summary), tmp_path / "x.db", as_json_text=False)


@pytest.mark.parametrize(
    ("fields", "code", "printed"),
    [
        ({}, Exit.COMPLETE, False),
        ({"brought": [NEWS]}, Exit.COMPLETE, True),
        ({"outcomes": {Outcome.EXCLUDED: 1}}, Exit.PARTLY, True),
        ({"outcomes": {Outcome.EXCLUDED: 1}, "known": {Outcome.EXCLUDED: 1}}, Exit.COMPLETE, False),
        ({"stopped": "429"}, Exit.STOPPED, True),
    ],
)
def test_quiet_prints_only_what_is_new_or_wrong(tmp_path, capsys, fields, code, printed):
    assert make_summary(**fields).exit_code == code
    assert night(Nightly(quiet=True), tmp_path, code, **fields) == code
    assert bool(capsys.readouterr().out) is printed


@pytest.mark.parametrize(
    ("brought", "code", "exit_code"),
    [
        ([NEWS], Exit.COMPLETE, 10),
        ([NEWS], Exit.PARTLY, 10),
        ([NEWS], Exit.STOPPED, Exit.STOPPED),
        ([NEWS], Exit.NOT_RUN, Exit.NOT_RUN),
        ([], Exit.COMPLETE, Exit.COMPLETE),
    ],
)
def test_exit_on_change_hides_no_fault(tmp_path, brought, code, exit_code):
    assert night(Nightly(exit_on_change=10), tmp_path, code, brought=brought) == exit_code


def test_exec_gets_the_json_where_there_is_news(tmp_path, capfd):
    script = "import json, sys; print(json.load(sys.stdin)['brought'][0]['citation'])"
    options = Nightly(exec_command=f'{sys.executable} -c "{script}"', quiet=True)
    night(options, tmp_path)
    assert capfd.readouterr().out == ""
    night(options, tmp_path, brought=[NEWS])
    assert NEWS.citation in capfd.readouterr().out.splitlines()
    failing = Nightly(exec_command="/nowhere/at/all secret-argument", quiet=True)
    assert night(failing, tmp_path, brought=[NEWS]) == Exit.PARTLY
    assert "secret-argument" not in capfd.readouterr().err


def test_pings_tell_of_the_start_and_of_how_it_ended(tmp_path, capsys):
    with receiver() as (url, asked):
        night(Nightly(ping=f"{url}/uuid/"), tmp_path, Exit.PARTLY)
        night(Nightly(ping=f"{url}/uuid", exit_on_change=10), tmp_path, brought=[NEWS])
        with pytest.raises(RuntimeError):
            run_nightly(Nightly(ping=url), _explode, tmp_path / "x.db", as_json_text=False)
        assert asked == ["/uuid/start", "/uuid/1", "/uuid/start", "/uuid/0", "/start", "/2"]
        assert night(Nightly(ping=f"{url}/broken-uuid"), tmp_path) == Exit.COMPLETE
    assert "HTTP 500" in (err := capsys.readouterr().err)
    assert "uuid" not in err


def _explode():
    raise RuntimeError


def test_jitter_waits_up_to_its_length_before_anything_else(tmp_path):
    waited = []
    run_nightly(
        Nightly(jitter=1800.0), lambda: Ended(Exit.COMPLETE), tmp_path / "x.db", as_json_text=False, sleep=waited.append
    )
    assert len(waited) == 1
    assert 0 <= waited[0] <= 1800


def test_metrics_are_written_whole_and_readable_by_prometheus(tmp_path):
    path = tmp_path / "policylapse.prom"
    path.write_text("old", encoding="utf-8")
    night(Nightly(metrics=path), tmp_path, brought=[NEWS], outcomes={Outcome.FETCHED: 30, Outcome.EXCLUDED: 2})
    lines = path.read_text(encoding="utf-8").splitlines()
    values = dict(line.rsplit(" ", 1) for line in lines if not line.startswith("#"))
    assert values['policylapse_captures{outcome="excluded"}'] == "2"
    assert values["policylapse_last_run_new_changes"] == "1"
    assert values["policylapse_versions"] == "7"
    assert [one.name for one in tmp_path.iterdir()] == ["policylapse.prom"]
    typed = {line.split()[2] for line in lines if line.startswith("# TYPE")}
    assert typed == {name.partition("{")[0] for name in values}


def test_words_for_moments_and_lengths():
    assert [found_moment("17"), found_moment("run:2018")] == [17, 2018]
    assert found_moment("2018") == datetime(2018, 1, 1, tzinfo=UTC)
    assert seconds_of("30m") == 1800
    assert seconds_of("half an hour") is None


def test_three_nights(tmp_path):
    """The past is found, what is later is new and named, and then there is nothing to say."""

    def policylapse(*arguments):
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("POLICYLAPSE_", "SCRAPY_"))}
        clean |= {"POLICYLAPSE_WORKERS": "1", "POLICYLAPSE_LOG_FORMAT": "json"}
        return programs.run("-m", "cli.main", *arguments, cwd=tmp_path, env=clean)

    both = ("--archive", "sample", "--url", URL, "--url", "http://nowhere.example/privacy")
    first = policylapse("crawl", "--archive", "sample", "--url", URL, "--until", "2019", "--quiet")
    assert (first.returncode, first.stdout, first.stderr) == (0, "", "")
    second = policylapse("crawl", *both, "--json")
    assert second.returncode == Exit.PARTLY  # nowhere.example was never archived
    data = json.loads(second.stdout)
    assert {one["news"] for one in data["brought"]} == {True}
    assert all(one["not_after"] >= "2020" for one in data["brought"])
    assert [json.loads(line)["level"] for line in second.stderr.splitlines()]  # each line is JSON
    third = policylapse("crawl", *both, "--quiet", "--exit-on-change", "10")
    assert (third.returncode, third.stdout, third.stderr) == (0, "", "")  # that was reported
    named = json.loads(policylapse("changes", "--found-since", "2", "--json", "--apart").stdout)["events"]
    assert len(named) == len(data["brought"])
    assert {change["found_run"] for event in named for change in event["changes"]} == {2}
    assert json.loads(policylapse("changes", "--new", "--json").stdout) == {"total": 0, "events": []}
    assert Path(tmp_path / "policylapse.db").exists()
