"""What comes and goes by itself makes no version; what the company changed always does."""

import random
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.versions.fold import fold, fold_stretches
from pipelines.versions.sightings import stretches
from tests.generators.histories_generated import generate, observed
from tests.pipelines.versions.time_axis import EPOCH, POLICY, STEP, History
from tests.ranges import examples

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
EDITED = [*POLICY[:4], "We now share all of it with our partners in the trade of data.", *POLICY[5:]]


def kinds(folded):
    return {unsteady.kind for unsteady in folded.unsteady}


# no word twice, so that one quotation is not another's edit
SAYINGS = """still waters run deep|early birds catch worms|many hands make light work|haste brings waste|practice leads to mastery|
    silence is golden speech silver|every cloud hides silver linings|fortune favours bold hearts|honesty remains best advice|
    absence makes fonder souls|actions speak louder always|beggars cannot choose freely|curiosity killed seven cats|
    pride comes before falls|rome took centuries building|stones gather moss seldom|two heads think better|birds flock by feather|
    knowledge means power today|laughter heals old wounds|necessity mothers inventions|patience wins slow races|
    appearances deceive quick eyes|better late than never""".replace("\n", "").split("|")


def day(n, first=datetime(2021, 3, 1, tzinfo=UTC)):
    at = first + n * DAY
    return f"{at.day} {at:%B} {at.year}"


@pytest.mark.parametrize("apart", [12 * HOUR, 3 * DAY, 21 * DAY, 90 * DAY])
def test_a_line_that_is_another_every_time_is_left_out(apart):
    history = History()
    for n, saying in enumerate(SAYINGS):
        history.add([*POLICY[:6], saying, *POLICY[6:]], n * apart)
    folded = history.fold()
    assert len(folded.versions) == 1
    assert history.lines(folded, 1) == POLICY
    assert kinds(folded) == {"ephemeral"}
    assert folded.unsteady[0].since > EPOCH


@pytest.mark.parametrize("stays", [1, 3, 14])
@pytest.mark.parametrize(
    "line",
    [
        "Version 1.{0}.0.{1}",
        "Privacy Policy 2013-06-{2:02} 12:{2} – {1}",
        "Build 3f{1}ac",
        "{1} visitors have read this page",
        "Seite {0} von {1}",
        "request 0d{1}e-4a{0}b",
    ],
)
def test_a_line_that_differs_in_numbers_alone_again_and_again_is_a_counter_however_slow(line, stays):
    history = History()
    for n in range(8 * stays):
        count = n // stays
        history.add([*POLICY, line.format(259 + count, 28_530 + 7 * count, 10 + count)], n * 2 * DAY)
    folded = history.fold()
    assert len(folded.versions) == 1
    assert kinds(folded) == {"counter"}
    assert history.lines(folded, 1) == POLICY


def test_a_number_within_a_paragraph_that_counts_is_held_as_it_was_first():
    history = History()
    for n in range(40):
        history.add(
            [*POLICY, f"With your consent we and our {842 + n // 4} partners keep what you tell us on this device"]
        )
    folded = history.fold()
    assert len(folded.versions) == 1
    assert history.lines(folded, 1)[-1].startswith("With your consent we and our 842 partners")


@pytest.mark.parametrize("hours", [-11, 0, 12])
def test_a_line_that_holds_its_captures_own_date_is_a_clock_in_any_time_zone(hours):
    history = History()
    for n in range(20):
        at = EPOCH + n * DAY + hours * HOUR
        history.add([f"Today is {at.day} {at:%B} {at.year}", *POLICY], n * DAY)
    folded = history.fold()
    assert len(folded.versions) == 1
    assert kinds(folded) == {"clock"}


def test_a_period_that_was_changed_is_a_change_and_so_is_the_day_of_a_wording():
    history, months = History(), ["May", "June", "July", "August", "September", "October"]
    for line in ("We keep it for 30 days.", "We keep it for 26 months.", "We keep it for 28 months."):
        for month in months[:2]:
            for _ in range(5):
                history.add([f"Last updated: 1 {month}", *POLICY, line])
        months = months[2:]
    assert len(history.fold().versions) == 6


