"""The Princeton-Leuven corpus: its pairs are captures of the Wayback Machine, which a later crawl need not fetch."""

import json
from contextlib import closing
from datetime import UTC, datetime

import pytest

from crawler.archives.capture import Listing, Memento, Outcome, Period
from crawler.archives.surt import surt
from pipelines.imports.comparison import Verdict
from pipelines.reading.extractor import extractor_id
from pipelines.store.store import Store
from pipelines.text.digests import COPY
from pipelines.upkeep.fsck import check
from tests.builders import make_capture
from tests.crawling import SHARED, history, rows
from tests.databases.imported import content, corpus
from tests.generators.git_collections import Made, corpus_commit, day, git, make_repository
from tests.generators.shop_pages import WORDS, page, text

URL, MOVED = "http://www.shop.example/privacy", "http://group.example/shop/privacy"
SEEDS = {
    "fulfillmen.com": "http://www.fulfillmen.com/pp.html",
    "interfulfillment.com": "https://interfulfillment.com/privacy-policy",
    "sourcingmap.com": "http://www.sourcingmap.com/privacy_notice.html",
}


def opened(db):
    return Store(db, lambda: datetime(2026, 1, 1, tzinfo=UTC))


def proven(db):
    with closing(opened(db)) as store:
        assert list(check(store.db.conn)) == []


def shop(number, extra="", url=URL, site="shop.example", link="/a"):
    return corpus_commit(site, day(number), url, page(extra, number), text(extra, link=link))


def test_each_pair_is_a_capture_of_the_wayback_machine(tmp_path):
    repository = make_repository(tmp_path / "policies", [shop(0), shop(180, WORDS[0]), shop(360, WORDS[0], link="/b")])
    counts, (done,), outcomes = corpus(tmp_path / "a.db", repository)
    assert (counts.found, counts.new, counts.read, outcomes) == (3, 3, 3, [])
    head = git(repository, "rev-parse", "main")
    captures = rows(
        tmp_path / "a.db",
        "SELECT archive, timestamp, original, digest, digest_verdict, citation_url, memento_url FROM captures ORDER BY at",
    )
    assert captures[-1] == (
        "wayback",
        f"{day(360):%Y%m%d%H%M%S}",
        URL,
        "-",
        "copy",
        f"https://web.archive.org/web/{day(360):%Y%m%d%H%M%S}id_/{URL}",
        f"git:policies@{head}:s/sh/sho/shop.example.html",
    )
    assert [(row[0], row[2]) for row in history(tmp_path / "a.db")] == [("shop.example", 1), ("shop.example", 2)]
    (compared,) = done.compared
    assert [step.verdict for step in compared.steps] == [Verdict.BOTH, Verdict.SAME_WORDS]
    proven(tmp_path / "a.db")

    before = content(tmp_path / "a.db")
    counts, _done, _outcomes = corpus(tmp_path / "a.db", repository)
    assert (counts.new, counts.known, counts.read) == (0, 3, 0)
    assert content(tmp_path / "a.db") == before
    counts, _done, _outcomes = corpus(tmp_path / "a.db", make_repository(tmp_path / "policies", [shop(540, WORDS[1])]))
    assert (counts.new, counts.known) == (1, 3)
    assert len(history(tmp_path / "a.db")) == 3


def test_the_page_is_stored_without_the_corpus_header(tmp_path):
    corpus(tmp_path / "a.db", make_repository(tmp_path / "s", [shop(0)]))
    with closing(opened(tmp_path / "a.db")) as store:
        assert store.payloads.get(1) == page("", 0)


def test_a_policy_that_moved_to_another_host_stays_one_history(tmp_path):
    commits = [shop(0), shop(180, WORDS[0], url=MOVED), shop(360, WORDS[1], url=MOVED)]
    corpus(tmp_path / "a.db", make_repository(tmp_path / "s", commits))
    assert [(row[0], row[1], row[2]) for row in history(tmp_path / "a.db")] == [
        ("shop.example", MOVED, number) for number in (1, 2, 3)
    ]


