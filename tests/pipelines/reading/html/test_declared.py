"""Declared parts of a page: what is taken, what is left, and pages that they do not match."""

from contextlib import contextmanager

import lxml.html
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.archives.capture import Outcome
from crawler.targets.fetched import Fetched
from crawler.targets.hints import Hint, Hints, Range
from pipelines.reading.extractor import declared_extractor, extractor_id
from pipelines.reading.html import declared
from pipelines.reading.html.declared import _Matches, narrow
from pipelines.reading.parts.stretches import Places
from pipelines.reading.payload import read_payload
from tests.pipelines.versions.time_axis import POLICY

HEADERS = {"content-type": "text/html; charset=utf-8"}
LONG = "We keep it for as long as the law asks us to keep it and not a day longer than that. " * 4


def page(body):
    return lxml.html.document_fromstring(f"<html><head><title>t</title></head><body>{body}</body></html>")


def kept(body, select, remove=()):
    root = page(body)
    with short_pages():
        done = narrow(root, [Hint("k", tuple(select), tuple(remove), source="test")])
    return done.parts, "".join(root.find("body").itertext())


@contextmanager
def short_pages():
    before, declared.MIN_CHARS = declared.MIN_CHARS, 1
    try:
        yield
    finally:
        declared.MIN_CHARS = before


BODY = "0<div id=a>1<p class=x>2</p>3<p class=y>4</p>5</div>6<hr><div id=b>7<p class=x>8</p>9</div>e"


@pytest.mark.parametrize(
    ("select", "remove", "expected"),
    [
        (["#a"], [], (1, "12345")),
        ([".x"], [], (2, "28")),
        (["#b", ".y"], [], (2, "4789")),
        (["#a", ".x"], [], (2, "123458")),  # nested ones once
        (["hr+div"], [], (1, "789")),
        (["body"], ["#a"], (1, "06789e")),
        (["html"], [], (1, "0123456789e")),
        (["#a"], [".x"], (1, "1345")),
        ([], [".x"], (1, "01345679e")),
        ([Range(".y", "#b")], [], (1, "456")),  # before .y to before #b
        ([Range(".x", ".y", after_start=True)], [], (1, "3")),
        ([Range("hr", "#b", after_start=True, after_end=True)], [], (1, "789")),
        ([Range("#a .y", "#b .x", after_start=True, after_end=True)], [], (1, "5678")),
        (["body"], [Range(".y", "body", after_end=True)], (1, "0123")),
        (["body"], [Range("#a", "#none")], (1, "0123456789e")),
        (["#a"], [Range("hr", "#b")], (1, "12345")),
        ([Range("#b", "#a")], [], (0, "0123456789e")),
        ([".none"], [], (0, "0123456789e")),
        (["#a"], ["div"], (0, "0123456789e")),  # nothing is left
        (["[a\\:b]"], [], (0, "0123456789e")),
    ],
)
def test_parts(select, remove, expected):
    assert kept(BODY, select, remove) == expected


def test_the_first_hint_that_matches_counts_and_is_named():
    root = page(BODY)
    hints = [Hint("k", (".none",), source="one"), Hint("k", ("#b",), source="two"), Hint("k", ("#a",), source="three")]
    with short_pages():
        assert narrow(root, hints).decision == "Declared selectors took 1 part, 0 left out (two)."
    assert narrow(page(BODY), hints[:1]).decision == "No declared selector matches the page, of 1 tried; read as usual."


def test_an_empty_shell_is_no_match():
    root = page(f"<div id=app>Loading</div><div id=static>{LONG}</div>")
    assert narrow(root, [Hint("k", ("#app",)), Hint("k", ("#static",), source="s")]).decision.endswith("(s).")


@pytest.mark.parametrize(
    ("select", "matches"), [("li:nth-child(2)", 0), ("li:first-child", 0), ("li ~ li", 4), ("li", 5)]
)
def test_selectors_that_a_page_makes_expensive_do_not_match(monkeypatch, select, matches):
    monkeypatch.setattr(declared, "MAX_SQUARES", 20)
    assert kept("<ul>" + "<li>x</li>\n" * 5 + "</ul>", [select])[0] == matches


def test_many_selectors_on_a_large_page_are_given_up(monkeypatch):
    monkeypatch.setattr(declared, "MAX_WORK", 20)
    assert kept(BODY, ["#a"])[0] == 1
    assert kept(BODY, [".none", ".neither", "#a"])[0] == 0


def test_a_page_that_is_deep_and_large_is_read_as_usual(monkeypatch):
    monkeypatch.setattr(declared, "MAX_DEPTHS", 10)
    assert narrow(page(BODY), [Hint("k", ("#a",))]).parts == 0


