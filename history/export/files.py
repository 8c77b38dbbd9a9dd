"""Files that appear whole: written beside the place where they are wanted, and renamed when nothing is missing.

whole_file(out) ──► stream, then the file            a run that is killed leaves `out.part`, which the next one overwrites
Folder(root).add(name, pieces) ──► Written(path, bytes, SHA-256), of many files
"""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast
from urllib.parse import urlsplit

from crawler.archives.errors import ConfigError, StoreError
from history.sites import PolicyRow

PART = ".part"
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")
_LONGEST = 100  # characters of a file's name: file systems take 255 bytes, and an ending comes behind


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
        with part.open("wb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        part.replace(out)
    except BaseException as error:
        if part.is_file():
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
    """A folder that files are added to; each appears whole, and is told to `note`."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.written: list[Written] = []

    def add(self, name: str, pieces: Iterable[bytes]) -> Written:
        """Write a file; return what was written.

        :param name: its path under the folder, with `/`; made of `safe_name`s.
        :raises StoreError: it cannot be written.
        """
        path = self.root.joinpath(*name.split("/"))
        part = path.with_name(path.name + PART)
        digest, size = hashlib.sha256(), 0
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with part.open("wb") as stream:
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


def safe_name(text: str) -> str:
    """Return text as a file's name: letters, digits, `.`, `_` and `-` only, never hidden, never long.

    >>> safe_name("policies.example.com/de/privacy?x=1"), safe_name("../../etc"), safe_name("")
    ('policies.example.com_de_privacy_x_1', '_etc', '_')
    """
    name = re.sub(r"^[._]*\.[._]*", "_", _UNSAFE.sub("_", text)).strip(".") or "_"
    return name if len(name) <= _LONGEST else f"{name[: _LONGEST - 9]}-{_key(text)}"


def site_name(site: str) -> str:
    """Return the name of a site's folder: the site itself, or, where that cannot be, one that no other site has.

    >>> site_name("example.com"), site_name("localhost:8080")
    ('example.com', 'localhost_8080-8b1fdc44')
    """
    name = safe_name(site)
    return name if name == site else f"{name[: _LONGEST - 9]}-{_key(site)}"


def policy_names(policies: Sequence[PolicyRow]) -> dict[int, str]:
    """Return each policy's name under its site's folder: its URL's path, with the host where that is not the site's.

    It does not depend on what else the database holds, but where two would have one name: then both get a digest of
    their URL.
    """
    names = {policy.policy_id: safe_name(_short(policy)) for policy in policies}
    seen: dict[tuple[str, str], int] = {}
    for policy in policies:
        key = (policy.site, names[policy.policy_id].casefold())
        seen[key] = seen.get(key, 0) + 1
    return {
        policy.policy_id: name if seen[policy.site, name.casefold()] == 1 else f"{name}-{_key(policy.policy_url)}"
        for policy in policies
        for name in (names[policy.policy_id],)
    }  # fmt: skip


def _short(policy: PolicyRow) -> str:
    parts = urlsplit(policy.policy_url)
    host = re.sub(r":(80|443)?$", "", parts.netloc.rpartition("@")[2]).removeprefix("www.")
    path = parts.path.strip("/") + (f"?{parts.query}" if parts.query else "")
    return "/".join(part for part in ("" if host == policy.site else host, path or "index") if part)


def _key(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def check_name(out: Path, endings: Sequence[str], what: str) -> None:
    """Return if a file's name has one of the endings and no folder has it.

    :raises ConfigError: it has none; its text says which.
    """
    if out.is_dir():
        raise ConfigError(f"{out} is a folder: name a file in it with --out, such as {out / f'policies{endings[0]}'}")
    if not out.name.endswith(tuple(endings)):
        raise ConfigError(
            f"{out} is no name of a {what} file: name one that ends with {' or '.join(endings)} with --out"
        )
