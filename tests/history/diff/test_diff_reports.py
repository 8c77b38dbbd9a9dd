"""The reports of a difference: all of it is there, nothing of a page is read as markup, and everybody can read it."""

import base64
import hashlib
import itertools
import re
from dataclasses import replace
from html.parser import HTMLParser

import lxml.html
import pytest
from hypothesis import given
from hypothesis import strategies as st

from history.database import open_database
from history.diff.comparison import read_comparison
from history.diff.html import html_report
from history.diff.links import link_changes
from history.diff.markdown import escape, markdown_report
from history.diff.unified import unified
from history.plain import clean, plain_text
from history.sites import find_policies
from history.timeline.timeline import read_versions
from pipelines.model import Link
from tests.shown_markdown import HOSTILE_TEXT, NO_MARKUP, shown

URL = "https://a.example/privacy"
OLD = """## What we keep

We keep your name and your e-mail address for as long as you have an account.

Nothing changes in this paragraph, which says a thing or two about us.

Nor does anything in this one, which says the same of others.

Nor here.

## Selling

We never sell it to anybody at all, whatever they may offer.

* Your name"""
NEW = OLD.replace("e-mail", "postal").replace("\n\n* Your name", '\n\n* Your name\n\n* Your "friends" & <b>foes</b>')
EVIL = "<script>alert(1)</script> &amp; \"'> ]]> --> <!-- \x1b[31m \u202e *b* [x](javascript:1) @you #1 http://e.example `c` {{ 7+7 }}"


@pytest.fixture
def compared(history_db):
    """Compare two texts: compared(old, new, **fields of the comparison)."""

    urls = iter([URL, "https://b.example/privacy"])

    def compare(old, new, **fields):
        shown, url = history_db.shown, next(urls)
        db = open_database(history_db.policy(url, shown("2018-01-01", old), shown("2018-06-01", new)))
        try:
            (policy,) = find_policies(db, url)
            versions = read_versions(db, policy)
            return replace(read_comparison(db, policy, versions, versions[0], versions[1]), **fields)
        finally:
            db.close()

    return compare


def seen(element):
    """The text of an element without what only a screen reader reads, white space folded."""
    copy = lxml.html.fromstring(lxml.html.tostring(element, encoding="unicode", with_tail=False))
    for hidden in copy.xpath("//*[contains(@class, 'vh')]"):
        hidden.drop_tree()
    return " ".join(copy.text_content().split())


@pytest.mark.parametrize("sides", [False, True])
def test_html_shows_what_changed_and_folds_the_rest(compared, sides):
    page = lxml.html.document_fromstring(html_report(compared(OLD, NEW), side_by_side=sides))
    assert [seen(e) for e in page.xpath("//main//section//del")] == ["e-mail"]
    assert [seen(e) for e in page.xpath("//main//section//ins")] == ["postal", 'Your "friends" & <b>foes</b>']
    assert [seen(e) for e in page.xpath("//summary")] == ["3 unchanged blocks"]
    assert [seen(e) for e in page.xpath("//section/h2")] == ["What we keep", "Selling"]
    assert [a.get("href") for a in page.xpath("//nav//a")] == [f"#{h.get('id')}" for h in page.xpath("//section/h2")]


def test_html_has_the_evidence(compared):
    c = compared(OLD, NEW)
    page = lxml.html.document_fromstring(html_report(c))
    evidence = page.xpath("//table[caption]")[0]
    links = [c.old.last_capture_url, c.new.first_capture_url]
    assert all("id_/" in link for link in links)
    assert [a.get("href") for a in evidence.xpath(".//a")] == [*(link.replace("id_/", "/") for link in links), *links]
    assert {c.old.wording, c.new.wording, c.old_citation, c.new_citation} <= {e.text for e in evidence.xpath(".//code")}
    assert c.old_page.payload_digest in {e.text for e in evidence.xpath(".//code")}
    assert "between 2018-01-01 12:00 and 2018-06-01 12:00 UTC" in page.xpath("//header/p")[0].text


def test_html_can_be_read_by_everybody(compared):
    """Landmarks, one h1, no level of heading left out, tables with headers, names for all regions."""
    page = lxml.html.document_fromstring(html_report(compared(OLD, NEW, new_language="ar", old_language="en")))
    assert page.get("lang") == "en"
    assert [len(page.xpath(f"//{tag}")) for tag in ("header", "nav", "main", "footer", "h1", "title")] == [1] * 6
    levels = [int(e.tag[1]) for e in page.xpath("//h1|//h2|//h3")]
    assert all(b - a <= 1 for a, b in itertools.pairwise(levels))
    ids = page.xpath("//@id")
    assert len(set(ids)) == len(ids)
    assert set(page.xpath("//@aria-labelledby")) <= set(ids)
    assert set(page.xpath("//table//th/@scope")) == {"col", "row"}
    assert all("removed" in e.text_content() for e in page.xpath("//main//section//del"))
    assert all("added" in e.text_content() for e in page.xpath("//main//section//ins"))
    texts = page.xpath("//main//*[contains(@class, 'text')]")
    assert {e.get("dir") for e in texts} == {"auto"}
    assert {e.get("lang") for e in texts} == {"ar"}
    assert all(e.get("dir") == "ltr" for e in page.xpath("//main//*[@class='text']//span[@class='vh']"))


