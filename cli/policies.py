"""Which policy a command is about: its SITE argument, --policy N, and citations that name it by themselves."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from cli.output import about_site
from crawler.archives.errors import NotFound
from crawler.counting import count
from history.sites import PolicyRow, find_policies
from history.timeline.citations import is_citation, resolve, site_of_citation


def with_citation(site: str, *names: str | None) -> tuple[str, list[str]]:
    """Return the site, and the versions that were named: a citation in SITE's place is the first of them."""
    named = [name for name in names if name]
    return (site_of_citation(site), [site, *named]) if is_citation(site) else (site, named)


def the_policy(connection: sqlite3.Connection, site: str, number: int | None, names: Sequence[str] = ()) -> PolicyRow:
    """Return the one policy that is meant, which has a version.

    :param names: of versions; a citation among them tells which of a site's policies is meant.
    """
    about_site(site)
    policies = find_policies(connection, site)
    cited = next((resolve(connection, name).policy for name in names if is_citation(name)), None)
    if cited and number is None and cited.policy_id in {policy.policy_id for policy in policies}:
        policies = [policy for policy in policies if policy.policy_id == cited.policy_id]
    return _one(policies, number, site)


def chosen(policies: list[PolicyRow], number: int | None) -> list[PolicyRow]:
    """Return the policies that --policy leaves; its numbers are those that an error lists."""
    if number is None:
        return policies
    ordered = _ordered(policies)
    if number > len(ordered):
        raise NotFound(f"there is no policy {number}: {_listing(ordered)}")
    return [ordered[number - 1]]


def _ordered(policies: list[PolicyRow]) -> list[PolicyRow]:
    """Those with versions first."""
    return sorted(policies, key=lambda policy: not policy.versions)


def _one(policies: list[PolicyRow], number: int | None, site: str) -> PolicyRow:
    with_text = [policy for policy in chosen(policies, number) if policy.versions]
    if not with_text:
        raise NotFound(
            f"no version of {site} is known: no capture brought the policy's text; "
            f"`policylapse timeline {site}` says what became of them"
        )
    if len(with_text) > 1:
        raise NotFound(f"{site} has {len(with_text)} policies: {_listing(with_text)}")
    return with_text[0]


def _listing(policies: list[PolicyRow]) -> str:
    rows = "".join(
        f"\n  {number}  {policy.name}  ({count(policy.versions, 'version')})"
        for number, policy in enumerate(policies, start=1)
    )
    return f"name one by its URL or with --policy N:{rows}"
