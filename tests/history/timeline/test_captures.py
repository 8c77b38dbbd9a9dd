"""A timeline reads its captures once and narrow: it says the same as one that reads each capture from the public views."""

import json
from collections import Counter
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from random import Random
from sqlite3 import Row

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlite_utils import Database

from benchmarks.many_versions import Shape, build
from crawler.archives.capture import Outcome
from crawler.archives.surt import surt
from crawler.archives.timestamps import format_iso, parse_iso
from history.database import open_database
from history.sites import PolicyRow, all_policies
from history.timeline import events_read
from history.timeline.events import Sight, changed_hands, endings, move_off_site
from history.timeline.timeline import GAP, Gap, Silent, TitleChange, read_timeline, read_versions
from pipelines.store.load import FATE, WHILE_THERE
from pipelines.store.schema.migrations import migrations

# The plain way: what each part of a timeline is, from the views that docs/schema.md describes, a row a capture.

READ = """SELECT DISTINCT r.captured_at FROM readings r JOIN policies p ON p.id = r.policy_id
AND p.extractor_id = r.extractor_id WHERE r.policy_id = ? ORDER BY 1"""
SILENT = f"""SELECT CASE WHEN k.outcome IN ('fetched', 'revisit') THEN 'pending' ELSE {FATE} END AS outcome, k.captured_at,
k.detail FROM policy_urls u JOIN captures k ON k.urlkey = u.urlkey WHERE u.policy_id = ? AND {WHILE_THERE}
AND NOT EXISTS (SELECT 1 FROM extractions e JOIN policies p ON p.extractor_id = e.extractor_id WHERE p.id = u.policy_id
AND e.payload_id = k.payload_id AND e.outcome = 'fetched' AND k.outcome IN ('fetched', 'revisit'))
ORDER BY k.captured_at, k.id"""
TITLES = "SELECT not_before, not_after, from_title, to_title FROM title_changes WHERE policy_id = ? ORDER BY not_after"
SHOWN = """SELECT r.captured_at, r.url, r.citation_url FROM readings r
JOIN policies p ON p.id = r.policy_id AND p.extractor_id = r.extractor_id WHERE r.policy_id = ? AND NOT EXISTS (
SELECT 1 FROM set_aside a WHERE a.policy_id = r.policy_id AND a.extractor_id = r.extractor_id
AND r.captured_at BETWEEN a.first_seen AND a.last_seen) ORDER BY 1, 2, r.capture_id"""
AFTER = f"""SELECT k.captured_at, k.original, k.outcome, coalesce(k.http_status, k.statuscode) AS status, k.detail,
k.redirect_url, k.citation_url FROM policy_urls u JOIN captures k ON k.urlkey = u.urlkey WHERE u.policy_id = ?
AND k.captured_at > ? AND {WHILE_THERE} ORDER BY 1, 2, {"(SELECT o.outcome FROM capture_rows x JOIN capture_kinds o ON o.id = x.kind_id WHERE x.id = k.id)"}, k.id"""


def the_plain_way(db, policy, timeline):
    """The timeline with all that depends on single captures read anew."""
    silent = plain_silent(db, policy)
    usable = [parse_iso(at) for (at,) in db.execute(READ, [policy.policy_id])]
    return replace(
        timeline,
        silent=silent,
        gaps=tuple(
            Gap(a, b, {s.outcome: n for s in silent if (n := sum(a < date < b for date in s.dates))})
            for a, b in pairwise(usable)
            if b - a > GAP
        ),
        titles=tuple(
            TitleChange(parse_iso(a), parse_iso(b), old, new)
            for a, b, old, new in db.execute(TITLES, [policy.policy_id])
        ),
        events=tuple(plain_events(db, policy, timeline.versions)),
    )


def plain_silent(db, policy):
    dates, details = {}, {}
    for outcome, at, detail in db.execute(SILENT, [policy.policy_id]):
        dates.setdefault(Outcome(outcome), []).append(parse_iso(at))
        details.setdefault(Outcome(outcome), Counter())[detail] += 1
    return tuple(Silent(one, tuple(dates[one]), details[one]) for one in Outcome if one in dates)


def plain_events(db, policy, versions):
    shown = [
        Sight(parse_iso(at), url, shows=True, capture_url=cited)
        for at, url, cited in db.execute(SHOWN, [policy.policy_id])
    ]
    if not shown:
        return []
    sights = [shown[-1], *plain_after(db, policy, shown[-1])]
    events = [
        *changed_hands(events_read._passages(db, policy, versions)),
        *move_off_site(shown, policy.site, events_read._moved(db, policy, shown[-1].url)),
        *endings(sights, policy.site),
        *events_read._silences(db, policy, sights),
    ]
    return sorted(events, key=lambda event: (event.not_after, event.kind))


