"""Search: each passage once, with its lifetime and its sites; the same as a scan of every block by hand."""

import random
import re
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.archives.errors import ConfigError
from crawler.archives.timestamps import parse_date
from history.database import open_database
from history.search.search import search
from pipelines.text.wording import words
from tests.databases.written import HistoryWriter
from tests.ranges import examples

SELL, KEEP, ZH = "We sell café data.", "We keep your data.", "我们 隐私政策"


@pytest.fixture
def asked(history_db):
    """Write policies {url: [(date, text)…]}; return a function that searches."""
    connections = []

    def write(policies):
        for url, captures in policies.items():
            history_db.policy(url, *(history_db.shown(*capture) for capture in captures))
        connections.append(open_database(history_db.path))
        return lambda query, **options: search(connections[-1], query, **options)

    yield write
    for connection in connections:
        connection.close()


def texts(found):
    return [passage.markdown for passage in found.passages]


def test_a_passage_is_one_hit_with_its_lifetime_on_each_site(asked):
    find = asked(
        {
            "https://b.example/p": [
                ("2018-01-01", KEEP),
                ("2019-01-01", SELL),
                ("2020-01-01", SELL),
                ("2021-01-01", KEEP),
            ],
            "https://a.example/p": [("2016-01-01", SELL), ("2017-01-01", f"{SELL}\n\n{ZH}")],
        }
    )
    (passage,) = find("CAFE sell").passages
    assert passage.markdown == SELL
    assert [passage.markdown[slice(*span)] for span in passage.spans] == ["sell", "café"]
    a, b = passage.owners
    assert (a.site, a.not_before, a.first_seen.year, a.last_seen.year, a.gone_by, a.versions) == (
        "a.example",
        None,
        2016,
        2017,
        None,
        2,
    )
    assert [moment.year for moment in (b.not_before, b.first_seen, b.last_seen, b.gone_by)] == [2018, 2019, 2020, 2021]
    assert (passage.sites, passage.first_is_certain) == (2, True)
    assert b.citation.startswith("b.example@2019-01-01.")
    assert b.capture_url == "https://web.archive.org/web/20190101120000id_/https://b.example/p"
    assert texts(find("隐私")) == [ZH]
    assert find('"café sell"').passages == ()


def test_blocks_of_the_same_words_are_one_passage(asked):
    find = asked(
        {
            "https://a.example/p": [
                ("2016-01-01", "## Your data"),
                ("2017-01-01", "Your *data*\n\nmore"),
                ("2018-01-01", "x"),
            ]
        }
    )
    (passage,) = find("data").passages
    assert len(passage.block_ids) == 2
    assert [(owner.first_seen.year, owner.last_seen.year, owner.gone_by.year) for owner in passage.owners] == [
        (2016, 2017, 2018)
    ]


def test_most_sites_come_first_then_seen_last_then_shorter(asked):
    find = asked(
        {
            "https://a.example/p": [
                ("2016-01-01", "data one\n\ndata"),
                ("2017-01-01", "data two\n\ndata three is longer"),
            ],
            "https://b.example/p": [("2016-06-01", "data one")],
        }
    )
    assert texts(find("data")) == ["data one", "data two", "data three is longer", "data"]
    assert texts(find("data", limit=1)) == ["data one"]
    assert find("data", limit=1).total == 4
    assert texts(find("data", first=True))[:2] == ["data one", "data"]


def test_who_was_first_is_certain_only_where_the_others_are_known_not_to_have_had_it(asked):
    find = asked(
        {
            "https://a.example/p": [("2016-01-01", "new words")],
            "https://b.example/p": [("2015-01-01", "old"), ("2017-01-01", "new words")],
        }
    )
    (passage,) = find("new").passages
    assert passage.owners[0].site == "a.example"
    assert not passage.first_is_certain


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("2015-06", []),
        ("2016-06", [KEEP]),
        ("2018-06", [KEEP]),
        ("2019-06", [SELL]),
        ("2020-12", [SELL]),
        ("2021-06", []),
    ],
)
def test_at_a_date(asked, at, expected):
    """Between two wordings the earlier one; nothing where nothing was captured for over 400 days."""
    find = asked(
        {
            "https://a.example/p": [
                ("2016-01-01", KEEP),
                ("2018-01-01", KEEP),
                ("2019-01-01", SELL),
                ("2020-01-01", SELL),
            ]
        }
    )
    assert texts(find("data", at=parse_date(at, end=True))) == expected


def test_of_one_policy(asked):
    find = asked({"https://a.example/p": [("2016-01-01", KEEP)], "https://b.example/p": [("2016-01-01", SELL)]})
    assert texts(find("data", policies=[1])) == [KEEP]


