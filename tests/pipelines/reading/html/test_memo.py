"""A memo gives what was made of the same tree, and never what was made of another."""

from types import SimpleNamespace

import lxml.etree
import lxml.html
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.reading.html import reduce
from pipelines.reading.html.memo import Memo
from pipelines.reading.html.reduce import reduce_page

ADDRESS = "https://example.com/privacy"
PAGE = "<html><head>{head}<title>Privacy</title></head><body>{before}<nav><a href='/'>Home</a></nav><main><h1>Privacy</h1><p>We collect {what}.</p></main>{after}</body></html>"
WITHOUT_TEXT = (
    "",
    "<script>var nonce = '1<2';</script>",
    "<style>p { color: red }</style>",
    '<link rel="stylesheet" href="/a.css">',
    '<meta name="csrf" content="a1b2">',
    '<img src="/a.png" alt="A picture">',
)
# Pieces of markup whose order and nesting make trees that are easily taken for one another.
PIECES = (
    "<p>",
    "</p>",
    "<a href=x>",
    "</a>",
    "<i a=1 b=2>",
    '<i a="1 b=2">',
    "&lt;i&gt;",
    "<i>",
    "</i>",
    "&quot;",
    "x",
    " ",
)


@pytest.fixture
def made(monkeypatch):
    """The pages of which a memo of its own had to make something."""
    pages = []
    real = reduce._reduce
    monkeypatch.setattr(reduce, "_MEMO", Memo(lambda reduced: len(reduced.html)))
    monkeypatch.setattr(reduce, "_reduce", lambda *args: pages.append(args[1]) or real(*args))
    return pages


@pytest.mark.parametrize("other", WITHOUT_TEXT)
def test_pages_that_differ_in_what_has_no_text_are_reduced_once(made, other):
    first, second = (
        reduce_page(
            PAGE.format(head=piece.replace(WITHOUT_TEXT[-1], ""), before=piece, after=piece, what="names"), ADDRESS
        )
        for piece in ("", other)
    )
    assert len(made) == 1
    assert first == second
    assert "We collect names." in second.html


CODE = "a { color: red } " * 100
# Where a page's text is looked at by its length before scripts and styles are gone; code is no text there.
BY_LENGTH = (
    ("<noscript>{code}Switch on JavaScript.</noscript>", "Switch on"),
    ("<template>{code}<p>Saved.</p></template>", "Saved"),
    ("<noscript>{code}</noscript><noscript><p>" + "We keep your address. " * 40 + "</p></noscript>", ""),
    ("<div style='font-weight: bold'>{code}Who we are</div>", ""),
    ("<div role='heading' aria-level='3'>{code}Who we are</div>", ""),
)


@pytest.mark.parametrize(("piece", "hidden"), BY_LENGTH)
@pytest.mark.parametrize("tag", ["script", "style"])
def test_code_is_no_text_wherever_a_length_decides(made, piece, hidden, tag):
    page = f"<html><head><title>Privacy</title></head><body><h1>Privacy</h1><p>We do.</p>{piece}</body></html>"
    with_code, without = (reduce_page(page.replace("{code}", code), ADDRESS) for code in (f"<{tag}>{CODE}</{tag}>", ""))
    assert with_code == without
    assert len(made) == 1
    shown = hidden or (
        "We keep your address" if "address" in piece else "Who we are</" + ("h3" if "role" in piece else "b")
    )
    assert (shown in with_code.html) == (not hidden)


@pytest.mark.parametrize(
    ("html", "url"),
    [
        (PAGE.format(head="", before="", after="", what="addresses"), ADDRESS),
        (PAGE.format(head="<base href='https://other.example/'>", before="", after="", what="names"), ADDRESS),
        (PAGE.format(head="", before="", after="", what="names").replace("Privacy<", "Terms<"), ADDRESS),
        (PAGE.format(head="", before="", after="", what="names"), "https://example.com/terms"),
    ],
)
def test_pages_that_differ_in_text_or_address_are_not(made, html, url):
    reduce_page(PAGE.format(head="", before="", after="", what="names"), ADDRESS)
    reduce_page(html, url)
    assert len(made) == 2


@given(st.lists(st.sampled_from(PIECES), max_size=8), st.lists(st.sampled_from(PIECES), max_size=8))
def test_two_trees_have_one_answer_only_if_they_are_the_same(one, other):
    memo = Memo(lambda _made: 1)
    trees = [lxml.html.document_fromstring(f"<div>{''.join(pieces)}</div>") for pieces in (one, other)]
    answers = [memo.get(tree, (), lambda tree=tree: SimpleNamespace(tree=tree)) for tree in trees]
    assert (answers[0] is answers[1]) == (_told(trees[0]) == _told(trees[1]))


def _told(tree):
    return [
        (element.tag, element.text or "", element.tail or "", sorted(element.items()), len(element))
        for element in tree.iter()
    ]


def test_it_holds_so_many_answers_and_so_many_characters_the_last_ones():
    memo, made = Memo(len, entries=3, chars=10), []
    tree = lxml.etree.fromstring("<p/>")

    def ask(name, answer):
        return memo.get(tree, name, lambda: made.append(name) or answer)

    for name in "abcd":
        ask(name, "xx")
    ask("b", "xx")  # held, and now the last
    ask("a", "xx")  # was let go
    assert made == list("abcda")
    ask("large", "x" * 9)
    ask("b", "xx")
    assert made == [*"abcda", "large", "b"]


def test_what_could_not_be_made_is_tried_again():
    memo, tree = Memo(len), lxml.etree.fromstring("<p/>")

    def fail():
        raise ValueError

    with pytest.raises(ValueError):
        memo.get(tree, (), fail)
    assert memo.get(tree, (), lambda: "made") == "made"
