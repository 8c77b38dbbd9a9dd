"""What a version says of its own date, held against when it was seen.

check_dates(versions, {text id: Written…}) ──► Stated(version, dates, updated, doubts)…, one for each version

A text's date is its author's word, a bracket is the archive's evidence. Where they contradict each other nobody is
corrected: the version is marked, and the reader sees both. Pure but for `read_written`.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from itertools import groupby
from typing import Any, Final

from history.timeline.timeline import VersionRow
from pipelines.model import ChangeClass, DateKind

SLACK: Final = timedelta(days=1)  # it is tomorrow somewhere; as pipelines/reading/dates/text_dates.py has it
EARLY: Final = timedelta(days=31)  # that a text may be dated before the wording it replaced was last seen: signed off,
# translated, put online. Beyond it the date is older than the words (docs/queries/09-dates-in-the-text.sql)
_NOT_ITS_OWN: Final = (ChangeClass.RETURN, ChangeClass.LANGUAGE)  # of these steps an older date is no wonder
_OF_WORDS: Final = (ChangeClass.SUBSTANTIVE, ChangeClass.REPLACED)


class Doubt(StrEnum):
    """How a version's "last updated" contradicts what was seen."""

    AFTER_SEEN = "after_seen"  # it is later than the first capture that has it
    LONG_BEFORE = "long_before"  # the wording before was still seen over 31 days later
    NOT_RENEWED = "not_renewed"  # words came or went, the date stayed
    WENT_BACK = "went_back"  # it is earlier than the version before said, whose wording did not return


@dataclass(frozen=True, slots=True)
class Written:
    """A date as it is stored.

    :param days: its readings, several where day and month cannot be told apart; the first of the month for
        `month_only`.
    """

    position: int
    kind: DateKind
    phrase: str
    days: tuple[date, ...]
    month_only: bool = False


@dataclass(frozen=True, slots=True)
class StatedDate:
    """A date that a version gives for itself.

    :param day, last_day: the day twice, or the first and last of a month where no day is named.
    :param certain: False where day and month cannot be told apart, by the bracket either.
    """

    kind: DateKind
    day: date
    last_day: date
    phrase: str
    certain: bool


@dataclass(frozen=True, slots=True)
class Stated:
    """What one version says.

    :param updated: the day of its wording, by itself: of several the latest that can be meant.
    """

    version: int
    dates: tuple[StatedDate, ...] = ()
    updated: StatedDate | None = None
    doubts: tuple[Doubt, ...] = ()


def check_dates(versions: Sequence[VersionRow], written: Mapping[int, Sequence[Written]]) -> tuple[Stated, ...]:
    """Return what each version says of its date, and what speaks against it.

    :param versions: of one policy, oldest first.
    :param written: dates by text id; a text without any may be missing.
    """
    stated: list[Stated] = []
    before: StatedDate | None = None
    for version in versions:
        dates = tuple(_read(version, one) for one in written.get(version.text_id, ()))
        updated = _updated(version, dates)
        stated.append(Stated(version.version, dates, updated, tuple(_doubts(version, updated, before))))
        before = updated
    return tuple(stated)


def _read(version: VersionRow, written: Written) -> StatedDate:
    """Of several readings the one that fits the bracket; else the one that is not later than the capture."""
    latest = version.first_seen.date() + SLACK
    earliest = version.previous_last_seen.date() - EARLY if version.previous_last_seen else date.min
    possible = [day for day in written.days if day <= latest] or list(written.days)
    fitting = [day for day in possible if day >= earliest] or possible
    day = max(fitting)
    last_day = _end_of_month(day) if written.month_only else day
    return StatedDate(written.kind, day, last_day, written.phrase, len(fitting) == 1)


def _end_of_month(day: date) -> date:
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


def _updated(version: VersionRow, dates: Sequence[StatedDate]) -> StatedDate | None:
    latest = version.first_seen.date() + SLACK
    updated = [one for one in dates if one.kind is DateKind.UPDATED]
    possible = [one for one in updated if one.day <= latest]
    if possible:
        return max(possible, key=lambda one: one.last_day)
    return min(updated, key=lambda one: one.day, default=None)


def _doubts(version: VersionRow, updated: StatedDate | None, before: StatedDate | None) -> list[Doubt]:
    if updated is None:
        return []
    if updated.day > version.first_seen.date() + SLACK:
        return [Doubt.AFTER_SEEN]
    change, bracket = version.change, version.previous_last_seen
    if change is None or bracket is None or change.change_class in _NOT_ITS_OWN or not updated.certain:
        return []
    if before and (before.day, before.last_day) == (updated.day, updated.last_day):
        return [Doubt.NOT_RENEWED] if change.change_class in _OF_WORDS else []
    doubts = []
    if before and before.certain and updated.last_day < before.day:
        doubts.append(Doubt.WENT_BACK)
    if updated.last_day < bracket.date() - EARLY:
        doubts.append(Doubt.LONG_BEFORE)
    return doubts


def read_written(db: sqlite3.Connection, text_ids: Sequence[int]) -> dict[int, tuple[Written, ...]]:
    """Return the dates that texts give for themselves, in reading order, by text id; without other versions' dates."""
    rows = db.execute(
        "SELECT d.text_id, d.position, d.kind, d.phrase, d.month_only, d.ambiguous, d.date FROM json_each(?) j "
        "CROSS JOIN text_dates d ON d.text_id = j.value WHERE d.kind <> 'other' "
        "ORDER BY d.text_id, d.position, d.kind, d.phrase, d.ambiguous, d.date",
        [json.dumps(sorted(set(text_ids)))],
    )
    found: dict[int, list[Written]] = {}
    for key, same in groupby(rows, key=_of_one_date):
        text_id, position, kind, phrase, month_only, ambiguous = key
        days = tuple(date.fromisoformat(row[6]) for row in same)
        readings = [days] if ambiguous else [(day,) for day in days]
        found.setdefault(text_id, []).extend(
            Written(position, DateKind(kind), phrase, reading, bool(month_only)) for reading in readings
        )
    return {text_id: tuple(dates) for text_id, dates in found.items()}


def _of_one_date(row: sqlite3.Row) -> tuple[Any, ...]:
    return tuple(row)[:6]
