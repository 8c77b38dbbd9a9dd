"""Each payload of a URL compressed against the one that holds most of it, and is not far to read back.

    payloads, oldest first ─► sketch ─► the best of many bases ─► zstd ─► base_id, data

Pages of one URL take turns: by country, by test, by server. So the payload before is often not the most alike; among
the last 64 of five real histories, taking the one with the fewest new pieces made 1.10 MB of what were 1.51 MB
against the one before. How alike two pages are is told by a *sketch*: the pieces between tags, lines and commas, each
by its checksum. One piece in 32 tells which bases are worth a look, all pieces tell which of those is best.

What the crawl stored as a small difference stays as it is (`KEPT`): of twelve real histories that is two payloads in
three, and looking for a better base made their differences larger by a fifth. It is taken to look like what it stands on.

The cost of a payload does not depend on how many there are: it meets a bounded number of bases. What was gone through
before is not gone through again: payloads that came since meet those around them (`NEAR`), and some less deep.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from zlib import crc32

from pipelines.store.load import load_payload, stored_frame
from pipelines.store.shelves.payloads import deflate
from pipelines.store.tables.payload_bases import Base, Bases, nearness

if TYPE_CHECKING:
    from sqlite_utils import Database

LAST, PER_DEPTH, DEPTHS = 64, 4, 64  # bases at hand: the last payloads, and some of each depth
MOST_BYTES: Final = 24_000_000  # of them together; with their sketches about 120 MB
NEAR: Final = 8  # payloads on each side, of those gone through before, that one which came since can stand on
AGAIN: Final = 4  # where one payload in so many came since, all are gone through again
KEPT: Final = 0.0005  # of a payload: a difference so small stays as the crawl made it
KEPT_BYTES: Final = 160  # and so does one of so few bytes
KEPT_IN_A_ROW: Final = 16  # then its pieces are looked at, for many small differences are a large one
EXACT: Final = 4  # bases that are looked at in full
ALIKE: Final = 0.005  # less than this share of a page is new: no better base is looked for
NEAR_ENOUGH: Final = 0.5  # such a base must be as near as this
ALONE_TOO: Final = 2  # where one part in so many is new, a payload is compressed alone, too
_SAMPLE: Final = 32  # one piece in so many is looked at first
_OVERHEAD: Final = 48  # bytes of the smallest difference
_SKETCHED: Final = 4_000_000  # bytes of a payload that are looked at
_CUTS: Final = bytes.maketrans(b">;,", b"\n\n\n")
# On 96 real differences of 100 to 400 kB pages, the large half and the small half: level 9 4,315 and 149 bytes in 3 ms,
# level 10 4,252 and 148 in 2.5 ms, level 11 4,211 and 148 in 9 ms, level 19 some 4,000 and 145 in 80 ms. From level 11 on
# (13, where both together are over 256 kB) zstd builds trees. That is for what stays large, which is rare.
LEVEL: Final = 10
LEVEL_LARGE: Final = 12
LARGE: Final = 256_000  # bytes of payload and base
STRONG: Final = 19
STRONG_FROM: Final = 8_000  # bytes that level 12 leaves
STRONG_UP_TO: Final = 500_000  # bytes of the payload


@dataclass(frozen=True, slots=True)
class Sketched(Base):
    """A base whose pieces are known.

    :param pieces: checksum of each piece: its bytes. :param sample: some of them.
    :param guessed: how many payloads ago they were looked at.
    """

    pieces: Mapping[int, int]
    sample: frozenset[int]
    guessed: int = 0


def rebase(db: Database, urlkey: str) -> None:
    """Give each payload of a URL that came since the last time the best base among those at hand. Within a transaction.

    Only payloads that were gone through already become bases, so that no circle can come about; what stands on a
    payload does not mind, for its bytes stay the same.
    """
    before = db.execute("SELECT payloads, newest FROM compacted WHERE urlkey = ?", [urlkey]).fetchone() or (0, 0)
    *seen, known_still = db.execute(
        "SELECT count(DISTINCT r.payload_id), max(r.payload_id), "
        "count(DISTINCT r.payload_id) FILTER (WHERE r.payload_id <= ?) FROM addresses a "
        "JOIN capture_rows r ON r.address_id = a.id WHERE a.urlkey = ? AND r.payload_id IS NOT NULL",
        [before[1], urlkey],
    ).fetchone()
    if tuple(seen) == before:
        return
    ids = [
        payload_id
        for (payload_id,) in db.execute(
            "SELECT r.payload_id FROM addresses a JOIN capture_rows r ON r.address_id = a.id WHERE a.urlkey = ? "
            "AND r.payload_id IS NOT NULL GROUP BY 1 HAVING a.urlkey = (SELECT b.urlkey FROM capture_rows o "
            "JOIN addresses b ON b.id = o.address_id WHERE o.payload_id = r.payload_id ORDER BY b.urlkey LIMIT 1) "
            "ORDER BY min(r.at), 1",
            [urlkey],
        ).fetchall()
    ]
    came = {payload_id for payload_id in ids if payload_id > before[1]}
    if known_still != before[0] or AGAIN * len(came) > len(ids):
        came = set(ids)
    bases: Bases[Sketched] = Bases(LAST, PER_DEPTH, DEPTHS, MOST_BYTES)
    gone_through: dict[int, Base] = {}  # without their bytes
    for payload_id, around in _with_neighbours(db, ids, came):
        for held in around:
            if (base := _held(db, held, came)) is not None:
                bases.add(base)
                gone_through[held] = Base(held, b"", base.depth, base.reach)
        known = {base.payload_id: base for base in bases}
        body = load_payload(db.execute, payload_id, {one: base.body for one, base in known.items()})
        (base_id,) = db.execute("SELECT base_id FROM payloads WHERE id = ?", [payload_id]).fetchone()
        stored = stored_frame(db.execute, payload_id)
        below = gone_through.get(base_id)
        if below and len(stored) <= max(KEPT_BYTES, KEPT * len(body)) and nearness(below, len(body)):
            made = _like(Base(payload_id, body, below.depth + 1, below.reach + len(body)), known.get(base_id))
        elif body:
            made = _moved(db, payload_id, body, bases, stored)
        else:
            continue
        bases.add(made)
        gone_through[payload_id] = Base(payload_id, b"", made.depth, made.reach)
    if ids:
        db.execute("INSERT OR REPLACE INTO compacted VALUES (?, ?, ?)", [urlkey, *seen])


def _like(base: Base, below: Sketched | None) -> Sketched:
    """A payload that is taken to look like the one that it stands on."""
    if below is not None and below.guessed < KEPT_IN_A_ROW:
        pieces, sample, guessed = below.pieces, below.sample, below.guessed + 1
    else:
        pieces = sketch(base.body)
        sample, guessed = _sample(pieces), 0
    return Sketched(base.payload_id, base.body, base.depth, base.reach, pieces, sample, guessed)


def _moved(db: Database, payload_id: int, body: bytes, bases: Bases[Sketched], stored: bytes) -> Sketched:
    """A payload, stored against the best of many bases. :param stored: its data until now."""
    chosen, data, pieces = smallest(body, bases)
    depth, reach = (chosen.depth + 1, chosen.reach + len(body)) if chosen else (0, len(body))
    db.execute(  # the same bytes may come of another base
        "UPDATE payloads SET base_id = ?1, depth = ?2, data = CASE WHEN ?3 THEN ?4 ELSE data END "
        "WHERE id = ?5 AND (?3 OR base_id IS NOT ?1 OR depth <> ?2)",
        [chosen.payload_id if chosen else None, depth, data != stored, data, payload_id],
    )
    return Sketched(payload_id, body, depth, reach, pieces, _sample(pieces))


def mend_depths(db: Database) -> None:
    """Make every payload's depth one more than its base's: some stand on payloads of another URL."""
    rows = {row[0]: row[1:] for row in db.execute("SELECT id, base_id, depth FROM payloads").fetchall()}
    right: dict[int, int] = {}
    for payload_id in rows:
        chain: list[int] = []
        above: int | None = payload_id
        while above is not None and above not in right and len(chain) <= len(rows):
            chain.append(above)
            above = rows[above][0]
        depth = -1 if above is None else right[above]
        for number, below in enumerate(reversed(chain), start=1):
            right[below] = depth + number
    wrong = [(depth, payload_id) for payload_id, depth in right.items() if rows[payload_id][1] != depth]
    db.conn.executemany("UPDATE payloads SET depth = ? WHERE id = ?", wrong)


def smallest(body: bytes, bases: Bases[Sketched]) -> tuple[Sketched | None, bytes, Mapping[int, int]]:
    """Return a payload compressed small: against which base (None: alone), its data, its pieces."""
    pieces = sketch(body)
    base, new = best_base(len(body), pieces, bases)
    level = LEVEL if len(body) + len(base.body if base else b"") <= LARGE else LEVEL_LARGE
    data = deflate(body, base.body if base else None, level)
    if base and ALONE_TOO * new > len(body) and len(alone := deflate(body, None, level)) <= len(data):
        base, data = None, alone
    if len(data) >= STRONG_FROM and len(body) <= STRONG_UP_TO:
        data = min(data, deflate(body, base.body if base else None, STRONG), key=len)
    return base, data, pieces


def sketch(body: bytes) -> Mapping[int, int]:
    """Return the pieces of a payload, each by its checksum with its bytes.

    >>> sorted(sketch(b"<p>a</p><p>b</p>").values())
    [0, 2, 4, 4]
    """
    pieces = body[:_SKETCHED].translate(_CUTS).split(b"\n")
    return dict(zip(map(crc32, pieces), map(len, pieces), strict=True))


def best_base(size: int, pieces: Mapping[int, int], bases: Bases[Sketched]) -> tuple[Sketched | None, int]:
    """Return the base that holds most of a payload for its distance, and how many of its bytes are new to it.

    :param size: bytes of the payload. :param bases: candidates, the last payload first.
    """
    wanted, sample = frozenset(pieces), _sample(pieces)
    best: tuple[float, int, Sketched] | None = None
    rough: list[tuple[float, int, Sketched]] = []
    for number, base in enumerate(bases):
        near = nearness(base, size)
        if not near:
            continue
        if best is not None:
            new = _bytes_of(pieces, sample.difference(base.sample)) * _SAMPLE
            if new >= ALIKE * size or near <= NEAR_ENOUGH:
                rough.append(((new + _OVERHEAD) / near, number, base))
                continue
        new = _bytes_of(pieces, wanted.difference(base.pieces))  # the last payload, and those that look alike
        cost = (new + _OVERHEAD) / near
        if best is None or cost < best[0]:
            best = cost, new, base
        if new < ALIKE * size and near > NEAR_ENOUGH:
            return best[2], best[1]
    for _cost, _number, base in sorted(rough, key=lambda one: one[:2])[:EXACT]:
        new = _bytes_of(pieces, wanted.difference(base.pieces))
        cost = (new + _OVERHEAD) / nearness(base, size)
        if best is None or cost < best[0]:
            best = cost, new, base
    return (best[2], best[1]) if best else (None, size)


def _sample(pieces: Mapping[int, int]) -> frozenset[int]:
    return frozenset(piece for piece in pieces if not piece % _SAMPLE)


def _bytes_of(pieces: Mapping[int, int], some: frozenset[int]) -> int:
    return sum(map(pieces.__getitem__, some))


def _with_neighbours(db: Database, ids: Sequence[int], came: set[int]) -> Iterator[tuple[int, list[int]]]:
    """Each payload that came, with those of before that it can stand on and that were not named yet."""
    depths: dict[int, int] = {}
    if len(came) < len(ids):
        depths = dict(db.execute("SELECT id, depth FROM payloads").fetchall())
    named: set[int] = set()
    ladder: dict[int, int] = {}  # bits of a depth: the last payload of before that is so deep
    for position, payload_id in enumerate(ids):
        if payload_id in came:
            around = [*ladder.values(), *ids[max(0, position - NEAR) : position + NEAR + 1]]
            yield payload_id, [one for one in dict.fromkeys(around) if one not in came and one not in named]
            named |= set(around)
        else:
            ladder[depths[payload_id].bit_length()] = payload_id


def _held(db: Database, payload_id: int, came: set[int]) -> Sketched | None:
    """A payload that was gone through before; None where it stands on one that is yet to be gone through."""
    chain = db.execute(
        "WITH RECURSIVE chain (id) AS (SELECT ? UNION SELECT p.base_id FROM chain c JOIN payloads p ON p.id = c.id) "
        "SELECT p.id, p.size FROM chain c JOIN payloads p ON p.id = c.id",
        [payload_id],
    ).fetchall()
    if came & {one for one, _size in chain}:
        return None
    body = load_payload(db.execute, payload_id)
    pieces = sketch(body)
    return Sketched(payload_id, body, len(chain) - 1, sum(size for _one, size in chain), pieces, _sample(pieces))
