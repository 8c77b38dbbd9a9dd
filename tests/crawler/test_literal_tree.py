"""What a tree of literals finds is what they find side by side, the longest first."""

import re

from hypothesis import given
from hypothesis import strategies as st

from crawler.literal_tree import literal_tree

LETTERS = st.text("ab.-é ", max_size=4)


@given(terms=st.sets(LETTERS.filter(bool)), text=st.text("ab.-é ", max_size=30), whole=st.booleans())
def test_tree_finds_what_the_alternatives_find(terms, text, whole):
    end = r"\b" if whole else ""
    flat = "|".join(re.escape(term) + end for term in sorted(terms, key=len, reverse=True)) or "(?!)"
    spans = [match.span() for match in re.finditer(flat, text)]
    assert [match.span() for match in re.finditer(literal_tree(terms, end=end), text)] == spans


@given(terms=st.sets(LETTERS.filter(bool), min_size=1), data=st.data())
def test_tree_with_spaces_that_may_be_missing(terms, data):
    term = data.draw(st.sampled_from(sorted(terms)))
    assert re.match(literal_tree([term], space=" ?") + "$", term.replace(" ", ""))
