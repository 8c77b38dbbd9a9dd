"""WARC files, WACZ files and the bundled sample archive, served through the real spiders and middlewares.

The spider asks `warc://local/...` as it would ask web.archive.org; this handler answers from the files. Nothing else
knows the difference.
"""

from __future__ import annotations

import asyncio
import shutil
import tempfile
import weakref
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from scrapy.core.downloader.handlers.base import BaseDownloadHandler
from scrapy.exceptions import DownloadCancelledError, NotConfigured
from scrapy.http import Response

from crawler.archives.dialects import PAGE_ROWS
from crawler.archives.files.wacz import is_wacz, unpack_wacz
from crawler.archives.files.warc import Answered, WarcArchive
from crawler.archives.memento import split_memento_url
from crawler.options import options_of

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler

    from crawler.archives.dialects import Archive
    from crawler.archives.files.scanning import Look


class WarcHandler(BaseDownloadHandler):
    """Answers the scheme `warc` in the Wayback dialect. Files are read in a thread, beside the reactor."""

    lazy = True

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        options = options_of(crawler.settings)
        if all(one.root is None for one in options.archives):
            raise NotConfigured("neither POLICYLAPSE_ARCHIVE nor POLICYLAPSE_FALLBACK names WARC files")
        self._options = options
        self._archives: dict[str, WarcArchive] = {}
        self._opening = asyncio.Lock()
        self._max_size = crawler.settings.getint("DOWNLOAD_MAXSIZE")

    async def download_request(self, request: Request) -> Response:
        archive = await self._opened(self._options.archive_named(request.meta.get("archive", "")))
        digest = request.meta.get("digest", "")  # a URL does not tell two captures of one second apart
        answered = await asyncio.to_thread(answer, archive, request.url, digest, self._max_size)
        if 0 < self._max_size < len(answered.body):
            raise DownloadCancelledError(f"{request.url} is larger than DOWNLOAD_MAXSIZE ({self._max_size} bytes)")
        return Response(request.url, status=answered.status, headers=answered.headers, body=answered.body)

    async def _opened(self, archive: Archive) -> WarcArchive:
        assert archive.root is not None
        async with self._opening:
            if archive.name not in self._archives:
                self._archives[archive.name] = await asyncio.to_thread(
                    open_warcs, archive.root, wacz_apart=self._options.wacz_apart
                )
        return self._archives[archive.name]


_opened: dict[tuple[Path, bool, bool], WarcArchive] = {}


def open_warcs(root: Path, *, wacz_apart: bool = False, look: Look | None = None) -> WarcArchive:
    """Return the archive of a WARC file, of a folder of them, or of a WACZ, which is unpacked into a temporary folder
    (TMPDIR) for as long as the archive is used.

    The archive that was opened last stays: who has looked for policies in the files need not read them again to crawl.

    :param look: sees the beginning of every page (WarcArchive).
    :raises ConfigError: the WACZ cannot be unpacked, or there is no room for an index.
    """
    keys = [(root, wacz_apart, True), (root, wacz_apart, False)][: 1 if look else 2]
    found = next((_opened[key] for key in keys if key in _opened), None)
    if found is None:
        found = _open(root, wacz_apart=wacz_apart, look=look)
        _opened.clear()
        _opened[root, wacz_apart, look is not None] = found
    return found


def close_warcs() -> None:
    """Let go of the archive that was opened last."""
    _opened.clear()


def _open(root: Path, *, wacz_apart: bool, look: Look | None) -> WarcArchive:
    if not is_wacz(root):
        return WarcArchive(root, wacz_apart=wacz_apart, look=look)
    folder = Path(tempfile.mkdtemp(prefix="policylapse-"))
    try:
        damages = unpack_wacz(root, folder)
        archive = WarcArchive(folder, look=look)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    archive.damages[:0] = damages
    weakref.finalize(archive, shutil.rmtree, folder, ignore_errors=True)
    return archive


def answer(archive: WarcArchive, url: str, digest: str = "", limit: int = 0) -> Answered:
    """Answer one Wayback-dialect request from an archive of WARC files.

    :param digest: of the capture that is asked for, where it is known.
    :param limit: bytes of a body; of a larger one, one byte more is read. 0 for none.
    """
    parts = urlsplit(url)
    if parts.path == "/cdx/search/cdx":
        params = parse_qs(parts.query)
        query = {name: values[0] for name, values in params.items()}
        if not params.keys().isdisjoint(("filter", "collapse")):
            return archive.search(query["url"], params)
        limit = int(query.get("limit", PAGE_ROWS))
        return archive.listing(
            query["url"], query.get("from", ""), query.get("to", ""), limit, query.get("resumeKey", "")
        )
    memento = split_memento_url(url)
    return archive.playback(*memento, digest, limit) if memento else Answered(400, {}, b"not a playback URL")
