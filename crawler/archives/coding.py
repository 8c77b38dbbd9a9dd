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

import zstandard

from crawler.archives.errors import DecodeError

MAX_INFLATED = 64 * 1024 * 1024  # bytes; the largest real policy page seen is 2 MB, bombs inflate a thousandfold
_GZIP_MAGIC, _ZSTD_MAGIC = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"
_MAX_LAYERS = 3


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
        body = inflated
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


def _zlib(body: bytes, limit: int, wbits: int) -> tuple[bytes, bool]:
    inflater = zlib.decompressobj(wbits)
    try:
        inflated = inflater.decompress(body, limit + 1)
    except zlib.error:
        return _salvage(body, wbits, limit), False
    _check(len(inflated), limit)
    return inflated, inflater.eof


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
    return _zlib(body, limit, 16 + zlib.MAX_WBITS)


def _undeflate(body: bytes, limit: int) -> tuple[bytes, bool]:
    """Raw or zlib-wrapped: both are sent as "deflate"."""
    return _zlib(body, limit, zlib.MAX_WBITS if _inflates(body, zlib.MAX_WBITS) else -zlib.MAX_WBITS)


def _inflates(body: bytes, *windows: int) -> bool:
    for wbits in windows or (zlib.MAX_WBITS, -zlib.MAX_WBITS):
        try:
            if zlib.decompressobj(wbits).decompress(body[:4096], 4096):
                return True
        except zlib.error:
            continue
    return False


def _unzstd(body: bytes, limit: int) -> tuple[bytes, bool]:
    try:
        with zstandard.ZstdDecompressor(max_window_size=2**27).stream_reader(body) as reader:
            inflated = reader.read(limit + 1)
    except zstandard.ZstdError:
        return body, False
    _check(len(inflated), limit)
    return inflated, True


def _unbrotli(body: bytes, limit: int) -> tuple[bytes, bool]:
    import brotli  # noqa: PLC0415 - optional: Scrapy brings it where it can be built

    inflater = brotli.Decompressor()
    inflated = bytearray()
    for start in range(0, len(body), 4096):
        inflated += inflater.process(body[start : start + 4096])
        _check(len(inflated), limit)
    return bytes(inflated), bool(inflater.is_finished())


def _brotli_works(body: bytes) -> bool:
    try:
        import brotli  # noqa: PLC0415

        brotli.Decompressor().process(body[:4096])
    except Exception:  # noqa: BLE001 - brotli.error, or the module is missing or another package of that name
        return False
    return True


def _check(size: int, limit: int) -> None:
    if size > limit:
        raise DecodeError(f"the page inflates to over {limit // 2**20} MiB")
