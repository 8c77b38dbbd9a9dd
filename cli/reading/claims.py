"""The command `claims`: what a policy promises, since when, and by which sentence."""

from __future__ import annotations

import csv
import sys
from collections.abc import Sequence
from contextlib import closing
from itertools import groupby
from pathlib import Path

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
from cli.policies import the_policy, with_citation
from cli.reading.timeline_view import bracket, count
from crawler.archives.errors import NotFound
from history.answers.claims import HEAD, PolicyClaims, claim_rows, claims_data, evidence, read_claims
from history.claims.standing import ClaimStory
from history.database import open_database
from history.timeline.selectors import select
from history.timeline.timeline import read_versions
from pipelines.claims.model import Polarity
from pipelines.claims.rules import rules

_INDENT = " " * 6
_SHOWN = 2  # sentences of one claim
_LONG = 280  # characters of a sentence
_STYLES = {Polarity.YES: "", Polarity.NO: "red", Polarity.CONDITIONAL: "yellow", Polarity.UNCLEAR: "magenta"}


@click.command()
@click.argument("site")
@click.option("--at", metavar="VERSION", help="The version to read: a date, a number, first, latest, prev, a citation.")
@click.option("--all", "every", is_flag=True, help="The claims of all versions, with those that no longer stand.")
@click.option("--category", "categories", multiple=True, metavar="NAME", help="Only this category; may be repeated.")
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV: one row per sentence and stay.")
@db_option
@policy_option
@color_option
@json_option
def claims(
    site: str,
    at: str | None,
    every: bool,
    categories: tuple[str, ...],
    as_csv: bool,
    db: Path,
    number: int | None,
    color: str,
    as_json: bool,
) -> None:
    """Show what SITE's policy promises: each claim with its sentence and the bracket in which it came.

    Fixed rules read the sentences (data/rules), so the same text always gives the same claims. A claim is yes, no,
    conditional or unclear: `unclear` is what two readers could read in two ways. What no rule finds is not shown; that
    a claim is missing does not prove that the policy is silent.

    \b
    Examples:
      policylapse claims lumenkart.example
      policylapse claims nestwell.example --at 2018-05-25 --category retention
      policylapse claims lumenkart.example --all --csv > claims.csv
    """
    if as_csv and as_json:
        raise click.UsageError("--csv and --json exclude each other: name one")
    _check(categories)
    site, names = with_citation(site, at)
    if len(names) > 1:
        raise click.UsageError("a citation in SITE's place and --at exclude each other: name one")
    with closing(open_database(db)) as connection:
        policy = the_policy(connection, site, number, names)
        versions = read_versions(connection, policy)
        selected = select(connection, policy, versions, names[0] if names else "latest")
        found = read_claims(connection, policy, versions)
    if selected.doubt:
        note(f"note: {selected.doubt}")
    index = None if every else selected.version.version - 1
    stories = [
        story
        for story in (found.stories if index is None else found.at(index))
        if not categories or story.what.category in categories
    ]
    if as_json:
        print_json(claims_data(found, stories, index))
    elif as_csv:
        tolerate_small_charsets()
        csv.writer(sys.stdout, lineterminator="\n").writerows([HEAD, *claim_rows(found, stories, index)])
    else:
        _print(stdout_console(color), found, stories, index)


def _check(categories: Sequence[str]) -> None:
    known = rules().categories
    for name in categories:
        if name not in known:
            raise NotFound(f"there is no category {name!r} of claims; name one of {', '.join(known)}")


def _print(console: Console, found: PolicyClaims, stories: Sequence[ClaimStory], index: int | None) -> None:
    last = len(found.versions) - 1 if index is None else index
    shown = (
        f"version {last + 1} of {len(found.versions)}" if index is not None else f"all {len(found.versions)} versions"
    )
    head = f"  {shown}: {count(len(stories), 'claim')}"
    print_lines(console, Text.assemble((line(found.policy.site), "bold"), head), line(found.policy.policy_url))
    if not stories:
        print_lines(console, "", "no rule found a claim; that does not prove that the policy is silent")
    for category, same in groupby(stories, key=lambda one: one.what.category):
        print_lines(console, "", Text(category, "bold"))
        for story in same:
            _claim(console, found, story, index)
    print_lines(console, "", Text(f"rules {rules().version}", "dim"))


def _claim(console: Console, found: PolicyClaims, story: ClaimStory, index: int | None) -> None:
    what = story.what
    said = Text.assemble("  ", (what.subject, "bold"), (f" {what.value}" if what.value else "", "bold"))
    if what.polarity is not Polarity.YES:
        said.append(f" {what.polarity.value}", _STYLES[what.polarity])
    for number, (first, last) in enumerate(story.stays if index is None else [story.stay_at(index) or story.stays[0]]):
        came = found.versions[first]
        said.append(f"{', again' if number else ' '} v{came.version} ", "yellow").append(bracket(came), "yellow")
        if last + 1 < len(found.versions):
            went = found.versions[last + 1]
            said.append(f", gone v{went.version} {bracket(went)}", "red")
    print_lines(console, said)
    sentences = evidence(story, index)
    for one in sentences[:_SHOWN]:
        text = line(f"{one.said.lead} {one.said.sentence}" if one.said.lead else one.said.sentence)
        cut = text if len(text) <= _LONG else f"{text[: _LONG - 1]}…"
        came = found.versions[one.stays[0][0]]
        since = f" (v{came.version})" if one.stays[0][0] != story.stays[0][0] else ""
        print_wrapped(console, Text(f"{cut}{since}"), _INDENT, _INDENT)
    if len(sentences) > _SHOWN:
        print_lines(console, Text(f"{_INDENT}and {count(len(sentences) - _SHOWN, 'more sentence')}", "dim"))
