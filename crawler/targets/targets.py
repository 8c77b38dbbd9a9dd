"""Whose policies to crawl: what a person names on the command line or in a list.

    read_targets(urls=, sites=, listed=, declarations=) ──► Target or BadLine, one after the other

A line of a list that is neither a site nor a URL is told with file, line number and reason; the rest goes on. Lists are
read as the crawl takes their targets, so that they may have millions of lines.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from urllib.parse import urlsplit

from crawler.archives.errors import ConfigError
from crawler.archives.surt import check_url, is_public_suffix, site_of
from crawler.targets.declaration_files import read_declarations
from crawler.targets.declarations import DEFAULT_TERMS, Declared
from crawler.targets.lists import BadLine, read_list

_NAME = re.compile(r"[^\W_][\w%.:-]{0,80}")
_SCHEME = re.compile(r"^\s*+[a-z]++://", re.IGNORECASE)
_HOST = re.compile(r"^[^/.]*+\.")
_BAD_AT_MOST = 1000  # lines that name nothing, before the first that does: this is no list


@dataclass(frozen=True, slots=True)
class Target:
    """One thing to crawl.

    :param site: the site's name.
    :param url: its policy's URL, "" where only the site is known.
    :param declared: what is declared of that policy.
    :param fragment: of the URL as it was named ("#cookies"): where the page holds several documents, the one that is meant.
    """

    site: str
    url: str = ""
    declared: Declared | None = None
    fragment: str = ""

    @property
    def part(self) -> str:
        """Which document of its page the policy is (crawler.targets.hints.Asked); "" for the one its URL stands for."""
        return self.declared.part if self.declared else self.fragment


def read_targets(
    urls: Sequence[str] = (),
    sites: Sequence[str] = (),
    listed: str = "",
    declarations: Sequence[Path] = (),
    terms: Sequence[str] = (),
) -> Iterator[Target | BadLine]:
    """Return what is named, in the order given, each target once: an iterator, to be gone through once.

    :param urls: of policies.
    :param listed: a list (crawler/targets/lists.py); "-" reads standard input.
    :param declarations: folders and files of Open Terms Archive declarations.
    :param terms: of declarations, the types of terms (or our kinds) to take.
    :raises ConfigError: nothing is named, a named URL is none, or the file cannot be read.
    """
    named = [*map(_url_target, urls), *map(_site_target, sites)]
    declared = _begun(_declared(declarations, terms)) if declarations else ()
    lines = _begun(_listed(listed)) if listed else ()
    found = _once(chain(declared, named, lines))  # of a policy named twice, what is declared of it counts
    first: list[Target | BadLine] = []
    for one in found:
        first.append(one)
        if isinstance(one, Target) or len(first) == _BAD_AT_MOST:
            break
    if not first or isinstance(first[-1], BadLine):
        raise ConfigError(_nothing(listed or os.pathsep.join(map(str, declarations)), first))
    return chain(first, found)


def _declared(paths: Sequence[Path], terms: Sequence[str]) -> Iterator[Target | BadLine]:
    for one in read_declarations(paths, terms or DEFAULT_TERMS):
        yield one if isinstance(one, BadLine) else Target(one.site, one.url, one)


def _begun(found: Iterator[Target | BadLine]) -> Iterator[Target | BadLine]:
    """Take the first, so that what cannot be read is said at once."""
    return chain(list(islice(found, 1)), found)


def _once(found: Iterable[Target | BadLine]) -> Iterator[Target | BadLine]:
    seen: set[int] = set()  # hashes: eight bytes of each say enough
    for one in found:
        if isinstance(one, Target):
            key = hash((one.site, one.url, one.part))
            if key in seen:
                continue
            seen.add(key)
        yield one


def _nothing(sites: str, bad: list[Target | BadLine]) -> str:
    if bad and isinstance(bad[0], BadLine):
        return f"{sites} names no site: {bad[0].where}: {bad[0].reason}"
    if sites:
        return f"{sites} names no site: write one site or URL a line, or CSV with a column `url` or `site`"
    return "name whose policy to crawl: url=https://example.com/privacy, site=example.com, sites=FILE or declarations=FOLDER"


def split_urls(text: str) -> list[str]:
    """Split at commas, but not inside a URL: where the first begins with http://, so does each that follows.

    >>> split_urls("http://a.example/p,1,http://b.example/p")
    ['http://a.example/p,1', 'http://b.example/p']
    """
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
    return Target(site_of(url), url, fragment=_fragment(text))


def _fragment(text: str) -> str:
    """The fragment of a URL, "" for one that is no name (a route of a script, "#:~:text=…")."""
    name = text.strip().partition("#")[2]
    return f"#{name}" if _NAME.fullmatch(name) else ""


def _site_target(text: str) -> Target:
    parts = urlsplit(check_url(text))
    host = parts.hostname or ""
    if is_public_suffix(host):
        raise ConfigError(f"{text!r}: others have sites of their own under {host}; name its policy's URL (url=)")
    bare = host.removeprefix("www.")
    if "." in bare and not is_public_suffix(bare):  # www.gov.uk is a site, gov.uk is none
        host = bare
    if parts.path not in ("", "/") or parts.query:
        raise ConfigError(f"{text!r} is a URL, not a site: name it with url=")
    return Target(f"{host}:{parts.port}" if parts.port else host)


def _any_target(text: str) -> Target:
    """A line of a list: a URL where it has a path or a query, else a site."""
    parts = urlsplit(check_url(text))
    return _url_target(text) if parts.path not in ("", "/") or parts.query else _site_target(text)


def _listed(name: str) -> Iterator[Target | BadLine]:
    for line in read_list(name):
        if isinstance(line, BadLine):
            yield line
            continue
        try:
            if line.site and line.url:
                yield Target(_site_target(line.site).site, check_url(line.url))
            else:
                yield _any_target(line.url or line.site)
        except ConfigError as error:
            yield BadLine(line.where, str(error))
