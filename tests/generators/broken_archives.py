"""Archive files with one bad record, made from a seed: what they hold, how they are packed, what is broken.

    broken_archive(seed) ──► BrokenArchive(name, content, its good captures with their pages)

Every other record is good: its frame, or its compressed member, is whole, and must be listed and played back. A file cut
off loses what lies behind the cut, so that only the records before it count.
"""

import base64
import gzip
import hashlib
import random
import zlib
from dataclasses import dataclass
from pathlib import Path

import zstandard

from crawler.archives.files.warc import WarcArchive

URL = "http://a{}.example/privacy"
BAD_DATES = (
    "2016-11-31T10:00:00Z",
    "2008-10-294T00:00:00Z",
    "0000-01-01T00:00:00Z",
    "12016-01-01T00:00:00Z",
    "",
    "today",
    "2016-13-01",
    "2016-02-30",
    "2016-01-01T25:00:00Z",
    "2016-01-01T00:00:00+99:00",
    "-",
    "9999-12-31T23:59:59-14:00",
)
BAD_LENGTHS = ("", "abc", "-1", "0", "1", "99999999999999999999", "1e3", "²³", "+{}", "{}{}", "{}.0", "0x40")
BAD_STATUS = ("HTTP/1.1 ²³ OK", "HTTP/1.1", "HTTP/1.1 20 OK", "HTTPX/1.1 200 OK", "200 OK", "\x1b[31m", "HTTP/1.1 -1 x")
BAD_URLS = (
    "http://a.example:99999999/",
    "http://a.example:port/privacy",
    "http://[::1/privacy",
    "http://",
    "http:///privacy",
    "http://\x00/",
    "https://a b.example/privacy",
    "http://a.example:-1/",
    "not a URL",
    "",
)
BAD_VERSIONS = ("WARC/", "WARC/x.y", "warc/1.0", "XARC/1.0", "WARC/1.0 WARC/1.0", "\x00\x00\x00\x00", "")

_BYTES = ("flip", "flips", "delete", "insert", "zeros")  # what is broken anywhere


@dataclass
class BrokenArchive:
    """A file, and what must be read of it.

    :param good: (timestamp, URL, page) of the captures that must be there.
    :param is_seen: that a record is bad must be said; not where it merely seems to be of a kind that is no web page's.
    """

    name: str
    content: bytes
    good: list[tuple[str, str, bytes]]
    is_seen: bool
    what: str


@dataclass
class Response:
    number: int
    timestamp: str
    url: str
    page: bytes
    fields: dict[str, str]
    status: str = "HTTP/1.1 200 OK"
    version: str = "WARC/1.0"

    def bytes(self) -> bytes:
        head = f"{self.status}\r\nContent-Type: text/html; charset=utf-8\r\n\r\n"
        block = head.encode() + self.page
        digest = base64.b32encode(hashlib.sha1(block).digest()).decode()
        fields = {"WARC-Block-Digest": f"sha1:{digest}", "Content-Length": str(len(block))} | self.fields
        if fields["WARC-Block-Digest"] == "-":
            del fields["WARC-Block-Digest"]
        if fields["Content-Length"] is None:
            del fields["Content-Length"]
        lines = "".join(f"{name}: {value.replace('{}', str(len(block)))}\r\n" for name, value in fields.items())
        return f"{self.version}\r\n{lines}\r\n".encode() + block + b"\r\n\r\n"


def broken_archive(seed: int) -> BrokenArchive:
    """Return the file of a seed."""
    rng = random.Random(seed)
    coding = rng.choice(["plain", "gzip", "gzip", "zstd"])
    responses = [_response(rng, number) for number in range(rng.randrange(2, 9))]
    victim = rng.choice(responses)
    kind = rng.choice(
        ["cut", "flip", "flips", "delete", "insert", "zeros", "between", "length", "field", "field", "member"]
    )
    if kind == "length":
        size = len(victim.bytes())
        wrong = rng.choice([*BAD_LENGTHS, None, str(rng.randrange(2 * size)), str(rng.randrange(20 * size))])
        victim.fields["Content-Length"] = wrong
    elif kind == "field":
        _break_a_field(rng, victim)
    packed = [_packed(rng, response.bytes(), coding) for response in responses]
    at = responses.index(victim)
    if kind in ("cut", "flip", "flips", "delete", "insert", "zeros", "between", "member"):
        packed[at] = _broken(rng, packed[at], kind, coding)
    good = responses[:at] if kind == "cut" else [response for response in responses if response is not victim]
    content = b"".join(packed[: at + 1] if kind == "cut" else packed)
    ending = {"plain": "", "gzip": ".gz", "zstd": ".zst"}[coding]
    return BrokenArchive(
        f"{seed}.warc{ending}",
        content,
        [(r.timestamp, r.url, r.page) for r in good],
        kind != "cut" and victim.fields["WARC-Type"] != "nothing" and not (coding == "plain" and kind in _BYTES),
        f"{kind} in record {at + 1} of {len(responses)}, {coding}: {victim.version!r} {victim.status!r} {victim.fields}",
    )


