"""Evidence for one change, or for one version, as a zip that a person can check without this program.

change.json                 what changed between when and when, with all that is known of both captures
before/page.html.txt        the bytes that the archive gave, before/text.md what was read in them, before/headers.json
after/…                     the same of the first capture with the new wording
diff.html, cdx.txt          the difference; both rows of the archive's index
VERIFY.md, SHA256SUMS       how to check all of it with sha256sum, openssl and curl
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import IO, Any

from crawler.archives.capture import sha1_base32
from crawler.archives.dialects import parse_archive
from crawler.archives.errors import ConfigError, NotFound
from crawler.archives.timestamps import parse_timestamp
from history.diff.comparison import read_comparison
from history.diff.html import html_report
from history.export.formats import Job
from history.export.writing.manifest import Done
from history.export.writing.records import COLUMNS, CaptureEvidence, Records, VersionRecord, row
from history.export.writing.verify import Shown, verify_text
from history.export.writing.zipped import Zip
from history.pages import read_payload
from history.sites import PolicyRow
from history.timeline.citations import is_citation, resolve
from history.timeline.selectors import select
from history.timeline.timeline import VersionRow, read_versions

_ROW = (
    "SELECT archive, urlkey, timestamp, original, mimetype, statuscode, digest, length, captured_at, fetched_at, http_status, "
    "headers, redirect_url, memento_url, memento_at, drift_seconds, chain, digest_verdict, citation_url, payload_id "
    "FROM captures WHERE id = ?"
)
_LISTED = 10  # policies that an error names
_CDX = ("urlkey", "timestamp", "original", "mimetype", "statuscode", "digest", "length")
# Who gave the bytes: an unfetched capture of the same digest has those of another.
_SOURCE = (
    "SELECT citation_url, memento_url, fetched_at FROM captures WHERE payload_id = ? AND fetched_at IS NOT NULL "
    "ORDER BY id <> ?, fetched_at, id LIMIT 1"
)


@dataclass(frozen=True, slots=True)
class _Side:
    """One version, by the capture next to the change.

    :param name: its folder in the bundle.
    :param capture: its row of the database. :param source: the capture that the bytes were fetched from, if any.
    """

    name: str
    record: VersionRecord
    capture: Mapping[str, Any]
    source: Mapping[str, Any]
    page: bytes | None

    @property
    def evidence(self) -> CaptureEvidence:
        return self.record.last if self.name == "before" else self.record.first

    @property
    def page_name(self) -> str:
        """The page's file: of a kind that no browser opens, since it would run what the page holds."""
        page = self.page or b""
        ending = "pdf" if b"%PDF-" in page[:1024] else "html.txt" if b"<" in page[:1024] else "txt"
        return f"{self.name}/page.{ending}"


def write_bundle(job: Job, stream: IO[bytes]) -> Done:
    """Write the evidence for the change, or the version, that the job names.

    :raises ConfigError: none or both are named, or several policies. :raises NotFound: there is no such version.
    """
    if bool(job.version) == bool(job.change):
        raise ConfigError("a bundle is of one change or one version: name it with --change N or --version N")
    policy, versions, version = _wanted(job)
    number = version.version
    if job.change and number == 1:
        raise NotFound("version 1 is the first that is known: no change led to it; --version 1 bundles it")
    record = _record(job.db, policy, number)
    sides = [_side(job.db, "version" if job.version else "after", record, "first_capture_id")]
    page = ""
    if job.change:
        sides.insert(0, _side(job.db, "before", _record(job.db, policy, number - 1), "last_capture_id"))
        page = html_report(read_comparison(job.db, policy, versions, versions[number - 2], version, links=True))
    with Zip(stream) as zipped:
        _fill(zipped, sides, page, job)
        details = {
            "site": policy.site,
            "policy_url": policy.policy_url,
            "bundle": [side.record.citation for side in sides],
            "members": [{"path": file.path, "bytes": file.size, "sha256": file.sha256} for file in zipped.files],
        }
    return Done({"versions": len(sides), "pages": sum(side.page is not None for side in sides)}, details=details)


def _wanted(job: Job) -> tuple[PolicyRow, Sequence[VersionRow], VersionRow]:
    """The policy, its versions, and the one meant."""
    text = (job.version or job.change).strip()
    policies = [resolve(job.db, text).policy] if is_citation(text) else [one for one in job.policies if one.versions]
    if len(policies) != 1:
        urls = "".join(f"\n  {policy.policy_url}" for policy in policies[:_LISTED])
        raise ConfigError(f"a bundle is of one policy: name it by its URL, or a version by its citation{urls}")
    versions = read_versions(job.db, policies[0])
    selected = select(job.db, policies[0], versions, text)
    if selected.doubt:
        raise ConfigError(f"{selected.doubt}: name the version that you mean by its number")
    return policies[0], versions, selected.version


