"""Whose histories the database holds, and which policy a person means.

find_policies(db, "tinder.com" | "policies.tinder.com" | a policy's URL) ──► PolicyRow…
"""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches
from urllib.parse import urlsplit

from crawler.archives.capture import Outcome
from crawler.archives.errors import ConfigError, NotFound
from crawler.archives.surt import check_url, surt
from crawler.archives.timestamps import parse_iso
from crawler.missing import Missing
from history.database import ONLY, execute_of
from pipelines.model import ChangeClass
from pipelines.store.missing import read_missing
from pipelines.versions.citing import CITED_NAME

_CLOSE = 5  # how many near names an error offers


@dataclass(frozen=True, slots=True)
class PolicyRow:
    """One policy of the database.

    :param policy_url: the URL by which it is known; `urls` are all at which it stood.
    :param versions: how many of its versions are known.
    :param part: which document of its page it is, where several are policies; "" for the one that the URL stands for.
    :param cited: how citations name it (pipelines/versions/citing.py).
    """

    policy_id: int
    site: str
    policy_url: str
    urls: tuple[str, ...]
    versions: int
    part: str = ""
    cited: str = ""

    @property
    def name(self) -> str:
        """The URL, with the part where it is one."""
        if self.part.startswith("#"):
            return f"{self.policy_url}{self.part}"
        return f"{self.policy_url} ({self.part})" if self.part else self.policy_url


@dataclass(frozen=True, slots=True)
class LastChange:
    """The latest change of a site: it happened after `not_before` and not later than `not_after`."""

    policy_url: str
    version: int
    change_class: ChangeClass
    not_before: datetime
    not_after: datetime


@dataclass(frozen=True, slots=True)
class SiteRow:
    """One site of the database.

    :param policies: its policies that have a version; `asked` counts those without, too.
    :param first_seen, last_seen: of any version; None without one.
    :param outcomes: its captures by outcome.
    :param missing: why it has no version; None where it has one.
    """

    site: str
    policies: int
    asked: int
    versions: int
    first_seen: datetime | None
    last_seen: datetime | None
    outcomes: Mapping[Outcome, int]
    last_change: LastChange | None
    missing: Missing | None = None

    @property
    def outcome(self) -> Outcome:
        return self.missing.outcome if self.missing else Outcome.FETCHED

    @property
    def captures(self) -> int:
        return sum(self.outcomes.values())


def find_policies(db: sqlite3.Connection, name: str) -> list[PolicyRow]:
    """Return the policies that a name means, in the order in which they were added.

    :param name: a site, a host (with or without `www.`), or any of a policy's URLs (with or without scheme); a fragment
        names one of the policies of a page ("example.com/legal#cookies").
    :raises NotFound: there is none; its text offers near names or says how to crawl it.
    """
    policies = all_policies(db)
    wanted = name.strip()
    found = [policy for policy in policies if policy.site == wanted.lower()]
    found = found or _matching(policies, wanted)
    if not found:
        site = _bare_site(db, wanted)
        if site:
            raise NoPolicy(site, read_missing(db.execute, [site])[0])
        raise NotFound(_not_found(policies, wanted))
    return found


class NoPolicy(NotFound):
    """A site that was asked for, of which no policy is known."""

    def __init__(self, site: str, missing: Missing) -> None:
        self.site, self.missing = site, missing
        about = missing.outcome.about.meaning
        step = f"; next: {missing.next_step}" if missing.next_step else ""
        super().__init__(f"no policy of {site} is known: {about} ({missing.detail}){step}")


def _bare_site(db: sqlite3.Connection, name: str) -> str:
    """The site of that name that has no policy, "" if there is none."""
    row = db.execute("SELECT site FROM sites WHERE site = ?", [_bare(name.lower()).partition("/")[0]]).fetchone()
    return str(row[0]) if row else ""


def _matching(policies: Iterable[PolicyRow], name: str) -> list[PolicyRow]:
    """Policies at a URL, or, where only a host is named, of that site or at that host."""
    try:
        url = check_url(name)
    except ConfigError:
        return []
    key, parts = surt(url), urlsplit(url)
    exact = [policy for policy in policies if any(surt(other) == key for other in policy.urls)]
    fragment = name.partition("#")[1:]
    if fragment[1]:
        named = [policy for policy in exact if policy.part in ("".join(fragment), fragment[1])]
        return named or [policy for policy in exact if not policy.part]
    if exact or parts.path != "/" or parts.query:
        return exact
    host = _host_key(url)
    at_site = [policy for policy in policies if _host_key(f"http://{policy.site}/") == host]
    return at_site or [policy for policy in policies if any(_host_key(other) == host for other in policy.urls)]


def _host_key(url: str) -> str:
    return surt(url).partition(")")[0]


