"""WARC files as Common Crawl writes them, of any size and quickly.

    write(path, 200_000_000, policies=(b"<html>…",)) ──► the pages in it

A request, a response and metadata for each page, each in a gzip member of its own; digests of payload and block are said,
and bodies are decoded. The pages are of news, shops and forums, and none is a policy. They return under many URLs, as their
deflated bytes are written again: a member is a head, deflated and flushed, before a body that was deflated once.
"""

import hashlib
import random
import struct
import zlib
from base64 import b32encode
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from pathlib import Path
from uuid import UUID

_FIRST = datetime(2024, 2, 20, 21, 4, tzinfo=UTC)
_END = b"\r\n\r\n"
_SYLLABLES = "ba ce di fo gu har kel lim mon nar pel quo ras sil tur ven wor xan yel zim".split()
_TITLES = "News of today|Boots for the mountains|A forum for sailors|Cooking at home|Football results|Our company"
# The shape of one page of CC-MAIN-2024: 140 kB of HTML that deflate to a fifth, half of it scripts, styles and menus.
_SHARED, _TEXT = 45_000, 90_000
DISTINCT = 40  # pages that differ


def pages(seed: int = 1) -> Iterator[bytes]:
    """Yield pages, none of them a policy."""
    rng = random.Random(seed)
    words = ["".join(rng.choices(_SYLLABLES, k=rng.randint(1, 4))) for _ in range(6_000)]
    weights = list(accumulate(1 / (rank + 3) for rank in range(len(words))))  # as words of a language are spread (Zipf)
    while True:
        some = iter(rng.choices(words, cum_weights=weights, k=_TEXT // 2))
        style = "".join(
            f".{next(some)}-{next(some)}{{margin:{rng.randint(0, 40)}px;color:#{rng.randint(0, 4095):03x}}}"
            for _ in range(_SHARED // 90)
        )
        menu = "".join(
            f'<li class="menu-item"><a href="/{next(some)}/{next(some)}">{next(some)}</a></li>'
            for _ in range(_SHARED // 160)
        )
        text = []
        size = 0
        while size < _TEXT:
            paragraph = f'<div class="story"><h2>{next(some)}</h2><p>{" ".join(next(some, "end") for _ in range(60))}.</p></div>\n'
            text.append(paragraph)
            size += len(paragraph)
        title = rng.choice(_TITLES.split("|"))
        yield (
            f"<!doctype html><html lang=en><head><meta charset=utf-8><title>{title}</title><style>{style}</style></head>"
            f"<body><ul>{menu}</ul><h1>{title}</h1>{''.join(text)}</body></html>"
        ).encode()


def write(path: Path, size: int, *, policies: Iterable[tuple[str, bytes]] = ()) -> int:
    """Write a file of at least so many bytes; return its pages.

    :param policies: (URL, page), put among the others.
    """
    source = pages()
    others = [_Body(next(source)) for _ in range(DISTINCT)]
    wanted = {10 + 7 * number: (url, _Body(page)) for number, (url, page) in enumerate(policies)}
    number = 0
    with path.open("wb") as file:
        file.write(
            _Body(b"isPartOf: CC-MAIN-2024-10\r\nformat: WARC File Format 1.0\r\n").member(
                _head("warcinfo", "", 0, 0, {"Content-Type": "application/warc-fields"}, 57)
            )
        )
        while file.tell() < size or number <= max(wanted, default=-1):
            url, body = wanted.get(number) or (
                f"https://www.site{number // 3}.example/articles/{number}.html",
                others[number % DISTINCT],
            )
            for member in _page(number, url, body):
                file.write(member)
            number += 1
    return number


class _Body:
    """A record's last bytes, with what closes it, deflated once."""

    def __init__(self, data: bytes) -> None:
        self.size, self.sha1 = len(data), b32encode(hashlib.sha1(data, usedforsecurity=False).digest()).decode()
        self._data = data + _END
        deflater = zlib.compressobj(6, zlib.DEFLATED, -15)
        self._deflated = deflater.compress(self._data) + deflater.flush()

    def member(self, head: bytes) -> bytes:
        deflater = zlib.compressobj(1, zlib.DEFLATED, -15)
        begun = deflater.compress(head) + deflater.flush(zlib.Z_FULL_FLUSH)
        checked = zlib.crc32(self._data, zlib.crc32(head))
        end = struct.pack("<II", checked, (len(head) + len(self._data)) & 0xFFFFFFFF)
        return b"\x1f\x8b\x08\0\0\0\0\0\0\x03" + begun + self._deflated + end


_ASKED = _Body(b"")
_MEASURED = _Body(b'fetchTimeMs: 312\r\ncharset-detected: UTF-8\r\nlanguages-cld2: {"reliable":true}\r\n')


def _page(number: int, url: str, body: _Body) -> Iterator[bytes]:
    host = url.split("/")[2]
    asked = (
        f"GET / HTTP/1.1\r\nUser-Agent: CCBot/2.0\r\nAccept-Language: en-US,en;q=0.5\r\nHost: {host}\r\n\r\n".encode()
    )
    yield _ASKED.member(
        _head("request", url, number, 0, {"Content-Type": "application/http; msgtype=request"}, len(asked)) + asked
    )
    http = (
        "HTTP/1.1 200 OK\r\nServer: nginx\r\nContent-Type: text/html; charset=utf-8\r\nX-Crawler-Transfer-Encoding: chunked\r\n"
        f"X-Crawler-Content-Encoding: gzip\r\nContent-Length: {body.size}\r\nCache-Control: max-age=600\r\nVary: Accept-Encoding\r\n\r\n"
    ).encode()
    fields = {
        "Content-Type": "application/http; msgtype=response",
        "WARC-Payload-Digest": f"sha1:{body.sha1}",
        "WARC-Block-Digest": "sha1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "WARC-Identified-Payload-Type": "text/html",
    }
    yield body.member(_head("response", url, number, 1, fields, len(http) + body.size) + http)
    yield _MEASURED.member(
        _head("metadata", url, number, 2, {"Content-Type": "application/warc-fields"}, _MEASURED.size)
    )


def _head(kind: str, url: str, number: int, part: int, fields: dict[str, str], length: int) -> bytes:
    at = _FIRST + timedelta(seconds=number)
    said = {
        "WARC-Type": kind,
        "WARC-Date": f"{at:%Y-%m-%dT%H:%M:%SZ}",
        "WARC-Record-ID": f"<urn:uuid:{UUID(int=4 * number + part)}>",
    }
    said |= {"Content-Length": str(length), **fields}
    if url:
        said |= {"WARC-Target-URI": url, "WARC-IP-Address": "192.0.2.17"}
    return b"WARC/1.0\r\n" + "".join(f"{name}: {value}\r\n" for name, value in said.items()).encode() + b"\r\n"
