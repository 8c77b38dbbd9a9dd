"""Imports in this process, for tests that range over many: the real store, the real reading, no process of its own."""

import asyncio
from contextlib import closing
from datetime import UTC, datetime

from crawler.archives.coding import undo_content_encoding
from crawler.archives.dialects import SAMPLE
from crawler.archives.files.warc import WarcArchive
from crawler.collections.git import MAX_BLOB, Repository
from pipelines.imports.corpus import CorpusImport
from pipelines.imports.intake import Intake
from pipelines.imports.ota import OtaImport, Wanted
from pipelines.reading.extractor import extractor_id
from pipelines.reading.payload import read_payload
from pipelines.store.store import Store
from tests.crawling import history, rows

URL = "https://quillledger.example/privacy"  # a page of the sample


class Inline:
    """Reads where it is called (pipelines.reading.pool.ReaderPool without its processes)."""

    def __init__(self):
        self.extractor = extractor_id()

    async def read_kept(self, kept, load):
        for one in kept:
            yield one, read_payload(one.page(load(one.payload_id)))

    async def run(self, read, arguments, name, unread):
        return read(*arguments)


def imported(db, begin, limit=MAX_BLOB, store_class=Store, reader=None):
    """Run an import; return (Counts, [Done], [(subject, outcome, detail)])."""

    async def run():
        intake = Intake(store, reader or Inline(), number, limit)
        return intake.counts, [done async for done in begin(intake).run()]

    with closing(store_class(db, lambda: datetime(2026, 1, 1, tzinfo=UTC))) as store:
        number = store.runs.begin(program="test", archive="test", strategy="all", arguments={"mode": "import"})
        counts, done = asyncio.run(run())
        return counts, done, store.runs.recorded(number)


def ota(db, snapshots, *, versions=None, terms=("privacy",), services=(), declared=(), **options):
    with Repository(snapshots) as pages:
        texts = Repository(versions) if versions else None
        try:
            return imported(
                db,
                lambda intake: OtaImport(intake, pages, Wanted(terms, services, declared), versions=texts),
                **options,
            )
        finally:
            if texts:
                texts.close()


def corpus(db, repository, **options):
    with Repository(repository) as found:
        return imported(db, lambda intake: CorpusImport(intake, found), **options)


def content(db):
    """All that the captures, readings and versions of a database say, without when it was written."""
    captures = rows(
        db,
        "SELECT archive, urlkey, timestamp, original, digest, outcome, detail, citation_url, memento_url, digest_verdict, "
        "headers, payload_id IS NOT NULL FROM captures ORDER BY 1, 2, 3, 4, 5",
    )
    urls = rows(db, "SELECT urlkey, url, valid_from, valid_to, evidence, bounded FROM policy_urls ORDER BY 1, 5")
    readings = rows(
        db,
        "SELECT x.extractor, e.outcome, e.detail, e.decisions, t.text_digest FROM extractions e "
        "JOIN extractors x ON x.id = e.extractor_id LEFT JOIN texts t ON t.id = e.text_id ORDER BY 1, 2, 3, 4, 5",
    )
    return captures, urls, readings, history(db)


def sample_pages(url=URL):
    """(time, bytes) of the captures of a page in the sample that were answered with a page, as an engine would decode them."""
    archive = WarcArchive(SAMPLE)
    for record in archive.records():
        if record.capture.original == url and (answer := archive.playback(record.capture.timestamp, url)).status == 200:
            body, _notes = undo_content_encoding(answer.body, answer.headers)
            yield record.capture.captured_at, body.decode("utf-8", "replace").encode()
