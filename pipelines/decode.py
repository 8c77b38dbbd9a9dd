"""Payload bytes to Unicode text, the way a browser would read them."""

from __future__ import annotations

import importlib
import re
import zlib
from collections.abc import Callable, Mapping
from typing import Final

import zstandard
from w3lib.encoding import html_body_declared_encoding, http_content_type_encoding, read_bom, resolve_encoding

from crawler.archives.errors import DecodeError
from pipelines.model import Decoded

# A policy page is 0.3 MB at the median and 5 MB at most in the collections measured; beyond this a page is a bomb.
MAX_DECODED_BYTES: Final = 32 * 1024 * 1024
_SNIFF_BYTES: Final = 2048
# Servers and archives compress twice now and then; a body that goes on beyond this is made to.
_MAX_HIDDEN_CODINGS: Final = 3
_ZSTD_MAGIC: Final = b"\x28\xb5\x2f\xfd"
# A text has next to no control characters besides tab, line feed, form feed and carriage return.
_MAX_CONTROL_SHARE: Final = 0.02
_CONTROL = bytes(set(range(32)) - {9, 10, 12, 13, 27})
_MAGICS: Final[Mapping[bytes, str]] = {
    b"\x89PNG\r\n": "a PNG image",
    b"\xff\xd8\xff": "a JPEG image",
    b"GIF8": "a GIF image",
    b"PK\x03\x04": "a ZIP archive",
    b"RIFF": "a RIFF file",
    b"\x00\x00\x01\x00": "an icon",
    b"wOFF": "a font",
    b"wOF2": "a font",
    b"\xd0\xcf\x11\xe0": "an Office document",
    b"\x7fELF": "a program",
    b"BZh": "a bzip2 archive",
    b"\xfd7zXZ": "an xz archive",
    b"Rar!": "a RAR archive",
    b"7z\xbc\xaf": "a 7z archive",
}
_HTML_START = re.compile(
    rb"^\s*(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body|title|meta|\?xml)", re.IGNORECASE | re.DOTALL
)
_MULTIBYTE = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_WIDE_CODECS = ("utf-16", "utf-32")


def decode_payload(body: bytes, headers: Mapping[str, str]) -> Decoded:
    """Read a payload as text.

    :param body: the bytes as the archive gave them, possibly still compressed.
    :param headers: the original response's headers, names in lower case.
    :raises DecodeError: the bytes are no text, or more than MAX_DECODED_BYTES of it.
    """
    raw, notes = _uncompressed(body, headers.get("content-encoding", ""))
    _refuse_too_big(len(raw))
    media_type = _media_type(raw, headers.get("content-type", ""))
    if media_type == "application/pdf":
        raise DecodeError("The payload is a PDF (application/pdf): PDF is not read yet.")
    codec, source, charset_notes = _charset(raw, headers.get("content-type"))
    _refuse_binary(raw, codec)
    text = raw.decode(codec, errors="replace").removeprefix("\ufeff")
    return Decoded(text, codec, source, media_type, (*notes, *charset_notes))


# --- content codings ------------------------------------------------------------------------------------------


def _uncompressed(body: bytes, declared: str) -> tuple[bytes, tuple[str, ...]]:
    """The body with every coding taken off that is really there; notes where the header lied."""
    codings = [name.strip().lower() for name in declared.split(",") if name.strip()]
    notes: list[str] = []
    for name in reversed(codings):
        body = _without_declared(body, name.removeprefix("x-"), notes)
    for _ in range(_MAX_HIDDEN_CODINGS):
        name = "gzip" if body.startswith(b"\x1f\x8b\x08") else "zstd" if body.startswith(_ZSTD_MAGIC) else ""
        if not name:
            break
        body = _without_hidden(body, name)
        notes.append(f"The body was {name}-compressed once more than its headers say.")
    return body, tuple(notes)


def _without_hidden(body: bytes, name: str) -> bytes:
    try:
        return _DECODERS[name](body)
    except (zlib.error, zstandard.ZstdError) as error:
        raise DecodeError(f"The payload begins like {name} data but cannot be inflated: {error}.") from error


def _without_declared(body: bytes, name: str, notes: list[str]) -> bytes:
    decoder = _DECODERS.get(name)
    if decoder is None:
        if name not in ("identity", "none", "utf-8"):
            notes.append(f"Content-Encoding {name} is unknown; the body was taken as it is.")
        return body
    try:
        return decoder(body)
    except (zlib.error, zstandard.ZstdError, _NotCompressed):
        notes.append(f"Content-Encoding said {name}, the body was not; it was taken as it is.")
        return body


class _NotCompressed(Exception):
    """The bytes are not in the coding that was tried."""


def _inflate(body: bytes, window: int) -> bytes:
    """Zlib's inflation, bounded; a stream that breaks off gives what there is."""
    out = bytearray()
    while body:
        stream = zlib.decompressobj(window)
        out += stream.decompress(body, MAX_DECODED_BYTES + 1 - len(out))
        _refuse_too_big(len(out))
        body = stream.unused_data if window > zlib.MAX_WBITS and stream.unused_data.startswith(b"\x1f\x8b") else b""
    return bytes(out)


