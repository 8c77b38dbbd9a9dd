"""What comes and goes by itself makes no version; what the company changed always does."""

import random
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.steady import MIN_EVENTS
from tests.pipelines.time_axis import EPOCH, POLICY, STEP, History

DAY = timedelta(days=1)
EDITED = [*POLICY[:4], "We now share all of it with our partners in the trade of data.", *POLICY[5:]]


def kinds(folded):
    return {unsteady.kind for unsteady in folded.unsteady}


def test_a_line_that_is_another_every_time_is_left_out():
    history = History()
    for n in range(20):
        history.add([*POLICY[:6], f"Quotation of the day number {n} by somebody {n * 7}", *POLICY[6:]])
    folded = history.fold()
    assert len(folded.versions) == 1
    assert history.lines(folded, 1) == POLICY
    assert kinds(folded) == {"ephemeral"}
    assert folded.unsteady[0].times == 19
    assert folded.unsteady[0].since == EPOCH + STEP


def test_captures_three_weeks_apart_tell_it_too():
    history = History()
    for n in range(12):
        history.add([*POLICY[:6], f"Quotation of the day number {n} by somebody {n * 7}", *POLICY[6:]], 21 * n * DAY)
    assert len(history.fold().versions) == 1


def test_a_policy_edited_every_half_year_is_edited_every_time():
    history = History()
    for n in range(12):
        history.add([f"Last updated in half-year {n}", *POLICY], 182 * n * DAY)
    assert len(history.fold().versions) == 12


def test_a_policy_edited_every_month_and_seen_twice_each_time_is_edited_every_time():
    history = History()
    for n in range(24):
        history.add([f"Last updated in month {n // 2}", *POLICY], 15 * n * DAY)
    assert len(history.fold().versions) == 12


def test_a_change_beside_an_ephemeral_line_is_found():
    history = History()
    for n in range(40):
        policy = POLICY if n < 23 else EDITED
        history.add([*policy[:6], f"Quotation of the day number {n} by somebody {n * 7}", *policy[6:]])
    folded = history.fold()
    assert [version.captures for version in folded.versions] == [23, 17]
    assert history.lines(folded, 2) == EDITED


def test_few_changes_at_one_place_are_changes():
    history = History()
    for n in range(MIN_EVENTS):  # one change fewer than MIN_EVENTS
        history.add([*POLICY, f"Effective from {n + 1} May, as announced on page {n}"])
    assert len(history.fold().versions) == MIN_EVENTS


def test_changes_that_last_are_changes_however_many():
    history = History()
    for n in range(12):
        for _ in range(10):  # five days each
            history.add([f"Last updated in week {n} of the year", *POLICY])
    assert len(history.fold().versions) == 12


def test_a_place_that_holds_much_of_the_text_is_no_furniture():
    history = History()
    for n in range(12):
        history.add([*POLICY[:2], f"Draft {n}. " + " ".join(f"clause{n}x{k}" for k in range(120)), *POLICY[2:]])
    assert len(history.fold().versions) == 12


def test_a_widget_that_comes_and_goes_is_held_as_it_was():
    shown = [*POLICY, "Rate this page", "Thank you"]
    history = History()
    for with_widget in (1, 1, 0, 1, 0, 0, 1, 1, 0, 1, 1):
        history.add(shown if with_widget else POLICY)
    folded = history.fold()
    assert len(folded.versions) == 1
    assert history.lines(folded, 1) == shown
    assert kinds(folded) == {"flapping"}


def test_a_wording_tried_and_taken_back_is_two_changes():
    history = History()
    for edited in (0, 0, 0, 1, 1, 0, 0, 0):
        history.add(EDITED if edited else POLICY)
    assert [version.captures for version in history.fold().versions] == [3, 2, 3]


def test_a_change_that_reaches_one_server_after_the_other_is_one_change():
    history = History()
    for edited in (0, 0, 0, 0, 1, 0, 1, 0, 0, 1, 1, 1, 1, 1):
        history.add(EDITED if edited else POLICY)
    folded = history.fold()
    assert [version.captures for version in folded.versions] == [9, 5]
    assert history.lines(folded, 1) == POLICY
    assert history.lines(folded, 2) == EDITED


def test_a_widget_is_told_from_captures_three_weeks_apart_and_two_wordings_that_take_turns_are_both_kept():
    widget, turns = History(), History()
    for n in range(20):
        there = n in {0, 2, 3, 5, 7, 8, 11, 13, 14, 16, 19}
        widget.add([*POLICY, "Rate this page"] if there else POLICY, 21 * n * DAY)
        turns.add(EDITED if there else POLICY, 21 * n * DAY)
    assert len(widget.fold().versions) == 1
    assert len(turns.fold().versions) == 15


def test_what_comes_back_after_weeks_is_a_change_each_time():
    history = History()
    for edited in (0, 1, 0, 1, 0):
        for _ in range(20):
            history.add(EDITED if edited else POLICY)
    assert len(history.fold().versions) == 5


def test_lines_in_a_new_order_every_time_are_put_in_order():
    partners = [f"Partner {name} of the trade" for name in ("Adam", "Berta", "Carl", "Dora", "Emil")]
    history, dice = History(), random.Random(7)
    for n in range(30):
        dice.shuffle(partners)
        joined = [*partners, "Partner Fritz of the trade"] if n > 17 else partners
        history.add([*POLICY[:5], *joined, *POLICY[5:]])
    folded = history.fold()
    assert [version.captures for version in folded.versions] == [18, 12]
    assert "Partner Fritz of the trade" in history.lines(folded, 2)
    assert "shuffled" in kinds(folded)


@pytest.mark.parametrize("noise", [0.3, 0.9])
@given(st.integers(0, 10_000))
@settings(max_examples=25)
def test_noise_of_all_kinds_hides_no_change_and_makes_none(noise, seed):
    """Whatever noise is laid over a history, its changes are found where they are, and no other."""
    dice = random.Random(seed)
    changes = sorted(dice.sample(range(20, 220, 20), dice.randint(0, 4)))
    wordings = [[*POLICY]]
    for number in range(len(changes)):
        edited = [*wordings[-1]]
        edited[dice.randrange(len(edited))] = f"A new rule number {number} stands here from now on"
        wordings.append(edited)
    history, expected = History(), []
    for n in range(240):
        now = sum(n >= change for change in changes)
        page = [*wordings[now]]
        page.insert(6, f"Served to visitor {dice.random()} today")
        if dice.random() < noise / 2 or n in (0, 239):
            page += ["Rate this page", "Thank you for it"]
        history.add(page)
        expected.append(now)
    folded = history.fold()
    starts = [EPOCH + change * STEP for change in changes]
    assert [version.first_seen for version in folded.versions[1:]] == starts
