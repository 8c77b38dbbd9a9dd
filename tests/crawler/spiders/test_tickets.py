"""A thing counts while somebody holds a request for it, and no longer than it is wanted to."""

import pytest
from scrapy import Request

from crawler.spiders.state.tickets import Tickets


def request(tickets, key):
    return Request("http://a.example/", meta=tickets.new(key))


@pytest.mark.parametrize("number", [0, 1, 7])
def test_a_request_that_is_dropped_is_under_way_no_more(number):
    tickets = Tickets()
    kept = [request(tickets, key) for key in range(number)]
    dropped = [request(tickets, key) for key in range(number, 2 * number)]
    assert len(tickets) == 2 * number
    dropped.clear()
    assert len(tickets) == number == len(kept)


@pytest.mark.parametrize("again", [Request.copy, lambda old: old.replace(url="http://b.example/", dont_filter=True)])
def test_a_request_that_is_made_anew_keeps_its_ticket(again):
    tickets = Tickets()
    first = request(tickets, "a")
    second = again(first)
    del first
    assert len(tickets) == 1
    del second
    assert len(tickets) == 0


def test_all_requests_for_one_thing_have_one_ticket():
    tickets = Tickets()
    requests = [request(tickets, "a") for _ in range(3)]
    while requests:
        assert len(tickets) == 1
        requests.pop()
    assert len(tickets) == 0


def test_what_has_ended_counts_no_more_though_its_request_is_held():
    tickets = Tickets()
    held = request(tickets, "a")
    tickets.end("a")
    tickets.end("b")
    assert len(tickets) == 0
    again = request(tickets, "a")
    del held
    assert len(tickets) == 1
    del again
    assert len(tickets) == 0
