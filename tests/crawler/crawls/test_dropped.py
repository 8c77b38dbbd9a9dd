"""Requests that other people's code drops without a word hold up no target after them."""

import json

import pytest
from scrapy import signals
from scrapy.core.scheduler import Scheduler
from scrapy.exceptions import IgnoreRequest

from crawler.spiders.taking import AHEAD
from tests.crawling import crawl, rows

SITE = "lumenkart.example"


def unwanted(request):
    return "gone" in request.url


class DroppingMiddleware:
    """A spider middleware that lets some requests through."""

    async def process_start(self, start):
        async for one in start:
            if not unwanted(one):
                yield one


class DroppingHandler:
    """An extension that refuses requests as they are scheduled."""

    @classmethod
    def from_crawler(cls, crawler):
        handler = cls()
        crawler.signals.connect(handler.scheduled, signal=signals.request_scheduled)
        return handler

    def scheduled(self, request):
        if unwanted(request):
            raise IgnoreRequest


class DroppingScheduler(Scheduler):
    """A scheduler that takes some requests."""

    def enqueue_request(self, request):
        return not unwanted(request) and super().enqueue_request(request)


DROPPERS = {
    "SPIDER_MIDDLEWARES": json.dumps({f"{__name__}.DroppingMiddleware": 10}),
    "EXTENSIONS": json.dumps({f"{__name__}.DroppingHandler": 10, "crawler.progress.Progress": 500}),
    "SCHEDULER": f"{__name__}.DroppingScheduler",
}


@pytest.mark.parametrize("targets", ["sites", "URLs"])
@pytest.mark.parametrize("setting", DROPPERS)
def test_more_dropped_listings_and_searches_than_are_let_in_at_once(tmp_path, setting, targets):
    dropped = [f"gone{number}.example" for number in range(AHEAD + 5)]
    named = [*dropped, SITE]
    if targets == "URLs":
        named = [f"http://{site}/privacy" for site in named]
    (tmp_path / "list.txt").write_text("\n".join(named))
    done = crawl(
        tmp_path / "a.db",
        "sample",
        sites=str(tmp_path / "list.txt"),
        strategy="latest",
        scrapy_settings={setting: DROPPERS[setting]},
    )
    assert done.code == 1, done.err[-2000:]
    told = rows(tmp_path / "a.db", "SELECT subject, detail FROM outcomes WHERE outcome = 'program_error' ORDER BY id")
    assert sorted(subject for subject, _ in told) == sorted(named[:-1])
    lost = "2 answers" if targets == "sites" else "1 answer"
    assert {detail for _, detail in told} == {f"RuntimeError: {lost} never came"}
    assert rows(tmp_path / "a.db", "SELECT DISTINCT site FROM timeline") == [(SITE,)]
