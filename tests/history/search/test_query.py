"""What a person types, as a tree: grammar, phrases, errors that help."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.archives.errors import ConfigError
from history.search.index_words import find, matching, tokens
from history.search.query import (
    MAX_DEPTH,
    MAX_LENGTH,
    MAX_TERMS,
    All,
    Either,
    Term,
    expression,
    parse,
    words_expression,
)


def tree(text):
    return parse(text, tokens)


A, B, C = Term(("a",)), Term(("b",)), Term(("c",))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A", A),
        ("a b", All((A, B))),
        ("a AND b", All((A, B))),
        ("a OR b c", Either((A, All((B, C))))),
        ("(a OR b) c", All((Either((A, B)), C))),
        ("a NOT b", All((A,), (B,))),
        ("NOT b a", All((A,), (B,))),
        ("a NOT NOT b", All((A, B))),
        ("a AND NOT (b OR c)", All((A,), (Either((B, C)),))),
        ("a and b", All((A, Term(("and",)), B))),
        ('"AND"', Term(("and",))),
        ("a*", Term(("a",), prefix=True)),
        ('"a b*"', Term(("a", "b"), prefix=True)),
        ("“a b”", Term(("a", "b"))),
        ("„a b“", Term(("a", "b"))),
        ("e-mail", Term(("e", "mail"))),
        ("don't", Term(("don", "t"))),
        ("Café", Term(("cafe",))),
        ("隐私", Term(("隐", "私"))),
        ("a & b", All((A, B))),
        ("a OR &", A),
        ("a a", A),
    ],
)
def test_the_tree(text, expected):
    assert tree(text) == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "nothing to look for in ''"),
        ("& — ?", "nothing to look for in '& — ?'"),
        ("a AND", "after AND at character 3 something is missing"),
        ("OR a", "OR at character 1: something is missing before it"),
        ("(a", "the parenthesis at character 1 is not closed"),
        ("a)", "the parenthesis at character 2 closes none"),
        ("()", "the parenthesis at character 2: nothing stands before it"),
        ('a "b', "the quotation mark at character 3 is not closed"),
        ("NOT a", "NOT at character 1 needs something beside it"),
        ("a OR NOT b", "NOT at character 6 needs something beside it"),
        ("*", "the * at character 1 needs letters before it"),
        ("priv*cy", "the * in 'priv*cy' must stand at the end of a word"),
        ("a" * (MAX_LENGTH + 1), "a query of 1,001 characters"),
        ("a " * (MAX_TERMS + 1), "a query of 65 words"),
        ("(" * (MAX_DEPTH + 1) + "a" + ")" * (MAX_DEPTH + 1), "parentheses in parentheses: 20"),
    ],
)
def test_what_cannot_be_understood_is_said_with_its_place(text, message):
    with pytest.raises(ConfigError, match="(?s)^" + message.translate({ord(c): "\\" + c for c in "()*?"})):
        tree(text)


def test_phrases_become_words_for_an_index_without_places():
    assert words_expression(tree('"a b" c')) == ('(("a" AND "b") AND "c")', False)
    assert words_expression(tree('a NOT "b c"')) == ('("a")', False)
    assert words_expression(tree("(a OR c*) NOT b")) == ('((("a" OR "c"*)) NOT ("b"))', True)


@given(st.text(max_size=80))
def test_whatever_is_typed_gives_a_tree_or_an_error_that_says_why(text):
    try:
        query = tree(text)
    except ConfigError:
        return
    find(expression(query), {1: text})  # SQLite understands it


def test_where_a_query_is_met():
    text = "Your *personal*<br>data, 我们的隐私政策 and Café"
    assert [text[slice(*span)] for span in find('"personal data" OR "隐 私" OR "cafe"', {3: text})[3]] == [
        "personal*<br>data",
        "隐私",
        "Café",
    ]
    assert find('"br"', {3: text}) == {}


@given(
    st.lists(st.text("ab-B<br>* ", max_size=12), max_size=6),
    st.sampled_from(["a b", '"a b"', "a*", '"b a*"', "(a OR b) NOT ab", "ab b", "br"]),
)
def test_ascii_is_read_as_sqlite_reads_it(texts, query):
    passages = dict(enumerate(texts))
    assert matching(tree(query), passages) == set(find(expression(tree(query)), passages))
