"""A shard that lay anywhere, opened in a process of its own: what it does to a parser, or to memory, ends only that one.

    Shard(place, folder, name, columns) ──rows──► rows, some at once        or a StoreError that says why not

The process keeps the file open from call to call. Each call says where it goes on, so that another process can take its
place. What comes out is bounded by rows.py, and what is needed for it by the process's limits.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Self

from crawler.archives.errors import StoreError
from pipelines.reading.apart import Apart, Limits, Stopped, Why
from pipelines.shards.arrow import pa
from pipelines.shards.model import OPENS_SHARDS
from pipelines.shards.place import JobFolders
from pipelines.shards.rows import MOST_SHARD, Holds, damaged, groups_of, opened

LIMITS: Final = Limits(cpu=60.0, memory=2**30)  # of a hundred rows
_Place = tuple[int, int]  # a group, and how many steps in it
_Some = tuple[_Place, list[tuple[Any, ...]]]
_START: Final = (0, 0)
_idle: list[Apart] = []  # processes of this one that read no shard now


@dataclass(frozen=True, slots=True)
class _WhichRows:
    uri: str
    folder: str
    name: str
    columns: Mapping[str, Holds]
    may_lack: frozenset[str]
    most: int


class Shard:
    """A shard that is read.

    :param may_lack: the columns that have no value in some rows. :param most: bytes that all rows may take.
    :raises StoreError: it is none, or damaged, or holds more than a shard may; also while its rows are taken.
    """

    def __init__(
        self,
        place: JobFolders,
        folder: str,
        name: str,
        columns: Mapping[str, Holds],
        may_lack: Collection[str] = frozenset(),
        most: int = MOST_SHARD,
    ) -> None:
        self._source = _WhichRows(place.uri, folder, name, columns, frozenset(may_lack), most)
        try:
            self._apart = _idle.pop()
        except IndexError:
            self._apart = Apart(_load, LIMITS, OPENS_SHARDS)
        try:
            self.about: Mapping[bytes, bytes] = self._asked(_about)
        except BaseException:
            self.close()
            raise

    def rows(self) -> Iterator[tuple[Any, ...]]:
        """Yield its rows, as its columns."""
        at = _START
        while True:
            found = self._asked(_some, at)
            if found is None:
                return
            at, rows = found
            yield from rows

    def close(self) -> None:
        """Leave the process to the next shard: its start costs as much as reading many rows."""
        _idle.append(self._apart)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def _asked(self, function: Any, *arguments: Any) -> Any:
        try:
            answer = self._apart.call(function, (self._source, *arguments))
        except Stopped as stopped:
            self._apart.end()
            why = "its rows end the process that opens it" if stopped.why is Why.DIED else stopped.detail
            raise damaged(why) from None
        if isinstance(answer, StoreError):
            raise answer
        return answer


def rows_of(shard: Shard) -> Iterator[tuple[Any, ...]]:
    """Yield all rows of a shard, then close it."""
    with shard:
        yield from shard.rows()


# --- in the process -------------------------------------------------------------------------------------------


@dataclass
class _Open:
    source: _WhichRows
    about: Mapping[bytes, bytes]
    shard: Any
    at: _Place = _START
    groups: Iterator[_Some] | None = None


_now: list[_Open] = []  # the shard that this process reads


def _load() -> None:
    """Few threads: the stack and the heap of each count against the limit."""
    pa.set_cpu_count(1)
    pa.set_io_thread_count(1)


def _about(source: _WhichRows) -> Mapping[bytes, bytes] | StoreError:
    try:
        return _opened(source).about
    except StoreError as error:
        return error


def _some(source: _WhichRows, at: _Place) -> _Some | StoreError | None:
    try:
        now = _opened(source)
        if now.groups is None or now.at != at:
            now.groups = groups_of(now.shard, source.columns, source.may_lack, at, source.most)
        found = next(now.groups, None)
        if found:
            now.at = found[0]
    except StoreError as error:
        return error
    return found


def _opened(source: _WhichRows) -> _Open:
    if not _now or _now[0].source != source:
        _now.clear()
        shard, about = opened(JobFolders(source.uri).open(source.folder, source.name), source.most)
        _now.append(_Open(source, about, shard))
    return _now[0]
