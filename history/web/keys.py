"""How addresses name a version: as its citation does, without the site, so that an address stays when numbers shift.

version_keys(versions) ──► ("2018-05-25.1f3a9c2e", …)        find_version(…, "2018-05-25.1f3a9c2e" | "latest" | "3")
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Sequence

from crawler.archives.errors import NotFound
from history.sites import PolicyRow
from history.timeline.citations import cite
from history.timeline.selectors import select
from history.timeline.timeline import VersionRow, read_versions


def version_keys(versions: Sequence[VersionRow]) -> tuple[str, ...]:
    """Return a key for each version; a wording that came twice on one day has `~2` behind its second."""
    seen: Counter[str] = Counter()
    keys = []
    for version in versions:
        key = cite("", f"{version.first_seen:%Y-%m-%d}", version.wording).removeprefix("@")
        seen[key] += 1
        keys.append(key if seen[key] == 1 else f"{key}~{seen[key]}")
    return tuple(keys)


def some_versions(db: sqlite3.Connection, policy: PolicyRow) -> tuple[VersionRow, ...]:
    """Return the versions of a policy. :raises NotFound: it has none."""
    versions = read_versions(db, policy)
    if not versions:
        raise NotFound(f"no version of {policy.policy_url} is known: its timeline says what became of its captures")
    return versions


def find_version(db: sqlite3.Connection, policy: PolicyRow, versions: Sequence[VersionRow], name: str) -> VersionRow:
    """Return the version that an address names: by its key, or by anything that the commands take.

    :raises NotFound: there is none. :raises ConfigError: it is no name.
    """
    keys = version_keys(versions)
    if name in keys:
        return versions[keys.index(name)]
    if "." in name:
        name = f"{policy.site}@{name.partition('~')[0]}"
    return select(db, policy, versions, name).version
