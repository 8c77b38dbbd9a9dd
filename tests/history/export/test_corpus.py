"""The corpus form, compared with three of its files."""

import hashlib
import re
from contextlib import closing
from pathlib import Path

import pytest

from history.database import open_database
from history.export.corpus import corpus_document, corpus_path, newest_capture, write_corpus
from history.export.formats import Job
from history.export.writing.files import Folder
from history.sites import all_policies, find_policies
from pipelines.store.load import text_blocks
from tests.crawling import crawl, rows

SEEDS = Path(__file__).parents[4] / "shared" / "seeds"
SEED_URLS = (
    "http://www.sourcingmap.com/privacy_notice.html,http://www.fulfillmen.com/pp.html,"
    "https://interfulfillment.com/privacy-policy"
)


def exported(database, folder):
    with closing(open_database(database)) as connection:
        out = Folder(folder)
        write_corpus(Job(connection, all_policies(connection), folder, "test/1"), out)
    return [folder / file.path for file in out.written if file.path.endswith(".md")]


@pytest.mark.parametrize(
    ("site", "path"),
    [
        ("facebook.com", "f/fa/fac/facebook.com.md"),
        ("007.com", "0/00/007/007.com.md"),
        ("01.com", "0/01/01./01.com.md"),
        ("../../etc", "_/_e/_et/_etc-74ccf3c5.md"),
        ("localhost:8080", "l/lo/loc/localhost_8080-8b1fdc44.md"),
        ("console.example", "c/co/con_/console.example.md"),
    ],
)
def test_paths(site, path):
    found = corpus_path(site)
    assert ".." not in found.parts
    assert str(found) == path


TEXT = """# Privacy

## 1\\. Who we are

We keep *some* of **your data** \\*.

* one

* two

After the list.

1. first

1. second

| What | When

| Name | Never"""

DOCUMENT = """\
> *The following text is extracted and transformed from the a.example privacy policy that was archived on 2018-02-01. \
Please check the [original snapshot on the Wayback Machine](https://web.archive.org/web/20180201120000id_/\
http%3A//www.a.example/p%3Fid%3D1) for the most accurate reproduction.*

# Privacy \u2013 A

## 1\\. Who we are

We keep _some_ of **your data** \\*.

  * one
  * two



After the list.

  1. first
  2. second



What | When  
---|---  
Name | Never
"""  # noqa: W291


def test_document(history_db, tmp_path):
    shown = history_db.shown
    history_db.policy(
        "http://www.a.example/p?id=1",
        shown("2018-01-01", TEXT, title="Old title"),
        shown("2018-02-01", TEXT, title="Privacy – A"),
    )
    (path,) = exported(history_db.path, tmp_path)
    assert path == tmp_path / "a/a./a.e/a.example.md"
    assert path.read_text("utf-8") == DOCUMENT


def test_further_policies_of_a_site_get_a_number(history_db, tmp_path):
    shown = history_db.shown
    for name in ("privacy", "nothing", "cookies"):
        history_db.policy(
            f"http://a.example/{name}", *([] if name == "nothing" else [shown("2018-01-01", "We keep data.")])
        )
    assert [path.name for path in exported(history_db.path, tmp_path)] == ["a.example.md", "a.example-2.md"]


@pytest.mark.parametrize(
    ("prefix", "named"),
    [
        (
            "https://archive.example.org/web/",
            "[original snapshot on archive.example.org](https://archive.example.org/web/2018",
        ),
        ("sample:", "[original snapshot on the sample archive of policylapse](sample:2018"),
    ],
)
def test_other_archives_are_named(history_db, prefix, named):
    history_db.policy("http://a.example/p", history_db.shown("2018-01-01", "We keep data."), prefix=prefix)
    connection = open_database(history_db.path)
    (policy,) = find_policies(connection, "a.example")
    capture = newest_capture(connection, policy)
    assert named in corpus_document(capture, text_blocks(connection, capture.text_id))
    connection.close()


def lines(text):
    """Lines that hold something, without white space at their ends; the corpus has more empty ones. A line that is bold
    as a whole is a heading here, and bold in the corpus.
    """
    return [re.sub(r"^#+ (.*)$", r"**\1**", line.rstrip()) for line in text.split("\n") if line.strip()]


@pytest.mark.shared
@pytest.mark.skipif(not SEEDS.is_dir(), reason="needs ../shared/seeds")
def test_the_three_policies_that_the_project_began_from(tmp_path):
    """Same words, headings, lists and emphasis as the corpus has; it leaves one e-mail address encoded."""
    assert crawl(tmp_path / "s.db", SEEDS, url=SEED_URLS, strategy="changes").code == 0
    paths = exported(tmp_path / "s.db", tmp_path)
    assert sorted(path.name for path in paths) == ["fulfillmen.com.md", "interfulfillment.com.md", "sourcingmap.com.md"]
    for path in paths:
        wanted = re.sub(r"\[\[email[^]]*\]\]\(\S+\)\.", "info@sourcingmap.com.", (SEEDS / path.name).read_text("utf-8"))
        assert lines(path.read_text("utf-8")) == lines(wanted)


def test_the_page_stands_beside_the_text(history_db, tmp_path):
    history_db.policy("http://a.example/privacy", history_db.shown("2018-01-01", "We keep data."))
    (text,) = exported(history_db.path, tmp_path / "x")
    (page,) = (path for path in text.parent.iterdir() if path != text)
    assert page.name == "a.example.html"
    ((digest,),) = rows(history_db.path, "SELECT payload_digest FROM payloads")
    assert hashlib.sha256(page.read_bytes()).hexdigest() == digest
