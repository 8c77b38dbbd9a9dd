"""Payload bytes to Unicode text, the way a browser would read them; those of a PDF are left to the room pdf."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from crawler.archives.coding import undo_content_encoding
from crawler.archives.errors import DecodeError
from pipelines.model import Decoded
from pipelines.reading.charsets import SNIFFED_BYTES, charset_of

# A policy page is 0.3 MB at the median and 5 MB at most in the collections measured; beyond this a page is a bomb.
MAX_DECODED_BYTES: Final = 32 * 1024 * 1024
# PDF readers look for "%PDF-" in so many bytes, junk before it allowed (Adobe PDF Reference 1.7, Appendix H, note 13).
_PDF_BYTES: Final = 1024
PDF: Final = "application/pdf"
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
    rb"^\s*+(?:<!--(?:(?!-->).)*+-->\s*+)*+<(?:!doctype\s+html|html|head|body|title|meta|\?xml)",
    re.IGNORECASE | re.DOTALL,
)
_BOM: Final = "\ufeff".encode()
_WIDE_CODECS = ("utf-16", "utf-32")
_STRAY_BYTES: Final = {0xDC00 + byte: bytes([byte]).decode("cp1252", errors="replace") for byte in range(0x80, 0x100)}


def decode_payload(body: bytes, headers: Mapping[str, str]) -> Decoded:
    """Read a payload as text.

    :param body: the bytes as the archive gave them, possibly still compressed.
    :param headers: the original response's headers, names in lower case.
    :raises DecodeError: the bytes are neither text nor a PDF, or more than MAX_DECODED_BYTES of it.
    """
    raw, notes = undo_content_encoding(body, headers, MAX_DECODED_BYTES)
    if len(raw) > MAX_DECODED_BYTES:
        raise DecodeError(f"the page has over {MAX_DECODED_BYTES // 2**20} MiB")
    media_type = _media_type(raw, headers.get("content-type", ""))
    if media_type == PDF:
        return Decoded("", "", "none", PDF, notes, body=raw)
    _refuse_files(raw)
    strict = _strictly_utf8(raw)
    try:
        charset = charset_of(raw, headers.get("content-type"), is_utf8=strict is not None)
    except DecodeError:
        _refuse_binary(raw, "")
        raise
    _refuse_binary(raw, charset.codec)
    as_it_is = charset.codec == "utf-8" and strict is not None
    text = strict if as_it_is and strict is not None else _text(raw, charset.codec)
    utf8 = raw.removeprefix(_BOM) if as_it_is else b""
    return Decoded(
        text.removeprefix("\ufeff"), charset.codec, charset.source, media_type, (*notes, *charset.notes), utf8=utf8
    )


def _strictly_utf8(raw: bytes) -> str | None:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return None


def _media_type(raw: bytes, content_type: str) -> str:
    """Lower-case type/subtype: a PDF's whatever the header says, else the header's, sniffed where that is vague."""
    if b"%PDF-" in raw[:_PDF_BYTES] and not _HTML_START.match(raw[:SNIFFED_BYTES]):
        return PDF
    declared = content_type.partition(";")[0].strip().lower()
    if "/" in declared and declared not in (
        "application/octet-stream",
        "application/x-unknown",
        "unknown/unknown",
    ):
        return declared
    return "text/html" if _HTML_START.match(raw[:SNIFFED_BYTES]) or b"<p" in raw.lower() else "text/plain"


def _refuse_files(raw: bytes) -> None:
    for magic, name in _MAGICS.items():
        if raw.startswith(magic):
            raise DecodeError(f"The payload is {name}, not a page.")


def _refuse_binary(raw: bytes, codec: str) -> None:
    if codec.startswith(_WIDE_CODECS) or not any(control in raw for control in _CONTROL):
        return
    controls = len(raw) - len(raw.translate(None, _CONTROL))
    if controls > _MAX_CONTROL_SHARE * len(raw):
        share = 100 * controls / len(raw)
        raise DecodeError(f"The payload is binary: {share:.0f} % of it are control characters.")


def _text(raw: bytes, codec: str) -> str:
    """Decoded, what is not strictly UTF-8; its bytes that are none were pasted in from windows-1252."""
    if codec != "utf-8":
        return raw.decode(codec, errors="replace")
    return raw.decode("utf-8", errors="surrogateescape").translate(_STRAY_BYTES)
