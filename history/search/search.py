"""Passages that match a query, over all versions of all sites: each once, with its lifetime and whose it is.

search(db, '"personal data" (sell OR share)') ──► Found(passages: Passage(markdown, spans, owners: who had it first …)…)

    query ──index of words (blocks_fts)──► blocks ──where words stand──► matches ──versions──► owners
          ──blocks of the same words are one passage──► ranked: most sites, seen last, shortest

A passage is a block: words joined by AND stand in one paragraph. Where more than RANKED blocks match, so many are
ranked, spread over the order in which they came and so over the sites; `Found.complete` says so, `thorough` ranks all.

Where a claim is asked for, the query may be empty: then every block that may make it is looked at.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from typing import Final

from crawler.archives.timestamps import format_iso, parse_iso
from history.claims.passages import claims_of_blocks, facets
from history.claims.placed import blocks_to_read
from history.claims.said import Said
from history.claims.what import What
from history.search.index_words import Span, find, matching, tokens
from history.search.query import Either, Query, expression, parse, terms_of, words_expression
from history.timeline.timeline import GAP
from pipelines.store.load import TEXTS_OF_BLOCKS, one_state
from pipelines.text.wording import words
from pipelines.versions.citing import CITED_NAME, cite

RANKED: Final = 100  # blocks, or as many as are to be shown; whose they are takes 0.15 ms each at 1,000 policies
CLAIMED: Final = 500  # blocks whose claims are looked at; each takes 1 to 5 ms, for the text around it
_CHUNK: Final = 500  # blocks whose places are looked up at once


@dataclass(frozen=True, slots=True)
class Owner:
    """A policy that has or had a passage.

    :param not_before: the last capture before it had it; None where its first known version has it. It came after
        that and not later than `first_seen`.
    :param gone_by: the first capture after `last_seen` that has it no more; None where its last known version has it.
    :param versions: how many of its versions have it.
    :param citation, capture_url: of the version in which it was first seen (history/timeline/citations.py), and its capture.
    """

    site: str
    policy_url: str
    not_before: datetime | None
    first_seen: datetime
    last_seen: datetime
    gone_by: datetime | None
    versions: int
    citation: str
    capture_url: str


@dataclass(frozen=True, slots=True)
class Passage:
    """A passage with its words met, and whose it is: who was seen with it first comes first.

    :param markdown: as one of its blocks has it, the newest; blocks of the same words are one passage.
    :param spans: characters of `markdown` that the query met.
    :param claims: what it claims; None where nobody asked for it.
    """

    block_ids: tuple[int, ...]
    kind: str
    markdown: str
    spans: tuple[Span, ...]
    owners: tuple[Owner, ...]
    claims: tuple[Said, ...] | None = None

    @property
    def sites(self) -> int:
        return len({owner.site for owner in self.owners})

    @property
    def first_is_certain(self) -> bool:
        """Tell whether it is known that no other site of the database had it before the first."""
        first, *others = self.owners
        later = [owner for owner in others if owner.site != first.site]
        return all(owner.not_before is not None and owner.not_before >= first.first_seen for owner in later)


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found.

    :param total: how many passages there are in all; where it is not `complete`, among those looked at.
    :param claims: how many of them make each claim, whatever its value; None where nobody asked for claims.
    """

    passages: tuple[Passage, ...]
    total: int
    complete: bool
    claims: tuple[tuple[What, int], ...] | None = None