def _gunzip(body: bytes) -> bytes:
    if not body.startswith(b"\x1f\x8b"):
        raise _NotCompressed
    return _inflate(body, zlib.MAX_WBITS | 16)


def _undeflate(body: bytes) -> bytes:
    """`deflate` means zlib by the standard and a raw stream by many servers."""
    try:
        return _inflate(body, zlib.MAX_WBITS)
    except zlib.error:
        if body[:1] in (b"<", b"\n", b" ", b"\xef"):
            raise
        return _inflate(body, -zlib.MAX_WBITS)


def _unzstd(body: bytes) -> bytes:
    if not body.startswith(_ZSTD_MAGIC):
        raise _NotCompressed
    with zstandard.ZstdDecompressor(max_window_size=1 << 27).stream_reader(body) as reader:
        out: bytes = reader.read(MAX_DECODED_BYTES + 1)
    _refuse_too_big(len(out))
    return out


def _unbrotli(body: bytes) -> bytes:
    """Brotli only where its package is installed: archives hand it out rarely, and inflated mostly."""
    try:
        brotli = importlib.import_module("brotli")
    except ImportError:
        raise _NotCompressed from None
    try:
        out: bytes = brotli.decompress(body)
    except brotli.error:
        raise _NotCompressed from None
    _refuse_too_big(len(out))
    return out


_DECODERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": _gunzip,
    "deflate": _undeflate,
    "zstd": _unzstd,
    "br": _unbrotli,
}


def _refuse_too_big(size: int) -> None:
    if size > MAX_DECODED_BYTES:
        limit = MAX_DECODED_BYTES // (1024 * 1024)
        raise DecodeError(f"The payload is larger than {limit} MiB when inflated (limit MAX_DECODED_BYTES).")


# --- media type -----------------------------------------------------------------------------------------------


def _media_type(raw: bytes, content_type: str) -> str:
    """Lower-case type/subtype from the header, or sniffed where the header is silent or vague."""
    if raw[:1024].lstrip().startswith(b"%PDF-"):
        return "application/pdf"
    declared = content_type.partition(";")[0].strip().lower()
    if "/" in declared and declared not in (
        "application/octet-stream",
        "application/x-unknown",
        "unknown/unknown",
    ):
        return declared
    return "text/html" if _HTML_START.match(raw[:_SNIFF_BYTES]) or b"<p" in raw.lower() else "text/plain"


def _refuse_binary(raw: bytes, codec: str) -> None:
    for magic, name in _MAGICS.items():
        if raw.startswith(magic):
            raise DecodeError(f"The payload is {name}, not a page.")
    if codec.startswith(_WIDE_CODECS) or not raw:
        return
    controls = len(raw) - len(raw.translate(None, _CONTROL))
    if controls > _MAX_CONTROL_SHARE * len(raw):
        share = 100 * controls / len(raw)
        raise DecodeError(f"The payload is binary: {share:.0f} % of it are control characters.")


# --- charset --------------------------------------------------------------------------------------------------


def _charset(raw: bytes, content_type: str | None) -> tuple[str, str, tuple[str, ...]]:
    """Codec, where it was read, notes: BOM, header, meta or prolog, UTF-8 if valid, else windows-1252."""
    bom, _ = read_bom(raw[:4])
    if bom:
        return _codec(bom), "bom", ()
    header = http_content_type_encoding(content_type)
    declared = header or _declared_in_page(raw)
    if not declared:
        return ("utf-8", "detected", ()) if _is_utf8(raw) else ("cp1252", "default", ())
    codec = _codec(declared)
    source = "header" if header else "meta"
    if codec == "utf-8" and not _is_utf8(raw):
        return _repaired_utf8(raw, source)
    return codec, source, ()


def _declared_in_page(raw: bytes) -> str | None:
    """The label of <meta charset> or the XML prolog; wide ones are impossible there and mean UTF-8 (HTML 13.2.3.2)."""
    declared: str | None = html_body_declared_encoding(raw[:_SNIFF_BYTES])
    return "utf-8" if declared and declared.startswith(_WIDE_CODECS) else declared


def _codec(label: str) -> str:
    """Python's name for a label, as browsers take it (latin-1 and ascii mean windows-1252)."""
    return resolve_encoding(label) or "cp1252"


def _is_utf8(raw: bytes) -> bool:
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError as error:
        cut_off = error.end == len(raw) and error.reason == "unexpected end of data"
        return cut_off and _MULTIBYTE.search(raw) is not None
    return True


def _repaired_utf8(raw: bytes, source: str) -> tuple[str, str, tuple[str, ...]]:
    """Declared UTF-8 that is not valid: windows-1252 if the bytes are no UTF-8 for the greater part."""
    valid = len(_MULTIBYTE.findall(raw))
    broken = raw.decode("utf-8", errors="replace").count("\ufffd")
    if broken > valid:
        return "cp1252", "detected", ("The page declares utf-8, but its bytes are windows-1252.",)
    return "utf-8", source, (f"{broken} characters were not valid utf-8.",)