TREES = st.recursive(
    st.sampled_from(["a", "b", "<p class=x>c</p>", "<br>", "<i id=i>d</i>"]),
    lambda inner: st.builds(
        lambda tag, parts: f"<{tag}>{''.join(parts)}</{tag.split()[0]}>",
        st.sampled_from(["div", "div class=x", "section id=s", "ul"]),
        st.lists(inner, max_size=4),
    ),
    max_leaves=12,
)
CSS = st.sampled_from(
    [
        ".x",
        "#s",
        "#i",
        "p",
        "div",
        "div > p",
        "section p",
        "body",
        "ul div",
        "div div p",
        "br ~ p",
        "p + i",
        "html > body div",
        "div + div ~ p",
        "ul > div, p ~ br",
        "div:not(.x)",
        "p:first-child",
        "div:has(p)",
        "* > *",
        "body * *",
    ]
)
SELECTORS = CSS | st.builds(Range, CSS, CSS, st.booleans(), st.booleans())


@given(TREES, st.lists(SELECTORS, min_size=1, max_size=3), st.lists(SELECTORS, max_size=2))
def test_what_is_kept_is_text_of_the_page_in_its_order_and_taking_and_leaving_out_are_opposites(tree, select, remove):
    whole = "".join(page(tree).find("body").itertext())
    parts, text = kept(tree, select, remove)
    rest = iter(whole)
    assert all(char in rest for char in text)
    taken, left = kept(tree, select), kept(tree, [], select)
    if parts == 0:
        assert text == whole
    if taken[0] and left[0]:
        assert sorted(taken[1] + left[1]) == sorted(whole)


@given(TREES, CSS)
def test_a_selector_matches_what_libxml2_says(tree, css):
    root = page(tree)
    matches = _Matches(Places(root.find("body")))
    assert matches.of(css) == [e for e in root.find("body").iter() if e in root.cssselect(css)]


@given(TREES, CSS)
def test_a_selector_takes_what_it_matches(tree, css):
    root = page(tree)
    inside = [e for e in root.cssselect(css) if e in root.find("body").iter()]
    matched = [e for e in inside if not any(a in inside for a in e.iterancestors())]
    text = "".join("".join(e.itertext()) for e in matched)
    expected = text.strip() and text
    parts, found = kept(tree, [css])
    assert not expected or (parts > 0 and found == expected)


# the whole way

MENU = "<ul>" + "".join(f"<li><a href=/{n}>Shoes of kind {n}</a></li>" for n in range(9)) + "</ul>"
NEWS = "".join(
    f"<p>News of the day {n}: our boots of the season are here and they are red as never before.</p>" for n in range(6)
)
TEXT = "<h1>Privacy policy</h1>" + "".join(f"<p>{line}</p>" for line in POLICY)
PAGE = f"<html><title>x</title><body>{MENU}<div class=all><div class=news>{NEWS}</div><div class=doc>{TEXT}</div></div></body></html>"


def read(hints, key="k1"):
    return read_payload(Fetched(PAGE.encode(), HEADERS, "http://a.example/privacy", hints=Hints(key, tuple(hints))))


def test_a_reading_with_hints_takes_the_declared_part_and_says_so():
    reading = read([Hint("k", (".doc",), source="OTA declaration Shop")])
    lines = [block.markdown for block in reading.extraction.blocks]
    assert lines == ["Privacy policy", *POLICY]
    assert reading.notes[0] == "Declared selectors took 1 part, 0 left out (OTA declaration Shop)."
    assert reading.extractor == declared_extractor(extractor_id(), "k1") != extractor_id()
    assert reading.outcome is Outcome.FETCHED


def test_several_parts_are_the_policy_together():
    body = "".join(
        f"<div class=box><div class=part><p>{line}</p></div><div class=ad>Buy red boots</div></div>" for line in POLICY
    )
    html = f"<html><body>{MENU}{body}</body></html>".encode()
    hints = Hints("k", (Hint("k", (".part",)),))
    reading = read_payload(Fetched(html, HEADERS, "http://a.example/privacy", hints=hints))
    assert [block.markdown for block in reading.extraction.blocks] == POLICY


def test_a_page_that_no_hint_matches_is_read_as_usual_and_says_so():
    usual = read_payload(Fetched(PAGE.encode(), HEADERS, "http://a.example/privacy"))
    reading = read([Hint("k", ("#elsewhere",)), Hint("k", ("article",))])
    assert reading.wording == usual.wording
    assert reading.notes[0] == "No declared selector matches the page, of 2 tried; read as usual."
    assert usual.extractor == extractor_id()
