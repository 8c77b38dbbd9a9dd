"""The share of sites that have a term, as data: `trends --json`, `trends --csv` and the page of trends."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from history.claims.placed import texts_claiming
from history.claims.selectors import selector
from history.search.search import blocks_of
from history.search.trends import Point, Stretches, passages, texts_having, trend
from history.timeline.coverage import half_label


@dataclass(frozen=True, slots=True)
class Trend:
    """A term with its points and, where asked for, the passages behind each: (Markdown, sites), most sites first."""

    term: str
    points: tuple[Point, ...]
    passages: Mapping[int, Sequence[tuple[str, int]]]


def read_trend(connection: sqlite3.Connection, stretches: Stretches, term: str, with_passages: bool) -> Trend:
    having = texts_having(connection, term)
    points = trend(stretches, having.keys())
    if not with_passages:
        return Trend(term, points, {})
    behind = {point.half: passages(stretches, point.half, having) for point in points}
    texts = blocks_of(connection, {block for blocks in behind.values() for block, _sites in blocks})
    return Trend(term, points, {half: [(texts[b][1], n) for b, n in blocks] for half, blocks in behind.items()})


def read_claim_trend(connection: sqlite3.Connection, stretches: Stretches, name: str) -> Trend:
    """Return the share of sites that make a claim: `sale.denied`, `law.gdpr`.

    :raises ConfigError: there is no such claim.
    """
    having = texts_claiming(connection, {one.text_id for one in stretches}, selector(name))
    return Trend(name, trend(stretches, having), {})


def trend_data(one: Trend, with_passages: bool) -> dict[str, Any]:
    return {
        "term": one.term,
        "points": [
            {
                "half_year": half_label(point.half),
                "covered": point.covered,
                "having": len(point.having),
                "share": point.share,
                "sites": list(point.having),
                **(
                    {"passages": [{"markdown": m, "sites": n} for m, n in one.passages.get(point.half, ())]}
                    if with_passages
                    else {}
                ),
            }
            for point in one.points
        ],
    }


def trend_rows(found: Sequence[Trend]) -> Iterator[tuple[str | int, ...]]:
    """Yield a table: its head, then one row per term and half-year."""
    yield "half_year", "covered", "term", "having", "share"
    for one in found:
        for point in one.points:
            share = "" if point.share is None else f"{point.share:.4f}"
            yield half_label(point.half), point.covered, one.term, len(point.having), share
