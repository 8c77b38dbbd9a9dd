"""Whose policies to crawl: what a person names on the command line or in a list.

    read_targets(url=, site=, sites=) ──► Targets(targets, bad lines)

A line of a list that is neither a site nor a URL is reported with file, line number and reason; the rest goes on.
"""

from __future__ import annotations

import csv
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from crawler.archives.errors import ConfigError
from crawler.archives.surt import check_url, site_of

_COLUMNS = ("url", "site")
_SCHEME = re.compile(r"\s*[a-z]+://", re.IGNORECASE)
_HOST = re.compile(r"\s*[^/]*\.")
_MAX_LINE = 8192
_COMMENT = re.compile(r"(^|\s)#.*")  # a # inside a URL begins its fragment


@dataclass(frozen=True, slots=True)
class Target:
    """One thing to crawl.

    :param site: the site's name.
    :param url: its policy's URL, "" where only the site is known.
    """

    site: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that names nothing: where it stands ("file:3") and what is wrong with it."""

    where: str
    reason: str


@dataclass(frozen=True, slots=True)
class Targets:
    targets: tuple[Target, ...]
    bad: tuple[BadLine, ...] = ()


def read_targets(url: str = "", site: str = "", sites: str = "") -> Targets:
    """Return what the three arguments name, each target once, in the order given.

    :param url: policy URLs, separated by commas.
    :param site: sites, separated by commas.
    :param sites: a file: text with one site or URL a line (# begins a comment), or CSV with a column `url` or
        `site`; "-" reads standard input.
    :raises ConfigError: nothing is named, a named URL is none, or the file cannot be read.
    """
    targets = [_url_target(part) for part in _parts(url)] + [
        _site_target(part) for part in site.split(",") if part.strip()
    ]
    bad: list[BadLine] = []
    if sites:
        targets += list(_listed(sites, bad))
    if not targets:
        raise ConfigError(_nothing(sites, bad))
    return Targets(tuple(dict.fromkeys(targets)), tuple(bad))


def _nothing(sites: str, bad: list[BadLine]) -> str:
    if bad:
        return f"{sites} names no site: {bad[0].where}: {bad[0].reason}"
    if sites:
        return f"{sites} names no site: write one site or URL a line, or CSV with a column `url` or `site`"
    return "name whose policy to crawl: url=https://example.com/privacy, site=example.com or sites=FILE"


def _parts(text: str) -> list[str]:
    """Split at commas, but not inside a URL: where the first begins with http://, so does each that follows."""
    begins = _SCHEME if _SCHEME.match(text) else _HOST
    parts: list[str] = []
    for part in text.split(","):
        if parts and part and not begins.match(part):
            parts[-1] += f",{part}"
        elif part.strip():
            parts.append(part.strip())
    return parts


def _url_target(text: str) -> Target:
    url = check_url(text)
    return Target(site_of(url), url)


def _site_target(text: str) -> Target:
    parts = urlsplit(check_url(text))
    host = (parts.hostname or "").removeprefix("www.")
    if parts.path not in ("", "/") or parts.query:
        raise ConfigError(f"{text!r} is a URL, not a site: name it with url=")
    return Target(f"{host}:{parts.port}" if parts.port else host)


def _any_target(text: str) -> Target:
    """A line of a list: a URL where it has a path or a query, else a site."""
    parts = urlsplit(check_url(text))
    return _url_target(text) if parts.path not in ("", "/") or parts.query else _site_target(text)


def _listed(name: str, bad: list[BadLine]) -> Iterator[Target]:
    for number, fields in _rows(name):
        try:
            if fields.get("site") and fields.get("url"):
                yield Target(_site_target(fields["site"]).site, check_url(fields["url"]))
            else:
                yield _any_target(fields.get("url") or fields.get("site") or "")
        except ConfigError as error:
            bad.append(BadLine(f"{name}:{number}", str(error)))


def _rows(name: str) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield (line number, fields) of each line that holds something."""
    lines = _read(name)
    header = [cell.strip().lower() for cell in next(csv.reader(lines[:1]), [])]
    if any(column in header for column in _COLUMNS):
        yield from _csv_rows(name, lines, header)
        return
    for number, line in enumerate(lines, start=1):
        text = _COMMENT.sub("", line).strip()
        if text:
            yield number, {"url": text}


def _csv_rows(name: str, lines: list[str], header: list[str]) -> Iterator[tuple[int, dict[str, str]]]:
    reader = csv.reader(lines, strict=True)
    next(reader)
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                yield reader.line_num, {name: cell.strip() for name, cell in zip(header, row, strict=False)}
    except csv.Error as error:
        raise ConfigError(f"{name}:{reader.line_num}: this is no CSV: {error}") from None


def _read(name: str) -> list[str]:
    try:
        stream: Iterable[bytes] = sys.stdin.buffer if name == "-" else Path(name).read_bytes().splitlines()
    except OSError as error:
        raise ConfigError(f"cannot read the list {name}: {error.strerror or error}") from None
    return [line[:_MAX_LINE].decode("utf-8-sig", "replace").rstrip("\r\n") for line in stream]
