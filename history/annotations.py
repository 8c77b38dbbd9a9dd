"""Labels made elsewhere (`annotations import`), joined to the versions of a policy by their words.

annotated(labels, what each version has) ──► Annotated(label, passage, stays)…      state(one, version) ──► LabelState

A label is of a passage or of a whole text, by the key of its words. It stays with these words while a version has them,
whatever stands around them, and comes back with them. Of a version behind that the text has changed since.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from history.answers.blame import stay_data
from history.claims.standing import Stays, runs, stay_at
from history.plain import plain_text
from history.timeline.timeline import VersionRow
from pipelines.model import Block, BlockKind
from pipelines.store.load_texts import read_texts
from pipelines.text.wording import text_words, wording_key, words


class LabelState(StrEnum):
    """What a label says of a version."""

    STANDS = "stands"  # the version has its words
    CHANGED = "changed"  # an earlier version had them: the text has changed since
    LATER = "later"  # only a later version has them


@dataclass(frozen=True, slots=True)
class Annotation:
    """One label, as it was imported.

    :param text_key: SHA-256 of the words that it is about. :param labelled_at, added_at: ISO 8601.
    """

    text_key: str
    label: str
    author: str
    model: str
    labelled_at: str
    note: str
    citation: str
    added_at: str

    @property
    def by(self) -> str:
        """Who or what made it."""
        return " with ".join(one for one in (self.author, self.model) if one)


@dataclass(frozen=True, slots=True)
class Annotated:
    """A label of a policy. :param passage: as it reads, "" where the whole text is meant."""

    annotation: Annotation
    passage: str
    stays: Stays

    def state(self, version: int) -> LabelState:
        """Return what it says of a version. :param version: from 0."""
        if stay_at(self.stays, version):
            return LabelState.STANDS
        return LabelState.CHANGED if self.stays[0][0] < version else LabelState.LATER

    def stay_until(self, version: int) -> tuple[int, int]:
        """Return the last period that began before a version, or with it; the first where all are later."""
        return next((stay for stay in reversed(self.stays) if stay[0] <= version), self.stays[0])


_LABELS = (
    "SELECT text_key, label, author, model, labelled_at, note, citation, added_at FROM annotations{} "
    "ORDER BY labelled_at, label, author, model, text_key"
)
_ALL = _LABELS.format("")
_OF_KEYS = _LABELS.format(" WHERE text_key IN (SELECT value FROM json_each(?))")


def read_all(db: sqlite3.Connection) -> list[Annotation]:
    """Return all labels in the database, oldest first. :param db: of history.database.open_database."""
    return [Annotation(*row) for row in db.execute(_ALL)]


def read_annotated(db: sqlite3.Connection, versions: Sequence[VersionRow]) -> list[Annotated]:
    """Return the labels of a policy's texts and passages, by where they first stood. Labels of others are not read."""
    (any_label,) = db.execute("SELECT EXISTS (SELECT 1 FROM annotations)").fetchone()
    if not any_label:
        return []
    texts = read_texts(db, [version.text_id for version in versions])
    keys = {block: key_of(block) for block in {block for blocks in texts.values() for block in blocks}}
    wanted = json.dumps([*keys.values(), *(version.wording for version in versions)])
    labels = [Annotation(*row) for row in db.execute(_OF_KEYS, [wanted])]
    return annotated(labels, [(version.wording, texts[version.text_id]) for version in versions], keys)


def annotated(
    labels: Iterable[Annotation], versions: Sequence[tuple[str, Sequence[Block]]], keys: Mapping[Block, str]
) -> list[Annotated]:
    """Return the labels that any version has the words of.

    :param versions: (wording, blocks) of each, oldest first. :param keys: key_of each of their blocks.
    """
    wanted: dict[str, list[Annotation]] = {}
    for label in labels:
        wanted.setdefault(label.text_key, []).append(label)
    having: dict[str, set[int]] = {}
    passages: dict[str, str] = {}
    for number, (wording, blocks) in enumerate(versions):
        if wording in wanted:
            having.setdefault(wording, set()).add(number)
        for block in blocks:
            key = keys[block]
            if key in wanted:
                having.setdefault(key, set()).add(number)
                passages.setdefault(key, plain_text(block.markdown))
    found = [
        Annotated(label, passages.get(key, ""), runs(numbers))
        for key, numbers in having.items()
        for label in wanted[key]
    ]
    return sorted(found, key=lambda one: (one.stays[0], one.annotation.label, one.annotation.by))


def key_of(block: Block) -> str:
    """Return the key of a passage: SHA-256 (hex) of its words."""
    return wording_key([block])


def passage_with(blocks: Iterable[Block], text: str) -> Block | None:
    """Return the first passage that has some words in a row; None where none has."""
    wanted = " ".join(words(text))
    if not wanted:
        return None
    return next((block for block in blocks if f" {wanted} " in f" {' '.join(text_words([block]))} "), None)


def at_version(labels: Iterable[Annotated], version: int) -> list[Annotated]:
    """Return the labels that say something of a version: those that stand, and those of which the text has changed."""
    return [one for one in labels if one.state(version) is not LabelState.LATER]


def label_data(label: Annotation) -> dict[str, Any]:
    """Return a label as JSON data, with the fields that `annotations import` takes."""
    return {
        "block": label.text_key,
        "label": label.label,
        "author": label.author or None,
        "model": label.model or None,
        "time": label.labelled_at,
        "note": label.note or None,
        "citation": label.citation or None,
        "added_at": label.added_at,
    }


def annotated_data(versions: Sequence[VersionRow], one: Annotated, index: int | None) -> dict[str, Any]:
    """Return a label with its passage and its periods. :param index: of the version that is read, from 0; None: all."""
    return label_data(one.annotation) | {
        "passage": one.passage or None,
        "state": None if index is None else one.state(index).value,
        "stays": [stay_data(versions, *stay) for stay in one.stays],
    }


def passages_data(name: str, blocks: Iterable[Block], heads: Iterable[str]) -> Iterator[Mapping[str, str]]:
    """Yield the passages of a version with their keys, for whoever labels them.

    :param name: the version's citation. :param heads: the heading above each block.
    """
    for block, heading in zip(blocks, heads, strict=True):
        if block.kind is not BlockKind.TITLE and words(block.markdown):
            text = plain_text(block.markdown).strip()
            yield {
                "block": key_of(block),
                "citation": name,
                "kind": block.kind.value,
                "heading": heading,
                "text": text,
            }


def export_lines(labels: Iterable[Annotation]) -> Iterator[str]:
    """Yield labels as lines that `annotations import` takes into another file."""
    for label in labels:
        data = {name: value for name, value in label_data(label).items() if value and name != "added_at"}
        data.pop("citation", None)
        yield json.dumps(data, ensure_ascii=False)
