"""Files that appear whole: written beside the place where they are wanted, and renamed when nothing is missing.

whole_file(out) ──► stream, then the file            a run that is killed leaves `out.part`, which the next one overwrites
Folder(root).add(name, pieces) ──► Written(path, bytes, SHA-256), of many files
"""

from __future__ import annotations

import gzip
import hashlib
import io
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, cast

from crawler.archives.errors import ConfigError, StoreError

PART = ".part"


@dataclass(frozen=True, slots=True)
class Written:
    """A file that was written.

    :param path: under the folder, with `/`; a single file's name.
    """

    path: str
    size: int
    sha256: str


@contextmanager
def whole_file(out: Path) -> Iterator[IO[bytes]]:
    """Give a stream, whose bytes become the file when the block ends; nothing is left of it where the block fails.

    :raises StoreError: the file cannot be written.
    """
    part = out.with_name(out.name + PART)
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        with _new(part) as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        part.replace(out)
    except BaseException as error:
        if part.is_file() and not part.is_symlink():
            part.unlink()
        if isinstance(error, OSError):
            raise StoreError(f"cannot write {out}: {error.strerror or error}; name another file with --out") from None
        raise


@contextmanager
def compressed(stream: IO[bytes], name: str) -> Iterator[IO[bytes]]:
    """Give the stream itself, or, for a name that ends with `.gz`, one that compresses into it without name and time."""
    if not name.endswith(".gz"):
        yield stream
        return
    with gzip.GzipFile(filename="", mode="wb", fileobj=stream, mtime=0, compresslevel=6) as packed:
        buffered = io.BufferedWriter(cast("io.RawIOBase", packed), 1 << 16)
        yield buffered
        buffered.flush()


def describe(path: Path, name: str) -> Written:
    """Return size and SHA-256 of a file that is there."""
    with path.open("rb") as stream:
        return Written(name, path.stat().st_size, hashlib.file_digest(stream, "sha256").hexdigest())


class Folder:
    """A folder that files are added to; each appears whole, and is told to `note`.

    `earlier` are the files that an earlier export wrote, by their SHA-256; `earlier_head` is the rest of its manifest,
    empty where that export was cut short. `by_path`: the manifest is sorted, for a writer that keeps files of an earlier
    export before it makes others; it holds their names in memory.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.written: list[Written] = []
        self.earlier: Mapping[str, str] = {}
        self.earlier_head: Mapping[str, Any] = {}
        self.by_path = False

    def add(self, name: str, pieces: Iterable[bytes]) -> Written:
        """Write a file; return what was written.

        :param name: its path under the folder, with `/`; made of `safe_name`s (names.py).
        :raises StoreError: it cannot be written, or a link in the folder leads elsewhere.
        """
        path = self.root.joinpath(*name.split("/"))
        if link := through_link(self.root, path):
            raise StoreError(f"{link} is a link, and nothing is written through one; remove it, or name another folder")
        part = path.with_name(path.name + PART)
        digest, size = hashlib.sha256(), 0
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with _new(part) as stream:
                for piece in pieces:
                    stream.write(piece)
                    digest.update(piece)
                    size += len(piece)
            part.replace(path)
        except OSError as error:
            raise StoreError(
                f"cannot write {path}: {error.strerror or error}; name another folder with --out"
            ) from None
        written = Written(name, size, digest.hexdigest())
        self.note(written)
        return written

    def note(self, written: Written) -> None:
        """Keep what was written; the manifest's folder writes it down instead."""
        self.written.append(written)


def _new(path: Path) -> IO[bytes]:
    """A file that was not there: what stands at its place, the rest of a killed run or a link of somebody's, goes."""
    path.unlink(missing_ok=True)
    return path.open("xb")


def through_link(root: Path, path: Path) -> Path | None:
    """Return the link, of those between a folder and a path under it, that would lead elsewhere; None if there is none."""
    between = [parent for parent in path.parents if parent != root and parent.is_relative_to(root)]
    return next((parent for parent in reversed(between) if parent.is_symlink()), None)


def check_name(out: Path, endings: Sequence[str]) -> None:
    """Return if a file's name has one of the endings and no folder has it.

    :raises ConfigError: it has none; its text says which.
    """
    if out.is_dir():
        raise ConfigError(f"{out} is a folder: name a file in it with --out, such as {out / f'policies{endings[0]}'}")
    if not out.name.endswith(tuple(endings)):
        what = endings[0].split(".")[1].upper()
        raise ConfigError(
            f"{out} is no name of a {what} file: name one that ends with {' or '.join(endings)} with --out"
        )
