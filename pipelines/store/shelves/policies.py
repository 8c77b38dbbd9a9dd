"""Sites, their policies, and the URLs at which these stood: the tables `sites`, `policies`, `policy_urls`."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from crawler.archives.capture import Policy
from crawler.archives.surt import surt
from crawler.archives.timestamps import format_iso
from pipelines.model import DocumentKind

if TYPE_CHECKING:
    from pipelines.store.transactions import OpenFile


class PolicyShelf:
    """The policies of one database."""

    def __init__(self, file: OpenFile) -> None:
        self._file, self._db = file, file.db

    def named(self, site: str, url: str, evidence: str, part: str = "") -> Policy:
        """Return the policy of a site that is known by a URL; a new one is made.

        :param part: which document of the page, where several of them are policies (crawler.targets.hints.Asked). A
            fragment that names no kind of document leads to a section; one that names privacy, to what the URL stands for.
        """
        if part.startswith("#"):
            from pipelines.reading.parts.parts import kind_asked  # noqa: PLC0415 - the words of titles, which few need

            part = "" if kind_asked(part) in (None, DocumentKind.PRIVACY) else part
        key = [surt(url), part]
        with self._file.transaction():
            site_id = self.site_id(site)
            self._db.execute(
                "INSERT INTO policies (site_id, urlkey, policy_url, added_at, part) VALUES (?, ?, ?, ?, ?) "
                "ON CONFLICT DO NOTHING",
                [site_id, key[0], url, self._file.now(), part],
            )
            policy_id, known_url = self._file.one(
                "SELECT id, policy_url FROM policies WHERE site_id = ? AND urlkey = ? AND part = ?", site_id, *key
            )
            policy = Policy(policy_id, site, known_url, part)
            self.add_url(policy, url, None, evidence)
        return policy

    def part_of(self, policy: Policy, part: str) -> Policy:
        """Return the policy that another document of a policy's pages is, at the same URLs; a new one is made."""
        with self._file.transaction():
            evidence = f"stands on the page of {policy.url}"
            of_part = self.named(policy.site, policy.url, evidence, part)
            self._db.execute(
                "INSERT INTO policy_urls (policy_id, urlkey, url, valid_from, valid_to, evidence, bounded) "
                "SELECT ?, urlkey, url, valid_from, valid_to, ?, bounded FROM policy_urls WHERE policy_id = ? "
                "ON CONFLICT DO NOTHING",
                [of_part.policy_id, evidence, policy.policy_id],
            )
        return of_part

    def at(self, site: str, urls: Iterable[str], part: str = "") -> Policy | None:
        """Return the first policy of a site that stood at one of these URLs; None where none did."""
        keys = json.dumps(sorted({surt(url) for url in urls}))
        row = self._db.execute(
            "SELECT p.id, s.site, p.policy_url, p.part FROM sites s JOIN policies p ON p.site_id = s.id "
            "JOIN policy_urls u ON u.policy_id = p.id "
            "WHERE s.site = ? AND p.part = ? AND u.urlkey IN (SELECT value FROM json_each(?)) ORDER BY p.id LIMIT 1",
            [site, part, keys],
        ).fetchone()
        return Policy(*row) if row else None

    def by_id(self, policy_id: int) -> Policy:
        """Return a policy that is there."""
        sql = (
            "SELECT p.id, s.site, p.policy_url, p.part FROM policies p JOIN sites s ON s.id = p.site_id WHERE p.id = ?"
        )
        return Policy(*self._file.one(sql, policy_id))

    def with_evidence(self, site: str, evidence: str) -> Policy | None:
        """Return the first policy of a site one of whose URLs is known by this evidence; None where there is none."""
        row = self._db.execute(
            "SELECT p.id, s.site, p.policy_url, p.part FROM sites s JOIN policies p ON p.site_id = s.id "
            "JOIN policy_urls u ON u.policy_id = p.id WHERE s.site = ? AND u.evidence = ? ORDER BY p.id LIMIT 1",
            [site, evidence],
        ).fetchone()
        return Policy(*row) if row else None

    def of(self, site: str = "") -> list[Policy]:
        """Return the policies of a site, or all, by site and URL."""
        rows = self._db.execute(
            "SELECT p.id, s.site, p.policy_url, p.part FROM policies p JOIN sites s ON s.id = p.site_id "
            "WHERE ? IN ('', s.site) ORDER BY s.site, p.policy_url, p.part",
            [site],
        )
        return [Policy(*row) for row in rows]

    def site_id(self, site: str) -> int:
        """Return the id of a site; a new one is made. Within the caller's transaction."""
        self._db.execute(
            "INSERT INTO sites (site, added_at) VALUES (?, ?) ON CONFLICT DO NOTHING", [site, self._file.now()]
        )
        return int(self._file.one("SELECT id FROM sites WHERE site = ?", site)[0])

    def add_url(self, policy: Policy, url: str, valid_from: datetime | None, evidence: str) -> bool:
        """Note that a policy stood at another URL too, from a date on; return False where that was known.

        The earliest evidence counts, in whatever order redirects are found.
        """
        key = [policy.policy_id, surt(url)]
        with self._file.transaction():
            held = self._db.execute("SELECT 1 FROM policy_urls WHERE policy_id = ? AND urlkey = ?", key).fetchone()
            self._db.execute(
                "INSERT INTO policy_urls (policy_id, urlkey, url, valid_from, evidence) VALUES (?, ?, ?, ?, ?) "
                "ON CONFLICT (policy_id, urlkey) DO UPDATE SET valid_from = excluded.valid_from, "
                "evidence = excluded.evidence, url = excluded.url WHERE excluded.valid_from < policy_urls.valid_from",
                [*key, url, format_iso(valid_from) if valid_from else None, evidence],
            )
        return held is None

    def urls(self, policy: Policy) -> list[str]:
        """Return the URLs at which a policy is known to have stood."""
        rows = self._db.execute("SELECT url FROM policy_urls WHERE policy_id = ? ORDER BY url", [policy.policy_id])
        return [url for (url,) in rows]

    def mark_dirty(self, capture_id: int) -> None:
        """Have the policies of a capture's URL folded again. Counted, so that a fold that was planned before does not pass
        for one of it. Within the caller's transaction.
        """
        self._db.execute(
            "UPDATE policies SET dirty = dirty + 1 WHERE id IN (SELECT u.policy_id FROM policy_urls u WHERE u.urlkey = "
            "(SELECT a.urlkey FROM main.capture_rows r JOIN main.addresses a ON a.id = r.address_id WHERE r.id = ?))",
            [capture_id],
        )
