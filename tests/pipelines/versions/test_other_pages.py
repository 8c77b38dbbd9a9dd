"""Another document between two captures of the policy is no version of it; a version always is."""

from datetime import timedelta

import pytest

from tests.pipelines.versions.time_axis import HOME, POLICY, History

GERMAN = [
    f"Absatz {n}: wir bewahren {what} auf, solange das Gesetz es von uns verlangt."
    for n, what in enumerate("Namen Anschrift Post Nummer Bestellungen Antworten Bilder Nachrichten Zahlungen".split())
]
REWRITTEN = [f"Clause {n} of the new agreement speaks about {n * n} other things entirely." for n in range(12)]
DAY = timedelta(days=1)


def test_a_home_page_in_between_is_set_aside():
    history = History()
    for page, score in ((POLICY, 0.9), (POLICY, 0.9), (HOME, 0.0), (HOME, 0.0), (POLICY, 0.9)):
        history.add(page, score=score)
    folded = history.fold()
    assert [version.captures for version in folded.versions] == [3]
    assert [(aside.stretch.captures, aside.reason) for aside in folded.aside] == [(2, "another page")]


def test_a_change_behind_another_page_is_found_with_a_bracket_around_it():
    history = History()
    changed = [*POLICY[:-1], "The last paragraph is a new one."]
    for page in (POLICY, POLICY, HOME, changed, changed):
        history.add(page, score=0.0 if page is HOME else 0.9)
    folded = history.fold()
    assert [version.captures for version in folded.versions] == [2, 2]
    assert folded.versions[1].previous_last_seen == folded.versions[0].last_seen


def test_another_language_in_between_is_set_aside_and_says_so():
    history = History()
    for page in (POLICY, POLICY, GERMAN, POLICY):
        history.add(page, language="de" if page is GERMAN else "en")
    folded = history.fold()
    assert [aside.reason for aside in folded.aside] == ["another language (de)"]
    assert len(folded.versions) == 1


def test_a_policy_written_anew_is_a_version():
    history = History()
    for page in (POLICY, POLICY, REWRITTEN, REWRITTEN):
        history.add(page)
    folded = history.fold()
    assert [version.captures for version in folded.versions] == [2, 2]
    assert not folded.aside


def test_another_policy_that_stays_for_long_is_a_version_and_a_return():
    history = History()
    for day, page in ((0, POLICY), (10, POLICY), (20, REWRITTEN), (150, REWRITTEN), (160, POLICY)):
        history.add(page, day * DAY)
    assert [version.captures for version in history.fold().versions] == [2, 2, 1]


def test_a_page_without_a_word_of_privacy_is_set_aside_however_long_and_at_the_ends():
    history = History()
    pages = [(0, HOME), (30, POLICY), (90, POLICY), (100, HOME), (500, HOME), (900, POLICY), (990, POLICY), (999, HOME)]
    for day, page in pages:
        history.add(page, day * DAY, score=0.0 if page is HOME else 0.9)
    folded = history.fold()
    assert [version.captures for version in folded.versions] == [4]
    assert [aside.stretch.captures for aside in folded.aside] == [1, 2, 1]


def test_of_two_that_are_no_privacy_policies_the_first_and_last_stay():
    history = History()
    for page in (HOME, POLICY, POLICY, HOME):
        history.add(page, score=0.1)
    assert [version.captures for version in history.fold().versions] == [1, 2, 1]


def test_a_policy_cut_short_is_the_same_document():
    history = History()
    for page in (POLICY, POLICY[:5], POLICY):
        history.add(page)
    folded = history.fold()
    assert not folded.aside
    assert len(folded.versions) == 3


def test_the_same_words_in_other_lines_are_the_same_document():
    history = History()
    for page in (POLICY, [" ".join(POLICY)], [*POLICY, "One more."], POLICY):
        history.add(page)
    assert not history.fold().aside


def test_an_empty_text_is_another_page():
    history = History()
    for page in (POLICY, [], POLICY):
        history.add(page)
    folded = history.fold()
    assert [version.captures for version in folded.versions] == [2]


def test_another_kind_of_policy_that_gave_way_to_a_privacy_policy_is_a_version():
    history = History()
    for day, page in ((0, REWRITTEN), (300, REWRITTEN), (600, POLICY), (610, POLICY), (620, POLICY)):
        history.add(page, day * DAY, score=0.1 if page is REWRITTEN else 0.9, legal=True)
    folded = history.fold()
    assert not folded.aside
    assert [version.captures for version in folded.versions] == [2, 3]


def test_time_counts_and_not_captures():
    """More captures of the visitor than of the policy, which was there for years."""
    history = History()
    for day in (0, 699, 703, 1400):
        history.add(POLICY, day * DAY)
    for hour in range(16800, 16808):
        history.add(REWRITTEN, hour * DAY / 24)
    assert [version.captures for version in history.fold().versions] == [4]


@pytest.mark.parametrize("for_days", [1, 60, 300])
@pytest.mark.parametrize("kind", ["summary", "headings alone", "message keys"])
def test_a_short_page_where_the_policy_stood_and_stands_again_is_of_another_kind(kind, for_days):
    short = {
        "summary": ["This is the short version of it all.", "We keep little and sell nothing."],
        "headings alone": ["What we keep", "Why we keep it", "Who else sees it", "Your rights"],
        "message keys": [f"privacy.section{n}.title" for n in range(9)],
    }[kind]
    history = History()
    history.add(POLICY, 0 * DAY).add(POLICY, 5 * DAY)
    history.add(short, 6 * DAY, score=0.5, legal=True).add(short, (6 + for_days - 1) * DAY, score=0.5, legal=True)
    history.add(POLICY, (7 + for_days) * DAY)
    folded = history.fold()
    assert [version.captures for version in folded.versions] == [3]
    assert {aside.reason for aside in folded.aside} == {"shorter page of another kind"}


@pytest.mark.parametrize("gap", [1, 30, 700])
@pytest.mark.parametrize("times", [1, 3])
def test_a_home_page_for_a_moment_is_set_aside_however_long_ago_the_policy_was_seen(gap, times):
    """Its own visit is short; how far apart the captures of the policy are does not matter."""
    history = History()
    history.add(POLICY, 0 * DAY).add(POLICY, DAY)
    for n in range(times):
        history.add(HOME, (1 + gap) * DAY + n * DAY / 2, score=0.3, legal=True)
    history.add(POLICY, (3 + 2 * gap) * DAY).add(POLICY, (4 + 2 * gap) * DAY)
    folded = history.fold()
    assert [version.captures for version in folded.versions] == [4]
    assert {aside.reason for aside in folded.aside} <= {"another page", "shorter page of another kind"}
    assert sum(aside.stretch.captures for aside in folded.aside) == times
