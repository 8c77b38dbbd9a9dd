"""What is stored of claims is what the rules find, whatever was written, merged, forgotten or read again in between."""

import sqlite3
from contextlib import closing
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crawler.archives.timestamps import format_iso
from history.claims import placed as placed_module
from history.claims.over_sites import says_of
from history.claims.passages import claims_of_blocks
from history.claims.placed import placed, texts_claiming, whats
from history.claims.said import read_said
from history.claims.selectors import selector
from history.claims.standing import claim_history
from history.claims.steps import ClaimStep, read_steps
from history.database import open_database
from history.search.search import search
from history.sites import all_policies
from history.timeline.timeline import read_versions
from pipelines.claims import texts as texts_module
from pipelines.store.file import open_file
from pipelines.store.tables import claim_rows
from pipelines.upkeep import claims as upkeep
from pipelines.upkeep.claims import missing_parts, store_claims, stores_claims
from pipelines.upkeep.compact import compact
from pipelines.upkeep.findings import Damage, Mend
from pipelines.upkeep.forget import forget, pages_of
from pipelines.upkeep.fsck import check
from pipelines.upkeep.merge import merge
from pipelines.upkeep.repair import repair
from tests.databases.stored import Seen, write
from tests.databases.written import HistoryWriter
from tests.ranges import examples

BLOCKS = (
    "## Your rights",
    "## Our shop",
    "We do not:",
    "You have the right to:",
    "* sell your personal information",
    "* access your personal data",
    "* Access",
    "* Objection",
    "We keep order data for two years. We comply with the GDPR.",
    "We use Google Analytics. What is a cookie? We keep logs for 30 days.",
    "Our shop is open every day.",
    "We may share your data with advertisers, unless you object.",
)
TEXT = st.lists(st.integers(0, len(BLOCKS) - 1), min_size=1, max_size=9)
SITES = ("a.example", "google.com", "b.example")
# Paragraphs: the store's own test databases have no other blocks. What is written as an item is one.
LINES = ("We do not:", "You can:", "• sell your personal information", "• access your personal data", *BLOCKS[8:])
HISTORY = st.lists(st.lists(st.integers(0, len(LINES) - 1), min_size=1, max_size=6), min_size=1, max_size=5)


