"""The records of a WARC or ARC file, whatever is wrong with the ones beside them.

    Source ──records(source, take)──► Sound(place, what `take` made of it) | Flaw(offset, why), in file order

A record is sound where its frame is whole: its head can be read, its block has the bytes that it declares, and behind it
is another record or the end. Every other one is one flaw, and the next record is looked for from the beginning of its
block, so that a wrong Content-Length swallows nothing. Where compression gives a record a frame of its own, a declared
length that is too short or unreadable does no harm: the block is the whole of it, and the flaw says so.

WARC: iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1. ARC, versions 1 and 2:
archive.org/web/researcher/ArcFileFormat.php.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

from crawler.archives.files.containers import Source
from crawler.archives.files.digests import digest_text, plain_digest
from crawler.archives.files.fields import Fields, parse_fields

_Taken = TypeVar("_Taken")
_At = tuple[int, int]  # as Source.place

_LINE: Final = 64 * 1024
_MAX_HEAD: Final = 2**20  # bytes of a record's or of an HTTP head
_ALL: Final = 2**62
_WARC_LINE: Final = re.compile(rb"WARC/\d{1,2}\.\d{1,3}[ \t]{0,9}\r{0,2}\n")
_WARC: Final = re.compile(rb"WARC/\d{1,2}\.\d{1,3}[ \t]{0,9}\r{0,2}\n\Z")
# URL, IP address and date of an ARC record; its media type and, last, its length follow (in version 2, five more between)
_ARC: Final = re.compile(rb"([a-z][a-z0-9+.-]{1,15}:[^\n]*?) ([0-9a-f.:]{2,45}) (\d{8,18}) ", re.IGNORECASE)
_STATUS: Final = re.compile(r"HTTP/\d(?:\.\d)?[ \t]+([1-9]\d\d)(?:[ \t].*)?", re.ASCII | re.IGNORECASE | re.DOTALL)
_ARC_WORDS: Final = 4  # of the five that begin an ARC record, one may be damaged beyond recognition
_CLOSING: Final = 4  # bytes of the two line ends that close a record
_LENGTH: Final = re.compile(r"\d{1,15}", re.ASCII)


class BadRecordError(ValueError):
    """What is wrong with one record. Its text goes to the person."""


@dataclass(frozen=True, slots=True)
class Head:
    """What a record says of itself.

    :param kind: its WARC-Type; in an ARC file "response", and "arc_header" for the file's description of itself.
    :param length: of its block in bytes as declared, None where that cannot be read.
    """

    kind: str
    fields: Fields
    length: int | None
    is_arc: bool = False

    def get(self, name: str) -> str:
        """Return a field's value, "" where it has none."""
        return self.fields.get(name)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a record lies.

    :param offset: the file's byte at which the record, or the member that it begins in, begins.
    :param position: inflated bytes of that member before the record.
    :param length: bytes in the file: its own in a plain file, and its member's otherwise.
    :param block: bytes of its block, None: as it declares.
    """

    offset: int
    position: int = 0
    length: int = 0
    block: int | None = None


@dataclass(frozen=True, slots=True)
class Sound(Generic[_Taken]):
    place: Place
    taken: _Taken


@dataclass(frozen=True, slots=True)
class Flaw:
    """What is wrong from a byte of the file on."""

    offset: int
    why: str


class Block:
    """The bytes of a record behind its head, as a file that is read once. Without a length it ends with the run."""

    def __init__(self, source: Source, length: int | None) -> None:
        self._source, self._left = source, length
        self.size = 0

    def read(self, size: int = -1) -> bytes:
        """Return so many bytes, all if negative; fewer only at the end."""
        parts, wanted = [], size if size >= 0 else _ALL
        while wanted and (part := self._source.read(self._within(wanted))):
            self._book(len(part))
            wanted -= len(part)
            parts.append(part)
        return b"".join(parts)

    def readline(self, size: int = _LINE) -> bytes:
        line = self._source.readline(self._within(size))
        self._book(len(line))
        return line

    def head(self) -> bytes:
        """Return the lines to a blank one, b"" where they are not at hand."""
        lines = self._source.head(None, self._left)
        self._book(len(lines))
        return lines

    def drain(self) -> bool:
        """Read to the end; tell whether all bytes are there that were declared."""
        if self._left is not None:
            self._book(self._source.skip(self._left))
        return self._left == 0

    def _within(self, size: int) -> int:
        return size if self._left is None else min(size, self._left)

    def _book(self, size: int) -> None:
        self.size += size
        if self._left is not None:
            self._left -= size


def records(source: Source, take: Callable[[Head, Block], _Taken | None]) -> Iterator[Sound[_Taken] | Flaw]:
    """Yield what `take` makes of each record, and what is wrong.

    :param take: may read of the block what it needs, and returns None where it has no use for a record. Any exception of
        it is that record's flaw.
    """
    scan, is_anything = _Scan(source), False
    while source.next_run():
        is_anything = True
        if source.gap:
            yield Flaw(source.offset - source.gap, f"{source.gap:,} bytes belong to no record")
        is_told = False
        for found in scan.run(take):
            is_told |= isinstance(found, Flaw) and found.why == source.flaw
            yield found
        if source.flaw and not is_told:
            yield Flaw(source.offset, source.flaw)
    if source.size and not is_anything:
        yield Flaw(0, "there is no WARC or ARC record in it")
        return
    if source.flaw:
        yield Flaw(source.offset, source.flaw)
    if source.gap:
        yield Flaw(source.size - source.gap, f"{source.gap:,} bytes belong to no record")


def read_record(source: Source, place: Place) -> tuple[Head, Block]:
    """Return a record that was found before; BadRecordError where there is none."""
    source.go_to(*((0, place.offset) if source.coding == "plain" else (place.offset, place.position, place.length)))
    scan = _Scan(source)
    head = scan.head() if scan.next_line() and scan.begins() else None
    if head is None:
        raise BadRecordError(f"there is no record at byte {place.offset:,}")
    return head, Block(source, head.length if place.block is None else place.block)


def read_http_head(first: bytes, block: Block) -> tuple[str, Fields]:
    """Return the status, three digits, and the headers at the beginning of a block; BadRecordError where it has none.

    :param first: the block's first line, which has been read.
    """
    said = _text(first).strip()
    status = _STATUS.fullmatch(said)
    if status is None:
        raise BadRecordError(f"its HTTP status line cannot be read: {said[:100]!r}")
    if rest := block.head():
        return status[1], parse_fields(first + rest)
    lines, size = [first], 0
    while lines[-1].strip():
        size += len(lines[-1])
        if size > _MAX_HEAD:
            raise BadRecordError(f"its HTTP headers have over {_MAX_HEAD // 2**20} MiB")
        lines.append(block.readline())
    return status[1], parse_fields(b"".join(lines))


class _Scan:
    """Reads heads, and finds where records begin. `_line` is the first line of the record at `_at`, b"" at the end."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._is_arc = False
        self._line, self._at = b"", (0, 0)
        self._closing = b""  # the first bytes of the blank lines before it

    def run(self, take: Callable[[Head, Block], _Taken | None]) -> Iterator[Sound[_Taken] | Flaw]:
        """Yield the records of a run."""
        self.next_line()
        while self._line:
            if self.begins():
                yield from self._record(take)
                continue
            at, begins = self._at, self._beginning()
            if begins is None:
                self._search()
            else:
                self._move(begins)
            yield self._flaw(at, self._source.flaw or "there is no record")

    def _record(self, take: Callable[[Head, Block], _Taken | None]) -> Iterator[Sound[_Taken] | Flaw]:
        source, at = self._source, self._at
        head = self.head()
        if head is None:
            yield self._flaw(at, source.flaw or "its head breaks off, or is far too long")
            return
        body, block = source.place, Block(source, head.length)
        taken, why = _taken(take, head, block)
        drained, member = block.drain(), source.offset
        whole = drained and (not self.next_line() or self.begins() or self._is_closed(head, body, block.size))
        if source.flaw and not self._line and source.offset == member:
            yield self._flaw(at, source.flaw)
        elif not whole:
            yield from self._missized(take, at, body, head)
        elif why:
            yield self._flaw(at, why)
        elif taken is not None:
            yield Sound(self._place(at, body, block.size), taken)

    def _missized(
        self, take: Callable[[Head, Block], _Taken | None], at: _At, body: _At, head: Head
    ) -> Iterator[Sound[_Taken] | Flaw]:
        """What becomes of a record with a wrong length: read where compression framed it alone, else passed over."""
        source = self._source
        is_plain = source.coding == "plain"
        if not is_plain and not source.waste(source.position + body[1]):
            self._line = b""
            yield self._flaw(at, "too much of the file is damaged, and it is not read further")
            return
        source.go_to(*body)
        size = self._search()
        why = "unreadable or missing" if head.length is None else f"wrong ({head.length:,} bytes)"
        is_alone = not self._line and not at[1] and not is_plain and not source.flaw
        if not is_alone or size < (head.length or 0):
            yield self._flaw(at, source.flaw if not self._line and source.flaw else f"its length is {why}")
            return
        source.go_to(*body)
        taken, flaw = _taken(take, head, Block(source, size))
        source.skip(_ALL)
        yield self._flaw(at, flaw or f"its length is {why}; it is read, since it has a compressed frame of its own")
        if taken is not None:
            yield Sound(self._place(at, body, size, size), taken)

    def _is_closed(self, head: Head, body: _At, size: int) -> bool:
        """Tell whether a block is whole although no record follows it: its digest says so, or, if it has none, the line
        ends that close a record; in an ARC file, which has but one, that a damaged first line follows.
        """
        if head.is_arc:
            fields = self._line.split()
            return self._closing.endswith(b"\n") and len(fields) >= _ARC_WORDS and fields[-1].isdigit()
        said, digest = _block_digest(head)
        if digest is None:
            return self._closing.startswith(b"\r\n\r\n")
        source = self._source
        if source.coding != "plain" and not source.waste(body[1] + size):
            return False
        source.go_to(*body)
        block = Block(source, size)
        while piece := block.read(_LINE):
            digest.update(piece)
        self.next_line()
        return said == digest_text(digest)

    def head(self) -> Head | None:
        """Read the head that begins with the line that was read; None where it breaks off at the end, or at the
        first line of the next record, or is far too long.
        """
        if not _WARC.match(self._line):
            return _arc_head(self._line)
        if not self._is_arc and (rest := self._source.head(_WARC_LINE)):
            return _warc_head(self._line + rest)
        lines, size = [self._line], 0
        while self._line.strip():
            if not self._read_line():
                return None
            if size > _MAX_HEAD:
                self._search()
                return None
            size += len(self._line)
            if (begins := self._beginning()) is not None:
                self._move(begins)
                return None
            lines.append(self._line)
        return _warc_head(b"".join(lines))

    def begins(self) -> bool:
        """Tell whether the line that was read is the first one of a record."""
        if _WARC.match(self._line):
            return True
        is_arc = _arc_fields(self._line) is not None
        self._is_arc |= is_arc
        return is_arc

    def next_line(self) -> bool:
        """Read the next line that has anything in it; False at the end of the run."""
        self._closing = b""
        while self._read_line():
            if self._line.strip():
                return True
            self._closing += self._line[: _CLOSING - len(self._closing)]
        return False

    def _read_line(self) -> bool:
        if self._source.at_end():
            self._line = b""
            return False
        self._at = self._source.place
        self._line = self._source.readline(_LINE)
        return True

    def _search(self) -> int:
        """Go to the first line of the next record, or to the end of the run; return how many bytes lie before it,
        without the two line ends that close a record.
        """
        size, tail = 0, b""
        while self._read_line():
            begins = self._beginning()
            before = self._line if begins is None else self._line[:begins]
            size, tail = size + len(before), (tail + before)[-4:]
            if begins is not None:
                self._move(begins)
                break
        closing = re.search(rb"(?:\r?\n){1,2}\Z", tail)
        return size - (len(closing[0]) if closing else 0)

    def _beginning(self) -> int | None:
        """Where in the line a record begins; behind bytes that lost their line's end, too."""
        at = self._line.rfind(b"WARC/")
        if at >= 0 and _WARC.match(self._line, at):
            return at
        return 0 if self._is_arc and _arc_fields(self._line) else None

    def _move(self, begins: int) -> None:
        """Make a record that begins within the line begin with it."""
        if begins and self._at[0] != self._source.offset:  # the line runs over several members
            self._source.go_to(*self._at)
            self._source.skip(begins)
            self._read_line()
        elif begins:
            self._line, self._at = self._line[begins:], (self._at[0], self._at[1] + begins)

    def _flaw(self, at: _At, why: str) -> Flaw:
        return Flaw(at[1] if self._source.coding == "plain" else at[0], why)

    def _place(self, at: _At, body: _At, size: int, block: int | None = None) -> Place:
        """Where a record lies that has just been read."""
        source = self._source
        if source.coding == "plain":
            return Place(at[1], 0, body[1] - at[1] + size, block)
        length = source.end - at[0] if not self._line else body[1] - at[1] + size
        return Place(at[0], at[1], length, block)


