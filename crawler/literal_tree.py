"""A regular expression for any of many literals, as a tree that is walked letter by letter.

terms ──literal_tree──► pattern of their common beginnings

Side by side in one pattern (`a|b|c`), each term is tried at every place of a text: 500 titles took 3 ms a line of it. In a
tree the first letter that fits none of them ends it, and a thousand terms cost hardly more than ten. What is found is the
same: at a place the longest term that fits.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import groupby, takewhile


def literal_tree(terms: Iterable[str], *, end: str = "", space: str = r"\ ") -> str:
    r"""Return the pattern of terms, longer ones first; that of no terms matches nothing.

    :param end: the pattern that must match behind a term ("" for none), as `\b`.
    :param space: the pattern of a term's space.

    >>> literal_tree(["data", "day", "data policy"], space=" ?")
    'da(?:ta(?: ?policy|)|y)'
    """
    known = sorted(set(terms))
    branches = []
    for _letter, same in groupby(filter(None, known), key=lambda term: term[0]):
        group = list(same)
        first, last = group[0], group[-1]  # in order: what these share, all share
        shared = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(first, last, strict=False)))
        below = literal_tree((term[shared:] for term in group), end=end, space=space)
        branches.append(re.escape(first[:shared]).replace(r"\ ", space) + below)
    if "" in known:
        branches.append(end)
    if not branches:
        return "(?!)"
    return branches[0] if len(branches) == 1 else f"(?:{'|'.join(branches)})"
