"""The command `diff`: what changed from one version to another, for a person or a program."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from cli.output import (
    color_option,
    db_option,
    json_option,
    note,
    policy_option,
    print_json,
    stdout_console,
    tolerate_small_charsets,
)
from cli.policies import the_policy, with_citation
from cli.site_names import complete
from cli.views.diff import print_diff
from history.answers.diff import comparison_data
from history.database import reading
from history.diff.comparison import Comparison, read_comparison
from history.diff.markdown import markdown_report
from history.diff.unified import unified
from history.timeline.selectors import select
from history.timeline.timeline import read_versions

_FORMATS = ("terminal", "html", "json", "markdown", "unified")
_EVERYTHING = 1_000_000_000  # lines of context


@click.command("diff")
@click.argument("site", shell_complete=complete)
@click.argument("a", required=False)
@click.argument("b", required=False)
@click.option(
    "--format",
    "form",
    type=click.Choice(_FORMATS),
    default="terminal",
    show_default=True,
    help="html: one file that needs nothing else; unified: a patch of what `show` prints, for `patch -p1`.",
)
@click.option("--side-by-side", is_flag=True, help="Show old and new in two columns (terminal, html).")
@click.option("--links", is_flag=True, help="Also show changed links. Tracking parameters are ignored.")
@click.option(
    "--context",
    type=click.IntRange(0),
    metavar="N",
    help="Unchanged blocks shown beside each change; for unified, lines.  [default: 1; unified: 3]",
)
@click.option("--full", is_flag=True, help="Show every block in full.")
@db_option
@policy_option
@color_option
@json_option
def diff_command(
    site: str,
    a: str | None,
    b: str | None,
    form: str,
    side_by_side: bool,
    links: bool,
    context: int | None,
    full: bool,
    db: Path,
    number: int | None,
    color: str,
    as_json: bool,
) -> None:
    """Show what changed in SITE's policy from A to B, word by word.

    A and B are version numbers, dates, `first`, `latest`, `prev` (the version before B) or citations
    (example.com@2018-05-25.1f3a9c2e; one may stand for SITE). If you name only one, it is compared with the version
    before it. If you name none, you see the last change.

    \b
    Examples:
      policylapse diff lumenkart.example
      policylapse diff lumenkart.example 4
      policylapse diff lumenkart.example 2021-12-25 2022-09-13 --side-by-side
      policylapse diff lumenkart.example 3 4 --format html > change.html
      policylapse diff lumenkart.example first latest --color always | less -R
    """
    form = _form(form, as_json=as_json, side_by_side=side_by_side)
    site, names = with_citation(site, a, b)
    with reading(db) as connection:
        comparison, doubts = _read(connection, site, names, number, links=links)
    for doubt in doubts:
        note(f"note: {doubt}")
    if form == "json":
        print_json(comparison_data(comparison))
    elif form == "terminal":
        console = stdout_console(color)
        print_diff(console, comparison, _blocks(context), full=full, sides=side_by_side)
    else:
        tolerate_small_charsets()
        click.echo(_document(form, comparison, context, full=full, sides=side_by_side), nl=False)


def _form(form: str, *, as_json: bool, side_by_side: bool) -> str:
    if as_json and form not in ("terminal", "json"):
        raise click.UsageError(f"--json and --format {form} exclude each other: name one")
    form = "json" if as_json else form
    if side_by_side and form not in ("terminal", "html"):
        raise click.UsageError(f"--side-by-side is for --format terminal and html, not {form}")
    return form


def _read(
    connection: Any, site: str, names: Sequence[str], number: int | None, *, links: bool
) -> tuple[Comparison, list[str]]:
    """The comparison, and what a reader must know of the versions chosen."""
    if len(names) > 2:
        raise click.UsageError("a citation in SITE's place is A already: name one more version at most")
    policy = the_policy(connection, site, number, names)
    versions = read_versions(connection, policy)
    a, b = names if len(names) == 2 else ("prev", names[0] if names else "latest")
    new = select(connection, policy, versions, b)
    old = select(connection, policy, versions, a, new.version)
    comparison = read_comparison(connection, policy, versions, old.version, new.version, links=links)
    return comparison, [one.doubt for one in (old, new) if one.doubt]


def _blocks(context: int | None) -> int:
    return 1 if context is None else context


def _document(form: str, comparison: Comparison, context: int | None, *, full: bool, sides: bool) -> str:
    if form == "unified":
        return unified(comparison, _EVERYTHING if full else context)
    blocks = None if full else _blocks(context)
    if form == "html":
        from history.diff.html import html_report  # noqa: PLC0415 - Jinja2, that nothing else needs

        return html_report(comparison, blocks, side_by_side=sides)
    return markdown_report(comparison, blocks)
