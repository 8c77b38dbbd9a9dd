"""The changes of all sites, newest first, by what, where and how much; and the same change of several sites as one.

read_changes(db, Filter(added="biometric")) ──► ChangeRow(site, versions, bracket, change, citation)…
with_passages(db, rows) ──► {row: Passages(came, went)} ──same_edits──► together(db, rows) ──► Event…

Turns of two wordings that alternate are no news and left out. A change is never dated: it lies between the two captures of its bracket. A period means every change that can have
happened in it.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Final

from crawler.archives.timestamps import format_iso, parse_iso
from history.claims.selectors import meant
from history.claims.steps import ClaimStep, read_steps
from history.claims.what import What
from history.search.index_words import find, tokens
from history.search.query import expression, parse
from history.search.same_edits import Event, edit_of, group_edits
from history.search.search import any_of, blocks_of, matching_blocks, texts_with
from history.timeline.timeline import find_alternations
from pipelines.model import Change, ChangeClass
from pipelines.versions.citing import CITED_NAME, cite

COMPARED: Final = 5000  # changes, the newest, among which the same edit is looked for: some 2 s


@dataclass(frozen=True, slots=True)
class Filter:
    """Which changes are meant; what is None or empty asks for nothing.

    :param min_words: words added and removed together, at least.
    :param since, until: changes whose bracket touches this period.
    :param section: part of a heading under which words came or went, whatever its case.
    :param added, removed: queries (history/search/query.py) that the change met more often, or less: not what only moved.
    :param policies: ids.
    :param turns: also the turns of two wordings that alternate, after the first of either.
    :param found_since: a run's number, or a moment: changes that were found by it or later.
    :param news: only those that were later than all that was known before the run that found them.
    :param found: ids of found_changes.
    :param claims: names of claims (history/claims/selectors.py) of which a change brought or took one.
    """

    classes: Collection[ChangeClass] = ()
    min_words: int = 0
    since: datetime | None = None
    until: datetime | None = None
    section: str = ""
    added: str = ""
    removed: str = ""
    policies: Collection[int] | None = None
    turns: bool = False
    found_since: int | datetime | None = None
    news: bool = False
    found: Collection[int] | None = None
    claims: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class FoundBy:
    """Which run found a change, and when.

    :param found_id: found_changes.id. :param run: None: no crawl did (a merge, an extraction), or before runs were noted.
    :param ahead: it is later than all that was known of the policy before that run: news then, not the past filled in.
    """

    found_id: int
    run: int | None
    at: datetime | None
    ahead: bool


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """One change.

    :param from_citation, to_citation: names of its versions that stay (history/timeline/citations.py).
    """

    change_id: int
    site: str
    policy_url: str
    from_version: int
    to_version: int
    not_before: datetime
    not_after: datetime
    change: Change
    from_citation: str
    to_citation: str
    from_text_id: int
    to_text_id: int
    found: FoundBy | None = None

    @property
    def words(self) -> int:
        return self.change.words_added + self.change.words_removed


@dataclass(frozen=True, slots=True)
class Passages:
    """Markdown of the blocks that only the new text has, and only the old, in reading order."""

    came: tuple[str, ...]
    went: tuple[str, ...]


# First only what the order needs, for all changes; the rest for as many as the caller takes.
_ORDER: Final = """
SELECT c.id, c.policy_id, n.version FROM changes c
JOIN versions n ON n.id = c.to_version_id
JOIN policies p ON p.id = c.policy_id AND p.extractor_id = n.extractor_id
JOIN sites s ON s.id = p.site_id
WHERE {}
ORDER BY n.first_seen DESC, s.site, c.id DESC
"""
_FOUND_BY: Final = "c.to_version_id IN (SELECT f.to_version_id FROM found_changes f WHERE {})"
_CHANGES: Final = f"""
SELECT c.id, c.policy_id, s.site, p.policy_url, {CITED_NAME} AS cited, o.version AS from_version, n.version AS to_version, p.site_id,
  n.previous_last_seen AS not_before, n.first_seen AS not_after, c.change_class, c.words_added, c.words_removed,
  c.sections, o.first_seen AS from_first_seen, o.wording AS from_wording, n.wording AS to_wording,
  o.text_id AS from_text_id, n.text_id AS to_text_id,
  f.id AS found_id, f.run_id, f.found_at, f.ahead
