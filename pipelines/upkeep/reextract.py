"""Reading all that is kept anew, after the extractor has changed: no request, and no change of any policy.

    for each policy: what this extractor has not read ─► process pool ─► store ─► all read: fold ─► Reextracted

Until all of a policy is read, its versions stay those of the earlier extractor; what was read stays, so that a run
that was stopped goes on where it was. What differs between the extractors is technical: it is told here, and the
earlier extractor's versions stay in the file beside the new ones.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

from crawler.archives.capture import Outcome, Policy
from pipelines.reading.pool import ReaderPool
from pipelines.store.store import Store

Bracket = tuple[str, str]  # ISO 8601: last capture with the old wording, first with the new


@dataclass(frozen=True, slots=True)
class Reextracted:
    """What a new extractor made of one policy.

    :param read: payloads that were read now; `failed` of them to no text.
    :param differing: payloads whose wording the earlier extractor read differently.
    :param before: the earlier extractor, "" if there was none.
    :param gone: changes that it showed and this one does not; `come` the other way round.
    """

    policy: Policy
    read: int
    failed: int
    differing: int
    before: str
    changes: int
    gone: tuple[Bracket, ...]
    come: tuple[Bracket, ...]


async def reextract(
    store: Store, reader: ReaderPool, site: str = "", progress: Callable[[Policy, int, int], None] | None = None
) -> AsyncIterator[Reextracted]:
    """Bring policies to the present extractor, and tell of each what differs.

    :param site: only its policies.
    :param progress: told of each payload: the policy, how many are read, of how many.
    """
    for policy in store.policies.of(site):
        before, extractor = store.versions.built_with(policy), store.declarations.extractor(policy, reader.extractor)
        held = store.versions.changes(policy)
        unread = store.readings.unread(policy, reader.extractor, at_once=True)
        read = failed = 0
        async for kept, reading in reader.read_kept(unread, store.payloads.get):
            store.readings.put(kept.capture_id, reading)
            read, failed = read + 1, failed + (reading.outcome is not Outcome.FETCHED)
            if progress:
                progress(policy, read, len(unread))
        store.versions.fold(policy, reader.extractor)
        now = store.versions.changes(policy)
        earlier = before if before != extractor else ""
        yield Reextracted(
            policy,
            read,
            failed,
            differing=store.readings.differing(policy, earlier, extractor) if earlier else 0,
            before=earlier,
            changes=len(now),
            gone=tuple(sorted(set(held) - set(now))) if earlier else (),
            come=tuple(sorted(set(now) - set(held))) if earlier else (),
        )