def test_a_listing_later_leaves_one_capture_each_and_nothing_held_is_pending(tmp_path):
    """Under whatever spelling of the URL the index lists it, once or again; its digest then stands for the copy."""
    corpus(tmp_path / "a.db", make_repository(tmp_path / "s", [shop(0), shop(180, WORDS[0])]))

    def row(number, digest, original="http://www.shop.example:80/privacy"):
        at = day(number)
        return make_capture(
            urlkey=surt(URL),
            original=original,
            timestamp=f"{at:%Y%m%d%H%M%S}",
            captured_at=at,
            digest=digest,
            length="900",
        )

    captures = (row(0, "A" * 32), row(90, "A" * 32), row(180, "B" * 32, URL), row(270, "C" * 32))
    with closing(opened(tmp_path / "a.db")) as store:
        policy = store.policies.of("shop.example")[0]
        listing = Listing(policy, "wayback", URL, Period(), captures, tuple(f"w{n}" for n in range(4)))
        run = store.runs.begin(program="t", archive="wayback", strategy="all", arguments={})
        assert store.listings.put(run, listing) == 2
        assert store.listings.put(run, listing) == 0
        known = store.captures.of(policy, "wayback", Period())
        assert [(one.capture.digest[0], one.outcome, one.held) for one in known] == [
            ("A", Outcome.FETCHED, True),
            ("A", Outcome.PENDING, False),
            ("B", Outcome.FETCHED, True),
            ("C", Outcome.PENDING, False),
        ]
        assert store.captures.held_digests(["A" * 32, "C" * 32]) == {"A" * 32}
        assert store.captures.reuse(known[1]) is Outcome.REVISIT
        assert store.listings.put(run, listing) == 0
        store.versions.fold(policy, extractor_id())
    verdicts = rows(tmp_path / "a.db", "SELECT digest_verdict FROM captures ORDER BY at")
    assert verdicts == [(COPY,), (COPY,), (COPY,), (None,)]  # a digest that leads to a copy proves nothing of it
    proven(tmp_path / "a.db")


def test_an_import_after_the_listing_fills_what_was_not_fetched_and_leaves_the_rest(tmp_path):
    fetched = page("", 0)
    with closing(opened(tmp_path / "a.db")) as store:
        policy = store.policies.named("shop.example", URL, "named by the user")
        captures = tuple(
            make_capture(
                urlkey=surt(URL),
                original=URL,
                timestamp=f"{day(n):%Y%m%d%H%M%S}",
                captured_at=day(n),
                digest=digest * 32,
            )
            for n, digest in ((0, "A"), (180, "B"))
        )
        run = store.runs.begin(program="t", archive="wayback", strategy="all", arguments={})
        store.listings.put(run, Listing(policy, "wayback", URL, Period(), captures, ("w0", "w1")))
        store.captures.keep(
            store.captures.of(policy, "wayback", Period())[0],
            Memento(200, {"content-type": "text/html"}, fetched, "w0", day(0)),
            Outcome.FETCHED,
        )
    corpus(tmp_path / "a.db", make_repository(tmp_path / "s", [shop(0, "changed by them"), shop(180, WORDS[0])]))
    found = rows(tmp_path / "a.db", "SELECT digest, digest_verdict, citation_url FROM captures ORDER BY at")
    assert found == [("A" * 32, "mismatch", "w0"), ("B" * 32, "copy", "w1")]
    assert len(history(tmp_path / "a.db")) == 2
    proven(tmp_path / "a.db")


@pytest.mark.parametrize(
    ("files", "told"),
    [
        ({"s/sh/sho/x.md": b"> no header\n"}, "only their text is kept, no page"),
        ({"s/sh/sho/x.html": b"<p>no header"}, "no header says which capture it is"),
        ({"s/sh/sho/x.html": b" \n", "s/sh/sho/x.md": b" "}, "no header says which capture it is"),
    ],
)
def test_a_pair_that_cannot_be_taken_in_is_a_refusal(tmp_path, files, told):
    counts, _done, outcomes = corpus(
        tmp_path / "a.db", make_repository(tmp_path / "s", [shop(0), Made(day(1), "x", files)])
    )
    assert [(outcome, detail) for _subject, outcome, detail in outcomes] == [("not_imported", told)]
    assert (counts.new, counts.refused) == (1, 1)


