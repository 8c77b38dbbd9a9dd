"""The list of Common Crawl's crawls, kept for a week beside the archives' limits: one request a week, for all crawls of a
machine. It grows by one crawl a month, and a crawl in it never changes.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
import time
from pathlib import Path

from crawler.archives.common_crawl import Crawl, read_collinfo
from crawler.archives.errors import UnexpectedArchiveResponse

WEEK = 7 * 24 * 3600.0


class CrawlList:
    """The list, in a folder that is made where it is not there."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "collinfo.json"

    def read(self) -> tuple[Crawl, ...] | None:
        """Return the crawls, oldest first; None where the list is not here, is no list or is older than a week."""
        try:
            if not 0 <= time.time() - self._path.stat().st_mtime <= WEEK:
                return None
            return read_collinfo(self._path.read_bytes())
        except (OSError, UnexpectedArchiveResponse):
            return None

    def write(self, body: bytes) -> None:
        """Keep an answer, whole or not at all; where it cannot be kept, the next run asks again."""
        with contextlib.suppress(OSError):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            number, name = tempfile.mkstemp(dir=self._path.parent)
            with os.fdopen(number, "wb") as file:
                file.write(body)
            Path(name).replace(self._path)
