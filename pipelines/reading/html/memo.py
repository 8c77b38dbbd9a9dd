"""What was made of a tree, for the next tree that is the same.

    tree ──XML──► SHA-256, with what else is given ──► known? the same answer : made, and kept for a while

XML is another for every other tree as an HTML parser builds it: names hold neither white space nor "=" nor ">", and in text
and values "<", ">", "&" and quotes are escaped. So an answer that is a function of the tree and of what else is given is
exact. It lives in the process that reads, so no other extractor ever sees it.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import TYPE_CHECKING, Final, Generic, TypeVar

import lxml.etree

if TYPE_CHECKING:
    from lxml.html import HtmlElement

Made = TypeVar("Made")

# A reduced page has 50,000 characters at the median, and captures of some policies take turns.
_ENTRIES: Final = 1024
_CHARS: Final = 16_000_000


class Memo(Generic[Made]):
    """Answers by the trees they were made of; those that were asked for last, as many as there is room for.

    :param size: characters of an answer.
    """

    def __init__(self, size: Callable[[Made], int], entries: int = _ENTRIES, chars: int = _CHARS) -> None:
        self._size, self._entries, self._room = size, entries, chars
        self._held: OrderedDict[tuple[bytes, Hashable], Made] = OrderedDict()

    def get(self, root: HtmlElement, given: Hashable, make: Callable[[], Made]) -> Made:
        """Return what `make` returns, which may use the tree up; what it raises is raised, and not kept."""
        key = (hashlib.sha256(lxml.etree.tostring(root, encoding="utf-8")).digest(), given)
        if key in self._held:
            self._held.move_to_end(key)
            return self._held[key]
        made = make()
        self._held[key] = made
        self._room -= self._size(made)
        while self._room < 0 or len(self._held) > self._entries:
            self._room += self._size(self._held.popitem(last=False)[1])
        return made
