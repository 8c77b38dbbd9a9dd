"""How much of a range a test goes through: a sample in `make test` and `make unit`, the whole with POLICYLAPSE_TEST_ALL=1.

A range is sampled where each of its parts costs much and proves little that its neighbours do not. What is left out is
left out in turn: a sample has something of every row and of every column of a table.

`tests/conftest.py` gives Hypothesis its number of examples by the same switch; a test that costs more than others per
example names its own by `examples`.
"""

import os
from collections.abc import Iterable, Sequence
from typing import Final, TypeVar

ALL: Final = bool(os.environ.get("POLICYLAPSE_TEST_ALL"))
_Part = TypeVar("_Part")


def examples(sample: int, whole: int) -> int:
    """How many examples Hypothesis tries."""
    return whole if ALL else sample


def one_in(step: int, parts: Iterable[_Part], turn: int = 0) -> Sequence[_Part]:
    """One in `step` of the parts, beginning with that whose `turn` it is; at least one of them."""
    whole = list(parts)
    return whole if ALL else whole[turn % min(step, len(whole)) :: step]
