"""Reading index answers (CDX), in the two dialects that archives speak.

    body ──read_wayback / read_pywb──► CdxPage(captures, resume_key)

The rows an archive really gives are not clean: half of a page may be exact repeats, timestamps have month 00,
lengths are "-", originals are `mailto:` links or no URLs at all (recorded, docs/archives.md). A row that can be
told apart from others is kept, with its oddity said; a row that cannot be (fields or timestamp unreadable) is
listed in `CdxPage.broken`. An answer that is no listing raises, it is never "no captures".

An index may answer with other URLs than the one that was asked for: pywb adds captures of URLs that are alike
(`is_fuzzy`), others guess. `about` leaves only what is of the asked URL, and says what else there was.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from crawler.archives.capture import Capture
from crawler.archives.errors import UnexpectedArchiveResponse
from crawler.archives.surt import surt
from crawler.archives.timestamps import parse_timestamp, repair_timestamp

FIELDS = ("urlkey", "timestamp", "original", "mimetype", "statuscode", "digest", "length")
# pywb's name of each CDX field, where it differs (pywb/warcserver/index/cdxobject.py).
PYWB_FIELDS = {"original": "url", "mimetype": "mime", "statuscode": "status"}
NO_CAPTURES: Final = "no captures found"  # how Common Crawl's index begins its message, with HTTP 404


@dataclass(frozen=True, slots=True)
class CdxPage:
    """One answer of an index.

    :param captures: its rows, exact repeats dropped, in the order given.
    :param resume_key: opaque key of the next page, "" on the last.
    :param broken: rows that are none, as given, for the record.
    """

    captures: tuple[Capture, ...] = ()
    resume_key: str = ""
    broken: tuple[str, ...] = field(default=())


def about(page: CdxPage, url: str, *, domain: bool = False) -> CdxPage:
    """Return a page with only the captures of the URL that was asked for (of one SURT with it).

    A row whose original is no URL is left: it is told apart later, and never played back.

    :param domain: any URL of this URL's host and of the hosts below it was asked for.
    :raises UnexpectedArchiveResponse: all rows are another URL's.
    """
    wanted = surt(url)
    host = wanted.split(")", 1)[0]
    captures = tuple(c for c in page.captures if _is_about(c.original, wanted, host if domain else ""))
    if len(captures) == len(page.captures):
        return page
    kept = frozenset(captures)
    others = tuple(f"not of this URL: {c.timestamp} {c.original}"[:1000] for c in page.captures if c not in kept)
    if not captures:
        raise UnexpectedArchiveResponse(f"the index answered with captures of another URL: {others[0][17:217]!r}")
    return replace(page, captures=captures, broken=page.broken + others)


def _is_about(original: str, wanted: str, host: str) -> bool:
    if not original.lower().startswith(("http://", "https://")):
        return True
    try:
        key = surt(original)
    except ValueError:
        return False
    return key.startswith((f"{host})", f"{host},")) if host else key == wanted


def make_capture(fields: Mapping[str, str]) -> Capture:
    """Return the capture of one row's seven fields; ValueError where its date cannot be read.

    waybackpy's CDXSnapshot reads the row; it raises on the real broken timestamps, which are repaired here.
    """
    from waybackpy.cdx_snapshot import CDXSnapshot  # noqa: PLC0415 - it loads requests, which takes 0.2 s

    snapshot_fields, oddities = dict(fields), []
    try:
        captured_at = parse_timestamp(fields["timestamp"])
    except ValueError:
        captured_at = repair_timestamp(fields["timestamp"])
        oddities.append(f"broken timestamp, read as {captured_at:%Y-%m-%d %H:%M}")
        snapshot_fields["timestamp"] = f"{captured_at:%Y%m%d%H%M%S}"
    row = CDXSnapshot(snapshot_fields)
    if not row.original.lower().startswith(("http://", "https://")) or "://mailto:" in row.original:
        oddities.append("original is no URL of a page")
    if not row.length.isdigit():
        oddities.append("no record length")
    return Capture(
        urlkey=row.urlkey,
        timestamp=fields["timestamp"],
        original=row.original,
        mimetype=row.mimetype,
        statuscode=row.statuscode,
        digest=row.digest,
        length=row.length,
        captured_at=captured_at,
        oddity="; ".join(oddities),
    )


def read_wayback(body: bytes) -> CdxPage:
    """Read the Wayback dialect: seven fields a line, a blank line and the resume key behind the last row."""
    text = _decode(body)
    if text.lstrip().startswith("["):
        return _read_json_rows(text)
    lines = text.split("\n")
    resume_key = ""
    if len(lines) > 2 and not lines[-3].strip() and lines[-2].strip() and " " not in lines[-2]:
        lines, resume_key = lines[:-3], lines[-2].strip()
    elif len(lines) > 1 and not lines[-2].strip() and lines[-1].strip() and " " not in lines[-1]:
        lines, resume_key = lines[:-2], lines[-1].strip()
    return read_page((line.split(" ") for line in lines if line.strip()), resume_key)


def _read_json_rows(text: str) -> CdxPage:
    try:
        rows = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UnexpectedArchiveResponse(f"the index answered JSON that does not parse: {error}") from None
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise UnexpectedArchiveResponse("the index answered JSON that is no table")
    resume_key = ""
    if len(rows) > 1 and rows[-2] == [] and len(rows[-1]) == 1:
        rows, resume_key = rows[:-2], str(rows[-1][0])
    if rows and tuple(rows[0][: len(FIELDS)]) == FIELDS:
        rows = rows[1:]
    return read_page(([_text(value) for value in row] for row in rows), resume_key)


def read_pywb(body: bytes) -> CdxPage:
    """Read the pywb dialect: one JSON object a line, fields under pywb's names."""
    return read_page([pywb_fields(row) for row in json_rows(body)])


