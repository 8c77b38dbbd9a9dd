"""Which policies there are, by the names that addresses give them.

read_catalogue(db) ──► Catalogue: policy("example.com", "privacy") ──► PolicyRow; path(policy) ──► "site/example.com/privacy"
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from crawler.archives.errors import NotFound
from history.names import policy_names, site_name
from history.sites import PolicyRow, all_policies


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All policies of a database; built once per state of the file.

    :param sites: site by its name in addresses. :param policies: each site's, in the order in which they were added.
    :param names: each policy's name under its site. :param held: what else a page need not read again in that state.
    """

    sites: Mapping[str, str]
    policies: Mapping[str, Sequence[PolicyRow]]
    names: Mapping[int, str]
    by_url: Mapping[tuple[str, str], PolicyRow]
    held: MutableMapping[str, Any] = field(default_factory=dict)

    def site(self, name: str) -> str:
        """Return the site that an address names. :raises NotFound: there is none."""
        if name not in self.sites:
            raise NotFound(f"the database holds no site {name!r}: the list of sites says what it holds")
        return self.sites[name]

    def policy(self, site: str, name: str) -> PolicyRow:
        """Return the policy that an address names. :raises NotFound: there is none."""
        for policy in self.policies[self.site(site)]:
            if self.names[policy.policy_id] == name:
                return policy
        raise NotFound(f"{self.sites[site]} has no policy {name!r}: the page of the site lists what it has")

    def path(self, policy: PolicyRow) -> str:
        """Return where a policy's pages are."""
        return f"site/{site_name(policy.site)}/{self.names[policy.policy_id]}"

    def path_of(self, site: str, policy_url: str) -> str:
        """Return where the pages of a policy are, of which only these are known; "" where it is gone."""
        policy = self.by_url.get((site, policy_url))
        return self.path(policy) if policy else ""


def read_catalogue(db: sqlite3.Connection) -> Catalogue:
    """Return the policies of a database.

    :param db: of history.database.open_database.
    """
    every = all_policies(db)
    policies: dict[str, list[PolicyRow]] = {site: [] for (site,) in db.execute("SELECT site FROM sites ORDER BY site")}
    for policy in every:
        policies[policy.site].append(policy)
    return Catalogue(
        {site_name(site): site for site in policies},
        policies,
        policy_names(every),
        {(policy.site, policy.policy_url): policy for policy in reversed(every)},
    )
