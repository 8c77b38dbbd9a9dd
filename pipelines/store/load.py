"""What the writer and the readers of the database read alike: a payload, the blocks of a text, and the rule which
captures of a URL are a policy's.

    load_payload(execute, id) ──► bytes          text_blocks(connection, id) ──► Block…          WHILE_THERE: SQL
    one_state(connection): what is read within it is of one state

Only sqlite3's `execute` and zstandard here, so that reading loads no more. What is read here is written in payloads.py
and texts.py.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import zstandard

from pipelines.model import Block, BlockKind
from pipelines.store.boxes import unboxed

Execute = Callable[[str, Sequence[Any]], Any]  # of sqlite3.Connection, and of sqlite-utils' Database

PAYLOAD_ERRORS: Final = (zstandard.ZstdError, KeyError, RecursionError, MemoryError, ValueError)  # of damaged ones
_MAGIC: Final = zstandard.FRAME_HEADER  # of frames that m001 to m004 wrote; no frame without it can begin so
_SIZE_IN_4: Final = 0x80
MOST_HOPS: Final = 1000  # a damaged file may have a circle
# glibc maps large buffers anew each time, and gives freed ones back, so that the kernel clears every page once more: that was
# 5 of 8 ms for a page of 1.7 MB that stands on six others. A mapped block that is freed raises both bounds to its size and twice
# that (mallopt(3), M_MMAP_THRESHOLD); this one is never touched. With another library it does nothing.
_KEPT_BUFFERS: Final = 8_000_000  # bytes: of four or five buffers of large pages
_raised = bytearray(_KEPT_BUFFERS)
del _raised
_Boxes = dict[int, Mapping[int, bytes]]
_NONE_KNOWN: Final[Mapping[int, bytes]] = {}
# Blocks in one run of a text at most, so that the texts of a block are found in a bounded range. A run of more than
# LONG_RUN is long: of 540,000 runs one in 18 is, and they have an index of their own.
RUN_BLOCKS: Final = 256
LONG_RUN: Final = 8
# (block_id, text_id): the texts of the blocks `:blocks`, a JSON list. CROSS: in this order, for the planner knows no sizes.
TEXTS_OF_BLOCKS: Final = f"""
SELECT j.value AS block_id, r.text_id FROM json_each(:blocks) j CROSS JOIN text_runs r
  ON r.first_block_id BETWEEN j.value - {LONG_RUN - 1} AND j.value AND r.first_block_id + r.length > j.value
UNION ALL
SELECT j.value, r.text_id FROM json_each(:blocks) j CROSS JOIN text_runs r ON r.length > {LONG_RUN}
  AND r.first_block_id BETWEEN j.value - {RUN_BLOCKS - 1} AND j.value - {LONG_RUN} AND r.first_block_id + r.length > j.value
