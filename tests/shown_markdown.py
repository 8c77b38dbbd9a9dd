"""What a reader of Markdown shows (markdown-it-py, CommonMark with GFM tables and strikethrough), and texts that try to be
more than words there.
"""

from collections import Counter
from dataclasses import dataclass

from hypothesis import strategies as st
from markdown_it import MarkdownIt

MARKDOWN = MarkdownIt("commonmark").enable(["table", "strikethrough"])
NO_MARKUP = ("link_open", "image", "html_inline", "html_block", "code_inline", "code_block", "hr", "s_open")


@dataclass
class Shown:
    words: list[str]
    tokens: Counter[str]


def shown(markdown):
    """What is shown of Markdown: its words, and how many elements of each type there are."""
    texts, types = [], Counter()
    for token in MARKDOWN.parse(markdown):
        types[token.type] += 1
        texts.append(token.content if token.type in ("fence", "code_block", "html_block") else "")
        for child in token.children or ():
            if child.content == "<!-- -->":  # of ours: it keeps GitHub from making links
                continue
            types[child.type] += 1
            texts.append(" " if child.type in ("softbreak", "hardbreak") else child.content)
        texts.append("" if token.type == "inline" and not token.content else " ")
    return Shown("".join(texts).split(), types)


HOSTILE = [
    "![](http://evil.example/1.png)",
    "[x](javascript:alert(1))",
    "[x]",
    "[x]: http://evil.example",
    "[x][y]",
    "](",
    "](x)",
    "[^1]: note",
    "[ ] task",
    "&lt;b&gt;",
    "&#60;script&#62;",
    "&copy",
    "&amp;amp;",
    "<b>",
    "</p>",
    "<!-- x",
    "<?php",
    "<http://evil.example>",
    "<a@b.example>",
    "<x",
    "`code`",
    "``",
    "```",
    "~~gone~~",
    "~~~",
    "*",
    "**",
    "***",
    "* x",
    "_",
    "__x__",
    "a_b_c",
    "\\",
    "\\[",
    "\\`",
    "\\*",
    "#",
    "## x",
    "x ##",
    "#x",
    ">",
    "> x",
    ">x",
    "-",
    "- x",
    "--",
    "---",
    "-- -",
    "=",
    "==",
    "+",
    "+ x",
    "1.",
    "1. x",
    "12) x",
    "1234567890. x",
    "|",
    "a | b",
    "--- | ---",
    ":-: |",
    "\\|",
    ": x",
    "    code",
    "\t",
    "!",
    "$x$",
    "@",
    "“",
    "”.",
    "(",
    ")",
    ".",
    "€",
    "隐私",
    "é",
    "x",
    "y",
    " ",
    " ",
    "\u00a0",
    "\n",
]
HOSTILE_TEXT = st.lists(
    st.sampled_from(HOSTILE) | st.text(st.characters(blacklist_categories=("Cs", "Cc")), max_size=3),
    min_size=1,
    max_size=6,
).map("".join)
