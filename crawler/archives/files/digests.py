"""The digests of records, as an index writes them: SHA-1 in base32 without a label, others labelled and hexadecimal. Pure."""

from __future__ import annotations

import base64
import binascii
import re
from typing import Any, Final

_LABEL: Final = re.compile(r"([a-z]{1,9}-?\d{1,4})[:=]([^\s]{1,200})", re.IGNORECASE | re.ASCII)
_HEXADECIMAL: Final = re.compile(r"(?:[0-9a-f]{8}){4,16}", re.IGNORECASE | re.ASCII)
_SHA1_BYTES: Final = 20


def plain_digest(text: str) -> str:
    """Return a digest as an index has it, however a record writes it: SHA-1 in base32 without a label, others labelled.

    >>> plain_digest("sha-1:DA39A3EE5E6B4B0D3255BFEF95601890AFD80709")
    '3I42H3S6NNFQ2MSVX7XZKYAYSCX5QBYJ'
    >>> plain_digest("sha-256:AB") == plain_digest("SHA256:ab")
    True
    """
    text = "".join(text.split())
    match = _LABEL.fullmatch(text)
    if match is None:
        return text
    label, value = match[1].lower().replace("-", ""), match[2]
    raw = _raw(value)
    if label == "sha1":
        return base64.b32encode(raw).decode() if len(raw) == _SHA1_BYTES else value.upper()
    return f"{label}:{raw.hex() if raw else value.lower()}"


def _raw(value: str) -> bytes:
    """The bytes of a digest in hexadecimal or base32, none where it is neither."""
    try:
        if _HEXADECIMAL.fullmatch(value):
            return bytes.fromhex(value)
        return base64.b32decode(value.upper().ljust(-(-len(value) // 8) * 8, "="))
    except (binascii.Error, ValueError):
        return b""


def digest_text(digest: Any) -> str:
    """Return a computed digest (a hash of hashlib) as plain_digest gives it."""
    return plain_digest(f"{digest.name}:{digest.hexdigest()}")
