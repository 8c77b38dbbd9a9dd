"""A git repository of all versions: `git log -p`, `git blame` and every other tool for histories work on it.

versions, in the order of their first captures over all sites ──► a commit each, dated at that capture
    example.com/privacy.md      one file a policy; Markdown, a sentence a line, so that blame and diff tell sentences
    Captured-At: …  Bracket: …  the evidence, as trailers (`git log --format='%(trailers)'`)

The same database gives the same commit ids. Exported again, a repository keeps what is its own (other branches, remotes,
tags); commits that did not change keep their ids, so that `git fetch` brings only what is new.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from crawler.archives.memento import replay_url
from crawler.archives.timestamps import parse_iso
from history.export.formats import Job
from history.export.writing.git_repository import BRANCH, Repository
from history.export.writing.manifest import Done
from history.export.writing.records import Records, VersionRecord
from history.names import policy_names, site_name
from pipelines.model import Block, BlockKind
from pipelines.text.markdown import join_markdown, render_alone
from pipelines.text.sentences import sentences

_COMMITTER = "policylapse <>"
# Of what reads as sentences; the rest is a line anyway.
_PROSE = frozenset({BlockKind.PARAGRAPH, BlockKind.ITEM, BlockKind.NUMBERED, BlockKind.DEFINITION, BlockKind.QUOTE})
_SPACE = re.compile(r"(?<=\S)[^\S\n]+\Z")  # none behind a wide stop, where a break would be a space too many
_NO_IDENTITY = re.compile(r"[<>\x00-\x1f\x7f]+")
_LINE_BREAKS = re.compile(r"[\s\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_IN_ORDER = """
SELECT v.id FROM versions v JOIN policies p ON p.id = v.policy_id AND p.extractor_id = v.extractor_id
JOIN sites s ON s.id = p.site_id WHERE p.id IN (SELECT value FROM json_each(?))
ORDER BY v.first_seen, s.site, p.policy_url, v.version
"""


def write_git(job: Job, out: Path) -> Done:
    """Write all versions of the policies into a repository, made where there is none.

    :raises ConfigError: there is no git, or the place holds something else, or changes of somebody else's.
    :raises StoreError: git failed.
    """
    counts = {"commits": sum(policy.versions for policy in job.policies), "files": 0}
    counts["files"] = sum(1 for policy in job.policies if policy.versions)
    if not counts["commits"]:
        return Done({})
    with Repository(out) as repository:
        repository.take(_stream(job))
        head = repository.publish()
    return Done(counts, details={"branch": BRANCH, "head": head})


def _stream(job: Job) -> Iterator[bytes]:
    """What `git fast-import` reads: texts first, those of a policy after each other, since git keeps what they share;
    then commits, that refer to them by the version's id.
    """
    records = Records(job.db, job.policies)
    yield f"feature done\nreset {Repository.NEXT}\n\n".encode()
    for policy in job.policies:
        for record in records.of_policy(policy):
            yield b"blob\nmark :%d\n%s" % (record.version_id, _data(document(record).encode()))
    slugs = policy_names(job.policies)
    for version_id in _order(job):
        record = records.of_version(version_id, text=False)
        path = f"{site_name(record.site)}/{slugs[record.policy_id]}.md"
        yield commit(record, path)
    yield b"done\n"


def _order(job: Job) -> Iterator[int]:
    ids = "[" + ",".join(str(policy.policy_id) for policy in job.policies) + "]"
    found: sqlite3.Cursor = job.db.execute(_IN_ORDER, [ids])
    for (version_id,) in found:
        yield version_id


def document(record: VersionRecord) -> str:
    """Return a version's text as Markdown with a sentence a line: it reads the same."""
    return join_markdown(
        _by_sentence(block) if block.kind in _PROSE else (block, alone) for block, alone in record.parts
    )


@lru_cache(maxsize=2048)  # the next version has nearly all of them again
def _by_sentence(block: Block) -> tuple[Block, str | None]:
    cut = replace(block, markdown=_sentences(block.markdown))
    return cut, render_alone(cut)


def _sentences(markdown: str) -> str:
    r"""Text with a line break for the white space behind each sentence.

    >>> _sentences("We keep data. It is yours, i.e. not ours.")
    'We keep data.\nIt is yours, i.e. not ours.'
    """
    *before, last = [one.text for one in sentences(markdown)] or [markdown]
    return "".join(_SPACE.sub("\n", text) for text in before) + last


def commit(record: VersionRecord, path: str) -> bytes:
    """Return the command that makes a version's commit; its text has the mark of the version's id."""
    when = f"{max(int(parse_iso(record.first_seen).timestamp()), 0)} +0000"  # git knows no dates before 1970
    author = f"{_NO_IDENTITY.sub(' ', record.site).strip() or 'unknown'} <>"
    return (
        f"commit {Repository.NEXT}\nauthor {author} {when}\ncommitter {_COMMITTER} {when}\n".encode()
        + _data(message(record).encode())
        + f"M 100644 :{record.version_id} {path}\n\n".encode()
    )


def message(record: VersionRecord) -> str:
    """Return a commit's message: what changed between when and when, and the evidence as trailers."""
    before = record.not_before or ""
    if record.change_class is None:
        subject, body = "first known version", "What stood there before is not known."
    else:
        subject = f"{record.change_class}, +{record.words_added} -{record.words_removed} words"
        body = f"Changed after {before} and not later than {record.first_seen}."
    if record.sections:
        body += "\n\nSections:\n" + "\n".join(f"- {_one_line(name)}" for name in record.sections)
    trailers = "".join(f"{name}: {_one_line(value)}\n" for name, value in _trailers(record).items() if value)
    return f"{_one_line(record.site)}: version {record.version}, {subject}\n\n{body}\n\n{trailers}"


def _trailers(record: VersionRecord) -> Mapping[str, str]:
    first = record.first  # of what grows with every crawl there is nothing: ids would not stay
    return {
        "Policy-Url": record.policy_url,
        "Citation": record.citation,
        "Captured-At": record.first_seen,
        "Bracket": f"{record.not_before or '..'}/{record.first_seen}",  # an interval as in ISO 8601
        "Change-Class": record.change_class or "",
        "Wording": record.wording,
        "Language": record.language,
        "Title": record.title,
        "Archive": first.archive,
        "Archive-Url": first.archive_url,  # of the bytes; of the page for people: Replay-Url
        "Replay-Url": replay_url(first.archive_url),
        "Before-Archive": record.before_archive or "",
        "Before-Archive-Url": record.before_url or "",
        "Before-Replay-Url": replay_url(record.before_url or ""),
        "Captured-Url": first.url,
        "CDX-Timestamp": first.timestamp,
        "CDX-Digest": first.cdx_digest,
        "CDX-Digest-Verdict": first.digest_verdict or "",
        "Payload-SHA256": first.payload_sha256 or "",
        "Extractor": record.extractor,
    }


def _one_line(text: str) -> str:
    return _LINE_BREAKS.sub(" ", text).strip()


def _data(content: bytes) -> bytes:
    return b"data %d\n%s\n" % (len(content), content)
