"""The git executable, as far as an export needs it: a stream goes in, and the branch appears when all of it is in.

with Repository(out) as repository: take(stream) ──► objects and a hidden ref; publish() ──► branch and files

A new repository is made beside its place and renamed. One that is there is taken only if it came from an export and
nobody changed its files. Nothing of the machine's or the person's git settings is used: the same everywhere.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import ClassVar, Self

from crawler.archives.errors import ConfigError, StoreError
from crawler.collections.git import git_environment
from history.export.writing.files import PART

BRANCH = "main"
_MARK = "policylapse.export"  # in the repository's settings: it is ours
_OURS = "[policylapse]\n\texport = 1\n"
_ATTEMPTS = 40
_UNFINISHED = "policylapse-unfinished"  # in .git while the files are being written


class Repository:
    """A repository that takes an export.

    :param out: where it is, or will be.
    :raises ConfigError: there is no git, or what is there is no repository of ours, or has changes.
    """

    NEXT: ClassVar[str] = "refs/policylapse/next"

    def __init__(self, out: Path) -> None:
        if shutil.which("git") is None:
            raise ConfigError("there is no git on this machine: install it (apt install git, brew install git)")
        self._out = out
        self._new = not out.exists() or (out.is_dir() and not any(out.iterdir()))
        self._place = out.with_name(out.name + PART) if self._new else out

    def __enter__(self) -> Self:
        if self._new:
            self._make()
        else:
            self._check()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if kind is not None and self._new and self._place.is_dir():
            shutil.rmtree(self._place, ignore_errors=True)

    def take(self, stream: Iterable[bytes]) -> None:
        """Give git a stream that ends with `done`; its commits are on NEXT.

        :raises StoreError: git refused it.
        """
        with tempfile.TemporaryFile() as told:
            process = subprocess.Popen(
                ["git", "fast-import", "--quiet", "--force", "--done"],
                cwd=self._place,
                env=git_environment(),
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=told,
            )
            assert process.stdin is not None
            try:
                with process.stdin as into:
                    into.writelines(stream)
            except BrokenPipeError:
                pass  # it ended early, and said why
            except BaseException:
                process.kill()
                process.wait()
                raise
            if process.wait():
                told.seek(0)
                said = told.read(2_000).decode("utf-8", "replace").strip()
                raise StoreError(f"git could not take the versions: {said or 'it ended'}; is there space on the disk?")

    def publish(self) -> str:
        """Make what was taken the branch and its files, and put a new repository in its place; return the commit's id."""
        (self._place / ".git" / _UNFINISHED).touch()
        self._git("symbolic-ref", "HEAD", f"refs/heads/{BRANCH}")
        self._git("reset", "--quiet", "--hard", self.NEXT)
        self._git("update-ref", "-d", self.NEXT)
        (self._place / ".git" / _UNFINISHED).unlink()
        head = self._git("rev-parse", "HEAD").strip()
        if self._new:
            try:
                if self._out.is_dir():
                    self._out.rmdir()  # empty
                self._place.replace(self._out)
            except OSError as error:
                raise StoreError(f"cannot write {self._out}: {error.strerror or error}") from None
        return head

    def _make(self) -> None:
        """A new repository beside the place; what a run that was killed left there goes."""
        if self._place.exists() and not _is_ours(self._place):
            raise ConfigError(f"{self._place} is in the way: move it, or name another place with --out")
        _clear(self._place)
        try:
            (self._place / ".git").mkdir(parents=True)
            (self._place / ".git" / "config").write_text(_OURS, "utf-8")  # first, so that it is known for ours
        except OSError as error:
            raise StoreError(
                f"cannot write {self._place}: {error.strerror or error}; name another with --out"
            ) from None
        self._git("init", "--quiet", "--template=", f"--initial-branch={BRANCH}")

    def _check(self) -> None:
        """Return if what is there is ours and unchanged."""
        if not (self._out / ".git").is_dir() or not _is_ours(self._out):
            raise ConfigError(f"{self._out} is no repository of an export: name a folder that is not there with --out")
        if (self._out / ".git" / _UNFINISHED).exists():
            return
        if self._git("symbolic-ref", "--short", "HEAD").strip() != BRANCH:
            raise ConfigError(f"{self._out} has another branch checked out: `git switch {BRANCH}` in it first")
        if self._git("status", "--porcelain", "--untracked-files=no").strip():
            raise ConfigError(
                f"{self._out} has changes that are not of the export: commit them to another branch first"
            )

    def _git(self, *arguments: str) -> str:
        done = subprocess.run(
            ["git", *arguments], cwd=self._place, env=git_environment(), capture_output=True, check=False, text=True
        )
        if done.returncode:
            raise StoreError(f"git {arguments[0]} failed in {self._place}: {done.stderr.strip()[:2_000]}")
        return done.stdout


def _clear(folder: Path) -> None:
    """Remove a folder; the git of a run that was just killed may still be writing its last words into it."""
    for _attempt in range(_ATTEMPTS):
        shutil.rmtree(folder, ignore_errors=True)
        if not folder.exists():
            return
        time.sleep(0.05)
    raise StoreError(f"cannot remove {folder}: remove it, or name another place with --out")


def _is_ours(folder: Path) -> bool:
    """An export's: it says so, or there is nothing in it yet."""
    if not any(path.name != ".git" for path in folder.iterdir()) and not (folder / ".git" / "config").exists():
        return True
    done = subprocess.run(
        ["git", "config", "--file", str(folder / ".git" / "config"), _MARK],
        env=git_environment(),
        capture_output=True,
        check=False,
    )
    return done.returncode == 0
