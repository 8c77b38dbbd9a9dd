"""Versions as tables of text: a JSON object or a row of a CSV each, with the columns of version_table.py.

CSV is UTF-8 as in RFC 4180. A value of a page that a spreadsheet would take for a formula gets an apostrophe in front
(OWASP, "CSV Injection"): whoever needs every character takes jsonl.
"""

from __future__ import annotations

import json
from typing import IO, Any

from history.export.formats import Job
from history.export.version_table import fields, rows
from history.export.writing.manifest import Done

_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # https://owasp.org/www-community/attacks/CSV_Injection


def write_jsonl(job: Job, stream: IO[bytes]) -> Done:
    """Write a JSON object a version."""
    encode = json.JSONEncoder(ensure_ascii=False).encode
    names = [field.name for field in fields(job)]
    count = 0
    for values in rows(job):
        stream.write(encode(dict(zip(names, values, strict=True))).encode() + b"\n")
        count += 1
    return Done({"versions": count})


def write_csv(job: Job, stream: IO[bytes]) -> Done:
    """Write a row a version, below a row of names."""
    stream.write(f"{','.join(field.name for field in fields(job))}\r\n".encode())
    count = 0
    for values in rows(job):
        stream.write(f"{','.join(map(cell, values))}\r\n".encode())
        count += 1
    return Done({"versions": count})


def cell(value: Any) -> str:
    r"""Return a value as a CSV has it: None as nothing, text between quotes, several as JSON, no formula.

    >>> cell('=cmd("x")'), cell(-3), cell(0.5), cell(None), cell(("A", "B"))
    ('"\'=cmd(""x"")"', '-3', '0.5', '', '"[""A"", ""B""]"')
    """
    if value is None:
        return ""
    if isinstance(value, (int, float)):
        return str(value)
    text = json.dumps(value, ensure_ascii=False) if isinstance(value, tuple) else str(value)
    text = f"'{text}" if text.startswith(_FORMULA) else text
    return '"' + text.replace('"', '""') + '"'  # csv.writer takes ten times as long for a long text
