"""The command `changes`: what changed on all sites, newest first, the same edit of several sites as one event."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import islice
from pathlib import Path

import click
from rich.console import Console
from rich.text import Text

from cli.output import (
    color_option,
    db_option,
    json_option,
    line,
    next_command,
    note,
    plain_text,
    print_json,
    print_lines,
    print_wrapped,
    stdout_console,
)
from cli.site_names import complete
from cli.views.timeline import CLASS_STYLES, bracket_of, sections_of
from crawler.archives.timestamps import parse_date
from crawler.counting import count
from history.answers.changes import Feed, feed_data
from history.claims.placed import claims_are_stored
from history.claims.steps import ClaimStep
from history.database import reading
from history.search.changes import (
    COMPARED,
    ChangeRow,
    Filter,
    capture_urls,
    claim_steps,
    last_run,
    read_changes,
    together,
    with_passages,
)
from history.search.same_edits import Event
from history.sites import find_policies
from pipelines.model import ChangeClass

_LIMIT = 20  # events shown to a person
_SITES = 6  # of one event, named
_SHOWN = 3  # passages of one change
_LONG = 300  # characters of a passage
_YEARS = 1990, 2200


@click.command()
@click.option(
    "--class",
    "classes",
    multiple=True,
    type=click.Choice([str(one) for one in ChangeClass]),
    help="Only changes of this class. Can be repeated.",
)
@click.option(
    "--min-words",
    type=click.IntRange(0),
    default=0,
    metavar="N",
    help="Only changes with at least this many words added and removed.",
)
@click.option("--since", metavar="DATE", help="Only changes that can have happened on or after this date.")
@click.option("--until", metavar="DATE", help="Only changes that can have happened on or before this date.")
@click.option("--new", "new", is_flag=True, help="Only new changes that the last run found.")
@click.option(
    "--found-since",
    metavar="RUN|DATE",
    help="Only changes found by this run (its number) or since this date, old ones too.",
)
@click.option(
    "--section",
    default="",
    metavar="TEXT",
    help="Only changes that added or removed words under a heading with this text.",
)
@click.option(
    "--added",
    default="",
    metavar="QUERY",
    help="Only changes that added this: a word, word*, or a query as for `search`.",
)
@click.option("--removed", default="", metavar="QUERY", help="Only changes that removed this.")
@click.option(
    "--site", "sites", multiple=True, metavar="SITE", shell_complete=complete, help="Only this site. Can be repeated."
)
@click.option(
    "--together/--apart",
    "grouped",
    default=True,
    show_default=True,
    help="Show the same edit on several sites as one event, or every change by itself.",
)
@click.option("--all", "everything", is_flag=True, help="Also show every switch between alternating wordings.")
@click.option("--passages", "shown", is_flag=True, help="Show the passages that were added and removed.")
@click.option(
    "--claims/--no-claims",
    "claimed",
    default=None,
    help="Show which claims were added and removed (see `claims`).  [default: where `claims --store` stored them]",
)
@click.option(
    "--claim",
    "names",
    multiple=True,
    metavar="NAME",
    help="Only changes that added or removed such a claim: retention, sale.denied. Can be repeated; implies --claims.",
)
@click.option(
    "--limit", type=click.IntRange(1), metavar="N", help="Number of events to show.  [default: 20; --json: all]"
)
@db_option
@color_option
@json_option
def changes(
    classes: tuple[str, ...],
    min_words: int,
    since: str | None,
    until: str | None,
    new: bool,
    found_since: str | None,
    section: str,
    added: str,
    removed: str,
    sites: tuple[str, ...],
    grouped: bool,
    everything: bool,
    shown: bool,
    claimed: bool | None,
    names: tuple[str, ...],
    limit: int | None,
    db: Path,
    color: str,
    as_json: bool,
) -> None:
    """List the changes of all sites, newest first.

    A change lies between two captures, its bracket. --since and --until select every change whose bracket overlaps
    the period. --added and --removed ignore text that only moved.

    --new lists changes that the last run found and that are later than everything known of the policy before. What
    a first crawl or a late capture adds to the past is not new; --found-since lists that too.

    \b
    Examples:
      policylapse changes --class substantive --min-words 50
      policylapse changes --added 'partner*' --since 2018
      policylapse changes --removed '"never sell"' --passages
      policylapse changes --claim sale --claim retention
      policylapse changes --new
      policylapse changes --found-since 2026-11-01
    """
    with reading(db) as connection:
        with_claims = bool(names) or (claims_are_stored(connection) if claimed is None else claimed)
        wanted = Filter(
            classes=tuple(map(ChangeClass, classes)),
            min_words=min_words,
            since=parse_date(since) if since else None,
            until=parse_date(until, end=True) if until else None,
            section=section,
            added=added,
            removed=removed,
            policies=[policy.policy_id for site in sites for policy in find_policies(connection, site)]
            if sites
            else None,
            turns=everything,
            found_since=last_run(connection) if new else found_moment(found_since) if found_since else None,
            news=new,
            claims=names,
        )
        rows = list(islice(read_changes(connection, wanted), COMPARED + 1 if grouped else None))
        if len(rows) > COMPARED and grouped:
            note(
                f"only the newest {COMPARED:,} changes were compared for identical edits; use --until to compare older ones"
            )
            rows = rows[:COMPARED]
        limit = limit or (len(rows) if as_json else _LIMIT)
        passages = with_passages(connection, rows if grouped else rows[:limit])
        found = together(rows, passages) if grouped else [Event((row.change_id,)) for row in rows]
        events = found[:limit]
        by_id = {row.change_id: row for row in rows}
        numbers = [number for event in events for number in event.numbers]
        urls = capture_urls(connection, numbers)
        claims = claim_steps(connection, map(by_id.__getitem__, numbers)) if with_claims else None
    total = len(found)
    feed = Feed(events, by_id, passages, urls, total, claims)
    if as_json:
        print_json(feed_data(feed))
        return
    console = stdout_console(color)
    for event in feed.events:
        _event(console, feed, event, shown=shown)
    if not feed.events:
        print_lines(console, "no matching changes")
        return
    of, more = (f"{len(events):,} of ", "; --limit shows more") if len(events) < total else ("", "")
    print_lines(console, "", Text(f"{of}{count(total, 'change')}{more}", "dim"))
    print_lines(console, next_command("diff", feed.rows[feed.events[0].numbers[-1]].to_citation))


def found_moment(text: str) -> int | datetime:
    """Return the run or the date that a person wrote: four digits from 1990 to 2199 are a year, other digits a run.

    >>> found_moment("17"), found_moment("run:2018"), f"{found_moment('2018'):%Y-%m-%d}"
    (17, 2018, '2018-01-01')
    """
    number = text.removeprefix("run:")
    if number.isascii() and number.isdigit() and (number != text or not _YEARS[0] <= int(number) < _YEARS[1]):
        return int(number)
    return parse_date(text)


def _event(console: Console, feed: Feed, event: Event, *, shown: bool) -> None:
    rows = [feed.rows[number] for number in event.numbers]
    if len(rows) == 1:
        _change(console, rows[0])
    else:
        _many(console, rows)
    if feed.claims is not None:
        _claims(console, feed.claims[rows[-1].change_id])
    if shown:
        _passages(console, rows, feed)


def _change(console: Console, row: ChangeRow) -> None:
    print_wrapped(console, Text.assemble(*_head(row)), "", " " * 8)
    if row.change.sections:
        print_wrapped(console, Text(sections_of(row.change.sections), "dim"), Text("     in ", "dim"), " " * 8)
    print_lines(console, Text(f"     {line(row.to_citation)}", "dim"))


def _head(row: ChangeRow) -> list[tuple[str, str]]:
    return [
        (f"{bracket_of(row.not_before, row.not_after):<23}  ", ""),
        (line(row.site), "bold"),
        (f"  {row.change.change_class.value}", CLASS_STYLES[row.change.change_class]),
        (f"  +{row.change.words_added:,}", "green"),
        (f" −{row.change.words_removed:,}", "red"),
    ]


def _many(console: Console, rows: Sequence[ChangeRow]) -> None:
    """The same edit on several sites."""
    span = bracket_of(min(row.not_before for row in rows), max(row.not_after for row in rows))
    sites = list(dict.fromkeys(line(row.site) for row in rows))
    head = Text.assemble((f"{span:<23}  ", ""), (f"the same edit on {count(len(sites), 'site')}", "bold"))
    print_lines(console, head)
    for row in rows[:_SITES]:
        change = row.change
        text = (
            f"{line(row.to_citation)}  {change.change_class.value}  +{change.words_added:,} −{change.words_removed:,}"
        )
        print_wrapped(console, Text(text), "     ", " " * 8)
    if len(rows) > _SITES:
        print_lines(console, Text(f"     and {len(rows) - _SITES:,} more", "dim"))


def _claims(console: Console, made: ClaimStep) -> None:
    """Which claims came and went, on one line; of an event, as its newest change has it."""
    told = Text()
    for sign, style, some in (("+", "green", made.came), ("−", "red", made.went)):
        for said in some:
            told.append("; " if told else "").append(f"{sign} {line(str(said.what))}", style)
    if told:
        print_wrapped(console, told, Text("     claims: ", "dim"), " " * 8)


def _passages(console: Console, rows: Sequence[ChangeRow], feed: Feed) -> None:
    """What came and went; of an event, as its newest change has it."""
    passages = feed.passages[rows[-1].change_id]
    for sign, style, pieces in (("+", "green", passages.came), ("−", "red", passages.went)):
        for piece in pieces[:_SHOWN]:
            shown = line(plain_text(piece))
            shown = f"{shown[:_LONG]}…" if len(shown) > _LONG else shown
            print_wrapped(console, Text(shown, style), Text(f"     {sign} ", style), " " * 8)
        if len(pieces) > _SHOWN:
            print_lines(console, Text(f"       and {len(pieces) - _SHOWN:,} more", "dim"))
