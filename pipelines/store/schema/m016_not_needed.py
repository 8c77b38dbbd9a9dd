"""The view `captures` as migration m016 makes it (pipelines/store/schema/migrations.py): what nobody needs is not pending.

A capture is stored as pending until it is fetched. Where every policy at its URL is done without it, the view says so:
`not_needed`, the word of the summary, of `sites` and of manifests. A policy is done with a capture when a crawl of it came to
its end, unless that crawl wanted every capture (`all`, `distinct`); and when the policy did not stand at that URL then.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlite_utils import Database

_STORED = "\n  c.outcome,"
_AT = "strftime('%Y-%m-%dT%H:%M:%SZ', r.at, 'unixepoch')"
_THERE = f"""CASE WHEN u.bounded THEN {_AT} BETWEEN coalesce(u.valid_from, '') AND coalesce(u.valid_to, '9')
      ELSE u.valid_to IS NULL OR NOT EXISTS (
        SELECT 1 FROM policy_urls o WHERE o.policy_id = u.policy_id AND {_AT} > u.valid_to
          AND o.valid_from > u.valid_to AND o.valid_from <= {_AT}) END"""
_FATE = f"""
  CASE WHEN c.outcome = 'pending' AND r.payload_id IS NULL
    AND EXISTS (SELECT 1 FROM policy_urls u WHERE u.urlkey = a.urlkey)
    AND NOT EXISTS (SELECT 1 FROM policy_urls u WHERE u.urlkey = a.urlkey AND {_THERE} AND NOT EXISTS (
      SELECT 1 FROM certainty f WHERE f.policy_id = u.policy_id AND f.archive = a.archive AND f.complete
        AND f.strategy NOT IN ('all', 'distinct')))
    THEN 'not_needed' ELSE c.outcome END AS outcome,  -- not_needed: listed, and no policy at the URL needs it
 """


def tell_what_is_not_needed(db: Database) -> None:
    """Replace the view by itself with another `outcome`; no table changes."""
    (sql,) = db.execute("SELECT sql FROM sqlite_schema WHERE type = 'view' AND name = 'captures'").fetchone()
    if sql.count(_STORED) != 1:
        raise ValueError("the view captures is not the one that m005 made")
    db.execute("DROP VIEW captures")
    db.execute(sql.replace(_STORED, _FATE))
