"""What was computed of a block, remembered while a policy is worked at: its texts have nearly all their blocks in common.

    @remembered(4096)        as functools.lru_cache
    forget_blocks()          lets go of all of it

Policies share hardly a block. Who goes through many of them forgets each before the next: so the memory is that of one
policy, however many there are.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import _lru_cache_wrapper, lru_cache
from typing import Any, Final, TypeVar

_Result = TypeVar("_Result")
_ALL: Final[list[_lru_cache_wrapper[Any]]] = []


def remembered(most: int) -> Callable[[Callable[..., _Result]], _lru_cache_wrapper[_Result]]:
    """Return what makes a pure function remember its last results until `forget_blocks`.

    :param most: results, at most.
    """

    def remember(function: Callable[..., _Result]) -> _lru_cache_wrapper[_Result]:
        kept = lru_cache(maxsize=most)(function)
        _ALL.append(kept)
        return kept

    return remember


def forget_blocks() -> None:
    """Forget what all functions have remembered, once the work at a policy is done."""
    for kept in _ALL:
        kept.cache_clear()
