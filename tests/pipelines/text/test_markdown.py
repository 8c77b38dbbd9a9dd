"""Blocks to Markdown, exactly."""

from collections import Counter

from hypothesis import example, given
from hypothesis import strategies as st
from lxml import etree

from pipelines.model import Block, BlockKind
from pipelines.reading.html.structure import read_blocks
from pipelines.text.inline import safe_inline
from pipelines.text.markdown import render_markdown
from pipelines.text.wording import text_words, words
from tests.shown_markdown import HOSTILE_TEXT as TEXT
from tests.shown_markdown import NO_MARKUP, shown

K = BlockKind


def test_every_kind():
    blocks = [
        Block(K.TITLE, 0, "Privacy"),
        Block(K.HEADING, 2, "What we collect"),
        Block(K.PARAGRAPH, 0, "Some *things*,  \nsome **not**."),
        Block(K.ITEM, 1, "names"),
        Block(K.ITEM, 2, "first"),
        Block(K.NUMBERED, 2, "one"),
        Block(K.ITEM, 1, "mail  \nand phone"),
        Block(K.PARAGRAPH, 0, "Next"),
        Block(K.NUMBERED, 1, "a"),
        Block(K.ITEM, 2, "under a"),
        Block(K.NUMBERED, 1, "b"),
        Block(K.TERM, 0, "Cookie"),
        Block(K.DEFINITION, 0, "A file."),
        Block(K.QUOTE, 0, "Said  \nso"),
        Block(K.PRE, 0, "a\n  b"),
        Block(K.ROW, 1, "Name | Use"),
        Block(K.ROW, 2, "a_b | statistics \\| ads"),
    ]
    assert render_markdown(blocks) == (
        "# Privacy\n\n"
        "## What we collect\n\n"
        "Some *things*,  \nsome **not**.\n\n"
        "* names\n  * first\n  1. one\n* mail  \n  and phone\n\n"
        "Next\n\n"
        "1. a\n    * under a\n2. b\n\n"
        "Cookie\n\n"
        ":   A file.\n\n"
        "> Said  \n> so\n\n"
        "```\na\n  b\n```\n\n"
        "| Name | Use |\n| --- | --- |\n| a_b | statistics \\| ads |\n"
    )


def test_numbering_restarts_with_every_list():
    item = Block(K.NUMBERED, 1, "x")
    text = render_markdown([item, item, Block(K.PARAGRAPH, 0, "between"), item])
    assert text == "1. x\n2. x\n\nbetween\n\n1. x\n"


def test_nested_numbering_restarts_under_every_item():
    outer, inner = Block(K.NUMBERED, 1, "o"), Block(K.NUMBERED, 2, "i")
    assert render_markdown([outer, inner, outer, inner]) == "1. o\n    1. i\n2. o\n    1. i\n"


def test_table_without_a_header_gets_an_empty_one_and_full_rows():
    rows = [Block(K.ROW, 2, "a | b | c"), Block(K.ROW, 2, "d")]
    assert render_markdown(rows) == "|  |  |  |\n| --- | --- | --- |\n| a | b | c |\n| d |  |  |\n"


def test_two_tables_stay_two():
    rows = [Block(K.ROW, 1, "a | b"), Block(K.ROW, 1, "c | d")]
    assert render_markdown(rows) == "| a | b |\n| --- | --- |\n\n| c | d |\n| --- | --- |\n"


def test_text_that_looks_like_a_marker_stays_text():
    texts = ["1. Scope", "# 1", "- dash", "> more", "2020 was", "3) x", "+ plus"]
    rendered = render_markdown(Block(K.PARAGRAPH, 0, text) for text in texts)
    assert rendered == "1\\. Scope\n\n\\# 1\n\n\\- dash\n\n\\> more\n\n2020 was\n\n3\\) x\n\n\\+ plus\n"


def test_pre_with_fences_gets_a_longer_fence():
    assert render_markdown([Block(K.PRE, 0, "```")]) == "````\n```\n````\n"


def test_nothing():
    assert render_markdown([]) == ""


BLOCKS = st.lists(
    st.builds(
        Block,
        st.sampled_from([K.HEADING, K.PARAGRAPH, K.ITEM, K.NUMBERED, K.TERM, K.DEFINITION, K.ROW, K.QUOTE]),
        st.integers(1, 3),
        st.text("abcé 12.)(-#>+%", min_size=1, max_size=30).map(lambda text: f"w {text.strip()} w"),
    ),
    max_size=12,
)


@given(BLOCKS)
def test_rendered_text_has_the_words_of_its_blocks(blocks):
    assert words(render_markdown(blocks)) == text_words(blocks)


