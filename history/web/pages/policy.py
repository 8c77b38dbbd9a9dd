"""What all pages of one policy share: which policy it is, its versions, the menu of its pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from history.sites import PolicyRow
from history.timeline.timeline import VersionRow
from history.web.keys import some_versions, version_keys
from history.web.limits import check_size
from history.web.page import Ask
from pipelines.model import Block
from pipelines.store.load_texts import read_texts

OFFERED: Final = 60  # versions to choose from on one page


def policy_of(ask: Ask) -> PolicyRow:
    """Return the policy of the asked path: site/SITE/POLICY/…"""
    _site, site, name, *_rest = ask.path.split("/")
    return ask.catalogue.policy(site, name)


def versions_of(ask: Ask, policy: PolicyRow) -> tuple[VersionRow, ...]:
    """Return the versions of a policy, read once for all its pages. :raises NotFound: it has none."""
    key = f"versions {policy.policy_id}"
    if key not in ask.memo:
        ask.memo[key] = some_versions(ask.db, policy)
    found: tuple[VersionRow, ...] = ask.memo[key]
    return found


def texts_of(ask: Ask, policy: PolicyRow, versions: Sequence[VersionRow]) -> Mapping[int, tuple[Block, ...]]:
    """Return the texts of a policy's versions, by id. :raises TooLarge: they are too large for a page."""
    key = f"texts {policy.policy_id}"
    if key not in ask.memo:
        ids = [one.text_id for one in versions]
        check_size(ask.db, ids)
        ask.memo[key] = read_texts(ask.db, ids)
    found: Mapping[int, tuple[Block, ...]] = ask.memo[key]
    return found


def base_context(ask: Ask, policy: PolicyRow, versions: Sequence[VersionRow], here: str) -> dict[str, Any]:
    """Return what the head of a policy's page shows.

    :param here: which of its pages this is: timeline, calendar, read, diff, blame, claims.
    """
    path, keys = ask.catalogue.path(policy), _keys_of(ask, policy, versions)
    return {
        "policy": {
            "site": policy.site,
            "url": policy.policy_url,
            "name": policy.name,
            "path": path,
            "site_path": f"site/{path.split('/')[1]}/policies",
            "several": len(ask.catalogue.policies[policy.site]) > 1,
            "title": versions[-1].title if versions else "",
        },
        "here": here,
        "keys": keys,
        "versions_count": len(versions),
        "tabs": _tabs(path, keys),
    }


def _keys_of(ask: Ask, policy: PolicyRow, versions: Sequence[VersionRow]) -> tuple[str, ...]:
    key = f"keys {policy.policy_id}"
    if key not in ask.memo:
        ask.memo[key] = version_keys(versions)
    found: tuple[str, ...] = ask.memo[key]
    return found


def _tabs(path: str, keys: Sequence[str]) -> list[tuple[str, str, str]]:
    """(name of the page, label, path)."""
    tabs = [("timeline", "Timeline", f"{path}/timeline"), ("calendar", "Calendar", f"{path}/calendar")]
    if keys:
        tabs.append(("read", "Read", f"{path}/v/{keys[-1]}"))
        tabs.append(("blame", "Blame", f"{path}/blame/{keys[-1]}"))
        tabs.append(("claims", "Claims", f"{path}/claims"))
    if len(keys) > 1:
        tabs.append(("diff", "Compare", f"{path}/diff/{keys[-2]}..{keys[-1]}"))
    return tabs


def nearest(versions: int, *wanted: int) -> list[int]:
    """Return which versions a page offers to choose from, by their place: all, or the first, the last and those around.

    :param versions: how many there are. :param wanted: places around which the others lie.
    """
    if versions <= OFFERED:
        return list(range(versions))
    around = OFFERED // (2 * len(wanted))
    near = {n for at in wanted for n in range(at - around, at + around + 1)} & set(range(versions))
    return sorted(near | {0, versions - 1})


def version_line(key: str, version: VersionRow) -> dict[str, Any]:
    """Return what pages show of a version."""
    change = version.change
    return {
        "key": key,
        "number": version.version,
        "first": version.first_seen,
        "last": version.last_seen,
        "before": version.previous_last_seen,
        "captures": version.captures,
        "words": version.words,
        "title": version.title,
        "class": change.change_class.value if change else "",
        "added": change.words_added if change else 0,
        "removed": change.words_removed if change else 0,
        "sections": change.sections if change else (),
        "first_url": version.first_capture_url,
        "last_url": version.last_capture_url,
        "first_archive": version.first_archive,
        "last_archive": version.last_archive,
        "wording": version.wording,
    }
