"""A git repository as data: which file each commit recorded, and the bytes of a file. Nothing else of git is used.

    Repository(path).entries() ──► ChangedFile(commit, recorded_at, message, path, oid)…, oldest first, streamed
    Repository(path).blob(oid) ──► its bytes; TooLarge, Unreadable

A repository is other people's, and may be hostile:

| what it could do | why it cannot |
|---|---|
| run a program: hooks, filters, a pager, textconv, gpg, fsmonitor | only plumbing (`rev-list`, `diff-tree`, `cat-file`) without index, hooks and fsmonitor; nothing is checked out |
| make git fetch: a partial clone, a submodule | a partial clone is refused; no protocol is allowed, lazy fetching is off |
| lead elsewhere: symbolic links, submodules, `..` in a path | only regular files count, and no path is ever opened |
| show other objects in place of its own (`refs/replace`) | replacements are off; the bytes are hashed again |
| fill the memory: a huge blob, message or path | sizes are read before bytes; a token over its limit ends the reading |

The settings of the person and of the machine are not read. Those of the repository are, by git itself; a test sets all that
name a program (tests/pipelines/imports/test_ota.py).
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import IO, Final, Self

from crawler.archives.errors import ConfigError

MAX_BLOB: Final = 64 * 2**20  # bytes; DOWNLOAD_MAXSIZE of a crawl (crawler/settings.py) is of this order
_MAX_TOKEN: Final = 4 * 2**20  # of a commit's message or a path
_PIECE: Final = 2**16
_FILES: Final = (b"100644", b"100755", b"100664")  # modes of regular files; the last one is of old gits
_SHA1_HEX: Final = 40
# What even plumbing would run: `diff-tree` refreshes the index, and asks the repository's fsmonitor to do so.
_GIT: Final = ("git", "-c", "core.fsmonitor=false", "-c", f"core.hooksPath={os.devnull}")
_PARTIAL: Final = r"^(remote\..*\.(promisor|partialclonefilter)|extensions\.partialclone)$"
_LAST: Final = int(datetime(9999, 12, 31, tzinfo=UTC).timestamp())


class UnreadableError(Exception):
    """What is wrong with one object. Its text goes to the person."""


class TooLargeError(UnreadableError):
    """An object is larger than the limit, and was not read."""


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit.

    :param commit_id: hexadecimal.
    :param recorded_at: the author's date, UTC, which both collections set to the time of the capture: the committer's date is
        another where the history was rewritten. None where it is no date.
    :param message: its subject and body.
    """

    commit_id: str
    recorded_at: datetime | None
    message: str

    @property
    def subject(self) -> str:
        return self.message.partition("\n")[0]


@dataclass(frozen=True, slots=True)
class ChangedFile:
    """A regular file that a commit added or changed.

    :param path: with `/`, as git has it. :param oid: the object's id, hexadecimal.
    """

    commit: Commit
    path: str
    oid: str


