"""The three tables: what of a policy's versions becomes rows, and how a shard of policies becomes a file of them.

    claims: a claim, its sentence, from which version to which it stands
    edits:  a sentence that was added, removed, edited
    words:  a word, how often it stands, from which version to which

Every row names its policy and its bracket: what it says came after `not_before` and not later than `first_seen`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from crawler.archives.timestamps import parse_iso
from history.analyses.versions import VERSIONS, PolicyVersions, policies_of, spans
from history.claims.said import said_of
from history.claims.standing import claim_history
from history.claims.what import own_party
from history.export.edits import edits_of
from history.search.index_words import tokens
from history.timeline.citations import citation
from pipelines.claims.texts import Known, reading_version
from pipelines.shards.model import ShardRead, Work
from pipelines.shards.place import JobFolders
from pipelines.shards.rows import Holds, Writing, storable

_POLICY: Final = {"site": Holds.TEXT, "policy_url": Holds.TEXT}
_STAY: Final = {
    "from_version": Holds.NUMBER,
    "to_version": Holds.NUMBER,
    "not_before": Holds.MOMENT,
    "first_seen": Holds.MOMENT,
    "last_seen": Holds.MOMENT,
    "citation": Holds.TEXT,
}
_ROWS: Final = 20_000  # of a group: these rows are small


@dataclass(frozen=True, slots=True)
class Table:
    """What is computed of each policy.

    :param columns: of a row, in order.
    """

    name: str
    columns: Mapping[str, Holds]
    rows: Callable[[PolicyVersions], Iterable[tuple[Any, ...]]]


def claim_rows(policy: PolicyVersions) -> Iterator[tuple[Any, ...]]:
    """Yield each sentence that makes a claim, with each stay of it; a site's own company is no third party."""
    known: Known = {}
    own, version = own_party(policy.site), reading_version()
    said = [said_of(*policy.text(number), known) for number in range(len(policy.versions))]
    for story in claim_history([[one for one in some if one.what != own] for some in said]):
        for evidence in story.evidence:
            what, one = story.what, evidence.said
            for first, last in evidence.stays:
                yield (
                    *_about(policy),
                    what.category,
                    what.subject,
                    what.polarity.value,
                    what.value,
                    *_stay(policy, first, last),
                    one.sentence,
                    one.heading,
                    one.rule,
                    version,
                )


def edit_rows(policy: PolicyVersions) -> Iterator[tuple[Any, ...]]:
    """Yield the sentence edits from each version to the next (history/export/edits.py)."""
    texts = [policy.text(number) for number in range(len(policy.versions))]
    for edit in edits_of(policy.site, policy.policy_url, policy.name, policy.versions, texts):
        moments = {name: parse_iso(edit[name]) for name in ("not_before", "not_after")}
        yield tuple((edit | moments | {"categories": " ".join(edit["categories"])})[name] for name in EDITS.columns)


def word_rows(policy: PolicyVersions) -> Iterator[tuple[Any, ...]]:
    """Yield each word as often as its number changes; words are those of the search index."""
    of_block = [Counter(words) for words in tokens([block.markdown for block in policy.blocks])]
    counts: dict[str, list[int]] = {}
    for number, text in enumerate(policy.texts):
        total: Counter[str] = Counter()
        for block in text.blocks:
            total.update(of_block[block])
        for word, times in total.items():
            counts.setdefault(word, [0] * len(policy.texts))[number] = times
    for word in sorted(counts):
        for first, last in spans(counts[word]):
            if counts[word][first]:
                yield (*_about(policy), word, counts[word][first], *_stay(policy, first, last))


def _about(policy: PolicyVersions) -> tuple[str, str]:
    return policy.site, policy.policy_url


def _stay(policy: PolicyVersions, first: int, last: int) -> tuple[Any, ...]:
    begins, ends = policy.versions[first], policy.versions[last]
    seen = (begins.previous_last_seen, begins.first_seen, ends.last_seen)
    return (begins.version, ends.version, *seen, citation(policy.name, begins))


CLAIMS: Final = Table(
    "claims",
    _POLICY
    | dict.fromkeys(("category", "subject", "polarity", "value"), Holds.TEXT)
    | _STAY
    | dict.fromkeys(("sentence", "heading", "rule", "rules"), Holds.TEXT),
    claim_rows,
)
WORDS: Final = Table("words", _POLICY | {"word": Holds.TEXT, "times": Holds.NUMBER} | _STAY, word_rows)
EDITS: Final = Table(
    "edits",
    _POLICY
    | {"from_version": Holds.NUMBER, "to_version": Holds.NUMBER, "not_before": Holds.MOMENT, "not_after": Holds.MOMENT}
    | dict.fromkeys(
        (
            "change_class",
            "before_citation",
            "after_citation",
            "rules",
            "change",
            "section",
            "before",
            "after",
            "categories",
        ),
        Holds.TEXT,
    ),
    edit_rows,
)
TABLES: Final = {table.name: table for table in (CLAIMS, EDITS, WORDS)}


def work_of(name: str) -> Work:
    """Return the work that makes one of TABLES out of shards of versions."""
    return Work(VERSIONS, name, partial(write_table, name))


def write_table(table: str, place: JobFolders, name: str, _reader: object = None) -> ShardRead:
    """Make a shard's part of a table.

    :raises StoreError: the shard is missing or damaged, or nothing can be written.
    """
    made = TABLES[table]
    policies = rows = 0
    with place.new(made.name, name) as (stream, named):
        with Writing(stream, made.columns, at_once=_ROWS) as shard:
            for policy in policies_of(place, name):
                policies += 1
                for row in made.rows(policy):
                    shard.add(tuple(storable(value) if isinstance(value, str) else value for value in row))
                    rows += 1
        named(name)
    return ShardRead(name, policies, 0, rows)
