"""Every page without a server: it answers, leads nowhere dead, and says what the command says."""

import json
import re
from collections import Counter
from contextlib import closing
from datetime import date, timedelta
from itertools import product

import pytest
from click.testing import CliRunner
from lxml import html

from cli.main import main
from history.database import open_database
from history.timeline.timeline import read_versions
from history.web.catalogue import read_catalogue
from history.web.keys import find_version, version_keys

from .pages import Site, every_page

POLICY = "/-/site/lumenkart.example/privacy"


@pytest.fixture(scope="module")
def site(sample_db):
    return Site(sample_db)


@pytest.fixture
def written(history_db):
    """A history with a move, a gap, a return, a removed sentence and two policies of one site."""
    shown = history_db.shown
    history_db.policy(
        "https://a.example/privacy",
        shown(
            "2012-03-01",
            "# Privacy\n\nWe keep your data.\n\n## Sharing\n\nWe never sell it. We may share it.\n\n* one\n* two",
        ),
        shown(
            "2013-06-01",
            "# Privacy\n\nWe keep your data.\n\n## Sharing\n\nWe sell it to partners now. We may share it.\n\n* two",
        ),
        shown(
            "2013-09-01",
            "# Privacy\n\nWe keep your data.\n\n## Sharing\n\nWe sell it to partners now. We may share it.\n\n* two",
        ),
        shown(
            "2016-06-01",
            "# Privacy\n\nWe keep your data.\n\n## Sharing\n\nWe never sell it. We may share it.\n\n* one\n* two",
        ),
        shown("2016-08-01", outcome="playback_failed"),
        shown(
            "2018-05-25",
            "# Privacy\n\nWe keep your data for a year.\n\n## Sharing\n\nWe never sell it. We may share it.",
        ),
    )
    history_db.policy("https://a.example/cookies", shown("2018-05-25", "We use cookies."), site="a.example")
    return Site(history_db.policy("https://b.example/p", shown("2019-01-01", "We keep your data for a year.")))


def test_every_page_leads_to_pages_that_answer(written):
    seen = [address for address, _tree in every_page(written)]
    assert len(seen) > 40
    kinds = Counter(
        address.split("?")[0]
        .removeprefix("/-/")
        .split("/")[-2 if "/v/" in address or "/diff/" in address or "/blame/" in address else -1]
        for address in seen
    )
    assert {
        "v",
        "diff",
        "blame",
        "claims",
        "timeline",
        "calendar",
        "policies",
        "search",
        "changes",
        "trends",
        "coverage",
        "runs",
    } <= set(kinds)


def test_every_page_is_sound_html(written):
    for address, tree in every_page(written, most=120):
        assert tree.get("lang") == "en", address
        assert len(tree.xpath("//main")) == 1, address
        assert len(tree.xpath("//h1")) == 1, address
        ids = Counter(tree.xpath("//@id"))
        assert not [name for name, times in ids.items() if times > 1], address
        anchors = {target[1:] for target in tree.xpath("//a/@href") if target.startswith("#")}
        assert anchors <= set(ids), (address, anchors - set(ids))
        assert not tree.xpath("//@style | //script[not(@src)] | //style"), address
        assert len(tree.xpath("//title")[0].text_content()) > 10, address


def cli_json(db, *arguments):
    result = CliRunner().invoke(main, [*arguments, "--db", str(db), "--json"])
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


