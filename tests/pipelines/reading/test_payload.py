"""Reading pages beside the reactor: every page gets an outcome, hostile ones too."""

import asyncio
import os

import pytest

from crawler.archives.capture import Outcome
from crawler.targets.fetched import Fetched
from pipelines.reading import payload as reading_module
from pipelines.reading.apart import Apart, Limits, Stopped, Why
from pipelines.reading.payload import read_payload
from pipelines.reading.pool import ReaderPool
from tests.pipelines.reading import test_apart as apart_functions

PAGE = b"<html><title>Privacy Policy</title><body><h1>Privacy Policy</h1>" + b"".join(
    b"<p>We collect your name and e-mail address to deliver order %d, and keep this personal information as the law asks.</p>"
    % n
    for n in range(6)
)


def test_a_policy_is_read():
    result = read_payload(Fetched(PAGE, {"content-type": "text/html"}, "http://a.example/privacy"))
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
    result = read_payload(Fetched(body, {"content-type": "text/html"}, "http://a.example/privacy"))
    assert result.outcome is outcome
    assert result.detail


@pytest.mark.parametrize(
    "stage", ["decode_payload", "extract_text", "judge", "find_dates", "text_languages", "key_of_words"]
)
@pytest.mark.parametrize("error", [ValueError, OSError, AssertionError, RecursionError, UnicodeError, StopIteration])
def test_whatever_a_stage_raises_is_the_outcome_of_the_page_with_its_traceback(stage, error, monkeypatch, caplog):
    def fail(*_, **__):
        raise error("nobody thought of it")

    reading_module.facts_of_text.cache_clear()
    monkeypatch.setattr(reading_module, stage, fail)
    result = read_payload(Fetched(PAGE, {"content-type": "text/html"}, "http://a.example/privacy"))
    assert result.outcome is Outcome.EXTRACT_FAILED
    if error is RecursionError:
        assert "nested" in result.detail
        return
    assert "nobody thought of it" in result.detail
    (record,) = caplog.records
    assert "http://a.example/privacy" in record.getMessage()
    assert record.exc_info


def test_memory_is_not_for_the_page_to_answer_for(monkeypatch):
    def fail(*_, **__):
        raise MemoryError

    monkeypatch.setattr(reading_module, "extract_text", fail)
    with pytest.raises(MemoryError):
        read_payload(Fetched(PAGE, {}, "http://a.example/privacy"))


def test_the_pool_outlives_a_page_that_kills_its_worker():
    async def scenario() -> list[Outcome]:
        pool = ReaderPool(2)
        try:
            pages = [pool.read(Fetched(PAGE, {}, "http://a.example/privacy")) for _ in range(4)]
            killer = pool.read(Fetched(_Killer(PAGE), {}, "http://a.example/privacy"))
            results = await asyncio.gather(*pages[:2], killer, *pages[2:])
            return [result.outcome for result in results]
        finally:
            pool.close()

    outcomes = asyncio.run(scenario())
    assert outcomes[2] is Outcome.EXTRACT_FAILED
    assert [o for n, o in enumerate(outcomes) if n != 2] == [Outcome.FETCHED] * 4


class _Unpicklable(bytes):
    def __reduce__(self):
        raise ValueError("no pickle of me")


@pytest.mark.parametrize(
    ("call", "outcome"),
    [
        ((apart_functions.spin, ()), Outcome.READING_STOPPED),
        ((apart_functions.be_killed, ()), Outcome.READING_STOPPED),
        ((apart_functions.crash, ()), Outcome.EXTRACT_FAILED),
        ((apart_functions.eat, ()), Outcome.EXTRACT_FAILED),
        ((apart_functions.fail, ()), Outcome.EXTRACT_FAILED),
        ((len, (_Unpicklable(b"x"),)), Outcome.READING_STOPPED),  # the pool's own failure
    ],
)
def test_whatever_ends_a_page_is_its_outcome_and_is_logged(call, outcome, pool, caplog):
    found, detail = asyncio.run(pool.run(*call, "http://a.example/privacy", lambda *why: why))
    assert found is outcome
    assert detail
    assert any("http://a.example/privacy" in record.getMessage() for record in caplog.records)
    assert asyncio.run(pool.read(Fetched(PAGE, {}, "http://a.example/privacy"))).outcome is Outcome.FETCHED


@pytest.mark.parametrize("why", [Why.TIME, Why.KILLED, Why.START, Why.CLOSED])
def test_what_is_not_the_pages_fault_is_tried_again_later(why, monkeypatch):
    def stopped(*_):
        raise Stopped(why, "it stopped")

    pool = ReaderPool(1)
    monkeypatch.setattr(Apart, "call", stopped)
    try:
        reading = asyncio.run(pool.read(Fetched(b"<p>text", {}, "http://a.example/")))
    finally:
        pool.close()
    assert (reading.outcome, reading.detail) == (Outcome.READING_STOPPED, "it stopped")


def test_a_tag_with_300000_attributes_ends_within_its_processor_time(pool):
    tag = b"<p " + b" ".join(b"a%d=1" % n for n in range(300_000)) + b">"
    results = asyncio.run(
        _all(
            pool.read(Fetched(tag + PAGE, {}, "http://a.example/privacy")),
            pool.read_links(Fetched(tag + PAGE, {}, "http://a.example/privacy")),
            pool.read_candidate(Fetched(tag + PAGE, {}, "http://a.example/privacy"), "a.example"),
        )
    )
    assert results[0].outcome in (Outcome.READING_STOPPED, Outcome.FETCHED)
    assert results[1] == ()
    assert results[2][1] == ()


async def _all(*reads):
    return await asyncio.gather(*reads)


@pytest.fixture(scope="module")
def pool():
    pool = ReaderPool(1, Limits(cpu=2, memory=400 * 2**20))
    yield pool
    pool.close()


class _Killer(bytes):
    """A body that ends the process that unpickles it, as a parser's crash would."""

    def __reduce__(self):
        return os._exit, (1,)


def test_a_worker_gives_the_same_reading_as_a_call():
    async def scenario():
        pool = ReaderPool(1)
        try:
            return await pool.read(Fetched(PAGE, {"content-type": "text/html"}, "http://a.example/privacy"))
        finally:
            pool.close()

    assert asyncio.run(scenario()) == read_payload(
        Fetched(PAGE, {"content-type": "text/html"}, "http://a.example/privacy")
    )