def plain_after(db, policy, last):
    for at, url, outcome, status, detail, redirect_url, cited in db.execute(
        AFTER, [policy.policy_id, format_iso(last.at)]
    ):
        what = Outcome.PENDING if outcome in ("fetched", "revisit") else Outcome(outcome)
        said = events_read._STATUS.match(detail) or events_read._STATUS.match(f"HTTP {status}")
        yield Sight(parse_iso(at), url, False, what, int(said[1]) if said else 0, detail, redirect_url, cited)


def alike(db, policy):
    """Assert that both ways say the same, also in the order in which it is printed; return the timeline."""
    timeline = read_timeline(db, policy)
    plain = the_plain_way(db, policy, timeline)
    assert timeline == plain
    assert [list(one.details) for one in timeline.silent] == [list(one.details) for one in plain.silent]
    assert [list(gap.captures) for gap in timeline.gaps] == [list(gap.captures) for gap in plain.gaps]
    return timeline


def test_a_crawled_database(sample_db):
    with closing(open_database(sample_db)) as db:
        found = [alike(db, policy) for policy in all_policies(db)]
    assert len(found) > 5
    assert any(one.silent for one in found)
    assert any(one.gaps for one in found)
    assert any(one.events for one in found)


@pytest.mark.parametrize("parts", [(40, 10, 0, 0, 0), (30, 10, 6, 2, 2), (2, 0, 46, 1, 1)])
def test_a_policy_of_a_thousand_captures(tmp_path, parts):
    build(tmp_path / "many.db", 20, shape=Shape(parts=parts))
    with closing(open_database(tmp_path / "many.db")) as db:
        (policy,) = all_policies(db)
        timeline = alike(db, policy)
        assert timeline.versions == read_versions(db, policy)
    assert len(timeline.versions) == 20
    assert sum(len(one.dates) for one in timeline.silent) == sum(parts[2:]) * 20
    assert bool(timeline.gaps) == any(parts[2:])  # the builder leaves 400 days out, which is none yet


# Generated captures: of a few URLs in two archives, of every kind, at moments that often fall together.

URLS = (
    "http://a.example/p",
    "https://a.example/p",
    "https://www.a.example/legal",
    "https://b.example/p",
    "https://b.example/a",
)
ARCHIVES = ("wayback", "arquivo")
ADDRESSES = [(url, archive) for url in URLS for archive in ARCHIVES]
KINDS = [(one.value, "200", None) for one in Outcome] + [
    ("archived_error", "404", 404),
    ("archived_error", "410", None),
    ("archived_error", "522", 522),
    ("archived_error", "-", None),
    ("not_a_policy", "200", 200),
    ("fetched", "200", 200),
    ("revisit", "-", 200),
    ("redirect", "301", 301),
]
DETAILS = (None, "", "HTTP 404, as the index says", "HTTP 521", "parked", "not_found", "timed out")
REDIRECTS = (None, "https://c.example/p", "https://www.a.example/", "/p")
TITLES_SHOWN = ("Privacy", "Your privacy", "")
DAY0 = datetime(2010, 1, 1, tzinfo=UTC)


@st.composite
def policies(draw):
    """(URLs with their times, certainties, extractor, captures, stretches set aside, when the index was asked).

    Hypothesis chooses what matters for the shape; a seed the rest, for a capture has ten values.
    """
    chance = Random(draw(st.integers(0, 2**32)))
    span = draw(st.sampled_from((3, 60, 900, 4000)))
    some = draw(st.integers(1, len(ADDRESSES)))
    kinds = [*draw(st.lists(st.sampled_from(KINDS), min_size=1, max_size=4)), *[("fetched", "200", 200)] * 4]

    def day():
        return DAY0 + timedelta(days=chance.randrange(span), hours=chance.choice((0, 0, 0, 6)))

    def maybe(value, often=0.3):
        return value if chance.random() < often else None

    captures = [
        {
            "at": day(),
            "address": chance.choice(ADDRESSES[:some]),
            "kind": chance.choice(kinds),
            "detail": chance.choice(DETAILS[: chance.choice((1, len(DETAILS)))]),
            "redirect": chance.choice(REDIRECTS),
            "drift": maybe(chance.choice((0, 21_600, -86_400, 7)), 0.2),
            "played": maybe(day(), 0.1),
            "finding": maybe(chance.choice((0, 0, 1, 1, 2, 3, 4)), 0.9),
            "extractor": chance.choice((1, 1, 1, 2)),
        }
        for _ in range(draw(st.integers(0, 40)))
    ]
    urls = {surt(url): (url, maybe(day()), maybe(day()), maybe(1, 0.2) or 0) for url, _archive in ADDRESSES[:some]}
    certainties = [(name, chance.choice(("all", "changes")), chance.randrange(2)) for name in ARCHIVES if maybe(1, 0.6)]
    aside = [sorted((day(), day())) for _ in range(draw(st.integers(0, 3)))]
    return urls, certainties, draw(st.sampled_from((1, 1, 1, 1, 1, None))), captures, aside, maybe(span + 1000, 0.5)