FROM json_each(?) j CROSS JOIN changes c ON c.id = j.value
LEFT JOIN found_changes f ON f.to_version_id = c.to_version_id
JOIN versions o ON o.id = c.from_version_id
JOIN versions n ON n.id = c.to_version_id
JOIN policies p ON p.id = c.policy_id
JOIN sites s ON s.id = p.site_id
ORDER BY j.key
"""
_AT_ONCE: Final = 64  # changes


def read_changes(db: sqlite3.Connection, wanted: Filter) -> Iterator[ChangeRow]:
    """Yield the changes that are meant, newest first.

    :param db: of history.database.open_database.
    :raises ConfigError: a query cannot be understood.
    """
    more = _held(db, wanted.added) if wanted.added else None
    less = _held(db, wanted.removed) if wanted.removed else None
    section = wanted.section.casefold()
    turns = set() if wanted.turns else _turns(db)
    claims = meant(wanted.claims) if wanted.claims else None
    conditions = _conditions(wanted, more, less)
    ordered = db.execute(
        _ORDER.format(" AND ".join(sql for sql, _value in conditions) or "1"), [value for _sql, value in conditions]
    )
    while some := ordered.fetchmany(_AT_ONCE):
        ids = [change for change, policy, version in some if (policy, version) not in turns]
        found: list[ChangeRow] = []
        for row in db.execute(_CHANGES, [json.dumps(ids)]):
            old, new = row["from_text_id"], row["to_text_id"]
            if more is not None and more.get(new, 0) <= more.get(old, 0):
                continue
            if less is not None and less.get(old, 0) <= less.get(new, 0):
                continue
            if section and not any(section in heading.casefold() for heading in json.loads(row["sections"])):
                continue
            found.append(_row(row))
        yield from _claiming(db, found, claims) if claims else found


def _claiming(db: sqlite3.Connection, rows: Sequence[ChangeRow], test: Callable[[What], bool]) -> Iterator[ChangeRow]:
    """Those changes that brought or took a claim that is meant."""
    steps = claim_steps(db, rows, test)
    return (row for row in rows if steps[row.change_id])


def claim_steps(
    db: sqlite3.Connection, rows: Iterable[ChangeRow], test: Callable[[What], bool] = lambda _what: True
) -> dict[int, ClaimStep]:
    """Return which claims changes brought and took, by the changes' ids. :param test: whether a claim is meant."""
    return read_steps(db, {row.change_id: (row.site, row.from_text_id, row.to_text_id) for row in rows}, test)


def _conditions(
    wanted: Filter, more: Mapping[int, int] | None, less: Mapping[int, int] | None
) -> list[tuple[str, object]]:
    """What the database can tell of the changes that are meant: SQL with one value each.

    :param more, less: how often the texts that meet a query do; a change to, or from, another text is not meant.
    """
    among, run = "IN (SELECT value FROM json_each(?))", wanted.found_since
    given = (
        ("c.words_added + c.words_removed >= ?", wanted.min_words or None),
        (f"c.change_class {among}", _listed(wanted.classes or None)),
        ("n.first_seen >= ?", format_iso(wanted.since) if wanted.since else None),
        ("n.previous_last_seen <= ?", format_iso(wanted.until) if wanted.until else None),
        (f"c.policy_id {among}", _listed(wanted.policies)),
        (_FOUND_BY.format("f.found_at >= ?"), format_iso(run) if isinstance(run, datetime) else None),
        (_FOUND_BY.format("f.run_id >= ?"), None if isinstance(run, datetime) else run),
        (_FOUND_BY.format("f.ahead = ?"), wanted.news or None),
        (_FOUND_BY.format(f"f.id {among}"), _listed(wanted.found)),
        (f"n.text_id {among}", _listed(more)),
        (f"c.from_version_id IN (SELECT id FROM versions WHERE text_id {among})", _listed(less)),
    )
    return [(sql, value) for sql, value in given if value is not None]


def _listed(values: Iterable[int | str] | None) -> str | None:
    return None if values is None else json.dumps(list(values))


@dataclass(frozen=True, slots=True)
class _Worded:
    """A version, as far as it tells that wordings take turns."""

    version: int
    wording: str
    first_seen: datetime
    last_seen: datetime


def _turns(db: sqlite3.Connection) -> set[tuple[int, int]]:
    """(policy, version) of every turn of wordings that alternate; only returns are turns."""
    rows = db.execute(
        "SELECT v.policy_id, v.version, v.wording, v.first_seen, v.last_seen FROM versions v "
        "JOIN policies p ON p.id = v.policy_id AND p.extractor_id = v.extractor_id "
        "WHERE v.policy_id IN (SELECT policy_id FROM changes WHERE change_class = 'return') ORDER BY 1, 2"
    )
    found: set[tuple[int, int]] = set()
    for policy, own in groupby(rows, key=lambda row: int(row["policy_id"])):
        versions = [_Worded(row[1], row[2], parse_iso(row[3]), parse_iso(row[4])) for row in own]
        found |= {(policy, number) for one in find_alternations(versions) for number in one.turns}
    return found


