"""Payloads on the shelf: each kept once, zstd-compressed against an earlier payload of the same URL.

Captures of one page differ in a few hundred bytes (nonces, counters), so a page is stored as what it adds to a *key
frame*, a payload of that URL that stands alone. A page is at most one step from its key frame (`depth` 0 or 1), so
any is read back by two decompressions. Where the page has changed so much that the difference is a good part of a
key frame, it becomes one itself; the last few are kept at hand, since pages often alternate between two templates.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import zstandard

from pipelines.payloads import dictionary, load_payload

if TYPE_CHECKING:
    from sqlite_utils import Database

# zstd levels: key frames are few and large, differences many and small. Below 6 the match finder loses its place in
# key frames over 1 MB: 92,893 bytes instead of 230 for two real pages that differ in a nonce.
KEY_LEVEL, DELTA_LEVEL = 9, 6
NEW_KEY_SHARE = 0.25  # a difference larger than this share of its key frame makes a key frame of its own
KEYS_AT_HAND = 3  # key frames tried per URL
URLS_AT_HAND = 32  # URLs whose key frames stay in memory: at most 32 x 3 pages


@dataclass(frozen=True, slots=True)
class _Key:
    payload_id: int
    body: bytes
    stored: int


class PayloadShelf:
    """Puts payloads into a database and gets them back."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._keys: OrderedDict[str, list[_Key]] = OrderedDict()

    def put(self, body: bytes, urlkey: str) -> int:
        """Store a payload of a URL, once; return its id."""
        digest = hashlib.sha256(body).hexdigest()
        held = self._db.execute("SELECT id FROM payloads WHERE payload_digest = ?", [digest]).fetchone()
        if held:
            return int(held[0])
        keys = self._keys_of(urlkey)
        key, data = _smallest(body, keys)
        if key is not None:
            return self._insert(digest, len(body), key.payload_id, data)
        payload_id = self._insert(digest, len(body), None, data)
        keys.append(_Key(payload_id, body, len(data)))
        del keys[:-KEYS_AT_HAND]
        return payload_id

    def get(self, payload_id: int) -> bytes:
        """Return the bytes of a payload."""
        return load_payload(self._db.execute, payload_id)

    def _insert(self, digest: str, size: int, base_id: int | None, data: bytes) -> int:
        cursor = self._db.execute(
            "INSERT INTO payloads (payload_digest, size, base_id, depth, data) VALUES (?, ?, ?, ?, ?)",
            [digest, size, base_id, int(base_id is not None), data],
        )
        return int(cursor.lastrowid or 0)

    def _keys_of(self, urlkey: str) -> list[_Key]:
        if urlkey not in self._keys:
            rows = self._db.execute(
                "SELECT DISTINCT p.id, length(p.data) FROM captures c JOIN payloads p ON p.id = c.payload_id "
                "WHERE c.urlkey = ? AND p.base_id IS NULL ORDER BY p.id DESC LIMIT ?",
                [urlkey, KEYS_AT_HAND],
            ).fetchall()
            self._keys[urlkey] = [_Key(row[0], self.get(row[0]), row[1]) for row in reversed(rows)]
            if len(self._keys) > URLS_AT_HAND:
                self._keys.popitem(last=False)
        self._keys.move_to_end(urlkey)
        return self._keys[urlkey]

    def forget_keys(self) -> None:
        """Read key frames anew: what was put since was rolled back."""
        self._keys.clear()


def _smallest(body: bytes, keys: list[_Key]) -> tuple[_Key | None, bytes]:
    """The body against the first key frame that serves, newest first, or alone."""
    for key in reversed(keys):
        data = _deflate(body, key.body)
        if len(data) <= NEW_KEY_SHARE * key.stored:
            return key, data
    return None, _deflate(body, None)


def _deflate(body: bytes, base: bytes | None) -> bytes:
    if base is None:
        return zstandard.ZstdCompressor(level=KEY_LEVEL).compress(body)
    parameters = zstandard.ZstdCompressionParameters.from_level(DELTA_LEVEL, source_size=len(body), dict_size=len(base))
    return zstandard.ZstdCompressor(dict_data=dictionary(base), compression_params=parameters).compress(body)
