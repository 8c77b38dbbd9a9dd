"""Lists of sites, as people have them: one site or URL a line, CSV, rankings such as Tranco's, or all of these mixed.

    read_list(file) ──► NamedLine(where, site, url) or BadLine(where, reason), one after the other

Nothing is kept of a list but the line that is read, so that a list may have millions.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from crawler.archives.errors import ConfigError

# The first line is a header where a cell is one of these: our own, Radar's and Majestic's (domain), CrUX's (origin).
_URL_COLUMNS, _SITE_COLUMNS = ("url",), ("site", "domain", "origin", "host", "hostname", "website")
_DELIMITERS = (",", ";", "\t")
_COMMENT = re.compile(r"(^|\s)#.*")  # a # inside a URL begins its fragment
_RANKED = re.compile(r'\s*"?\d{1,12}"?\s*([,;\t])')  # Tranco, Umbrella: rank,domain
_RANKED_AFTER = re.compile(r"([^\s/,;]+)(?:[,;\t][^\S\t]*+[\d.]*+[^\S\t]*+)++")  # domain,rank
_MAX_LINE = 8192
_MARKS = ((codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))  # as Excel saves "Unicode text"


@dataclass(frozen=True, slots=True)
class NamedLine:
    """A line that names something: where it stands ("file:3"), and the text of its site, its URL or either."""

    where: str
    site: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that names nothing: where it stands ("file:3") and what is wrong with it."""

    where: str
    reason: str


def read_list(name: str) -> Iterator[NamedLine | BadLine]:
    """Yield the lines of a list that hold something; empty ones and comments (#) are passed over.

    :param name: a file in UTF-8 or, with its mark, UTF-16; "-" is standard input.
    :raises ConfigError: it cannot be read.
    """
    with _opened(name) as stream:
        header: _Header | None = None
        first = True
        for number, line in _lines(stream):
            text = _COMMENT.sub("", line).strip()
            if not text:
                continue
            if first:
                first = False
                header = _header(line)
                if header is not None:
                    continue
            yield _by_column(f"{name}:{number}", line, header) if header else _by_look(f"{name}:{number}", text)


@contextmanager
def _opened(name: str) -> Iterator[io.TextIOWrapper]:
    try:
        raw = sys.stdin.buffer if name == "-" else Path(name).open("rb")  # noqa: SIM115 - closed with what is around it
        stream = io.BufferedReader(raw)  # type: ignore[type-var]
        mark = stream.peek(2)[:2]
    except OSError as error:
        raise ConfigError(f"cannot read the list {name}: {error.strerror or error}") from None
    encoding = dict(_MARKS).get(mark, "utf-8-sig")
    with io.TextIOWrapper(stream, encoding, errors="replace", newline=None) as text:
        yield text


def _lines(stream: io.TextIOWrapper) -> Iterator[tuple[int, str]]:
    """Yield (number, line); of a line that never ends, its beginning."""
    number = 0
    while line := stream.readline(_MAX_LINE):
        number += 1
        rest = line
        while rest and not rest.endswith("\n"):
            rest = stream.readline(_MAX_LINE)
        yield number, line.rstrip("\n")


@dataclass(frozen=True, slots=True)
class _Header:
    delimiter: str
    url: int | None
    site: int | None


def _header(line: str) -> _Header | None:
    for delimiter in _DELIMITERS:
        cells = [cell.strip().lower() for cell in _cells(line, delimiter) or ()]
        url, site = _first_of(cells, _URL_COLUMNS), _first_of(cells, _SITE_COLUMNS)
        if url is not None or site is not None:
            return _Header(delimiter, url, site)
    return None


def _first_of(cells: Sequence[str], names: Sequence[str]) -> int | None:
    return next((cells.index(name) for name in names if name in cells), None)


def _cells(line: str, delimiter: str) -> list[str] | None:
    """The cells of one line; None where it is no CSV. A cell never goes on in the next line: an open quote would
    swallow the rest of the list.
    """
    try:
        return next(csv.reader([line], delimiter=delimiter, strict=True), [])
    except csv.Error:
        return None


def _by_column(where: str, line: str, header: _Header) -> NamedLine | BadLine:
    cells = _cells(line, header.delimiter)
    if cells is None:
        return BadLine(where, "this is no CSV: a quote is open, or stands where none may")

    def cell(column: int | None) -> str:
        return cells[column].strip() if column is not None and column < len(cells) else ""

    return NamedLine(where, cell(header.site), cell(header.url))


def _by_look(where: str, text: str) -> NamedLine | BadLine:
    """What a line without a header names: a rank beside it says nothing, a comma inside a URL is the URL's."""
    ranked, after = _RANKED.match(text), _RANKED_AFTER.fullmatch(text)
    if ranked:
        cells = _cells(text, ranked.group(1))
        return NamedLine(where, url=cells[1].strip()) if cells else BadLine(where, "this is no CSV: a quote is open")
    return NamedLine(where, url=after.group(1) if after else text.strip('"'))
