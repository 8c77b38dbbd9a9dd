"""Where shards lie: a folder of this machine, or of a shared storage that pyarrow reaches (S3, GCS, HDFS).

A file is written beside its place and then renamed, so that a name is never that of half a file.
"""

from __future__ import annotations

import contextlib
import shlex
import uuid
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, Final

from crawler.archives.errors import ConfigError, StoreError
from pipelines.shards.arrow import fs, msgspec, pa

PAGES: Final = "pages"
READINGS: Final = "readings"
_FAILED: Final = "failed"
_ASIDE: Final = ".tmp"
_ENDINGS: Final = {"policies": ".warc.gz", "warcs": ".txt"}  # of a folder's files; those of all others are Parquet


class JobFolders:
    """Where a job's folders lie: what is taken, what was made of it, and why which shards failed.

    A folder is one kind of shard: `pages`, `readings`, and those that the works of `work.py` name.

    :param uri: a path, or a URI such as s3://bucket/job.
    :raises ConfigError: no such storage; or what reads and writes shards is not installed.
    """

    def __init__(self, uri: str) -> None:
        if pa is None or msgspec is None:
            raise ConfigError(
                "shards need pyarrow and msgspec, which are not installed: install policylapse with its extra `cluster`"
            )
        self.uri = uri if "://" in uri else str(Path(uri).resolve())
        try:
            self._files, self._path = fs.FileSystem.from_uri(self.uri)
        except (pa.ArrowException, OSError, ValueError) as error:
            raise ConfigError(f"{uri} is no place for shards: {error}") from error

    def names(self, folder: str) -> list[str]:
        """Return the names of the shards in a folder, in order."""
        ending = _ending(folder)
        with _told(self.uri):
            found = self._files.get_file_info(fs.FileSelector(f"{self._path}/{folder}", allow_not_found=True))
        files = (one.base_name for one in found if one.type == fs.FileType.File)
        return sorted(name.removesuffix(ending) for name in files if name.endswith(ending) and not name.startswith("."))

    def expect(self) -> None:
        """Make sure that there is such a place: one that is missing is not empty.

        :raises ConfigError: it is not there.
        """
        with _told(self.uri):
            (found,) = self._files.get_file_info([self._path])
        if found.type == fs.FileType.NotFound:
            out = f"policylapse shard out --into {shlex.quote(self.uri)}"
            raise ConfigError(f"there are no shards at {self.uri}: `{out}` puts them there")

    def to_read(self, takes: str = PAGES, gives: str = READINGS, of: Iterable[str] | None = None) -> list[str]:
        """Return the shards of a folder of which another has nothing.

        :param of: only these, and what was left of them (rest_of).
        """
        done, wanted = set(self.names(gives)), None if of is None else set(of)
        left = (name for name in self.names(takes) if name not in done)
        return [name for name in left if wanted is None or not wanted.isdisjoint(_wholes(name))]

    def open(self, folder: str, name: str) -> Any:
        """Return a shard for pyarrow to read.

        :raises StoreError: it cannot be opened.
        """
        with _told(self.uri):
            return self._files.open_input_file(self.path(folder, name))

    @contextlib.contextmanager
    def new(self, folder: str, name: str = "") -> Iterator[tuple[Any, Callable[[str], None]]]:
        """Give a stream to write, and the function that gives the file its name at the end; nameless, it is removed.

        :param name: of the shard, where it is known before; what a killed writer leaves is found by it (`sweep`).
        """
        aside = f"{self._path}/{folder}/.{name}.{uuid.uuid4().hex}{_ASIDE}"
        with _told(self.uri):
            self._files.create_dir(f"{self._path}/{folder}", recursive=True)
            with self._files.open_output_stream(aside) as stream:
                names: list[str] = []
                try:
                    yield stream, names.append
                except BaseException:
                    names.clear()
                    raise
                finally:
                    stream.close()
                    if names:
                        self._files.move(aside, self.path(folder, names[0]))
                    else:
                        self._files.delete_file(aside)

    def sweep(self, gives: str = READINGS) -> None:
        """Remove what killed writers left of shards that others have finished."""
        done = set(self.names(gives))
        with _told(self.uri):
            for one in self._files.get_file_info(fs.FileSelector(f"{self._path}/{gives}", allow_not_found=True)):
                if one.base_name.endswith(_ASIDE) and one.base_name.split(".")[1] in done:
                    self._files.delete_file(one.path)

    def fail(self, name: str, why: str, gives: str = READINGS) -> None:
        """Record why nothing could be made of a shard."""
        with self.new(f"{_FAILED}/{gives}", name) as (stream, named):
            stream.write(why.encode("utf-8", "replace"))
            named(name)

    def failures(self, gives: str = READINGS) -> dict[str, str]:
        """Return why nothing could be made of which shards, and still is not."""
        done = set(self.names(gives))
        failed = (name for name in self.names(f"{_FAILED}/{gives}") if name not in done)
        return {name: self.text(f"{_FAILED}/{gives}", name) for name in failed}

    def text(self, folder: str, name: str) -> str:
        """Return a small file of text."""
        with self.open(folder, name) as file:
            return str(file.read().decode("utf-8", "replace"))

    def path(self, folder: str, name: str) -> str:
        """Return where a shard lies, in its storage."""
        return f"{self._path}/{folder}/{name}{_ending(folder)}"


def rest_of(name: str, number: int) -> str:
    """Return the name of the shard that has the rest of another, from one of its records on."""
    return f"{name}-{number}"


def _wholes(name: str) -> Iterator[str]:
    """The shards that one may be the rest of, itself first."""
    while name:
        yield name
        name = name.rpartition("-")[0]


def _ending(folder: str) -> str:
    return ".txt" if folder.startswith(f"{_FAILED}/") else _ENDINGS.get(folder, ".parquet")


@contextlib.contextmanager
def open_uri(uri: str) -> Iterator[Any]:
    """Give a file that lies anywhere, to read from its beginning to its end.

    :raises StoreError: it cannot be had.
    """
    with _told(uri):
        files, path = fs.FileSystem.from_uri(uri)
        with files.open_input_stream(path, compression=None) as stream:
            yield stream


@contextlib.contextmanager
def _told(uri: str) -> Iterator[None]:
    try:
        yield
    except (pa.ArrowException, OSError) as error:
        raise StoreError(f"{uri} cannot be read or written: {error}") from error
