"""Privacy policies out of what others captured: those and nothing else, within the archive's budget, nothing fetched twice."""

import csv
from concurrent.futures import Future
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from itertools import pairwise
from typing import NamedTuple

import pytest
from click.testing import CliRunner
from warcio.archiveiterator import ArchiveIterator
from warcio.warcwriter import WARCWriter

from cli.keeping.collecting import collect_file, collect_located
from cli.main import main
from crawler.archives.capture import Outcome
from crawler.archives.common_crawl import locator_of_row
from crawler.archives.dialects import parse_archive
from crawler.archives.errors import ArchiveError, RateLimited
from crawler.archives.files.warc import WarcArchive
from crawler.archives.table import Budget
from crawler.archives.timestamps import parse_timestamp
from crawler.asking.ranges import Ranges
from pipelines.model import DocumentKind, Judgement
from pipelines.reading.reading import Reading
from pipelines.shards.collect import POLICIES
from pipelines.shards.lists import LOCATORS, WARCS, captures_of, locators_out, warcs_out
from pipelines.shards.model import Work
from pipelines.shards.place import JobFolders
from pipelines.shards.work import read_shards
from tests.generators.warc_files import put_response
from tests.servers.common_crawl import CommonCrawl


class Visit(NamedTuple):
    at: datetime
    body: bytes


HTML = [("Content-Type", "text/html")]
PRIVACY = "http://a.example/privacy"


class Reader:
    """Reads what a page's first word says: a policy, terms, junk, or nothing that can be read."""

    workers = 2

    def submit_to(self, made, page):
        future = Future()
        future.set_result(made(self._read(page)))
        return future

    def _read(self, page):
        word = page.body.split()[0].decode()
        kind = DocumentKind.PRIVACY if word == "policy" else DocumentKind.TERMS
        outcome = {"junk": Outcome.NOT_A_POLICY, "broken": Outcome.EXTRACT_FAILED}.get(word, Outcome.FETCHED)
        return Reading(outcome, "x", judgement=Judgement(outcome is Outcome.FETCHED, "", 1.0, kind=kind))


def warc(path, pages, gzip=True, **fields):
    with path.open("wb") as stream:
        writer = WARCWriter(stream, gzip=gzip)
        for number, (url, body) in enumerate(pages):
            put_response(writer, f"2015-01-{number + 1:02}T00:00:00Z", url, body.encode(), HTML, fields=fields)
    return path


def kept(folder, name):
    with (folder / POLICIES / f"{name}.warc.gz").open("rb") as stream:
        return [
            (one.rec_headers["WARC-Target-URI"], one.rec_headers["WARC-Date"], one.content_stream().read().decode())
            for one in ArchiveIterator(stream, check_digests="raise")
        ]


@pytest.mark.parametrize("name", ["x.warc.gz", "x.warc"])
def test_of_a_file_of_records_policies_are_kept_and_nothing_else(tmp_path, name):
    pages = [
        (PRIVACY, "policy of a"),
        ("http://b.example/about", "policy of b, at an address that nobody would look at"),
        ("http://c.example/privacy-policy", "terms that stand there"),
        ("http://d.example/privacy", "junk"),
        ("http://e.example/privacy", "broken"),
        (PRIVACY, "policy of a, new"),
    ]
    path = warc(tmp_path / name, pages, gzip=name.endswith("gz"))
    place = JobFolders(str(tmp_path / "job"))
    (shard,) = warcs_out(place, [str(path)])
    (read,) = read_shards(place, place.to_read(WARCS, POLICIES), Reader(), Work(WARCS, POLICIES, collect_file))
    assert (read.pages, read.failed, read.rows) == (5, 1, 2)
    assert kept(tmp_path / "job", shard) == [
        (PRIVACY, "2015-01-01T00:00:00Z", "policy of a"),
        (PRIVACY, "2015-01-06T00:00:00Z", "policy of a, new"),
    ]
    again = (tmp_path / "job" / POLICIES / f"{shard}.warc.gz").read_bytes()
    collect_file(place, shard, Reader())
    assert (tmp_path / "job" / POLICIES / f"{shard}.warc.gz").read_bytes() == again


def test_a_file_without_a_policy_gives_a_file_that_is_whole_and_empty(tmp_path):
    place = JobFolders(str(tmp_path))
    (shard,) = warcs_out(place, [str(warc(tmp_path / "x.warc.gz", [(PRIVACY, "junk")]))])
    read = collect_file(place, shard, Reader())
    assert (read.pages, read.failed, read.rows) == (1, 0, 0)
    assert kept(tmp_path, shard) == []


