"""Payloads on the shelf: each kept once, zstd-compressed against an earlier payload of the same URL.

Captures of one page differ in a few hundred bytes (nonces, counters), so a page is stored as what it adds to another
(payload_bases.py chooses which). What no other serves is a *key frame*, kept alone. While crawling, the last few
payloads of a URL are at hand; `policylapse compact` chooses among many, and takes its time. It also puts what is short into
boxes (store/boxes.py): `data` is empty then.
"""

from __future__ import annotations

import hashlib
import sys
from collections import OrderedDict
from collections.abc import Callable, Container, Iterable
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Final

import zstandard

from pipelines.store.load import Frame, dictionary, load_frames, load_payload
from pipelines.store.tables.payload_bases import Base, Bases, nearness

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

if TYPE_CHECKING:
    from sqlite_utils import Database

ALONE: Final = 9  # zstd level of a key frame
# Of a page packed while the first of its URL is under way: with 16 at once, level 9 took each policy 150 ms of a crawl, for
# frames that are put as a difference to another one. It makes key frames a sixth larger: the one that stays is packed again.
MEANWHILE: Final = 1
# A difference is looked for by zstd's fastest search, in a table that has a place for every 4th to 8th byte of both
# payloads: what repeats is long, and must only be found. With the library's own table, of 32 kB, it loses its place in
# pages of 300 kB. Of 990 pages of 330 kB (../shared/histories): 0.37 ms and 978 bytes each; level 3 as a dictionary, whose
# every position is filed, takes 1.4 ms for 974 bytes, and of pages of 3 MB 25 ms in place of 5.
DIFFERENCE_LEVEL: Final = 1
TABLE_SHARE: Final = 3  # the table has 2^3 places less than both payloads have bytes, the upper power of two
TABLE_LOGS: Final = (6, 22)  # the least that zstd takes; the most, 16 MB of memory
BASES_AT_HAND: Final = 3  # last payloads tried per URL, and the last key frame
BYTES_AT_HAND: Final = 1_000_000  # of them per URL, besides the last two
SHORTEST_BASE: Final = 8  # bytes; zstd takes no shorter one
ENOUGH: Final = 0.02  # of a payload: a difference so small is taken while crawling, and no other base tried
# Of a payload: a larger difference is tried against what was put since, too. 1,056 pages of 8 histories (../shared/histories),
# packed 8 at a time: 3.48 MB without, 1.04 MB at 0.02, 0.87 MB at 0.005; one at a time 1.08 MB.
WORTH_ANOTHER: Final = 0.005
# Alone, pages take a tenth to a quarter of their size (../shared/histories): beside a smaller difference, that is not tried,
# as it takes ten times as long.
SMALLER_THAN_ALONE: Final = 0.08
URLS_AT_HAND: Final = 16  # URLs whose payloads stay in memory


@dataclass(frozen=True, slots=True)
class Packed:
    """A payload as it is to be stored.

    :param digest: its SHA-256. :param base: what it is compressed against, None where it stands alone.
    :param state: of the shelf that it was packed for; in another state the base may not be there.
    :param newest: id of the last payload that was at hand, 0 for none.
    :param alone: zstd level of a key frame.
    """

    digest: bytes
    base: Base | None
    data: bytes
    state: int
    newest: int
    alone: int = ALONE


