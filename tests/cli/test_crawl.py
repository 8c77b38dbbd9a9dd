"""`policylapse crawl` runs the real spider on the bundled sample, from any folder."""

import json
import os
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from cli.getting import crawl
from cli.main import main
from crawler.archives.capture import Period
from crawler.archives.dialects import parse_archive
from crawler.choosing.strategies import ALL
from crawler.options import RunOptions, SummaryStyle
from crawler.run import Ended
from tests import programs
from tests.builders import utc

URL = "http://lumenkart.example/privacy"


@pytest.fixture
def policylapse(tmp_path):
    """Run the command in a process of its own (a reactor runs once), in an empty folder."""

    def run(*arguments, **environment):
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("POLICYLAPSE_", "SCRAPY_"))}
        return programs.run("-m", "cli.main", *arguments, cwd=tmp_path, env=clean | environment)

    return run


def test_crawl_then_read(policylapse, tmp_path):
    result = policylapse(
        "crawl", "--archive", "sample", "--url", URL, "--url", "http://nestwell.example/privacy", "--json"
    )
    assert result.returncode == 0, result.stderr
    assert json.loads(result.stdout)["policies"] == 2
    assert (tmp_path / "policylapse.db").exists()
    shown = policylapse("diff", "lumenkart.example", "4", "5")
    assert "[-We do not sell your personal information, and we never will.-]" in shown.stdout


def test_the_environment_names_what_options_do_not(policylapse, tmp_path):
    result = policylapse("crawl", "--url", URL, POLICYLAPSE_ARCHIVE="sample", POLICYLAPSE_DB="other.db")
    assert result.returncode == 0, result.stderr
    assert (tmp_path / "other.db").exists()
    assert "into other.db" in result.stdout


def test_what_could_not_be_had_is_exit_code_1(policylapse):
    result = policylapse("crawl", "--archive", "sample", "--url", "http://lumenkart.example/nothing")
    assert result.returncode == 1
    assert "not_archived" in result.stdout


def test_a_wrong_setting_is_exit_code_2(policylapse):
    result = policylapse("crawl", "--archive", "nowhere", "--url", URL)
    assert result.returncode == 2
    assert "there is no archive 'nowhere'" in result.stderr
    assert "Traceback" not in result.stderr


def test_a_public_archive_wants_a_contact(policylapse):
    result = policylapse("crawl", "--archive", "wayback", "--url", URL)
    assert result.returncode == 2
    assert "POLICYLAPSE_CONTACT" in result.stderr


def test_nothing_named(tmp_path):
    result = CliRunner().invoke(main, ["crawl", "--archive", "pywb+http://127.0.0.1:1/x"])
    assert result.exit_code == 2
    assert result.stderr == (
        "Error: name whose policy to crawl: --url https://example.com/privacy, --site example.com, --sites FILE or "
        "--declarations FOLDER\n"
    )


def test_options_become_one_record(monkeypatch):
    asked = []
    monkeypatch.setattr(crawl, "run_to_end", lambda options, *_: asked.append(options) or Ended(3))
    result = CliRunner().invoke(
        main,
        [
            "crawl",
            "--url",
            "a.example/x",
            "--url",
            "b.example/y,z",
            "--site",
            "c.example",
            "--sites",
            "list.txt",
            "--since",
            "2018",
            "--until",
            "2019",
            "--strategy",
            "all",
            "--db",
            "x.db",
            "--archive",
            "sample",
            "--contact",
            "me@example.org",
            "--json",
            "--no-wait",
            "--resolution",
            "0.5",
            "--max-gap",
            "0",
            "--declarations",
            "a:b",
            "--declarations",
            "c",
            "--terms",
            "x,y",
            "--max-requests",
            "7",
            "--max-minutes",
            "0.5",
            "--all-policies",
        ],
    )
    assert result.exit_code == 3
    assert asked == [
        RunOptions(
            urls=("http://a.example/x", "http://b.example/y,z"),
            sites=("c.example",),
            listed="list.txt",
            period=Period(utc(2018, 1, 1), utc(2019, 12, 31, 23, 59, 59)),
            strategy=ALL,
            database=Path("x.db"),
            archive=parse_archive("sample"),
            contact="me@example.org",
            summary=SummaryStyle.NONE,
            wait=0,
            resolution=timedelta(hours=12),
            max_gap=timedelta(0),
            declarations=(Path("a:b"), Path("c")),
            terms=("x", "y"),
            max_requests=7,
            max_minutes=0.5,
            all_policies=True,
            state=asked[0].state,
        )
    ]
