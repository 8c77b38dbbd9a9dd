"""The table of captures, for who writes: rows go in and change here, and nowhere else.

    add(rows of an index) ──► capture_rows, addresses, capture_kinds          what is there stays as it is
    change(id, outcome=…, headers=…) ──► the row as its view shows it, changed, and what is kept of that (capture_rows.py)

A page with a tombstone stays forgotten, whatever an index lists of it. People read the view `captures`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final

from crawler.archives.capture import Outcome
from pipelines.store.load import STORED
from pipelines.store.tables.at_hand import AtHand
from pipelines.store.tables.capture_rows import (
    MEMENTO_DATETIME,
    Address,
    Said,
    happened,
    headers_patch,
    headers_set,
    named,
    prefix_of,
    seconds,
    timestamp_kept,
    unusual,
)

if TYPE_CHECKING:
    from sqlite_utils import Database

_NO_DATETIME: Final = f'{{"{MEMENTO_DATETIME}":null}}'  # a copy that no archive sent (copies.py)
HEADER_SETS_TRIED: Final = 4  # last sets of an address that headers are told against: pages take turns
# All of a capture that its archive's index does not give, as it is before it is asked for.
UNASKED: Final[Mapping[str, Any]] = {
    "detail": "",
    "payload_id": None,
    "fetched_at": None,
    "redirect_url": "",
    "http_status": None,
    "headers": None,
    "memento_url": None,
    "memento_at": None,
    "drift_seconds": None,
    "chain": None,
    "failures": 0,
    "not_before": None,
    "digest_verdict": None,
}
PENDING: Final[Mapping[str, Any]] = {"outcome": Outcome.PENDING.value, **UNASKED}
# Ids of the sites of which some page is not removed on request: not all of their policies' URLs have a tombstone.
ALIVE_SITES: Final = (
    "SELECT p.site_id FROM policies p JOIN policy_urls u ON u.policy_id = p.id "
    "WHERE u.urlkey NOT IN (SELECT urlkey FROM tombstones)"
)
AT_HAND: Final = 1024  # addresses, and kinds, and whether a page is removed
_KIND: Final = ("mimetype", "statuscode", "outcome", "http_status", "digest_verdict")
_NAMES: Final = ("archive", "urlkey", "timestamp", "original", "digest", "captured_at")
_SAME: Final = "address_id = ? AND at = ? AND digest = ? AND json_extract(unusual, '$.timestamp') IS ?"
INDEXED: Final = (*_NAMES, "mimetype", "statuscode", "length", "oddity", "citation_url")
COLUMNS: Final = (*INDEXED, "outcome", *UNASKED)  # of the view, all but what it adds


class CaptureTable:
    """The captures of one database; every method within the caller's transaction.

    :param alone: it is of one transaction, or its program is alone with the file: what was looked up stays at hand.
    :param memory: makes a place for what stays at hand as long as it is true (OpenFile.memory).
    """

    def __init__(
        self, db: Database, *, alone: bool = False, memory: Callable[[], AtHand[Any, Any]] | None = None
    ) -> None:
        self._db = db
        most = AT_HAND if alone else 0
        place = memory or (lambda: AtHand(most))
        self._addresses: AtHand[tuple[str, str, str], Address] = place()
        self._kinds: AtHand[tuple[Any, ...], int] = place()
        self._kinds_with: AtHand[tuple[int, str], int] = place()
        self._reasons: AtHand[str, str | None] = AtHand(most)

    def add(self, rows: Iterable[Said]) -> int:
        """Add captures, as their view has them (COLUMNS; of a new one INDEXED is enough); return how many are new."""
        addresses: dict[tuple[str, ...], Address] = {}
        reasons: dict[str, str | None] = {}
        new = 0
        for row in rows:
            said: dict[str, Any] = {**PENDING, **row}
            key = (said["urlkey"], said["original"], said["archive"])
            if key not in addresses:
                addresses[key] = self._address(said)
            if key[0] not in reasons:
                reasons[key[0]] = self.tombstone(key[0])
            new += self._add(_unless_forgotten(said, reasons[key[0]]), addresses[key])
        return new

    def put(self, row: Said) -> int:
        """Add one capture that is not there, as `add` does; return its id."""
        said = {**PENDING, **row}
        said = _unless_forgotten(said, self.tombstone(said["urlkey"]))
        at, address = seconds(said["captured_at"]) or 0, self._address(said)
        columns = {"address_id": address.row, **named(said, at)}
        columns |= self._happened(said, at, address, headers_changed=True)
        cursor = self._db.execute(
            f"INSERT INTO capture_rows ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})",
            list(columns.values()),
        )
        return int(cursor.lastrowid or 0)

    def _add(self, said: dict[str, Any], address: Address) -> bool:
        at = seconds(said["captured_at"]) or 0
        columns = {"address_id": address.row, "kind_id": self._kind(said), **named(said, at)}
        columns["unusual"] = unusual(said, at, address)
        cursor = self._db.execute(
            f"INSERT INTO capture_rows ({', '.join(columns)}) SELECT {', '.join('?' * len(columns))} WHERE NOT EXISTS "
            f"(SELECT 1 FROM capture_rows WHERE {_SAME})",
            [*columns.values(), address.row, at, said["digest"], timestamp_kept(said, at)],
        )
        if cursor.rowcount and any(said[name] != usual for name, usual in UNASKED.items()):
            self._write(int(cursor.lastrowid or 0), said, at, address, headers_changed=True)
        return bool(cursor.rowcount)

    def tombstone(self, urlkey: str) -> str | None:
        """Return why a page was removed on request, None where it was not. No archive is asked for one that was, and none
        of it is taken in.
        """
        if urlkey in self._reasons:
            return self._reasons[urlkey]
        row = self._db.execute("SELECT reason FROM tombstones WHERE urlkey = ?", [urlkey]).fetchone()
        return self._reasons.keep(urlkey, row[0] if row else None)

    def find(self, said: Said) -> int | None:
        """Return the id of a capture by what names it (timestamp, original, …), None where it is not known."""
        address = self._held_address(said)
        if address is None:
            return None
        at = seconds(said["captured_at"]) or 0
        row = self._db.execute(
            f"SELECT id FROM main.capture_rows WHERE {_SAME}",
            [address.row, at, said["digest"], timestamp_kept(said, at)],
        ).fetchone()
        return int(row[0]) if row else None

    def change(self, capture_ids: Iterable[int], **changes: Any) -> None:
        """Give captures other values, by the names that their view has for them."""
        for capture_id in capture_ids:
            columns = ("at", "address_id", *COLUMNS)
            row = self._db.execute(
                f"SELECT {', '.join(STORED if name == 'outcome' else name for name in columns)} "
                "FROM main.captures k WHERE k.id = ?",
                [capture_id],
            ).fetchone()
            held = dict(zip(columns, row, strict=True))
            said = held | changes
            moved = (said["headers"], said["drift_seconds"]) != (held["headers"], held["drift_seconds"])
            index_changed = any(name in changes for name in INDEXED)
            self._write(
                capture_id, said, held["at"], self._address(said), headers_changed=moved, index_changed=index_changed
            )

    def set_outcomes(self, captures: Iterable[tuple[int, int, str, str]]) -> None:
        """Give captures an outcome and its detail, as each reading does: all else of the row stays as it is.

        :param captures: of each its id, the kind that it has, outcome, detail.
        """
        self._db.conn.executemany(
            "UPDATE capture_rows SET kind_id = ?, detail = ? WHERE id = ?",
            [(self._kind_with(kind, outcome), detail or None, row) for row, kind, outcome, detail in captures],
        )

    def _kind_with(self, kind_id: int, outcome: str) -> int:
        """The kind that differs from another only in its outcome."""
        if (kind_id, outcome) in self._kinds_with:
            return self._kinds_with[kind_id, outcome]
        kind = self._db.execute(f"SELECT {', '.join(_KIND)} FROM main.capture_kinds WHERE id = ?", [kind_id]).fetchone()
        said = dict(zip(_KIND, kind, strict=True)) | {"outcome": outcome}
        return self._kinds_with.keep((kind_id, outcome), self._kind(said))

    def _write(
        self,
        capture_id: int,
        said: Said,
        at: int,
        address: Address,
        *,
        headers_changed: bool,
        index_changed: bool = False,
    ) -> None:
        columns = self._happened(said, at, address, headers_changed=headers_changed)
        if index_changed:
            columns |= named(said, at)
        self._db.execute(
            f"UPDATE capture_rows SET {', '.join(f'{name} = ?' for name in columns)} WHERE id = ?",
            [*columns.values(), capture_id],
        )

    def _happened(self, said: Said, at: int, address: Address, *, headers_changed: bool) -> dict[str, Any]:
        """The columns that tell what became of a capture."""
        if not address.memento_prefix and said["memento_url"]:
            prefix = prefix_of(said["memento_url"], said["timestamp"], said["original"])
            self._db.execute("UPDATE addresses SET memento_prefix = ? WHERE id = ?", [prefix, address.row])
            address = Address(address.row, address.citation_prefix, prefix)
            self._addresses.keep(_key(said), address)
        columns = {"kind_id": self._kind(said), **happened(said, at, address)}
        if headers_changed:
            columns["headers_id"], columns["headers_own"] = self._headers(said, at, address)
        return columns

    def _address(self, said: Said) -> Address:
        address = self._held_address(said)
        if address is None:
            prefix = prefix_of(said["citation_url"], said["timestamp"], said["original"])
            cursor = self._db.execute(
                "INSERT INTO addresses (urlkey, original, archive, citation_prefix) VALUES (?, ?, ?, ?)",
                [*_key(said), prefix],
            )
            address = self._addresses.keep(_key(said), Address(int(cursor.lastrowid or 0), prefix, ""))
        return address

    def _held_address(self, said: Said) -> Address | None:
        key = _key(said)
        if key in self._addresses:
            return self._addresses[key]
        held = self._db.execute(
            "SELECT id, citation_prefix, memento_prefix FROM main.addresses "
            "WHERE urlkey = ? AND original = ? AND archive = ?",
            key,
        ).fetchone()
        return self._addresses.keep(key, Address(*held)) if held else None

    def _kind(self, said: Said) -> int:
        values = tuple(said[name] for name in _KIND)
        if values in self._kinds:
            return self._kinds[values]
        held = self._db.execute(
            "SELECT id FROM main.capture_kinds WHERE mimetype = ? AND statuscode = ? AND outcome = ? "
            "AND http_status IS ? AND digest_verdict IS ?",
            values,
        ).fetchone()
        if held is None:
            cursor = self._db.execute(
                f"INSERT INTO capture_kinds ({', '.join(_KIND)}) VALUES ({', '.join('?' * len(_KIND))})", values
            )
            held = (cursor.lastrowid,)
        return self._kinds.keep(values, int(held[0]))

    def _headers(self, said: Said, at: int, address: Address) -> tuple[int | None, str | None]:
        """The set that tells most of a capture's headers, and how they differ from it; a new one where none tells half."""
        if said["headers"] is None:
            return None, None
        headers = json.loads(said["headers"])
        best = self._best_set(headers, at, said["drift_seconds"], address)
        if best is None or (best[1] != _NO_DATETIME and 2 * len(best[1]) > len(said["headers"])):
            self._db.execute(
                "INSERT INTO header_sets (address_id, headers) VALUES (?, ?)", [address.row, headers_set(headers)]
            )
            best = self._best_set(headers, at, said["drift_seconds"], address)
        if best is None:
            return None, None
        return best[0], None if best[1] == "{}" else best[1]

    def _best_set(
        self, headers: Mapping[str, Any], at: int, drift: int | None, address: Address
    ) -> tuple[int, str] | None:
        sets = self._db.execute(
            "SELECT id, headers FROM main.header_sets WHERE address_id = ? ORDER BY id DESC LIMIT ?",
            [address.row, HEADER_SETS_TRIED],
        ).fetchall()
        told = [(number, headers_patch(headers, usual, at, drift)) for number, usual in sets]
        return min(told, key=lambda one: (len(one[1]), one[0]), default=None)


def _key(said: Said) -> tuple[str, str, str]:
    """What names an address."""
    return said["urlkey"], said["original"], said["archive"]


def _unless_forgotten(said: dict[str, Any], reason: str | None) -> dict[str, Any]:
    """A capture of a page that was removed on request is a row, and nothing else."""
    if reason is None or said["outcome"] == Outcome.FORGOTTEN.value:
        return said
    return said | {**UNASKED, "outcome": Outcome.FORGOTTEN.value, "detail": reason}
