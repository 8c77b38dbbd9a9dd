"""A page that holds several documents, crawled: the one that is meant is the policy, the others can be followed."""

import re

import pytest
from warcio.warcwriter import WARCWriter

from tests.crawling import crawl, rows
from tests.generators.pages_of_parts import several
from tests.generators.warc_files import put_response

URL = "https://www.acme.example/legal"


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    """Two captures of a page of three documents; in the second, one sentence of its cookie policy is another."""
    page = next(
        p for p in (several(seed, "h2 under h1") for seed in range(99)) if _kinds(p) == {"privacy", "cookies", "terms"}
    )
    cookies = next(one for one in page.documents if one.kind == "cookies")
    changed = page.html.replace(cookies.marks[0], f"{cookies.marks[0]} quite another sentence")
    path = tmp_path_factory.mktemp("parts") / "legal.warc.gz"
    with path.open("wb") as stream:
        writer = WARCWriter(stream, gzip=True)
        for year, html in ((2020, page.html), (2022, changed)):
            headers = [("Content-Type", "text/html; charset=utf-8")]
            put_response(writer, f"{year}-05-01T00:00:00Z", URL, html.encode(), headers)
    return path, page


def _kinds(page):
    return {one.kind.value for one in page.documents}


def texts(database):
    """Marks of each version's text, by the policy's part."""
    found = rows(
        database,
        "SELECT p.part, t.text FROM policies p JOIN timeline v ON v.policy_id = p.id JOIN version_text t ON t.version_id = v.version_id ORDER BY v.version",
    )
    return [(part, set(re.findall(r"\bd\d+s\d+p\d+x\d+\b", text))) for part, text in found]


def marks(page, kind):
    return set(next(one.marks for one in page.documents if one.kind == kind))


def test_all_policies_follows_the_other_documents(archive, tmp_path):
    path, page = archive
    database = tmp_path / "x.db"
    run = crawl(database, path, url=URL, all_policies="1")
    assert run.code == 0, run.err
    assert sorted(texts(database), key=str) == sorted(
        [
            ("", marks(page, "privacy")),
            ("cookies", marks(page, "cookies")),
            ("cookies", marks(page, "cookies")),
            ("terms", marks(page, "terms")),
        ],
        key=str,
    )  # a change of the cookie policy is one of the cookie policy alone


def test_a_fragment_names_the_document(archive, tmp_path):
    path, page = archive
    database = tmp_path / "x.db"
    assert crawl(database, path, url=f"{URL}#cookie-policy").code == 0
    assert texts(database) == [("#cookie-policy", marks(page, "cookies"))] * 2
    assert crawl(database, path, url=f"{URL}#section-3").code == 0  # leads to a section: the URL's own document
    assert ("", marks(page, "privacy")) in texts(database)
