"""What people who know Scrapy use: feeds, own pipelines, scrapyd, spidermon, the command outside the clone."""

import csv
import json
import logging
import re
import shutil
import xml.etree.ElementTree as ET
from dataclasses import fields
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from itemadapter import ItemAdapter
from scrapy.exporters import CsvItemExporter, JsonLinesItemExporter, XmlItemExporter
from scrapy.settings import Settings

from crawler import run as run_module
from crawler.archives.capture import Outcome, Policy
from crawler.archives.memento import replay_url
from crawler.log import OneLineFormatter
from crawler.options import options_of
from pipelines.items import CaptureTextItem, capture_item
from pipelines.model import Block, BlockKind, Extraction
from pipelines.reading.reading import Reading
from pipelines.store.shelves.captures import Cited
from tests.crawling import crawl, environment, rows
from tests.programs import ROOT, run
from tests.servers.scrapyd_server import scrapyd_server

FEED = '{"%s": {"format": "jsonlines"}}'
SITE = "lumenkart.example"
LINK = "https://web.archive.org/web/20200101000000id_/http://a.example/p"


def cited(url="http://a.example/p"):
    return Cited("wayback", LINK, url, "20200101000000", datetime(2020, 1, 1, tzinfo=UTC))


def errors_in(log):
    return [line for line in log.splitlines() if "] ERROR: " in line]


@pytest.fixture(scope="module")
def fed(tmp_path_factory):
    """One crawl outside the clone, as scrapyd starts it, with a feed of each form."""
    folder = tmp_path_factory.mktemp("feeds")
    feeds = {f"items.{form}": {"format": form} for form in ("jsonlines", "json", "csv", "xml")}
    limits = {"POLICYLAPSE_STATE": str(folder / "state"), "POLICYLAPSE_ARCHIVE": "sample", "PYTHONPATH": str(ROOT)}
    done = run(
        "-m",
        "scrapy",
        "crawl",
        "policies",
        "-a",
        f"site={SITE}",
        "-a",
        "_job=26f1",
        "-a",
        "strategy=all",
        "-s",
        f"FEEDS={json.dumps(feeds)}",
        "-s",
        "POLICYLAPSE_ITEM_TEXT=1",
        "-s",
        "STATS_DUMP=1",
        "-s",
        "LOG_LEVEL=INFO",
        env=environment(SCRAPY_SETTINGS_MODULE="crawler.settings", **limits),
        cwd=folder,
    )
    assert done.returncode == 0, done.stderr
    return folder, done


def test_every_form_of_feed_has_every_capture_that_was_read_with_its_text(fed):
    folder, _done = fed
    with (folder / "items.csv").open(newline="") as file:
        table = list(csv.DictReader(file))
    lines = [json.loads(line) for line in (folder / "items.jsonlines").read_text().splitlines()]
    tree = [{cell.tag: cell.text or "" for cell in item} for item in ET.parse(folder / "items.xml").getroot()]
    assert json.loads((folder / "items.json").read_text()) == lines
    as_texts = [{name: str(value) for name, value in line.items()} for line in lines]
    assert table == tree == as_texts
    held = rows(
        folder / "policylapse.db",
        "SELECT original, timestamp, archive, citation_url, outcome FROM captures WHERE payload_id IS NOT NULL",
    )
    seen = {(line["url"], line["timestamp"], line["archive"], line["archive_url"], line["outcome"]) for line in lines}
    assert seen <= set(held)
    assert {line["site"] for line in lines} == {SITE}
    wordings = rows(folder / "policylapse.db", "SELECT DISTINCT wording FROM timeline")
    assert {line["wording"] for line in lines if line["outcome"] == "fetched"} == {wording for (wording,) in wordings}
    for line in lines:
        assert bool(line["words"]) == bool(line["text"]) == (line["outcome"] == "fetched")


def test_a_feed_that_cannot_be_written_is_exit_code_1_and_the_database_is_complete(fed, tmp_path):
    (tmp_path / "items.jsonl").mkdir()
    done = crawl(
        tmp_path / "a.db",
        "sample",
        url=f"http://{SITE}/privacy",
        scrapy_settings={"FEEDS": FEED % (tmp_path / "items.jsonl")},
    )
    assert done.code == 1
    assert "a feed or an extension failed" in done.err
    assert rows(tmp_path / "a.db", "SELECT count(*) FROM timeline") == [(7,)]


