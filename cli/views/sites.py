"""The list of sites, and of what is missing, for a person and for a spreadsheet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import click
from rich.console import Console
from rich.text import Text

from cli.output import clean, line, next_command, print_lines, print_wrapped, step, tolerate_small_charsets
from cli.views.timeline import CLASS_STYLES
from crawler.archives.capture import Outcome
from crawler.counting import count
from crawler.missing import Missing
from history.sites import SiteRow

_USABLE = (Outcome.FETCHED, Outcome.REVISIT)
SITE_COLUMNS: Final = (
    "site",
    "policies",
    "versions",
    "first_seen",
    "last_seen",
    "outcome",
    "meaning",
    "detail",
    "next_step",
)
MISSING_COLUMNS: Final = ("site", "subject", "outcome", "meaning", "detail", "archive", "asked_at", "next_step")
_WIDTH = 50  # columns of a row beside the site's name


def print_sites(console: Console, sites: Sequence[SiteRow]) -> None:
    """Print a table that fits 80 columns."""
    if not sites:
        print_lines(console, "no site yet", next_command("crawl", "--help", why="shows how to crawl one"))
        return
    width = min(max(len(site.site) for site in sites), max(console.width - _WIDTH, 16))
    head = f"{'site':<{width}}  {'versions':>8}  {'seen':<17}  last change"
    print_lines(console, Text(head, "dim underline"))
    for site in sites:
        _row(console, site, width)
    captures, versions = sum(site.captures for site in sites), sum(site.versions for site in sites)
    totals = f"{count(len(sites), 'site')}, {count(versions, 'version')}, {count(captures, 'capture')}"
    print_lines(console, "", Text(f"{totals}{_outcomes(sites)}", "dim"))
    known = next((site.site for site in sites if site.versions), "")
    missing = sum(site.missing is not None for site in sites)
    if missing:
        print_lines(console, next_command("sites", "--missing", why=f"says why of {count(missing, 'site')}"))
    if known:
        print_lines(console, next_command("timeline", known))


def print_missing(console: Console, missing: Sequence[Missing]) -> None:
    """Print each site or URL that has no version: the outcome, who said so, the next step."""
    if not missing:
        print_lines(console, "nothing is missing: every site and URL has a version")
        return
    for one in missing:
        subject = "" if one.subject == one.site else f"  {line(one.subject)}"
        print_lines(console, Text.assemble((line(one.site), "bold"), subject))
        print_reason(console, one)
    print_lines(
        console,
        "",
        Text(f"without a version: {count(len(missing), 'site or URL', 'sites or URLs')}", "dim"),
    )


def print_reason(console: Console, one: Missing) -> None:
    """Print why a site or URL has no version."""
    asked = (
        f"{line(one.archive)}, asked on {one.at[:10]}: " if one.at else f"{line(one.archive)}: " if one.archive else ""
    )
    about = one.outcome.about.meaning
    text = Text.assemble(asked, (one.outcome.value, "red"), f": {about} ({line(one.detail)})")
    print_wrapped(console, text, "  ", "    ")
    if one.next_step:
        print_wrapped(console, Text(step(one.next_step)), Text("  next: ", "dim"), "    ")


def print_csv(rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> None:
    """Print rows as CSV, as `export --format csv` writes it."""
    from history.export.tables import cell  # noqa: PLC0415 - only here

    tolerate_small_charsets()
    click.echo(",".join(columns))
    for row in rows:
        values = (step(clean(value)) if isinstance(value, str) else value for value in map(row.get, columns))
        click.echo(",".join(map(cell, values)))


def _row(console: Console, site: SiteRow, width: int) -> None:
    text = Text(f"{line(site.site):<{width}}  {site.versions:>8,}  ")
    if not (site.first_seen and site.last_seen):
        text.append(f"{site.outcome.value}; {count(site.captures, 'capture')}", "red")
    else:
        text.append(f"{site.first_seen:%Y-%m} – {site.last_seen:%Y-%m}  ")
        last = site.last_change
        text.append(f"{last.not_after:%Y-%m} " if last else "none")
        text.append(last.change_class.value if last else "", CLASS_STYLES[last.change_class] if last else "")
        text.append(f"  {site.policies} policies" if site.policies > 1 else "")
    print_lines(console, text)


def _outcomes(sites: Sequence[SiteRow]) -> str:
    """The captures that brought no text, by outcome."""
    counts = {outcome: sum(site.outcomes.get(outcome, 0) for site in sites) for outcome in Outcome}
    named = [f"{number:,} {outcome.value}" for outcome, number in counts.items() if number and outcome not in _USABLE]
    return f" (without a text: {', '.join(named)})" if named else ""