@pytest.mark.parametrize("apart", [DAY, 30 * DAY, 182 * DAY])
def test_the_day_of_a_wording_is_no_counter_however_often_it_changes(apart):
    history = History()
    for n in range(24):
        history.add([f"Last updated: {day(20 * (n // 2))}", *POLICY], n * apart)
    assert len(history.fold().versions) == 12


@pytest.mark.parametrize("apart", [HOUR, 60 * DAY])
def test_a_first_paragraph_with_dates_that_changes_together_with_the_rest_is_policy(apart):
    """Captured about once an edit: its first paragraph is another in nearly every capture."""
    history, policy = History(), [*POLICY]
    for n in range(20):
        policy = [*policy]
        policy[n % len(policy)] = f"Clause {SAYINGS[n]} was put here instead of another one."
        dates = f"Updated {day(60 * n)}, in force {day(60 * n + 7)}. We, the company, look after what you give us."
        history.add([dates, *policy], n * apart)
        if n % 5 == 4:  # the date of effect alone
            history.add([dates.replace(day(60 * n + 7), day(60 * n + 30)), *policy], n * apart + apart / 2)
    folded = history.fold()
    assert len(folded.versions) == 24
    assert all(history.lines(folded, number)[0].startswith("Updated") for number in range(1, 25))


