"""Every form that `policylapse export` writes, and the one way in which all are written.

run_export(FORMATS["jsonl"], Job(db, policies, out, …)) ──► Exported(manifest, its path)

A form is a file, a folder or a repository. Its exporter gets a stream, a folder to add files to, or a path, and says
what it wrote; files appear whole, the manifest last, and all is read in one snapshot of the database.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from importlib import import_module
from pathlib import Path
from typing import Any

from crawler.archives.errors import ConfigError, NotFound
from history.export.writing.files import check_name, compressed, describe, whole_file
from history.export.writing.manifest import Done, ListedFolder, beside, manifest_head, write_beside
from history.sites import PolicyRow

# Exporter, by what it writes: (Job, IO[bytes]) | (Job, Folder) | (Job, Path) ──► Done
Exporter = Callable[["Job", Any], Done]


class Shape(StrEnum):
    FILE = "file"
    FOLDER = "folder"
    REPOSITORY = "repository"


@dataclass(frozen=True, slots=True)
class Format:
    """One form.

    :param about: for a person, one line.
    :param exporter: `module:function` under history.export, or a whole module's name, loaded when it is asked for: some need libraries that
        nothing else does.
    :param then: what a person does next with it; OUT is its path.
    :param endings: that a file's name may have.
    :param one: it is of one policy, and of the version or change that is named.
    :param table: it is a table of versions (version_table.py), with the same columns as the others.
    """

    name: str
    shape: Shape
    about: str
    exporter: str
    then: str
    endings: tuple[str, ...] = ()
    one: bool = False
    table: bool = False

    def load(self) -> Exporter:
        module, _, function = self.exporter.partition(":")
        found: Exporter = getattr(import_module(module if "." in module else f"history.export.{module}"), function)
        return found


@dataclass(frozen=True, slots=True)
class Job:
    """What is to be exported.

    :param db: of history.database.open_database.
    :param policies: by site, then as they were added.
    :param program: name and version, "policylapse/1.2".
    :param with_text: of a table: with the column `text`, the last one. :param with_metrics: of a table: with the columns
        of numbers that are counted in each text.
    :param version, change: of a bundle: number, "first", "latest", or a citation; "" where not asked for.
    """

    db: sqlite3.Connection
    policies: Sequence[PolicyRow]
    out: Path
    program: str
    version: str = ""
    change: str = ""
    with_text: bool = True
    with_metrics: bool = False


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written: the manifest without its files, and where it stands."""

    manifest: Mapping[str, Any]
    manifest_path: Path


FORMATS: Mapping[str, Format] = {
    form.name: form
    for form in (
        Format(
            "corpus",
            Shape.FOLDER,
            "newest texts, in the layout of the Princeton-Leuven corpus",
            "corpus:write_corpus",
            "grep -rl 'third parties' OUT --include='*.md'",
        ),
        Format("git", Shape.REPOSITORY, "a repository, one commit a version", "git:write_git", "git -C OUT log --stat"),
        Format(
            "ota",
            Shape.FOLDER,
            "every version, in the layout of Open Terms Archive's datasets",
            "ota:write_ota",
            "read OUT/README.md",
        ),
        Format(
            "jsonl",
            Shape.FILE,
            "every version with text and evidence, one JSON object a line",
            "tables:write_jsonl",
            "read OUT with pandas, DuckDB or jq",
            (".jsonl", ".jsonl.gz"),
            table=True,
        ),
        Format(
            "csv",
            Shape.FILE,
            "the same as a table",
            "tables:write_csv",
            "open OUT with pandas, DuckDB or a spreadsheet",
            (".csv", ".csv.gz"),
            table=True,
        ),
        Format(
            "parquet",
            Shape.FILE,
            "the same for pandas, DuckDB, Spark; needs pyarrow",
            "parquet:write_parquet",
            "read OUT with pandas, DuckDB or Spark",
            (".parquet",),
            table=True,
        ),
        Format(
            "edits",
            Shape.FILE,
            "every sentence that was edited, added or removed, one JSON object a line",
            "edits:write_edits",
            "read OUT with pandas, DuckDB or jq",
            (".jsonl", ".jsonl.gz"),
        ),
        Format(
            "warc",
            Shape.FILE,
            "what was fetched, for pywb and other tools",
            "warc:write_warc",
            "warcio check OUT",
            (".warc.gz", ".warc"),
        ),
        Format(
            "timemap",
            Shape.FOLDER,
            "where the captures are: Memento TimeMaps (link format, JSON)",
            "timemap:write_timemaps",
            "read OUT with a Memento client",
        ),
        Format(
            "site",
            Shape.FOLDER,
            "the pages of `policylapse web` as files, for any web host",
            "history.web.static_site:write_site",
            "python3 -m http.server --directory OUT",
        ),
        Format(
            "bundle",
            Shape.FILE,
            "evidence for one change (--change) or version (--version)",
            "bundle:write_bundle",
            "unzip OUT and follow VERIFY.md",
            (".zip",),
            one=True,
        ),
    )
}
TABLES = tuple(sorted(form.name for form in FORMATS.values() if form.table))


def run_export(form: Format, job: Job) -> Exported:
    """Write what the job asks for, and its manifest.

    :raises ConfigError: the place is none for this form, or a library is missing.
    :raises NotFound: there is nothing of it to export.
    :raises StoreError: it cannot be written, or the database is damaged.
    """
    write = form.load()
    with _snapshot(job.db):
        if form.shape is Shape.FOLDER:
            return _folder(form, job, write)
        if form.shape is Shape.FILE:
            check_name(job.out, form.endings)
        return (_file if form.shape is Shape.FILE else _repository)(form, job, write)


@contextmanager
def _snapshot(db: sqlite3.Connection) -> Iterator[None]:
    """Read one state of the database, whatever a crawl writes meanwhile."""
    db.execute("BEGIN")
    try:
        yield
    finally:
        db.rollback()


def _file(form: Format, job: Job, write: Exporter) -> Exported:
    with whole_file(job.out) as stream:
        with compressed(stream, "" if form.name == "warc" else job.out.name) as packed:
            done = write(job, packed)
        head = _head(form, job, done)
        beside(job.out).unlink(missing_ok=True)  # it speaks of another file from now on
    return Exported(head, write_beside(job.out, head, [describe(job.out, job.out.name)]))


def _folder(form: Format, job: Job, write: Exporter) -> Exported:
    if job.out.exists() and not job.out.is_dir():
        raise ConfigError(f"{job.out} is a file: name a folder with --out")
    folder = ListedFolder(job.out)
    try:
        head = _head(form, job, write(job, folder))
    except BaseException:
        folder.close()
        raise
    return Exported(head, folder.finish(head))


def _repository(form: Format, job: Job, write: Exporter) -> Exported:
    head = _head(form, job, write(job, job.out))
    names = sorted(
        path for path in job.out.rglob("*") if path.is_file() and not path.is_symlink() and ".git" not in path.parts
    )
    return Exported(
        head, write_beside(job.out, head, (describe(path, path.relative_to(job.out).as_posix()) for path in names))
    )


def _head(form: Format, job: Job, done: Done) -> Mapping[str, Any]:
    if not any(done.counts.values()):
        raise NotFound(f"nothing to export as {form.name}: `policylapse sites` says what is known of each site")
    return manifest_head(job.db, job.policies, form.name, job.program, done)