def lost(broken: BrokenArchive, folder: Path) -> list[str]:
    """Return what is wrong with how a broken archive is read: good captures that are missing, or a flaw untold."""
    path = folder / broken.name
    path.write_bytes(broken.content)
    archive = WarcArchive(path)
    found = []
    for timestamp, url, page in broken.good:
        answered = archive.playback(timestamp, url)
        if answered.status != 200 or answered.body != page:
            found.append(f"{url} {timestamp}: {answered.status} {answered.body[:60]!r}")
    if len(list(archive.records())) <= len(broken.good) and not archive.damages and broken.is_seen:
        found.append("nothing is said of the bad record")
    path.unlink()
    return found


def _response(rng: random.Random, number: int) -> Response:
    # lines that could be taken for record's ends and beginnings, and bytes that are no text
    parts = [
        b"<p>policy %d</p>\r\n" % number,
        b"\r\n\r\n",
        b"\n\n",
        b"WARC/1.0",
        b"the WARC/1.0 format",
        b"\x1f\x8b\x08\x00",
        rng.randbytes(40),
    ]
    page = b"<h1>Privacy %d</h1>" % number + b"".join(rng.choices(parts, k=rng.randrange(120)))
    timestamp = f"20{10 + number:02}0101000000"
    url = URL.format(number % 3)
    date = f"20{10 + number:02}-01-01T00:00:00Z"
    fields = {
        "WARC-Type": "response",
        "WARC-Target-URI": url,
        "WARC-Date": date,
        "WARC-Record-ID": f"<urn:uuid:{number}>",
        "Content-Type": "application/http; msgtype=response",
    }
    if rng.random() < 0.5:
        fields["WARC-Block-Digest"] = "-"
    return Response(number, timestamp, url, page, fields)


def _break_a_field(rng: random.Random, victim: Response) -> None:
    which = rng.choice(["date", "url", "status", "version", "type", "long", "many", "no colon"])
    if which == "date":
        victim.fields["WARC-Date"] = rng.choice(BAD_DATES)
    elif which == "url":
        victim.fields["WARC-Target-URI"] = rng.choice(BAD_URLS)
    elif which == "status":
        victim.status = rng.choice(BAD_STATUS)
    elif which == "version":
        victim.version = rng.choice(BAD_VERSIONS)
    elif which == "type":
        victim.fields["WARC-Type"] = rng.choice(["", "response\x00", "nothing", "revisit", "resource"])
    elif which == "long":
        victim.fields["X-Long"] = "x" * rng.randrange(70_000, 2_200_000)
    elif which == "many":
        victim.fields |= {f"X-{number}": "x" for number in range(3_000)}
    else:
        victim.fields["WARC-Date"] = "2016\r\nno colon here\r\n\r\n"


def _packed(rng: random.Random, record: bytes, coding: str) -> bytes:
    if coding == "gzip":
        return gzip.compress(record, compresslevel=rng.choice([0, 1, 6, 9]), mtime=0)
    if coding == "zstd":
        return zstandard.ZstdCompressor(write_checksum=True).compress(record)
    return record


def _broken(rng: random.Random, packed: bytes, kind: str, coding: str) -> bytes:
    at = rng.randrange(len(packed))
    end = min(len(packed), at + rng.randrange(1, 200))
    if kind == "cut":
        return packed[:at]
    if kind == "flip":
        return packed[:at] + bytes([packed[at] ^ 1 << rng.randrange(8)]) + packed[at + 1 :]
    if kind == "flips":
        broken = bytearray(packed)
        for _time in range(rng.randrange(2, 30)):
            broken[rng.randrange(len(broken))] ^= rng.randrange(1, 256)
        return bytes(broken)
    if kind == "delete":
        return packed[:at] + packed[end:]
    if kind == "insert":
        return packed[:at] + rng.randbytes(end - at) + packed[at:]
    if kind == "zeros":
        return packed[:at] + bytes(end - at) + packed[end:]
    if kind == "between":
        return rng.choice([b"\x1f\x8b\x08 garbage ", b"\x28\xb5\x2f\xfd", b"garbage\r\n", rng.randbytes(300)]) + packed
    if coding == "gzip":  # a member that lies about itself
        return rng.choice(
            [
                packed[:-8] + bytes(8),
                packed[:-4] + b"\xff\xff\xff\xff",
                packed[:-8],
                packed[:3] + b"\xff" + packed[4:],
                packed[:10] + packed[10:-8][::-1] + packed[-8:],
                packed[:10],
                b"\x1f\x8b",
                packed + b"\x1f\x8b\x08",
                zlib.compress(packed),
            ]
        )
    return packed[: len(packed) // 2] if coding == "zstd" else packed.replace(b"\r\n\r\n", b"\r\n", 1)
