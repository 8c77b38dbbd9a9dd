"""The command `claims`: what a policy promises, since when, and by which sentence."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

import click
from rich.console import Console
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
from cli.policies import chosen, the_policy, with_citation
from cli.site_names import complete
from cli.views.annotations import print_annotated
from cli.views.timeline import bracket
from crawler.archives.timestamps import parse_date
from crawler.counting import count
from history.annotations import at_version
from history.answers.claims import (
    CHANGES_HEAD,
    HEAD,
    PolicyClaims,
    change_rows,
    changes_data,
    claim_rows,
    claims_data,
    evidence,
    read_changes,
    read_claims,
)
from history.claims.over_sites import ClaimChange
from history.claims.said import Said
from history.claims.selectors import meant
from history.claims.standing import ClaimStory
from history.claims.what import What
from history.database import reading, require_database
from history.sites import all_policies, find_policies
from history.timeline.selectors import select
from history.timeline.timeline import read_versions
from pipelines.claims.model import Polarity
from pipelines.claims.texts import reading_version
from pipelines.claims.values import in_words

_INDENT = " " * 6
_SHOWN = 2  # sentences of one claim
_LONG = 280  # characters of a sentence
_STYLES = {Polarity.YES: "", Polarity.NO: "red", Polarity.CONDITIONAL: "yellow", Polarity.UNCLEAR: "magenta"}


@click.command()
@click.argument("site", required=False, shell_complete=complete)
@click.option("--at", metavar="VERSION", help="The version to read: a date, a number, first, latest, prev, a citation.")
@click.option(
    "--all", "every", is_flag=True, help="Show the claims of all versions, including those that were removed."
)
@click.option(
    "--changed",
    is_flag=True,
    help="Show which claims were added and removed, newest first. Without SITE, for all sites.",
)
@click.option("--since", metavar="DATE", help="With --changed: from this day on.")
@click.option("--until", metavar="DATE", help="With --changed: to this day.")
@click.option(
    "--claim",
    "names",
    multiple=True,
    metavar="NAME",
    help="Only these claims: retention, sale.denied. Can be repeated.",
)
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV with one row per sentence and period.")
@click.option(
    "--matrix",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write one row per version and one column per claim: CSV, or Parquet if FILE ends in .parquet. Without SITE, "
    "of all sites.",
)
@click.option(
    "--store",
    "stored",
    is_flag=True,
    help="Store the claims of all versions in the database, for faster answers and for SQL. From then on, every command "
    "that adds versions stores their claims, too.",
)
@click.option(
    "--processes", type=click.IntRange(1), metavar="N", help="With --store: worker processes.  [default: one per core]"
)
@db_option
@policy_option
@color_option
@json_option
def claims(
    site: str | None,
    at: str | None,
    every: bool,
    changed: bool,
    since: str | None,
    until: str | None,
    names: tuple[str, ...],
    as_csv: bool,
    matrix: Path | None,
    stored: bool,
    processes: int | None,
    db: Path,
    number: int | None,
    color: str,
    as_json: bool,
) -> None:
    """Show what SITE's policy promises: each claim with its sentence and when it was added.

    Fixed rules (data/rules) find the claims, so the same text always gives the same claims. A claim is yes, no,
    conditional or unclear; `unclear` means that two readers could disagree. Rules do not find everything: a missing
    claim does not prove that the policy is silent.

    \b
    Examples:
      policylapse claims lumenkart.example
      policylapse claims nestwell.example --at 2018-05-25 --claim retention
      policylapse claims lumenkart.example --all --csv > claims.csv
      policylapse claims --matrix claims.parquet
      policylapse claims --changed --since 2018 --claim sale
      policylapse claims --store
    """
    _refuse(
        ("--csv and --json exclude each other: name one", as_csv and as_json),
        ("--since and --until go with --changed", (since or until) and not changed),
        (
            "--matrix goes with SITE only: it has every claim of every version",
            matrix and (changed or at or every or names or as_csv or as_json),
        ),
        (
            "--store goes with no other option but --db, --processes and --json: it stores the claims of all sites",
            stored and (site or matrix or changed or at or every or names or as_csv),
        ),
        ("--processes goes with --store", processes and not stored),
        (
            "name a SITE, or ask for the claims that came and went with --changed",
            not (site or changed or matrix or stored),
        ),
        ("--changed and --at or --all exclude each other: name one", changed and (at or every)),
    )
    if stored:
        _store(db, processes or 0, as_json=as_json)
        return
    if matrix:
        _write_matrix(matrix, db, site, number)
        return
    test = meant(names)
    if changed:
        first, last = parse_date(since) if since else None, parse_date(until, end=True) if until else None
        with reading(db) as connection:
            policies = find_policies(connection, site) if site else all_policies(connection)
            changes = read_changes(connection, chosen(policies, number), test, first, last)
        _give_changes(changes, color, as_csv=as_csv, as_json=as_json)
        return
    site, versions_named = with_citation(site or "", at)
    if len(versions_named) > 1:
        raise click.UsageError("a citation in SITE's place and --at exclude each other: name one")
    with reading(db) as connection:
        policy = the_policy(connection, site, number, versions_named)
        versions = read_versions(connection, policy)
        selected = select(connection, policy, versions, versions_named[0] if versions_named else "latest")
        found = read_claims(connection, policy, versions)
    if selected.doubt:
        note(f"note: {selected.doubt}")
    index = None if every else selected.version.version - 1
    stories = [story for story in (found.stories if index is None else found.at(index)) if test(story.what)]
    if as_json:
        print_json(claims_data(found, stories, index))
    elif as_csv:
        _print_csv(HEAD, claim_rows(found, stories, index))
    else:
        _print(stdout_console(color), found, stories, index)


def _refuse(*rules_of_use: tuple[str, object]) -> None:
    """Refuse options that do not go together. :param rules_of_use: (what to say, whether it is so)."""
    for message, broken in rules_of_use:
        if broken:
            raise click.UsageError(message)


def _store(db: Path, processes: int, *, as_json: bool) -> None:
    from cli.keeping.stored_claims import store_all_claims  # noqa: PLC0415 - only here

    require_database(db)
    texts, said = store_all_claims(db, processes)
    if as_json:
        print_json({"texts": texts, "claims": said, "rules": reading_version()})
    elif texts:
        print_lines(
            stdout_console(), f"{count(texts, 'text')} read by rules {reading_version()}: {count(said, 'claim')} stored"
        )
    else:
        print_lines(stdout_console(), f"the claims of all versions are stored, by rules {reading_version()}")


def _write_matrix(path: Path, db: Path, site: str | None, number: int | None) -> None:
    from history.export.claim_matrix import write_matrix  # noqa: PLC0415 - only here

    with reading(db) as connection:
        policies = chosen(find_policies(connection, site), number) if site else all_policies(connection)
        rows = write_matrix(connection, policies, path)
    print_lines(stdout_console(), line(f"{count(rows, 'version')} written to {path}"))


def _give_changes(changes: Sequence[ClaimChange], color: str, *, as_csv: bool, as_json: bool) -> None:
    if as_json:
        print_json(changes_data(changes))
        return
    if as_csv:
        _print_csv(CHANGES_HEAD, change_rows(changes))
        return
    console = stdout_console(color)
    if not changes:
        print_lines(console, "no claim came or went in that time")
    for (policy, version), same in groupby(changes, key=lambda one: (one.policy, one.version)):
        head = Text.assemble((line(policy.site), "bold"), f"  v{version.version} ", (bracket(version), "yellow"))
        print_lines(console, head, line(policy.policy_url))
        for one in same:
            print_lines(
                console, Text.assemble("  ", ("+ ", "green") if one.came else ("- ", "red"), *_name(one.said.what))
            )
            print_wrapped(console, Text(_sentence(one.said), "" if one.came else "dim"), _INDENT, _INDENT)
        print_lines(console, "")


def _print_csv(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Print rows as `export --format csv` writes them: a sentence of somebody's page is no formula."""
    from history.export.tables import cell  # noqa: PLC0415 - only here

    tolerate_small_charsets()
    for row in (head, *rows):
        click.echo(",".join(map(cell, row)))


