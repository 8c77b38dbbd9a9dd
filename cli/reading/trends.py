"""The command `trends`: which share of the sites has a term, half-year by half-year."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

import click
from rich.console import Console
from rich.text import Text

from cli.output import (
    color_option,
    db_option,
    json_option,
    line,
    plain_text,
    print_json,
    print_lines,
    print_wrapped,
    stdout_console,
    tolerate_small_charsets,
)
from cli.site_names import complete
from cli.views.chart import bar
from crawler.archives.timestamps import parse_date
from history.answers.measured import METRICS, MetricPoint, MetricTrend, metric_data, metric_rows, metric_trends
from history.answers.trends import Trend, read_claim_trend, read_trend, trend_data, trend_rows
from history.database import reading
from history.search.trends import Point, read_stretches
from history.sites import find_policies
from history.timeline.coverage import half_label, half_of

_LEFT = 15  # columns of the half-year and its sites
_LEAST_COLUMN = 8  # of one term: its percentage
_METRIC_COLUMN = 17  # of one metric: the longest name and a gap
_LEAST_BAR = 13  # from so many columns on with a bar
_SHOWN = 3  # passages of one point
_LONG = 200  # characters of a passage
_WHOLE = 100  # from here on a median has no decimals


@click.command()
@click.argument("terms", nargs=-1, metavar="[TERM]...")
@click.option(
    "--claim",
    "named",
    multiple=True,
    metavar="NAME",
    help="A claim instead of a TERM: law.gdpr, sale.denied. Can be repeated.",
)
@click.option(
    "--metric",
    "measured",
    multiple=True,
    type=click.Choice(list(METRICS)),
    metavar="NAME",
    help=f"Instead of a TERM, show the median of this number: {', '.join(METRICS)}. Can be repeated.",
)
@click.option(
    "--site", "sites", multiple=True, metavar="SITE", shell_complete=complete, help="Only this site. Can be repeated."
)
@click.option("--since", metavar="DATE", help="Only half-years from this one on.")
@click.option("--until", metavar="DATE", help="Only half-years up to this one.")
@click.option("--passages", "shown", is_flag=True, help="Show the passages behind each point.")
@click.option(
    "--csv",
    "as_csv",
    is_flag=True,
    help="Print CSV: half_year, covered, term, having, share; of metrics half_year, covered, metric, measured, median, "
    "lowest, highest.",
)
@db_option
@color_option
@json_option
def trends(
    terms: tuple[str, ...],
    named: tuple[str, ...],
    measured: tuple[str, ...],
    sites: tuple[str, ...],
    since: str | None,
    until: str | None,
    shown: bool,
    as_csv: bool,
    db: Path,
    color: str,
    as_json: bool,
) -> None:
    """Show the share of sites whose policy contains TERM, by half-year.

    A TERM is a query as for `search`: a word, word*, '"a phrase"', (sell OR share). The share is of the sites whose
    wording is known in that half-year: it was captured then, or the same wording was captured before and after, at
    most 400 days apart. A site has the term if one of its wordings of that half-year has it.

    --metric shows the median of these sites and how many of them have the number. A text has none in a language without
    a word list or a formula. A site with several wordings in a half-year counts with their mean.

    \b
    Examples:
      policylapse trends gdpr ccpa
      policylapse trends 'cookie*' '"machine learning"' --since 2015 --passages
      policylapse trends "legitimate interest*" --csv > trend.csv
      policylapse trends --claim law.gdpr --claim rights.portability
      policylapse trends --metric words --metric vague_per_1000
    """
    if not terms and not named and not measured:
        raise click.UsageError("name a TERM, a claim with --claim, or a number with --metric")
    if measured and (terms or named or shown):
        raise click.UsageError("--metric excludes TERM, --claim and --passages: ask for them apart")
    if as_csv and as_json:
        raise click.UsageError("--csv and --json exclude each other: name one")
    first, last = parse_date(since) if since else None, parse_date(until, end=True) if until else None
    with reading(db) as connection:
        policies = {policy.policy_id for site in sites for policy in find_policies(connection, site)} if sites else None
        stretches = read_stretches(connection, policies)
        numbers = metric_trends(connection, stretches, tuple(dict.fromkeys(measured))) if measured else []
        found = [read_trend(connection, stretches, term, shown or as_json) for term in dict.fromkeys(terms)]
        found += [read_claim_trend(connection, stretches, name) for name in dict.fromkeys(named)]

    def meant(half: int) -> bool:
        return (not first or half >= half_of(first)) and (not last or half <= half_of(last))

    if measured:
        numbers = [MetricTrend(one.metric, tuple(p for p in one.points if meant(p.half))) for one in numbers]
        _give_numbers(numbers, color, as_csv=as_csv, as_json=as_json)
        return
    found = [Trend(one.term, tuple(p for p in one.points if meant(p.half)), one.passages) for one in found]
    if as_json:
        print_json({"total": len(found), "terms": [trend_data(one, with_passages=shown) for one in found]})
    elif as_csv:
        _csv(trend_rows(found))
    else:
        _print(stdout_console(color), found, shown=shown)


def _csv(rows: Iterable[Sequence[object]]) -> None:
    tolerate_small_charsets()
    csv.writer(sys.stdout, lineterminator="\n").writerows(rows)


def _give_numbers(found: Sequence[MetricTrend], color: str, *, as_csv: bool, as_json: bool) -> None:
    if as_json:
        print_json({"total": len(found), "metrics": list(map(metric_data, found))})
    elif as_csv:
        _csv(metric_rows(found))
    else:
        _print_numbers(stdout_console(color), found)


def _print_numbers(console: Console, found: Sequence[MetricTrend]) -> None:
    """A row per half-year: the median of each metric, and of how many sites it is where it is not of all.

    Metrics that do not fit beside one another have tables of their own.
    """
    if not found[0].points:
        print_lines(console, "no site is covered in that time")
        return
    beside = max((console.width - _LEFT) // _METRIC_COLUMN, 1)
    for start in range(0, len(found), beside):
        some = found[start : start + beside]
        width = max((console.width - _LEFT) // min(len(found), beside), _LEAST_COLUMN)
        heads = "".join(f"  {_cut(one.metric, width - 2):<{width - 2}}" for one in some)
        if start:
            print_lines(console, "")
        print_lines(console, Text(f"half-year sites{heads}".rstrip(), "dim underline"))
        for row in zip(*(one.points for one in some), strict=True):
            cells = "".join(f"  {_number(point):<{width - 2}}" for point in row)
            print_lines(console, f"{half_label(row[0].half):<9} {row[0].covered:>5}{cells}".rstrip())


def _number(point: MetricPoint) -> str:
    if point.median is None:
        return "–"
    of = "" if len(point.values) == point.covered else f" of {len(point.values):,}"
    return f"{point.median:,.0f}{of}" if point.median >= _WHOLE else f"{point.median:.3g}{of}"


def _print(console: Console, found: Sequence[Trend], *, shown: bool) -> None:
    if not found[0].points:
        print_lines(console, "no site is covered in that time")
        return
    width = max((console.width - _LEFT) // len(found), _LEAST_COLUMN)
    heads = "".join(f"  {_cut(line(one.term), width - 3):<{width - 2}}" for one in found)
    print_lines(console, Text(f"half-year sites{heads}".rstrip(), "dim underline"))
    told: set[str] = set()
    for row in zip(*(one.points for one in found), strict=True):
        cells = "".join(f"  {_cell(point, width - 2):<{width - 2}}" for point in row)
        print_lines(console, f"{half_label(row[0].half):<9} {row[0].covered:>5}{cells}".rstrip())
        for one in found if shown else ():
            _passages(console, one, row[0].half, told)


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else f"{text[: width - 1]}…"


def _cell(point: Point, width: int) -> str:
    if point.share is None:
        return "    –"
    return f"{point.share:>5.0%}" + (f" {bar(point.share, width - 8)}" if width >= _LEAST_BAR - 2 else "")


def _passages(console: Console, one: Trend, half: int, told: set[str]) -> None:
    """The passages that most sites have, those that stood in no row above."""
    new = [(markdown, sites) for markdown, sites in one.passages.get(half, ()) if markdown not in told]
    for markdown, sites in new[:_SHOWN]:
        told.add(markdown)
        text = _cut(line(plain_text(markdown)), _LONG)
        print_wrapped(console, Text(text, "dim"), Text(f"    {sites:>4} × ", "dim"), " " * 11)
    if len(new) > _SHOWN:
        print_lines(console, Text(f"         and {len(new) - _SHOWN:,} more", "dim"))
