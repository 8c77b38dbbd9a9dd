"""`policylapse annotations`: labels that people or models made elsewhere, beside the claims and the text."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

import click
from rich.text import Text

from cli.output import (
    color_option,
    db_option,
    json_option,
    line,
    note,
    policy_option,
    print_json,
    print_lines,
    print_wrapped,
    stdout_console,
    tolerate_small_charsets,
)
from cli.policies import the_policy, with_citation
from cli.site_names import complete
from cli.views.annotations import print_annotated
from crawler.archives.errors import ConfigError, NotFound
from crawler.archives.timestamps import format_iso
from crawler.counting import count
from history.annotations import (
    annotated_data,
    export_lines,
    key_of,
    label_data,
    passage_with,
    passages_data,
    read_all,
    read_annotated,
)
from history.database import open_database, require_database
from history.plain import json_text
from history.timeline.citations import Status, citation, resolve, site_of_citation
from history.timeline.selectors import select
from history.timeline.timeline import read_versions
from pipelines.claims.context import contexts
from pipelines.imports.labels import ImportedLabel, parse_labels
from pipelines.store.load_texts import read_texts

_NAMED = 10  # labels that were left out, named one by one
_LONG = 200  # characters of a passage


@click.group("annotations")
def labels_group() -> None:
    """Import labels that people or models made elsewhere, and show them with the text.

    A label is of a passage or of a whole version. It stays with these words while a version has them. Later versions
    say that the text has changed since. Each label keeps who or what made it, and when.

    \b
    Example:
      policylapse annotations blocks lumenkart.example > passages.jsonl
      policylapse annotations import labels.jsonl
      policylapse claims lumenkart.example
    """


@labels_group.command("import")
@click.argument("file", type=click.File(encoding="utf-8", errors="replace"))
@db_option
@json_option
def import_labels(file: TextIO, db: Path, as_json: bool) -> None:
    """Import the labels of FILE, one JSON object per line; - reads standard input.

    Fields: block (the key that `annotations blocks` prints), or citation and text (the passage, or a part of it;
    without it the whole version is meant); label; author or model, or both; time; note. A line that is not like that
    stops the import, and nothing is stored. A label whose text is not in the database is left out and named.

    \b
    Example of a line:
      {"citation": "lumenkart.example@2022-09-13.246c634a", "text": "We share", "label": "sale",
       "author": "A. Reader", "time": "2026-11-02"}
    """
    from pipelines.store.file import open_file  # noqa: PLC0415 - only here: it writes
    from pipelines.store.shelves.annotations import known_keys, put_annotations  # noqa: PLC0415

    labels = list(parse_labels(file))
    require_database(db)
    now = format_iso(datetime.now(UTC))
    store = open_file(db)
    try:
        found: dict[int, str] = {}
        left_out = dict(_not_found(labels, db, found))
        held = known_keys(store, {label.block for label in labels if label.block})
        left_out |= {
            label.line: "no passage in the database has these words"
            for label in labels
            if label.block and label.block not in held
        }
        rows = [_row(label, found, now) for label in labels if label.line not in left_out]
        with store.atomic():
            new = put_annotations(store, rows)
    finally:
        store.conn.close()
    if as_json:
        print_json({"labels": len(labels), "imported": new, "left_out": len(left_out)})
    else:
        again = len(rows) - new
        there = f"; {count(again, 'label')} had been imported before" if again else ""
        print_lines(stdout_console(), f"{count(new, 'label')} imported{there}")
    for number, why in sorted(left_out.items())[:_NAMED]:
        note(f"line {number:,} was left out: {why}")
    if len(left_out) > _NAMED:
        note(f"{len(left_out) - _NAMED:,} more were left out")


def _not_found(labels: Sequence[ImportedLabel], db: Path, found: dict[int, str]) -> Iterator[tuple[int, str]]:
    """The labels whose version or passage is not in the database, with the reason; fills in the keys of the others."""
    cited: dict[str, list[ImportedLabel]] = {}
    for label in labels:
        if label.citation:
            cited.setdefault(label.citation, []).append(label)
    with closing(open_database(db)) as connection:
        for name, same in cited.items():  # a version is looked for once, however many labels it has
            try:
                known = resolve(connection, name)
            except (NotFound, ConfigError) as error:
                yield from ((label.line, str(error)) for label in same)
                continue
            if known.status is not Status.VERSION or known.version is None:
                why = f"{line(name)} is not a version now: {known.reason}"
                yield from ((label.line, why) for label in same)
                continue
            blocks = read_texts(connection, [known.version.text_id])[known.version.text_id]
            for label in same:
                block = passage_with(blocks, label.text) if label.text else None
                if block is None and label.text:
                    yield label.line, "no passage of that version has this text"
                else:
                    found[label.line] = key_of(block) if block else known.version.wording


def _row(label: ImportedLabel, found: dict[int, str], now: str) -> dict[str, str]:
    return {
        "text_key": label.block or found[label.line],
        "label": label.label,
        "author": label.author,
        "model": label.model,
        "labelled_at": label.labelled_at,
        "note": label.note,
        "citation": label.citation,
        "site": site_of_citation(label.citation),
        "added_at": now,
    }


@labels_group.command("list")
@click.argument("site", required=False, shell_complete=complete)
@db_option
@policy_option
@color_option
@json_option
def list_labels(site: str | None, db: Path, number: int | None, color: str, as_json: bool) -> None:
    """List the labels of SITE's policy with the passages and the versions that they are about.

    Without SITE, list all labels in the database, without their passages.
    """
    with closing(open_database(db)) as connection:
        if not site:
            every = read_all(connection)
            if as_json:
                print_json({"total": len(every), "annotations": list(map(label_data, every))})
            else:
                console = stdout_console(color)
                for one in every:
                    print_wrapped(
                        console,
                        Text.assemble((line(one.label), "bold"), f"  {line(one.by)}, {one.labelled_at[:10]}"),
                        "",
                        "  ",
                    )
                print_lines(console, Text(count(len(every), "label"), "dim"))
            return
        policy = the_policy(connection, site, number, ())
        versions = read_versions(connection, policy)
        found = read_annotated(connection, versions)
    if as_json:
        data = [annotated_data(versions, one, len(versions) - 1) for one in found]
        print_json({"site": policy.site, "policy_url": policy.policy_url, "total": len(data), "annotations": data})
    else:
        console = stdout_console(color)
        print_annotated(console, versions, found, len(versions) - 1)
        print_lines(console, Text(count(len(found), "label"), "dim"))


@labels_group.command("export")
@db_option
def export_labels(db: Path) -> None:
    """Print all labels as JSON Lines that `annotations import` takes, for another database."""
    with closing(open_database(db)) as connection:
        _print_rows(export_lines(read_all(connection)))


@labels_group.command("blocks")
@click.argument("site", shell_complete=complete)
@click.option("--at", metavar="VERSION", help="The version to read: a date, a number, first, latest, prev, a citation.")
@db_option
@policy_option
def blocks(site: str, at: str | None, db: Path, number: int | None) -> None:
    """Print the passages of one version of SITE's policy with their keys, as JSON Lines, to be labelled."""
    site, named = with_citation(site, at)
    with closing(open_database(db)) as connection:
        policy = the_policy(connection, site, number, named)
        versions = read_versions(connection, policy)
        version = select(connection, policy, versions, named[0] if named else "latest").version
        text = read_texts(connection, [version.text_id])[version.text_id]
    heads = [context.heading for context in contexts(text)]
    _print_rows(json_text(dict(one)) for one in passages_data(citation(policy.cited, version), text, heads))


def _print_rows(rows: Iterator[str]) -> None:
    tolerate_small_charsets()
    for row in rows:
        sys.stdout.write(f"{row}\n")
