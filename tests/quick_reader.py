"""A reader without a model and without processes, for crawls that are about requests: POLICYLAPSE_READER.

A page is a policy, its text is its bytes. A page that holds "explode" is a fault in this program.
"""

from hashlib import sha256

from crawler.archives.capture import Outcome
from crawler.discovery.asks import Verdict
from pipelines.model import Block, BlockKind, Extraction
from pipelines.reading.reading import Reading


class QuickReader:
    extractor = "quick"
    workers = 1

    def __init__(self, workers=0):
        pass

    async def read(self, page):
        body = page.body
        if b"explode" in body:
            raise ZeroDivisionError("a fault")
        text = body.decode("utf-8", "replace")
        key = sha256(body).hexdigest()
        return Reading(
            Outcome.FETCHED,
            self.extractor,
            extraction=Extraction("", (Block(BlockKind.PARAGRAPH, 0, text),)),
            wording=key,
            text_digest=key,
            words=len(text.split()),
        )

    async def read_links(self, page):
        if b"explode" in page.body:
            raise ZeroDivisionError("a fault")
        return ()

    async def read_candidate(self, page, site):
        return Verdict(privacy=True, kind="privacy", score=0.9), ()

    async def read_kept(self, kept, load):
        for one in kept:
            yield one, await self.read(one.page(load(one.payload_id)))

    async def run(self, read, arguments, name, unread):
        return read(*arguments)

    def close(self):
        pass