def _record(db: sqlite3.Connection, policy: PolicyRow, number: int) -> VersionRecord:
    found = db.execute(
        "SELECT v.id FROM versions v JOIN policies p ON p.id = v.policy_id AND p.extractor_id = v.extractor_id "
        "WHERE p.id = ? AND v.version = ?",
        [policy.policy_id, number],
    ).fetchone()
    return Records(db, [policy]).of_version(found[0])


def _side(db: sqlite3.Connection, name: str, record: VersionRecord, column: str) -> _Side:
    found = db.execute(f"SELECT {column} FROM versions WHERE id = ?", [record.version_id]).fetchone()
    capture = dict(db.execute(_ROW, [found[0]]).fetchone())
    payload_id = capture.pop("payload_id")
    page = None if payload_id is None else read_payload(db, payload_id, capture["citation_url"])
    source = db.execute(_SOURCE, [payload_id, found[0]]).fetchone()
    return _Side(name, record, capture, dict(source) if source else {}, page)


def _fill(zipped: Zip, sides: Sequence[_Side], page: str, job: Job) -> None:
    zipped.add("change.json" if job.change else "version.json", _json(_facts(sides, job)))
    for side in sides:
        if side.page is not None:
            zipped.add(side.page_name, side.page)
        zipped.add(f"{side.name}/text.md", side.record.text.encode())
        zipped.add(f"{side.name}/headers.json", _json(json.loads(side.capture["headers"] or "{}")))
    if job.change:
        zipped.add("diff.html", page.encode())
    rows = dict.fromkeys(" ".join(str(side.capture[name]) for name in _CDX) for side in sides)
    zipped.add("cdx.txt", "".join(f"{' '.join(line.split())}\n" for line in rows).encode())
    zipped.add("VERIFY.md", verify_text([_shown(side) for side in sides], job.program).encode())
    sums = "".join(f"{file.sha256}  {file.path}\n" for file in zipped.files)
    zipped.add("SHA256SUMS", sums.encode())


def _facts(sides: Sequence[_Side], job: Job) -> dict[str, Any]:
    """All that is known of the change, with nothing that this program alone can read."""
    new = sides[-1].record
    change = {
        "site": new.site,
        "policy_url": new.policy_url,
        "not_before": new.not_before,
        "not_after": new.first_seen,
        "change_class": new.change_class,
        "words_added": new.words_added,
        "words_removed": new.words_removed,
        "sections": new.sections,
    }
    return {"program": job.program} | (change if job.change else {}) | {side.name: _side_facts(side) for side in sides}


def _side_facts(side: _Side) -> dict[str, Any]:
    values = dict(zip((name for name, *_ in COLUMNS), row(side.record), strict=True))
    text = values.pop("text_sha256")
    own = (
        "version",
        "citation",
        "first_seen",
        "last_seen",
        "captures",
        "words",
        "language",
        "kind",
        "title",
        "wording",
        "extractor",
    )
    capture = {name: value for name, value in side.capture.items() if name not in ("headers", "chain")}
    return {
        **{name: values[name] for name in own},
        "text": {"file": f"{side.name}/text.md", "sha256": text},
        "page": None
        if side.page is None
        else {"file": side.page_name, "bytes": len(side.page), "sha256": side.evidence.payload_sha256},
        "capture": capture | {"chain": json.loads(side.capture["chain"] or "[]")},
        "fetched_from": dict(side.source),
    }


def _shown(side: _Side) -> Shown:
    return Shown(
        side.name,
        None if side.page is None else side.page_name,
        side.evidence,
        side.source.get("memento_url") or side.evidence.archive_url,
        _index_url(side),
        sha1_base32(side.page or b"") == side.evidence.cdx_digest.removeprefix("sha1:"),
    )


def _index_url(side: _Side) -> str:
    """The request to the archive's index that gives the capture's row; "" for an archive that is no server."""
    with suppress(ConfigError, ValueError):
        archive = parse_archive(side.capture["archive"])
        if archive.root is None:
            at = parse_timestamp(side.capture["timestamp"])
            return archive.listing_url(side.capture["original"], since=at, until=at)
    return ""


def _json(data: Any) -> bytes:
    return json.dumps(data, ensure_ascii=False, indent=2).encode() + b"\n"
