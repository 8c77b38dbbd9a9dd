"""Every sentence that was edited, added or removed, one JSON object a line: the rows that studies build by hand.

versions of a policy ──blame──► sentences with their versions ──► edit(change, before, after, section, bracket, citation)

An edit is what `blame` says: a new sentence that shares most words with one that went at the same place. Applied to the
sentences of the version before, the edits of a version give its own. `categories` are those of the claims that the rules
find in the sentence before or after (docs/claims.md), for a first sorting. Sentences that only moved are no edits.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import IO, Any

from crawler.archives.timestamps import format_iso
from history.claims.said import Said, said_of
from history.diff.blame import Blame, Placed, blame, standing
from history.export.formats import Job
from history.export.writing.manifest import Done
from history.plain import plain_text
from history.sites import PolicyRow
from history.timeline.citations import citation
from history.timeline.timeline import VersionRow, read_versions
from pipelines.claims.texts import Known, reading_version
from pipelines.model import Block
from pipelines.store.load_texts import read_texts_with_languages
from pipelines.text.wording import words


def write_edits(job: Job, stream: IO[bytes]) -> Done:
    """Write the sentence edits of policies, by policy and version."""
    encode = json.JSONEncoder(ensure_ascii=False).encode
    count = 0
    for policy in job.policies:
        for edit in _edits(job, policy):
            stream.write(encode(edit).encode() + b"\n")
            count += 1
    return Done({"edits": count})


def _edits(job: Job, policy: PolicyRow) -> Iterator[dict[str, Any]]:
    versions = read_versions(job.db, policy)
    read = read_texts_with_languages(job.db, [version.text_id for version in versions])
    texts = [read[version.text_id] for version in versions]
    return edits_of(policy.site, policy.policy_url, policy.cited, versions, texts)


def edits_of(
    site: str,
    policy_url: str,
    name: str,
    versions: Sequence[VersionRow],
    texts: Sequence[tuple[tuple[Block, ...], tuple[str, ...]]],
) -> Iterator[dict[str, Any]]:
    """Yield the sentence edits of a policy, by version. Pure.

    :param name: by which its versions are cited. :param texts: of each version, the blocks and their languages.
    """
    known: Known = {}
    said = [said_of(blocks, languages, known) for blocks, languages in texts]
    blamed = blame([blocks for blocks, _languages in texts])
    for number in range(1, len(versions)):
        categories = _categories([*said[number - 1], *said[number]])
        head = _head(site, policy_url, name, versions[number - 1], versions[number])
        for change, before, after, section in sentence_edits(blamed, number):
            found = {one for text in (before, after) if text for one in categories.get(tuple(words(text)), ())}
            yield head | {
                "change": change,
                "section": plain_text(section),
                "before": plain_text(before).strip() if before is not None else None,
                "after": plain_text(after).strip() if after is not None else None,
                "categories": sorted(found),
            }


def sentence_edits(blamed: Blame, number: int) -> Iterator[tuple[str, str | None, str | None, str]]:
    """Yield the edits from one text to the next: what happened, the sentence before and after, its heading.

    :param number: of the later text, from 1.
    """
    old, new = standing(blamed, number - 1), standing(blamed, number)
    came = [one for one in new if _stay(one, number)[0] == number]
    made_of: set[int] = set()
    for one in came:
        before = one.sentence.before
        if one.sentence.first != number:
            yield "returned", None, one.sentence.text, one.heading
        elif before is None or before in made_of:  # a sentence that became two: the first is it, the other is new
            yield "added", None, one.sentence.text, one.heading
        else:
            made_of.add(before)
            yield "edited", blamed.sentences[before].text, one.sentence.text, one.heading
    for one in old:
        if _stay(one, number - 1)[1] == number - 1 and one.number not in made_of:
            yield "removed", one.sentence.text, None, one.heading


def _stay(placed: Placed, text: int) -> tuple[int, int]:
    return placed.sentence.stay_at(text) or (-1, -1)


def _categories(said: Sequence[Said]) -> Mapping[tuple[str, ...], set[str]]:
    found: dict[tuple[str, ...], set[str]] = {}
    for one in said:
        found.setdefault(one.key, set()).add(one.what.category)
    return found


def _head(site: str, policy_url: str, name: str, old: VersionRow, new: VersionRow) -> dict[str, Any]:
    return {
        "site": site,
        "policy_url": policy_url,
        "from_version": old.version,
        "to_version": new.version,
        "not_before": format_iso(old.last_seen),
        "not_after": format_iso(new.first_seen),
        "change_class": new.change.change_class.value if new.change else None,
        "before_citation": citation(name, old),
        "after_citation": citation(name, new),
        "rules": reading_version(),
    }