@pytest.mark.parametrize("content", [None, b"", b"no record"])
def test_a_file_that_cannot_be_read_is_told_and_stops_no_other(tmp_path, content):
    bad, good = tmp_path / "bad.warc.gz", warc(tmp_path / "good.warc.gz", [(PRIVACY, "policy")])
    if content is not None:
        bad.write_bytes(content)
    place = JobFolders(str(tmp_path))
    first, second = warcs_out(place, [str(bad), str(good)])
    work = Work(WARCS, POLICIES, collect_file)
    came = list(read_shards(place, place.to_read(WARCS, POLICIES), Reader(), work))
    assert came[0][0] == first
    assert str(bad) in place.failures(POLICIES)[first]
    assert len(kept(tmp_path, second)) == 1


@pytest.fixture
def crawled(tmp_path):
    """A Common Crawl with six visits of one policy, and its rows as captures."""
    at = [datetime(2015, month, 1, tzinfo=UTC) for month in range(1, 7)]
    with CommonCrawl(tmp_path / "cc") as server:
        server.crawl("CC-MAIN-2015-06", [Visit(one, f"policy {one:%m}".encode()) for one in at], url=PRIVACY)
        yield server


def asking(server, folder, *, budget=None, machines=1, clock=lambda: 1e9, slept=None):
    archive = replace(
        parse_archive("commoncrawl"),
        playback_url=f"{server.origin}/",
        budgets={"playback": budget} if budget else {},
    )
    return Ranges(
        archive, folder / "state", "test", machines, clock, slept.append if slept is not None else lambda _: 0
    )


