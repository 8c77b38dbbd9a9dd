"""Reading pages beside the reactor: every page gets an outcome, hostile ones too."""

import asyncio
import os
import signal
from datetime import UTC, datetime

import pytest

from crawler.archives.capture import Outcome
from pipelines import reading as reading_module
from pipelines.pool import ReaderPool
from pipelines.reading import read_payload

AT = datetime(2015, 1, 1, tzinfo=UTC)
PAGE = b"<html><title>Privacy Policy</title><body><h1>Privacy Policy</h1>" + b"".join(
    b"<p>We collect your name and e-mail address to deliver order %d, and keep this personal information as the law asks.</p>"
    % n
    for n in range(6)
)


def test_a_policy_is_read():
    result = read_payload(PAGE, {"content-type": "text/html"}, "http://a.example/privacy", AT)
    assert result.outcome is Outcome.FETCHED
    assert result.words > 90
    assert len(result.wording) == len(result.text_digest) == 64


@pytest.mark.parametrize(
    ("body", "outcome"),
    [
        (b"", Outcome.NOT_A_POLICY),
        (
            b"<html><title>Just a moment...</title><p>Checking your browser before accessing a.example.</p>",
            Outcome.NOT_A_POLICY,
        ),
        (bytes(range(256)) * 100, Outcome.UNDECODABLE),
        (b"<p>" + b"word " * 13_000_000, Outcome.UNDECODABLE),
    ],
)
def test_what_is_none_is_an_outcome_with_a_reason(body, outcome):
    result = read_payload(body, {"content-type": "text/html"}, "http://a.example/privacy", AT)
    assert result.outcome is outcome
    assert result.detail


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="no interval timers here")
def test_a_page_that_takes_too_long_is_given_up(monkeypatch):
    def spin(*_, **__):
        while True:
            pass

    monkeypatch.setattr(reading_module, "extract_text", spin)
    result = read_payload(PAGE, {"content-type": "text/html"}, "http://a.example/privacy", AT, time_limit=0.05)
    assert result.outcome is Outcome.EXTRACT_FAILED
    assert "longer than" in result.detail


def test_the_pool_outlives_a_page_that_kills_its_worker():
    async def scenario() -> list[Outcome]:
        pool = ReaderPool(2)
        try:
            pages = [pool.read(PAGE, {}, "http://a.example/privacy", AT, 200) for _ in range(4)]
            killer = pool.read(_Killer(PAGE), {}, "http://a.example/privacy", AT, 200)
            results = await asyncio.gather(*pages[:2], killer, *pages[2:])
            return [result.outcome for result in results]
        finally:
            pool.close()

    outcomes = asyncio.run(scenario())
    assert outcomes[2] is Outcome.EXTRACT_FAILED
    assert [o for n, o in enumerate(outcomes) if n != 2] == [Outcome.FETCHED] * 4


class _Killer(bytes):
    """A body that ends the process that unpickles it, as a parser's crash would."""

    def __reduce__(self):
        return os._exit, (1,)


def test_a_worker_gives_the_same_reading_as_a_call():
    async def scenario():
        pool = ReaderPool(1)
        try:
            return await pool.read(PAGE, {"content-type": "text/html"}, "http://a.example/privacy", AT, 200)
        finally:
            pool.close()

    assert asyncio.run(scenario()) == read_payload(PAGE, {"content-type": "text/html"}, "http://a.example/privacy", AT)
