"""What playback answered: Memento-Datetime first, status second."""

from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.archives.capture import Outcome
from crawler.archives.memento import (
    TRANSIENT_STATUSES,
    PlaybackAnswer,
    classify_exclusion,
    classify_playback,
    drift_seconds,
    memento_date,
    original_url,
    split_memento_url,
    stray_outcome,
)
from crawler.archives.surt import check_url, surt
from tests.builders import MEMENTO_URL, make_capture, utc
from tests.servers.recorded import body_of, headers_of, recorded

DATE = {"memento-datetime": "Wed, 01 Jan 2020 00:00:00 GMT"}
ELSEWHERE = {"location": "https://web.archive.org/web/20200301000000id_/http://a.example/privacy"}
EXCLUDED = b"<html><p>This URL has been excluded from the Wayback Machine.</p></html>"
INTERSTITIAL = b"<html><p>Got an HTTP 301 response at crawl time</p></html>"
BLOCKED = "org.archive.util.io.RuntimeIOException: org.archive.wayback.exception.{}"
ADMINISTRATIVE = BLOCKED.format("AdministrativeAccessControlException: Blocked Site Error")
ROBOTS = BLOCKED.format("RobotAccessControlException: Blocked By Robots")
RUNTIME_ERROR = "x-archive-wayback-runtime-error"

# archive-facts.md 2.2, row by row
TABLE = [
    ("a capture", 200, DATE, b"<p>text", PlaybackAnswer.MEMENTO),
    ("a capture that speaks of exclusion", 200, DATE, EXCLUDED, PlaybackAnswer.MEMENTO),
    *(
        (f"an archived redirect {s}", s, DATE | ELSEWHERE, b"", PlaybackAnswer.REDIRECT)
        for s in (301, 302, 303, 307, 308)
    ),
    *((f"an archived error {s}", s, DATE, b"", PlaybackAnswer.ARCHIVED_ERROR) for s in (403, 404, 429, 451, 500, 503)),
    (
        "an archived 429 with its own Retry-After",
        429,
        DATE | {"x-archive-orig-retry-after": "6"},
        b"",
        PlaybackAnswer.ARCHIVED_ERROR,
    ),
    (
        "an archived error that names the exception",
        403,
        DATE | {RUNTIME_ERROR: ROBOTS},
        b"",
        PlaybackAnswer.ARCHIVED_ERROR,
    ),
    (
        "a redirect to another date",
        302,
        ELSEWHERE | {"x-archive-redirect-reason": "found capture at 20200301000000"},
        b"",
        PlaybackAnswer.MOVED_ON,
    ),
    ("the same in 2018", 302, ELSEWHERE, b"found capture at 20200301000000", PlaybackAnswer.MOVED_ON),
    ("the excluded page, as 200", 200, {}, EXCLUDED, PlaybackAnswer.EXCLUDED),
    (
        "the interstitial of view mode",
        200,
        {"x-archive-src": "item/x.warc.gz"},
        INTERSTITIAL,
        PlaybackAnswer.NO_MEMENTO,
    ),
    ("another page", 200, {}, b"<p>Welcome", PlaybackAnswer.NO_MEMENTO),
    ("never archived", 404, {}, b"The Wayback Machine has not archived that URL.", PlaybackAnswer.NOT_ARCHIVED),
    ("excluded, said in the header", 403, {RUNTIME_ERROR: ADMINISTRATIVE}, b"", PlaybackAnswer.EXCLUDED),
    ("excluded, said in the body", 403, {}, ADMINISTRATIVE.encode(), PlaybackAnswer.EXCLUDED),
    ("robots.txt, said in the header", 403, {RUNTIME_ERROR: ROBOTS}, b"", PlaybackAnswer.EXCLUDED_ROBOTS),
    ("robots.txt, said in the body", 403, {}, ROBOTS.encode(), PlaybackAnswer.EXCLUDED_ROBOTS),
    ("excluded under another status", 404, {RUNTIME_ERROR: ADMINISTRATIVE}, b"", PlaybackAnswer.EXCLUDED),
    ("blocked by pywb", 451, {}, b"", PlaybackAnswer.EXCLUDED),
    ("forbidden without a word", 403, {}, b"Forbidden", PlaybackAnswer.NO_MEMENTO),
    ("too many requests", 429, {"retry-after": "60"}, b"", PlaybackAnswer.RATE_LIMITED),
    *((f"a passing fault {s}", s, {}, b"", PlaybackAnswer.TRANSIENT) for s in (413, 421, 500, 502, 503, 504, 599)),
    ("a redirect to nowhere", 302, {}, b"", PlaybackAnswer.NO_MEMENTO),
    ("a date that is none", 404, {"memento-datetime": "soon"}, b"", PlaybackAnswer.NOT_ARCHIVED),
]


