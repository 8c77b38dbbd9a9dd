"""The bytes of an archive file without their compression: plain, gzip, or zstd; and where it goes on after damage.

    stream ──Source──► run after run of bytes; a run is what hangs together: a file, or its gzip members or zstd frames

A member that begins like a record begins a run; any other one continues the run before it, since some writers cut a
file into members wherever they like (RFC 1952, 2.2: members are simply concatenated). A damaged member ends its run,
and the next member is looked for from the byte after the damaged one's first, because what damages a member may also
have moved its end. A candidate counts where it begins like a record, or is whole.

zstd: each record a frame, and perhaps a dictionary in a skippable frame before them all
(iipc.github.io/warc-specifications/specifications/warc-zstd). Memory is bounded, whatever the file declares; so is what
is read over again, so that no hostile file keeps us busy for ever.
"""

from __future__ import annotations

import io
import re
from typing import IO, Any, BinaryIO, Final, Protocol, cast

import zstandard
from zlib_ng import zlib_ng

_DAMAGED: Final = cast("type[Exception]", zlib_ng.error)
GZIP_MAGIC: Final = b"\x1f\x8b\x08"
ZSTD_MAGIC: Final = b"\x28\xb5\x2f\xfd"
_DICTIONARY_MAGIC: Final = b"\x5d\x2a\x4d\x18"  # skippable frame 0x184D2A5D, little-endian
_SKIPPABLE: Final = re.compile(rb"[\x50-\x5f]\x2a\x4d\x18")
_MAX_DICTIONARY: Final = 64 * 2**20
_MAX_WINDOW: Final = 2**27  # what zstd itself takes without being told otherwise
_MAX_BLOCK: Final = 128 * 1024  # RFC 8878, 3.1.1.2.4
# A zstd frame may declare any size: beyond this, it is a bomb. Deflate ends at 1,032 by itself.
_MAX_RATIO: Final = 1_100
_ALWAYS_ALLOWED: Final = 2**30
_PIECE: Final = 64 * 1024
_FIRST_PIECE: Final = 2048  # members may be tiny: reading far beyond the end of each would be quadratic
_GROWTH: Final = 8  # of each piece over the one before it
# What is read of a member whose length is known, and what is inflated for who wants all of it: in larger pieces a page takes
# less time, and what zlib copies of a bomb between them stays little.
_LARGE_PIECE: Final = 256 * 1024
# Bytes inflated in vain (damaged members, candidates that were none) before a file is given up, beside a multiple of its
# size; a member of text inflates to ten times its own.
_WASTE: Final = 64 * 2**20
_WASTE_RATIO: Final = 32
_TRIAL: Final = (
    64 * 1024
)  # of a candidate that does not begin like a record, so much is inflated to see whether it is whole
_BLANK: Final = re.compile(rb"[ \t\r\v\f]*\n")
_BLANK_LINE: Final = re.compile(rb"\n[ \t\r\v\f]*\n")
BEGINS_RECORD: Final = re.compile(rb"WARC/\d|[a-z][a-z0-9+.-]{1,15}:[^\n]{1,2083} [^ \n]{1,45} \d{8}")
_HEAD: Final = 2200


class _Member(Protocol):
    """One member: `read` gives b"" at its end, with `flaw` set where that is not the end it should have."""

    flaw: str
    end: int  # of it in the file, once it has been read to its end

    def read(self, size: int) -> bytes: ...


class _Plain:
    def __init__(self, stream: BinaryIO, offset: int) -> None:
        self.flaw, self.end = "", offset
        self._stream = stream

    def read(self, size: int) -> bytes:
        self._stream.seek(self.end)
        data = self._stream.read(size)
        self.end += len(data)
        return data


