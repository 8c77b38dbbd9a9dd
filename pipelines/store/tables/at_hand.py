"""Rows that a writer has looked up or put, at hand for the next one that names them: in a batch neighbours are alike.

What is at hand is wrong once another process writes, a row is deleted, or a transaction is rolled back. So it is used within one
transaction, or by a program that is alone with its file and ends if a transaction fails. What OpenFile.memory returns may be used in
many transactions: the file clears it after a rollback and after another process's write.
"""

from __future__ import annotations

from typing import TypeVar

_Key = TypeVar("_Key")
_Value = TypeVar("_Value")


class AtHand(dict[_Key, _Value]):
    """What is at hand, by what names it.

    :param most: so many at most, 0: nothing; where there are more, all are let go.
    """

    def __init__(self, most: int) -> None:
        self._most = most

    def keep(self, key: _Key, value: _Value) -> _Value:
        """Have a row at hand; return it."""
        if self._most:
            if len(self) >= self._most:
                self.clear()
            self[key] = value
        return value
