"""Payloads as the writer and the readers of the database know them alike: how one is put together again.

Only sqlite3's `execute` and zstandard here, so that reading loads no more; they are put away in store_payloads.py.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import zstandard

Execute = Callable[[str, Sequence[Any]], Any]  # of sqlite3.Connection, and of sqlite-utils' Database


def load_payload(execute: Execute, payload_id: int) -> bytes:
    """Return the bytes of a payload; KeyError where there is none of that id.

    :param execute: of the database's connection.
    """
    row = execute("SELECT size, base_id, data FROM payloads WHERE id = ?", [payload_id]).fetchone()
    if row is None:
        raise KeyError(payload_id)
    size, base_id, data = row
    return inflate(data, size, load_payload(execute, base_id) if base_id is not None else None)


def inflate(data: bytes, size: int, base: bytes | None) -> bytes:
    """Return what `data` was made of: alone, or against the payload that is its dictionary."""
    if base is None:
        return bytes(zstandard.ZstdDecompressor().decompress(data, max_output_size=size))
    return bytes(zstandard.ZstdDecompressor(dict_data=dictionary(base)).decompress(data, max_output_size=size))


def dictionary(base: bytes) -> zstandard.ZstdCompressionDict:
    """Return a payload as the dictionary of another."""
    return zstandard.ZstdCompressionDict(base, dict_type=zstandard.DICT_TYPE_RAWCONTENT)
