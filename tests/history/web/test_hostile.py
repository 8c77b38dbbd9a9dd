"""Hostile texts, titles, URLs and names through every page: nothing of them becomes markup or steers what stands beside.

A small sample here, without a browser; `make fuzz` sends 2,000 through every page in one (benchmarks/hostile_pages.py).
"""

import random
from contextlib import closing
from urllib.parse import quote, urljoin

import pytest
from lxml import html

from history.database import open_database
from history.export.formats import FORMATS, Job, run_export
from history.sites import all_policies
from history.web import static_site
from tests.ranges import one_in

from .pages import Site, every_page

PIECES = (
    "<script>alert(1)</script>",
    "</title><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "' onmouseover='alert(1)",
    "javascript:alert(1)",
    "{{ 7*7 }}",
    "{% raw %}",
    "]]><!--",
    "-->",
    "&lt;b&gt;",
    "</style><b>",
    "\u202ereversed",
    "\u2066isolated",
    "\x00nul",
    "\x1b[31mred",
    "\ud7ff",
    "\u2028line",
    "%0d%0aSet-Cookie: a=b",
    "<!doctype html>",
    "<base href=//evil.example>",
    "<a href=//evil.example>x</a>",
    "<meta http-equiv=refresh content=0>",
    "\\<b\\>",
    "**bold**",
)
ALLOWED_SCRIPTS = ("/-/policylapse-assets/script.js", "/-/policylapse-assets/search.js")


def hostile(random_, most=4):
    words = [
        random_.choice(PIECES) if random_.random() < 0.6 else f"word{random_.randrange(99)}"
        for _ in range(random_.randrange(1, most + 1))
    ]
    return " ".join(words)


def write(history_db, seed):
    random_ = random.Random(seed)
    for number in range(3):
        fill(history_db, random_, number)
    return Site(history_db.path)


def fill(history_db, random_, number):
    """Write a policy of three versions: a site's name, a URL, titles, headings and sentences, all hostile."""
    shown = history_db.shown
    history_db.policy(
        f"https://s{number}.example/{random_.choice(['p', 'p%22onload=1', 'a;b=<c>', 'x?y=<script>'])}",
        *(
            shown(
                f"{2010 + year}-01-01",
                "\n\n".join(f"## {hostile(random_)}\n\nWe keep {hostile(random_)} {year}." for _ in range(3)),
                title=hostile(random_),
            )
            for year in range(0, 6, 2)
        ),
        site=f"s{number}{random_.choice(['', '<b>', chr(34), '&amp;', '{{x}}'])}.example",
        prefix=random_.choice(
            ["javascript:alert(1)//", 'https://web.archive.org/web/"><script>', "data:text/html,<script>"]
        ),
    )


def check(address, tree):
    """Nothing that runs, nothing that leads or loads elsewhere but marked links, no control that reorders."""
    for element in tree.iter():
        assert element.tag not in ("iframe", "object", "embed", "base", "style", "math"), (address, element.tag)
        for name, value in element.attrib.items():
            assert not name.startswith("on"), (address, name, value)
            assert name not in ("style", "srcdoc"), (address, name, value)
            if name in ("href", "src", "action"):
                assert value.startswith(("/", "#", "https://web.archive.org/")), (address, name, value)
    assert all(one.split("?")[0] in ALLOWED_SCRIPTS for one in tree.xpath("//script/@src")), address
    assert not tree.xpath("//script[not(@src)]"), address
    assert not tree.xpath("//meta[@http-equiv]"), address
    text = html.tostring(tree, encoding="unicode")
    assert not [one for one in "\u202e\u202d\u2066\u2067\u2068\x1b\x00" if one in text], address


@pytest.mark.parametrize("seed", one_in(2, range(2)))
def test_nothing_of_a_hostile_text_becomes_markup(history_db, seed):
    site = write(history_db, seed)
    seen = 0
    for address, tree in every_page(site, most=60):
        check(address, tree)
        seen += 1
    assert seen > 25


ASKED = (
    "/?q={asked}",
    "/-/search?q={asked}",
    "/-/search?q=data&site={asked}",
    "/-/changes?added={asked}",
    "/-/changes?section={asked}",
    "/-/trends?terms={asked}",
    "/-/coverage?site={asked}",
    "/-/site/{asked}/p/timeline",
    "/-/site/a.example/p/v/{asked}",
    "/-/site/a.example/p/calendar?month={asked}",
    "/-/site/a.example/p/timeline?since={asked}",
    "/-/site/a.example/p/claims?claim={asked}",
)


@pytest.mark.parametrize("piece", PIECES)
def test_what_a_reader_asks_for_is_hostile_too(history_db, piece):
    history_db.policy("https://a.example/p", history_db.shown("2015-01-01", f"We keep {piece} data."))
    site = Site(history_db.path)
    asked = quote(piece, errors="surrogatepass")
    for address in one_in(2, ASKED, PIECES.index(piece)):
        found = site.get(address.format(asked=asked))
        assert found.status in (200, 302, 400, 404), (address, found.status)
        if found.status != 302:
            check(address, html.fromstring(found.body.decode()))


def test_nothing_of_a_hostile_text_becomes_markup_in_the_static_site(history_db, tmp_path, monkeypatch):
    write(history_db, 1)
    monkeypatch.setattr(static_site._Writer, "search", lambda _self: None)
    with closing(open_database(history_db.path)) as db:
        run_export(FORMATS["site"], Job(db, all_policies(db), tmp_path / "out", "policylapse/test"))
    pages = list((tmp_path / "out").rglob("*.html"))
    assert len(pages) > 15
    for page in pages:
        tree = html.fromstring(page.read_bytes().decode())
        base = f"https://site.test/{page.relative_to(tmp_path / 'out').as_posix()}"
        for element in tree.xpath("//*[@href or @src]"):
            for name in set(element.attrib) & {"href", "src"}:
                whole = urljoin(base, element.get(name))
                element.set(
                    name, whole.removeprefix("https://site.test") if element.tag != "script" else ALLOWED_SCRIPTS[0]
                )
                assert element.tag != "script" or whole.startswith("https://site.test/"), (base, whole)
        (own,) = tree.xpath("//meta[@http-equiv]")  # no server sends the policy, so the page itself has it
        assert own.get("http-equiv") == "Content-Security-Policy"
        own.getparent().remove(own)
        check(base, tree)