def test_a_change_beside_an_ephemeral_line_is_found():
    history = History()
    for n in range(48):
        policy = POLICY if n < 23 else EDITED
        history.add([*policy[:6], SAYINGS[n // 2], *policy[6:]])
    folded = history.fold()
    assert [version.captures for version in folded.versions] == [23, 25]
    assert history.lines(folded, 2) == EDITED


def test_few_changes_at_one_place_are_changes():
    history = History()
    for saying in SAYINGS[:4]:
        history.add([*POLICY[:6], saying, *POLICY[6:]])
    assert len(history.fold().versions) == 4


def test_a_place_that_holds_much_of_the_text_is_no_furniture():
    history = History()
    letters = "abcdefghijkl"
    for letter in letters:
        history.add(
            [*POLICY[:2], " ".join(f"{letter}{other}{third}" for other in letters for third in letters), *POLICY[2:]]
        )
    assert len(history.fold().versions) == len(letters)


@pytest.mark.parametrize("apart", [HOUR, 10 * DAY])
def test_a_widget_at_another_place_each_time_makes_no_version(apart):
    history, dice = History(), random.Random(3)
    for n in range(12):
        page = [*POLICY]
        page.insert(dice.randrange(len(page) + 1), "Rate this page")
        history.add(page, n * apart)
    folded = history.fold()
    assert len(folded.versions) == 1
    assert "shuffled" in kinds(folded)


@pytest.mark.parametrize("apart", [2 * HOUR, DAY, 10 * DAY])
def test_two_layouts_in_turn_are_one_version_and_an_edit_meanwhile_is_one_change(apart):
    history, dice = History(), random.Random(5)
    for n in range(60):
        policy = POLICY if n < 31 else EDITED
        second = [
            policy[0],
            f"In short: {policy[1]}",
            *policy[2:4],
            f"In short: {policy[4]}",
            *policy[5:],
            "Back to the top",
        ]
        history.add(second if 3 < n < 56 and dice.random() < 0.5 else policy, n * apart)
    folded = history.fold()
    assert [version.captures for version in folded.versions] == [31, 29]
    assert history.lines(folded, 1) == POLICY
    assert history.lines(folded, 2) == EDITED


def test_a_line_that_is_missing_for_a_moment_each_time_another_is_the_readings_fault():
    history = History()
    for n in range(60):
        lost = n % 9 == 4 and n < 40
        history.add([line for i, line in enumerate(POLICY) if not (lost and i == n // 9)])
    folded = history.fold()
    assert len(folded.versions) == 1
    assert history.lines(folded, 1) == POLICY


def test_a_widget_that_comes_and_goes_is_left_out():
    shown = [*POLICY, "Rate this page", "Thank you"]
    history = History()
    for with_widget in (1, 1, 0, 1, 0, 0, 1, 1, 0, 1, 1):
        history.add(shown if with_widget else POLICY)
    folded = history.fold()
    assert len(folded.versions) == 1
    assert history.lines(folded, 1) == POLICY
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


@pytest.mark.parametrize("apart", [3 * HOUR, 21 * DAY])
def test_what_comes_back_again_and_again_is_one_version_with_variants(apart):
    widget, turns = History(), History()
    for n in range(20):
        there = n in {0, 2, 3, 5, 7, 8, 11, 13, 14, 16, 19}
        widget.add([*POLICY, "Rate this page"] if there else POLICY, n * apart)
        turns.add(EDITED if there else POLICY, n * apart)
    assert len(widget.fold().versions) == 1
    assert len(turns.fold().versions) == 1


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


@pytest.mark.parametrize("number", [5, 12, 23])
@given(st.randoms(), st.integers(1, 5))
@settings(max_examples=examples(1, 3), deadline=None)
def test_shuffled_doubled_and_split_input_gives_the_same_history(number, dice, pieces):
    """What is furniture depends on the set of captures: on no order, on no batch."""
    given_observations, texts = observed(generate(31_000, number))
    whole = fold(given_observations, texts)
    disturbed = [*given_observations, *given_observations[::3]]
    dice.shuffle(disturbed)
    assert fold(disturbed, texts) == whole
    in_order = sorted(given_observations, key=lambda seen: (seen.captured_at, seen.capture_id))
    split = [one for at in range(0, len(in_order), pieces) for one in stretches(in_order[at : at + pieces])]
    again = fold_stretches(split, texts)
    assert (again.versions, again.texts, again.unsteady) == (whole.versions, whole.texts, whole.unsteady)


ADDRESS = {
    "one": ["One House of the Exchange", "Fifty-two Harbour Street"],
    "two": ["Upper Tower Building", "Castle Square", "Northern Quarter"],
    "three": ["Old Mill on the River", "Bridge Lane"],
}


@pytest.mark.parametrize("stay", [12, 25, 100])
def test_an_address_near_the_end_that_was_tried_and_taken_back_is_changes_each_time(stay):
    """What stays below it tells that it stands within the text, not beside it."""
    history, at = History(), 0
    for which in ("one", "two", "one"):
        for _ in range(6):
            history.add([*POLICY, *ADDRESS[which], "Ireland"], at * DAY)
            at += stay / 6
    assert [version.captures for version in history.fold().versions] == [6, 6, 6]


def test_an_edit_parts_what_was_tried_before_it_from_what_was_tried_after_it():
    """A B A, then C B C B: A never comes back, C never was there; no time of variants reaches over that step."""
    history = History()
    stays = (("one", 400), ("two", 25), ("one", 106), ("three", 126), ("two", 6), ("three", 13), ("two", 120))
    at = 0
    for which, days in stays:
        for n in range(3):
            history.add([*POLICY[:6], *ADDRESS[which], *POLICY[6:]], (at + n * days / 3) * DAY)
        at += days
    assert [version.captures for version in history.fold().versions] == [3] * 7


@pytest.mark.parametrize("ends", ["both", "below"])
def test_clocks_that_stand_twice_are_clocks(ends):
    history = History()
    for n in range(20):
        moment = EPOCH + 3 * n * DAY
        clock = f"Start page – {moment.day} {moment:%B} {moment.year}"
        page = [clock, *POLICY, clock] if ends == "both" else [*POLICY, f"{clock} {n + 1}:15", clock]
        history.add(page, 3 * n * DAY)
    assert len(history.fold().versions) == 1


def test_news_whose_headlines_are_alike_is_news_beside_a_counter_too():
    """ "Ten ideas for …" above and below: the words are those of other headlines, the lines are not."""
    things = "gardens lamps bicycles kitchens coats maps trains teas games shoes portraits boats".split()
    history, dice = History(), random.Random(5)
    shown = [f"Ten ideas for your {thing} this spring" for thing in things[:4]]
    for n in range(60):
        if n % 4 == 3:
            shown = [f"Ten ideas for your {dice.choice(things)} this spring {chr(97 + n // 4)}x", *shown[:3]]
        history.add([*POLICY, "Blog", *shown, f"Views: {1200 + n // 4}"])
    folded = history.fold()
    assert len(folded.versions) == 1
    assert "ephemeral" in kinds(folded)


@given(st.lists(st.integers(0, 11), min_size=2, max_size=7), st.sampled_from([3 * HOUR, 2 * DAY, 40 * DAY]))
@settings(max_examples=examples(40, 60), deadline=None)
def test_of_few_captures_every_edit_of_the_text_is_kept_beside_news(edited, apart):
    """A clause is written anew at every capture, and a line of news beside the text is another each time."""
    history, page, wordings = History(), [*POLICY], []
    for n, place in enumerate(edited):
        page[place] = f"Rule {chr(97 + n) * 3} about {SAYINGS[n]} holds for everybody who comes to us"
        wordings.append([*page])
        history.add([*page, SAYINGS[-1 - n]], n * apart)
    folded = history.fold()
    assert len(folded.versions) == len(edited)
    for number, wording in enumerate(wordings, 1):
        assert [line for line in history.lines(folded, number) if line in wording] == wording


@pytest.mark.parametrize("noise", [0.3, 0.9])
@given(st.integers(0, 10_000))
@settings(max_examples=examples(4, 15), deadline=None)
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


@pytest.mark.parametrize("counted", [False, True])
@pytest.mark.parametrize("where", [0, 5, 12])
@pytest.mark.parametrize("apart", [HOUR, DAY, 10 * DAY])
def test_a_text_that_was_seen_once_where_furniture_takes_turns_is_furniture(apart, where, counted):
    history = History()
    once = {9: 3, 10: 3, 11: 3}
    for n in range(20):
        sayings = SAYINGS[2 * once.get(n, n // 2 % 3) :][:2]
        counter = [f"{24_000 + 3 * n} gardens"] if counted else []
        history.add([*POLICY[:where], *counter, *sayings, *POLICY[where:]], n * apart)
    folded = history.fold()
    assert len(folded.versions) == 1
    assert SAYINGS[6] not in history.lines(folded, 1)


@pytest.mark.parametrize("at", [4, 9])
def test_a_paragraph_beside_a_banner_that_comes_and_goes_is_policy(at):
    """It is added at the end, just above a banner, and taken out again; neither time did the banner stand in for it."""
    history = History()
    for n in range(20):
        banner = [SAYINGS[0]] if n % 3 else []
        added = [EDITED[4]] if at <= n < at + 8 else []
        history.add([*POLICY, *added, *banner], n * DAY)
    assert [version.captures for version in history.fold().versions] == [at, 8, 12 - at]


@pytest.mark.parametrize("above", [1, 2])
def test_a_line_that_is_missing_is_put_back_below_a_date_that_changed(above):
    """What stood above it is another line now; it does not go to the top of the page for that."""
    history = History()
    for n in range(24):
        top = [f"Last updated: {day(60 * (n // 6))}", "In force since a month later."][:above]
        notice = [SAYINGS[0]] if n % 5 else []
        history.add([*top, *notice, *POLICY], n * DAY)
    folded = history.fold()
    assert len(folded.versions) == 4
    assert {tuple(history.lines(folded, number)[above:]) for number in range(1, 5)} == {(SAYINGS[0], *POLICY)}


@pytest.mark.parametrize("years", [1, 3])
def test_a_banner_above_a_line_that_is_edited_at_the_same_time_stands_beside_the_text(years):
    history = History()
    for n in range(40):
        banner = [SAYINGS[0]] if n // 5 % 2 else []
        history.add([*banner, f"Last updated: {day(30 * (n // 5))}", *POLICY], n * years * 30 * DAY)
    folded = history.fold()
    assert len(folded.versions) == 8
    assert all(SAYINGS[0] not in history.lines(folded, number) for number in range(1, 9))