@pytest.mark.parametrize(
    ("address", "command"),
    [
        ("/-/sites.json?sort=site", ["sites"]),
        (f"{POLICY}/timeline.json", ["timeline", "lumenkart.example"]),
        (
            f"{POLICY}/timeline.json?since=2019&until=2020",
            ["timeline", "lumenkart.example", "--since", "2019", "--until", "2020"],
        ),
        (f"{POLICY}/timeline.json?all=1", ["timeline", "lumenkart.example", "--all"]),
        (f"{POLICY}/v/3.json", ["show", "lumenkart.example", "3"]),
        (f"{POLICY}/at/2021-01-01.json", ["show", "lumenkart.example", "--at", "2021-01-01"]),
        (f"{POLICY}/diff/4..5.json", ["diff", "lumenkart.example", "4", "5"]),
        (f"{POLICY}/diff/4..5.json?links=1", ["diff", "lumenkart.example", "4", "5", "--links"]),
        (f"{POLICY}/blame/5.json", ["blame", "lumenkart.example", "--at", "5"]),
        (f"{POLICY}/blame/5.json?removed=1", ["blame", "lumenkart.example", "--at", "5", "--removed"]),
        (f"{POLICY}/claims.json", ["claims", "lumenkart.example", "--all"]),
        (f"{POLICY}/claims.json?claim=sale", ["claims", "lumenkart.example", "--all", "--claim", "sale"]),
        ("/-/search.json?q=personal+information&limit=10", ["search", "personal information"]),
        (
            "/-/search.json?q=sell&site=nestwell.example&limit=10&first=1",
            ["search", "sell", "--site", "nestwell.example", "--first"],
        ),
        ("/-/changes.json?class=substantive", ["changes", "--class", "substantive"]),
        (
            "/-/changes.json?site=lumenkart.example&since=2020",
            ["changes", "--site", "lumenkart.example", "--since", "2020"],
        ),
        ("/-/trends.json?terms=gdpr,cookies", ["trends", "gdpr", "cookies"]),
        ("/-/coverage.json", ["coverage"]),
        ("/-/coverage.json?site=nestwell.example", ["coverage", "nestwell.example"]),
    ],
)
def test_a_page_has_the_data_of_its_command(site, address, command):
    page = json.loads(site.page(address).body)
    asked = cli_json(site.path, *command)
    if command[0] == "sites":
        page, asked = (sorted(some["sites"], key=lambda one: one["site"]) for some in (page, asked))
    if command[0] == "changes":  # a page has 20, and does not count what it does not show
        page, asked = page["events"][:20], asked["events"][:20]
    assert page == asked


@pytest.mark.parametrize(
    ("address", "head", "rows"),
    [
        (f"{POLICY}/timeline.csv", "version,key,not_before,", 7),
        (f"{POLICY}/claims.csv?claim=sale", "site,policy_url,category,", 2),
        ("/-/changes.csv", "site,policy_url,from_version,", 25),
        ("/-/trends.csv?terms=gdpr", "half_year,covered,term,having,share", 52),
        ("/-/coverage.csv?site=nestwell.example&since=2014&until=2023", "site,policy_url,half_year,state,", 20),
        ("/-/runs.csv", "id,started_at,", 1),
        ("/-/sites.csv", "site,policies,versions,", 8),
    ],
)
def test_a_table_is_csv_as_well(site, address, head, rows):
    answer = site.page(address)
    lines = answer.body.decode().splitlines()
    assert answer.media.startswith("text/csv")
    assert lines[0].startswith(head)
    assert len(lines) == rows + 1


@pytest.mark.parametrize(
    ("address", "status", "told"),
    [
        ("/-/site/nobody.example/privacy/timeline", 404, "no site"),
        ("/-/site/lumenkart.example/terms/timeline", 404, "has no policy"),
        (f"{POLICY}/v/99", 404, "there is no version 99"),
        (f"{POLICY}/v/tomorrow", 400, "tomorrow"),
        (f"{POLICY}/at/1990-01-01", 404, "nothing is known of 1990-01-01"),
        (f"{POLICY}/diff/3", 400, "FROM..TO"),
        (f"{POLICY}/calendar?month=2018-13", 400, "is not a month"),
        ("/-/search?q=((sell", 400, "parenthesis"),
        ("/-/changes?since=once", 400, "once"),
        ("/-/changes?skip=minus", 400, "is not a number"),
        ("/-/coverage?site=nobody.example", 404, "nobody.example"),
        ("/-/site/a/b/c/d/e/f", 404, "no such page"),
        (f"{POLICY}/v/latest.csv", 404, "no table"),
        ("/-/search?q=" + "x" * 9000, 200, ""),
    ],
)
def test_what_cannot_be_answered_says_why(site, address, status, told):
    found = site.get(address)
    if found.status == 302:
        found = site.get(found.location)
    assert found.status == status
    assert told in found.body.decode().replace("&#39;", "'").replace("&#34;", '"')