def json_rows(body: bytes) -> Iterator[Mapping[str, Any]]:
    """Yield the rows of an answer in the pywb dialect, without those that only resemble the asked URL."""
    for line in _decode(body).split("\n"):  # not splitlines: U+2028 may stand in a URL
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise UnexpectedArchiveResponse(f"the index answered a line that is no JSON: {error}") from None
        if isinstance(row, dict) and str(row.get("message", "")).lower().startswith(NO_CAPTURES):
            continue
        if not isinstance(row, dict) or "message" in row:
            raise UnexpectedArchiveResponse(f"the index answered: {str(row)[:200]}")
        if not _is_fuzzy(row):
            yield row


def says_no_captures(body: bytes) -> bool:
    """Tell whether an index says, in the words of Common Crawl's, that it has nothing: no other 404 says so."""
    try:
        return not read_pywb(body).captures and NO_CAPTURES in body.decode("utf-8", "replace").lower()
    except UnexpectedArchiveResponse:
        return False


def _is_fuzzy(row: Mapping[str, Any]) -> bool:
    """Tell whether pywb found a row by a likeness of its URL to the asked one (pywb/warcserver/index/fuzzymatcher.py)."""
    return str(row.get("is_fuzzy", "")).lower() in ("1", "true")


def pywb_fields(row: Mapping[str, Any]) -> list[str]:
    """Return the seven CDX fields of a row in the pywb dialect."""
    return [_text(row.get(PYWB_FIELDS.get(name, name), "-")) for name in FIELDS]


def _text(value: object) -> str:
    """A JSON value as text; JSON may escape halves of characters, which no database takes."""
    return str(value).encode("utf-8", "replace").decode()


def _decode(body: bytes) -> str:
    text = body.decode("utf-8", "replace")
    if text.lstrip()[:1] == "<":
        raise UnexpectedArchiveResponse("the index answered with a web page instead of a listing")
    return text


def read_page(rows: Iterable[list[str]], resume_key: str = "") -> CdxPage:
    """Return the page of rows of seven fields; UnexpectedArchiveResponse where not one of them is a row."""
    broken: list[str] = []
    captures = tuple(dict.fromkeys(_captures(rows, broken)))
    if broken and not captures:
        raise UnexpectedArchiveResponse(f"the index answered no rows but {' '.join(broken[0].split())[:200]!r}")
    if resume_key and not captures:
        raise UnexpectedArchiveResponse(f"the index answered no rows but {resume_key[:200]!r}")
    return CdxPage(captures, resume_key, tuple(broken))


def _captures(rows: Iterable[list[str]], broken: list[str]) -> Iterator[Capture]:
    for row in rows:
        try:
            yield make_capture(dict(zip(FIELDS, row, strict=True)))
        except ValueError:
            broken.append(" ".join(row)[:1000])
