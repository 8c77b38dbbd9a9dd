"""Which version of a policy a person means by a few characters.

select(db, policy, versions, "3" | "v3" | "2018-05-25" | "2018-05" | "first" | "latest" | "prev" |
       "example.com@2018-05-25.1f3a9c2e") ──► Selected(version, what a reader must know before quoting it)
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from crawler.archives.errors import ConfigError, NotFound
from crawler.archives.timestamps import parse_date
from history.sites import PolicyRow
from history.timeline.citations import Status, is_citation, resolve
from history.timeline.timeline import AtMoment, Standing, VersionRow, version_at

_NUMBER = re.compile(r"v?(\d{1,3})|v(\d+)", re.ASCII)  # four digits are a year


@dataclass(frozen=True, slots=True)
class Selected:
    """A version that was asked for.

    :param answer: where it was asked for by a date, what is known of that date.
    :param doubt: what a reader must know before quoting it, "" where it is certainly what was asked for.
    """

    version: VersionRow
    answer: AtMoment | None = None
    doubt: str = ""


def select(
    db: sqlite3.Connection,
    policy: PolicyRow,
    versions: Sequence[VersionRow],
    name: str,
    other: VersionRow | None = None,
) -> Selected:
    """Return the version that a name means.

    :param versions: those of the policy, oldest first; at least one.
    :param other: the version that `prev` comes before; None: the latest.
    :raises NotFound: there is no such version, or the citation is of another policy. :raises ConfigError: it is no name.
    """
    other = other or versions[-1]
    if name in ("first", "latest"):
        return Selected(versions[0 if name == "first" else -1])
    if name == "prev":
        return Selected(_previous(versions, other))
    number = _NUMBER.fullmatch(name)
    if number:
        return Selected(numbered(versions, int(number.group(1) or number.group(2))))
    if is_citation(name):
        return _cited(db, policy, name)
    try:
        answer = at_date(versions, name)
    except ConfigError as error:
        raise ConfigError(f"{error}; or a version's number, first, latest, prev or a citation") from None
    return Selected(answer.version, answer, doubt_of(answer))


def numbered(versions: Sequence[VersionRow], number: int) -> VersionRow:
    """Return the version of a number. :raises NotFound: there is none."""
    if not 1 <= number <= len(versions):
        known = "there is only version 1" if len(versions) == 1 else f"its versions are 1 to {len(versions)}"
        raise NotFound(f"there is no version {number}: {known}")
    return versions[number - 1]


def at_date(versions: Sequence[VersionRow], date: str) -> AtMoment:
    """Return the version in force on a date: at its end, so that a day's own capture counts.

    :raises NotFound: nothing is known of that time. :raises ConfigError: it is no date.
    """
    answer = version_at(versions, parse_date(date, end=True))
    if answer.certainty is Standing.BEFORE_FIRST:
        raise NotFound(
            f"nothing is known of {date}: the first capture is of {answer.version.first_seen:%Y-%m-%d}; "
            "`policylapse show SITE --version 1` prints the oldest version"
        )
    return answer


def doubt_of(answer: AtMoment) -> str:
    """Return what a reader must know before quoting, "" where the version is certain."""
    version, following = answer.version, answer.following
    if answer.certainty is Standing.AFTER_LAST:
        return f"version {version.version} was last seen {version.last_seen:%Y-%m-%d}; nothing is known since"
    if answer.certainty is Standing.BETWEEN and following:
        return (
            f"the policy changed between {version.last_seen:%Y-%m-%d} and {following.first_seen:%Y-%m-%d}: "
            f"on {answer.moment:%Y-%m-%d} either version {version.version} or {following.version} was in force; "
            f"this is version {version.version}"
        )
    return ""


def _previous(versions: Sequence[VersionRow], other: VersionRow) -> VersionRow:
    if other.version == 1:
        only = "only one version is known" if len(versions) == 1 else "version 1 is the first that is known"
        raise NotFound(f"nothing to compare with: {only}; `policylapse show SITE` prints it")
    return versions[other.version - 2]


def _cited(db: sqlite3.Connection, policy: PolicyRow, name: str) -> Selected:
    found = resolve(db, name)
    if found.policy.policy_id != policy.policy_id:
        raise NotFound(f"{name} is of {found.policy.policy_url}, not of {policy.policy_url}: one policy at a time")
    if found.status is Status.UNKNOWN:
        day = "" if found.version else "; nothing is known of that day"
        raise NotFound(
            f"nothing is known of {name}: {found.reason}{day}. `policylapse timeline SITE` lists the versions; name one, or a date"
        )
    if found.version is None:
        raise NotFound(f"{name} is not a version: {found.reason}")
    if found.status is Status.VERSION:
        return Selected(found.version)
    return Selected(
        found.version,
        doubt=f"{name} is no version: {found.reason}; version {found.version.version} was in force on that day",
    )
