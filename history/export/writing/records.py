"""Versions with their texts and all evidence, one after the other: what every export of texts is made from.

read_records(db, policies) ──► VersionRecord… by site and policy, oldest first; memory does not grow with their number
COLUMNS: what each field is, for the forms that are tables (jsonl, csv, parquet)
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from history.sites import PolicyRow
from history.timeline.citations import cite
from history.uris import link_data
from pipelines.model import Block, BlockKind
from pipelines.text.markdown import join_markdown, render_alone

_CACHED = 10_000_000  # characters of blocks that are kept: neighbouring versions share nearly all of them


@dataclass(frozen=True, slots=True)
class CaptureEvidence:
    """A capture that shows a version.

    :param archive_url: where a person finds it; `url` is the page's own.
    :param timestamp: and the further CDX fields: as the archive's index has them.
    :param digest_verdict: what came of checking `cdx_digest` against the bytes.
    :param payload_sha256: of the bytes that were fetched, content codings undone.
    """

    archive: str
    archive_url: str
    url: str
    timestamp: str
    captured_at: str
    cdx_digest: str
    digest_verdict: str | None
    payload_sha256: str | None
    http_status: int | None
    drift_seconds: int | None


@dataclass(frozen=True, slots=True)
class VersionRecord:
    """One version with its text and evidence; times are ISO 8601 UTC, as in the database.

    :param not_before: the last capture of the version before: the change to this one happened after it, and not later
        than `first_seen`. None for the first. `before_url` is that capture, `before_archive` has it.
    :param parts: blocks of the text, each with its Markdown where its neighbours have no say in it.
    :param change_class: and the counts after it: of the step to this version; None for the first.
    :param citation: a name that stays (history/timeline/citations.py).
    """

    version_id: int
    policy_id: int
    site: str
    policy_url: str
    version: int
    citation: str
    not_before: str | None
    before_url: str | None
    before_archive: str | None
    first_seen: str
    last_seen: str
    captures: int
    words: int
    language: str
    kind: str
    title: str
    change_class: str | None
    words_added: int | None
    words_removed: int | None
    sections: tuple[str, ...]
    wording: str
    extractor: str
    first: CaptureEvidence
    last: CaptureEvidence
    parts: tuple[tuple[Block, str | None], ...]

    @property
    def blocks(self) -> tuple[Block, ...]:
        return tuple(block for block, _alone in self.parts)

    @property
    def text(self) -> str:
        """The text as Markdown, as `policylapse show` prints it."""
        return join_markdown(self.parts)


# The fields of a table, in order: name, type (text, number, texts), what it is. `_row` gives them.
COLUMNS: tuple[tuple[str, str, str], ...] = (
    ("site", "text", "what the user named, or the URL's registrable domain"),
    ("policy_url", "text", "the URL by which the policy is known"),
    ("version", "number", "1 is the oldest; shifts when captures come late"),
    ("citation", "text", "a name that stays: site, day first seen, wording"),
    (
        "not_before",
        "text",
        "the change to it happened after this (last capture of the version before); empty for the first",
    ),
    ("before_archive", "text", "that has the last capture of the version before"),
    ("before_archive_url", "text", "the captured bytes of the last capture of the version before"),
    ("before_replay_url", "text", "the archive's page of it, for people"),
    ("first_seen", "text", "and not later than this"),
    ("last_seen", "text", "its last capture"),
    ("captures", "number", "how many show it"),
    ("words", "number", "of its text"),
    ("language", "text", "code of its language"),
    ("kind", "text", "privacy, terms, cookies, imprint, guidelines, other"),
    ("title", "text", "of the page"),
    (
        "change_class",
        "text",
        "substantive, minor, dates, moved, replaced, return, language, unsure; empty for the first",
    ),
    ("words_added", "number", "by the change to it"),
    ("words_removed", "number", "by the change to it"),
    ("sections", "texts", "headings under which words came or went"),
    ("wording", "text", "key of its word sequence"),
    ("extractor", "text", "library versions and options that read the text"),
    ("archive", "text", "that its first capture is in"),
    ("archive_url", "text", "the captured bytes of its first capture (`id_`), for digests"),
    ("replay_url", "text", "the archive's page of it, for people, with banner and date"),
    ("url", "text", "of its first capture, on the original site"),
    ("timestamp", "text", "of its first capture, in the archive's index"),
    ("cdx_digest", "text", "of its first capture, in the archive's index (SHA-1, base32)"),
    (
        "digest_verdict",
        "text",
        "the bytes against that digest: match, mismatch, not checkable, same digest; git object: a collection's, proven by git; copy: somebody else's copy, no digest claimed",
    ),
    ("payload_sha256", "text", "of the page's bytes, content codings undone"),
    ("http_status", "number", "of its first capture"),
    ("drift_seconds", "number", "the date played back, against the date of the index"),
    ("last_archive", "text", "that its last capture is in"),
    ("last_archive_url", "text", "the captured bytes of its last capture"),
    ("last_replay_url", "text", "the archive's page of it, for people"),
    ("last_timestamp", "text", "of its last capture, in the archive's index"),
    ("last_cdx_digest", "text", "of its last capture, in the archive's index"),
    ("last_payload_sha256", "text", "of its last capture's bytes"),
    ("text_sha256", "text", "of the text below, in UTF-8"),
    ("text", "text", "Markdown"),
)


def row(record: VersionRecord) -> tuple[Any, ...]:
    """Return a record's values in the order of COLUMNS: str, int, tuple of str, or None."""
    text, first, last = record.text, record.first, record.last
    return (
        record.site,
        record.policy_url,
        record.version,
        record.citation,
        record.not_before,
        record.before_archive,
        *link_data(record.before_url).values(),
        record.first_seen,
        record.last_seen,
        record.captures,
        record.words,
        record.language,
        record.kind,
        record.title,
        record.change_class,
        record.words_added,
        record.words_removed,
        record.sections,
        record.wording,
        record.extractor,
        first.archive,
        *link_data(first.archive_url).values(),
        first.url,
        first.timestamp,
        first.cdx_digest,
        first.digest_verdict,
        first.payload_sha256,
        first.http_status,
        first.drift_seconds,
        last.archive,
        *link_data(last.archive_url).values(),
        last.timestamp,
        last.cdx_digest,
        last.payload_sha256,
        hashlib.sha256(text.encode()).hexdigest(),
        text,
    )


