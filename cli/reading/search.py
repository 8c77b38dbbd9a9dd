"""The command `search`: passages of all versions of all sites, each once, with whose they are and for how long."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import click
from rich.console import Console
from rich.text import Text

from cli.output import (
    clean,
    color_option,
    db_option,
    is_plain,
    json_option,
    line,
    print_json,
    print_lines,
    print_wrapped,
    stdout_console,
)
from cli.site_names import complete
from cli.views.timeline import bracket_of
from crawler.archives.timestamps import parse_date
from crawler.counting import count
from history.answers.search import found_data
from history.claims.selectors import meant
from history.database import reading
from history.search.index_words import Span
from history.search.search import Found, Owner, Passage, search
from history.sites import find_policies

_AROUND = 160  # characters of a long passage shown before and after what was met
_FACETS = 12  # claims that are counted below the passages
_NO_CLAIM = "no matching passage: run `policylapse claims` with a site to see what its policy claims"
_OWNERS = 5  # of one passage, shown line by line


@click.command("search")
@click.argument("query", nargs=-1, metavar="[QUERY]...")
@click.option(
    "--site",
    "sites",
    multiple=True,
    metavar="SITE",
    shell_complete=complete,
    help="Only this site, host or URL. Can be repeated.",
)
@click.option(
    "--at",
    metavar="DATE",
    help="Only passages in force on this date: 2018-05-25. 2018-05 and 2018 stand for their last day.",
)
@click.option("--first", is_flag=True, help="Sort by earliest sighting.")
@click.option("--thorough", is_flag=True, help="Rank all matching passages, however many there are.")
@click.option(
    "--claim",
    "names",
    multiple=True,
    metavar="NAME",
    help="Only passages that make such a claim (see `claims`): retention, sale.denied. Can be repeated; needs no QUERY.",
)
@click.option("--claims", "with_claims", is_flag=True, help="Show what each passage claims, and count the claims.")
@click.option(
    "--limit", type=click.IntRange(1), default=10, show_default=True, metavar="N", help="Number of passages to show."
)
@click.option("--full", is_flag=True, help="Show long passages and all their sites in full.")
@db_option
@color_option
@json_option
def search_command(
    query: tuple[str, ...],
    sites: tuple[str, ...],
    at: str | None,
    first: bool,
    thorough: bool,
    names: tuple[str, ...],
    with_claims: bool,
    limit: int,
    full: bool,
    db: Path,
    color: str,
    as_json: bool,
) -> None:
    """Find passages in every version of every site's policy.

    Words are combined with AND. OR, NOT and (parentheses) work too, with operators in capitals. Use "quotation
    marks" for a phrase (quote them again for your shell) and * for a prefix. Case and accents are ignored. A
    passage is a paragraph, a list item, a heading or a table row; AND means within one passage.

    With --claim, QUERY can be left out: all passages that make the claim are shown.

    Passages that more sites have or had come first, then those seen most recently, then shorter ones.

    \b
    Examples:
      policylapse search sell personal information
      policylapse search '"personal data" (sell OR share) NOT child*'
      policylapse search 'retain*' --first
      policylapse search --claim sale.denied
      policylapse search 'advertis*' --claims
      policylapse search partner --at 2023 --site lumenkart.example
    """
    if not query and not names:
        raise click.UsageError("name words to search for, or a claim with --claim")
    with reading(db) as connection:
        policies = [policy.policy_id for site in sites for policy in find_policies(connection, site)] if sites else None
        found = search(
            connection,
            " ".join(query),
            limit=limit,
            policies=policies,
            at=parse_date(at, end=True) if at else None,
            first=first,
            thorough=thorough,
            claims=meant(names) if names else None,
            with_claims=with_claims,
        )
    if as_json:
        print_json({"query": " ".join(query), **found_data(found)})
    else:
        print_found(stdout_console(color), found, full=full, by_claim=bool(names))


def print_found(console: Console, found: Found, *, full: bool, by_claim: bool = False) -> None:
    """Print passages with what was met in them, and whose they are. :param by_claim: they were to make a claim."""
    if not found.passages:
        print_lines(console, _NO_CLAIM if by_claim else "no matching passage")
        return
    for passage in found.passages:
        print_wrapped(console, marked(passage.markdown, passage.spans, plain=is_plain(console), full=full), "", "")
        if passage.claims:
            told = "; ".join(dict.fromkeys(str(one.what) for one in passage.claims))
            print_wrapped(console, Text(line(told), "cyan"), Text("  claims: ", "dim"), "    ")
        _owners(console, passage, full=full)
        print_lines(console, "")
    _facets(console, found)
    shown = f"{len(found.passages):,} of " if found.total > len(found.passages) else ""
    if found.complete:
        print_lines(console, Text(f"{shown}{count(found.total, 'passage')}", "dim"))
    else:
        more = (
            f"{len(found.passages):,} of many passages, the best of {found.total:,} spread over the sites; "
            "--thorough ranks all"
        )
        print_wrapped(console, Text(more, "dim"))


def _facets(console: Console, found: Found) -> None:
    """How many of all passages make each claim; the others are counted where there are many."""
    if found.claims:
        told = ", ".join(f"{what} {number:,}" for what, number in found.claims[:_FACETS])
        more = len(found.claims) - _FACETS
        told += f", and {count(more, 'other claim')}" if more > 0 else ""
        print_wrapped(console, Text(line(told), "cyan"), Text("claims of all passages: ", "dim"), "  ")


def marked(markdown: str, spans: Sequence[Span], *, plain: bool, full: bool) -> Text:
    """Return a passage with what was met in it; only what stands around that, where it is long and not `full`."""
    text, at = Text(), 0
    for start, end, met in _pieces(markdown, spans, len(markdown) if full else _AROUND):
        if start > at:
            text.append("… " if not at else " … ", "dim")
        piece = line_inside(markdown[start:end])
        if met:
            text.append(f"[{piece}]" if plain else piece, "bold reverse")
        else:
            text.append(piece)
        at = end
    return text.append(" …", "dim") if at < len(markdown) else text


def line_inside(text: str) -> str:
    """Return a piece of page text on one line, harmless, with the blanks at its ends."""
    text = text.replace("<br>", " ").replace("*", "").replace("\\", "")
    inner = line(clean(text))
    if not inner:
        return " " if text else ""
    return (" " if text[:1].isspace() else "") + inner + (" " if text[-1:].isspace() else "")


def _pieces(markdown: str, spans: Iterable[Span], around: int) -> Iterator[tuple[int, int, bool]]:
    """(start, end, met) of what is shown, in order, cut at blanks where something is left out."""
    at, shown_until = 0, 0
    for start, end in spans:
        if start - around > shown_until:
            blank = markdown.rfind(" ", 0, start - around)
            at = max(blank + 1, shown_until)
        if start > at:
            yield at, start, False
        yield start, end, True
        at = end
        blank = markdown.find(" ", end + around)
        shown_until = blank if blank >= 0 else len(markdown)
    if shown_until > at:
        yield at, shown_until, False
    elif not shown_until:
        yield 0, len(markdown), False


def _owners(console: Console, passage: Passage, *, full: bool) -> None:
    if passage.sites > 1 and not passage.first_is_certain:
        head = f"{count(passage.sites, 'site')}; who had it first is not certain"
        print_lines(console, Text(f"  {head}", "dim"))
    elif passage.sites > 1:
        print_lines(console, Text(f"  {count(passage.sites, 'site')}, first {line(passage.owners[0].site)}", "dim"))
    for owner in passage.owners if full else passage.owners[:_OWNERS]:
        print_wrapped(console, Text.assemble((line(owner.site), "cyan"), f"  {lifetime(owner)}"), "    ", " " * 8)
        print_lines(console, Text(f"        {line(owner.citation)}", "dim"))
    more = len(passage.owners) - _OWNERS
    if more > 0 and not full:
        print_lines(console, Text(f"    and {more:,} more", "dim"))


def lifetime(owner: Owner) -> str:
    """Return since when and until when a policy was seen with a passage, as closely as it is known."""
    if owner.not_before:
        since = f"added {bracket_of(owner.not_before, owner.first_seen)}"
    else:
        since = f"there in the first capture, {owner.first_seen:%Y-%m-%d}"
    if owner.gone_by:
        return f"{since}, removed {bracket_of(owner.last_seen, owner.gone_by)}"
    return f"{since}, still there in the last, {owner.last_seen:%Y-%m-%d}"
