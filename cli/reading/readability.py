"""The command `readability`: how long a policy is and how hard to read, version by version."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
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
    print_json,
    print_lines,
    print_wrapped,
    stdout_console,
    tolerate_small_charsets,
)
from cli.site_names import complete
from cli.views.chart import sparkline
from cli.views.timeline import bracket
from crawler.archives.errors import NotFound
from crawler.archives.timestamps import format_iso
from history.answers.measured import Measured, measure, measured_data
from history.answers.rows import policy_data
from history.database import reading
from history.metrics import FIELDS
from history.readability import FORMULAS
from history.sites import PolicyRow, all_policies, find_policies
from history.timeline.timeline import VersionRow, read_versions

_HEADS = {"flesch_ease": "ease", "flesch_kincaid": "grade", "smog": "smog", "lix": "lix"}


@dataclass(frozen=True, slots=True)
class Scored:
    """A policy's versions with what the formulas say of each."""

    policy: PolicyRow
    versions: tuple[tuple[VersionRow, Measured], ...]


@click.command("readability")
@click.argument("sites", nargs=-1, metavar="[SITE]...", shell_complete=complete)
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV with one row per version.")
@db_option
@color_option
@json_option
def readability_command(sites: tuple[str, ...], as_csv: bool, db: Path, color: str, as_json: bool) -> None:
    """Show how long each version of SITE's policy is, and how hard it is to read.

    Without SITE, all sites are shown. With --csv that is a table of all versions.

    English has Flesch reading ease (100 easy, below 30 for graduates), Flesch-Kincaid grade and SMOG (years of school);
    English, Danish, Finnish, French, German, Italian, Norwegian, Portuguese, Russian, Spanish and Swedish have LIX
    (below 30 easy, above 60 hard; levels differ by language). For other languages only the length is shown.

    English texts also have minutes to read at 238 words a minute, vague words per 1,000 words, the share of sentences
    with a passive verb, and the number of purposes named. Every text has the number of other companies it names.

    \b
    Examples:
      policylapse readability lumenkart.example
      policylapse readability lumenkart.example nestwell.example --json
      policylapse readability --csv > metrics.csv
    """
    if as_csv and as_json:
        raise click.UsageError("--csv and --json exclude each other: name one")
    with reading(db) as connection:
        policies = _policies(connection, sites)
        scored = (_scored(connection, policy) for policy in policies)  # one after the other: all sites may be many
        if as_csv:
            _print_csv(scored)
            return
        if as_json:
            print_json({"total": len(policies), "policies": [_data(one) for one in scored]})
            return
        console = stdout_console(color)
        for number, one in enumerate(scored):
            if number:
                print_lines(console, "")
            _print(console, one)


def _policies(db: sqlite3.Connection, sites: Sequence[str]) -> list[PolicyRow]:
    """The policies of some sites, or of all, that have a version."""
    named = [policy for site in sites for policy in find_policies(db, site)] if sites else all_policies(db)
    found = {policy.policy_id: policy for policy in named if policy.versions}
    if found:
        return list(found.values())
    if not sites:
        raise NotFound("the database has no version yet: `policylapse status` shows what is pending")
    raise NotFound(f"no version of {', '.join(sites)} is known: `policylapse timeline {sites[0]}` says why")


def _scored(db: sqlite3.Connection, policy: PolicyRow) -> Scored:
    versions = read_versions(db, policy)
    found = dict(measure(db, ((version.text_id, policy.site) for version in versions)))
    return Scored(policy, tuple((version, found[version.text_id, policy.site]) for version in versions))


def _data(scored: Scored) -> dict[str, Any]:
    return {
        **policy_data(scored.policy),
        "versions": [
            {
                "version": version.version,
                "first_seen": format_iso(version.first_seen),
                "last_seen": format_iso(version.last_seen),
                "words": version.words,
                **measured_data(measured),
            }
            for version, measured in scored.versions
        ],
    }


_COLUMNS = ("version", "first_seen", "last_seen", "words", "language", "prose_words", "sentences", *FORMULAS, *FIELDS)


def _print_csv(scored: Iterable[Scored]) -> None:
    from history.export.tables import cell  # noqa: PLC0415 - only here

    tolerate_small_charsets()
    click.echo(",".join(map(cell, ("site", "policy_url", *_COLUMNS))))
    for data in map(_data, scored):
        for version in data["versions"]:
            values = [data["site"], data["policy_url"], *(version[name] for name in _COLUMNS)]
            click.echo(",".join(str(value) if isinstance(value, float) else cell(value) for value in values))


def _print(console: Console, scored: Scored) -> None:
    print_lines(console, Text(line(scored.policy.site), "bold"), line(scored.policy.policy_url), "")
    heads = "".join(f"{_HEADS[name]:>7}" for name in FORMULAS)
    print_lines(
        console, Text(f"{'':>3}  {'changed between':<23} {'words':>6}  {'words/sentence':>14}{heads}", "dim underline")
    )
    for version, measured in scored.versions:
        score, counts = measured.readability, measured.readability.counts
        length = f"{counts.words / counts.sentences:.1f}" if counts.sentences else ""
        row = f"{version.version:>3}  {bracket(version):<23} {version.words:>6,}  {length:>14}"
        values = "".join(f"{score.scores[name]:>7.1f}" if name in score.scores else f"{'':>7}" for name in FORMULAS)
        print_lines(console, Text.assemble(row, values if score.scores else (f"  {line(score.why_none)}", "dim")))
    if len(scored.versions) > 1:
        _lines(console, scored)
    _metrics(console, scored)


def _metrics(console: Console, scored: Scored) -> None:
    """What else is counted, a row per version; what has no list in the language is left out."""
    print_lines(console, "")
    head = f"{'':>3}  {'minutes':>7} {'vague/1,000':>12} {'passive':>8} {'companies':>10} {'purposes':>9}"
    print_lines(console, Text(head, "dim underline"))
    for version, measured in scored.versions:
        one = measured.metrics
        minutes = "" if one.reading_minutes is None else f"{one.reading_minutes:.1f}"
        vague = "" if one.vague_per_1000 is None else f"{one.vague_per_1000:.1f}"
        passive = "" if one.passive_share is None else f"{one.passive_share:.0%}"
        purposes = "" if one.purposes is None else len(one.purposes)
        print_lines(
            console,
            f"{version.version:>3}  {minutes:>7} {vague:>12} {passive:>8} {len(one.parties):>10} {purposes:>9}",
        )


def _lines(console: Console, scored: Scored) -> None:
    """One mark a version for the length and for each formula that has a score."""
    print_lines(console, "")
    lines: dict[str, list[float | None]] = {"words": [float(version.words) for version, _measured in scored.versions]}
    lines |= {
        _HEADS[name]: [one.readability.scores.get(name) for _version, one in scored.versions] for name in FORMULAS
    }
    for name, values in lines.items():
        if any(value is not None for value in values):
            print_wrapped(console, Text(f"{name:<6} {sparkline(values)}"))