def test_stats_have_one_prefix(fed):
    folder, done = fed
    ours = dict(re.findall(r"'policylapse/(\w+)': (\d+)", done.stderr))
    (run_row,) = rows(folder / "policylapse.db", "SELECT listed, fetched, reused, exit_code FROM runs")
    assert [int(ours[name]) for name in ("listed", "fetched", "reused", "exit_code")] == list(run_row)
    assert int(ours["fetched"]) > 0


def test_stats_are_numbers_after_a_run_that_read_nothing(fed, tmp_path):
    folder, _done = fed
    shutil.copy(folder / "policylapse.db", tmp_path / "a.db")
    done = crawl(
        tmp_path / "a.db",
        "sample",
        site=SITE,
        strategy="all",
        settings={"POLICYLAPSE_LOG_LEVEL": "INFO"},
        scrapy_settings={"STATS_DUMP": "1"},
    )
    ours = dict(re.findall(r"'policylapse/(\w+)': (\d+)", done.err))
    (run_row,) = rows(tmp_path / "a.db", "SELECT fetched, exit_code FROM runs ORDER BY id DESC LIMIT 1")
    assert [int(ours[name]) for name in ("fetched", "exit_code")] == list(run_row) == [0, 0]
    assert {"listed", "reused"} <= ours.keys()


def test_feeds_of_several_runs_are_the_feed_of_one(fed, tmp_path):
    """A run gives items for what it read itself: what an earlier one gave does not come again, and nothing is lost."""
    in_one, _done = fed
    feed = {"FEEDS": FEED % (tmp_path / "items.jsonl")}  # appended to, as by -o
    for until in ("2019-12-31", "", ""):
        assert (
            crawl(tmp_path / "a.db", "sample", site=SITE, strategy="all", until=until, scrapy_settings=feed).code == 0
        )
        lines = (tmp_path / "items.jsonl").read_text().splitlines()
        shown = [(line["timestamp"], line["archive_url"], line["wording"]) for line in map(json.loads, lines)]
        if until:
            assert max(timestamp for timestamp, *_ in shown) < "2020"
    expected = [json.loads(line) for line in (in_one / "items.jsonlines").read_text().splitlines()]
    assert sorted(shown) == sorted((line["timestamp"], line["archive_url"], line["wording"]) for line in expected)


def test_scrapyd_runs_the_spider_and_the_log_of_a_job_says_why_it_did_not_start(tmp_path):
    with scrapyd_server(tmp_path) as scrapyd:
        job = {"project": "default", "spider": "policies", "site": SITE}
        settings = ["POLICYLAPSE_ARCHIVE=sample", f"POLICYLAPSE_DB={tmp_path / 'a.db'}"]
        answers = [
            scrapyd.ask("schedule.json", **job, setting=settings),
            scrapyd.ask("schedule.json", **job, setting=settings, sit="a.example"),
        ]
        assert [answer["status"] for answer in answers] == ["ok", "ok"], (answers, scrapyd.said())
        good, bad = (answer["jobid"] for answer in answers)
        scrapyd.wait_for(good, bad)
        assert rows(tmp_path / "a.db", "SELECT site, count(*) FROM timeline GROUP BY site") == [(SITE, 7)], (
            scrapyd.log_of(good)
        )
        assert rows(tmp_path / "a.db", "SELECT exit_code FROM runs") == [(0,)]
        assert errors_in(scrapyd.log_of(good)) == []
        (why,) = errors_in(scrapyd.log_of(bad))
        assert "there is no argument 'sit'" in why


def test_spidermon_sees_our_stats_and_a_monitor_that_fails_is_in_the_log(tmp_path):
    """With the settings that docs/scrapy.md shows, and one monitor more, which no crawl passes."""
    (shown,) = re.findall(
        r"```python\n(from crawler\.settings .*?)```", (ROOT / "docs/scrapy.md").read_text(), re.DOTALL
    )
    more = """

class Impossible(Monitor):
    def test_listed(self):
        self.assertLess(self.data.stats["policylapse/listed"], 0)


Suite.monitors.append(Impossible)
"""
    (tmp_path / "yours.py").write_text(shown + more)
    told = {
        "SCRAPY_SETTINGS_MODULE": "yours",
        "POLICYLAPSE_ARCHIVE": "sample",
        "POLICYLAPSE_STATE": str(tmp_path / "s"),
    }
    command = ("-m", "scrapy", "crawl", "policies", "-a", f"site={SITE}", "-s", "LOG_LEVEL=INFO")
    done = run(*command, env=environment(PYTHONPATH=str(ROOT), **told), cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    verdicts = dict(re.findall(r"\[Spidermon\] (\w+/\w+)\.\.\. (\w+)", done.stderr))
    assert verdicts == {
        "Complete/test_exit_code": "OK",
        "Complete/test_captures": "OK",
        "Impossible/test_listed": "FAIL",
    }
    (failed,) = errors_in(done.stderr)
    assert "AssertionError: 40 not less than 0" in failed


def test_every_field_is_documented_and_nothing_else():
    section = (ROOT / "docs/scrapy.md").read_text().split("## Items")[1].split("\n## ")[0]
    assert re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE) == [field.name for field in fields(CaptureTextItem)]


