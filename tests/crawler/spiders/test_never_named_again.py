"""Whatever an index said and whatever playback answers, a capture is named once: the rules of crawler/choosing, without a crawl.

The crawl itself, over the same table: tests/crawler/spiders/test_asked_once.py.
"""

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.archives.timestamps import format_timestamp
from crawler.choosing.rows import digest_key, rows_of
from crawler.choosing.strategies import next_batch, parse_strategy
from crawler.choosing.survey import Knowledge
from tests.builders import make_listed, utc
from tests.ranges import examples

STRATEGIES = ("changes", "all", "distinct", "latest", "every:6mo", "at:2013-01-01")
STATUSES = [("200", "text/html"), ("-", "warc/revisit"), ("301", "text/html"), ("", "-"), ("200", "application/pdf")]
ANSWERS = ("wordings", "no_policy", "failed", "targets", "nowhere")


def listing(kinds):
    return [
        make_listed(
            number,
            timestamp=format_timestamp(utc(2010, 1, 1) + timedelta(days=70 * number)),
            statuscode=status,
            mimetype=mimetype,
            digest=digest,
        )
        for number, ((status, mimetype), digest) in enumerate(kinds, 1)
    ]


def answered(knowledge, number, kind, digest):
    """What is known when a capture was answered with a page ("wordings"), with what is none, not, or by a redirect."""
    asked = set(knowledge.asked) - {number}
    if kind == "wordings":
        held = {*knowledge.held, *({digest_key(digest)} - {0})}
        return replace(knowledge, asked=asked, wordings={**knowledge.wordings, number: f"w{number % 3}"}, held=held)
    if kind in ("targets", "nowhere"):
        to = "http://a.example/new" if kind == "targets" else ""
        return replace(knowledge, asked=asked, targets={**knowledge.targets, number: to})
    return replace(knowledge, asked=asked, **{kind: {*getattr(knowledge, kind), number}})


def search(kinds, strategy, answer):
    """Ask until nothing is left; return how often each capture was named. `answer(number)` is a field of Knowledge."""
    listed = listing(kinds)
    rows, knowledge, named = rows_of(listed), Knowledge(), Counter()
    digests = {one.capture_id: one.capture.digest for one in listed}
    for _ in range(10 * len(kinds) + 10):
        batch = next_batch(rows, knowledge, parse_strategy(strategy))
        if batch.done:
            return named
        asks = [one.capture_id for one in batch.fetch]
        named.update([*asks, *batch.reuse, *(number for number, *_ in batch.infer)])
        for number in (*asks, *batch.reuse):
            knowledge = answered(knowledge, number, answer(number), digests[number])
        for number, *_ in batch.infer:
            knowledge = answered(knowledge, number, "nowhere", "")
    raise AssertionError(f"it goes on: {named.most_common(3)}")


@pytest.mark.parametrize("strategy", STRATEGIES)
@pytest.mark.parametrize("kind", ANSWERS)
@pytest.mark.parametrize("status", STATUSES, ids=lambda one: one[0] + one[1])
def test_each_status_and_each_answer(status, kind, strategy):
    named = search([(status, f"D{n}") for n in range(6)], strategy, lambda _number: kind)
    assert named
    assert max(named.values()) == 1


@given(
    kinds=st.lists(
        st.tuples(st.sampled_from(STATUSES), st.sampled_from(["-", "A", "B", "C"])), min_size=1, max_size=14
    ),
    told=st.lists(st.sampled_from(ANSWERS), min_size=14, max_size=14),
    strategy=st.sampled_from(STRATEGIES),
)
@settings(deadline=None, max_examples=examples(80, 300))
def test_any_mixture(kinds, told, strategy):
    named = search(kinds, strategy, lambda number: told[number - 1])
    assert max(named.values(), default=0) <= 1


@given(
    kinds=st.lists(st.tuples(st.sampled_from(STATUSES), st.sampled_from(["-", "A", "B"])), min_size=1, max_size=14),
    known=st.lists(st.sampled_from([*ANSWERS, "asked", ""]), min_size=14, max_size=14),
    strategy=st.sampled_from(STRATEGIES),
)
@settings(deadline=None, max_examples=examples(80, 300))
def test_what_stands_in_any_field_is_not_named(kinds, known, strategy):
    knowledge, listed = Knowledge(), listing(kinds)
    for one in listed:
        kind = known[one.capture_id - 1]
        if kind == "asked":
            knowledge = replace(knowledge, asked={*knowledge.asked, one.capture_id})
        elif kind:
            knowledge = answered(knowledge, one.capture_id, kind, one.capture.digest)
    batch = next_batch(rows_of(listed), knowledge, parse_strategy(strategy))
    named = [*(one.capture_id for one in batch.fetch), *batch.reuse, *(number for number, *_ in batch.infer)]
    assert len(named) == len(set(named))
    assert not [number for number in named if known[number - 1]]