class PayloadShelf:
    """Puts payloads into a database and gets them back."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._bases: OrderedDict[str, Bases[Base]] = OrderedDict()
        self._first_packed: set[str] = set()  # URLs of which nothing is at hand yet
        self._state = 0  # counts rollbacks

    def packing(self, urlkey: str) -> Callable[[bytes], Packed]:
        """Return what packs a payload of a URL for `put`: it takes milliseconds, touches no database and may run in any
        thread.
        """
        bases, alone = tuple(self._bases_of(urlkey)), ALONE
        if not bases:
            alone = MEANWHILE if urlkey in self._first_packed else ALONE
            self._first_packed.add(urlkey)
        return partial(_pack, bases=bases, state=self._state, alone=alone)

    def put(self, body: bytes, urlkey: str) -> int:
        """Store a payload of a URL, once; return its id."""
        return self.put_packed(body, urlkey, None)[0]

    def put_packed(self, body: bytes, urlkey: str, packed: Packed | None) -> tuple[int, bool]:
        """Store a payload of a URL, once; return its id, and whether it is new.

        :param packed: the payload, packed beforehand.
        """
        if packed is None or packed.state != self._state:
            packed = self.packing(urlkey)(body)
        held = self.held(packed.digest)
        return (self._put(body, urlkey, self._nearer(body, urlkey, packed)), True) if held is None else (held, False)

    def _nearer(self, body: bytes, urlkey: str, packed: Packed) -> Packed:
        """A payload against the last that was put, where that was put after it was packed, and makes it smaller.

        Those that are under way at the same time are packed before any of them is at hand: a page that has changed would
        be stored with its change as often as that. One is tried, as it is the reactor's thread that waits.
        """
        last = next(iter(self._bases_of(urlkey)), None)
        if last is None and packed.alone < ALONE:
            # the others will stand on it: the first of them comes later, or never
            return replace(packed, data=deflate(body, None, ALONE))
        if last is None or last.payload_id <= packed.newest or len(packed.data) <= WORTH_ANOTHER * len(body):
            return packed
        if not nearness(last, len(body)) or len(data := difference(body, last.body)) >= len(packed.data):
            return packed
        return replace(packed, base=last, data=data)

    def put_new(self, body: bytes, urlkey: str, digest: bytes) -> int:
        """Store a payload of a URL that is not held; return its id.

        :param digest: its SHA-256.
        """
        return self._put(body, urlkey, Packed(digest, *quick(body, self._bases_of(urlkey)), self._state, 0))

    def _put(self, body: bytes, urlkey: str, packed: Packed) -> int:
        digest, base, data = packed.digest, packed.base, packed.data
        depth, reach = (base.depth + 1, base.reach + len(body)) if base else (0, len(body))
        cursor = self._db.execute(
            "INSERT INTO payloads (sha256, size, base_id, depth, data) VALUES (?, ?, ?, ?, ?)",
            [digest, len(body), base.payload_id if base else None, depth, data],
        )
        payload_id = int(cursor.lastrowid or 0)
        if len(body) >= SHORTEST_BASE:
            self._bases_of(urlkey).add(Base(payload_id, body, depth, reach))
            self._first_packed.discard(urlkey)
        return payload_id

    def held(self, digest: bytes) -> int | None:
        """Return the id of the payload with a SHA-256, None where there is none."""
        row = self._db.execute(
            "SELECT id FROM main.payloads WHERE substr(sha256, 1, 3) = ? AND sha256 = ?", [digest[:3], digest]
        ).fetchone()
        return int(row[0]) if row else None

    def get(self, payload_id: int) -> bytes:
        """Return the bytes of a payload."""
        return load_payload(self._db.execute, payload_id)

    def frames(self, payload_id: int, there: Container[bytes]) -> list[Frame]:
        """Return a payload as it is stored, after those that it stands on; without those that are there already."""
        return load_frames(self._db.execute, payload_id, there)

    def _bases_of(self, urlkey: str) -> Bases[Base]:
        if urlkey not in self._bases:
            rows = self._db.execute(
                "SELECT DISTINCT r.payload_id FROM addresses a JOIN capture_rows r ON r.address_id = a.id "
                "WHERE a.urlkey = ? AND r.payload_id IS NOT NULL ORDER BY 1 DESC LIMIT ?",
                [urlkey, BASES_AT_HAND],
            ).fetchall()
            self._bases[urlkey] = Bases(BASES_AT_HAND, 1, 1, BYTES_AT_HAND)
            for (payload_id,) in reversed(rows):
                if len((base := self._base(payload_id)).body) >= SHORTEST_BASE:
                    self._bases[urlkey].add(base)
            if len(self._bases) > URLS_AT_HAND:
                self._bases.popitem(last=False)
        self._bases.move_to_end(urlkey)
        return self._bases[urlkey]

    def _base(self, payload_id: int) -> Base:
        body = self.get(payload_id)
        depth, reach = self._db.execute(
            "WITH RECURSIVE chain (id) AS (SELECT ? UNION SELECT p.base_id FROM chain c JOIN payloads p ON p.id = c.id) "
            "SELECT count(*) - 1, sum(p.size) FROM chain c JOIN payloads p ON p.id = c.id",
            [payload_id],
        ).fetchone()
        return Base(payload_id, body, depth, reach)

    def forget_bases(self) -> None:
        """Read the last payloads anew: what was put since was rolled back."""
        self._bases.clear()
        self._first_packed.clear()
        self._state += 1


def _pack(body: bytes, bases: tuple[Base, ...], state: int, alone: int) -> Packed:
    newest = max((base.payload_id for base in bases), default=0)
    return Packed(hashlib.sha256(body).digest(), *quick(body, bases, alone), state, newest, alone)


def quick(body: bytes, bases: Iterable[Base], alone: int = ALONE) -> tuple[Base | None, bytes]:
    """Return a payload compressed against the first base, the last payload first, that makes it small enough; else
    against the best of them, or alone.

    :param alone: zstd level of a key frame.
    """
    tries: list[tuple[float, Base | None, bytes]] = []
    for base in bases:
        near = nearness(base, len(body))
        if near:
            data = difference(body, base.body)
            if len(data) <= ENOUGH * len(body):
                return base, data
            tries.append((len(data) / near, base, data))
    tries.sort(key=lambda one: one[0])
    if not tries or tries[0][0] > SMALLER_THAN_ALONE * len(body):
        data = deflate(body, None, alone)
        if not tries or len(data) < tries[0][0]:
            return None, data
    _cost, best, data = tries[0]
    return best, data


def difference(body: bytes, base: bytes) -> bytes:
    """Return a payload quickly compressed against another; a frame as `deflate` makes it.

    The other is a *prefix* of zstd: it is read like a raw-content dictionary, and files every third of its positions.
    """
    window = _window_log(body, base)
    least, most = TABLE_LOGS
    compressor = zstd.ZstdCompressor(
        options={
            zstd.CompressionParameter.compression_level: DIFFERENCE_LEVEL,
            zstd.CompressionParameter.window_log: window,
            zstd.CompressionParameter.hash_log: min(max(window - TABLE_SHARE, least), most),
            zstd.CompressionParameter.content_size_flag: 0,
            zstd.CompressionParameter.checksum_flag: 0,
            zstd.CompressionParameter.dict_id_flag: 0,
        },
        zstd_dict=zstd.ZstdDict(base, is_raw=True).as_prefix,
    )
    compressor.set_pledged_input_size(len(body))
    return compressor.compress(body, compressor.FLUSH_FRAME).removeprefix(zstandard.FRAME_HEADER)


def deflate(body: bytes, base: bytes | None, level: int = ALONE) -> bytes:
    """Return a payload compressed alone, or thoroughly against another; for pipelines.store.load to read.

    The frame has neither magic number nor checksum nor size: the row has the size, and SHA-256 is the checksum.
    """
    parameters = zstandard.ZstdCompressionParameters.from_level(
        level,
        source_size=len(body),
        dict_size=len(base or b""),
        window_log=_window_log(body, base or b""),
        format=zstandard.FORMAT_ZSTD1_MAGICLESS,
        write_content_size=False,
        write_checksum=False,
        write_dict_id=False,
    )
    known = dictionary(base) if base else None
    return bytes(zstandard.ZstdCompressor(dict_data=known, compression_params=parameters).compress(body))


def _window_log(body: bytes, base: bytes) -> int:
    """Of a window that holds both."""
    return min(max((len(body) + len(base)).bit_length(), zstandard.WINDOWLOG_MIN), 27)