@given(title=st.text(), text=st.text(), url=st.text(), detail=st.text())
def test_whatever_a_page_says_an_item_is_plain_and_each_exporter_writes_it_so_that_it_is_read_again(
    tmp_path_factory, title, text, url, detail
):
    blocks = (Block(BlockKind.PARAGRAPH, 0, text),)
    reading = Reading(Outcome.FETCHED, "x", detail, Extraction(title, blocks), wording="ab", words=2)
    item = capture_item(Policy(1, "a.example", url), cited(url), reading, with_text=True)
    values = ItemAdapter(item).asdict()
    assert {type(value) for value in values.values()} == {str, int}
    file = tmp_path_factory.getbasetemp() / "item"
    for kind in (JsonLinesItemExporter, CsvItemExporter, XmlItemExporter):
        with file.open("wb") as out:
            exporter = kind(out, encoding="utf-8")
            exporter.start_exporting()
            exporter.export_item(item)
            exporter.finish_exporting()
        if kind is JsonLinesItemExporter:
            assert json.loads(file.read_text(encoding="utf-8")) == values
        elif kind is XmlItemExporter:
            (element,) = ET.parse(file).getroot()
            assert [cell.tag for cell in element] == list(values)


def test_an_item_without_text_has_no_such_column_and_one_of_no_policy_has_its_reason():
    item = capture_item(
        Policy(1, "a.example", "u"), cited(), Reading(Outcome.NOT_A_POLICY, "x", "bot check"), with_text=False
    )
    values = ItemAdapter(item).asdict()
    assert "text" not in values
    assert (values["outcome"], values["detail"], values["wording"], values["words"]) == (
        "not_a_policy",
        "bot check",
        "",
        0,
    )
    assert values["replay_url"] == "https://web.archive.org/web/20200101000000/http://a.example/p"


def test_the_log_of_a_dropped_item_holds_no_text(fed):
    item = capture_item(
        Policy(1, "a.example", "u"), cited(), Reading(Outcome.NOT_A_POLICY, "x", "secret"), with_text=True
    )
    spider = type("Spider", (), {"crawler": type("Crawler", (), {"settings": Settings()})})
    line = OneLineFormatter().dropped(item, ValueError("a duplicate"), None, spider)
    assert line["level"] == logging.WARNING
    assert line["msg"] % line["args"] == "Dropped CaptureTextItem: a duplicate"


def test_a_schedulers_argument_changes_nothing():
    assert options_of({}, {"_job": "26f1", "site": "a.example"}) == options_of({}, {"site": "a.example"})


def test_what_keeps_a_crawl_from_starting_is_in_the_log_of_a_scheduled_job(caplog, capsys):
    process = type("Process", (), {"settings": Settings({"LOG_FILE": "job.log"})})()
    assert run_module.run_crawl(process, {"sit": "a.example"}).code == 2
    assert ["there is no argument 'sit'" in record.message for record in caplog.records] == [True]
    assert "Error: there is no argument 'sit'" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("link", "page"),
    [
        (LINK, "https://web.archive.org/web/20200101000000/http://a.example/p"),
        ("http://127.0.0.1:8911/hist/2020id_/http://a.example/", "http://127.0.0.1:8911/hist/2020/http://a.example/"),
        ("sample:20200101000000id_/http://a.example/1id_/", "sample:20200101000000/http://a.example/1id_/"),
        ("https://a.example/1id_x/", "https://a.example/1id_x/"),
        ("", ""),
    ],
)
def test_the_page_for_people_is_the_link_without_id(link, page):
    assert replay_url(link) == page