"""
# Of a capture `k` at a URL `u` (policy_urls): the policy stood there then. A declared URL is the policy's from `valid_from`
# to `valid_to` and no longer (`bounded`). One that was found by links or redirects is it until another URL of the policy
# stands: a page that stays up beside the new one is no longer the policy, but before that its captures prove more than the
# dates at which links were seen. The view `readings` says the same; to change the rule, make a migration that replaces it.
WHILE_THERE: Final = """CASE WHEN u.bounded THEN k.captured_at BETWEEN coalesce(u.valid_from, '') AND coalesce(u.valid_to, '9')
  ELSE u.valid_to IS NULL OR NOT EXISTS (
    SELECT 1 FROM policy_urls o WHERE o.policy_id = u.policy_id AND k.captured_at > u.valid_to
      AND o.valid_from > u.valid_to AND o.valid_from <= k.captured_at) END"""
# What became of a capture `k` for the policy of a URL `u`: one that its finished crawl did not fetch is not needed. What is
# stored stays `pending`, since the next crawl, with another strategy, may need it. `all` and `distinct` need every capture.
# The view `captures` says so where no policy at the URL needs it: that is the number of more than one policy.
FATE: Final = """CASE WHEN k.outcome = 'pending' AND EXISTS (
  SELECT 1 FROM certainty c WHERE c.policy_id = u.policy_id AND c.archive = k.archive AND c.complete
    AND c.strategy NOT IN ('all', 'distinct')) THEN 'not_needed' ELSE k.outcome END"""
# The outcome of a capture `k` as it is stored: what a crawl goes by.
STORED: Final = "(SELECT o.outcome FROM capture_rows x JOIN capture_kinds o ON o.id = x.kind_id WHERE x.id = k.id)"


def readable_uri(path: Path) -> str:
    """Return the address of a database that is only read, for sqlite3.connect(…, uri=True).

    A file with a WAL needs its index beside it; in a folder where that cannot be made nobody can be writing, and the
    file is taken as it is.
    """
    still = not os.access(path.resolve().parent, os.W_OK) and not Path(f"{path}-wal").exists()
    return f"{path.resolve().as_uri()}?mode=ro{'&immutable=1' if still else ''}"


@contextmanager
def one_state(db: sqlite3.Connection) -> Iterator[None]:
    """Read one state of the database, whatever a crawl writes meanwhile; a reader never holds up a writer (WAL)."""
    if db.in_transaction:  # the server's for a page and its catalogue, an export's for all its pages
        yield
        return
    db.execute("BEGIN")
    db.execute("SELECT 1 FROM sqlite_schema LIMIT 1").fetchone()  # the state is the one at the first read
    try:
        yield
    finally:
        db.rollback()


def load_payload(execute: Execute, payload_id: int, known: Mapping[int, bytes] = _NONE_KNOWN) -> bytes:
    """Return the bytes of a payload; KeyError where there is none of that id, or none that it stands on.

    :param execute: of the database's connection.
    :param known: payloads by id that were read before: what stands on one of them is read from there.
    :raises zstandard.ZstdError: the data are damaged.
    """
    frames: list[bytes | bytearray | memoryview[int]] = []
    boxes: _Boxes = {}
    wanted: int | None = payload_id
    while wanted is not None and wanted not in known:
        row = execute("SELECT size, base_id, data FROM payloads WHERE id = ?", [wanted]).fetchone()
        if row is None or len(frames) > MOST_HOPS:
            raise KeyError(payload_id)
        before, (size, wanted, data) = wanted, row
        if not size and not frames:
            return b""
        if not data and size:
            data = _out_of_box(execute, before, boxes)
        frames.append(_whole_frame(data, size))
    try:
        if wanted is None:
            return bytes(zstandard.ZstdDecompressor().decompress_content_dict_chain(frames[::-1]))
        body = known[wanted]
        for frame in reversed(frames):
            body = zstandard.ZstdDecompressor(dict_data=dictionary(body)).decompress(frame)
    except ValueError as error:  # of frames whose header is damaged
        raise zstandard.ZstdError(str(error)) from None
    return body


def stored_frame(execute: Execute, payload_id: int) -> bytes:
    """Return the data of a payload as it is stored, in its row or in a box; KeyError as above."""
    row = execute("SELECT size, data FROM payloads WHERE id = ?", [payload_id]).fetchone()
    if row is None:
        raise KeyError(payload_id)
    size, data = row
    return bytes(_out_of_box(execute, payload_id, {}) if size and not data else data)


def _out_of_box(execute: Execute, payload_id: int, boxes: _Boxes) -> bytes:
    """The frame of a payload that has none in its row. :param boxes: those read before, by their first id."""
    box = "FROM payload_boxes WHERE first_id <= ? ORDER BY first_id DESC LIMIT 1"
    row = execute(f"SELECT first_id {box}", [payload_id]).fetchone()
    if row is not None and row[0] not in boxes:  # looked for again: `compact` may have made other boxes meanwhile
        row = execute(f"SELECT first_id, frames {box}", [payload_id]).fetchone()
        boxes |= {row[0]: unboxed(*row)} if row else {}
    if row is None:
        raise KeyError(payload_id)
    return boxes[row[0]][payload_id]


@dataclass(frozen=True, slots=True)
class Frame:
    """A payload as it is stored, to be read elsewhere.

    :param sha256: of the payload. :param size: its bytes. :param base: the SHA-256 of the one that it stands on, or b"".
    """

    sha256: bytes
    size: int
    base: bytes
    data: bytes


def load_frames(execute: Execute, payload_id: int, there: Container[bytes]) -> list[Frame]:
    """Return a payload as it is stored, and what it stands on before it; KeyError as above.

    :param there: SHA-256 of payloads that need not be given again: those who have them have what these stand on.
    """
    frames: list[Frame] = []
    boxes: _Boxes = {}
    wanted: int | None = payload_id
    while wanted is not None:
        row = execute(
            "SELECT p.sha256, p.size, coalesce(b.sha256, x''), p.data, p.base_id FROM payloads p "
            "LEFT JOIN payloads b ON b.id = p.base_id WHERE p.id = ?",
            [wanted],
        ).fetchone()
        if row is None or len(frames) > MOST_HOPS:
            raise KeyError(payload_id)
        sha256, size, base, data, above = row
        if not data and size:
            data = _out_of_box(execute, wanted, boxes)
        frames.append(Frame(sha256, size, base, data))
        wanted = above
        if frames[-1].base in there:
            break
    return frames[::-1]


def inflate(frame: Frame, base: bytes | None) -> bytes:
    """Return the payload of a frame, which may be of a stranger: no more memory than its size is taken.

    :param base: the payload that it stands on, None for one that stands alone.
    :raises zstandard.ZstdError: it is damaged, or has another size than it says.
    """
    if not frame.size:
        return b""
    try:
        whole = _whole_frame(frame.data, frame.size)
        if zstandard.frame_content_size(whole) != frame.size:
            raise zstandard.ZstdError("a payload has another size than it says")
        known = None if base is None else dictionary(base)
        return bytes(zstandard.ZstdDecompressor(dict_data=known).decompress(whole))
    except (ValueError, OverflowError) as error:
        raise zstandard.ZstdError(str(error)) from None


def proven_payload(execute: Execute, payload_id: int, digest: str) -> bytes | None:
    """Return the bytes of a payload if they have a SHA-256, hexadecimal; None where it is damaged or not there."""
    try:
        body = load_payload(execute, payload_id)
    except PAYLOAD_ERRORS:
        return None
    return body if hashlib.sha256(body).hexdigest() == digest else None


def _whole_frame(data: bytes, size: int) -> bytes:
    """A frame as the library wants a chain's: with magic number and content size, which the row tells (RFC 8878
    3.1.1.1: a descriptor, whose upper two bits say how long the size is, the window, the size).
    """
    if data.startswith(_MAGIC) or len(data) < 2:
        return data
    return b"".join((_MAGIC, bytes((data[0] | _SIZE_IN_4, data[1])), size.to_bytes(4, "little"), data[2:]))


def dictionary(base: bytes) -> zstandard.ZstdCompressionDict:
    """Return a payload as the dictionary of another."""
    return zstandard.ZstdCompressionDict(base, dict_type=zstandard.DICT_TYPE_RAWCONTENT)


def text_blocks(connection: sqlite3.Connection, text_id: int) -> tuple[Block, ...]:
    """Return the blocks of a text, in order."""
    rows = connection.execute(
        "SELECT b.kind, b.level, b.markdown FROM text_blocks tb JOIN blocks b ON b.id = tb.block_id "
        "WHERE tb.text_id = ? ORDER BY tb.position",
        [text_id],
    )
    return tuple(Block(BlockKind(kind), level, markdown) for kind, level, markdown in rows)
