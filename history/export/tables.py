"""Versions as tables of text: a JSON object or a row of a CSV each, with the fields of `records.COLUMNS`.

CSV is UTF-8 as in RFC 4180. A value of a page that a spreadsheet would take for a formula gets an apostrophe in front
(OWASP, "CSV Injection"): whoever needs every character takes jsonl.
"""

from __future__ import annotations

import json
from typing import IO, Any

from history.export.formats import Job
from history.export.writing.manifest import Done
from history.export.writing.records import COLUMNS, read_records, row

NAMES = tuple(name for name, _type, _about in COLUMNS)
_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # https://owasp.org/www-community/attacks/CSV_Injection


def columns(job: Job) -> tuple[str, ...]:
    """Return the names of the fields that a job asks for: all, or all but the text, which is the last."""
    return NAMES if job.with_text else NAMES[:-1]


def write_jsonl(job: Job, stream: IO[bytes]) -> Done:
    """Write a JSON object a version."""
    encode = json.JSONEncoder(ensure_ascii=False).encode
    count = 0
    names = columns(job)
    for record in read_records(job.db, job.policies):
        stream.write(encode(dict(zip(names, row(record), strict=False))).encode() + b"\n")
        count += 1
    return Done({"versions": count})


def write_csv(job: Job, stream: IO[bytes]) -> Done:
    """Write a row a version, below a row of names."""
    names = columns(job)
    stream.write(f"{','.join(names)}\r\n".encode())
    count = 0
    for record in read_records(job.db, job.policies):
        stream.write(f"{','.join(map(cell, row(record)[: len(names)]))}\r\n".encode())
        count += 1
    return Done({"versions": count})


def cell(value: Any) -> str:
    r"""Return a value as a CSV has it: None as nothing, text between quotes, several as JSON, no formula.

    >>> cell('=cmd("x")'), cell(-3), cell(None), cell(("A", "B"))
    ('"\'=cmd(""x"")"', '-3', '', '"[""A"", ""B""]"')
    """
    if value is None:
        return ""
    if isinstance(value, int):
        return str(value)
    text = json.dumps(value, ensure_ascii=False) if isinstance(value, tuple) else str(value)
    text = f"'{text}" if text.startswith(_FORMULA) else text
    return '"' + text.replace('"', '""') + '"'  # csv.writer takes ten times as long for a long text
