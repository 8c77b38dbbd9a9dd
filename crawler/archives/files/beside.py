"""The index beside WARC files (CDXJ): which records they hold, so that opening an archive does not read it through.

    records ──write_index──► sample.cdxj ──read_indexes──► the same records in a RecordIndex, or the files are read through

A row holds the fields that pywb's indexer writes, then ours where they are not the usual ones: a record's place within
its block, what a revisit refers to.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from crawler.archives.capture import Capture
from crawler.archives.files.record_index import Record, RecordIndex, Refers
from crawler.archives.files.records import Place
from crawler.archives.timestamps import parse_timestamp


def write_index(records: Iterable[Record], out: Path) -> int:
    """Write the CDXJ index of records, as pywb reads it too; return the number of rows."""
    lines = [_cdxj_line(record) for record in records]
    out.write_text("".join(f"{line}\n" for line in sorted(lines)), encoding="utf-8")
    return len(lines)


def _cdxj_line(record: Record) -> str:
    c, place, refers = record.capture, record.place, record.refers
    row: dict[str, Any] = {
        "url": c.original,
        "mime": c.mimetype,
        "status": c.statuscode,
        "digest": c.digest,
        "length": c.length,
        "offset": str(place.offset),
        "filename": record.path.name,
    }
    if refers.url:
        row["refers-to-url"], row["refers-to-date"] = refers.url, refers.date
    ours = {"not-modified": refers.not_modified, "position": place.position, "block": place.block}
    row |= {name: value for name, value in ours.items() if value}
    return f"{c.urlkey} {c.timestamp} {json.dumps(row, ensure_ascii=False)}"


def read_indexes(root: Path, files: Sequence[Path], into: RecordIndex) -> bool:
    """Take in the records of the indexes beside the files; False, and nothing, unless they cover every file and no more."""
    if not root.is_dir():
        return False
    by_name = {path.name: path for path in files}
    covered: set[str] = set()
    try:
        for index in sorted(root.glob("*.cdxj")):
            for record in _records(index, by_name):
                covered.add(record.path.name)
                into.add(record)
        into.flush()
    except (ValueError, KeyError, TypeError, OverflowError, sqlite3.InterfaceError, sqlite3.ProgrammingError):
        covered.clear()  # no index of ours: the files are read through
    if covered != set(by_name):
        into.clear()
        return False
    return True


def _records(index: Path, by_name: Mapping[str, Path]) -> Iterator[Record]:
    with index.open(encoding="utf-8", newline="\n") as lines:
        for line in lines:
            if line.strip("\n"):
                yield _indexed(line.rstrip("\n"), by_name)


def _indexed(line: str, by_name: Mapping[str, Path]) -> Record:
    urlkey, timestamp, fields = line.split(" ", 2)
    row = json.loads(fields)
    path, offset, length = by_name.get(row["filename"]), int(row["offset"]), int(row["length"])
    position, block = int(row.get("position", 0)), None if row.get("block") is None else int(row["block"])
    if path is None or min(offset, position, length, block or 0) < 0 or offset + length > path.stat().st_size:
        raise ValueError("it is of other files")
    capture = Capture(
        urlkey,
        timestamp,
        row["url"],
        row["mime"],
        row["status"],
        row["digest"],
        row["length"],
        parse_timestamp(timestamp),
    )
    place = Place(offset, position, length, block)
    refers = Refers(
        row.get("refers-to-url", ""), row.get("refers-to-date", ""), not_modified=row.get("not-modified", False)
    )
    return Record(capture, path, place, refers)