class _Gzip:
    def __init__(self, stream: BinaryIO, offset: int, length: int = 0) -> None:
        self.flaw, self.end = "", offset
        self._stream, self._fed, self._piece = stream, offset, min(length, _LARGE_PIECE) or _FIRST_PIECE
        self._begins, self._given = offset, 0
        self._inflater = zlib_ng.decompressobj(16 + zlib_ng.MAX_WBITS)

    def read(self, size: int) -> bytes:
        while not self._is_over():
            given = self._inflater.unconsumed_tail or self._more()
            try:
                data = self._inflater.decompress(given, size)
            except _DAMAGED as error:
                self.flaw = f"its gzip data is damaged ({error})"
                return self._before_damage(given, size)
            self._given += len(data)
            if self._inflater.eof:
                self.end = self._fed - len(self._inflater.unused_data)
            elif not given and not data:
                self.flaw = "it breaks off"
            if data:
                return data
        return b""

    def _before_damage(self, failed: bytes, size: int) -> bytes:
        """Return what is inflated before the damage, and was not given yet: zlib throws it away with its error. So what is
        read of a damaged member is the same in pieces of any size.

        :param failed: the input with the damage, the last that was read. :param size: bytes that it inflates to, at most.
        """
        at, over, parts = self._begins, -self._given, list[bytes]()
        inflater: Any = zlib_ng.decompressobj(16 + zlib_ng.MAX_WBITS)  # its types know no `copy`
        step = _FIRST_PIECE  # inflates to two megabytes at most
        self._stream.seek(at)
        while at < self._fed and over < size and step:
            good = self._fed - len(failed)
            piece = self._stream.read(min(step, good - at) if at < good else min(step, self._fed - at))
            if not piece:
                break  # the file is shorter than it was
            trial = inflater.copy()
            try:
                data = trial.decompress(piece)
            except _DAMAGED:
                step //= 2
                self._stream.seek(at)
                continue
            inflater, at, over = trial, at + len(piece), over + len(data)
            if over > 0:
                parts.append(data[-over:] if over < len(data) else data)
        return b"".join(parts)

    def _is_over(self) -> bool:
        return bool(self.flaw) or self._inflater.eof

    def _more(self) -> bytes:
        self._stream.seek(self._fed)
        given = self._stream.read(self._piece)
        self._fed += len(given)
        self._piece = max(self._piece, min(_GROWTH * self._piece, _PIECE))
        return given


class _Zstd:
    def __init__(self, stream: BinaryIO, offset: int, dictionary: zstandard.ZstdCompressionDict | None) -> None:
        self.flaw, self.end = "", offset
        self._left = 0
        try:
            self.end = _frame_end(stream, offset)
        except (ValueError, zstandard.ZstdError) as error:
            self.flaw = f"its zstd frame is damaged ({error})"
            return
        self._left = max(_ALWAYS_ALLOWED, _MAX_RATIO * (self.end - offset))
        inflater = zstandard.ZstdDecompressor(dict_data=dictionary, max_window_size=_MAX_WINDOW)
        self._reader = inflater.stream_reader(
            cast("IO[bytes]", _Slice(stream, offset, self.end)), read_across_frames=False
        )

    def read(self, size: int) -> bytes:
        if self.flaw:
            return b""
        try:
            data = bytes(self._reader.read(size))
        except zstandard.ZstdError as error:
            self.flaw = f"its zstd data is damaged ({error})"
            return b""
        self._left -= len(data)
        if self._left < 0:
            self.flaw = f"it inflates to over {_MAX_RATIO:,} times its size"
            return b""
        return data


class _Slice(io.RawIOBase):  # what zstandard takes for a stream
    """The bytes of a stream from one offset to another."""

    def __init__(self, stream: BinaryIO, start: int, end: int) -> None:
        self._stream, self._at, self._end = stream, start, end

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        self._stream.seek(self._at)
        left = self._end - self._at
        data = self._stream.read(left if size < 0 else min(size, left))
        self._at += len(data)
        return data


def _frame_end(stream: BinaryIO, offset: int) -> int:
    """Return where a zstd frame ends, by the sizes that its blocks declare (RFC 8878, 3.1.1); ValueError if nowhere."""
    stream.seek(offset)
    head = stream.read(18)
    size = zstandard.frame_header_size(head)
    has_checksum = zstandard.get_frame_parameters(head).has_checksum
    at, is_last = offset + size, False
    while not is_last:
        stream.seek(at)
        block = stream.read(3)
        if len(block) < 3:
            raise ValueError("it breaks off")
        bits = int.from_bytes(block, "little")
        is_last, kind, length = bool(bits & 1), bits >> 1 & 3, bits >> 3
        if kind == 3 or length > _MAX_BLOCK:
            raise ValueError("a block is none")
        at += 3 + (1 if kind == 1 else length)
    at += 4 if has_checksum else 0
    if at > stream.seek(0, io.SEEK_END):
        raise ValueError("it breaks off")
    return at


