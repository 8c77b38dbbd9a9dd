"""Search by claim, counts by claim and the claims of a change say what the claims of the versions say."""

from collections import Counter
from contextlib import closing
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crawler.archives.errors import ConfigError
from history.claims.over_sites import says_of
from history.claims.passages import claims_of_blocks, facets
from history.claims.selectors import name_of, selector
from history.database import open_database
from history.notify.config import parse
from history.notify.gather import Start, compose, pending
from history.notify.message import plain
from history.search import search as searching
from history.search.changes import Filter, claim_steps, read_changes
from history.search.search import search
from history.sites import all_policies
from history.timeline.timeline import read_versions
from tests.databases.written import HistoryWriter
from tests.history.web.pages import Site

# each has the word "data", so that one search finds them all
SENTENCES = (
    "We keep order data for two years.",
    "We keep order data for six years.",
    "You have the right to access your data.",
    "The GDPR is the law for your data.",
    "We do not sell your personal data.",
    "This use of data may be considered a sale of personal information.",
    "Our shop sells data sheets every day.",
)
TEXTS = st.lists(st.sets(st.integers(0, 6), min_size=1), min_size=1, max_size=5)
NAMES = ("retention", "rights.access", "law.*", "sale.denied", "sale.unclear", "retention.period.P2Y")


def write(tmp_path_factory, *histories):
    writer = HistoryWriter(tmp_path_factory.mktemp("facets") / "h.db")
    for number, history in enumerate(histories):
        days = [f"{date(2010, 1, 1) + timedelta(days=200 * n)}" for n in range(len(history))]
        shown = [
            writer.shown(day, "\n\n".join(SENTENCES[n] for n in sorted(one)))
            for day, one in zip(days, history, strict=True)
        ]
        writer.policy(f"https://s{number}.example/privacy", *shown)
    writer.db.conn.close()
    return writer.path


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(TEXTS, TEXTS)
def test_a_search_by_claim_finds_the_sentences_that_make_it(tmp_path_factory, first, second):
    with closing(open_database(write(tmp_path_factory, first, second))) as db:
        policies = all_policies(db)
        said = {
            (one.sentence, one.what)
            for policy in policies
            for says in says_of(db, policy, read_versions(db, policy))
            for one in says
        }
        for name in NAMES:
            found = search(db, "data", limit=50, claims=selector(name))
            wanted = {sentence for sentence, what in said if selector(name)(what)}
            assert {one.markdown for one in found.passages} == wanted, name
            assert found.total == len(wanted)
            for one in found.passages:
                assert {claim.what for claim in one.claims} == {w for sentence, w in said if sentence == one.markdown}
            assert search(db, "", limit=50, claims=selector(name)).passages == tuple(
                replace(one, spans=()) for one in found.passages
            )
        every = search(db, "data", limit=50, with_claims=True)
        counts = dict(facets(claims_of_blocks(db, [one.block_ids[0] for one in every.passages]).values()))
        assert dict(every.claims) == counts
        assert tuple(replace(one, claims=None) for one in every.passages) == search(db, "data", limit=50).passages
        assert counts == Counter(what for _sentence, what in {(s, replace(w, value="")) for s, w in said})
        for what, number in counts.items():
            assert search(db, "data", limit=50, claims=selector(name_of(what))).total == number


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(TEXTS)
def test_a_change_has_the_claims_that_its_versions_differ_in(tmp_path_factory, history):
    with closing(open_database(write(tmp_path_factory, history))) as db:
        (policy,) = all_policies(db)
        says = says_of(db, policy, read_versions(db, policy))
        rows = list(read_changes(db, Filter(turns=True)))
        steps = claim_steps(db, rows)
        assert len(rows) == len(says) - 1
        for row in rows:
            old, new = ({one.what for one in says[n - 1]} for n in (row.from_version, row.to_version))
            assert {one.what for one in steps[row.change_id].came} == new - old
            assert {one.what for one in steps[row.change_id].went} == old - new
        for name in NAMES:
            found = {row.change_id for row in read_changes(db, Filter(turns=True, claims=[name]))}
            test = selector(name)
            moved = {key: [one.what for one in (*step.came, *step.went)] for key, step in steps.items()}
            assert found == {row.change_id for row in rows if any(map(test, moved[row.change_id]))}