def rows_of(server, folder):
    """A file of the columnar index."""
    path = folder / "rows.csv"
    with path.open("w", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(
            "url fetch_time fetch_status content_mime_type warc_filename warc_record_offset warc_record_length".split()
        )
        for row in server.rows("CC-MAIN-2015-06"):
            moment = parse_timestamp(row["timestamp"])
            writer.writerow(
                [row["url"], f"{moment:%F %T}", row["status"], row["mime"]]
                + [row[name] for name in ("filename", "offset", "length")]
            )
    return path


def put_out(server, folder, *arguments):
    call = [
        "shard",
        "out",
        "--work",
        "commoncrawl",
        "--into",
        str(folder / "job"),
        str(rows_of(server, folder)),
        *arguments,
    ]
    result = CliRunner().invoke(main, call)
    assert result.exit_code == 0, result.output
    return JobFolders(str(folder / "job"))


def located(server, folder, **options):
    return Work(LOCATORS, POLICIES, partial(collect_located, asking(server, folder, **options)))


def test_a_record_that_was_cut_off_is_no_policy(tmp_path):
    with CommonCrawl(tmp_path / "cc") as server:
        server.crawl("CC-MAIN-2015-06", [Visit(datetime(2015, 1, 1, tzinfo=UTC), b"policy")], url=PRIVACY, cut="length")
        place = put_out(server, tmp_path)
        (read,) = read_shards(place, place.to_read(LOCATORS, POLICIES), Reader(), located(server, tmp_path))
    assert (read.pages, read.failed, read.rows) == (1, 1, 0)


def test_records_are_fetched_by_their_ranges_and_kept_as_they_lie_there(crawled, tmp_path):
    place = put_out(crawled, tmp_path)
    (read,) = read_shards(place, place.to_read(LOCATORS, POLICIES), Reader(), located(crawled, tmp_path))
    assert (read.pages, read.failed, read.rows) == (6, 0, 6)
    assert len(crawled.ranges) == len(set(crawled.ranges)) == 6
    (file,) = (tmp_path / "cc").rglob("*.warc.gz")
    whole = file.read_bytes()
    places = [record.place for record in WarcArchive(file).records()]
    (name,) = place.names(POLICIES)
    assert (tmp_path / "job" / POLICIES / f"{name}.warc.gz").read_bytes() == b"".join(
        whole[one.offset : one.offset + one.length] for one in places
    )


@pytest.mark.parametrize("status", [403, 429, 503])
@pytest.mark.parametrize("answered", [0, 2])
def test_the_first_refusal_ends_the_job_and_nothing_is_fetched_twice(crawled, tmp_path, status, answered):
    now = [1e9]
    place = put_out(crawled, tmp_path)
    put = place.names(LOCATORS)
    path = f"/{crawled.rows('CC-MAIN-2015-06')[0]['filename']}"
    work = located(crawled, tmp_path, clock=lambda: now[0])

    real, counted = crawled._answer, []

    def answer(*asked):
        counted.append(asked)
        return (status, b"SlowDown") if len(counted) == answered + 1 else real(*asked)

    crawled._answer = answer
    with pytest.raises(RateLimited, match="Common Crawl"):
        list(read_shards(place, place.to_read(LOCATORS, POLICIES), Reader(), work))
    with pytest.raises(RateLimited):  # it is not even asked
        list(read_shards(place, place.to_read(LOCATORS, POLICIES), Reader(), work))
    left = place.to_read(LOCATORS, POLICIES, put)  # what `cluster` does when it puts the same shards out again
    assert left == place.to_read(LOCATORS, POLICIES)
    assert len(left) == 1
    assert place.to_read(LOCATORS, POLICIES, ["00001-0123456789abcdef"]) == []
    assert len(counted) == answered + 1
    assert len(kept_in(place, tmp_path)) == answered
    now[0] += 8 * 86_400
    list(read_shards(place, place.to_read(LOCATORS, POLICIES), Reader(), work))
    assert len(counted) == 7
    assert [body for _url, _date, body in kept_in(place, tmp_path)] == [f"policy {month:02}" for month in range(1, 7)]
    assert path


def kept_in(place, folder):
    return sorted(one for name in place.names(POLICIES) for one in kept(folder / "job", name))


def test_all_processes_of_a_machine_share_the_budget_and_machines_divide_it(crawled, tmp_path):
    slept = []
    for machines in (1, 3):
        slept.clear()
        budget = Budget(60, 60.0, "test")
        state = tmp_path / str(machines)
        for locator in located_in(crawled):  # each by a Ranges of its own, as in a process of its own
            asking(crawled, state, budget=budget, machines=machines, slept=slept).get(locator)
        assert [round(two - one) for one, two in pairwise(slept)] == [machines] * 5


def located_in(server):
    return [locator_of_row(row) for row in server.rows("CC-MAIN-2015-06")]


@pytest.mark.parametrize("status", [200, 302, 404, 500])
def test_an_answer_that_is_no_range_is_that_record_s_failure(crawled, tmp_path, status):
    locator, *_ = located_in(crawled)
    crawled.faults[f"/{locator.filename}"] = [status]
    with pytest.raises(ArchiveError, match=str(status)):
        asking(crawled, tmp_path).get(locator)
    assert len(asking(crawled, tmp_path).get(locator)) == locator.length


def test_locators_are_split_and_come_back_as_they_were(crawled, tmp_path):
    place = put_out(crawled, tmp_path)
    (name,) = place.names(LOCATORS)
    captures = list(captures_of(place, name))
    other = JobFolders(str(tmp_path / "other"))
    count, names = locators_out(other, captures * 2, size=4)
    assert (count, len(names)) == (12, 3)
    assert [one for name in names for one in captures_of(other, name)] == captures * 2


def test_without_a_contact_nobody_is_asked(crawled, tmp_path, monkeypatch):
    monkeypatch.delenv("POLICYLAPSE_CONTACT", raising=False)
    put_out(crawled, tmp_path)
    result = CliRunner().invoke(main, ["shard", "read", str(tmp_path / "job"), "--work", "commoncrawl"])
    assert result.exit_code == 2
    assert "POLICYLAPSE_CONTACT" in result.output
    assert not crawled.ranges


def test_what_is_kept_can_be_imported(tmp_path, monkeypatch):
    """From a file of records to a list of policies, by the commands as a person types them."""
    monkeypatch.chdir(tmp_path)
    sentence = "We collect your name and your e-mail address. We keep your personal data for {} days. "
    page = "<html><title>Privacy Policy</title><h1>Privacy Policy</h1>" + "".join(
        f"<p>{sentence.format(number)}You have the right to access your personal data.</p>" for number in range(40)
    )
    warc(tmp_path / "x.warc.gz", [(PRIVACY, page), ("http://a.example/about", page)])
    (tmp_path / "files.txt").write_text(f"{tmp_path / 'x.warc.gz'}\n")
    for call in ("shard out --work warcs --into job files.txt", "shard read job --work warcs --processes 1"):
        result = CliRunner().invoke(main, call.split())
        assert result.exit_code == 0, result.output
    assert "1 policy kept" in result.output
    assert "policylapse import-warc job/policies" in result.output
    (name,) = JobFolders("job").names(POLICIES)
    assert kept(tmp_path / "job", name) == [(PRIVACY, "2015-01-01T00:00:00Z", page)]
