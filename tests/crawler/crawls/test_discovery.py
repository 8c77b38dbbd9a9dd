"""Sites crawled by their name: what is asked, what is kept, and whose history becomes whose."""

import json
import sqlite3
from contextlib import closing

import pytest
from click.testing import CliRunner
from warcio.warcwriter import WARCWriter

from cli.main import main
from crawler.archives.files.warc import Answered
from tests import programs
from tests.crawling import ROOT, crawl, environment, rows
from tests.generators.sites_generated import PROFILES, GeneratedArchive, generate
from tests.generators.warc_files import put_response
from tests.sample_archive.truth import TRUTH
from tests.servers.pywb_server import pywb_server
from tests.servers.wayback_server import EXCLUDED, WaybackServer

SITES = generate(len(PROFILES), seed=7)
ONLY_DISCOVER = {"POLICYLAPSE_MODE": "discover"}


def site_of(profile):
    return SITES[PROFILES.index(profile)]


def spans(database, site):
    return [
        url
        for (url,) in rows(
            database,
            "SELECT u.url FROM url_spans u JOIN sites s ON s.id = u.site_id WHERE s.site = ? AND policy = 1 ORDER BY number",
            site.name,
        )
    ]


@pytest.fixture(scope="module")
def crawled(tmp_path_factory):
    """A crawl of four sites, then the same once more; the requests of each."""
    database = tmp_path_factory.mktemp("sites") / "x.db"
    sites = [site_of(name) for name in ("two moves, gone", "sold", "no policy", "several policies")]
    names = ",".join(site.name for site in sites)
    with WaybackServer(GeneratedArchive(sites)) as server:
        runs = []
        for _ in range(2):
            server.asked.clear()
            run = crawl(database, server.archive, site=names, settings={"POLICYLAPSE_STRATEGY": "latest"})
            runs.append((run, dict(server.asked)))
    return database, sites, runs


def test_the_urls_of_a_policy_are_found_and_crawled_as_one_policy(crawled):
    database, (moved, *_), _ = crawled
    assert spans(database, moved) == [era.url for era in moved.eras]
    found = rows(
        database,
        "SELECT u.url, u.valid_to IS NULL FROM policies p JOIN policy_urls u ON u.policy_id = p.id "
        "JOIN sites s ON s.id = p.site_id WHERE s.site = ? ORDER BY u.valid_from",
        moved.name,
    )
    assert found == [(era.url, era.end is None) for era in moved.eras]
    assert rows(database, "SELECT count(*) FROM timeline WHERE site = ?", moved.name) == [(1,)]


def test_nothing_is_asked_twice(crawled):
    _, _, ((first, asked), (again, asked_again)) = crawled
    assert (first.code, again.code) == (1, 0)  # one site has no policy, which is reported once
    assert max(asked.values()) == 1
    assert not [path for path in asked_again if "/web/" in path or "filter=" in path]


def test_home_pages_are_kept_and_are_no_captures_of_a_policy(crawled):
    database, (moved, *_), _ = crawled
    homes = rows(
        database,
        "SELECT urlkey, payload_id IS NOT NULL, (SELECT count(*) FROM policy_urls u WHERE u.urlkey = k.urlkey), "
        "(SELECT count(*) FROM extractions e WHERE e.payload_id = k.payload_id) FROM captures k WHERE original = ?",
        f"http://{moved.name}/",
    )
    assert 2 <= len(homes) <= 8
    assert {row[1:] for row in homes} == {(1, 0, 0)}


def test_a_redirect_to_the_buyer_of_a_domain_is_recorded_and_not_followed(crawled):
    database, (_, sold, *_), _ = crawled
    assert spans(database, sold) == [sold.eras[0].url]
    assert rows(database, "SELECT url FROM policy_urls WHERE url LIKE '%bigcorp%'") == []
    found = rows(database, "SELECT taken, why FROM candidates WHERE url LIKE '%bigcorp%'")
    assert [taken for taken, _ in found] == [0]
    assert "nothing says that it is the same company's" in found[0][1]