def computed(ask):
    """What a reader says of whom nothing that is stored counts."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(placed_module, "read_stored", lambda *_arguments: {})
        patch.setattr(placed_module, "stored_version", lambda _db: "")
        return ask()


def only(step, test):
    return ClaimStep(*(tuple(one for one in some if test(one.what)) for some in (step.came, step.went)))


def answers(db):
    """All that is said of claims, however it is asked for."""
    policies = [(policy, read_versions(db, policy)) for policy in all_policies(db)]
    texts = sorted({version.text_id for _policy, versions in policies for version in versions})
    steps = {
        (policy.policy_id, number): (policy.site, versions[number - 1].text_id, versions[number].text_id)
        for policy, versions in policies
        for number in range(1, len(versions))
    }
    blocks = [row[0] for row in db.execute("SELECT id FROM blocks ORDER BY id")]
    changed = read_steps(db, steps)
    assert read_steps(db, steps, selector("sale")) == {key: only(one, selector("sale")) for key, one in changed.items()}
    asked = ("sale.denied", "retention", "rights.access", "party.google", "sale.conditional")
    return (
        placed(db, texts),
        whats(db, texts),
        read_said(db, texts),
        {name: texts_claiming(db, texts, selector(name)) for name in asked},
        changed,
        claims_of_blocks(db, blocks),
        {name: search(db, "", limit=50, thorough=True, claims=selector(name)) for name in asked},
        {policy.policy_id: claim_history(says_of(db, policy, versions)) for policy, versions in policies},
    )


def same(path):
    with closing(open_database(path)) as db:
        found = answers(db)
        assert found == computed(lambda: answers(db))
    return found


def missing(path):
    with closing(sqlite3.connect(path)) as db:
        return sum(len(part.text_ids) for part in missing_parts(db))


def views_say_it(path):
    """The views for SQL give what the commands give: claims of versions, and since when each stands."""
    with closing(open_database(path)) as db:
        for policy in all_policies(db):
            versions = read_versions(db, policy)
            says = says_of(db, policy, versions)
            rows = db.execute(
                "SELECT version, claim, polarity, value, rule FROM version_claims WHERE policy_id = ? "
                "ORDER BY version, position, number",
                [policy.policy_id],
            )
            assert [tuple(row) for row in rows] == [
                (number, one.what.name, one.what.polarity.value, one.what.value, one.rule)
                for number, said in enumerate(says, 1)
                for one in said
            ]
            stays = db.execute(
                "SELECT claim, polarity, value, from_version, to_version, not_before, first_seen, last_seen, gone_by "
                "FROM claim_stays WHERE policy_id = ?",
                [policy.policy_id],
            )
            assert {tuple(row) for row in stays} == {
                (
                    *(story.what.name, story.what.polarity.value, story.what.value, first + 1, last + 1),
                    # a claim's since is the bracket of the version that brought it
                    versions[first].previous_last_seen and format_iso(versions[first].previous_last_seen),
                    format_iso(versions[first].first_seen),
                    format_iso(versions[last].last_seen),
                    format_iso(versions[last + 1].first_seen) if last + 1 < len(versions) else None,
                )
                for story in claim_history(says)
                for first, last in story.stays
            }


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=examples(8, 300))
@given(st.lists(st.lists(TEXT, min_size=1, max_size=5), min_size=1, max_size=3), st.integers(0, 3), st.randoms())
def test_stored_in_parts_or_not_at_all_the_answers_are_the_same(tmp_path_factory, histories, first, randoms):
    writer = HistoryWriter(tmp_path_factory.mktemp("stored") / "h.db")
    path = writer.path
    order = list(enumerate(histories))
    randoms.shuffle(order)
    for done, (number, texts) in enumerate(order):
        if done == first:
            store_claims(path, 1)
        days = [f"{date(2010, 1, 1) + timedelta(days=100 * n + number)}" for n in range(len(texts))]
        shown = [writer.shown(day, "\n\n".join(BLOCKS[n] for n in text)) for day, text in zip(days, texts, strict=True)]
        writer.policy(f"https://{SITES[number]}/privacy", *shown)
    writer.db.conn.close()
    before = same(path)  # of what was stored before the last policies came
    stored = store_claims(path, 1)
    assert missing(path) == 0
    assert same(path) == before
    views_say_it(path)
    assert store_claims(path, 1).texts == 0
    assert stored.texts <= sum(map(len, histories))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=examples(4, 100))
@given(HISTORY, HISTORY, st.booleans(), st.booleans())
def test_after_merging_reading_again_and_forgetting_the_answers_are_the_same(
    tmp_path_factory, one, other, twice, whole
):
    folder = tmp_path_factory.mktemp("upkeep")
    urls = ("http://shop.example/privacy", "http://other.example/privacy")
    seen = [
        [
            Seen(30 * day, "\n".join(LINES[n] for n in text), url=url, site=url.split("/")[2])
            for day, text in enumerate(history)
        ]
        for url, history in zip(urls, (one, other), strict=True)
    ]
    path, second = write(folder / "one.db", seen[0]), write(folder / "two.db", seen[1])
    store_claims(path, 1)
    store_claims(second, 1)
    for _time in range(1 + twice):
        list(merge([second], path))
    same(path)
    store_claims(path, 1)
    assert missing(path) == 0
    same(path)
    compact(path)  # which may pack the texts of blocks
    same(path)
    views_say_it(path)
    write(path, seen[0], extractor="test-2")  # read by another extractor: these versions are shown now
    same(path)
    store_claims(path, 1)
    views_say_it(path)
    db = open_file(path)
    gone = [row[0] for row in db.execute("SELECT id FROM policies WHERE policy_url = ?", [urls[whole]])]
    assert forget(db, pages_of(db.conn, gone), "asked by letter", "2026-01-01T00:00:00Z").captures
    kinds = db.execute("SELECT count(*) FROM claim_kinds WHERE id NOT IN (SELECT kind_id FROM block_claims)").fetchone()
    db.conn.close()
    assert kinds == (0,)
    same(path)
    store_claims(path, 1)
    assert not any(same(path)[-1][policy] for policy in gone)
    views_say_it(path)
    with closing(sqlite3.connect(path)) as plain:
        assert plain.execute("PRAGMA foreign_key_check").fetchall() == []


def test_other_rules_make_what_is_stored_stale_and_the_next_writer_reads_it_anew(history_db, monkeypatch):
    path = history_db.policy(
        "https://a.example/privacy",
        history_db.shown("2018-01-01", "We keep order data for two years."),
        history_db.shown("2019-01-01", "We do not sell your personal information."),
    )
    history_db.db.conn.close()
    assert not stores_claims(path)  # nobody has asked for it
    assert store_claims(path, 1).texts == 2
    with closing(sqlite3.connect(path)) as db:
        db.execute("UPDATE claim_kinds SET subject = 'of other rules'")
        db.commit()
    with closing(open_database(path)) as db:
        assert {one.what.subject for some in placed(db, (1, 2)).values() for one in some} == {"of other rules"}
    for module in (placed_module, upkeep, texts_module):
        monkeypatch.setattr(module, "reading_version", lambda: "next")
    same(path)  # of another version nothing that is stored counts
    assert missing(path) == 0
    assert stores_claims(path)
    assert store_claims(path, 1).texts == 2
    with closing(sqlite3.connect(path)) as db:
        assert claim_rows.stored_version(db) == "next"
        assert not db.execute("SELECT 1 FROM claim_kinds WHERE subject = 'of other rules'").fetchall()
    same(path)


@pytest.mark.parametrize(
    "broken",
    [
        "DELETE FROM claim_kinds WHERE id = 1",
        "UPDATE block_claims SET block_id = 999 WHERE number = 0",
        "UPDATE text_claims SET text_id = 999 WHERE text_id = 1",
    ],
)
def test_stored_claims_that_refer_to_nothing_are_dropped_by_a_repair(tmp_path, broken):
    path = write(tmp_path / "x.db", [Seen(day, LINES[4] + f"\n{LINES[3]}\n{day} days.") for day in (1, 40, 80)])
    store_claims(path, 1)
    with closing(sqlite3.connect(path)) as db:
        db.execute(broken)
        db.commit()
        found = list(check(db))
    assert {(one.kind, one.mend) for one in found} == {(Damage.REFERENCE, Mend.CLAIMS)}
    assert "`policylapse claims --store`" in found[0].next_step
    db = open_file(path)
    assert len(list(repair(db, found))) == len(found)
    db.conn.close()
    assert not stores_claims(path)
    with closing(sqlite3.connect(path)) as db:
        assert list(check(db)) == []
    same(path)
    assert store_claims(path, 1).texts
    views_say_it(path)


def test_several_processes_store_what_one_does(history_db, monkeypatch):
    for number in range(3):
        shown = [history_db.shown(f"{2001 + n}-01-01", "\n\n".join(BLOCKS[n : n + 5])) for n in range(number, 7)]
        history_db.policy(f"https://site{number}.example/privacy", *shown)
    history_db.db.conn.close()
    monkeypatch.setattr(upkeep, "_FEW", 0)
    monkeypatch.setattr(upkeep, "_PART", 2)
    told = []
    stored = store_claims(history_db.path, 2, lambda done, of: told.append((done, of)))
    assert told[-1] == (stored.texts, stored.texts)
    assert len(told) > 3
    same(history_db.path)
    views_say_it(history_db.path)
