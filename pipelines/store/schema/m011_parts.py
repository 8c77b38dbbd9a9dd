"""What migration m011 makes (pipelines/store/schema/migrations.py): several policies at one URL, each a part of its page."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlite_utils import Database

_POLICIES = """
CREATE TABLE new_policies (
  id INTEGER PRIMARY KEY,
  site_id INTEGER NOT NULL REFERENCES sites(id),
  urlkey TEXT NOT NULL,                    -- SURT of policy_url
  policy_url TEXT NOT NULL,                -- the URL by which the policy is known
  extractor_id INTEGER REFERENCES extractors(id),  -- the one its versions are built with
  dirty INTEGER NOT NULL DEFAULT 0,        -- 1: captures were read since the versions were folded
  added_at TEXT NOT NULL,
  label TEXT NOT NULL DEFAULT 'general',   -- of several policies of a site, which it is
  part TEXT NOT NULL DEFAULT '',           -- which document of its page: a kind, a declared type of terms, a title, '#fragment'; '' the one that the URL stands for
  UNIQUE (site_id, urlkey, part)
) STRICT"""
_COLUMNS = "id, site_id, urlkey, policy_url, extractor_id, dirty, added_at, label"


def add_parts(db: Database) -> None:
    """Key policies by URL and part; a declared document that is no privacy policy gets its type as its part.

    Within the caller's transaction, foreign keys off. The names of views and references are left as they are while the
    table is replaced.
    """
    (legacy,) = db.execute("PRAGMA legacy_alter_table").fetchone()
    db.execute("PRAGMA legacy_alter_table = ON")
    try:
        db.execute(_POLICIES)
        db.execute(f"INSERT INTO new_policies ({_COLUMNS}) SELECT {_COLUMNS} FROM policies")
        db.execute("DROP TABLE policies")
        db.execute("ALTER TABLE new_policies RENAME TO policies")
    finally:
        db.execute(f"PRAGMA legacy_alter_table = {legacy}")
    declared = db.execute(
        "SELECT p.id, u.evidence FROM policies p JOIN policy_urls u ON u.policy_id = p.id AND u.urlkey = p.urlkey "
        "WHERE u.bounded"
    ).fetchall()
    for policy_id, evidence in declared:
        db.execute("UPDATE policies SET part = ? WHERE id = ?", [_part_of(evidence), policy_id])


def _part_of(evidence: str) -> str:
    """The type of terms in the evidence of a declared URL ("OTA declaration SERVICE, TYPE, valid until …"); "" of a
    privacy policy, which is what a URL stands for, and of any other evidence.
    """
    if not evidence.startswith("OTA declaration "):
        return ""
    terms = evidence.partition(", valid until ")[0].partition(", ")[2]
    return "" if terms == "Privacy Policy" else terms