def test_a_site_without_a_policy_is_told(crawled):
    database, (_, _, none, _), ((run, _), _) = crawled
    assert rows(database, "SELECT outcome FROM outcomes WHERE subject = ?", none.name)[0] == ("no_policy_found",)
    assert "policylapse discover" in run.err


def test_other_policies_only_if_they_are_asked_for(crawled, tmp_path):
    database, (*_, several), _ = crawled
    count = "SELECT p.label, p.policy_url FROM policies p JOIN sites s ON s.id = p.site_id WHERE s.site = ? ORDER BY 1"
    assert [label for label, _ in rows(database, count, several.name)] == ["general"]
    with WaybackServer(GeneratedArchive([several])) as server:
        run = crawl(
            tmp_path / "y.db", server.archive, site=several.name, all_policies="1", scrapy_settings=ONLY_DISCOVER
        )
    assert run.err.count("Traceback") == 0
    assert [label for label, _ in rows(tmp_path / "y.db", count, several.name)] == ["applicants", "children", "general"]


def test_an_excluded_site_costs_two_requests(tmp_path):
    headers = {"content-type": "text/plain", "x-archive-wayback-runtime-error": EXCLUDED.decode()}
    faults = {"/cdx": [Answered(403, headers, EXCLUDED)] * 9}
    with WaybackServer(GeneratedArchive([site_of("one URL")]), faults) as server:
        run = crawl(tmp_path / "x.db", server.archive, site=site_of("one URL").name)
    assert run.code == 1
    assert sum(server.asked.values()) == 2
    assert rows(tmp_path / "x.db", "SELECT outcome FROM outcomes") == [("excluded",)]


def test_a_run_that_ends_at_its_limit_goes_on_where_it_was(tmp_path):
    site = site_of("two moves, gone")
    with WaybackServer(GeneratedArchive([site])) as server:
        limited = {"POLICYLAPSE_MAX_REQUESTS": "3"} | ONLY_DISCOVER
        for _ in range(8):
            run = crawl(tmp_path / "x.db", server.archive, site=site.name, scrapy_settings=limited)
            assert "Traceback" not in run.err
        assert max(server.asked.values()) == 1
        assert sum(server.asked.values()) <= 12
    assert spans(tmp_path / "x.db", site) == [era.url for era in site.eras]


def test_the_sample_crawled_by_its_sites_names_has_every_version_and_no_other(tmp_path):
    run = crawl(tmp_path / "x.db", "sample", site=",".join(TRUTH))
    assert run.code == 0, run.err
    for site, truth in TRUTH.items():
        found = rows(
            tmp_path / "x.db",
            "SELECT first_seen, captures, change_class FROM timeline WHERE site = ? ORDER BY version",
            site,
        )
        digits = [("".join(filter(str.isdigit, first)), captures, change) for first, captures, change in found]
        assert digits == [(v.first_seen, v.captures, v.change) for v in truth.versions], site


def page(name):
    text = "We collect personal data, and this privacy policy tells what we use your personal information for. " * 8
    return f"<html><title>Privacy Policy</title><h1>Privacy Policy of {name}</h1><p>{text}</p></html>".encode()


def write_warc(path, records):
    with path.open("wb") as stream:
        writer = WARCWriter(stream, gzip=True)
        for date, url, status, location, body in records:
            headers = [("Content-Type", "text/html")] + ([("Location", location)] if location else [])
            put_response(writer, f"{date}T00:00:00Z", url, body, headers, status)


