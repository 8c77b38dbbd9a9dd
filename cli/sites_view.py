"""The list of sites for a person."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from cli.output import line, next_command, print_lines
from cli.timeline_view import CLASS_STYLES, count
from crawler.archives.capture import Outcome
from history.sites import SiteRow

_USABLE = (Outcome.FETCHED, Outcome.REVISIT)
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
    print_lines(console, next_command("timeline", sites[0].site))


def _row(console: Console, site: SiteRow, width: int) -> None:
    text = Text(f"{line(site.site):<{width}}  {site.versions:>8,}  ")
    if not (site.first_seen and site.last_seen):
        text.append(f"no version; {count(site.captures, 'capture')}", "red")
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
