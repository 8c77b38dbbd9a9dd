"""How a site's policies were found, for a person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from rich.console import Console
from rich.text import Text

from cli.output import line, print_lines
from crawler.counting import count
from crawler.discovery.asks import AskKind, Candidate, Evidence, Found, Source, Span
from crawler.discovery.links import Label
from history.discoveries import SiteDiscovery

_SHOWN = 8  # candidates that were not taken
_LABELS = {Label.CHILDREN: "children's", Label.APPLICANTS: "applicants'"}
_SOURCES = {
    AskKind.INDEX: "the index, for URLs that look like a policy's",
    AskKind.HOMES: "the index, for home pages",
    AskKind.URL: "the index, for one URL",
    AskKind.HOME: "home pages",
    AskKind.PAGE: "candidate pages",
    AskKind.SITEMAP: "the site's map",
    AskKind.REDIRECT: "redirects",
}


def print_discovery(console: Console, found: SiteDiscovery) -> None:
    """Print a site: its policies' URLs over time with their evidence, the candidates, and what went wrong."""
    general = found.general
    head = Text.assemble((line(found.site), "bold"), f"  {count(found.requests, 'request')}")
    if general is None:
        head.append("  no privacy policy found", "red")
    print_lines(console, head)
    for one in found.policies:
        _policy(console, one)
    left = [one for one in found.candidates if not one.taken]
    if left:
        print_lines(console, Text("  candidates that were not taken", "dim"))
    for candidate in left[:_SHOWN]:
        _candidate(console, candidate)
    if len(left) > _SHOWN:
        print_lines(console, Text(f"    and {len(left) - _SHOWN} more (--json)", "dim"))
    for note in found.notes:
        print_lines(console, Text(f"  note: {line(note)}", "yellow"))
    if general is None:
        print_lines(console, *_what_was_asked(found))


def _policy(console: Console, found: Found) -> None:
    label = _LABELS.get(found.label, found.label.value)
    print_lines(console, Text(f"  {label} policy, {count(len(found.spans), 'URL')}"))
    for span in found.spans:
        print_lines(console, Text.assemble("    ", (_dates(span), "cyan"), f"  {line(span.url)}"))
        for evidence in span.evidence:
            print_lines(console, Text(f"        {_in_words(evidence)}", "dim"))


def _dates(span: Span) -> str:
    """The days between which it stood there; a bracket where the day is not known, as versions have it."""
    begin = f"{span.first:%Y-%m-%d}"
    if span.after is not None and span.after.date() != span.first.date():
        begin = f"{span.after:%Y-%m-%d}…{begin}"
    if span.before is None:
        return f"{begin} – (last seen {span.last:%Y-%m-%d})"
    end = f"{span.before:%Y-%m-%d}"
    return f"{begin} – {end}" if span.last.date() == span.before.date() else f"{begin} – {span.last:%Y-%m-%d}…{end}"


def _in_words(evidence: Evidence) -> str:
    text, page, day = line(evidence.text), line(evidence.page), f"{evidence.at:%Y-%m-%d}"
    if evidence.source is Source.LINK:
        return f"link “{text}” on {page}, {day}"
    if evidence.source is Source.REDIRECT:
        return f"{text} from {page}, {day}"
    return text if evidence.source is Source.INDEX else f"read “{text}” at {page}, {day}"


def _candidate(console: Console, one: Candidate) -> None:
    why = line("; ".join(one.why))
    print_lines(console, Text.assemble(f"    {one.score:.2f}  {line(one.url)}", (f"  {one.label.value}: {why}", "dim")))


def _what_was_asked(found: SiteDiscovery) -> Iterator[Text]:
    counts = Counter(one.kind for one in found.asked)
    yield Text("  what was asked", "dim")
    for kind, source in _SOURCES.items():
        some = [one for one in found.asked if one.kind is kind]
        if some:
            said = "; ".join(dict.fromkeys(line(one.said) for one in some))
            yield Text(f"    {source}: {counts[kind]}, {said[:200]}", "dim")
    yield Text.assemble(
        ("  Next: ", "dim"),
        "name the policy's URL to `policylapse crawl` with --url, or another archive with --archive",
    )
