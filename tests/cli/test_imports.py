"""Collections that others keep in git: taken in they are one history with what was crawled, whenever and however often."""

import json

import pytest
from click.testing import CliRunner

from cli.main import main
from tests.crawling import crawl, history, rows
from tests.generators.git_collections import Made, day, git, make_repository, snapshot
from tests.importing import URL, sample_pages

SERVICE, TERMS = "Quill & Ledger", "Privacy Policy"


def run(*arguments, code=0):
    result = CliRunner().invoke(main, [str(argument) for argument in arguments])
    assert result.exit_code == code, result.output
    return result


def import_ota(db, snapshots, *arguments, code=0):
    return json.loads(run("import-ota", snapshots, *arguments, "--db", db, "--json", code=code).stdout)


@pytest.fixture(scope="module")
def pages():
    # the engine records no page that is the one before; real ones differ in a counter
    found = [(at, body + b"<!-- %d -->" % number) for number, (at, body) in enumerate(sample_pages())]
    assert len(found) > 20
    return found


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """All captures of the page, crawled out of the sample."""
    db = tmp_path_factory.mktemp("whole") / "whole.db"
    assert crawl(db, "sample", url=URL, strategy="all").code == 0
    assert len(history(db)) == 4
    return db


def snapshots_of(path, pages, *, bare=True, **options):
    commits = [
        snapshot(SERVICE, TERMS, at, body, url=URL, first=not n, **options) for n, (at, body) in enumerate(pages)
    ]
    return make_repository(
        path, [Made(day(-9999), "Initial commit", {"README.md": b"# Snapshots"}), *commits], bare=bare
    )


def versions_of(db):
    """The history, without the site's own name for the URL."""
    return [row[2:] for row in history(db)]


def content(db):
    """All that the captures and versions of a database say, without when it was written."""
    captures = rows(
        db,
        "SELECT archive, urlkey, timestamp, original, digest, outcome, detail, citation_url, memento_url, digest_verdict, "
        "headers, payload_id IS NOT NULL FROM captures ORDER BY 1, 2, 3, 4, 5",
    )
    urls = rows(db, "SELECT urlkey, url, valid_from, valid_to, evidence, bounded FROM policy_urls ORDER BY 1")
    readings = rows(
        db,
        "SELECT x.extractor, e.outcome, e.detail, t.text_digest FROM extractions e JOIN extractors x ON x.id = e.extractor_id "
        "LEFT JOIN texts t ON t.id = e.text_id ORDER BY 1, 2, 3, 4",
    )
    return captures, urls, readings, history(db)


@pytest.mark.parametrize(("layout", "bare"), [("trailer", False), ("page id", True), ("declared", True)])
def test_a_collection_is_the_history_that_its_pages_are(whole, pages, tmp_path, layout, bare):
    """In each layout: the URL in the commit, a page's id in the name, and the URL known by the declarations alone."""
    arguments = []
    if layout == "declared":
        folder = tmp_path / "declarations"
        folder.mkdir()
        (folder / f"{SERVICE}.json").write_text(json.dumps({"name": SERVICE, "terms": {TERMS: {"fetch": URL}}}))
        arguments = ["--declarations", tmp_path]
        commits = [snapshot(SERVICE, TERMS, at, body, modern=False, first=not n) for n, (at, body) in enumerate(pages)]
        repository = make_repository(tmp_path / "demo-snapshots", commits)
    else:
        repository = snapshots_of(tmp_path / "demo-snapshots", pages, bare=bare, page=layout == "page id")
    db = tmp_path / "a.db"
    told = import_ota(db, repository, *arguments)
    assert (told["found"], told["new"], told["known"], told["refused"]) == (len(pages), len(pages), 0, 0)
    assert versions_of(db) == versions_of(whole)
    archives = rows(db, "SELECT DISTINCT archive, digest_verdict FROM captures")
    assert archives == [("ota:demo-snapshots", "git object")]
    commit, path = (
        rows(db, "SELECT citation_url FROM captures ORDER BY at LIMIT 1")[0][0]
        .removeprefix("git:demo-snapshots@")
        .split(":", 1)
    )
    assert git(repository, "cat-file", "blob", f"{commit}:{path}").encode() == pages[0][1].strip()
    assert path.startswith("Quill & Ledger/Privacy Policy")
    run("fsck", "--db", db)

    before = content(db)
    again = import_ota(db, repository, *arguments)
    assert (again["new"], again["known"], again["read"]) == (0, len(pages), 0)
    assert content(db) == before


def test_what_was_crawled_and_what_is_imported_is_one_history(whole, pages, tmp_path):
    db, middle = tmp_path / "a.db", pages[len(pages) // 2][0]
    assert crawl(db, "sample", url=URL, strategy="all", until=f"{middle:%Y-%m-%d}").code == 0
    assert len(history(db)) < 4
    later = [page for page in pages if page[0].date() > middle.date()]
    import_ota(db, snapshots_of(tmp_path / "demo-snapshots", later))
    assert history(db) == history(whole)
    assert rows(db, "SELECT count(*) FROM policies") == [(1,)]
    told = run("timeline", "quillledger.example", "--db", db).stdout
    assert "ota:demo-snapshots" in told
    run("fsck", "--db", db)