def search(
    db: sqlite3.Connection,
    query: str,
    *,
    limit: int = 20,
    policies: Collection[int] | None = None,
    at: datetime | None = None,
    first: bool = False,
    thorough: bool = False,
    claims: Callable[[What], bool] | None = None,
    with_claims: bool = False,
) -> Found:
    """Return the passages that match, most sites first; those last seen and the shorter before others.

    :param db: of history.database.open_database.
    :param query: as typed (history/search/query.py); "" with `claims`: whatever the words.
    :param limit: how many passages at most.
    :param policies: ids of those whose passages are meant; None: all.
    :param at: only passages of versions that stood then, as far as is known: captured before, and neither seen with
        other words since, nor without any capture for more than GAP before `at`.
    :param first: those that were seen first come first; always thorough.
    :param thorough: rank all that match, however many.
    :param claims: only passages that make such a claim; of many that match, CLAIMED are looked at unless `thorough`.
    :param with_claims: say what each passage claims, also without `claims`.
    :raises ConfigError: the query cannot be understood.
    """
    with one_state(db):  # blocks have their ids as long
        tree = parse(query, tokens) if query.strip() or claims is None else None
        most = None if first or thorough else max(RANKED, limit)
        look = most if most is None or claims is None else max(CLAIMED, most)
        among = None if claims is None else blocks_to_read(db, claims)
        taken = list(islice(matching_blocks(db, tree, policies, among), look and look + 1))
        complete = look is None or len(taken) <= look
        said: dict[int, tuple[Said, ...]] | None = None
        if claims is not None:
            said = _claiming(db, taken[:look], policies, claims)
            complete = complete and (most is None or len(said) <= most)
            taken = list(said)
        elif with_claims:
            said = _claims(db, taken[:most], policies)
        holders = _holders(db, taken[:most], policies, at)
        sites = _sites(db, holders)
        candidates = _candidates(blocks_of(db, holders), holders, sites)
        if first:
            candidates.sort(key=lambda one: one.age)
        else:
            candidates.sort(key=lambda one: one.reach, reverse=True)
        passages = tuple(_passages(db, tree, candidates[:limit], sites, said))
        counts = None if said is None else tuple(facets(said.get(one.block_ids[0], ()) for one in candidates))
        return Found(passages, len(candidates), complete, counts)


def _claiming(
    db: sqlite3.Connection, ids: Sequence[int], policies: Collection[int] | None, test: Callable[[What], bool]
) -> dict[int, tuple[Said, ...]]:
    """Those blocks that make a claim, in their order, with all that they claim."""
    said = _claims(db, ids, policies)
    return {one: said[one] for one in ids if any(test(claim.what) for claim in said.get(one, ()))}


def _claims(
    db: sqlite3.Connection, ids: Sequence[int], policies: Collection[int] | None
) -> dict[int, tuple[Said, ...]]:
    found: dict[int, tuple[Said, ...]] = {}
    for start in range(0, len(ids), _CHUNK):
        found |= claims_of_blocks(db, ids[start : start + _CHUNK], policies)
    return found