def _name(what: What) -> list[tuple[str, str]]:
    """A claim's name, value and polarity; "yes" goes without saying."""
    parts = [(what.name, "bold")] + ([(f" {in_words(what.value)}", "bold")] if what.value else [])
    return parts + ([] if what.polarity is Polarity.YES else [(f" {what.polarity.value}", _STYLES[what.polarity])])


def _sentence(said: Said) -> str:
    text = line(f"{said.lead} {said.sentence}" if said.lead else said.sentence)
    return text if len(text) <= _LONG else f"{text[: _LONG - 1]}…"


def _print(console: Console, found: PolicyClaims, stories: Sequence[ClaimStory], index: int | None) -> None:
    last = len(found.versions) - 1 if index is None else index
    shown = (
        f"version {last + 1} of {len(found.versions)}"
        if index is not None
        else f"all {count(len(found.versions), 'version')}"
    )
    head = f"  {shown}: {count(len(stories), 'claim')}"
    print_lines(console, Text.assemble((line(found.policy.site), "bold"), head), line(found.policy.policy_url))
    if not stories:
        print_lines(console, "", "no rule found a claim; that does not prove that the policy is silent")
    for category, same in groupby(stories, key=lambda one: one.what.category):
        print_lines(console, "", Text(category, "bold"))
        for story in same:
            _claim(console, found, story, index)
    labels = found.labels if index is None else at_version(found.labels, index)
    if labels:
        print_lines(console, "", Text("labels from elsewhere", "bold"))
        print_annotated(console, found.versions, labels, index)
    print_lines(console, "", Text(f"rules {reading_version()}", "dim"))


def _claim(console: Console, found: PolicyClaims, story: ClaimStory, index: int | None) -> None:
    said = Text.assemble("  ", *_name(story.what))
    if story.what.applied:
        said.append(f" ({story.what.applied})", "dim")
    for number, (first, last) in enumerate(story.stays if index is None else [story.stay_at(index) or story.stays[0]]):
        came = found.versions[first]
        said.append(f"{', again' if number else ' '} v{came.version} ", "yellow").append(bracket(came), "yellow")
        if last + 1 < len(found.versions):
            went = found.versions[last + 1]
            said.append(f", gone v{went.version} {bracket(went)}", "red")
    print_lines(console, said)
    sentences = evidence(story, index)
    for one in sentences[:_SHOWN]:
        came = found.versions[one.stays[0][0]]
        since = f" (v{came.version})" if one.stays[0][0] != story.stays[0][0] else ""
        print_wrapped(console, Text(f"{_sentence(one.said)}{since}"), _INDENT, _INDENT)
    if len(sentences) > _SHOWN:
        print_lines(console, Text(f"{_INDENT}and {count(len(sentences) - _SHOWN, 'more sentence')}", "dim"))
