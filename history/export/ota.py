"""Every version as a file, in the layout of Open Terms Archive's datasets, with the metadata that theirs lack.

lumenkart.example/Privacy Policy/2018-05-25T10-30-00Z.md      service / type of terms / first capture; of a policy that
                                                              was crawled by a declaration, its service and type
metadata.jsonl                                                a line a file: bracket, archive URLs, digests, class of change
README.md, manifest.json

Their layout: OpenTermsArchive/engine, scripts/dataset; names of types: OpenTermsArchive/terms-types.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from crawler.targets.declarations import declared_as
from history.export.formats import Job
from history.export.writing.files import Folder
from history.export.writing.manifest import Done
from history.export.writing.records import COLUMNS, Records, VersionRecord, row
from history.names import policy_names, safe_name, service_name, site_name
from history.sites import PolicyRow
from pipelines.model import DocumentKind

# A document whose kind was not told was crawled as a privacy policy.
_TYPES: Mapping[str, str] = {
    "": "Privacy Policy",
    DocumentKind.PRIVACY: "Privacy Policy",
    DocumentKind.TERMS: "Terms of Service",
    DocumentKind.COOKIES: "Trackers Policy",
    DocumentKind.IMPRINT: "Imprint",
    DocumentKind.GUIDELINES: "Community Guidelines",
    DocumentKind.OTHER: "Other Document",
}
_WITHOUT_TEXT = tuple(name for name, *_ in COLUMNS if name != "text")
_README = """\
# Versions of privacy policies and other terms

Read out of web archives by policylapse. Each file is one wording of one document:

    <service>/<type of terms>/<date of the first capture that shows it>.md

The date says when an archive's robot came by, not when the document changed: a wording came after `not_before` and not
later than `first_seen`, which `metadata.jsonl` gives for every file (a JSON object a line), with:

{fields}

`manifest.json` has the SHA-256 of every file, and what was left out. A type of terms with `#` behind it tells several
documents of one service and type apart. The texts belong to those who wrote them.
"""


def write_ota(job: Job, folder: Folder) -> Done:
    """Write the versions of the policies, their metadata, and a README."""
    counts = {"versions": 0}
    if any(policy.versions for policy in job.policies):
        fields = "\n".join(f"- `{name}`: {about}" for name, _type, about in COLUMNS if name != "text")
        folder.add("README.md", [_README.format(fields=fields).encode()])
        folder.add("metadata.jsonl", _write_versions(job, folder, counts))
    return Done(counts)


def _write_versions(job: Job, folder: Folder, counts: dict[str, int]) -> Iterator[bytes]:
    """Add a file a version; yield its line of the metadata."""
    records, places = Records(job.db, job.policies), terms_folders(job.db, job.policies)
    for policy in job.policies:
        last = ""
        same = 1
        for record in records.of_policy(policy):
            name = file_name(record)
            same = same + 1 if name == last else 1
            last = name
            path = f"{places[policy.policy_id]}/{name}{f'-{same}' if same > 1 else ''}.md"
            values = row(record)
            folder.add(path, [values[-1].encode()])
            counts["versions"] += 1
            yield _metadata(path, values)


def file_name(record: VersionRecord) -> str:
    """Return a version's file, without ending: a date that every file system takes."""
    return safe_name(record.first_seen.replace(":", "-"))


def terms_folders(db: sqlite3.Connection, policies: Sequence[PolicyRow]) -> dict[int, str]:
    """Return each policy's folder: of several of one type, each has its name behind a `#`, as in their snapshots."""
    known = [policy for policy in policies if policy.versions]
    slugs = policy_names(policies)
    folders = {policy.policy_id: _folder(db, policy) for policy in known}
    digests = {
        policy.policy_id: hashlib.sha256(f"{policy.site} {policy.policy_url}".encode()).hexdigest()[:8]
        for policy in known
    }
    for sign, marks in (
        (" #", slugs),
        ("-", digests),
    ):  # no file system may take two for one, and a service may be several sites
        seen = Counter(folder.casefold() for folder in folders.values())
        for policy in known:
            if seen[folders[policy.policy_id].casefold()] > 1:
                folders[policy.policy_id] += sign + marks[policy.policy_id]
    return folders


def _folder(db: sqlite3.Connection, policy: PolicyRow) -> str:
    """Service and type: those of the declaration that the policy was crawled by, else its site and kind."""
    rows = db.execute(
        "SELECT evidence FROM policy_urls WHERE policy_id = ? ORDER BY valid_from IS NULL, valid_from DESC, url",
        [policy.policy_id],
    )
    declared = next((found for row in rows if (found := declared_as(row["evidence"]))), None)
    if declared:
        return "/".join(map(service_name, declared))
    return f"{site_name(policy.site)}/{_terms_type(db, policy)}"


def _terms_type(db: sqlite3.Connection, policy: PolicyRow) -> str:
    """What the newest version was read as."""
    found = db.execute(
        "SELECT e.kind FROM versions v JOIN policies p ON p.id = v.policy_id AND p.extractor_id = v.extractor_id "
        "JOIN captures k ON k.id = v.first_capture_id "
        "JOIN extractions e ON e.payload_id = k.payload_id AND e.extractor_id = v.extractor_id "
        "WHERE p.id = ? ORDER BY v.version DESC LIMIT 1",
        [policy.policy_id],
    ).fetchone()
    return _TYPES.get(found[0] if found else "", _TYPES[DocumentKind.OTHER])


def _metadata(path: str, values: Sequence[Any]) -> bytes:
    data = {"path": path} | dict(zip(_WITHOUT_TEXT, values, strict=False))
    return json.dumps(data, ensure_ascii=False).encode() + b"\n"
