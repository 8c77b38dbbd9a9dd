"""Two versions of a policy side by side, with the evidence: what every rendering of a difference is made of.

read_comparison(db, policy, versions, old, new) ──► Comparison
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from history.diff.diff import DiffBlock, diff
from history.diff.links import LinkChange, link_changes, read_links
from history.sites import PolicyRow
from history.timeline.citations import citation
from history.timeline.timeline import VersionRow, change_between
from pipelines.model import Block, Change
from pipelines.store.load import text_blocks


@dataclass(frozen=True, slots=True)
class CapturedPage:
    """The captured page that a version was read from: by what anybody can tell that it is the same.

    :param capture_url: where a person finds it. :param payload_digest: SHA-256 of its bytes, hexadecimal.
    :param cdx_digest: what the archive's index says, SHA-1 in base 32. :param verdict: one of pipelines.text.digests.VERDICTS.
    """

    capture_url: str
    payload_digest: str
    cdx_digest: str
    verdict: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two versions of a policy and what lies between them.

    :param change: None where the wording is the same.
    :param old_blocks, new_blocks: both whole texts.
    :param old_language, new_language: codes of their languages, "" where unknown.
    :param old_page, new_page: the last capture of the old version, the first of the new one.
    :param links: what changed in the links; None where they were not asked for, or one version has none kept.
    """

    policy: PolicyRow
    old: VersionRow
    new: VersionRow
    change: Change | None
    blocks: tuple[DiffBlock, ...]
    old_blocks: tuple[Block, ...] = ()
    new_blocks: tuple[Block, ...] = ()
    old_language: str = ""
    new_language: str = ""
    old_page: CapturedPage | None = None
    new_page: CapturedPage | None = None
    links: tuple[LinkChange, ...] | None = None

    @property
    def old_citation(self) -> str:
        return citation(self.policy.cited, self.old)

    @property
    def new_citation(self) -> str:
        return citation(self.policy.cited, self.new)

    @property
    def are_neighbours(self) -> bool:
        """One step of the history, so the change between them has a bracket."""
        return abs(self.new.version - self.old.version) == 1

    @property
    def later(self) -> VersionRow:
        """The younger of the two, whatever was asked first."""
        return max(self.old, self.new, key=lambda version: version.version)


def read_comparison(
    db: sqlite3.Connection,
    policy: PolicyRow,
    versions: Sequence[VersionRow],
    old: VersionRow,
    new: VersionRow,
    *,
    links: bool = False,
) -> Comparison:
    """Return what lies between two versions of a policy.

    :param db: of history.database.open_database. :param versions: all of the policy, oldest first.
    :param links: read their links, too.
    """
    old_blocks, new_blocks = text_blocks(db, old.text_id), text_blocks(db, new.text_id)
    return Comparison(
        policy,
        old,
        new,
        change_between(db, versions, old, new),
        diff(old_blocks, new_blocks),
        old_blocks,
        new_blocks,
        _language(db, old),
        _language(db, new),
        page_of(db, policy, old, "last_capture_id"),
        page_of(db, policy, new, "first_capture_id"),
        _links(db, policy, old, new) if links else None,
    )


def _links(
    db: sqlite3.Connection, policy: PolicyRow, old: VersionRow, new: VersionRow
) -> tuple[LinkChange, ...] | None:
    before, after = (read_links(db, version, policy.policy_id) for version in (old, new))
    return None if before is None or after is None else link_changes(before, after)


def page_of(db: sqlite3.Connection, policy: PolicyRow, version: VersionRow, which: str) -> CapturedPage | None:
    row = db.execute(
        "SELECT k.citation_url, y.payload_digest, k.digest, k.digest_verdict FROM versions v "
        "JOIN policies p ON p.id = v.policy_id AND p.extractor_id = v.extractor_id "
        f"JOIN captures k ON k.id = v.{which} JOIN payloads y ON y.id = k.payload_id "
        "WHERE v.policy_id = ? AND v.version = ?",
        [policy.policy_id, version.version],
    ).fetchone()
    return CapturedPage(row[0], row[1], row[2], row[3] or "not checkable") if row else None


def _language(db: sqlite3.Connection, version: VersionRow) -> str:
    row = db.execute("SELECT language FROM texts WHERE id = ?", [version.text_id]).fetchone()
    return row[0] or ""
