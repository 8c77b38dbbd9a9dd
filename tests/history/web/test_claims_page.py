"""The page of claims: a row per claim, a bar per stay that leads to its sentence, with the brackets that are known."""

import json
import random
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import html

from tests.databases.written import HistoryWriter
from tests.ranges import examples

from .pages import Site
from .test_hostile import PIECES, check

PAGE = "/-/site/a.example/privacy/claims"


def texts(*paragraphs):
    return "\n\n".join(paragraphs)


@pytest.fixture
def page(history_db):
    shown = history_db.shown
    keeps, sells = "We keep your orders for two years.", "We do not sell your personal information."
    history_db.policy(
        "https://a.example/privacy",
        shown("2012-03-01", texts("## How long", keeps)),
        shown("2013-03-01", texts("## How long", keeps, "## Sale", sells)),
        shown("2014-03-01", texts("## How long", keeps)),
        shown("2015-03-01", texts("## How long", keeps, "This may be considered a sale of personal information.")),
        shown("2016-03-01", texts("## How long", keeps, sells, "We do not sell your personal data to anybody.")),
    )
    return Site(history_db.path)


def rows(tree):
    return {
        " ".join(row.xpath("string(th)").split()): row for row in tree.xpath("//table[@class='claims']/tbody/tr[td]")
    }


def test_each_bar_leads_to_the_sentence_that_brought_its_stay(page):
    tree = page.read(PAGE)
    denied = [row for row in tree.xpath("//table//tr[td='no']") if "sale.sell" in row.xpath("string(th)")]
    bars = denied[0].xpath(".//svg//a")
    assert len(bars) == 2
    told = []
    for bar in bars:
        (sentence,) = tree.xpath(f"//*[@id='{bar.get('href')[1:]}']")
        told.append(" ".join(sentence.text_content().split()))
    assert told[0].startswith("We do not sell your personal information. 2012-03-01 – 2013-03-01 (version 2)")
    assert "gone 2013-03-01 – 2014-03-01" in told[0]
    assert "under Sale" in told[0]
    assert "rule en.sale." in told[0]
    assert "came 2012-03-01 – 2013-03-01, gone 2013-03-01 – 2014-03-01" in bars[0].xpath("string(title)")
    assert "came 2015-03-01 – 2016-03-01, still there 2016-03-01" in bars[1].xpath("string(title)")
    assert "there at the first capture, 2012-03-01" in rows(tree)["retention.period 2 years"].xpath("string(.//title)")


def test_unclear_is_a_word_and_a_shape(page):
    (row,) = page.read(PAGE).xpath("//table//tr[td='unclear']")
    assert row.xpath("string(th)").strip().startswith("sale.")
    assert row.xpath(".//svg/@class") == ["stand p-unclear"]
    (badge,) = page.read(f"{PAGE}?claim=sale.unclear").xpath("//h4/span[@class='badge']/text()")
    assert badge == "unclear"


def test_claims_are_chosen_by_name_and_by_the_latest_version(page):
    assert set(rows(page.read(f"{PAGE}?claim=retention"))) == {"retention.period 2 years"}
    assert not page.read(f"{PAGE}?claim=sale.unclear&standing=1").xpath("//table[@class='claims']")
    assert page.get(f"{PAGE}?claim=taxes").status == 400


SENTENCES = (
    "We keep order data for two years.",
    "We keep order data for six years.",
    "You have the right to access your personal data.",
    "We comply with the GDPR.",
    "We do not sell your personal information.",
    "Our shop is open every day.",
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=examples(8, 25))
@given(st.lists(st.sets(st.integers(0, len(SENTENCES) - 1), min_size=1), min_size=1, max_size=7))
def test_every_period_of_every_claim_has_its_bar(tmp_path_factory, versions):
    days = [f"{date(2010, 1, 1) + timedelta(days=200 * n)}" for n in range(len(versions))]
    writer = HistoryWriter(tmp_path_factory.mktemp("claims") / "h.db")
    written = [
        writer.shown(day, texts(*(SENTENCES[n] for n in sorted(one)))) for day, one in zip(days, versions, strict=True)
    ]
    site = Site(writer.policy("https://a.example/privacy", *written))
    writer.db.conn.close()
    data = json.loads(site.page(f"{PAGE}.json").body)
    tree = site.read(PAGE)
    bars = [len(row.xpath(".//svg//a")) for row in tree.xpath("//table[@class='claims']/tbody/tr[td]")]
    assert bars == [len(one["stays"]) for one in data["claims"]]
    for claim, row in zip(data["claims"], tree.xpath("//table[@class='claims']/tbody/tr[td]"), strict=True):
        for stay, bar in zip(claim["stays"], row.xpath(".//svg//a"), strict=True):
            (sentence,) = tree.xpath(f"//*[@id='{bar.get('href')[1:]}']")
            brought = [
                one["sentence"]
                for one in claim["evidence"]
                if stay["from_version"] in [period["from_version"] for period in one["stays"]]
            ]
            assert sentence.xpath("string(p)") in brought


def many(random_, number):
    """A sentence that claims something, with something hostile in it."""
    piece = random_.choice(PIECES)
    return random_.choice(
        (
            f"We keep {piece} data for {number} days.",
            f"Write to x{number}@{random_.choice('abc')}.example about {piece} and your data protection officer.",
            f"We do not sell {piece} personal information.",
        )
    )


def test_a_page_of_many_hostile_claims_is_harmless_and_small(history_db):
    random_ = random.Random(7)
    shown = [
        history_db.shown(
            f"{2000 + year}-01-01",
            texts(*(f"## {random_.choice(PIECES)}\n\n{many(random_, year * 40 + n)}" for n in range(40))),
        )
        for year in range(examples(10, 20))
    ]
    site = Site(history_db.policy("https://a.example/privacy", *shown))
    numbers, address = set(), PAGE
    while address:
        body = site.page(address).body
        tree = html.fromstring(body.decode())
        check(address, tree)
        quoted = sum(len(html.tostring(one)) for one in tree.xpath("//p[@class='quote']"))
        assert len(body) - quoted < 50_000, address
        found = {int(one[1:]) for one in tree.xpath("//div[@class='said']/@id")}
        assert not found & numbers
        numbers |= found
        address = next(iter(tree.xpath("//a[@rel='next']/@href")), None)
    assert numbers == set(range(1, len(numbers) + 1))
    assert len(numbers) > 200
