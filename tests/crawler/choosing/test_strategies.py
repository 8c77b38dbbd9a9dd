"""Which captures to fetch: properties that hold for any history, and the rules one by one."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.archives.capture import EMPTY_DIGEST, ListedCapture, Outcome
from crawler.archives.timestamps import format_timestamp
from crawler.choosing.rows import digest_key, index_verdict, rows_of
from crawler.choosing.strategies import ALL, CHANGES, DISTINCT, Strategy, next_batch
from crawler.choosing.survey import Knowledge
from tests.builders import make_listed, utc


@dataclass(frozen=True, slots=True)
class Choice:
    """What to do next, with the captures themselves; `settle` has (capture, outcome, why)."""

    fetch: tuple[ListedCapture, ...] = ()
    reuse: tuple[ListedCapture, ...] = ()
    settle: tuple[tuple[ListedCapture, Outcome, str], ...] = ()

    @property
    def done(self) -> bool:
        return not (self.fetch or self.reuse or self.settle)


def choose(
    captures: Sequence[ListedCapture],
    strategy: Strategy,
    held_digests: Collection[str],
    not_now: Collection[int] = (),
) -> Choice:
    """Return what to fetch, reuse and settle next, by strategy `all` or `distinct`; fetches oldest first.

    :param captures: those of one policy in the asked period; any order.
    :param held_digests: cdx digests whose payload the store holds, from any capture of any policy.
    :param not_now: ids of captures that are not to be fetched, because they were just asked for in vain; a neighbour
        with the same digest is fetched instead, and they are reused as soon as it is held.
    """
    by_id = {one.capture_id: one for one in captures}
    done = {one.capture_id: one.redirect_url for one in captures if one.outcome.settled}
    settle = [
        (one, *verdict)
        for one in captures
        if not one.outcome.settled and (verdict := index_verdict(one.capture)) is not None
    ]
    knowledge = Knowledge(failed=done, targets=done, held=frozenset(map(digest_key, held_digests)))
    rows = rows_of(captures)
    reuse = next_batch(rows, knowledge, strategy).reuse
    batch = next_batch(rows, replace(knowledge, failed={*done, *not_now, *reuse}), strategy)
    settle += [(by_id[number], outcome, why) for number, outcome, why in batch.infer]
    fetch = sorted(
        (by_id[one.capture_id] for one in batch.fetch), key=lambda one: (one.capture.captured_at, one.capture_id)
    )
    return Choice(tuple(fetch), tuple(by_id[number] for number in reuse), tuple(settle))


START = utc(2010, 1, 1)
KINDS = [  # (statuscode, mimetype)
    ("200", "text/html"),
    ("200", "application/pdf"),
    ("-", "warc/revisit"),
    ("301", "text/html"),
    ("302", "unk"),
    ("301", "image/png"),
    ("404", "text/html"),
    ("503", "unk"),
    ("200", "image/png"),
    ("", "-"),
]
URLS = ["http://a.example/p", "https://a.example/p", "http://a.example/legal", "mailto:me@a.example"]
TARGETS = ["http://a.example/new", "http://b.example/p"]


@st.composite
def histories(draw):
    """Listed captures of one policy as a store may hold them in the middle of a crawl; ids are unique."""
    listed = []
    for capture_id in range(draw(st.integers(0, 25))):
        statuscode, mimetype = draw(st.sampled_from(KINDS))
        moment = START + timedelta(days=draw(st.integers(0, 30)))
        one = make_listed(
            capture_id,
            outcome=draw(
                st.sampled_from([Outcome.PENDING] * 5 + [Outcome.FETCHED, Outcome.DRIFTED, Outcome.PLAYBACK_FAILED])
            ),
            timestamp=format_timestamp(moment),
            original=draw(st.sampled_from(URLS)),
            urlkey="example,a)/p",
            statuscode=statuscode,
            mimetype=mimetype,
            digest=draw(st.sampled_from([*"ABCD", EMPTY_DIGEST, "-"])),
        )
        if one.capture.is_redirect and one.outcome is Outcome.FETCHED:
            one = replace(one, outcome=Outcome.REDIRECT, redirect_url=draw(st.sampled_from(TARGETS)))
        listed.append(one)
    return listed


held = st.frozensets(st.sampled_from([*"ABCD", EMPTY_DIGEST, "-"]))
strategies = st.sampled_from([ALL, DISTINCT])


def ids(listed):
    return [one.capture_id for one in listed]


def is_no_page(one):
    capture = one.capture
    return (
        (capture.status or 0) >= 400
        or capture.mimetype.startswith("image/")
        or capture.original.startswith("mailto:")
        or (capture.status == 200 and capture.digest == EMPTY_DIGEST)
    )


@given(histories(), held, strategies, st.randoms(use_true_random=False))
def test_the_order_in_which_captures_come_does_not_matter(history, digests, strategy, random):
    shuffled = random.sample(history, len(history))
    first, second = choose(history, strategy, digests), choose(shuffled, strategy, digests)
    assert (first.fetch, first.reuse) == (second.fetch, second.reuse)
    assert set(first.settle) == set(second.settle)


@given(histories(), held, strategies)
def test_a_capture_is_chosen_once_or_not_and_never_if_it_is_settled(history, digests, strategy):
    choice = choose(history, strategy, digests)
    chosen = [*choice.fetch, *choice.reuse, *(one for one, _outcome, _why in choice.settle)]
    assert max(Counter(ids(chosen)).values(), default=1) == 1
    assert not any(one.outcome.settled for one in chosen)
    assert set(chosen) <= set(history)
    assert all(outcome.settled and why for _one, outcome, why in choice.settle)
    times = [one.capture.captured_at for one in choice.fetch]
    assert times == sorted(times)


@given(histories(), held, strategies)
def test_what_the_index_tells_to_be_no_page_is_settled_without_a_request(history, digests, strategy):
    choice = choose(history, strategy, digests)
    settled = {one.capture_id for one, _outcome, _why in choice.settle}
    assert {one.capture_id for one in history if is_no_page(one) and not one.outcome.settled} <= settled


@given(histories(), held)
def test_distinct_fetches_a_digest_once_and_none_that_is_held(history, digests):
    fetched = [one.capture.digest for one in choose(history, DISTINCT, digests).fetch if not one.capture.is_redirect]
    told = [digest for digest in fetched if digest not in ("-", EMPTY_DIGEST)]  # these tell nothing
    assert len(told) == len(set(told))
    assert not set(told) & digests


@given(histories(), held)
def test_all_fetches_every_open_page(history, digests):
    choice = choose(history, ALL, digests)
    pages = {one for one in history if not (one.outcome.settled or one.capture.is_redirect or is_no_page(one))}
    fetched = {one for one in choice.fetch if not one.capture.is_redirect}
    waiting = pages - set(choice.reuse) - fetched  # revisits of what is fetched now
    assert fetched <= pages
    assert all(one.capture.mimetype == "warc/revisit" for one in waiting)
    assert {one.capture.digest for one in waiting} <= {one.capture.digest for one in fetched}
    assert all(one.capture.mimetype == "warc/revisit" and one.capture.digest in digests for one in choice.reuse)


@given(histories(), held, strategies, st.data())
def test_a_crawl_comes_to_an_end_with_every_capture_settled(history, digests, strategy, data):
    """Whatever playback answers, failures aside: in no more rounds than there are captures, each asked once."""
    known, digests, asked = {one.capture_id: one for one in history}, set(digests), []
    for _round in range(len(history) + 1):
        choice = choose(list(known.values()), strategy, digests)
        if choice.done:
            break
        for one, outcome, _why in choice.settle:
            known[one.capture_id] = replace(one, outcome=outcome)
        for one in choice.reuse:
            known[one.capture_id] = replace(one, outcome=Outcome.REVISIT, held=True)
        for one in choice.fetch:
            asked.append(one.capture_id)
            answers = (
                [Outcome.REDIRECT] if one.capture.is_redirect else [Outcome.FETCHED, Outcome.DRIFTED, Outcome.REDIRECT]
            )
            outcome = data.draw(st.sampled_from(answers))
            target = data.draw(st.sampled_from(TARGETS)) if outcome is Outcome.REDIRECT else ""
            known[one.capture_id] = replace(one, outcome=outcome, held=outcome is Outcome.FETCHED, redirect_url=target)
            if outcome is Outcome.FETCHED:
                digests.add(one.capture.digest)
    assert choose(list(known.values()), strategy, digests) == Choice()
    assert all(one.outcome.settled for one in known.values())
    assert len(asked) == len(set(asked))


@given(histories(), held, strategies)
def test_a_killed_crawl_goes_on_where_it_was(history, digests, strategy):
    """What was chosen and not answered is chosen again."""
    choice = choose(history, strategy, digests)
    settled = {one.capture_id: outcome for one, outcome, _why in choice.settle}
    later = [replace(one, outcome=settled.get(one.capture_id, one.outcome)) for one in history]
    assert choose(later, strategy, digests).fetch == choice.fetch


# rules, one by one


def redirects(*targets, outcome=Outcome.REDIRECT, **fields):
    """Redirects a day apart; fetched where a target is given."""
    return [
        make_listed(
            number,
            outcome=outcome if target else Outcome.PENDING,
            redirect_url=target,
            timestamp=f"202001{number:02}000000",
            **{"statuscode": "301", "digest": EMPTY_DIGEST} | fields,
        )
        for number, target in enumerate(targets, start=1)
    ]


@pytest.mark.parametrize("strategy", [ALL, DISTINCT])
def test_of_redirects_the_two_ends_are_asked_first(strategy):
    assert ids(choose(redirects("", "", "", ""), strategy, set()).fetch) == [1, 4]
    assert ids(choose(redirects(""), strategy, set()).fetch) == [1]
    assert ids(choose(redirects("", ""), strategy, set()).fetch) == [1, 2]
    assert ids(choose(redirects("x", "", "", ""), strategy, set()).fetch) == [4]


@pytest.mark.parametrize("strategy", [ALL, DISTINCT])
def test_redirects_between_two_to_one_place_are_inferred(strategy):
    choice = choose(redirects("http://x.example/", "", "", "http://x.example/"), strategy, set())
    assert choice.fetch == ()
    assert [(one.capture_id, outcome) for one, outcome, _why in choice.settle] == [
        (2, Outcome.REDIRECT),
        (3, Outcome.REDIRECT),
    ]


def test_ends_that_were_asked_in_this_run_infer_as_well():
    listed = redirects("http://x.example/", "", "", "http://x.example/")
    assert ids(one for one, _outcome, _why in choose(listed, ALL, set(), not_now={1, 4}).settle) == [2, 3]


def test_redirects_under_way_are_waited_for():
    rows, led = rows_of(redirects("", "", "", "")), "http://x.example/"
    assert [one.capture_id for one in next_batch(rows, Knowledge(asked={1}), CHANGES).fetch] == [4]
    assert next_batch(rows, Knowledge(asked={1}, targets={4: led}), CHANGES).done
    assert [number for number, *_ in next_batch(rows, Knowledge(targets={1: led, 4: led}), CHANGES).infer] == [2, 3]


@pytest.mark.parametrize("strategy", [ALL, DISTINCT])
def test_redirects_between_two_to_different_places_are_all_asked(strategy):
    choice = choose(redirects("http://x.example/", "", "", "http://y.example/"), strategy, set())
    assert ids(choice.fetch) == [2, 3]
    assert choice.settle == ()


def test_an_end_of_which_the_target_is_not_known_infers_nothing():
    ends = redirects("http://x.example/", "", "http://x.example/")
    unknown = [
        replace(ends[0], outcome=Outcome.DRIFTED, redirect_url=""),
        ends[1],
        replace(ends[2], outcome=Outcome.DRIFTED, redirect_url=""),
    ]
    assert ids(choose(unknown, DISTINCT, set()).fetch) == [2]


def test_redirects_of_different_pages_are_two_lines():
    here, there = redirects("", "", ""), redirects("", "", "", original="http://a.example/legal")
    there = [replace(one, capture_id=one.capture_id + 10) for one in there]
    assert sorted(ids(choose([*here, *there], DISTINCT, set()).fetch)) == [1, 3, 11, 13]


def test_an_image_that_redirects_is_settled_and_not_fetched():
    choice = choose(redirects("", mimetype="image/png"), DISTINCT, set())
    assert choice.fetch == ()
    assert [outcome for _one, outcome, _why in choice.settle] == [Outcome.NOT_A_DOCUMENT]


def test_the_oldest_of_a_digest_is_fetched_the_others_wait():
    listed = [make_listed(number, timestamp=f"202001{number:02}000000", digest="A") for number in (3, 1, 2)]
    assert ids(choose(listed, DISTINCT, set()).fetch) == [1]
    assert ids(choose(listed, ALL, set()).fetch) == [1, 2, 3]
    assert ids(choose(listed, DISTINCT, {"A"}).reuse) == [1, 2, 3]


def test_a_revisit_is_reused_even_where_all_is_asked():
    listed = [make_listed(1, digest="A"), make_listed(2, digest="A", mimetype="warc/revisit", statuscode="-")]
    choice = choose(listed, ALL, {"A"})
    assert (ids(choice.fetch), ids(choice.reuse)) == ([1], [2])


def test_a_playback_that_failed_is_asked_again_and_an_error_is_not():
    failed, drifted = make_listed(1, outcome=Outcome.PLAYBACK_FAILED), make_listed(2, outcome=Outcome.DRIFTED)
    assert ids(choose([failed, drifted], ALL, set()).fetch) == [1]


def test_why_a_row_is_settled_is_said():
    rows = [
        make_listed(1, statuscode="404"),
        make_listed(2, mimetype="image/gif"),
        make_listed(3, original="mailto:a@b.example", urlkey="x"),
    ]
    said = [(outcome, why) for _one, outcome, why in choose(rows, DISTINCT, set()).settle]
    assert said == [
        (Outcome.ARCHIVED_ERROR, "HTTP 404, as the index says"),
        (Outcome.NOT_A_DOCUMENT, "image/gif, as the index says"),
        (Outcome.NOT_A_DOCUMENT, "the index row has no URL to play back"),
    ]


def test_nothing_listed_is_done():
    assert choose([], DISTINCT, set()).done
    assert not choose([make_listed()], DISTINCT, set()).done


def test_of_a_digest_an_original_is_fetched_rather_than_a_revisit():
    listed = [make_listed(1, digest="A", mimetype="warc/revisit", statuscode="-"), make_listed(2, digest="A")]
    assert ids(choose(listed, DISTINCT, set()).fetch) == [2]
    assert ids(choose(listed, DISTINCT, set(), not_now={2}).fetch) == [1]


@given(histories(), held, strategies, st.sets(st.integers(0, 20)))
def test_what_was_asked_in_vain_is_not_asked_again_but_may_be_reused(history, digests, strategy, not_now):
    choice = choose(history, strategy, digests, not_now)
    assert not {one.capture_id for one in choice.fetch} & not_now
    assert choice.reuse == choose(history, strategy, digests).reuse