def evil(at="20200101120000", prefix="https://web.archive.org/web/", url="http%3A//shop.example/p"):
    return (
        f"<!--The following is the downloaded HTML source of the shop.example privacy policy that was archived on 2020-01-01.\n"
        f" Please check the original snapshot on the Wayback Machine ({prefix}{at}id_/{url}) for the most accurate "
        f"reproduction.-->\n<p>page"
    ).encode()


@pytest.mark.parametrize(
    "page_bytes",
    [
        evil(at="20201399999999"),
        evil(prefix="javascript:"),
        evil(prefix="https://evil.example/"),
        evil(url="file%3A///etc/passwd"),
        evil(url="x" * 100_000),
        b"<!--" + b"The following is" * 100_000,
    ],
    ids=["no date", "script", "another archive's", "file", "long", "endless"],
)
def test_a_hostile_header_names_no_capture(tmp_path, page_bytes):
    files = {"s/sh/sho/x.html": page_bytes}
    counts, _done, outcomes = corpus(tmp_path / "a.db", make_repository(tmp_path / "s", [Made(day(1), "x", files)]))
    assert [outcome for _subject, outcome, _detail in outcomes] == ["not_imported"]
    assert rows(tmp_path / "a.db", "SELECT count(*) FROM captures") == [(0,)]
    assert counts.refused == 1


@pytest.mark.shared
@pytest.mark.skipif(not (SHARED / "seeds").exists(), reason="no ../shared/seeds here")
def test_their_false_changes_show_as_none(tmp_path):
    """The three policies that this project began from: a text of theirs that has the menu in it is a change to them alone."""
    commits = []
    for site, url in SEEDS.items():
        theirs = (SHARED / "seeds" / f"{site}.md").read_text("utf-8").split("\n\n", 1)[1]
        for number, file in enumerate(sorted((SHARED / "seeds").glob(f"{site}-*.html"))):
            at = datetime.strptime(file.stem.rpartition("-")[2], "%Y%m%d%H%M%S").replace(tzinfo=UTC)
            commits.append(corpus_commit(site, at, url, file.read_bytes(), theirs if number else f"{theirs}\n\nMenu"))
    _counts, done, outcomes = corpus(tmp_path / "a.db", make_repository(tmp_path / "s", commits))
    assert (len(commits), outcomes) == (6, [])
    assert [(row[0], row[2], row[6]) for row in history(tmp_path / "a.db")] == [(site, 1, 2) for site in SEEDS]
    assert rows(tmp_path / "a.db", "SELECT site FROM title_changes") == [("fulfillmen.com",)]  # its title did change
    verdicts = {one.subject.rpartition("/")[2]: [step.verdict for step in one.compared[0].steps] for one in done}
    assert verdicts == {site: [Verdict.THEIRS_ONLY] for site in SEEDS}


def test_what_we_export_as_a_corpus_is_taken_in_again(tmp_path, sample_db):
    """Our export has the page as it is, without a header of its own; the text's header names the capture."""
    from click.testing import CliRunner  # noqa: PLC0415

    from cli.main import main  # noqa: PLC0415

    out = tmp_path / "corpus"
    result = CliRunner().invoke(main, ["export", "--format", "corpus", "--out", str(out), "--db", str(sample_db)])
    assert result.exit_code == 0, result.output
    files = {path.relative_to(out).as_posix(): path.read_bytes() for path in out.rglob("*") if path.is_file()}
    repository = make_repository(tmp_path / "s", [Made(day(0), "all", files)])
    counts, _done, outcomes = corpus(tmp_path / "a.db", repository)
    assert outcomes == []
    newest = rows(
        sample_db,
        "SELECT site, wording FROM timeline t WHERE version = (SELECT max(version) FROM timeline o "
        "WHERE o.site = t.site AND o.policy_url = t.policy_url) ORDER BY 1, 2",
    )
    assert counts.new == len(newest)
    assert rows(tmp_path / "a.db", "SELECT site, wording FROM timeline ORDER BY 1, 2") == newest
    held = set(rows(sample_db, "SELECT archive, timestamp, original FROM captures"))
    assert set(rows(tmp_path / "a.db", "SELECT archive, timestamp, original FROM captures")) <= held
    assert json.loads(rows(tmp_path / "a.db", "SELECT headers FROM captures LIMIT 1")[0][0])["content-type"]