def _taken(take: Callable[[Head, Block], _Taken | None], head: Head, block: Block) -> tuple[_Taken | None, str]:
    try:
        return take(head, block), ""
    except BadRecordError as error:
        return None, str(error)
    except Exception as error:  # noqa: BLE001 - whatever a library makes of hostile fields is this record's flaw
        return None, f"it cannot be read ({type(error).__name__}: {' '.join(str(error).split())[:200]})"


def _block_digest(head: Head) -> tuple[str, Any]:
    """Return a record's digest of its block, and the hash to compute it with; None where there is no such thing."""
    said = plain_digest(head.get("WARC-Block-Digest"))
    label = said.partition(":")[0] if ":" in said else "sha1"
    known = said and label in ("md5", "sha1", "sha256", "sha512")
    return said, hashlib.new(label, usedforsecurity=False) if known else None


def _arc_fields(line: bytes) -> tuple[str, str, str, str, str] | None:
    """The URL, address, date, media type and length of an ARC record's first line, None where it is none."""
    match = _ARC.match(line)
    rest = line[match.end() :].split() if match and line.endswith(b"\n") else []
    if match is None or not rest:
        return None
    url, address, date = match.groups()
    return _text(url), _text(address), _text(date), _text(rest[0]) if len(rest) > 1 else "", _text(rest[-1])


def _warc_head(head: bytes) -> Head:
    fields = parse_fields(head)
    length = fields.get("Content-Length")
    return Head(fields.get("WARC-Type").lower(), fields, int(length) if _LENGTH.fullmatch(length) else None)


def _arc_head(line: bytes) -> Head | None:
    found = _arc_fields(line)
    if found is None:
        return None
    names = ("WARC-Target-URI", "WARC-IP-Address", "WARC-Date", "Content-Type", "Content-Length")
    url, length = found[0], found[-1]
    kind = "arc_header" if url.startswith("filedesc:") else "response"
    declared = int(length) if _LENGTH.fullmatch(length) else None
    return Head(kind, Fields(zip(names, found, strict=True)), declared, is_arc=True)


def _text(line: bytes) -> str:
    return line.decode("utf-8", "replace")