def test_a_long_list_keeps_what_is_nested_under_its_numbers():
    outer, inner = Block(K.NUMBERED, 1, "o"), Block(K.ITEM, 2, "i")
    text = render_markdown([*[outer] * 100, inner])
    assert text.endswith("100. o\n     * i\n")
    assert shown(text).tokens["bullet_list_open"] == 1


# --- what a reader of Markdown shows is the page's words -------------------------------------------------------

RUNS = st.lists(st.tuples(st.sampled_from(["", "", "b", "i", "b i", "br"]), TEXT), min_size=1, max_size=4)
TAGS = ["p", "h1", "h3", "dt", "dd", "blockquote", "pre", "ul", "ol", "ul ul", "ol ul", "ul ol", "table"]


def element(tag, *content):
    made = etree.Element(tag)
    for one in content:
        if not isinstance(one, str):
            made.append(one)
        elif len(made):
            made[-1].tail = (made[-1].tail or "") + one
        else:
            made.text = (made.text or "") + one
    return made


def inline(runs):
    for style, text in runs:
        if style == "br":
            yield element("br")
            yield text
        elif style:
            outer, *inner = style.split()
            yield element(outer, element(inner[0], text)) if inner else element(outer, text)
        else:
            yield text


def page(parts):
    root = element("body")
    for tags, runs in parts:
        if tags == "table":
            root.append(
                element("table", *[element("tr", *[element("td", *inline(runs)) for _ in range(2)]) for _ in range(2)])
            )
        elif tags[0] in "ou":
            outer, *inner = tags.split()
            item = element("li", *inline(runs))
            for tag in inner:
                item.append(element(tag, element("li", *inline(runs))))
            root.append(element(outer, item, element("li", *inline(runs))))
        else:
            root.append(element(tags, *inline(runs)))
    return root


def page_words(parts):
    """The words of a page, in order; before a definition stands our mark of it."""
    for tags, runs in parts:
        text = "".join(f" {text}" if style == "br" else text for style, text in runs).split()
        times = {"table": 4, "ul": 2, "ol": 2}.get(tags, 3 if " " in tags else 1)
        yield from (([":"] if tags == "dd" and text else []) + text) * times


@given(st.lists(st.tuples(st.sampled_from(TAGS), RUNS), min_size=1, max_size=5))
@example(
    [("p", [("", "[x](javascript:1) ![](http://evil.example)"), ("b", "](y)"), ("", "(z)")]), ("p", [("", "[x]: y")])]
)
@example([("dd", [("b", "“x”"), ("", "y"), ("i", "z"), ("b i", "w"), ("", "*v* **u")])])
@example([("table", [("", "a | b \\"), ("b", "| c"), ("", "&#124; `|`")])])
@example([("p", [("", "x"), ("br", "==="), ("br", "--- | ---"), ("br", "> y")]), ("h3", [("", "x # ##")])])
def test_what_a_page_says_is_all_that_its_markdown_shows(parts):
    blocks, _links = read_blocks(page(parts))
    seen = shown(render_markdown(blocks))
    if all("br" not in dict(runs) for _tags, runs in parts):
        assert seen.words == list(page_words(parts))
    else:  # two <br> end a block, and then the mark of a definition comes again
        kept = [word for word in seen.words if word != ":"]
        assert kept == [word for word in page_words(parts) if word != ":"]
    assert not any(seen.tokens[name] for name in NO_MARKUP)
    kinds = Counter(block.kind for block in blocks)
    assert seen.tokens["heading_open"] == kinds[K.HEADING]
    assert seen.tokens["fence"] == kinds[K.PRE]
    assert seen.tokens["list_item_open"] == kinds[K.ITEM] + kinds[K.NUMBERED]
    assert seen.tokens["blockquote_open"] == kinds[K.QUOTE]
    assert bool(seen.tokens["table_open"]) == bool(kinds[K.ROW])


@given(st.lists(st.builds(Block, st.sampled_from(list(K)), st.integers(0, 7), TEXT | st.text(max_size=20)), max_size=6))
def test_no_stored_block_whoever_wrote_it_becomes_markup(blocks):
    """Of earlier programs, of another's database: whatever stands in a block, nothing of it is live."""
    seen = shown(render_markdown(blocks))
    assert not any(seen.tokens[name] for name in NO_MARKUP)
    headings = sum(block.kind in (K.HEADING, K.TITLE) for block in blocks)
    assert seen.tokens["heading_open"] <= headings


@given(BLOCKS)
def test_rendering_is_the_same_however_its_text_was_escaped(blocks):
    """What is rendered and read as Markdown once more is a fixed point: escapes do not pile up."""
    for block in blocks:
        once = safe_inline(block.markdown)
        assert safe_inline(once) == once
