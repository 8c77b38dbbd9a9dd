"""From a policy's kept captures to what is read of them: one by one as they come, and what was left.

    capture, body ──read──► ReadCapture (an item), its wording told to the search
    PolicyWork ──read_left──► ReadCapture of all that is kept and was not read for it, and of its pages' other documents

A capture that another policy brought is kept once and read for each policy, since each has a declaration of its own.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from typing import Any, Protocol

from crawler.archives.capture import ListedCapture, Policy, ReadCapture
from crawler.choosing.stated import beginning
from crawler.spiders.state.policy_work import PolicyWork
from crawler.spiders.state.shelves import Declarations, Payloads, Policies, Readings, Versions
from crawler.targets.fetched import Fetched

logger = logging.getLogger(__name__)


class ReadingStore(Protocol):
    """What is kept, and what was read of it."""

    @property
    def declarations(self) -> Declarations: ...

    @property
    def readings(self) -> Readings: ...

    @property
    def payloads(self) -> Payloads: ...

    @property
    def policies(self) -> Policies: ...

    @property
    def versions(self) -> Versions: ...


class PolicyReader(Protocol):
    """Reads pages beside the reactor."""

    extractor: str

    async def read(self, page: Fetched) -> Any: ...
    async def run(
        self, read: Callable[..., Any], arguments: tuple[Any, ...], name: str, unread: Callable[..., Any]
    ) -> Any: ...
    def read_kept(self, kept: Sequence[Any], load: Callable[[int], bytes]) -> AsyncIterator[tuple[Any, Any]]: ...


class PolicyReading:
    """Reads what is kept of policies."""

    def __init__(self, store: ReadingStore, reader: PolicyReader, *, all_policies: bool) -> None:
        self._store, self._reader, self._all_policies = store, reader, all_policies

    async def read(
        self,
        work: PolicyWork,
        listed: ListedCapture,
        body: bytes,
        headers: Mapping[str, str],
        status: int,
        *,
        is_new: bool = False,
    ) -> AsyncIterator[ReadCapture]:
        """Yield the item of a payload, nothing where it was read before.

        :param is_new: the payload has just been kept, and none like it was: nobody can have read it.
        """
        extractor, capture = self._reader.extractor, listed.capture
        known = None if is_new else self._store.readings.known(work.policy, listed.capture_id, extractor)
        if known is not None:
            work.search.answered(listed.capture_id, *known)
            return
        work.tried.add(listed.capture_id)
        hints = self._store.declarations.hints(work.policy, listed.capture_id)
        reading = await self._reader.read(Fetched(body, dict(headers), capture.original, status, hints))
        self._note(work, listed.capture_id, reading)
        what = reading.detail or f"{reading.words} words"
        logger.debug("%s %s: %s (%s)", capture.timestamp, capture.original, reading.outcome.value, what)
        yield ReadCapture(work.policy, listed.capture_id, reading, listed)

    async def read_left(self, work: PolicyWork) -> AsyncIterator[ReadCapture]:
        """Yield what is kept and was not read by this extractor: what another policy brought, or what was left by a run
        that was killed, or by an older extractor. Then the other documents on the policy's pages.
        """
        if not work.unread:
            return
        work.unread = False
        left = self._store.readings.unread(work.policy, self._reader.extractor)
        unread = [one for one in left if one.capture_id not in work.tried]
        work.tried |= {one.capture_id for one in unread}
        async for kept, reading in self._reader.read_kept(unread, self._store.payloads.get):
            self._note(work, kept.capture_id, reading)
            yield ReadCapture(work.policy, kept.capture_id, reading)
        async for item in self._read_parts(work):
            yield item

    def forget_read(self, work: PolicyWork) -> None:
        """Forget which captures of a policy were read in this run, but for those of which the store has no reading."""
        if work.tried:
            left = self._store.readings.unread(work.policy, self._reader.extractor)
            work.tried &= {one.capture_id for one in left}

    def marks(self, policy: Policy) -> tuple[int, int]:
        """Return what is another value whenever something was read for a policy."""
        return self._store.versions.marks(policy)

    async def wordings(self, policy: Policy) -> tuple[dict[int, str], list[int]]:
        """Return the wording of each capture of a policy that was read, as its versions have it, and the captures that show
        another document. It takes as long as a fold, so it is done beside the reactor, as reading is.
        """
        versions, extractor = self._store.versions, self._reader.extractor
        beside = await self._reader.run(
            *versions.beside(policy, extractor), f"the versions of {policy.url}", lambda *_why: None
        )
        return versions.wordings(policy, extractor) if beside is None else beside

    def _note(self, work: PolicyWork, capture_id: int, reading: Any) -> None:
        """Tell the search; with all_policies, the other documents of a page are policies, too: one of each kind."""
        days = [beginning(day) for one in reading.dates for day in one.dates]
        work.search.answered(capture_id, reading.outcome, reading.wording, stated=days)
        if self._all_policies and not work.policy.part:
            others = set(reading.other_kinds)
            work.parts |= others
            work.unread = work.unread or bool(others)

    async def _read_parts(self, work: PolicyWork) -> AsyncIterator[ReadCapture]:
        for kind in sorted(work.parts):
            policy = self._store.policies.part_of(work.policy, kind)
            unread = self._store.readings.unread(policy, self._reader.extractor)
            async for kept, reading in self._reader.read_kept(unread, self._store.payloads.get):
                yield ReadCapture(policy, kept.capture_id, reading)
