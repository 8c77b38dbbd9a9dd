"""Comparing a payload with the digest that the archive's index gives for it.

The archive's digest is of the body as stored, and not always of what playback sends (archive-facts.md 2.1: 14 of 16
match), so a mismatch is recorded and never a reason to reject.
"""

from __future__ import annotations

from crawler.archives.capture import Memento, sha1_base32

_SHA1_BASE32 = 32  # characters


def digest_verdict(memento: Memento, cdx_digest: str) -> str:
    """Return "match" (for the payload, or for the bytes as received), "mismatch" or "not checkable"."""
    digest = cdx_digest.removeprefix("sha1:").upper()
    if len(digest) != _SHA1_BASE32:
        return "not checkable"
    return "match" if digest in (memento.received_sha1, sha1_base32(memento.body)) else "mismatch"