def matching_blocks(
    db: sqlite3.Connection,
    query: Query | None,
    policies: Collection[int] | None = None,
    among: Collection[int] | None = None,
) -> Iterator[int]:
    """Yield the ids of the blocks that match, whether a version has them or not; the first are spread over all.

    :param query: None: every block. :param policies: ids of the only ones whose texts are meant; None: all.
    :param among: ids of the only blocks that are meant; None: all.
    """
    by_words, exact = ("", True) if query is None else words_expression(query)
    tests, values = ([], []) if query is None else (["blocks_fts MATCH ?"], [by_words])
    if policies is not None:
        tests.append(f"rowid IN ({_BLOCKS_OF})")
        values.append(json.dumps(sorted(policies)))
    where = f"WHERE {' AND '.join(tests)}" if tests else ""
    rows = db.execute(
        f"SELECT rowid FROM {'block_rows' if query is None else 'blocks_fts'} {where} ORDER BY rowid", values
    )
    ids = [int(row[0]) for row in rows if among is None or row[0] in among]
    parts = -(-len(ids) // _CHUNK)
    for part in range(parts):
        chunk = ids[part::parts]
        if query is not None and not exact:
            texts = {number: markdown for number, (_kind, markdown) in blocks_of(db, chunk).items()}
            met = matching(query, texts)
            chunk = [number for number in chunk if number in met]
        yield from chunk


def texts_with(db: sqlite3.Connection, ids: Iterable[int]) -> dict[int, set[int]]:
    """Return which of some blocks each text has, by text id; texts with none are left out."""
    found: dict[int, set[int]] = {}
    for block_id, text_id in db.execute(TEXTS_OF_BLOCKS, {"blocks": json.dumps(list(ids))}):
        found.setdefault(text_id, set()).add(block_id)
    return found


_BLOCKS_OF: Final = (
    "SELECT tb.block_id FROM json_each(?) j CROSS JOIN versions v ON v.policy_id = j.value "
    "CROSS JOIN text_blocks tb ON tb.text_id = v.text_id"
)


def blocks_of(db: sqlite3.Connection, ids: Iterable[int]) -> dict[int, tuple[str, str]]:
    """(kind, Markdown) by id."""
    rows = db.execute(
        "SELECT b.id, b.kind, b.markdown FROM json_each(?) j CROSS JOIN blocks b ON b.id = j.value",
        [json.dumps(list(ids))],
    )
    return {int(number): (kind, markdown) for number, kind, markdown in rows}


# --- whose a block is ---------------------------------------------------------------------------------------------------------------

_HELD: Final = f"""
SELECT h.block_id, v.policy_id, v.version, v.first_seen, v.last_seen, v.previous_last_seen
FROM ({TEXTS_OF_BLOCKS}) h
CROSS JOIN versions v ON v.text_id = h.text_id
JOIN policies p ON p.id = v.policy_id AND p.extractor_id = v.extractor_id
WHERE (:policies IS NULL OR v.policy_id IN (SELECT value FROM json_each(:policies)))
  AND (:at IS NULL OR (v.first_seen <= :at AND v.last_seen >= :known_since AND NOT EXISTS (
    SELECT 1 FROM versions n WHERE n.policy_id = v.policy_id AND n.extractor_id = v.extractor_id
      AND n.version = v.version + 1 AND n.first_seen <= :at)))
"""


@dataclass(slots=True)
class _Held:
    """Which versions of a policy have a passage; times as text."""

    versions: set[int]
    first_seen: str
    not_before: str | None
    last_seen: str

    def add(self, version: int, first_seen: str, last_seen: str, not_before: str | None) -> None:
        if first_seen < self.first_seen:
            self.first_seen, self.not_before = first_seen, not_before
        self.last_seen = max(self.last_seen, last_seen)
        self.versions.add(version)


_Holders = dict[int, dict[int, _Held]]  # by block, by policy


def _holders(
    db: sqlite3.Connection, ids: Iterable[int], policies: Collection[int] | None, at: datetime | None
) -> _Holders:
    rows = db.execute(
        _HELD,
        {
            "blocks": json.dumps(list(ids)),
            "policies": None if policies is None else json.dumps(sorted(policies)),
            "at": format_iso(at) if at else None,
            "known_since": format_iso(at - GAP) if at else None,
        },
    )
    holders: _Holders = {}
    for block, policy, version, first_seen, last_seen, not_before in rows:
        held = holders.setdefault(block, {}).get(policy)
        if held is None:
            held = holders[block][policy] = _Held(set(), first_seen, not_before, last_seen)
        held.add(version, first_seen, last_seen, not_before)
    return holders


def _sites(db: sqlite3.Connection, holders: _Holders) -> dict[int, tuple[str, str]]:
    """(site, URL) of the policies."""
    ids = sorted({policy for held in holders.values() for policy in held})
    rows = db.execute(
        "SELECT p.id, s.site, p.policy_url FROM json_each(?) j CROSS JOIN policies p ON p.id = j.value "
        "JOIN sites s ON s.id = p.site_id",
        [json.dumps(ids)],
    )
    return {number: (site, url) for number, site, url in rows}


# --- passages -----------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A passage that matches: its blocks, newest first, and who holds it."""

    block_ids: tuple[int, ...]
    kind: str
    markdown: str
    held: dict[int, _Held]
    sites: int

    @property
    def reach(self) -> tuple[int, str, int, int]:
        """Most sites, then seen last, then shortest; sorted the wrong way round."""
        last_seen = max(held.last_seen for held in self.held.values())
        return self.sites, last_seen, -len(self.markdown), self.block_ids[0]

    @property
    def age(self) -> tuple[str, int, int]:
        """Seen first, then on most sites."""
        return min(held.first_seen for held in self.held.values()), -self.sites, self.block_ids[0]


def _candidates(
    blocks: dict[int, tuple[str, str]], holders: _Holders, sites: dict[int, tuple[str, str]]
) -> list[_Candidate]:
    """Blocks of the same words put together: markup, level and typography make no other passage."""
    same: dict[tuple[str, ...], list[int]] = {}
    for number in sorted(holders, reverse=True):
        same.setdefault(tuple(words(blocks[number][1])), []).append(number)
    return [_candidate(ids, blocks, holders, sites) for ids in same.values()]


def _candidate(
    ids: list[int], blocks: dict[int, tuple[str, str]], holders: _Holders, sites: dict[int, tuple[str, str]]
) -> _Candidate:
    held: dict[int, _Held] = {}
    for number in ids:
        for policy, one in holders[number].items():
            known = held.setdefault(policy, replace(one, versions=set(one.versions)))
            known.add(next(iter(one.versions)), one.first_seen, one.last_seen, one.not_before)
            known.versions |= one.versions
    return _Candidate(tuple(ids), *blocks[ids[0]], held, len({sites[policy][0] for policy in held}))


def _passages(
    db: sqlite3.Connection,
    query: Query | None,
    chosen: Sequence[_Candidate],
    sites: dict[int, tuple[str, str]],
    said: Mapping[int, tuple[Said, ...]] | None,
) -> Iterator[Passage]:
    shown = {one.block_ids[0]: one.markdown for one in chosen}
    met = {} if query is None else find(expression(any_of(query)), shown)
    for one in chosen:
        owners = [_owner(db, policy, held, *sites[policy]) for policy, held in one.held.items()]
        owners.sort(key=lambda owner: (owner.first_seen, owner.site, owner.policy_url))
        spans = tuple(met.get(one.block_ids[0], ()))
        claims = None if said is None else said.get(one.block_ids[0], ())
        yield Passage(one.block_ids, one.kind, one.markdown, spans, tuple(owners), claims)


def any_of(query: Query) -> Query:
    """What is to be highlighted: all that is looked for."""
    terms = tuple(dict.fromkeys(terms_of(query)))
    return Either(terms) if len(terms) > 1 else terms[0]


_EVIDENCE: Final = f"""
SELECT v.wording, k.citation_url, {CITED_NAME} AS cited,
  (SELECT n.first_seen FROM versions n WHERE n.policy_id = p.id AND n.extractor_id = p.extractor_id
     AND n.version = :last + 1) AS gone_by
FROM policies p
JOIN sites s ON s.id = p.site_id
JOIN versions v ON v.policy_id = p.id AND v.extractor_id = p.extractor_id AND v.version = :first
JOIN captures k ON k.id = v.first_capture_id
WHERE p.id = :policy
"""


def _owner(db: sqlite3.Connection, policy: int, held: _Held, site: str, url: str) -> Owner:
    values = {"policy": policy, "first": min(held.versions), "last": max(held.versions)}
    row = db.execute(_EVIDENCE, values).fetchone()
    first_seen = parse_iso(held.first_seen)
    return Owner(
        site,
        url,
        parse_iso(held.not_before) if held.not_before else None,
        first_seen,
        parse_iso(held.last_seen),
        parse_iso(row["gone_by"]) if row["gone_by"] else None,
        len(held.versions),
        cite(row["cited"], held.first_seen, row["wording"]),
        row["citation_url"],
    )
