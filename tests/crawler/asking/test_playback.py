"""What becomes of an archive's answer: kept, followed, or asked again."""

import asyncio
import gzip
import time

import pytest
from scrapy import Request, Spider
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    ResponseDataLossError,
)
from scrapy.http import Response
from scrapy.utils.test import get_crawler

from crawler.archives.errors import RateLimited
from crawler.archives.memento import PlaybackAnswer
from crawler.archives.table import CDX, PLAYBACK
from crawler.asking.gate import gate_of
from crawler.asking.playback import MAX_HOPS, MAX_THROTTLED, RETRIES, PlaybackMiddleware, plain_headers
from tests.builders import MEMENTO_URL, URL, utc
from tests.servers.recorded import FOLDER, headers_of, recorded

DATE = {"Memento-Datetime": "Wed, 01 Jan 2020 00:00:00 GMT"}


@pytest.fixture(scope="module")
def middleware(tmp_path_factory):
    settings = {"POLICYLAPSE_ARCHIVE": "wayback", "POLICYLAPSE_STATE": str(tmp_path_factory.mktemp("state"))}
    crawler = get_crawler(
        Spider, settings_dict=settings | {"POLICYLAPSE_BUDGET": "", "POLICYLAPSE_WAIT": 0, "POLICYLAPSE_RETRY_DELAY": 0}
    )
    crawler.spider = crawler._create_spider("test")
    return PlaybackMiddleware.from_crawler(crawler)


def make_request(url=MEMENTO_URL, **meta):
    return Request(url, meta={"endpoint": PLAYBACK, "captured_at": utc(2020, 1, 1)} | meta)


def answer(middleware, request, status=200, headers=None, body=b""):
    response = Response(request.url, status=status, headers=headers, body=body)
    return asyncio.run(middleware.process_response(request, response))


def redirect_to(timestamp, url=URL):
    return {"Location": f"https://web.archive.org/web/{timestamp}id_/{url}"}


def moved_on(middleware, location, **meta):
    request = make_request(**meta)
    return request, answer(middleware, request, 302, location)


# mementos


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (200, PlaybackAnswer.MEMENTO),
        (404, PlaybackAnswer.ARCHIVED_ERROR),
        (429, PlaybackAnswer.ARCHIVED_ERROR),
        (503, PlaybackAnswer.ARCHIVED_ERROR),
    ],
)
def test_what_is_archived_is_kept_whatever_its_status(middleware, status, kind):
    request = make_request()
    response = answer(middleware, request, status, DATE)
    assert isinstance(response, Response)
    assert request.meta["playback"].answer is kind


def test_an_archived_redirect_is_not_followed(middleware):
    request = make_request()
    response = answer(middleware, request, 301, DATE | redirect_to("20200101000000", "http://a.example/new"))
    assert isinstance(response, Response)
    assert (request.meta["playback"].answer, request.meta["playback"].location) == (
        PlaybackAnswer.REDIRECT,
        "http://a.example/new",
    )


def test_an_exclusion_is_seen_through_gzip_and_far_down_the_page(middleware):
    body = b"<html>" + b"<p>menu</p>" * 6000 + b"This URL has been excluded from the Wayback Machine."
    for sent, headers in ((body, {}), (gzip.compress(body), {"Content-Encoding": "gzip"})):
        request = make_request()
        answer(middleware, request, 200, headers, sent)
        assert request.meta["playback"].answer is PlaybackAnswer.EXCLUDED


def test_a_bomb_in_the_place_of_a_memento_is_no_memento(middleware):
    request = make_request()
    answer(middleware, request, 200, {}, gzip.compress(bytes(70 * 2**20), 1))
    assert request.meta["playback"].answer is PlaybackAnswer.NO_MEMENTO


@pytest.mark.parametrize(
    "recording", recorded("memento", "archived-redirect", "archived-error", "not-archived", "not-a-memento-200")
)
def test_recorded_answers_are_kept(middleware, recording):
    request = make_request(recording["url"])
    body = (FOLDER / recording["body"]).read_bytes()
    assert isinstance(answer(middleware, request, recording["status"], headers_of(recording), body), Response)
    assert (request.meta["playback"].memento_at is None) == recording["kind"].startswith("not-")


# the archive's own redirects


@pytest.mark.parametrize("timestamp", ["20200101000001", "20191231000000", "20200102000000"])
def test_another_date_within_a_day_is_followed(middleware, timestamp):
    request, onward = moved_on(middleware, redirect_to(timestamp))
    assert onward.url == redirect_to(timestamp)["Location"]
    assert onward.dont_filter
    assert onward.meta["chain"] == (f"302 {MEMENTO_URL}",)
    assert onward.meta["captured_at"] == request.meta["captured_at"]  # drift is measured from what was asked first
    assert "playback" not in onward.meta


def test_the_chain_names_every_step(middleware):
    _request, first = moved_on(middleware, redirect_to("20200101000100"))
    second = answer(middleware, first, 307, redirect_to("20200101000200"))
    assert second.meta["chain"] == (f"302 {MEMENTO_URL}", f"307 {first.url}")


@pytest.mark.parametrize(
    "location",
    [
        "/web/20200101000100id_/http://a.example/privacy",
        "//web.archive.org/web/20200101000100id_/http://a.example/privacy",
    ],
)
def test_every_form_of_location_is_followed(middleware, location):
    _request, onward = moved_on(middleware, {"Location": location})
    assert onward.url == redirect_to("20200101000100")["Location"]