def test_of_too_many_matches_some_are_looked_at_and_it_says_so(history_db, monkeypatch):
    monkeypatch.setattr(searching, "CLAIMED", 120)
    blocks = "\n\n".join(f"data of kind {number}" for number in range(400))
    history_db.policy("https://a.example/p", history_db.shown("2016-01-01", f"{blocks}\n\n{SENTENCES[0]}"))
    with closing(open_database(history_db.path)) as db:
        few = search(db, "data", claims=selector("retention"))
        assert not few.complete
        every = search(db, "data", claims=selector("retention"), thorough=True)
        assert (every.complete, [one.markdown for one in every.passages]) == (True, [SENTENCES[0]])


def test_a_passage_is_read_below_its_heading_and_lead_in(history_db):
    history_db.policy(
        "https://a.example/p", history_db.shown("2016-01-01", "## Sale\n\nWe do not:\n\n* sell your personal data")
    )
    with closing(open_database(history_db.path)) as db:
        (found,) = search(db, "personal data", claims=selector("sale.denied")).passages
    assert found.markdown == "sell your personal data"


@pytest.fixture
def edited(history_db):
    shown = history_db.shown
    history_db.policy(
        "https://a.example/privacy",
        shown("2026-01-01", f"{SENTENCES[0]}\n\n{SENTENCES[4]}"),
        shown("2026-03-01", f"{SENTENCES[1]}\n\n{SENTENCES[4]}"),
        shown("2026-05-01", SENTENCES[1]),
    )
    return history_db


def test_the_pages_count_and_show_claims(edited):
    site = Site(edited.path)
    tree = site.read("/-/search?q=data")
    told = " ".join(tree.xpath("//p[@class='facets'][starts-with(., 'Claims')]//text()")).split()
    assert " ".join(told) == "Claims: retention.period 2 sale.sell no 1"
    (link,) = [one for one in tree.xpath("//p[@class='facets']//a/@href") if "sale.sell.denied" in one]
    passages = site.read(link).xpath("//ol[@class='passages']/li/p[@class='quote']")
    assert [one.text_content() for one in passages] == [SENTENCES[4]]
    cards = site.read("/-/changes?claims=1").xpath("//ul[@class='claimed']")
    assert [" ".join(one.text_content() for one in card) for card in cards] == [
        "removed sale.sell no",
        "added retention.period 6 years removed retention.period 2 years",
    ]
    rows = site.page("/-/changes.csv?claims=1").body.decode().splitlines()
    assert rows[0].endswith(",claims_added,claims_removed")
    assert rows[1].endswith(",,sale.sell no")
    assert "claims_added" not in site.page("/-/changes.csv").body.decode()


def watch(**fields):
    return parse({"channels": {"me": {"command": ["x"]}}, "watches": {"all": {"channels": ["me"], **fields}}})


def test_a_watch_on_claims_tells_when_one_comes_or_goes(edited):
    with closing(open_database(edited.path)) as db:
        ids = [row[0] for row in db.execute("SELECT id FROM changes ORDER BY id")]
        found = {row.change_id: row.found for row in read_changes(db, Filter(claims=["sale.*"]))}
        assert set(found) == {ids[1]}
        edited.db.execute("UPDATE found_changes SET found_at = '2026-05-02T00:00:00Z', ahead = 1")
        edited.db.conn.commit()
        config = watch(claims=["sale.*"])
        (one,) = config.watches
        items = pending(db, one, Start(0, 0), all_policies(db))
        assert len(items.changes) == 1
        text = plain(compose(db, config, one, items.changes, ()))
    assert "claims removed: sale.sell no" in text
    assert "claims added" not in text


def test_a_watch_on_an_unknown_claim_says_which_there_are():
    with pytest.raises(
        ConfigError, match=r"\[watches.all\] claims: there is no category 'taxes' of claims; name one of"
    ):
        watch(claims=["taxes"])
    assert watch(claims=["sale.*"]).watches[0].claims == ("sale.*",)
