"""TimeMaps of the policies' captures: where the mementos of an original resource are, for Memento tools.

lumenkart.example/privacy.link     application/link-format (RFC 7089, 5; RFC 6690)
lumenkart.example/privacy.json     the same as JSON, as MemGator writes it

One pair for each URL at which a policy stood. There is no TimeGate: files negotiate nothing. What an archive lists and
does not give (excluded, not archived), or was forgotten, is no memento.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from email.utils import format_datetime
from functools import partial
from itertools import chain

from crawler.archives.timestamps import parse_iso
from history.export.formats import Job
from history.export.writing.files import Folder
from history.export.writing.manifest import Done
from history.names import policy_names, site_name
from history.uris import uri

_NO_MEMENTO = "('excluded', 'excluded_robots', 'not_archived', 'forgotten')"
_MEMENTOS = f"""
SELECT CASE WHEN drift_seconds <> 0 THEN memento_at ELSE captured_at END AS at, citation_url FROM captures
WHERE urlkey = ? AND outcome NOT IN {_NO_MEMENTO} ORDER BY at, citation_url, id
"""


@dataclass(frozen=True, slots=True)
class Span:
    """What a TimeMap's head says.

    :param name: the file's, without ending and folder.
    :param first, last: when its first and last memento were captured, ISO 8601.
    """

    original: str
    name: str
    count: int
    first: str
    last: str


def write_timemaps(job: Job, folder: Folder) -> Done:
    """Write a TimeMap in both forms for each URL of the policies of which an archive has a memento."""
    slugs = policy_names(job.policies)
    counts = {"timemaps": 0, "mementos": 0}
    for policy in job.policies:
        urls = job.db.execute(
            "SELECT urlkey, url FROM policy_urls WHERE policy_id = ? ORDER BY valid_from, url", [policy.policy_id]
        ).fetchall()
        for number, (urlkey, url) in enumerate(urls, start=1):
            name = slugs[policy.policy_id] + (f"~{number}" if number > 1 else "")  # no policy's name has a tilde
            span = _span(job.db, urlkey, url, name)
            if span.count:
                counts["timemaps"] += 1
                counts["mementos"] += span.count
                _write(folder, f"{site_name(policy.site)}/{name}", span, partial(_mementos, job.db, urlkey))
    return Done(counts)


def _span(db: sqlite3.Connection, urlkey: str, url: str, name: str) -> Span:
    count, first, last = db.execute(f"SELECT count(*), min(at), max(at) FROM ({_MEMENTOS})", [urlkey]).fetchone()
    return Span(url, name, count, first or "", last or "")


def _mementos(db: sqlite3.Connection, urlkey: str) -> Iterator[tuple[str, str]]:
    yield from ((row["at"], row["citation_url"]) for row in db.execute(_MEMENTOS, [urlkey]))


def _write(folder: Folder, path: str, span: Span, mementos: Callable[[], Iterator[tuple[str, str]]]) -> None:
    folder.add(f"{path}.link", link_format(span, mementos()))
    folder.add(f"{path}.json", json_format(span, mementos()))


def link_format(span: Span, mementos: Iterable[tuple[str, str]]) -> Iterator[bytes]:
    """Yield a TimeMap as links, one a line, joined by commas; the TimeMap's own URI is relative to where it is put.

    :param mementos: (captured at, URL) in the order of time.
    """
    until = f'from="{_http_date(span.first)}"; until="{_http_date(span.last)}"'
    head = [
        f'<{uri(span.original)}>; rel="original"',
        f'<{span.name}.link>; rel="self"; type="application/link-format"; {until}',
    ]
    rows = (
        f'<{uri(url)}>; rel="{_rel(number, span.count)}"; datetime="{_http_date(at)}"'
        for number, (at, url) in enumerate(mementos, start=1)
    )
    before = b""
    for line in chain(head, rows):
        yield before + line.encode()
        before = b",\n"
    yield b"\n"


def _rel(number: int, count: int) -> str:
    return ("first " if number == 1 else "") + ("last " if number == count else "") + "memento"


def json_format(span: Span, mementos: Iterable[tuple[str, str]]) -> Iterator[bytes]:
    """Yield a TimeMap as JSON, with the keys of MemGator (oduwsdl/MemGator, main.go)."""
    head = {"original_uri": span.original, "self": f"{span.name}.json"}
    yield json.dumps(head, ensure_ascii=False).removesuffix("}").encode() + b', "mementos": {"list": ['
    first = last = b""
    for at, url in mementos:
        last = json.dumps({"datetime": at, "uri": url}, ensure_ascii=False).encode()
        yield (b",\n" if first else b"\n") + last
        first = first or last
    yield b'\n], "first": %s, "last": %s}, ' % (first, last)
    tail = {"link_format": f"{span.name}.link", "json_format": f"{span.name}.json"}
    yield b'"timemap_uri": %s}\n' % json.dumps(tail, ensure_ascii=False).encode()


def _http_date(at: str) -> str:
    return format_datetime(parse_iso(at), usegmt=True)