@pytest.mark.parametrize(("owner", "followed"), [("Ringtone", True), ("Other Inc.", False)])
def test_a_redirect_to_another_company_s_host_is_followed_if_the_page_names_the_site(tmp_path, owner, followed):
    old, new = "http://ringtone.example/privacy", "http://policies.test/privacy-policy"
    write_warc(
        tmp_path / "x.warc.gz",
        [
            ("2010-01-01", old, "200 OK", "", page("Ringtone")),
            ("2012-01-01", old, "301 Moved", new, b""),
            ("2012-03-01", new, "200 OK", "", page(owner)),
        ],
    )
    run = crawl(tmp_path / "x.db", tmp_path / "x.warc.gz", url=old)
    assert run.code == 0, run.err
    urls = {url for (url,) in rows(tmp_path / "x.db", "SELECT url FROM policy_urls")}
    assert urls == ({old, new} if followed else {old})
    ((detail,),) = rows(tmp_path / "x.db", "SELECT detail FROM captures WHERE outcome = 'redirect'")
    assert ("not followed" in detail) is not followed


def test_pywb_answers_what_discovery_asks(tmp_path):
    with pywb_server(tmp_path, ROOT / "data/sample/sample.warc.gz") as archive:
        crawl(tmp_path / "x.db", archive, site="harborline.example", scrapy_settings=ONLY_DISCOVER)
    found = rows(tmp_path / "x.db", "SELECT url FROM url_spans ORDER BY number")
    assert found == [("http://www.harborline.example/privacy.asp",), ("http://www.harborline.example/legal/privacy",)]


def test_the_command_tells_urls_dates_evidence_and_candidates(tmp_path):
    command = ["-m", "cli.main", "discover", "--archive", "sample", "--db", str(tmp_path / "x.db")]
    names = tmp_path / "list.txt"
    names.write_text("harborline.example\nnosuch.example\n", encoding="utf-8")
    settings = environment(POLICYLAPSE_STATE=str(tmp_path / "state"), COLUMNS="100")
    done = [
        programs.run(*command, *rest, env=settings)
        for rest in (["--list", str(names)], ["--json", "harborline.example"])
    ]
    assert [one.returncode for one in done] == [1, 0]
    text = done[0].stdout
    assert "2003-04-08 – 2012-05-15…2012-10-11  http://www.harborline.example/privacy.asp" in text
    assert "link “Privacy Policy” on http://www.harborline.example/, 2003-04-08" in text
    assert "nosuch.example" in text
    assert "no privacy policy found" in text
    assert "the index, for home pages: 1" in text
    (site,) = json.loads(done[1].stdout)["sites"]
    assert [span["url"].rpartition("/")[2] for span in site["policies"][0]["spans"]] == ["privacy.asp", "privacy"]
    assert site["policies"][0]["spans"][1]["evidence"][0]["source"] == "redirect"


def test_the_command_says_what_to_name(tmp_path):
    command = ["-m", "cli.main", "discover", "--db", str(tmp_path / "x.db")]
    done = programs.run(*command, env=environment())
    assert done.returncode == 2
    assert "name a site" in done.stderr


def test_who_forgets_a_site_forgets_how_it_was_found(crawled, tmp_path):
    database, (moved, sold, *_), _ = crawled
    copy = tmp_path / "x.db"
    with closing(sqlite3.connect(database)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)
    held = "SELECT count(*) FROM captures WHERE original LIKE ? AND payload_id IS NOT NULL"
    known = "SELECT count(*) FROM discovery_answers a JOIN sites s ON s.id = a.site_id WHERE s.site = ?"
    home = f"%{moved.name}/"
    assert rows(copy, held, home)[0][0]
    done = CliRunner().invoke(main, ["forget", moved.name, "--reason", "asked", "--yes", "--db", str(copy)])
    assert done.exit_code == 0, done.output
    assert rows(copy, held, home) == rows(copy, known, moved.name) == [(0,)]
    assert rows(copy, known, sold.name)[0][0]
    for table in ("candidates", "url_spans"):
        assert not rows(copy, f"SELECT 1 FROM {table} t JOIN sites s ON s.id = t.site_id WHERE s.site = ?", moved.name)
    assert CliRunner().invoke(main, ["fsck", "--db", str(copy)]).exit_code == 0
