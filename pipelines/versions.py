"""Versioning: a fold over everything known of a policy, never a step that sees one capture at a time.

fold(observations, in any order, doubled or split) ──► the same versions
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby

from pipelines.model import Observation, Version


def fold(observations: Iterable[Observation]) -> list[Version]:
    """Return the versions of one policy, oldest first.

    Captures come in any order and may come twice; of one second the lower capture id counts as earlier. A version's
    text is that of its first capture.
    """
    known = {observation.capture_id: observation for observation in observations}
    in_order = sorted(known.values(), key=lambda o: (o.captured_at, o.capture_id))
    return fold_sorted(in_order)


def fold_sorted(in_order: Iterable[Observation]) -> list[Version]:
    """Return the versions of observations that come by time, then capture id, each once; in constant memory.

    The store sorts them so (store_versions.py); `fold` is for those that come in any order.
    """
    return list(_versions(groupby(in_order, key=lambda o: o.wording)))


def _versions(runs: Iterable[tuple[str, Iterator[Observation]]]) -> Iterator[Version]:
    previous_last_seen = None
    for number, (wording, run) in enumerate(runs, start=1):
        first = last = next(run)
        captures = 1
        for observation in run:
            last, captures = observation, captures + 1
        yield Version(
            number=number,
            wording=wording,
            text_id=first.text_id,
            first_seen=first.captured_at,
            last_seen=last.captured_at,
            previous_last_seen=previous_last_seen,
            captures=captures,
            first_capture_id=first.capture_id,
            last_capture_id=last.capture_id,
        )
        previous_last_seen = last.captured_at