def test_of_too_many_some_are_ranked_from_everywhere_and_it_says_so(asked):
    blocks = "\n\n".join(f"data {number}" for number in range(600))
    find = asked({"https://a.example/p": [("2016-01-01", blocks)]})
    found = find("data", limit=200)
    assert (found.complete, found.total, len(found.passages)) == (False, 200, 200)
    assert find("data").total == 100
    numbers = sorted(int(text.split()[1]) for text in texts(found))
    assert numbers[0] < 50
    assert numbers[-1] > 300
    assert find("data", thorough=True).total == find("data", first=True).total == 600
    assert find('"data 599"').complete


# --- against a scan ---------------------------------------------------------------------------------------------------------------

VOCABULARY = (
    "sell",
    "Sell",
    "data",
    "données",
    "donnees",
    "Ärger",
    "arger",
    "隐",
    "私",
    "政策",
    "クッキー",
    "ข้อมูล",
    "e-mail",
    "3",
    "café",
    "cafe\u0301",
)


@pytest.fixture(scope="module")
def scanned(tmp_path_factory):
    """A database of 120 passages on three sites, and all of their Markdown."""
    chance = random.Random(7)
    passages = [" ".join(chance.choices(VOCABULARY, k=chance.randint(1, 6))) for _ in range(120)]
    writer = HistoryWriter(tmp_path_factory.mktemp("scan") / "h.db")
    for site in range(3):
        captures = [
            writer.shown(f"201{year}-01-01", "\n\n".join(chance.sample(passages, 60)), url="") for year in range(3)
        ]
        writer.policy(f"https://s{site}.example/p", *captures)
    writer.db.conn.close()
    db = open_database(writer.path)
    yield db, [row[0] for row in db.execute("SELECT markdown FROM blocks")]
    db.close()


def plain(text):
    """Words without case and accents, each letter of a script without spaces by itself."""
    bare = "".join(c for c in unicodedata.normalize("NFD", text.lower()) if not "\u0300" <= c <= "\u036f")
    bare = unicodedata.normalize("NFC", bare)
    return re.findall(
        r"[\u0e01-\u0e30\u0e32-\u0e33\u0e40-\u0e46\u3041-\u30ff\u4e00-\u9fff]|[^\W_\u0e00-\u0eff\u3041-\u30ff\u4e00-\u9fff]+",
        bare,
    )


def holds(query, text):
    kind, *parts = query
    if kind == "term":
        needle, haystack = plain(parts[0]), plain(text)
        found = [haystack[at : at + len(needle)] for at in range(len(haystack) - len(needle) + 1)]
        if parts[1]:
            return any(one[:-1] == needle[:-1] and one[-1].startswith(needle[-1]) for one in found)
        return needle in found
    if kind == "and":
        return all(holds(part, text) for part in parts)
    if kind == "or":
        return any(holds(part, text) for part in parts)
    return holds(parts[0], text) and not holds(parts[1], text)


def written(query):
    kind, *parts = query
    if kind == "term":
        return f'"{parts[0]}{"*" if parts[1] else ""}"'
    inner = {"and": " ", "or": " OR ", "not": " NOT "}[kind].join(written(part) for part in parts)
    return f"({inner})"


TERMS = st.tuples(
    st.just("term"), st.lists(st.sampled_from(VOCABULARY), min_size=1, max_size=2).map(" ".join), st.booleans()
)
QUERIES = st.recursive(
    TERMS,
    lambda inner: st.tuples(st.sampled_from(["and", "or"]), inner, inner) | st.tuples(st.just("not"), inner, inner),
    max_leaves=5,
)


@settings(max_examples=examples(50, 150))
@given(query=QUERIES)
def test_it_finds_what_a_scan_of_every_block_finds(scanned, query):
    db, blocks = scanned
    expected = {tuple(words(text)) for text in blocks if holds(query, text)}
    found = search(db, written(query), limit=1000, thorough=True)
    assert {tuple(words(passage.markdown)) for passage in found.passages} == expected
    assert found.total == len(found.passages) == len(expected)
    assert all(passage.spans and passage.owners for passage in found.passages)


@given(
    text=st.text(max_size=60)
    | st.lists(
        st.sampled_from(["a", '"', "AND", "OR", "NOT", "(", ")", "*", "-", "隐", ":", "^", "+", "NEAR"]), max_size=9
    ).map(" ".join)
)
def test_whatever_is_typed_gives_an_answer_or_an_error_that_says_why(scanned, text):
    try:
        found = search(scanned[0], text)
    except ConfigError:
        return
    assert found.total >= len(found.passages)