def all_policies(db: sqlite3.Connection) -> list[PolicyRow]:
    """Return every policy, in the order in which they were added."""
    urls: dict[int, list[str]] = {}
    for row in db.execute("SELECT policy_id, url FROM policy_urls ORDER BY policy_id, valid_from, url"):
        urls.setdefault(row["policy_id"], []).append(row["url"])
    rows = db.execute(
        f"SELECT p.id, s.site, p.policy_url, {CITED_NAME} AS cited, (SELECT count(*) FROM versions v WHERE v.policy_id = p.id "
        "AND v.extractor_id = p.extractor_id) AS versions, p.part FROM policies p JOIN sites s ON s.id = p.site_id ORDER BY p.id"
    )
    return [
        PolicyRow(
            row["id"],
            row["site"],
            row["policy_url"],
            tuple(dict.fromkeys([row["policy_url"], *urls.get(row["id"], [])])),
            row["versions"],
            row["part"],
            row["cited"],
        )
        for row in rows
    ]


def _not_found(policies: Iterable[PolicyRow], name: str) -> str:
    names = dict.fromkeys(n for policy in policies for n in (policy.site, *(_bare(url) for url in policy.urls)))
    if not names:
        return f"the database holds no policy yet: crawl one first (`policylapse crawl --url {_example(name)}`)"
    bare = _bare(name.lower())
    holding = [known for known in names if bare and (bare in known or known in bare)]
    close = list(dict.fromkeys([*holding, *get_close_matches(bare, names, n=_CLOSE)]))[:_CLOSE]
    if close:
        return f"the database holds no policy of {name!r}; did you mean {', '.join(close)}?"
    return (
        f"the database holds no policy of {name!r}: `policylapse sites` lists what it holds, "
        f"`policylapse crawl --url {_example(name)}` adds one"
    )


def _bare(url: str) -> str:
    return url.partition("://")[2].removeprefix("www.") if "://" in url else url.removeprefix("www.")


def _example(name: str) -> str:
    try:
        url = check_url(name)
    except ConfigError:
        return "https://example.com/privacy"
    return url if urlsplit(url).path != "/" else f"{url}privacy"


def list_sites(db: sqlite3.Connection, names: Collection[str] | None = None) -> list[SiteRow]:
    """Return every site with what is known of it, in alphabetical order.

    :param names: only these sites; None for all.
    """
    only = None if names is None else json.dumps(sorted(names))
    outcomes, last = _outcomes(db, only), _last_changes(db, only)
    missing: dict[str, Missing] = {}
    for one in read_missing(db.execute, names):
        missing.setdefault(one.site, one)
    rows = execute_of(
        db,
        "SELECT s.id, s.site, count(DISTINCT p.id) AS asked, count(DISTINCT v.policy_id) AS policies, "
        "count(v.id) AS versions, min(v.first_seen) AS first_seen, max(v.last_seen) AS last_seen "
        "FROM sites s LEFT JOIN policies p ON p.site_id = s.id "
        "LEFT JOIN versions v ON v.policy_id = p.id AND v.extractor_id = p.extractor_id "
        f"WHERE s.site {ONLY} GROUP BY s.id ORDER BY s.site",
        only,
    )
    return [
        SiteRow(
            row["site"],
            row["policies"],
            row["asked"],
            row["versions"],
            parse_iso(row["first_seen"]) if row["first_seen"] else None,
            parse_iso(row["last_seen"]) if row["last_seen"] else None,
            outcomes.get(row["id"], {}),
            last.get(row["site"]),
            None if row["versions"] else missing.get(row["site"]),
        )
        for row in rows
    ]


def _outcomes(db: sqlite3.Connection, only: str | None) -> dict[int, Counter[Outcome]]:
    rows = execute_of(
        db,
        "SELECT u.site_id, k.outcome, count(*) AS captures FROM (SELECT DISTINCT p.site_id, u.urlkey "
        f"FROM sites s JOIN policies p ON p.site_id = s.id JOIN policy_urls u ON u.policy_id = p.id WHERE s.site {ONLY} "
        ") u JOIN captures k ON k.urlkey = u.urlkey GROUP BY 1, 2",
        only,
    )
    counts: dict[int, Counter[Outcome]] = {}
    for row in rows:
        counts.setdefault(row["site_id"], Counter())[Outcome(row["outcome"])] += row["captures"]
    return counts


def _last_changes(db: sqlite3.Connection, only: str | None) -> dict[str, LastChange]:
    rows = execute_of(
        db,
        "SELECT s.site, p.policy_url, n.version AS to_version, c.change_class, n.previous_last_seen AS not_before, "
        "n.first_seen AS not_after FROM sites s JOIN policies p ON p.site_id = s.id "
        "JOIN versions n ON n.policy_id = p.id AND n.extractor_id = p.extractor_id "
        f"JOIN changes c ON c.to_version_id = n.id WHERE s.site {ONLY} ORDER BY not_after",
        only,
    )
    return {
        row["site"]: LastChange(
            row["policy_url"],
            row["to_version"],
            ChangeClass(row["change_class"]),
            parse_iso(row["not_before"]),
            parse_iso(row["not_after"]),
        )
        for row in rows
    }