@pytest.mark.parametrize(
    ("status", "headers", "body", "answer"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE]
)
def test_every_row_of_the_table(status, headers, body, answer):
    playback = classify_playback(status, headers, body, MEMENTO_URL)
    assert playback.answer is answer
    archived = answer in (PlaybackAnswer.MEMENTO, PlaybackAnswer.REDIRECT, PlaybackAnswer.ARCHIVED_ERROR)
    assert playback.memento_at == (utc(2020, 1, 1) if archived else None)


def test_where_redirects_lead():
    archived = classify_playback(301, DATE | ELSEWHERE, b"", MEMENTO_URL)
    assert archived.location == "http://a.example/privacy"
    moved_on = classify_playback(302, ELSEWHERE, b"", MEMENTO_URL)
    assert moved_on.location == ELSEWHERE["location"]


RECORDED = {
    "memento": PlaybackAnswer.MEMENTO,
    "archived-redirect": PlaybackAnswer.REDIRECT,
    "archived-error": PlaybackAnswer.ARCHIVED_ERROR,
    "archive-redirect": PlaybackAnswer.MOVED_ON,
    "not-archived": PlaybackAnswer.NOT_ARCHIVED,
    "cdx-excluded": PlaybackAnswer.EXCLUDED,
}


def played_back(answer):
    return classify_playback(answer["status"], headers_of(answer), body_of(answer), answer["url"])


@pytest.mark.parametrize("answer", recorded(*RECORDED))
def test_recorded_answers(answer):
    assert played_back(answer).answer is RECORDED[answer["kind"]]


@pytest.mark.parametrize("answer", recorded("not-a-memento-200"))
def test_recorded_pages_of_the_archive_itself(answer):
    excluded = "nationalpost.com" in answer["url"]
    assert played_back(answer).answer is (PlaybackAnswer.EXCLUDED if excluded else PlaybackAnswer.NO_MEMENTO)


@pytest.mark.parametrize("answer", recorded("archived-redirect"))
def test_recorded_archived_redirects_lead_to_the_original_site(answer):
    target = played_back(answer).location
    assert check_url(target)
    assert "archive.org" not in target


@pytest.mark.parametrize("answer", recorded("archive-redirect"))
def test_recorded_redirects_of_the_archive_lead_to_another_date_of_the_same_page(answer):
    location = played_back(answer).location
    assert memento_date(location) != memento_date(answer["url"])
    assert surt(split_memento_url(location)[1]) == surt(split_memento_url(answer["url"])[1])


@pytest.mark.parametrize(
    "location",
    [
        "https://web.archive.org/web/20200101000000id_/http://a.example/legal/privacy",
        "http://web.archive.org/web/20200101000000id_/http://a.example/legal/privacy",
        "//web.archive.org/web/20200101000000id_/http://a.example/legal/privacy",
        "/web/20200101000000id_/http://a.example/legal/privacy",
        "/web/20200101000000/http://a.example/legal/privacy",
        "http://a.example/legal/privacy",  # as captured: not rewritten by the archive
        "/legal/privacy",
        "legal/privacy",
        "./legal/privacy",
    ],
)
def test_every_form_of_location(location):
    playback = classify_playback(301, DATE | {"location": location}, b"", MEMENTO_URL)
    assert playback.location == "http://a.example/legal/privacy"


