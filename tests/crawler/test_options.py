"""A run's options: one record, whether a command, the environment or `scrapy crawl` says them."""

import pickle
from copy import deepcopy
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from crawler import settings
from crawler.archives.capture import Period
from crawler.archives.dialects import parse_archive
from crawler.archives.errors import ConfigError
from crawler.archives.table import CDX
from crawler.choosing.strategies import ALL, LATEST
from crawler.options import _ARGUMENTS, _SETTINGS, OPTIONS, Mode, RunOptions, SummaryStyle, _flag, options_of
from tests.builders import utc


def test_nothing_said_is_the_default():
    assert options_of({}) == RunOptions()
    assert options_of(vars(settings)) == RunOptions(state=Path(settings.POLICYLAPSE_STATE))


def test_texts_become_one_record():
    said = {
        "POLICYLAPSE_ARCHIVE": "wayback+http://127.0.0.1:9",
        "POLICYLAPSE_DB": "x.db",
        "POLICYLAPSE_CONTACT": "me@example.org",
        "POLICYLAPSE_STATE": "/s",
        "POLICYLAPSE_WAIT": "inf",
        "POLICYLAPSE_MAX_REQUESTS": 7,
        "POLICYLAPSE_MAX_MINUTES": 0.5,
        "POLICYLAPSE_RETRY_DELAY": 0.25,
        "POLICYLAPSE_BUDGET": "cdx=2/s",
        "POLICYLAPSE_MAX_GAP": "30",
        "POLICYLAPSE_RESOLUTION": "0.5",
        "POLICYLAPSE_WORKERS": "2",
        "POLICYLAPSE_AT_ONCE": "20",
        "POLICYLAPSE_MODE": "discover",
        "POLICYLAPSE_SUMMARY": "none",
        "POLICYLAPSE_WACZ_APART": "1",
        "POLICYLAPSE_FALLBACK": "arquivo, awa",
        "POLICYLAPSE_FALLBACK_EXCLUDED": "1",
        "POLICYLAPSE_STRATEGY": "latest",
    }
    arguments = {
        "url": "http://a.example/p,1,http://b.example/q",
        "site": "c.example, d.example",
        "sites": "-",
        "since": "2018",
        "until": "2018-05",
        "declarations": "a:b",
        "terms": "terms,Cookies Policy",
        "all_policies": "1",
    }
    assert _SETTINGS.keys() <= said.keys()
    assert _ARGUMENTS.keys() == arguments.keys() | {"strategy", "fallback", "fallback_excluded"}
    expected = RunOptions(
        fallback=(parse_archive("arquivo"), parse_archive("awa")),
        fallback_excluded=True,
        urls=("http://a.example/p,1", "http://b.example/q"),
        sites=("c.example", "d.example"),
        listed="-",
        declarations=(Path("a"), Path("b")),
        terms=("terms", "Cookies Policy"),
        all_policies=True,
        period=Period(utc(2018, 1, 1), utc(2018, 5, 31, 23, 59, 59)),
        strategy=LATEST,
        max_gap=timedelta(days=30),
        resolution=timedelta(hours=12),
        mode=Mode.DISCOVER,
        archive=parse_archive("wayback+http://127.0.0.1:9"),
        database=Path("x.db"),
        contact="me@example.org",
        wait=float("inf"),
        max_requests=7,
        max_minutes=0.5,
        retry_delay=0.25,
        budget_changes="cdx=2/s",
        state=Path("/s"),
        workers=2,
        at_once=20,
        summary=SummaryStyle.NONE,
        wacz_apart=True,
    )
    assert options_of(said, arguments) == expected
    assert expected.budgets[CDX].interval == 0.5
    assert options_of(said, arguments | {"strategy": "all"}) == replace(expected, strategy=ALL)  # the nearer word wins
    assert options_of(said, expected.arguments) == expected  # what a run's row says asks for the same again


def test_the_record_is_handed_on_as_it_is():
    """Scrapy copies its settings, and an import in turn sends the record to another process."""
    record = RunOptions(sites=("a.example",), archive=parse_archive("sample"))
    assert options_of({OPTIONS: record, "POLICYLAPSE_WAIT": "nonsense"}, {"site": "b.example"}) is record
    assert deepcopy(record) == pickle.loads(pickle.dumps(record)) == record


NUMBERS = [
    name for name, (key, _) in _SETTINGS.items() if isinstance(getattr(RunOptions(), key), (int, float, timedelta))
]
WRONG = [
    (name, text) for name in NUMBERS if _SETTINGS[name][1] is not _flag for text in ("soon", "-1", "nan", "1e999x")
]


@pytest.mark.parametrize(("name", "text"), [*WRONG, ("POLICYLAPSE_MODE", "fast"), ("POLICYLAPSE_SUMMARY", "xml")])
def test_a_setting_that_cannot_be_read_is_named(name, text):
    with pytest.raises(ConfigError, match=f"{name} is '{text}': write "):
        options_of({name: text})


def test_contradictions_and_unknown_arguments():
    with pytest.raises(ConfigError, match="since=2019-01-01 is later than until=2018-12-31"):
        options_of({}, {"since": "2019", "until": "2018"})
    with pytest.raises(ConfigError, match="there is no argument 'colour': the spider takes url, site, "):
        options_of({}, {"colour": "blue"})
    with pytest.raises(ConfigError, match="can be lowered, not raised"):
        options_of({"POLICYLAPSE_BUDGET": "playback=9/s"})
