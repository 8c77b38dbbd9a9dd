"""The pages as they were fetched, each proven to be what was stored.

read_payload(db, payload_id, name) ──► bytes, content codings undone
"""

from __future__ import annotations

import hashlib
import sqlite3

import zstandard

from crawler.archives.errors import StoreError
from pipelines.store.load import load_payload


def read_payload(db: sqlite3.Connection, payload_id: int, name: str) -> bytes:
    """Return the bytes of a payload, which have its SHA-256.

    :param name: of the capture, for the error.
    :raises StoreError: it cannot be put together, or is not what was stored.
    """
    try:
        body = load_payload(db.execute, payload_id)
        (digest,) = db.execute("SELECT payload_digest FROM payloads WHERE id = ?", [payload_id]).fetchone()
    except (KeyError, zstandard.ZstdError) as error:
        raise StoreError(f"the payload of {name} cannot be read from the database: {error}") from None
    if hashlib.sha256(body).hexdigest() != digest:
        raise StoreError(f"the payload of {name} is not what was stored: the database is damaged")
    return body
