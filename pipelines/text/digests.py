"""Keys of content: of a block, of a text, and of a payload against what the archive's index says.

The archive's digest is of the body as stored there, and not always of what playback sends (docs/archives.md: 14
of 16 match), so a mismatch is recorded and never a reason to reject.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Final

from crawler.archives.capture import Memento, sha1_base32
from pipelines.model import Block

MATCH: Final = "match"
MISMATCH: Final = "mismatch"
NOT_CHECKABLE: Final = "not checkable"
SAME_DIGEST: Final = "same digest"  # the bytes are those of another capture, to which the index gives this digest
GIT_OBJECT: Final = "git object"  # a collection's tree names the bytes; they were hashed and have that id
COPY: Final = "copy"  # somebody else's copy of the page, changed on its way: no index speaks of these bytes
VERDICTS: Final = (MATCH, MISMATCH, NOT_CHECKABLE, SAME_DIGEST, GIT_OBJECT, COPY)

_BLOCK_BYTES = 16  # of BLAKE2b: 128 bits tell a billion blocks apart with room to spare
_SHA1_BASE32 = 32  # characters


def block_digest(block: Block) -> bytes:
    """Return the key of a block's content."""
    content = f"{block.kind}\x1f{block.level}\x1f{block.markdown}"
    return hashlib.blake2b(content.encode("utf-8", "surrogatepass"), digest_size=_BLOCK_BYTES).digest()


def text_digest(blocks: Sequence[Block]) -> str:
    """Return the key of a text: SHA-256 over its blocks' keys, hexadecimal."""
    return hashlib.sha256(b"".join(block_digest(block) for block in blocks)).hexdigest()


def digest_verdict(memento: Memento, cdx_digest: str) -> str:
    """Return "match" (for the payload, or for the bytes as received), "mismatch" or "not checkable"."""
    digest = cdx_digest.removeprefix("sha1:").upper()
    if len(digest) != _SHA1_BASE32:
        return NOT_CHECKABLE
    return MATCH if digest == memento.received_sha1 or digest == sha1_base32(memento.body) else MISMATCH