_EVIDENCE = (
    "{0}.archive, {0}.citation_url, {0}.original, {0}.timestamp, "
    "CASE WHEN {0}.drift_seconds <> 0 THEN {0}.memento_at ELSE {0}.captured_at END, {0}.digest, {0}.digest_verdict, "
    "(SELECT y.payload_digest FROM payloads y WHERE y.id = {0}.payload_id), {0}.http_status, {0}.drift_seconds"
)
_EVIDENCE_LENGTH = 10
# No LEFT JOIN to the views `captures` and `extractions`: SQLite would build all of such a view for each policy (3.40).
_VERSIONS = f"""
SELECT v.id, v.policy_id, p.policy_url, v.version, v.previous_last_seen, v.first_seen, v.last_seen, v.captures, t.words,
  t.language, e.kind, e.title, c.change_class, c.words_added, c.words_removed, c.sections, v.wording, x.extractor,
  v.text_id, (SELECT b.citation_url FROM captures b WHERE b.id = o.last_capture_id),
  (SELECT b.archive FROM captures b WHERE b.id = o.last_capture_id), {_EVIDENCE.format("fc")}, {_EVIDENCE.format("lc")}
FROM versions v
JOIN policies p ON p.id = v.policy_id AND p.extractor_id = v.extractor_id
JOIN extractors x ON x.id = v.extractor_id
JOIN texts t ON t.id = v.text_id
JOIN captures fc ON fc.id = v.first_capture_id
JOIN captures lc ON lc.id = v.last_capture_id
LEFT JOIN versions o ON o.policy_id = v.policy_id AND o.extractor_id = v.extractor_id AND o.version = v.version - 1
LEFT JOIN extraction_rows r ON r.payload_id = fc.payload_id AND r.extractor_id = v.extractor_id
LEFT JOIN findings e ON e.id = r.finding_id
LEFT JOIN changes c ON c.to_version_id = v.id
"""


class Records:
    """Reads records of some policies out of one database; blocks that neighbours share are read once.

    :param policies: whose versions may be asked for.
    """

    def __init__(self, db: sqlite3.Connection, policies: Sequence[PolicyRow]) -> None:
        self._db = db
        self._policies = {policy.policy_id: policy for policy in policies}
        self._parts: dict[int, tuple[Block, str | None]] = {}
        self._cached = 0

    def of_policy(self, policy: PolicyRow) -> Iterator[VersionRecord]:
        """Yield a policy's versions, oldest first."""
        for found in self._db.execute(f"{_VERSIONS} WHERE v.policy_id = ? ORDER BY v.version", [policy.policy_id]):
            yield self._record(found)

    def of_version(self, version_id: int, *, text: bool = True) -> VersionRecord:
        """Return one version, without its text where that is not asked for.

        :raises LookupError: there is none of this id.
        """
        found = self._db.execute(f"{_VERSIONS} WHERE v.id = ?", [version_id]).fetchone()
        if found is None:
            raise LookupError(version_id)
        return self._record(found, text=text)

    def _record(self, found: sqlite3.Row, *, text: bool = True) -> VersionRecord:
        (
            version_id,
            policy_id,
            policy_url,
            version,
            not_before,
            first_seen,
            last_seen,
            captures,
            words,
            language,
            kind,
            title,
            change_class,
            added,
            removed,
            sections,
            wording,
            extractor,
            text_id,
            before_url,
            before_archive,
            *evidence,
        ) = found
        policy = self._policies[policy_id]
        return VersionRecord(
            version_id,
            policy_id,
            policy.site,
            policy_url,
            version,
            cite(policy.cited, first_seen, wording),
            not_before,
            before_url,
            before_archive,
            first_seen,
            last_seen,
            captures,
            words,
            language,
            kind or "",
            title or "",
            change_class,
            added,
            removed,
            tuple(json.loads(sections)) if sections else (),
            wording,
            extractor,
            CaptureEvidence(*evidence[:_EVIDENCE_LENGTH]),
            CaptureEvidence(*evidence[_EVIDENCE_LENGTH:]),
            self._text(text_id) if text else (),
        )

    def _text(self, text_id: int) -> tuple[tuple[Block, str | None], ...]:
        ids = self._db.execute("SELECT block_id FROM text_blocks WHERE text_id = ? ORDER BY position", [text_id])
        known = self._parts
        return tuple([known.get(block_id) or self._part(block_id) for (block_id,) in ids])

    def _part(self, block_id: int) -> tuple[Block, str | None]:
        kind, level, markdown = self._db.execute(
            "SELECT kind, level, markdown FROM blocks WHERE id = ?", [block_id]
        ).fetchone()
        self._cached += 2 * len(markdown) + 200
        if self._cached > _CACHED:
            self._parts.clear()
            self._cached = 0
        block = Block(BlockKind(kind), level, markdown)
        part = self._parts[block_id] = block, render_alone(block)
        return part


def read_records(db: sqlite3.Connection, policies: Sequence[PolicyRow]) -> Iterator[VersionRecord]:
    """Yield every version of the policies, in their order, oldest first."""
    records = Records(db, policies)
    for policy in policies:
        yield from records.of_policy(policy)