def _row(row: sqlite3.Row) -> ChangeRow:
    name = row["cited"]
    not_after = parse_iso(row["not_after"])
    return ChangeRow(
        row["id"],
        row["site"],
        row["policy_url"],
        row["from_version"],
        row["to_version"],
        parse_iso(row["not_before"]),
        not_after,
        Change(
            ChangeClass(row["change_class"]),
            row["words_added"],
            row["words_removed"],
            tuple(json.loads(row["sections"])),
        ),
        cite(name, row["from_first_seen"], row["from_wording"]),
        cite(name, row["not_after"], row["to_wording"]),
        row["from_text_id"],
        row["to_text_id"],
        _found(row),
    )


def _found(row: sqlite3.Row) -> FoundBy | None:
    if row["found_id"] is None:
        return None
    at = parse_iso(row["found_at"]) if row["found_at"] else None
    return FoundBy(row["found_id"], row["run_id"], at, bool(row["ahead"]))


def last_run(db: sqlite3.Connection) -> int:
    """Return the number of the last run, 0 where there was none."""
    (number,) = db.execute("SELECT coalesce(max(id), 0) FROM runs").fetchone()
    return int(number)


def _held(db: sqlite3.Connection, query: str) -> dict[int, int]:
    """How often each text meets a query, by text id; those that do not are left out."""
    tree = parse(query, tokens)
    ids = list(matching_blocks(db, tree))
    texts = {number: markdown for number, (_kind, markdown) in blocks_of(db, ids).items()}
    times = {number: len(spans) for number, spans in find(expression(any_of(tree)), texts).items()}
    held = {text_id: sum(times.get(number, 0) for number in blocks) for text_id, blocks in texts_with(db, ids).items()}
    return {text_id: number for text_id, number in held.items() if number}


def with_passages(db: sqlite3.Connection, rows: Sequence[ChangeRow]) -> dict[int, Passages]:
    """Return what changes brought and took, by the changes' ids."""
    order = _block_ids(db, {text_id for row in rows for text_id in (row.from_text_id, row.to_text_id)})
    sides: dict[int, tuple[list[int], list[int]]] = {}
    for row in rows:
        old, new = order.get(row.from_text_id, []), order.get(row.to_text_id, [])
        had, has = set(old), set(new)
        sides[row.change_id] = [one for one in new if one not in had], [one for one in old if one not in has]
    texts = blocks_of(db, {number for came, went in sides.values() for number in (*came, *went)})
    return {
        change: Passages(tuple(texts[one][1] for one in came), tuple(texts[one][1] for one in went))
        for change, (came, went) in sides.items()
    }


def _block_ids(db: sqlite3.Connection, text_ids: Collection[int]) -> dict[int, list[int]]:
    order: dict[int, list[int]] = {}
    rows = db.execute(
        "SELECT r.text_id, r.first_block_id, r.length FROM json_each(?) j CROSS JOIN text_runs r ON r.text_id = j.value "
        "ORDER BY r.text_id, r.position",
        [json.dumps(sorted(text_ids))],
    )
    for text_id, first, length in rows:
        order.setdefault(text_id, []).extend(range(first, first + length))
    return order


def capture_urls(db: sqlite3.Connection, ids: Collection[int]) -> dict[int, tuple[str, str]]:
    """Return where a person finds the captures of a change's bracket, by the change's id: (before, after)."""
    rows = db.execute(
        "SELECT c.id, o.citation_url, n.citation_url FROM json_each(?) j CROSS JOIN changes c ON c.id = j.value "
        "JOIN versions ov ON ov.id = c.from_version_id JOIN captures o ON o.id = ov.last_capture_id "
        "JOIN versions nv ON nv.id = c.to_version_id JOIN captures n ON n.id = nv.first_capture_id",
        [json.dumps(sorted(ids))],
    )
    return {change: (before, after) for change, before, after in rows}


def together(rows: Sequence[ChangeRow], passages: Mapping[int, Passages]) -> list[Event]:
    """Return the changes with the same edit of several sites as one event, newest first; `numbers` are their ids."""
    return group_edits(
        edit_of(
            row.change_id,
            row.site,
            (row.not_before, row.not_after),
            passages[row.change_id].came,
            passages[row.change_id].went,
        )
        for row in rows
    )
