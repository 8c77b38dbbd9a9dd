"""What is counted in texts, as data: length, readability and the metrics of studies (`readability`, `show`, `trends --metric`).

measure(db, texts) ──► ((text id, its site), Measured)…        measured(blocks, …) ──► Measured, of one text
measured_data(one) ──► the fields of a version in JSON
metric_trends(db, stretches, ["vague_per_1000"]) ──► MetricTrend(metric, MetricPoint(half-year, covered, values)…)…
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from statistics import mean, median
from typing import Any, Final

from crawler.counting import count
from history.metrics import FIELDS, Metrics, metrics
from history.readability import FORMULAS, Readability, readability
from history.search.trends import Stretches
from history.timeline.coverage import half_label
from pipelines.claims.parties import party_of_domain
from pipelines.model import Block
from pipelines.store.load_texts import read_texts

_AT_ONCE: Final = 200  # texts
_SHOWN: Final = (("flesch_ease", "Flesch reading ease"), ("lix", "LIX"))  # the first that there is


@dataclass(frozen=True, slots=True)
class Measured:
    """The numbers of one text. :param words: of all of it, headings and tables too."""

    words: int
    readability: Readability
    metrics: Metrics


def measure(db: sqlite3.Connection, texts: Iterable[tuple[int, str]]) -> Iterator[tuple[tuple[int, str], Measured]]:
    """Yield the numbers of texts, each once.

    :param db: of history.database.open_database.
    :param texts: (id, the site that has it): the site's own company does not count as named.
    """
    waiting = iter(dict.fromkeys(texts))
    while some := list(islice(waiting, _AT_ONCE)):
        ids = sorted({text_id for text_id, _site in some})
        marks = ", ".join("?" * len(ids))
        about = {
            row[0]: (row[1], row[2])
            for row in db.execute(f"SELECT id, words, language FROM texts WHERE id IN ({marks})", ids)
        }
        blocks = read_texts(db, ids)
        for text_id, site in some:
            words, language = about[text_id]
            yield (text_id, site), measured(blocks[text_id], words, language, site)


def measured(blocks: Sequence[Block], words: int, language: str, site: str) -> Measured:
    """Return the numbers of one text.

    :param words: of all of it. :param language: its code. :param site: that has it.
    """
    return Measured(words, readability(blocks, language), metrics(blocks, language, party_of_domain(site)))


def measured_data(one: Measured) -> dict[str, Any]:
    """Return the numbers of a text as JSON data, without its words, which its version has."""
    score = one.readability
    return {
        "language": score.language or None,
        "prose_words": score.counts.words,
        "sentences": score.counts.sentences,
        **{name: score.scores.get(name) for name in FORMULAS},
        "why_none": score.why_none or None,
        **one.metrics.data(),
    }


def in_words(one: Measured) -> str:
    """Return the numbers of a text on one line, without those that its language has no list or formula for.

    `2,345 words, 120 sentences, 9.8 minutes to read, Flesch reading ease 38, 14.2 vague words per 1,000, 31% passive sentences, …`
    """
    numbers, scores = one.metrics, one.readability.scores
    parts = [count(one.words, "word"), count(one.readability.counts.sentences, "sentence")]
    if numbers.reading_minutes is not None:
        parts.append(f"{numbers.reading_minutes:g} minutes to read")
    parts += [f"{label} {scores[name]:.0f}" for name, label in _SHOWN if name in scores][:1]
    if numbers.vague_per_1000 is not None:
        parts.append(f"{numbers.vague_per_1000:g} vague words per 1,000")
    if numbers.passive_share is not None:
        parts.append(f"{numbers.passive_share:.0%} passive sentences")
    parts.append(count(len(numbers.parties), "other company named", "other companies named"))
    if numbers.purposes is not None:
        parts.append(count(len(numbers.purposes), "purpose"))
    return ", ".join(parts)


# By name: what of a text it is; None where the text has none, since its language has no formula or no list.
METRICS: Final[dict[str, Callable[[Measured], float | None]]] = {
    "words": lambda one: one.words,
    "sentences": lambda one: one.readability.counts.sentences or None,
    **{name: (lambda one, name=name: one.readability.scores.get(name)) for name in FORMULAS},  # type: ignore[misc]
    **{name: (lambda one, name=name: one.metrics.data()[name]) for name in FIELDS},  # type: ignore[misc]
}


@dataclass(frozen=True, slots=True)
class MetricPoint:
    """One half-year.

    :param covered: how many sites are covered. :param values: of those that have the metric, lowest first.
    """

    half: int
    covered: int
    values: tuple[float, ...]

    @property
    def median(self) -> float | None:
        """Of the sites; None without any."""
        return median(self.values) if self.values else None


@dataclass(frozen=True, slots=True)
class MetricTrend:
    """A metric with its points."""

    metric: str
    points: tuple[MetricPoint, ...]


def metric_trends(db: sqlite3.Connection, stretches: Stretches, names: Sequence[str]) -> list[MetricTrend]:
    """Return the median of metrics over the covered sites, by half-year.

    A site with several wordings in a half-year has their mean there.
    """
    values: dict[tuple[int, str], dict[str, float | None]] = {
        key: {name: METRICS[name](one) for name in names}
        for key, one in measure(db, ((one.text_id, one.site) for one in stretches))
    }
    covered = stretches.covered
    halves = range(min(covered), max(covered) + 1) if covered else ()
    found = []
    for name in names:
        sites: dict[int, dict[str, list[float]]] = {half: {} for half in halves}
        for site, text_id, first, last in stretches:
            value = values[text_id, site][name]
            if value is not None:
                for half in range(first, last + 1):
                    sites[half].setdefault(site, []).append(value)
        points = (
            MetricPoint(half, covered.get(half, 0), tuple(sorted(mean(some) for some in sites[half].values())))
            for half in halves
        )
        found.append(MetricTrend(name, tuple(points)))
    return found


def metric_data(one: MetricTrend) -> dict[str, Any]:
    """Return the points of a metric as JSON data."""
    return {
        "metric": one.metric,
        "points": [
            {
                "half_year": half_label(point.half),
                "covered": point.covered,
                "measured": len(point.values),
                "median": _rounded(point.median),
                "lowest": _rounded(min(point.values, default=None)),
                "highest": _rounded(max(point.values, default=None)),
            }
            for point in one.points
        ],
    }


def metric_rows(found: Sequence[MetricTrend]) -> Iterator[tuple[str | int | float, ...]]:
    """Yield a table: its head, then one row per metric and half-year."""
    yield "half_year", "covered", "metric", "measured", "median", "lowest", "highest"
    for one in found:
        for point in metric_data(one)["points"]:
            numbers = ("" if point[name] is None else point[name] for name in ("median", "lowest", "highest"))
            yield point["half_year"], point["covered"], one.metric, point["measured"], *numbers


def _rounded(number: float | None) -> float | None:
    """To the digits that metrics are given with, and one more for the middle of two: 73.8, not 73.80000000000001."""
    return None if number is None else round(number, 4)
