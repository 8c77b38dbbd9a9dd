"""Undoing Content-Encoding, whatever the header says: archives double it, leave it behind, or send what nobody asked.

>>> import gzip
>>> undo_content_encoding(gzip.compress(b"text", mtime=0), {"content-encoding": ", gzip"})
(b'text', ())
>>> undo_content_encoding(b"text", {"content-encoding": "gzip"})
(b'text', ('Content-Encoding says gzip, the body is not',))
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping
from typing import cast

import zstandard
from zlib_ng import zlib_ng

from crawler.archives.errors import DecodeError

MAX_INFLATED = 64 * 1024 * 1024  # bytes; the largest real policy page seen is 2 MB, bombs inflate a thousandfold
_GZIP_MAGIC, _ZSTD_MAGIC = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"
_DAMAGED = cast("type[Exception]", zlib_ng.error)
_MAX_LAYERS = 3
_FIRST_PIECE = 256  # bytes of a gzip member, doubled each time
_PIECE = 64  # bytes fed at once where a decoder knows no limit: even a bomb gives but some MB a piece


def undo_content_encoding(
    body: bytes, headers: Mapping[str, str], limit: int = MAX_INFLATED
) -> tuple[bytes, tuple[str, ...]]:
    """Return the body without its content codings, and notes on what was not as the header said.

    The bytes decide, then the header: gzip and zstd are known by their magic, deflate and brotli are tried where the
    header names them. A stream that breaks off gives what could be had of it, with a note.

    :param headers: names lower-cased.
    :raises DecodeError: more than `limit` bytes would come out.
    """
    declared = [c.strip().lower() for c in headers.get("content-encoding", "").split(",") if c.strip()]
    notes: list[str] = []
    for _layer in range(_MAX_LAYERS):
        coding = _coding(body, declared)
        if coding is None:
            break
        name, inflate = coding
        inflated, whole = inflate(body, limit)
        if not whole:
            notes.append(f"the {name} stream breaks off after {len(inflated)} bytes")
        body = inflated if inflated or whole else body  # nothing could be had: better the bytes than none
        declared = [c for c in declared if c not in (name, f"x-{name}")]
        if not whole:
            break
    notes += [f"Content-Encoding says {name}, the body is not" for name in declared if name != "identity"]
    return body, tuple(notes)


_Inflate = Callable[[bytes, int], tuple[bytes, bool]]


def _coding(body: bytes, declared: list[str]) -> tuple[str, _Inflate] | None:
    if body.startswith(_GZIP_MAGIC):
        return "gzip", _gunzip
    if body.startswith(_ZSTD_MAGIC):
        return "zstd", _unzstd
    if "deflate" in declared and _inflates(body):
        return "deflate", _undeflate
    if "br" in declared and _brotli_works(body):
        return "br", _unbrotli
    return None


def _zlib(body: bytes, limit: int, wbits: int) -> tuple[bytes, bool, bytes]:
    """Return what comes out, whether the stream has its end, and what stands behind it."""
    inflater = zlib.decompressobj(wbits)
    try:
        inflated = inflater.decompress(body, limit + 1)
    except zlib.error:
        return _salvage(body, wbits, limit), False, b""
    _check(len(inflated), limit)
    return inflated, inflater.eof, inflater.unused_data


def _salvage(body: bytes, wbits: int, limit: int) -> bytes:
    """What comes out before the damage: fed in small pieces, since zlib keeps nothing of a call that fails."""
    inflater, parts, total = zlib.decompressobj(wbits), [], 0
    for start in range(0, len(body), 512):
        try:
            parts.append(inflater.decompress(body[start : start + 512]))
        except zlib.error:
            break
        total += len(parts[-1])
        _check(total, limit)
    return b"".join(parts)


def _gunzip(body: bytes, limit: int) -> tuple[bytes, bool]:
    """One gzip member after the other; other bytes behind the last are padding."""
    parts: list[bytes] = []
    size, at, whole = 0, 0, True
    while whole and body.startswith(_GZIP_MAGIC, at):
        part, whole, at = _gzip_member(body, at, limit - size)
        size += len(part)
        parts.append(part)
    return b"".join(parts), whole


def _gzip_member(body: bytes, at: int, limit: int) -> tuple[bytes, bool, int]:
    """Return what comes out of a member, whether it has its end, and where that is. It is fed in growing pieces, since a
    member may be tiny, and zlib copies all that stands behind it.
    """
    inflater, parts, size = zlib_ng.decompressobj(16 + zlib_ng.MAX_WBITS), [], 0
    fed, piece = at, _FIRST_PIECE
    while not inflater.eof and fed < len(body):
        given = body[fed : fed + piece]
        fed, piece = fed + len(given), 2 * piece
        try:
            parts.append(inflater.decompress(given, limit + 1 - size))
        except _DAMAGED:
            return _salvage(body[at:], 16 + zlib.MAX_WBITS, limit), False, len(body)
        size += len(parts[-1])
        _check(size, limit)
    return b"".join(parts), inflater.eof, fed - len(inflater.unused_data)


def _undeflate(body: bytes, limit: int) -> tuple[bytes, bool]:
    """Raw or zlib-wrapped: both are sent as "deflate"."""
    return _zlib(body, limit, zlib.MAX_WBITS if _inflates(body, zlib.MAX_WBITS) else -zlib.MAX_WBITS)[:2]


def _inflates(body: bytes, *windows: int) -> bool:
    """Raw deflate has no magic, and plain text may begin like it: believed where it ends well or grows."""
    seen = body[:4096]
    for wbits in windows or (zlib.MAX_WBITS, -zlib.MAX_WBITS):
        inflater = zlib.decompressobj(wbits)
        try:
            inflated = inflater.decompress(seen, 2 * len(seen))
        except zlib.error:
            continue
        if (inflater.eof and not inflater.unused_data) or len(inflated) > (0 if wbits > 0 else len(seen)):
            return True
    return False


def _unzstd(body: bytes, limit: int) -> tuple[bytes, bool]:
    inflater = zstandard.ZstdDecompressor(max_window_size=2**27).decompressobj()
    inflated = bytearray()
    try:
        for start in range(0, len(body), _PIECE):
            inflated += inflater.decompress(body[start : start + _PIECE])
            _check(len(inflated), limit)
            if inflater.eof:
                break
    except zstandard.ZstdError:
        return bytes(inflated), False
    return bytes(inflated), bool(inflater.eof)


def _unbrotli(body: bytes, limit: int) -> tuple[bytes, bool]:
    import brotli  # noqa: PLC0415 - optional: Scrapy brings it where it can be built

    inflater = brotli.Decompressor()
    feed = getattr(inflater, "process", None) or inflater.decompress  # brotlipy, which pywb brings, names it so
    inflated = bytearray()
    try:
        for start in range(0, len(body), _PIECE):
            inflated += feed(body[start : start + _PIECE])
            _check(len(inflated), limit)
    except brotli.error:
        return bytes(inflated), False
    return bytes(inflated), not hasattr(inflater, "is_finished") or bool(inflater.is_finished())


def _brotli_works(body: bytes) -> bool:
    try:
        return bool(_unbrotli(body[:4096], MAX_INFLATED)[0])
    except ImportError:
        return False
    except DecodeError:  # it inflates, and how
        return True


def _check(size: int, limit: int) -> None:
    if size > limit:
        raise DecodeError(f"the page inflates to over {limit // 2**20} MiB")