def test_an_error_is_json_where_json_was_asked(site):
    data = json.loads(site.get("/-/site/nobody.example/privacy/timeline.json").body)
    assert data["ok"] is False
    assert data["status"] == 404
    assert "nobody.example" in data["error"]


def test_a_name_of_a_version_leads_to_its_citation(site):
    for name in ("3", "v3", "2020-06-01"):
        assert site.get(f"{POLICY}/v/{name}").location == f"{POLICY}/v/2020-01-07.99de2b57"
    assert site.get(f"{POLICY}/at?on=2021-01-01").location == f"{POLICY}/at/2021-01-01"
    assert site.get(f"{POLICY}/compare?from=5&to=3").location.startswith(
        f"{POLICY}/diff/2020-01-07.99de2b57..2022-09-13"
    )
    assert site.get(f"{POLICY}/diff/3..5?mode=sides").location.endswith("?mode=sides")


def test_a_key_stays_when_an_earlier_version_appears(history_db):
    shown = history_db.shown
    old = [shown("2015-01-01", "First words."), shown("2017-01-01", "Second words.")]
    site = Site(history_db.policy("https://a.example/privacy", *old))
    (before,) = {site.get("/-/site/a.example/privacy/v/latest").location}
    with closing(open_database(site.path)) as db:
        policy = read_catalogue(db).policies["a.example"][0]
        assert before.endswith(version_keys(read_versions(db, policy))[1])
    other = Site(history_db.policy("https://b.example/privacy", shown("2010-01-01", "Zeroth words."), *old))
    assert b"Second words" in other.page(before.replace("a.example", "b.example")).body
    assert b"Version 3" in other.page(before.replace("a.example", "b.example")).body


def test_keys_of_one_wording_on_one_day_differ(history_db):
    shown = history_db.shown
    path = history_db.policy(
        "https://a.example/p",
        shown("2015-01-01T01:00", "First words here."),
        shown("2015-01-01T02:00", "Other words here."),
        shown("2015-01-01T03:00", "First words here."),
        shown("2015-01-01T04:00", "Other words here."),
    )
    with closing(open_database(path)) as db:
        policy = read_catalogue(db).policies["a.example"][0]
        versions = read_versions(db, policy)
        keys = version_keys(versions)
        assert len(set(keys)) == len(versions)
        assert [find_version(db, policy, versions, key) for key in keys] == list(versions)


def test_reading_says_since_when_and_how_certain(written):
    page = written.read("/-/site/a.example/privacy/v/latest")
    assert page.xpath("string(//main/h1)").startswith("Version 4")
    since = [" ".join(one.text_content().split()) for one in page.xpath("//a[contains(@class, 'since')]")]
    assert since[0].startswith("since version 1")
    assert any("v4 2018-05-25" in one for one in since)
    certain = written.read("/-/site/a.example/privacy/at/2013-06-01").xpath("string(//p[contains(@class, 'banner')])")
    assert certain.startswith("Certain.")
    doubt = written.read("/-/site/a.example/privacy/at/2014-06-01").xpath("string(//p[contains(@class, 'banner')])")
    assert doubt.startswith("Not certain.")
    assert "version 2 or 3" in doubt


def test_blame_shows_removed_sentences_with_who_removed_them(written):
    plain = written.read("/-/site/a.example/privacy/blame/latest")
    assert not plain.xpath("//del")
    page = written.read("/-/site/a.example/privacy/blame/latest?removed=1")
    assert "We sell it to partners now." in [" ".join(one.text_content().split()) for one in page.xpath("//del")]
    assert "removed by v3" in " ".join(page.xpath("string(//div[@class='blame'])").split())


