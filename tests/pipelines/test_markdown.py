"""Blocks to Markdown, exactly."""

from hypothesis import given
from hypothesis import strategies as st

from pipelines.markdown import render_markdown
from pipelines.model import Block, BlockKind
from pipelines.wording import text_words, words

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
        Block(K.ROW, 2, "_ga | statistics \\| ads"),
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
        "| Name | Use |\n| --- | --- |\n| _ga | statistics \\| ads |\n"
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