class Balanced(HTMLParser):
    """Fails where an element is not closed, or closed twice."""

    def __init__(self):
        super().__init__()
        self.open = []

    def handle_starttag(self, tag, attrs):
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


@pytest.mark.parametrize("sides", [False, True])
def test_html_escapes_and_needs_nothing(compared, sides):
    links = link_changes([Link(EVIL, "https://a.example/")], [Link(EVIL, "javascript:alert(1)")])
    c = compared(f"## {EVIL}\n\n{EVIL} We keep it.", f"## {EVIL}\n\n{EVIL} We sell it.", links=links)
    c = replace(c, old=replace(c.old, title=EVIL), old_page=replace(c.old_page, capture_url="javascript:alert(1)"))
    html = html_report(c, side_by_side=sides)
    page = lxml.html.document_fromstring(html)
    assert not page.xpath("//script|//img|//link|//iframe|//b|//@onclick|//@src|//@style")
    assert {re.match(r"[a-z]*:|#", href).group() for href in page.xpath("//@href")} == {"https:", "#"}
    assert "<script>alert(1)</script>" in page.xpath("//main")[0].text_content()
    assert "{{ 7+7 }}" in page.xpath("//main")[0].text_content()
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]", html)
    style = page.xpath("//style")[0].text
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    (policy,) = page.xpath("//meta[@http-equiv]/@content")
    assert policy == f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    parser = Balanced()
    parser.feed(html)
    parser.close()
    assert parser.open == []


def test_html_of_moved_blocks_one_wording_and_everything(compared):
    moved = compared(
        OLD, "## Selling\n\n" + OLD.split("## Selling\n\n")[1] + "\n\n" + OLD.split("\n\n## Selling", maxsplit=1)[0]
    )
    notes = [e.text for e in lxml.html.document_fromstring(html_report(moved)).xpath("//*[@class='note']")]
    assert notes
    assert all(note.startswith("Moved here") for note in notes)
    assert "<details>" not in html_report(moved, None)
    same = compared("**One** thing", "One thing and *another*")
    assert "The wording of the two versions is the same." in html_report(replace(same, change=None))


def test_reports_are_the_same_every_time(compared):
    c = compared(OLD, NEW)
    assert html_report(c) == html_report(c)
    assert markdown_report(c) == markdown_report(c)


def test_markdown(compared):
    shown = markdown_report(compared(OLD, NEW)).rstrip().split("\n\n")
    assert shown[0] == "## a.example: version 1 → 2"
    assert (
        "> We keep your name and your <del>e-mail</del><ins>postal</ins> address for as long as you have an account."
        in shown
    )
    assert "### Selling" in shown
    assert '* <ins>Your "friends" &amp; &lt;b&gt;foes&lt;/b&gt;</ins>' in shown
    assert "<https://web.archive.org/web/20180101120000/https://a.example/privacy>" in shown[2]


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("<b>&", "&lt;b&gt;&amp;"),
        ("[x](y) `c` _u_ ~~s~~ $m$ |", r"\[x\](y) \`c\` \_u\_ \~\~s\~\~ \$m\$ \|"),
        (
            "@you #1 http://e.example www.e.example",
            r"@<!-- -->you \#<!-- -->1 http://<!-- -->e.example www.<!-- -->e.example",
        ),
        ("1. one", r"1\. one"),
        ("- one", r"\- one"),
        ("two\n# three", r"two \# three"),
    ],
)
def test_markdown_escapes(text, escaped):
    assert escape(text) == escaped


@given(st.lists(HOSTILE_TEXT, min_size=1, max_size=3), st.sampled_from(["> ", "* ", "### "]))
def test_markdown_shows_the_words_of_a_page_and_nothing_else(pieces, mark):
    seen = shown(mark + "".join(map(escape, pieces)).strip())
    assert seen.words == " ".join("".join(map(plain_text, map(clean, pieces))).split()).split()
    assert not any(seen.tokens[name] for name in NO_MARKUP)
    begun = {"> ": "blockquote_open", "* ": "list_item_open", "### ": "heading_open"}
    assert {name: seen.tokens[name] for name in begun.values()} == {name: mark == one for one, name in begun.items()}


def test_unified_tells_the_evidence_and_names_a_harmless_file(compared):
    c = compared(OLD, NEW)
    c = replace(c, policy=replace(c.policy, site="../../etc/\nx"))
    lines = unified(c).splitlines()
    assert lines[3:6] == [
        "--- a/_etc_x-968da72f.md\t2018-01-01 12:00:00 +0000",
        "+++ b/_etc_x-968da72f.md\t2018-06-01 12:00:00 +0000",
        "@@ -1,6 +1,6 @@",
    ]
    assert all(line.startswith("# ") for line in lines[:3])
