"""A name for a version that stays: what a paper cites today is found again after captures came that nobody knew of.

    citation(policy.cited, version) ──► "example.com@2018-05-25.1f3a9c2e"     site, first seen, wording
    resolve(db, text) ──► Resolved(status, policy, version, wording)

Numbers of versions shift when a late capture splits one or joins two; a wording is what it is. The date tells two runs
of one wording apart (A-B-A), and still answers where the wording turned out to be no version at all.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from crawler.archives.errors import ConfigError
from crawler.archives.timestamps import parse_date
from history.sites import PolicyRow, find_policies
from history.timeline.timeline import Standing, VersionRow, read_versions, version_at
from pipelines.versions.citing import LENGTH as LENGTH  # noqa: PLC0414 - whoever cites finds it here
from pipelines.versions.citing import cite as cite  # noqa: PLC0414

_CITATION = re.compile(r"(?P<site>\S+)@(?:(?P<day>\d{4}-\d\d-\d\d)\.)?(?P<wording>[0-9a-f]{8,64})", re.ASCII)


class Status(StrEnum):
    """What became of a cited wording."""

    VERSION = "version"  # it is a version
    NOISE = "noise"  # captures show it, but it is a version no more: the page's noise, or another page
    EARLIER = "earlier"  # only an earlier extractor read it so, or an earlier fold put it together
    UNKNOWN = "unknown"  # nothing in the file has it; the date still tells what was in force


@dataclass(frozen=True, slots=True)
class Resolved:
    """What a citation means today.

    :param version: the version itself; where it is none any more, the one in force on the cited day or, without a
        day, None.
    :param wording: key of the wording, in full where it is known.
    :param reason: why it is no version, "" where it is one.
    """

    status: Status
    policy: PolicyRow
    version: VersionRow | None
    wording: str
    reason: str = ""


def citation(name: str, version: VersionRow) -> str:
    """Return the name of a policy's version.

    :param name: `PolicyRow.cited`.
    """
    return cite(name, f"{version.first_seen:%Y-%m-%d}", version.wording)


def is_citation(text: str) -> bool:
    """Tell whether a text looks like a citation."""
    return _CITATION.fullmatch(text.strip()) is not None


def site_of_citation(text: str) -> str:
    """Return the site that a citation names, "" where the text is none."""
    match = _CITATION.fullmatch(text.strip())
    return match["site"] if match else ""


def resolve(db: sqlite3.Connection, text: str) -> Resolved:
    """Return what a citation means.

    :param db: of history.database.open_database.
    :param text: of `citation`; the day may be left out ("example.com@1f3a9c2e"), the wording may be longer.
    :raises ConfigError: it is no citation. :raises NotFound: nothing is known of that site.
    """
    match = _CITATION.fullmatch(text.strip())
    if match is None:
        raise ConfigError(f"{text!r} is no citation: those look like example.com@2018-05-25.1f3a9c2e")
    key = match["wording"]
    day = parse_date(match["day"]) if match["day"] else None
    policies = [(policy, read_versions(db, policy)) for policy in find_policies(db, match["site"])]
    for policy, versions in policies:
        same = [version for version in versions if version.wording.startswith(key)]
        if same:
            return Resolved(Status.VERSION, policy, _nearest(same, day), same[0].wording)
    for policy, versions in policies:
        found = _wording_of(db, policy, key)
        if found:
            status, wording, reason = found
            return Resolved(status, policy, _in_force(versions, day), wording, reason)
    shown = [(policy, versions) for policy, versions in policies if versions] or policies
    policy, versions = shown[0]
    why = "no text in the database has this wording"
    if len(shown) > 1:
        why += f"; {policy.site} has {len(shown)} policies, and this is one of them"
    return Resolved(Status.UNKNOWN, policy, _in_force(versions, day), key, why)


def _nearest(versions: Sequence[VersionRow], day: datetime | None) -> VersionRow:
    """Of several runs of one wording, the one that was seen on the cited day, or nearest to it; else the first."""
    if day is None:
        return versions[0]

    def distance(version: VersionRow) -> timedelta:
        end = day + timedelta(days=1)
        return max(version.first_seen - end, day - version.last_seen, timedelta(0))

    return min(versions, key=distance)


def _in_force(versions: Sequence[VersionRow], day: datetime | None) -> VersionRow | None:
    """The version of a day; None where the day is before the first capture."""
    if not versions or day is None:
        return None
    answer = version_at(versions, day + timedelta(days=1))
    return None if answer.certainty is Standing.BEFORE_FIRST else answer.version


def _wording_of(db: sqlite3.Connection, policy: PolicyRow, key: str) -> tuple[Status, str, str] | None:
    """Where else in a policy's data a wording is: (status, the whole key, why it is no version)."""
    last = key + "g"  # sorts behind every key that begins with it
    bounds = [policy.policy_id, key, last]
    row = db.execute(
        "SELECT a.reason, t.wording FROM set_aside a JOIN texts t ON t.id = a.text_id "
        "WHERE a.policy_id = ? AND t.wording >= ? AND t.wording < ?",
        bounds,
    ).fetchone()
    if row:
        return Status.NOISE, row[1], f"the captures that show it are not of the policy: {row[0]}"
    row = db.execute(
        "SELECT r.wording, max(r.extractor_id = p.extractor_id) FROM readings r JOIN policies p ON p.id = r.policy_id "
        "WHERE p.id = ? AND r.wording >= ? AND r.wording < ? GROUP BY r.wording",
        bounds,
    ).fetchone()
    if row and row[1]:
        return Status.NOISE, row[0], "captures show it, but what sets it apart comes and goes by itself"
    if row:
        return Status.EARLIER, row[0], "only an earlier extractor read it so"
    row = db.execute(_PUT_TOGETHER, bounds).fetchone()
    return (Status.EARLIER, row[0], "it was put together from fewer captures than are known now") if row else None


# A text that no page shows was put together by a fold, of blocks of its policy's texts (pipelines/versions/steady.py).
_PUT_TOGETHER = """
WITH own AS (
  SELECT DISTINCT tb.block_id FROM policy_urls u JOIN captures k ON k.urlkey = u.urlkey
  JOIN extractions e ON e.payload_id = k.payload_id JOIN text_blocks tb ON tb.text_id = e.text_id WHERE u.policy_id = ?)
SELECT t.wording FROM texts t WHERE t.wording >= ? AND t.wording < ?
  AND NOT EXISTS (SELECT 1 FROM extractions e WHERE e.text_id = t.id)
  AND NOT EXISTS (SELECT 1 FROM text_blocks tb WHERE tb.text_id = t.id AND tb.block_id NOT IN (SELECT block_id FROM own))
"""
