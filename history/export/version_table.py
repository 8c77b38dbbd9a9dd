"""Versions as rows of a table: what csv, jsonl and parquet write, each in its own way.

    fields(job) ──► Field(name, type, what it is)…        rows(job) ──► the values of a version, in that order…

A row has what the database stores of a version, then its metrics where the job asks for them, and its text last. Metrics
are counted anew in each export, which takes many times as long as writing does: lists and formulas get better, and a
stored number would not say by which it was counted.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from history.answers.measured import measured, measured_data
from history.export.formats import Job
from history.export.writing.records import COLUMNS, read_records, row


class Field(NamedTuple):
    """One column. :param kind: text, number (whole), decimal, or texts (several)."""

    name: str
    kind: str
    about: str


FIELDS: Final = tuple(Field(*column) for column in COLUMNS)
METRICS: Final = (
    Field("prose_words", "number", "words of paragraphs, list items and quotations: what the numbers below are of"),
    Field("sentences", "number", "of prose"),
    Field("flesch_ease", "decimal", "Flesch reading ease: 100 easy, below 30 for graduates; English"),
    Field("flesch_kincaid", "decimal", "Flesch-Kincaid grade: years of school; English"),
    Field("smog", "decimal", "SMOG grade: years of school; English"),
    Field("lix", "decimal", "LIX: below 30 easy, above 60 hard; eleven languages"),
    Field("reading_minutes", "decimal", "at 238 words of prose a minute; English"),
    Field("vague_per_1000", "decimal", "vague words and phrases per 1,000 words of prose; English"),
    Field("passive_share", "decimal", "of the sentences of prose, those with a passive verb: 0 to 1; English"),
    Field("parties_named", "number", "how many companies the text names, without the site's own"),
    Field("parties", "texts", "their ids"),
    Field("purposes_named", "number", "how many purposes of use it names; English"),
    Field("purposes", "texts", "these purposes"),
)


def fields(job: Job) -> tuple[Field, ...]:
    """Return the columns that a job asks for."""
    return FIELDS[:-1] + METRICS * job.with_metrics + FIELDS[-1:] * job.with_text


def rows(job: Job) -> Iterator[tuple[Any, ...]]:
    """Yield the values of each version in the order of `fields`: str, int, float, tuple of str, or None.

    Versions come by site and policy, oldest first. None among metrics: the text's language has no formula or no list.
    """
    for record in read_records(job.db, job.policies):
        *stored, text = row(record)
        counted: tuple[Any, ...] = ()
        if job.with_metrics:
            data = measured_data(measured(record.blocks, record.words, record.language, record.site))
            values = (data[field.name] for field in METRICS)
            counted = tuple(tuple(value) if isinstance(value, list) else value for value in values)
        yield (*stored, *counted, *([text] if job.with_text else ()))
