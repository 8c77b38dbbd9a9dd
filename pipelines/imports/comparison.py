"""Their history of a policy beside ours: where they saw a change and we did not, and the reverse.

    compare(store, policy, their extractor, ours) ──► Compared(steps from each capture to the next where either changed)

Both read the same pages. So what differs is the reading: a selector that takes too little, furniture that we took for the
policy, a link or a mark that is no word. Ours is the wording as the versions have it (capture_wordings), which leaves out what
comes and goes by itself; theirs is each text as they recorded it.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import TYPE_CHECKING

from crawler.collections.ota import Record
from pipelines.imports.their_text import Theirs

if TYPE_CHECKING:
    from crawler.archives.capture import Policy
    from pipelines.store.store import Store

_THEIRS = """
SELECT DISTINCT k.at, k.id, k.captured_at, k.citation_url, t.wording, e.decisions
FROM policy_urls u JOIN captures k ON k.urlkey = u.urlkey
JOIN extractions e ON e.payload_id = k.payload_id AND e.extractor_id = ? JOIN texts t ON t.id = e.text_id
WHERE u.policy_id = ? ORDER BY k.at, k.id
"""


class Verdict(StrEnum):
    """Who saw a change of a policy from one capture to the next."""

    BOTH = "both"
    THEIRS_ONLY = "theirs only"
    OURS_ONLY = "ours only"
    SAME_WORDS = "same words"  # they recorded another text of the same words: links, marks, typography
    TECHNICAL = "technical"  # they recorded it when their engine or declaration changed, and so they say


@dataclass(frozen=True, slots=True)
class SeenChange:
    """A change that either saw; times are ISO 8601.

    :param capture: what to cite the later capture by. :param their_source: where their text of it stands.
    """

    not_before: str
    not_after: str
    verdict: Verdict
    capture: str
    their_source: str


@dataclass(frozen=True, slots=True)
class Compared:
    """Their reading of a policy beside ours.

    :param captures: of which there are both. :param steps: in time order.
    """

    policy: Policy
    captures: int
    steps: tuple[SeenChange, ...]

    @property
    def counts(self) -> dict[Verdict, int]:
        counted = Counter(step.verdict for step in self.steps)
        return {verdict: counted[verdict] for verdict in Verdict}


@dataclass(frozen=True, slots=True)
class _Row:
    at: str
    citation: str
    ours: str
    wording: str
    theirs: Theirs


def compare(store: Store, policy: Policy, theirs: str, ours: str) -> Compared:
    """Return where two readings of a policy's captures differ in what they call a change.

    :param theirs: the name of their extractor. :param ours: the program's.
    """
    wordings, aside = store.versions.wordings(policy, ours)
    known = {capture_id: wordings[capture_id] for capture_id in wordings if capture_id not in set(aside)}
    found = store.db.execute(_THEIRS, [store.readings.extractor_id(theirs), policy.policy_id]).fetchall()
    rows = [
        _Row(captured_at, citation, known[capture_id], wording, Theirs.of(notes))
        for _at, capture_id, captured_at, citation, wording, notes in found
        if capture_id in known
    ]
    steps = (
        SeenChange(old.at, new.at, verdict, new.citation, new.theirs.source)
        for old, new in pairwise(rows)
        if (verdict := _verdict(old, new)) is not None
    )
    return Compared(policy, len(rows), tuple(steps))


def _verdict(old: _Row, new: _Row) -> Verdict | None:
    ours = old.ours != new.ours
    if old.wording != new.wording:
        if ours:
            return Verdict.BOTH
        return Verdict.TECHNICAL if new.theirs.record == Record.TECHNICAL.value else Verdict.THEIRS_ONLY
    if ours:
        return Verdict.OURS_ONLY
    return Verdict.SAME_WORDS if old.theirs.key != new.theirs.key else None
