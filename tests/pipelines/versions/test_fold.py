"""The fold: whatever order captures come in, the history is the same."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from pipelines.model import Block, BlockKind, Observation
from pipelines.versions.fold import fold
from pipelines.versions.sightings import Line, SeenText

EPOCH = datetime(2010, 1, 1, tzinfo=UTC)


def seen(letter: str) -> SeenText:
    words = tuple(f"{letter}{n}" for n in range(9))
    shared = Line(
        Block(BlockKind.PARAGRAPH, 0, "what all of them say alike"), tuple("what all of them say alike".split())
    )
    return SeenText((shared, Line(Block(BlockKind.PARAGRAPH, 0, " ".join(words)), words)))


TEXTS = {ord(letter): seen(letter) for letter in "abc"}


def observation(capture_id: int, day: int, wording: str) -> Observation:
    return Observation(EPOCH + timedelta(days=day), capture_id, wording, text_id=ord(wording))


observations = st.lists(st.tuples(st.integers(0, 40), st.sampled_from("abc")), max_size=30).map(
    lambda pairs: [observation(number, day, wording) for number, (day, wording) in enumerate(pairs)]
)


def test_runs_of_one_wording_are_versions_with_brackets():
    seen = [observation(1, 0, "a"), observation(2, 5, "a"), observation(3, 9, "b"), observation(4, 12, "a")]
    versions = fold(seen, TEXTS).versions
    assert [(v.number, v.wording, v.captures) for v in versions] == [(1, "a", 2), (2, "b", 1), (3, "a", 1)]
    assert versions[0].previous_last_seen is None
    assert versions[1].previous_last_seen == EPOCH + timedelta(days=5)
    assert versions[1].first_seen == EPOCH + timedelta(days=9)


@given(observations, st.randoms())
def test_shuffled_and_doubled_input_gives_the_same_versions(given_observations, random):
    disturbed = [*given_observations, *given_observations[::2]]
    random.shuffle(disturbed)
    assert fold(disturbed, TEXTS) == fold(given_observations, TEXTS)


@given(observations, observations)
def test_what_comes_late_is_folded_as_if_it_had_been_there(first, second):
    late = [Observation(o.captured_at, o.capture_id + 1000, o.wording, o.text_id) for o in second]
    assert fold([*late, *first], TEXTS) == fold([*first, *late], TEXTS)


@given(observations)
def test_neighbours_differ_and_nothing_is_lost(given_observations):
    folded = fold(given_observations, TEXTS)
    versions, aside = folded.versions, folded.aside
    assert sum(v.captures for v in versions) + sum(a.stretch.captures for a in aside) == len(given_observations)
    assert all(a.wording != b.wording for a, b in pairwise(versions))
    assert all(a.last_seen == b.previous_last_seen <= b.first_seen for a, b in pairwise(versions))
    assert all(v.first_seen <= v.last_seen for v in versions)