def test_the_picture_shows_every_version_bracket_and_gap(written):
    page = written.read("/-/site/a.example/privacy/timeline")
    assert len(page.xpath("//svg//rect[@class='bar']")) == 4
    assert len(page.xpath("//svg//polygon[@class='bracket']")) == 3
    titles = " ".join(page.xpath("//svg//title/text()"))
    assert re.search(r"version 3 lies between 2013-09-01 \d\d:\d\d and 2016-06-01", titles)
    assert "No usable capture for 1,004 days" in titles
    assert "1 capture without the policy’s text" in titles
    assert "GDPR" in page.xpath("string(//svg[contains(@class, 'axis')])")


def test_a_policy_of_many_versions_has_small_pages(history_db):
    """Floor: 50 kB a page, without the policy's own text."""
    words = ["".join(letters) for letters in product("bdfgkl", "aeiou", "mnprst")]
    texts = ["\n\n".join(f"We {one} what you tell us." for one in words[n : n + 5]) for n in range(150)]
    days = [f"{date(2000, 1, 1) + timedelta(days=40 * n)}" for n in range(150)]
    path = history_db.policy(
        "https://quite-a-long-name-of-a-site.example/privacy-policy", *map(history_db.shown, days, texts)
    )
    site, policy = Site(path), "/-/site/quite-a-long-name-of-a-site.example/privacy-policy"
    pages = {
        name: site.page(f"{policy}/{name}").body
        for name in ("timeline", "timeline?page=3", "calendar", "v/70", "diff/70..71", "diff/1..150", "blame/70")
    }
    assert {name: len(body) for name, body in pages.items() if len(body) > 50_000} == {}
    seen = set()
    for number in range(1, 7):
        seen |= set(site.read(f"{policy}/timeline?page={number}").xpath("//tr[@id]/@id"))
    assert seen == {f"v{number}" for number in range(1, 151)}
    offered = html.fromstring(pages["blame/70"].decode()).xpath("//nav[@class='slider']//a/text()")
    assert {"1", "69", "70", "71", "150"} < set(offered)
    assert len(offered) < 70
    pictured = html.fromstring(pages["timeline"].decode()).xpath("//svg//path[@class='bar']/@d")
    assert "".join(pictured).count("z") == 150


def test_links_to_archives_are_web_addresses_only(history_db):
    path = history_db.policy(
        "https://a.example/p",
        history_db.shown("2015-01-01", "Words."),
        history_db.shown("2016-01-01", "More words."),
        prefix="javascript:alert(1)//",
    )
    for _address, tree in every_page(Site(path), most=60):
        targets = [*tree.xpath("//@href"), *tree.xpath("//@src"), *tree.xpath("//@action")]
        assert not [one for one in targets if one.lower().startswith(("javascript:", "data:"))]


def test_a_text_too_large_for_a_page_says_so(history_db, monkeypatch):
    monkeypatch.setattr("history.web.limits.LONGEST", 50)
    monkeypatch.setattr("history.web.limits.ALL_TEXTS", 60)
    shown = history_db.shown
    site = Site(
        history_db.policy(
            "https://a.example/p", shown("2015-01-01", "Words here. " * 9), shown("2016-01-01", "Other. " * 9)
        )
    )
    for page in ("v/latest", "blame/latest", "diff/1..2", "claims"):
        found = site.get(f"/-/site/a.example/p/{page}")
        found = site.get(found.location) if found.status == 302 else found
        assert found.status == 413, page
        assert b"policylapse" in found.body, page


def test_an_empty_database_has_pages(history_db):
    history_db.db.conn.commit()
    site = Site(history_db.path)
    for page in ("/", "/-/changes", "/-/search?q=x", "/-/trends?terms=x", "/-/coverage", "/-/runs"):
        assert site.page(page).status == 200