class Source:
    """The bytes of one file, run by run (see above). `offset` and `position` say where reading stands: the member's first
    byte in the file, and how many of the member's own bytes were read. In a plain file `position` is the offset.

    :param name: of the file; says how it is compressed where its first bytes are damaged.
    """

    def __init__(self, stream: BinaryIO, name: str) -> None:
        self._stream = stream
        self.size = stream.seek(0, io.SEEK_END)
        stream.seek(0)
        head = stream.read(4)
        self._dictionary = _dictionary(stream) if head == _DICTIONARY_MAGIC else None
        self.coding = _coding(head)
        if not BEGINS_RECORD.match(self._member_at(self._past_skippable(0)).read(_HEAD)):
            self.coding = _coding_named(name) or self.coding
        self._allowed = _WASTE + _WASTE_RATIO * self.size
        self._member: _Member | None = None
        self._buffer, self._used = b"", 0
        self._begun = 0  # the member's bytes before the buffer
        self._run_over = True
        self._next: int | None = 0  # where the next member is looked for, None: not before this one has been read
        self.offset = 0
        self.flaw = ""  # why the run that was just read ended where it should not
        self.gap = 0  # bytes that belong to no member, before this one

    @property
    def position(self) -> int:
        return self._begun + self._used

    @property
    def end(self) -> int:
        """The file's byte behind the member, once the run has been read to its end."""
        return self._member.end if self._member is not None else 0

    @property
    def place(self) -> tuple[int, int]:
        return self.offset, self.position

    def go_to(self, offset: int, position: int, length: int = 0) -> None:
        """Begin a run at a place that was read before.

        :param length: bytes of its member, 0 where that is not known.
        """
        self._open(offset, length)
        self._run_over, self.flaw = False, ""
        if self.coding == "plain":
            self._member.end = self._begun = position  # type: ignore[union-attr]
        else:
            self.skip(position)

    def next_run(self) -> bool:
        """Go to the next run; False where there is none."""
        while self.read(_PIECE):
            pass
        was_flawed, self.flaw, self.gap = bool(self.flaw), "", 0
        at = self._after(was_flawed=was_flawed)
        at = at if was_flawed else self._past_skippable(at)
        found = self._find(at, search=was_flawed)
        if found is None:
            self.gap = max(0, self.size - at) if self._has_content(at) and not was_flawed else 0
            return False
        self.gap = 0 if was_flawed else found - at
        self._open(found)
        self._run_over = False
        return True

    def read(self, size: int) -> bytes:
        """Return at most so many bytes of the run, b"" at its end."""
        if self._used == len(self._buffer) and not self._fill(size):
            return b""
        data = self._buffer[self._used : self._used + size]
        self._used += len(data)
        return data

    def readline(self, size: int) -> bytes:
        """Return the rest of a line, at most so many bytes of it, b"" at the end of the run."""
        parts, left = [], size
        while left > 0 and (self._used < len(self._buffer) or self._fill()):
            end = self._buffer.find(b"\n", self._used, self._used + left) + 1
            part = self._buffer[self._used : end or self._used + left]
            self._used += len(part)
            left -= len(part)
            parts.append(part)
            if end:
                break
        return b"".join(parts)

    def head(self, without: re.Pattern[bytes] | None, size: int | None = None) -> bytes:
        """Return the lines to a blank one, that one too; b"" where they are not in the buffer, which is no flaw.

        :param without: what they may not have. :param size: bytes at most.
        """
        last = len(self._buffer) if size is None else self._used + size
        blank = _BLANK.match(self._buffer, self._used, last) or _BLANK_LINE.search(self._buffer, self._used, last)
        if blank is None or (without is not None and without.search(self._buffer, self._used, blank.end())):
            return b""
        lines = self._buffer[self._used : blank.end()]
        self._used = blank.end()
        return lines

    def skip(self, size: int) -> int:
        """Read over so many bytes of the run; return how many there were."""
        if self.coding == "plain":
            there = max(0, min(size, self.size - self.position))
            target = self.position + there
            self._buffer, self._used, self._begun = b"", 0, target
            self._member.end = target  # type: ignore[union-attr]
            return there
        left = size
        while left and (data := self.read(min(left, _LARGE_PIECE))):
            left -= len(data)
        return size - left

    def at_end(self) -> bool:
        """Tell whether the run is read to its end."""
        return self._used == len(self._buffer) and not self._fill()

    def waste(self, size: int) -> bool:
        """Book bytes that are read once more; False where that is over what one file may cost."""
        self._allowed -= size
        return self._allowed > 0

    def _fill(self, wanted: int = 0) -> bool:
        while not self._run_over and self._member is not None:
            self._begun += len(self._buffer)
            self._buffer, self._used = self._member.read(min(max(wanted, _PIECE), _LARGE_PIECE)), 0
            if self._buffer:
                return True
            self._run_over = bool(self._member.flaw) or not self._continue()
            self.flaw = self._member.flaw
        return False

    def _continue(self) -> bool:
        """Go on into the next member, if it continues this one."""
        at = self._member.end  # type: ignore[union-attr]
        if self.coding == "plain" or at >= self.size:
            return False
        at = self._past_skippable(at)
        if not self._begins(at) or not self._continues(at):
            return False
        self._open(at)
        return True

    def _open(self, at: int, length: int = 0) -> None:
        self.offset, self._buffer, self._used, self._begun = at, b"", 0, 0
        self._member = self._member_at(at, length)

    def _member_at(self, at: int, length: int = 0) -> _Member:
        if self.coding == "gzip":
            return _Gzip(self._stream, at, length)
        return _Zstd(self._stream, at, self._dictionary) if self.coding == "zstd" else _Plain(self._stream, at)

    def _after(self, *, was_flawed: bool) -> int:
        """Where the next run is looked for."""
        if self._member is None:
            return 0
        if was_flawed:
            self.waste(self.position)
            return self.offset + 1
        return self._member.end

    def _find(self, at: int, *, search: bool) -> int | None:
        """Where the next member begins: at this very byte, or behind bytes that are none."""
        if at >= self.size or (self.coding == "plain" and at):
            return None
        if not search and (self.coding == "plain" or self._begins(at)):
            return at
        magic = GZIP_MAGIC if self.coding == "gzip" else ZSTD_MAGIC
        while (found := self._find_bytes(magic, at)) is not None:
            if not self.waste(0):
                self.flaw = "it has too many damaged parts, and is not read further"
                return None
            if self._is_member(found):
                return found
            at = found + 1
        return None

    def _find_bytes(self, wanted: bytes, at: int) -> int | None:
        before = b""
        while True:
            self._stream.seek(at)
            piece = self._stream.read(_PIECE)
            if not piece:
                return None
            found = (before + piece).find(wanted)
            if found >= 0:
                return at - len(before) + found
            at += len(piece)
            before = (before + piece)[-len(wanted) + 1 :]

    def _begins(self, at: int) -> bool:
        self._stream.seek(at)
        head = self._stream.read(4)
        return head.startswith(GZIP_MAGIC) and not head[3:] > b"\x1f" if self.coding == "gzip" else head == ZSTD_MAGIC

    def _continues(self, at: int) -> bool:
        """Tell whether a member goes on with what the one before it had: not where a record begins, or nothing can be read."""
        head = self._member_at(at).read(_HEAD)
        return bool(head) and not BEGINS_RECORD.match(head)

    def _is_member(self, at: int) -> bool:
        """Tell whether a member begins where a magic was found: three bytes may stand anywhere by chance."""
        if not self._begins(at):
            return False
        member, size = self._member_at(at), 0
        data = member.read(_HEAD)
        if BEGINS_RECORD.match(data):
            return True
        while data and size < _TRIAL:
            size += len(data)
            data = member.read(_HEAD)
        self.waste(size + _HEAD)
        return not data and not member.flaw

    def _past_skippable(self, at: int) -> int:
        while self.coding == "zstd":
            self._stream.seek(at)
            head = self._stream.read(8)
            if len(head) < 8 or not _SKIPPABLE.match(head):
                break
            at += 8 + int.from_bytes(head[4:], "little")
        return at

    def _has_content(self, at: int) -> bool:
        """Tell whether anything but padding stands behind the last member."""
        self._stream.seek(at)
        return bool(self._stream.read(_PIECE).strip(b"\0\r\n\t "))


def _coding(head: bytes) -> str:
    if head.startswith(GZIP_MAGIC[:2]):
        return "gzip"
    return "zstd" if head == ZSTD_MAGIC or _SKIPPABLE.match(head) else "plain"


def _coding_named(name: str) -> str:
    """What a name says, "" if nothing."""
    lowered = name.lower()
    codings = {".gz": "gzip", ".zst": "zstd", ".warc": "plain", ".arc": "plain"}
    return next((coding for ending, coding in codings.items() if lowered.endswith(ending)), "")


def _dictionary(stream: BinaryIO) -> zstandard.ZstdCompressionDict | None:
    """Return the dictionary at the beginning of a file, which may itself be compressed; None where it is damaged."""
    stream.seek(4)
    size = int.from_bytes(stream.read(4), "little")
    if size > _MAX_DICTIONARY:
        return None
    data = stream.read(size)
    if data.startswith(ZSTD_MAGIC):
        try:
            reader = zstandard.ZstdDecompressor(max_window_size=_MAX_WINDOW).stream_reader(data)
            data = reader.read(_MAX_DICTIONARY)
        except zstandard.ZstdError:
            return None
    return zstandard.ZstdCompressionDict(data)