@given(
    st.text() | st.from_regex(r"(https?:)?/{0,3}[\[\]a-z.:@]{0,10}/?[a-z0-9/]*", fullmatch=True),
    st.sampled_from([{}, DATE]),
)
def test_no_location_raises(location, headers):
    playback = classify_playback(302, headers | {"location": location}, b"", MEMENTO_URL)
    assert playback.answer in (PlaybackAnswer.REDIRECT, PlaybackAnswer.MOVED_ON, PlaybackAnswer.NO_MEMENTO)


@pytest.mark.parametrize(
    ("url", "parts"),
    [
        ("https://web.archive.org/web/20200101000000id_/http://a.example/p", ("20200101000000", "http://a.example/p")),
        ("https://web.archive.org/web/2020/https://a.example/p?q=1#x", ("2020", "https://a.example/p?q=1#x")),
        ("/web/20200101000000im_/http://a.example/p", ("20200101000000", "http://a.example/p")),
        ("http://localhost:8080/coll/20200101000000mp_///a.example/p", ("20200101000000", "http://a.example/p")),
        ("https://web.archive.org/web/20200101000000id_/http:/a.example/p", ("20200101000000", "http://a.example/p")),
        (
            "https://web.archive.org/web/20200101000000id_/http://b.example/web/20100101000000/http://a.example/",
            ("20200101000000", "http://b.example/web/20100101000000/http://a.example/"),
        ),
        ("https://web.archive.org/web/", None),
        ("https://web.archive.org/web/*/http://a.example/", None),
        ("http://a.example/2020/p", None),
        ("", None),
    ],
)
def test_playback_urls_in_two(url, parts):
    assert split_memento_url(url) == parts


def test_a_location_without_an_asked_memento_is_taken_as_it_is():
    assert original_url("/p", "https://a.example/") == "/p"


def test_dates_in_playback_urls():
    assert memento_date(MEMENTO_URL) == utc(2020, 1, 1)
    assert memento_date("https://web.archive.org/web/2020/http://a.example/") is None
    assert memento_date("http://a.example/") is None


def test_drift_is_signed():
    assert drift_seconds(utc(2020, 1, 1), utc(2020, 1, 1, 0, 1)) == 60
    assert drift_seconds(utc(2020, 1, 1, 0, 1), utc(2020, 1, 1)) == -60


def test_exclusions_on_the_index_endpoint():
    assert (
        classify_exclusion(403, {RUNTIME_ERROR: "AdministrativeAccessControlException"}, b"") is PlaybackAnswer.EXCLUDED
    )
    assert classify_exclusion(403, {}, b"RobotAccessControlException") is PlaybackAnswer.EXCLUDED_ROBOTS
    assert classify_exclusion(400, {}, b"bad parameter") is None
    assert classify_exclusion(200, {}, b"com,a)/ 2020 AccessControlException") is None


def test_a_throttle_is_not_tried_again_at_once():
    assert 429 not in TRANSIENT_STATUSES


@pytest.mark.parametrize(
    ("statuscode", "status", "got", "outcome"),
    [
        ("200", 200, utc(2020, 1, 1), None),
        ("200", 200, utc(2020, 1, 1, 12), None),  # within a day: taken, its drift recorded
        ("200", 200, utc(2020, 1, 2), None),
        ("200", 200, utc(2020, 1, 2, 0, 0, 1), Outcome.DRIFTED),
        ("301", 301, utc(2019, 1, 1), Outcome.DRIFTED),
        ("301", 200, utc(2020, 1, 1), None),
        ("301", 200, utc(2020, 1, 1, 0, 1), Outcome.REDIRECT),  # pywb: from http to https
    ],
)
def test_another_capture_played_back_in_its_place(statuscode, status, got, outcome):
    capture = make_capture(statuscode=statuscode)
    headers = {"memento-datetime": format_datetime(got, usegmt=True)}
    stray = stray_outcome(capture, classify_playback(status, headers, b"", MEMENTO_URL))
    assert (stray and stray[0]) == outcome
    assert stray is None or f"its capture of {got:%Y-%m-%d %H:%M:%S} instead" in stray[1]


def test_what_is_no_memento_is_not_stray():
    assert stray_outcome(make_capture(), classify_playback(404, {}, b"", MEMENTO_URL)) is None