def git_environment() -> dict[str, str]:
    """Return an environment in which git uses nobody's settings: no hooks, no line endings, no signatures."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    return own | {"GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull, "LC_ALL": "C"}


class Repository:
    """A repository that is only read, bare or with files.

    :param path: the folder, or its `.git`.
    :raises ConfigError: there is no git, or no repository; says what to do.
    """

    def __init__(self, path: Path) -> None:
        if shutil.which("git") is None:
            raise ConfigError("there is no git on this machine: install it (apt install git, brew install git)")
        inner = path / ".git"
        self.path = path
        self._environment = git_environment() | {
            "GIT_DIR": str((inner if inner.exists() else path).resolve()),
            "GIT_ALLOW_PROTOCOL": "none",
            "GIT_NO_LAZY_FETCH": "1",
            "GIT_NO_REPLACE_OBJECTS": "1",
            "GIT_OPTIONAL_LOCKS": "0",
            "GIT_INDEX_FILE": "/nonexistent/index",  # no index is read
            "GIT_TERMINAL_PROMPT": "0",
        }
        self._readers: dict[str, subprocess.Popen[bytes]] = {}
        told = self._ask("rev-parse", "--git-dir")
        if told is None:
            raise ConfigError(f"{path} is no git repository: name the folder of a clone, bare or not")
        if self._ask("config", "--local", "--includes", "--get-regexp", _PARTIAL):
            raise ConfigError(
                f"{path} is a partial clone, and git would fetch what it lacks: clone it again, without --filter"
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """End the processes that read objects."""
        for process in self._readers.values():
            _end(process)
        self._readers.clear()

    @property
    def name(self) -> str:
        """The name of its folder, as a person knows it: `contrib-snapshots` of `contrib-snapshots.git`."""
        resolved = self.path.resolve()
        folder = resolved.parent if resolved.name == ".git" else resolved
        return folder.name.removesuffix(".git") or "collection"

    @property
    def is_shallow(self) -> bool:
        """Its oldest commits are missing: the first that is there seems to add all files at once."""
        return self._ask("rev-parse", "--is-shallow-repository") == "true"

    @property
    def head(self) -> str:
        """The commit that is read, "" in a repository without any."""
        return self._ask("rev-parse", "--quiet", "--verify", "HEAD^{commit}") or ""

    def _ask(self, *arguments: str) -> str | None:
        done = subprocess.run(
            [*_GIT, *arguments], cwd="/", env=self._environment, capture_output=True, check=False, text=True
        )
        return done.stdout.strip() if done.returncode == 0 else None

    def _start(self, *arguments: str, stdin: int | IO[bytes] = subprocess.DEVNULL) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [*_GIT, *arguments],
            cwd="/",
            env=self._environment,
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )

    # what was recorded

    def entries(self) -> Iterator[ChangedFile]:
        """Yield the files that each commit of HEAD's history added or changed, oldest commit first. Merges record nothing.

        :raises UnreadableError: the history breaks off; what was yielded before is right.
        """
        if not self.head:
            return
        listing = self._start("rev-list", "--reverse", "--topo-order", "--no-merges", "HEAD")
        telling = self._start(
            *("diff-tree", "--stdin", "--root", "-r", "-z", "--raw", "--no-abbrev", "--no-renames"),
            *(
                "--no-ext-diff",
                "--no-textconv",
                "--ignore-submodules=all",
                "--encoding=UTF-8",
                "--format=tformat:%H %at%n%B",
            ),
            stdin=listing.stdout or subprocess.DEVNULL,
        )
        assert listing.stdout is not None
        assert telling.stdout is not None
        listing.stdout.close()  # it is the other's now
        try:
            yield from _entries(_tokens(telling.stdout))
            if listing.wait() or telling.wait():
                raise UnreadableError(
                    f"git cannot read the history of {self.path} further: `git fsck` says what is wrong"
                )
        finally:
            _end(telling)
            _end(listing)

    # what the files hold

    def blob(self, oid: str, limit: int = MAX_BLOB) -> bytes:
        """Return the bytes of an object, proven by its id.

        :raises TooLargeError: it has more than `limit` bytes.
        :raises UnreadableError: it is missing, damaged, or no file.
        """
        kind, size = self._info(oid)
        if kind != b"blob":
            raise UnreadableError(f"object {oid} is no file")
        if size > limit:
            raise TooLargeError(f"it has {size:,} bytes; the limit is {limit:,}")
        body = self._contents(oid, size)
        if git_id(body, oid) != oid:
            raise UnreadableError(f"object {oid} is damaged: its bytes have another id")
        return body

    def _info(self, oid: str) -> tuple[bytes, int]:
        head = self._line("--batch-check", oid)
        fields = head.split()
        if len(fields) != 3 or not fields[2].isdigit():
            raise UnreadableError(f"object {oid} is missing or damaged")
        return fields[1], int(fields[2])

    def _contents(self, oid: str, size: int) -> bytes:
        head = self._line("--batch", oid)
        stream = self._readers["--batch"].stdout
        assert stream is not None
        fields = head.split()
        body = stream.read(size + 1) if len(fields) == 3 and fields[2] == b"%d" % size else b""
        if len(body) != size + 1:
            self._drop("--batch")
            raise UnreadableError(f"object {oid} is missing or damaged")
        return body[:-1]

    def _line(self, mode: str, oid: str) -> bytes:
        """Ask a reader for an object; return the line that it answers with, b"" where it ended."""
        if not (oid.isascii() and oid.isalnum()):
            raise UnreadableError("it is no object's id")
        process = self._readers.get(mode)
        if process is None:
            process = self._readers[mode] = self._start("cat-file", mode, stdin=subprocess.PIPE)
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            process.stdin.write(f"{oid}\n".encode())
            process.stdin.flush()
            line = process.stdout.readline(_MAX_TOKEN)
        except OSError:
            line = b""
        if not line:
            self._drop(mode)  # a damaged object ends it: the next one gets a new one
        return line

    def _drop(self, mode: str) -> None:
        process = self._readers.pop(mode, None)
        if process is not None:
            _end(process)


def git_id(body: bytes, like: str = "") -> str:
    """Return the id that git gives to a file's bytes.

    :param like: an id of the repository, which tells SHA-256 from SHA-1.

    >>> git_id(b"")
    'e69de29bb2d1d6434b8b29ae775ad8c2e48c5391'
    """
    hashed = hashlib.sha256() if len(like) > _SHA1_HEX else hashlib.sha1(usedforsecurity=False)
    hashed.update(b"blob %d\0" % len(body))
    hashed.update(body)
    return hashed.hexdigest()


def _end(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            with suppress(OSError):
                stream.close()
    process.wait()


def _tokens(stream: IO[bytes]) -> Iterator[bytes]:
    """Yield what stands between NULs."""
    rest = b""
    while piece := stream.read(_PIECE):
        *whole, rest = (rest + piece).split(b"\0") if rest else piece.split(b"\0")
        yield from whole
        if len(rest) > _MAX_TOKEN:
            raise UnreadableError(f"a commit's message or a path is longer than {_MAX_TOKEN:,} bytes")
    if rest.strip():
        yield rest


def _entries(tokens: Iterator[bytes]) -> Iterator[ChangedFile]:
    r"""`diff-tree -z` tells a commit as "ID TIME\nMESSAGE", then each file as ":MODE MODE OLD NEW STATUS" and its path."""
    commit: Commit | None = None
    for token in tokens:
        bare = token.lstrip(b"\n")
        if not bare.startswith(b":"):
            commit = _commit(bare)
            continue
        path = next(tokens, b"")
        fields = bare[1:].split(b" ")
        if commit is None or len(fields) != 5 or fields[4][:1] == b"D" or fields[1] not in _FILES:
            continue
        yield ChangedFile(commit, path.decode("utf-8", "surrogateescape"), fields[3].decode("ascii", "replace"))


def _commit(token: bytes) -> Commit:
    head, _, message = token.partition(b"\n")
    commit_id, _, seconds = head.partition(b" ")
    return Commit(
        commit_id.decode("ascii", "replace"), _moment(seconds.strip()), message.decode("utf-8", "replace").strip("\n")
    )


def _moment(seconds: bytes) -> datetime | None:
    if not seconds.isdigit() or len(seconds) > 12 or int(seconds) > _LAST:
        return None
    return datetime.fromtimestamp(int(seconds), UTC)


def locator(name: str, commit_id: str, path: str) -> str:
    """Return what names a file of a collection for ever: no address, but what `git cat-file blob COMMIT:PATH` takes.

    >>> locator("demo-snapshots", "ab" * 20, "Shop/Privacy Policy.html")
    'git:demo-snapshots@abababababababababababababababababababab:Shop/Privacy Policy.html'
    """
    return f"git:{name}@{commit_id}:{path}"


def split_locator(text: str) -> tuple[str, str, str] | None:
    """Return (name, commit, path) of a locator, None of any other text.

    >>> split_locator("git:a@b@0123abcd:S/T #x:y.html")
    ('a@b', '0123abcd', 'S/T #x:y.html')
    >>> split_locator("https://git.example/a@0123:b")
    """
    if not text.startswith("git:"):
        return None
    head, _, path = text.removeprefix("git:").partition(":")
    name, at, commit_id = head.rpartition("@")
    return (name, commit_id, path) if at and name and path else None
