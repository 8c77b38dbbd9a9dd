"""What was asked for and has no version, with the reason: a site without a policy, a policy without a version.

    read_missing(db.execute) ──► Missing(site, subject, outcome, detail, archive, at), by site and subject

The reason is what the archive said last of the site or URL as a whole (never archived, excluded, no policy found). Where
it gave captures, the reason is what most of them are. Only `execute` here, so that reading loads no more.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any, Final

from crawler.archives.capture import Outcome
from crawler.missing import Missing
from pipelines.store.load import FATE, WHILE_THERE

Execute = Callable[[str, Sequence[Any]], Any]

_OF_NO_CAPTURE: Final = (Outcome.NOT_ARCHIVED, Outcome.EMPTY)  # out of date once there are captures
_ONLY: Final = "(?1 IS NULL OR s.site IN (SELECT value FROM json_each(?1)))"
_WITHOUT: Final = f"""
SELECT s.id, s.site, p.id, p.policy_url FROM sites s LEFT JOIN policies p ON p.site_id = s.id
WHERE {_ONLY} AND NOT EXISTS (SELECT 1 FROM versions v WHERE v.policy_id = p.id AND v.extractor_id = p.extractor_id)
ORDER BY s.site, p.policy_url
"""
# the last of each: SQLite takes the other columns from the row of the maximum
_SAID: Final = """
SELECT o.policy_id, CASE WHEN o.policy_id IS NULL THEN o.subject END AS subject, o.outcome, o.detail, o.at, r.archive, max(o.id)
FROM outcomes o JOIN runs r ON r.id = o.run_id WHERE o.capture_id IS NULL GROUP BY 1, 2
"""
_CAPTURES: Final = f"""
SELECT {FATE} AS fate, count(DISTINCT k.id), max(k.archive) FROM policy_urls u JOIN captures k ON k.urlkey = u.urlkey
WHERE u.policy_id = ? AND {WHILE_THERE} GROUP BY 1
"""


def read_missing(execute: Execute, names: Collection[str] | None = None) -> list[Missing]:
    """Return what has no version, by site and URL.

    :param names: of these sites only; None for all.
    """
    only = None if names is None else json.dumps(sorted(names))
    without = execute(_WITHOUT, [only]).fetchall()
    if not without:
        return []
    of_policies: dict[int, tuple[Any, ...]] = {}
    of_subjects: dict[str, tuple[Any, ...]] = {}
    for policy_id, subject, *said, _last in execute(_SAID, []).fetchall():
        if policy_id is None:
            of_subjects[subject] = tuple(said)
        else:
            of_policies[policy_id] = tuple(said)
    found = []
    for _site_id, site, policy_id, url in without:
        if policy_id is None:
            found.append(_reason(site, site, None, of_subjects.get(site), ()))
        else:
            captures = execute(_CAPTURES, [policy_id]).fetchall()
            found.append(_reason(site, url, policy_id, of_policies.get(policy_id), captures))
    return found


def _reason(
    site: str, subject: str, policy_id: int | None, said: tuple[Any, ...] | None, captures: Iterable[Sequence[Any]]
) -> Missing:
    counts = Counter({Outcome(fate): number for fate, number, _archive in captures})
    if said and not (counts and Outcome(said[0]) in _OF_NO_CAPTURE):
        outcome, detail, at, archive = said
        return Missing(site, subject, Outcome(outcome), detail, archive, at, policy_id)
    if not counts:
        return Missing(site, subject, Outcome.PENDING, "no archive was asked for it yet", policy_id=policy_id)
    most = max(counts, key=lambda outcome: (outcome.about.missing, counts[outcome], outcome.value))
    named = ", ".join(f"{number:,} {outcome.value}" for outcome, number in counts.most_common())
    archive = max(one[2] for one in captures)
    return Missing(site, subject, most, f"captures: {named}", archive, policy_id=policy_id)
