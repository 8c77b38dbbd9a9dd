"""A zip file whose bytes depend on its content alone: no clock, no compression, no platform.

with Zip(stream) as zipped: add(name, content)        zipped.files: what is in it, with SHA-256
"""

from __future__ import annotations

import hashlib
import zipfile
from types import TracebackType
from typing import IO, Self

from history.export.writing.files import Written

_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest that a zip can say
_UNIX, _MODE = 3, 0o100644 << 16


class Zip:
    """Writes a zip. Stored, not compressed: what compresses may change its mind, and evidence is small."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._zip = zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED)
        self.files: list[Written] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._zip.close()

    def add(self, name: str, content: bytes) -> None:
        """Add a file; names are ours, with `/`."""
        info = zipfile.ZipInfo(name, _EPOCH)
        info.create_system, info.external_attr = _UNIX, _MODE
        self._zip.writestr(info, content)
        self.files.append(Written(name, len(content), hashlib.sha256(content).hexdigest()))