@pytest.fixture(scope="module")
def empty():
    db = Database(memory=True)
    migrations.apply(db)
    for number, (outcome, status, http_status) in enumerate(KINDS, 1):
        db["capture_kinds"].insert(
            {"id": number, "mimetype": "", "statuscode": status, "outcome": outcome, "http_status": http_status}
        )
    for number, (url, archive) in enumerate(ADDRESSES, 1):
        prefix = {"citation_prefix": f"https://{archive}.example/"}
        db["addresses"].insert({"id": number, "archive": archive, "urlkey": surt(url), "original": url} | prefix)
    with db.conn:
        db.execute("INSERT INTO extractors (id, extractor) VALUES (1, 'now'), (2, 'before')")
        db.execute("INSERT INTO sites (id, site, added_at) VALUES (1, 'a.example', '')")
        db.execute("INSERT INTO runs (started_at, program, archive, strategy, arguments) VALUES ('', '', '', '', '{}')")
        db.execute("INSERT INTO texts (id, text_digest, wording, words) VALUES (1, 'x', 'x', 1)")
        rest = "'', NULL, '[]', '[]', '', '{}'"
        for number in range(5):
            text, outcome = (1, "fetched") if number < 3 else (None, ("not_a_policy", "undecodable")[number - 3])
            db.execute(
                f"INSERT INTO finding_rows VALUES (?, ?, ?, '', ?, {rest})",
                [number + 1, text, outcome, TITLES_SHOWN[number % 3]],
            )
        db.execute("INSERT INTO policies (id, site_id, urlkey, policy_url, added_at) VALUES (1, 1, 'k', 'u', '')")
    db.conn.row_factory = Row
    yield db.conn
    db.conn.close()


def write(db, urls, certainties, extractor, captures, aside, asked):
    def iso(moment):
        return moment and format_iso(moment)

    db.execute("UPDATE policies SET extractor_id = ?", [extractor])
    for key, (url, begin, end, bounded) in urls.items():
        values = [key, url, iso(begin), iso(end), "a link", bounded]
        db.execute("INSERT INTO policy_urls VALUES (1, ?, ?, ?, ?, ?, ?)", values)
    for name, strategy, complete in certainties:
        db.execute("INSERT INTO certainty VALUES (1, ?, ?, ?, 0, 0, 0, 0, 0, 0, '')", [name, strategy, complete])
    for number, one in enumerate(captures, 1):
        payload = one["finding"] is not None and number
        if payload:
            db.execute("INSERT INTO payloads VALUES (?, ?, 0, NULL, 0, x'')", [number, b"%032d" % number])
            of = [number, one["extractor"], one["finding"] + 1]
            db.execute("INSERT INTO extraction_rows (payload_id, extractor_id, finding_id) VALUES (?, ?, ?)", of)
        row = {
            "id": number,
            "address_id": 1 + ADDRESSES.index(one["address"]),
            "at": int(one["at"].timestamp()),
            "kind_id": 1 + KINDS.index(one["kind"]),
            "digest": "",
            "length": "",
            "payload_id": payload or None,
            "drift_seconds": one["drift"],
            "unusual": json.dumps({"memento_at": iso(one["played"])}),
            "redirect_url": one["redirect"],
            "detail": one["detail"],
        }
        marks = ", ".join("?" * len(row))
        db.execute(f"INSERT INTO capture_rows ({', '.join(row)}) VALUES ({marks})", list(row.values()))
    for number, (first, last) in enumerate(aside[: len(captures)], 1):
        values = [number, number, iso(first), iso(last)]
        db.execute("INSERT INTO set_aside VALUES (1, 1, ?, ?, 1, ?, ?, 1, 'another page')", values)
    if asked:
        values = ["wayback", "u", iso(DAY0 + timedelta(days=asked))]
        db.execute(
            "INSERT INTO listings (run_id, policy_id, archive, url, outcome, row_count, listed_at) "
            "VALUES (1, 1, ?, ?, 'fetched', 1, ?)",
            values,
        )


@given(policies())
def test_generated_captures(empty, generated):
    try:
        write(empty, *generated)
        alike(empty, PolicyRow(1, "a.example", "u", ("u",), 0))
    finally:
        empty.rollback()