@pytest.mark.parametrize("timestamp", ["20191230235959", "20200102000001", "20150503090125"])
def test_a_date_too_far_off_is_not_followed(middleware, timestamp):
    request, response = moved_on(middleware, redirect_to(timestamp))
    assert isinstance(response, Response)
    assert request.meta["playback"].answer is PlaybackAnswer.MOVED_ON
    assert request.meta["playback"].location == redirect_to(timestamp)["Location"]


@pytest.mark.parametrize(
    "location",
    [
        "http://a.example/privacy",
        "https://evil.example/web/20200101000100id_/http://a.example/privacy",
        "https://web.archive.org.evil.example/web/20200101000100id_/http://a.example/privacy",
        "https://user@web.archive.org/web/20200101000100id_/http://a.example/privacy",
        "ftp://web.archive.org/web/20200101000100id_/http://a.example/privacy",
        "file:///web/20200101000100id_/http://a.example/privacy",
        "https://web.archive.org/account/login",
        "http://[bad",
        "https://web.archive.org/web/99999999999999id_/http://a.example/",
    ],
)
def test_what_leads_out_of_the_archive_is_never_followed(middleware, location):
    request, response = moved_on(middleware, {"Location": location})
    assert isinstance(response, Response)
    assert request.meta["playback"].answer is PlaybackAnswer.MOVED_ON


def test_a_loop_ends(middleware):
    request = make_request()
    for _hop in range(MAX_HOPS):
        request = answer(middleware, request, 302, redirect_to("20200101000000"))
    assert len(request.meta["chain"]) == MAX_HOPS
    assert isinstance(answer(middleware, request, 302, redirect_to("20200101000000")), Response)
    assert request.meta["playback"].answer is PlaybackAnswer.MOVED_ON


# asking again


def asked_again(request, once_more):
    """How often a request is asked again, until it is not."""
    times = 0
    while isinstance(onward := once_more(request), Request):
        assert onward.url == request.url
        assert onward.priority < request.priority
        request, times = onward, times + 1
        assert times <= 10
    return times


@pytest.mark.parametrize("status", [408, 500, 502, 503, 504])
@pytest.mark.parametrize("endpoint", [CDX, PLAYBACK])
def test_what_fails_in_passing_is_asked_again_a_few_times(middleware, status, endpoint):
    assert (
        asked_again(make_request(endpoint=endpoint), lambda request: answer(middleware, request, status))
        == RETRIES
        == 3
    )


def test_after_the_last_time_it_is_said_to_be_transient(middleware):
    request = make_request(retry_times=RETRIES)
    assert answer(middleware, request, 503).status == 503
    assert request.meta["playback"].answer is PlaybackAnswer.TRANSIENT


@pytest.mark.parametrize("status", [200, 301, 400, 403, 404])
@pytest.mark.parametrize("endpoint", [CDX, PLAYBACK])
def test_what_does_not_pass_is_not_asked_again(middleware, status, endpoint):
    assert isinstance(answer(middleware, make_request(endpoint=endpoint), status), Response)


@pytest.mark.parametrize("endpoint", [CDX, PLAYBACK])
def test_a_429_is_waited_for_where_one_is_willing_to_and_not_without_end(middleware, endpoint):
    """The gate's pause is over in the moment it is asked, or is longer than nobody waits (POLICYLAPSE_WAIT=0)."""
    request, times = make_request(endpoint=endpoint), 0
    while isinstance(onward := answer(middleware, request, 429), Request):
        request, times = onward, times + 1
    assert times == MAX_THROTTLED
    gate_of(middleware.crawler).too_many(endpoint, 60.0, time.time())
    assert isinstance(answer(middleware, make_request(endpoint=endpoint), 429), Response)
    gate_of(middleware.crawler)._limits.forget("wayback")


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_an_archived_error_is_never_asked_again(middleware, status):
    assert isinstance(answer(middleware, make_request(), status, DATE), Response)


def test_a_listing_is_not_classified(middleware):
    request = make_request(endpoint=CDX)
    answer(middleware, request, 404)
    assert "playback" not in request.meta


@pytest.mark.parametrize(
    "error",
    [
        DownloadTimeoutError("slow"),
        DownloadFailedError("reset"),
        ResponseDataLossError("short"),
        ConnectionResetError(),
    ],
)
def test_a_broken_connection_is_tried_again(middleware, error):
    assert (
        asked_again(make_request(), lambda request: asyncio.run(middleware.process_exception(request, error)))
        == RETRIES
    )


@pytest.mark.parametrize(
    "error",
    [
        DownloadConnectionRefusedError("refused"),
        RateLimited("shut"),
        DownloadCancelledError("too large"),
        ValueError("a bug"),
    ],
)
def test_a_ban_and_what_is_no_glitch_are_not(middleware, error):
    assert asyncio.run(middleware.process_exception(make_request(), error)) is None


def test_a_host_that_cannot_be_resolved_is_no_ban(middleware):
    assert asyncio.run(middleware.process_exception(make_request(), CannotResolveHostError("no such host"))) is None


def test_headers_are_plain_text_repeated_ones_joined():
    response = Response("http://a.example/", headers={"Link": ["a", "b"], "X-Odd": b"caf\xe9"})
    assert plain_headers(response) == {"link": "a, b", "x-odd": "caf\xe9"}
