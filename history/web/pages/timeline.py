"""A policy's timeline: one picture of all that is known over time, and below it the list of versions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, time
from itertools import pairwise
from typing import Any, Final

from crawler.archives.capture import Outcome
from history.answers.timeline import Shown, shown_data
from history.sites import PolicyRow
from history.timeline.captures import moment, seconds
from history.timeline.periods import during
from history.timeline.stated_dates import Doubt, Stated, check_dates, read_written
from history.timeline.technical import read_technical
from history.timeline.timeline import Alternation, Timeline, VersionRow, read_timeline
from history.timeline.unsure import read_unsure
from history.uris import link_data
from history.web.drawing import WIDTH, Axis, axis, five_blocks, stacked, ticks
from history.web.page import Ask, Page, Row, paging
from history.web.pages.policy import base_context, policy_of, version_line
from pipelines.store.missing import read_missing

_TOP, _BARS, _TICKS, _HEIGHT = 44.0, 150.0, 215.5, 262.0  # of the picture: labels, bars, ticks, axis
_LABEL: Final = 118.0  # units that a label of a flag needs
_ROWS: Final = 3  # of labels above each other
_EACH: Final = 40  # versions that have a link each in the picture; of more, only the list has
_ON_PAGE: Final = 25  # rows of the list on one page, 1.2 kB each
_LISTED: Final = 30  # captures without a text that are named one by one


def timeline_page(ask: Ask) -> Page:
    """Return the timeline of a policy; `since` and `until` narrow it."""
    policy = policy_of(ask)
    since, until = ask.moment("since"), ask.moment("until", end=True)
    whole = _timeline_of(ask, policy)
    stated = {
        one.version: one
        for one in check_dates(whole.versions, read_written(ask.db, [v.text_id for v in whole.versions]))
    }
    shown = during(whole, since, until)
    everything = ask.text("all") == "1"
    context = base_context(ask, policy, whole.versions, "timeline")
    keys = dict(zip((v.version for v in whole.versions), context["keys"], strict=True))
    lines = list(_lines(shown, keys, stated, everything=everything))
    pages = paging(ask, len(lines), _ON_PAGE)
    context |= {
        "picture": _picture(ask, shown, keys) if shown.versions or shown.silent else None,
        "lines": lines[::-1][pages["start"] : pages["stop"]],
        "pages": pages,
        "first_key": context["keys"][0] if context["keys"] else "",
        "latest_key": context["keys"][-1] if context["keys"] else "",
        "shown": shown,
        "captures": sum(version.captures for version in shown.versions),
        "listed": _LISTED,
        "since": ask.text("since"),
        "until": ask.text("until"),
        "everything": everything,
        "folded": bool(whole.alternations),
        "span": (whole.versions[0].first_seen, whole.versions[-1].last_seen) if whole.versions else None,
    }

    def data() -> dict[str, Any]:
        technical = read_technical(ask.db, policy) if everything else None
        unsure = read_unsure(ask.db, whole.versions)
        without = [] if whole.versions else read_missing(ask.db.execute, [policy.site])
        why = next((one for one in without if one.policy_id == policy.policy_id), None)
        told = Shown(shown, len(whole.versions), stated, technical, unsure, missing=why)
        return {"total": 1, "policies": [shown_data(told)]}

    return Page("timeline.html", f"{policy.site}: timeline", "sites", context, data, lambda: _rows(shown, keys))


def _timeline_of(ask: Ask, policy: PolicyRow) -> Timeline:
    """The timeline of a policy, read once for its page, its data and the further pages of its list."""
    key = f"timeline {policy.policy_id}"
    if key not in ask.memo:
        ask.memo[key] = read_timeline(ask.db, policy)
    found: Timeline = ask.memo[key]
    return found


def _rows(shown: Timeline, keys: Mapping[int, str]) -> Iterator[Row]:
    yield (
        "version",
        "key",
        "not_before",
        "first_seen",
        "last_seen",
        "captures",
        "words",
        "change_class",
        "words_added",
        "words_removed",
        "sections",
        "wording",
        "archive",
        "last_archive",
        *link_data(""),
        *link_data("", "last_"),
    )
    for v in shown.versions:
        change = v.change
        yield (
            v.version,
            keys[v.version],
            v.previous_last_seen,
            v.first_seen,
            v.last_seen,
            v.captures,
            v.words,
            change.change_class.value if change else "",
            change.words_added if change else "",
            change.words_removed if change else "",
            "; ".join(change.sections) if change else "",
            v.wording,
            v.first_archive,
            v.last_archive,
            *link_data(v.first_capture_url).values(),
            *link_data(v.last_capture_url, "last_").values(),
        )


_DOUBTS: Final = {
    Doubt.AFTER_SEEN: "but it was seen before that",
    Doubt.LONG_BEFORE: "but the wording before was still seen over a month later",
    Doubt.NOT_RENEWED: "the same date as before, although the words changed",
    Doubt.WENT_BACK: "earlier than the version before said",
}


def _lines(
    shown: Timeline, keys: Mapping[int, str], stated: Mapping[int, Stated], *, everything: bool
) -> Iterator[dict[str, Any]]:
    """The rows of the list, oldest first: a version each, or many that are but two wordings taking turns."""
    folded: dict[int, Alternation] = (
        {}
        if everything
        else {number: alternation for alternation in shown.alternations for number in alternation.turns}
    )
    for version in shown.versions:
        alternation = folded.get(version.version)
        if alternation is None:
            says = stated.get(version.version)
            yield version_line(keys[version.version], version) | {
                "kind": "version",
                "blocks": five_blocks(*_counts(version)),
                "previous": keys.get(version.version - 1, ""),
                "says": says.updated.day if says and says.updated else None,
                "doubts": [_DOUBTS[doubt] for doubt in says.doubts] if says else [],
            }
        elif version.version == min(alternation.last, shown.versions[-1].version):
            turns = [one for one in shown.versions if one.version in alternation.turns]
            yield {
                "kind": "turns",
                "from": alternation.first,
                "to": alternation.last,
                "first": turns[0].first_seen,
                "last": turns[-1].last_seen,
                "captures": sum(one.captures for one in turns),
            }


def _counts(version: VersionRow) -> tuple[int, int]:
    return (version.change.words_added, version.change.words_removed) if version.change else (0, 0)


def _picture(ask: Ask, shown: Timeline, keys: Mapping[int, str]) -> dict[str, Any]:
    """Bars for versions, hatched where a change lies, ticks for captures, grey where nothing is known, flags."""
    read = _read(shown)
    moments = [*read, *(date for silent in shown.silent for date in silent.dates)]
    moments += [moment for v in shown.versions for moment in (v.first_seen, v.last_seen)]
    line = axis(moments)
    top = max((v.words for v in shown.versions), default=1) or 1
    bars = [_bar(line, v, keys[v.version], top) for v in shown.versions]
    brackets = [_bracket(line, a, b, top) for a, b in pairwise(shown.versions)]
    return {
        "width": WIDTH,
        "height": _HEIGHT,
        "top": _TOP,
        "floor": _BARS + _TOP,
        "years": line.years(),
        "bars": bars,
        "brackets": brackets,
        "all_bars": "".join(_rectangle(bar) for bar in bars) if len(bars) > _EACH else "",
        "all_brackets": "".join(f"M{one['points']}z" for one in brackets) if len(bars) > _EACH else "",
        "gaps": [
            {"span": line.span(gap.after, gap.before), "after": gap.after, "before": gap.before, "days": gap.days}
            for gap in shown.gaps
        ],
        "ticks": _ticks(line, read, shown),
        "flags": list(_flags(line, shown)),
        "laws": list(_laws(line, ask)),
        "most": top,
    }


def _bar(line: Axis, version: VersionRow, key: str, top: int) -> dict[str, Any]:
    x, wide = line.span(version.first_seen, version.last_seen)
    height = round(max(_BARS * version.words / top, 3), 1)
    return {"x": x, "wide": wide, "y": round(_TOP + _BARS - height, 1), "height": height} | version_line(key, version)


def _rectangle(bar: Mapping[str, Any]) -> str:
    return f"M{bar['x']:g} {bar['y']:g}h{bar['wide']:g}v{bar['height']:g}h-{bar['wide']:g}z"


def _bracket(line: Axis, old: VersionRow, new: VersionRow, top: int) -> dict[str, Any]:
    """The stretch in which the change lies: its corners, from the old version's height to the new one's."""
    (start, wide), stop = line.span(old.first_seen, old.last_seen), line.x(new.first_seen)
    floor = _TOP + _BARS
    left, right = (round(floor - max(_BARS * one.words / top, 3), 1) for one in (old, new))
    begin = min(start + wide, stop)
    points = f"{begin:g},{floor:g} {begin:g},{left:g} {stop:g},{right:g} {stop:g},{floor:g}"
    return {"points": points, "number": new.version, "after": old.last_seen, "before": new.first_seen}


def _read(shown: Timeline) -> list[datetime]:
    if not shown.versions:
        return []
    first, last = seconds(shown.versions[0].first_seen), seconds(shown.versions[-1].last_seen)
    return [moment(at) for at in dict.fromkeys(at for at in shown.seen if first <= at <= last)]


_PLAIN: Final = (Outcome.PENDING, Outcome.NOT_NEEDED)
_ROW: Final = {"read": 0.0, "unread": 8.0, "other": 16.0}


def _ticks(line: Axis, read: Sequence[datetime], shown: Timeline) -> list[dict[str, Any]]:
    """Captures in three rows: those that were read, those not asked for, those without the policy; one path each."""
    rows: dict[str, list[datetime]] = {"read": list(read), "unread": [], "other": []}
    for silent in shown.silent:
        rows["unread" if silent.outcome in _PLAIN else "other"] += silent.dates
    labels = {"read": "read", "unread": "not fetched: inferred or pending", "other": "without the policy’s text"}
    return [
        {
            "kind": kind,
            "path": ticks(map(line.x, dates), _TICKS + _ROW[kind]),
            "count": len(dates),
            "label": labels[kind],
        }
        for kind, dates in rows.items()
        if dates
    ]


def _flags(line: Axis, shown: Timeline) -> Iterator[dict[str, Any]]:
    """Events, and moves to another address."""
    marks: list[tuple[float, dict[str, Any]]] = [
        (
            line.x(event.not_after),
            {"label": event.kind.value.replace("_", " "), "meaning": event.kind.meaning, "day": event.not_after},
        )
        for event in shown.events
    ]
    marks += [
        (line.x(move.valid_from), {"label": "new address", "meaning": move.url, "day": move.valid_from})
        for move in shown.moves
        if line.first <= move.valid_from <= line.last
    ]
    for _row, mark in stacked([(x, {"x": x, **mark}) for x, mark in marks], _LABEL, _ROWS):
        yield mark | {"end": mark["x"] > WIDTH - _LABEL}


def _laws(line: Axis, ask: Ask) -> Iterator[dict[str, Any]]:
    marks = []
    for one in ask.dates:
        moment = datetime.combine(one.day, time(), UTC)
        if line.first <= moment <= line.last:
            marks.append(
                (line.x(moment), {"x": line.x(moment), "label": one.label, "meaning": one.meaning, "day": moment})
            )
    for row, mark in stacked(marks, _LABEL / 2, _ROWS):
        yield mark | {"y": 11.0 + 12.0 * row, "end": mark["x"] > WIDTH - _LABEL}
