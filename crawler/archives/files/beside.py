"""The index beside WARC files (CDXJ): which records they hold, so that opening an archive does not read it through.

    records ──write_index──► sample.cdxj ──read_indexes──► the same records, or None: the files are read through

A row holds the fields that pywb's indexer writes, then ours where they are not the usual ones: a record's place within
its block, what a revisit refers to.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from crawler.archives.capture import Capture
from crawler.archives.files.records import Place
from crawler.archives.files.revisits import Record, Refers
from crawler.archives.timestamps import parse_timestamp


def write_index(records: Iterable[Record], out: Path) -> int:
    """Write the CDXJ index of an archive's files, as pywb reads it too; return the number of rows."""
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


def read_indexes(root: Path, files: list[Path]) -> list[Record] | None:
    """Return the records of the indexes beside the files, None unless they cover every file and are no older."""
    if not root.is_dir():
        return None
    by_name = {path.name: path for path in files}
    try:
        indexed = [_indexed(line, by_name) for index in sorted(root.glob("*.cdxj")) for line in _lines(index)]
    except (ValueError, KeyError, TypeError):  # no index of ours: the files are read through
        return None
    covered = {record.path.name for record in indexed if record is not None}
    return [r for r in indexed if r is not None] if covered == set(by_name) and None not in indexed else None


def _lines(index: Path) -> list[str]:
    return [line for line in index.read_text(encoding="utf-8").split("\n") if line]


def _indexed(line: str, by_name: dict[str, Path]) -> Record | None:
    urlkey, timestamp, fields = line.split(" ", 2)
    row = json.loads(fields)
    path = by_name.get(row["filename"])
    if path is None or int(row["offset"]) + int(row["length"]) > path.stat().st_size:
        return None
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
    place = Place(int(row["offset"]), row.get("position", 0), int(row["length"]), row.get("block"))
    refers = Refers(
        row.get("refers-to-url", ""), row.get("refers-to-date", ""), not_modified=row.get("not-modified", False)
    )
    return Record(capture, path, place, refers)
