"""A listing counts as under way until it has ended, failed, or was turned away."""

import asyncio
from types import SimpleNamespace

import pytest
from scrapy import Request

from crawler.archives.capture import ListingPlan, Outcome, Period
from crawler.spiders.listing import Lister
from crawler.spiders.state.tickets import Tickets
from crawler.spiders.state.waits import Waits

ARCHIVE = SimpleNamespace(name="here", crawls=False, root=None)


class Asker:
    """Its requests fail, or are turned away since the archive has paused."""

    def __init__(self, *, pauses):
        self.pauses = pauses

    def listing_request(self, _archive, url, _plan, _period, callback, errback, **context):
        return Request(url, callback=callback, errback=errback, cb_kwargs=context)

    def turned_away(self, _failure):
        return self.pauses

    def failed(self, _failure):
        return Outcome.LISTING_FAILED, "no answer"


class Work:
    """A policy that has nothing to do."""

    policy = None

    def grow(self):
        pass

    async def go_on(self):
        for nothing in ():
            yield nothing


@pytest.mark.parametrize("pauses", [True, False])
@pytest.mark.parametrize("number", [1, 3])
def test_a_listing_without_an_answer_is_under_way_no_more(pauses, number):
    run = SimpleNamespace(has_stopped=lambda _archive: False, record=lambda *_what: None, number=1)
    listings = SimpleNamespace(plan=lambda *_what: ListingPlan(), put_answer=lambda *_what: None)
    tickets, waits = Tickets(), Waits()
    store = SimpleNamespace(listings=listings)
    lister = Lister(run, Asker(pauses=pauses), waits, tickets, store, ARCHIVE, Period(), None)
    requests = [
        request for site in range(number) for request in lister.list_url(f"http://{site}.example/privacy", Work())
    ]

    async def fail(request):
        return [found async for found in request.errback(SimpleNamespace(request=request))]

    for left in range(number, 0, -1):
        assert len(tickets) == left
        assert asyncio.run(fail(requests[left - 1])) == []
    assert len(tickets) == 0
