"""Links of pages, beside their texts: each link kept once for all pages, each page's list of them once under its digest."""

from __future__ import annotations

import hashlib
import json
import sqlite3


def put_links(connection: sqlite3.Connection, digest: bytes, links: bytes | str) -> int:
    """Store the links of a text, a JSON list of words and URL each, under their digest, once; return the layer's id."""
    held = connection.execute("SELECT id FROM link_layer_rows WHERE link_digest = ?", [digest]).fetchone()
    if held:
        return int(held[0])
    ids = [_link_id(connection, words, url) for words, url in json.loads(links)]
    cursor = connection.execute(
        "INSERT INTO link_layer_rows (link_digest, link_ids) VALUES (?, ?)",
        [digest, json.dumps(ids, separators=(",", ":"))],
    )
    return int(cursor.lastrowid or 0)


def link_key(words: str, url: str) -> int:
    """Return links.link_key: 64 bits of SHA-256 of both."""
    digest = hashlib.sha256(f"{words}\x1f{url}".encode("utf-8", "replace")).digest()
    return int.from_bytes(digest[:8], "big", signed=True)


def _link_id(connection: sqlite3.Connection, words: str, url: str) -> int:
    key = link_key(words, url)
    held = connection.execute("SELECT id FROM links WHERE link_key = ?", [key]).fetchone()
    if held:
        return int(held[0])
    cursor = connection.execute("INSERT INTO links (link_key, words, url) VALUES (?, ?, ?)", [key, words, url])
    return int(cursor.lastrowid or 0)
