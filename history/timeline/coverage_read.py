"""What the database knows of each policy by half-year: the counts that coverage.py judges.

read_subjects(db, sites) ──► Subject…
"""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from crawler.archives.capture import Outcome
from crawler.archives.timestamps import parse_iso
from history.database import ONLY, execute_of
from history.sites import PolicyRow
from history.timeline.coverage import Asked, Subject
from pipelines.store.load import WHILE_THERE
from pipelines.store.missing import read_missing

_HALF = "2 * CAST(substr({at}, 1, 4) AS INTEGER) + (substr({at}, 6, 2) > '06')"
_READ = f"""
SELECT r.policy_id, {_HALF.format(at="r.captured_at")} AS half, EXISTS (
    SELECT 1 FROM set_aside a WHERE a.policy_id = r.policy_id AND a.extractor_id = r.extractor_id
    AND r.captured_at BETWEEN a.first_seen AND a.last_seen) AS aside, count(*)
FROM readings r JOIN policies p ON p.id = r.policy_id AND p.extractor_id = r.extractor_id
WHERE p.id {ONLY} GROUP BY 1, 2, 3
"""
_CAPTURED = f"""
SELECT u.policy_id, {_HALF.format(at="k.captured_at")} AS half, k.outcome, count(*)
FROM policy_urls u JOIN captures k ON k.urlkey = u.urlkey
  AND {WHILE_THERE}
WHERE u.policy_id {ONLY}
GROUP BY 1, 2, 3
"""
_WHOSE = f"""
SELECT DISTINCT u.policy_id, {_HALF.format(at="k.captured_at")} AS half, k.archive
FROM policy_urls u JOIN captures k ON k.urlkey = u.urlkey AND {WHILE_THERE}
WHERE k.outcome IN ('fetched', 'revisit') AND u.policy_id {ONLY} ORDER BY 1, 2, 3
"""
# Pages of an index count when its last page was answered.
_ASKED = f"""
SELECT policy_id, archive, url, listed_at, outcome, since, until FROM listings WHERE resume_key = ''
  AND policy_id {ONLY}
"""
_HELD = (Outcome.FETCHED, Outcome.REVISIT)
Counts = defaultdict[int, defaultdict[int, int]]  # by policy, by half-year


def read_subjects(
    db: sqlite3.Connection, policies: Sequence[PolicyRow] | None = None, sites: Sequence[str] = ()
) -> list[Subject]:
    """Return what coverage.cover needs, by site and URL; a site without a policy is a subject of its own.

    :param policies: only these; None for all of the database. :param sites: that have no policy, beside them.
    """
    wanted = None if policies is None else json.dumps([policy.policy_id for policy in policies])
    found, other = _readings(db, wanted)
    outcomes, held = _outcomes(db, wanted)
    asked = _answers(db, wanted)
    archives = _archives(db, wanted)
    rows = execute_of(
        db,
        "SELECT p.id, s.site, p.policy_url FROM policies p JOIN sites s ON s.id = p.site_id "
        f"WHERE p.id {ONLY} ORDER BY 2, 3",
        wanted,
    )
    subjects = [
        Subject(
            row["site"],
            row["policy_url"],
            found[row["id"]],
            other[row["id"]],
            _less(held[row["id"]], found[row["id"]], other[row["id"]]),
            outcomes[row["id"]],
            asked[row["id"]],
            archives[row["id"]],
        )
        for row in rows
    ]
    bare = [
        Subject(one.site, asked=[Asked(one.archive, one.site, parse_iso(one.at), one.outcome)] if one.at else [])
        for one in read_missing(db.execute, None if policies is None else sites)
        if one.policy_id is None
    ]
    return sorted([*subjects, *bare], key=lambda one: (one.site, one.policy_url)) if bare else subjects


def _readings(db: sqlite3.Connection, wanted: str | None) -> tuple[Counts, Counts]:
    found: Counts = defaultdict(lambda: defaultdict(int))
    other: Counts = defaultdict(lambda: defaultdict(int))
    for policy_id, half, aside, number in execute_of(db, _READ, wanted):
        (other if aside else found)[policy_id][half] += number
    return found, other


def _outcomes(
    db: sqlite3.Connection, wanted: str | None
) -> tuple[defaultdict[int, dict[int, dict[Outcome, int]]], Counts]:
    """Captures by outcome, and apart from them those whose page is held."""
    outcomes: defaultdict[int, dict[int, dict[Outcome, int]]] = defaultdict(dict)
    held: Counts = defaultdict(lambda: defaultdict(int))
    for policy_id, half, name, number in execute_of(db, _CAPTURED, wanted):
        outcome = Outcome(name)
        if outcome in _HELD:
            held[policy_id][half] += number
        else:
            outcomes[policy_id].setdefault(half, {})[outcome] = number
    return outcomes, held


def _less(held: dict[int, int], *read: dict[int, int]) -> dict[int, int]:
    left = {half: number - sum(counts.get(half, 0) for counts in read) for half, number in held.items()}
    return {half: number for half, number in left.items() if number > 0}


def _answers(db: sqlite3.Connection, wanted: str | None) -> defaultdict[int, list[Asked]]:
    answers: defaultdict[int, list[Asked]] = defaultdict(list)
    for row in execute_of(db, _ASKED, wanted):
        since, until = _moment(row["since"]), _moment(row["until"])
        answers[row["policy_id"]].append(
            Asked(row["archive"], row["url"], parse_iso(row["listed_at"]), Outcome(row["outcome"]), since, until)
        )
    return answers


def _archives(db: sqlite3.Connection, wanted: str | None) -> defaultdict[int, dict[int, list[str]]]:
    """The archives whose captures show each policy, by half-year."""
    found: defaultdict[int, dict[int, list[str]]] = defaultdict(dict)
    for policy_id, half, archive in execute_of(db, _WHOSE, wanted):
        found[policy_id].setdefault(half, []).append(archive)
    return found


def _moment(text: str | None) -> datetime | None:
    return parse_iso(text) if text else None
