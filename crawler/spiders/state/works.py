"""The policies of a run: those of which something is under way as objects, all others as a number and a byte each.

    policy ──begin──► PolicyWork, in hand ──let_go, nothing is under way──► id and byte
                         ▲                                                       │
                         └───────────────── wanted again ◄───────────────────────┘

A run over a million sites has work for some hundreds at a time. What the store knows of the others is read from it when
their turn comes; what it does not know (that a policy had its first page, that it failed, …) is eight bits.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from typing import Protocol
from weakref import WeakValueDictionary

from crawler.archives.capture import Policy
from crawler.spiders.state.policy_work import PolicyWork
from crawler.spiders.state.shelves import Policies

_NEW = -1  # all of it is in hand


class WorksStore(Protocol):
    """Which policies there are."""

    @property
    def policies(self) -> Policies: ...


class Works:
    """The policies of one run, in the order they came.

    :param make: makes a policy's work, as it is at its beginning.
    """

    def __init__(self, store: WorksStore, make: Callable[[Policy], PolicyWork]) -> None:
        self._store, self._make = store, make
        self._bits: dict[int, int] = {}
        self._in_hand: dict[int, PolicyWork] = {}
        # whoever still has the object of a policy that was let go, has the one that is given out again
        self._alive: WeakValueDictionary[int, PolicyWork] = WeakValueDictionary()

    def __len__(self) -> int:
        return len(self._bits)

    def __contains__(self, number: object) -> bool:
        return number in self._bits

    def begin(self, policy: Policy) -> PolicyWork | None:
        """Take a policy into the run; None where it is in it already."""
        number = policy.policy_id
        if number in self._bits:
            return None
        self._bits[number] = _NEW
        work = self._in_hand[number] = self._alive[number] = self._make(policy)
        return work

    def get(self, number: int) -> PolicyWork:
        """Return a policy's work, and have it in hand from now on. :param number: the policy's id, of this run."""
        work = self._in_hand.get(number)
        if work is None:
            work = self._alive.get(number)
            if work is None:
                work = self._alive[number] = self._make(self._store.policies.by_id(number))
                work.remember(self._bits[number])
            self._in_hand[number] = work
        return work

    def let_go(self, work: PolicyWork) -> None:
        """Remember of a policy only its byte, where that is all there is: nothing of it is under way."""
        bits = work.remembered()
        if bits is not None:
            self._bits[work.policy.policy_id] = bits
            self._in_hand.pop(work.policy.policy_id, None)

    def hold(self, work: PolicyWork) -> None:
        """Have a policy in hand: something is under way for it from now on."""
        self._in_hand[work.policy.policy_id] = work

    def in_hand(self) -> list[PolicyWork]:
        """Return the policies that are objects: all of which something is under way."""
        return list(self._in_hand.values())

    def __iter__(self) -> Iterator[PolicyWork]:
        """Yield all, each that is not in hand for as long as it is looked at, or until what it became was dealt with."""
        for number in list(self._bits):
            borrowed = number not in self._in_hand
            work = self.get(number)
            yield work
            if borrowed:
                self.let_go(work)

    @property
    def policies(self) -> RunPolicies:
        """The policies themselves."""
        return RunPolicies(self)


class RunPolicies(Collection[Policy]):
    """The policies of a run, to be gone through as often as one likes, in constant memory."""

    def __init__(self, works: Works) -> None:
        self._works = works

    def __len__(self) -> int:
        return len(self._works)

    def __iter__(self) -> Iterator[Policy]:
        for work in self._works:
            yield work.policy

    def __contains__(self, policy: object) -> bool:
        return isinstance(policy, Policy) and policy.policy_id in self._works
