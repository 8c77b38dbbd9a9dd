"""Trends: which share of the covered sites has a term, by half-year, with how many are covered as a grey area below."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, time
from typing import Any, Final

from history.answers.trends import Trend, read_trend, trend_data, trend_rows
from history.search.trends import Stretches, read_stretches
from history.timeline.coverage import half_label
from history.web.drawing import stacked
from history.web.page import Ask, Page

_TERMS: Final = 6  # lines of one picture
_WIDTH, _HEIGHT, _TOP, _BASE = 1000.0, 300.0, 40.0, 36.0  # the curves' area, the room above it, the grey area below
_RIGHT: Final = 150.0  # room for the names of the lines


def trends_page(ask: Ask) -> Page:
    """Return the trend of some terms, separated by commas in `terms`."""
    terms = list(dict.fromkeys(term.strip() for term in ask.text("terms").split(",") if term.strip()))[:_TERMS]
    found: list[Trend] = []
    if terms:
        stretches = _stretches(ask)
        found = [read_trend(ask.db, stretches, term, False) for term in terms]
    shown = found and found[0].points
    context = {
        "terms": terms,
        "given": ask.text("terms"),
        "site": ask.text("site"),
        "most": _TERMS,
        "picture": _picture(ask, found) if shown else None,
        "halves": [half_label(point.half) for point in found[0].points] if found else [],
        "table": [
            {
                "half": half_label(row[0].half),
                "covered": row[0].covered,
                "cells": [
                    {"share": point.share, "having": len(point.having), "sites": point.having[:5]} for point in row
                ],
            }
            for row in zip(*(one.points for one in found), strict=True)
        ]
        if found
        else [],
    }
    title = f"Trends: {', '.join(terms)}" if terms else "Trends"
    return Page(
        "trends.html",
        title,
        "trends",
        context,
        lambda: {"total": len(found), "terms": [trend_data(one, with_passages=False) for one in found]},
        lambda: trend_rows(found),
    )


def _stretches(ask: Ask) -> Stretches:
    """When which text stood: of a site, or of all, which is read once per state of the database."""
    policies = ask.policies()
    if policies is not None:
        return read_stretches(ask.db, {policy.policy_id for policy in policies})
    if "stretches" not in ask.catalogue.held:
        ask.catalogue.held["stretches"] = read_stretches(ask.db)
    found: Stretches = ask.catalogue.held["stretches"]
    return found


def _picture(ask: Ask, found: Sequence[Trend]) -> dict[str, Any]:
    points = found[0].points
    room = _WIDTH - _RIGHT
    step = room / max(len(points) - 1, 1)
    top = max(max((point.share or 0 for one in found for point in one.points), default=0), 0.05)
    top = min(1.0, -(-top * 10 // 1) / 10)
    most = max(point.covered for point in points) or 1

    def y(share: float) -> float:
        return round(_TOP + _HEIGHT * (1 - share / top), 1)

    floor = _TOP + _HEIGHT
    area = " ".join(f"{n * step:.1f},{floor + _BASE - _BASE * p.covered / most:.1f}" for n, p in enumerate(points))
    labels = [(y(next((p.share for p in reversed(one.points) if p.share is not None), 0.0)), one.term) for one in found]
    placed = _apart(labels)
    return {
        "width": _WIDTH,
        "height": floor + _BASE + 26,
        "floor": floor,
        "base": floor + _BASE,
        "room": room,
        "top": top,
        "most": most,
        "area": f"0,{floor + _BASE:.1f} {area} {room:.1f},{floor + _BASE:.1f}",
        "grid": [{"y": y(top * part / 4), "label": f"{top * part / 4:.0%}"} for part in range(5)],
        "years": [
            {"x": round(n * step, 1), "label": str(p.half // 2)}
            for n, p in enumerate(points)
            if p.half % 2 == 0 and p.half // 2 % max(len(points) // 24, 1) == 0
        ],
        "lines": [
            {
                "term": one.term,
                "number": number,
                "points": _lines(
                    [(round(n * step, 1), None if p.share is None else y(p.share)) for n, p in enumerate(one.points)]
                ),
                "dots": [
                    {
                        "x": round(n * step, 1),
                        "y": y(p.share),
                        "half": half_label(p.half),
                        "share": p.share,
                        "having": len(p.having),
                        "covered": p.covered,
                        "until": f"{p.half // 2}-{'12' if p.half % 2 else '06'}",
                    }
                    for n, p in enumerate(one.points)
                    if p.share is not None
                ],
                "label_y": placed[number],
            }
            for number, one in enumerate(found)
        ],
        "laws": _laws(ask, points[0].half, step, room),
    }


def _lines(points: Sequence[tuple[float, float | None]]) -> list[str]:
    runs: list[list[str]] = [[]]
    for x, y in points:
        if y is None:
            runs.append([])
        else:
            runs[-1].append(f"{x:g},{y:g}")
    return [" ".join(run) for run in runs if run]


def _apart(labels: Sequence[tuple[float, str]]) -> dict[int, float]:
    """Where the names of lines stand, so that none covers another."""
    placed: dict[int, float] = {}
    last = -100.0
    for number in sorted(range(len(labels)), key=lambda n: labels[n][0]):
        last = max(labels[number][0], last + 16)
        placed[number] = round(last, 1)
    return placed


def _laws(ask: Ask, begin: int, step: float, room: float) -> list[dict[str, Any]]:
    marks = []
    for one in ask.dates:
        moment = datetime.combine(one.day, time(), UTC)
        x = round((2 * (moment.year + (moment.timetuple().tm_yday - 1) / 365.25) - begin) * step, 1)
        if 0 <= x <= room:
            marks.append((x, {"x": x, "label": one.label, "meaning": one.meaning, "day": moment}))
    return [mark | {"y": 11.0 + 12.0 * row} for row, mark in stacked(marks, 70, 3)]
