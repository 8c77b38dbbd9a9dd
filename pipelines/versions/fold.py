"""Versioning: a fold over everything known of a policy, never a step that sees one capture at a time.

    observations (in any order, doubled or split) ──► stretches ──► without other pages ──► steadied ──► versions

What is no version is decided by the captures around it, so a later capture may change the past: the result is a
function of the set of captures.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from pipelines.model import Block, Observation, Version
from pipelines.text.wording import wording_key
from pipelines.versions.other_pages import other_pages
from pipelines.versions.sightings import SeenText, Stretch, stretches
from pipelines.versions.steady import Unsteady, steady


@dataclass(frozen=True, slots=True)
class SetAside:
    """Captures that show another document than the policy, and why they are not a version of it."""

    stretch: Stretch
    reason: str


@dataclass(frozen=True, slots=True)
class Folded:
    """What a policy's observations come to.

    :param versions: oldest first.
    :param texts: by version number, the text of those whose first capture does not show it as it is.
    :param aside: captures that are not the policy, oldest first.
    :param unsteady: what comes and goes by itself and therefore makes no version.
    """

    versions: tuple[Version, ...]
    texts: Mapping[int, tuple[Block, ...]]
    aside: tuple[SetAside, ...] = ()
    unsteady: tuple[Unsteady, ...] = ()


def fold(observations: Iterable[Observation], texts: Mapping[int, SeenText]) -> Folded:
    """Return the versions of one policy.

    Captures come in any order and may come twice; of one second the lower capture id counts as earlier.

    :param texts: by text_id, the texts that the observations show.
    """
    known = {observation.capture_id: observation for observation in observations}
    in_order = sorted(known.values(), key=lambda o: (o.captured_at, o.capture_id))
    return fold_stretches(stretches(in_order), texts)


def fold_stretches(seen: Sequence[Stretch], texts: Mapping[int, SeenText]) -> Folded:
    """Return the versions of stretches that come in time order; their texts are those of their first captures."""
    reasons = other_pages(seen, texts)
    kept = [stretch for index, stretch in enumerate(seen) if index not in reasons]
    calm = steady(kept, texts)
    texts_by_lines = {id(lines): tuple(line.block for line in lines) for lines in calm.lines.values()}
    key_by_lines = {key: wording_key(blocks) for key, blocks in texts_by_lines.items()}
    blocks = {index: texts_by_lines[id(lines)] for index, lines in calm.lines.items()}
    keys = [key_by_lines[id(calm.lines[i])] if i in blocks else stretch.wording for i, stretch in enumerate(kept)]
    versions: list[Version] = []
    steadied: dict[int, tuple[Block, ...]] = {}
    for wording, group in groupby(range(len(kept)), key=keys.__getitem__):
        run = list(group)
        previous = versions[-1].last_seen if versions else None
        versions.append(_version(len(versions) + 1, wording, [kept[i] for i in run], previous))
        if run[0] in blocks:
            steadied[len(versions)] = blocks[run[0]]
    aside = tuple(SetAside(seen[index], reasons[index]) for index in sorted(reasons))
    return Folded(tuple(versions), steadied, aside, calm.unsteady)


def wordings_of(in_order: Iterable[Observation], folded: Folded) -> tuple[dict[int, str], list[int]]:
    """Return the wording of each capture, as the versions have it, and the captures set aside; by capture id.

    :param in_order: the observations that were folded, in the order in which they were.
    """
    aside = {one.stretch.first.capture_id: one.stretch.last.capture_id for one in folded.aside}
    versions = iter(folded.versions)
    version = next(versions, None)
    wordings: dict[int, str] = {}
    others: list[int] = []
    until: int | None = None  # the last capture of the stretch that is set aside
    for seen in in_order:
        until = aside.get(seen.capture_id, until)
        if until is not None:
            others.append(seen.capture_id)
            until = None if seen.capture_id == until else until
        elif version is not None:
            wordings[seen.capture_id] = version.wording
            if seen.capture_id == version.last_capture_id:
                version = next(versions, None)
    return wordings, others


def _version(number: int, wording: str, run: Sequence[Stretch], previous_last_seen: datetime | None) -> Version:
    first, last = run[0].first, run[-1].last
    return Version(
        number=number,
        wording=wording,
        text_id=first.text_id,
        first_seen=first.captured_at,
        last_seen=last.captured_at,
        previous_last_seen=previous_last_seen,
        captures=sum(stretch.captures for stretch in run),
        first_capture_id=first.capture_id,
        last_capture_id=last.capture_id,
    )
