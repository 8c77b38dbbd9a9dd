"""Which claims came and went in a time: as if all versions were read, and without reading those outside of it."""

from contextlib import closing
from datetime import date, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crawler.archives.timestamps import parse_date
from history.answers import claims as answers
from history.answers.claims import between, read_changes
from history.claims.over_sites import claim_changes
from history.claims.selectors import meant
from history.database import open_database
from history.sites import all_policies
from history.timeline.timeline import read_versions
from tests.databases.written import HistoryWriter

SENTENCES = (
    "We keep order data for two years.",
    "You have the right to access your personal data.",
    "We comply with the GDPR.",
    "We do not sell your personal information.",
    "Our shop is open every day.",
)
TEXTS = st.lists(st.sets(st.integers(0, 4), min_size=1), min_size=1, max_size=7)
DAYS = st.none() | st.dates(date(2009, 6, 1), date(2015, 1, 1))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(TEXTS, DAYS, DAYS)
def test_a_time_gives_what_all_versions_give_of_it(tmp_path_factory, texts, since, until):
    writer = HistoryWriter(tmp_path_factory.mktemp("time") / "h.db")
    days = [f"{date(2010, 1, 1) + timedelta(days=200 * n)}" for n in range(len(texts))]
    shown = [
        writer.shown(day, "\n\n".join(SENTENCES[n] for n in sorted(one))) for day, one in zip(days, texts, strict=True)
    ]
    path = writer.policy("https://a.example/privacy", *shown)
    writer.db.conn.close()
    first = parse_date(f"{since}") if since else None
    last = parse_date(f"{until}", end=True) if until else None
    with closing(open_database(path)) as db:
        (policy,) = all_policies(db)
        versions = read_versions(db, policy)
        every = [
            one
            for one in claim_changes(db, policy, versions)
            if (first is None or one.version.first_seen >= first)
            and (last is None or one.version.previous_last_seen <= last)
        ]
        found = read_changes(db, [policy], meant([]), first, last)

    def told(changes):
        return {(one.version.version, one.came, one.said.what, one.said.sentence) for one in changes}

    assert told(found) == told(every)
    assert len(found) == len(every)


def test_versions_outside_of_the_time_are_not_read(history_db, monkeypatch):
    goods = ("order", "billing", "account", "support", "location", "contact", "usage", "payment", "device", "profile")
    shown = [
        history_db.shown(f"{2001 + n}-01-01", f"We keep {what} data for {n + 2} years, and the law wants it so.")
        for n, what in enumerate(goods)
    ]
    history_db.policy("https://a.example/privacy", *shown)
    read = []
    monkeypatch.setattr(
        answers,
        "claim_changes",
        lambda db, policy, some, test: read.append(len(some)) or claim_changes(db, policy, some, test),
    )
    with closing(open_database(history_db.path)) as db:
        policies = all_policies(db)
        changes = read_changes(db, policies, meant([]), parse_date("2008-06-01"), None)
        assert read == [3]
        assert {one.version.version for one in changes} == {9, 10}
        assert not read_changes(db, policies, meant([]), parse_date("2012-01-01"), None)
        assert read == [3]
        assert between((), None, None) == ()
