"""What versions say of their dates, held against when they were seen."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from history.database import open_database
from history.sites import find_policies
from history.timeline.stated_dates import Doubt, Written, check_dates, read_written
from history.timeline.timeline import VersionRow, read_versions
from pipelines.model import Change, ChangeClass, DateKind


def day(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def version(number, first_seen, not_before=None, change=ChangeClass.SUBSTANTIVE):
    return VersionRow(
        number,
        day(first_seen),
        day(first_seen),
        day(not_before) if not_before else None,
        1,
        100,
        f"w{number}",
        Change(change, 5, 5) if number > 1 else None,
        "",
        "",
        "",
        "",
        number,
    )


def said(*days, kind=DateKind.UPDATED, month_only=False):
    return Written(0, kind, "Last updated", tuple(date.fromisoformat(one) for one in days), month_only)


def doubts(versions, *dates):
    """Of the last version."""
    written = {number: [one] if isinstance(one, Written) else one for number, one in enumerate(dates, start=1)}
    return check_dates(versions, written)[-1].doubts


FIRST, SECOND = version(1, "2018-01-10"), version(2, "2018-06-10", "2018-05-01")


def test_a_date_within_the_bracket_or_a_month_before_it_is_no_contradiction():
    for stated in ("2018-05-20", "2018-06-10", "2018-06-11", "2018-04-01"):
        assert doubts([FIRST, SECOND], said("2018-01-01"), said(stated)) == ()


def test_updated_after_it_was_first_seen():
    assert doubts([FIRST], said("2018-01-12")) == (Doubt.AFTER_SEEN,)
    assert doubts([FIRST, SECOND], said("2018-01-01"), said("2018-06-12")) == (Doubt.AFTER_SEEN,)


def test_words_changed_although_the_date_did_not():
    assert doubts([FIRST, SECOND], said("2018-01-01"), said("2018-01-01")) == (Doubt.NOT_RENEWED,)
    for change in (ChangeClass.MINOR, ChangeClass.MOVED, ChangeClass.DATES):
        spelling = version(2, "2018-06-10", "2018-05-01", change)
        assert doubts([FIRST, spelling], said("2018-01-01"), said("2018-01-01")) == ()


def test_the_date_went_back():
    assert doubts([FIRST, SECOND], said("2018-01-01"), said("2017-12-01")) == (Doubt.WENT_BACK, Doubt.LONG_BEFORE)
    back = replace(SECOND, change=Change(ChangeClass.RETURN, 5, 5))
    assert doubts([FIRST, back], said("2018-01-01"), said("2017-12-01")) == ()


def test_dated_long_before_the_wording_before_was_last_seen():
    assert doubts([FIRST, SECOND], [], said("2018-03-01")) == (Doubt.LONG_BEFORE,)
    assert doubts([FIRST, SECOND], [], said("2018-02-01", month_only=True)) == (Doubt.LONG_BEFORE,)
    assert doubts([FIRST, SECOND], [], said("2018-03-01", month_only=True)) == ()


def test_the_bracket_tells_day_from_month():
    (_, stated) = check_dates([FIRST, SECOND], {2: [said("2018-05-06", "2018-06-05")]})
    assert (stated.updated.day, stated.updated.certain) == (date(2018, 6, 5), False)  # both lie in it
    (_, stated) = check_dates([FIRST, SECOND], {2: [said("2018-03-05", "2018-05-03")]})
    assert (stated.updated.day, stated.updated.certain) == (date(2018, 5, 3), True)
    (_, stated) = check_dates([FIRST, SECOND], {2: [said("2018-06-07", "2018-07-06")]})
    assert (stated.updated.day, stated.updated.certain, stated.doubts) == (date(2018, 6, 7), True, ())


def test_what_cannot_be_read_for_certain_contradicts_nothing_but_the_capture():
    assert doubts([FIRST, SECOND], said("2018-01-02"), said("2017-03-05", "2017-05-03")) == ()
    assert doubts([FIRST, SECOND], said("2018-01-02"), said("2019-03-05", "2019-05-03")) == (Doubt.AFTER_SEEN,)


def test_of_several_the_latest_that_can_be_meant_counts():
    log = [said("2017-01-01"), said("2018-05-20"), said("2019-01-01")]
    (_, stated) = check_dates([FIRST, SECOND], {2: log})
    assert (stated.updated.day, stated.doubts) == (date(2018, 5, 20), ())


def test_dates_of_another_kind_are_kept_and_contradict_nothing():
    (stated,) = check_dates([FIRST], {1: [said("2018-05-25", kind=DateKind.EFFECTIVE)]})
    assert (stated.updated, stated.doubts, stated.dates[0].day) == (None, (), date(2018, 5, 25))


DAYS = st.dates(date(2015, 1, 1), date(2020, 12, 31))


@given(
    st.lists(
        st.tuples(st.integers(0, 300), st.integers(1, 300), DAYS | st.none(), st.sampled_from(ChangeClass)), max_size=6
    )
)
def test_every_version_is_answered_and_a_date_inside_its_bracket_is_never_too_late_or_too_early(steps):
    at, versions, written = datetime(2015, 1, 1, tzinfo=UTC), [], {}
    for number, (stays, change, stated, kind) in enumerate(steps, start=1):
        seen = at + timedelta(days=change)
        versions.append(
            replace(
                version(number, "2015-01-01"),
                first_seen=seen,
                previous_last_seen=at if number > 1 else None,
                change=Change(kind, 1, 1) if number > 1 else None,
            )
        )
        if stated:
            written[number] = [said(stated.isoformat())]
        at = seen + timedelta(days=stays)
    stated = check_dates(versions, written)
    assert [one.version for one in stated] == [one.version for one in versions]
    for version_, one in zip(versions, stated, strict=True):
        assert (one.updated is None) == (version_.text_id not in written)
        if one.updated and version_.previous_last_seen:
            inside = version_.previous_last_seen.date() <= one.updated.day <= version_.first_seen.date()
            assert not (inside and {Doubt.AFTER_SEEN, Doubt.LONG_BEFORE} & set(one.doubts))


def test_the_view_says_the_same(history_db):
    texts = [
        f"We {what} your data for as long as you have an account with us." for what in ("keep", "sell", "rent", "lend")
    ]
    path = history_db.policy(
        "https://a.example/privacy",
        *(
            history_db.shown(f"201{8 + number // 2}-0{1 + 4 * (number % 2)}-10", text)
            for number, text in enumerate(texts)
        ),
    )
    db = open_database(path)
    versions = read_versions(db, find_policies(db, "a.example")[0])
    for one, stated in zip(versions, ["2018-02-01", "2017-01-01", "2017-01-01", "2019-05-01"], strict=True):
        history_db.db["text_dates"].insert(
            {
                "text_id": one.text_id,
                "position": 0,
                "kind": "updated",
                "date": stated,
                "ambiguous": 0,
                "month_only": 0,
                "phrase": "Updated",
            }
        )
    history_db.db.conn.commit()
    checked = check_dates(versions, read_written(db, [one.text_id for one in versions]))
    ours = [(one.version, str(doubt)) for one in checked for doubt in one.doubts]
    assert ours == [(1, "after_seen"), (2, "went_back"), (2, "long_before"), (3, "not_renewed")]
    rows = db.execute("SELECT version, doubt FROM stated_dates WHERE doubt <> '' ORDER BY version").fetchall()
    db.close()
    assert [tuple(row) for row in rows] == [pair for pair in ours if pair[1] != "went_back"]
