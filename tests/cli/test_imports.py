"""Collections that others keep in git: taken in they are one history with what was crawled, whenever and however often."""

import json
import subprocess
import zipfile
from dataclasses import replace
from hashlib import sha256

import pytest
from click.testing import CliRunner

from cli.main import main
from tests.crawling import crawl, history, outcomes, rows
from tests.databases.imported import URL, sample_pages
from tests.generators.git_collections import Made, corpus_commit, day, git, make_repository, snapshot
from tests.generators.shop_pages import page, text

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
    for command in ("timeline", "show"):
        told = run(command, "quillledger.example", "--db", db, "--json").stdout
        assert "git:demo-snapshots@" in told
    run("fsck", "--db", db)


def test_every_statement_that_leaves_names_the_collection_the_commit_and_the_file(pages, tmp_path):
    """Exports, and bundles of evidence with what anybody can check; no address is made up."""
    db, repository = tmp_path / "a.db", snapshots_of(tmp_path / "demo-snapshots", pages)
    import_ota(db, repository)
    ((link,),) = rows(db, "SELECT citation_url FROM captures ORDER BY at LIMIT 1")
    run("export", "--format", "jsonl", "--out", tmp_path / "all.jsonl", "--db", db)
    first = json.loads((tmp_path / "all.jsonl").read_text().splitlines()[0])
    assert (first["archive"], first["archive_url"], first["digest_verdict"]) == (
        "ota:demo-snapshots",
        link,
        "git object",
    )
    verify = verify_text_of(tmp_path, db)
    commit, _, path = link.removeprefix("git:demo-snapshots@").partition(":")
    assert f"- in the archive it is `{link}`, a file of a git repository" in verify
    assert "curl" not in verify
    (command,) = (line.strip() for line in verify.splitlines() if "git cat-file" in line)
    assert command == f"git cat-file blob '{commit}:{path}' | sha256sum"
    printed = subprocess.run(command, shell=True, cwd=repository, check=True, capture_output=True, text=True).stdout
    assert printed.split()[0] == sha256(pages[0][1]).hexdigest()


def verify_text_of(folder, db, *arguments):
    site = rows(db, "SELECT site FROM sites")[0][0]
    run("export", "--format", "bundle", site, "--version", "1", "--out", folder / "b.zip", "--db", db, *arguments)
    with zipfile.ZipFile(folder / "b.zip") as archive:
        return next(archive.read(name).decode() for name in archive.namelist() if name.endswith("VERIFY.md"))


def test_a_copy_claims_no_digest_and_names_its_keeper(tmp_path):
    """The archive's link is to look at; the bytes are the corpus', and no digest of the archive is set beside them."""
    url = "http://shop.example/privacy"
    repository = make_repository(
        tmp_path / "historical", [corpus_commit("shop.example", day(0), url, page("", 0), text(""))]
    )
    db = tmp_path / "a.db"
    told = json.loads(run("import-corpus", repository, "--db", db, "--json").stdout)
    assert (told["new"], told["archive"]) == (1, "corpus:historical")
    verify = verify_text_of(tmp_path, db)
    assert f"<https://web.archive.org/web/{day(0):%Y%m%d%H%M%S}/{url}>" in verify
    assert "It is not the archive's payload, so no digest of the archive's index is compared with it." in verify
    assert "collection historical" in verify
    assert "SHA-1" not in verify
    assert "should have the same SHA-256" not in verify
    timeline = run("timeline", "shop.example", "--db", db, "--json").stdout
    assert f"https://web.archive.org/web/{day(0):%Y%m%d%H%M%S}id_/{url}" in timeline


def test_a_later_crawl_fetches_only_what_lies_between(pages, tmp_path):
    """Of the sample: every third page comes out of a corpus' repository, the others are crawled; together they are all."""
    db = tmp_path / "a.db"
    commits = [
        replace(
            one,
            files={path: body.replace(b"https://web.archive.org/web/", b"sample:") for path, body in one.files.items()},
        )
        for one in (corpus_commit("quillledger.example", at, URL, body, "x") for at, body in pages[::3])
    ]
    told = json.loads(run("import-corpus", make_repository(tmp_path / "s", commits), "--db", db, "--json").stdout)
    assert told["new"] == len(pages[::3])
    done = crawl(db, "sample", url=URL, strategy="all")
    assert done.code == 0, done.err
    whole = tmp_path / "whole.db"
    assert crawl(whole, "sample", url=URL, strategy="all").code == 0
    assert versions_of(db) == versions_of(whole)
    counts = dict(rows(db, "SELECT digest_verdict, count(*) FROM captures WHERE http_status = 200 GROUP BY 1"))
    assert counts["copy"] >= len(pages[::3])
    assert rows(db, "SELECT count(*) FROM captures") == rows(whole, "SELECT count(*) FROM captures")
    assert outcomes(db).keys() == outcomes(whole).keys()
    assert rows(db, "SELECT count(*) FROM captures WHERE digest = '-'") == [(0,)]
    run("fsck", "--db", db)
