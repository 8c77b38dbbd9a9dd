"""Which URL was the policy's, when: what home pages say, dated by the URLs' own index entries. Pure.

Known ──moves──► Move… (a bracket; what to ask to narrow it) ──policies──► Found(label, spans)…

A move is dated as versions are: after the last sign of the old URL, not later than the first sign of the new.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final

from crawler.archives.capture import Capture
from crawler.archives.surt import surt
from crawler.discovery.asks import Answer, AskKind, Evidence, Found, Source, Span
from crawler.discovery.companies import lineage_target, same_company
from crawler.discovery.known import Known, Observation, Seen, judged_evidence, seen
from crawler.discovery.links import KEPT, TAKEN, Label

WELL: Final = timedelta(days=180)  # a move is dated well enough: half the step of the Princeton corpus
_SEPARATE: Final = (Label.CHILDREN, Label.APPLICANTS, Label.REGIONAL, Label.PRODUCT)


@dataclass(frozen=True, slots=True)
class Move:
    """The policy went from one URL to another after `after`, not later than `by`.

    :param probe: the home page that would tell more, None where the bracket is good enough or none is left.
    """

    old: Observation
    new: Observation
    after: datetime
    by: datetime
    probe: Capture | None


def moves(known: Known) -> list[Move]:
    """Return the policy's moves as home pages show them, oldest first."""
    linked = [one for one in known.observations if one.link]
    return [_move(known, old, new) for old, new in pairwise(linked) if old.key != new.key]


def _move(known: Known, old: Observation, new: Observation) -> Move:
    """Date a move by the last page of the old URL and the first of the new, where one follows the other."""
    first = min((p.captured_at for p in known.pages_of(new.key) if old.at < p.captured_at < new.at), default=new.at)
    end = known.end_of(old.key)
    if any(page.captured_at > first for page in known.pages_of(old.key)):
        # the old page stays up beside the new one, so that its captures prove nothing: only home pages tell
        by = min(new.at, end.captured_at) if end is not None and end.captured_at > old.at else new.at
        return Move(old, new, old.at, by, None if by - old.at <= WELL else best_probe(known, old.at, by))
    last = max((p.captured_at for p in known.pages_of(old.key) if old.at < p.captured_at < new.at), default=old.at)
    ended = end is not None and last < end.captured_at <= first
    by = end.captured_at if end is not None and ended else first
    before = [row for row in known.homes if old.at < row.captured_at <= last and row.timestamp not in known.tried]
    if before and not ended:  # it may stay up for a while: the home page before its last capture has to link to it
        return Move(old, new, last, by, before[-1])
    # a long time between the two may hold a third
    return Move(old, new, last, by, None if first - last <= WELL else best_probe(known, last, first))


def best_probe(known: Known, after: datetime, by: datetime) -> Capture | None:
    """Return the home page between two dates that tells most: next to where a URL that may be the policy's was seen
    first, since a page is archived when it is linked to; else in the middle.
    """
    inside = [row for row in known.homes if after < row.captured_at < by and row.timestamp not in known.tried]
    for hint in known.beginnings:
        later = next((row for row in inside if row.captured_at >= hint), None)
        if after < hint < by and later is not None and later.captured_at - hint <= WELL:
            return later
        shortly_before = next((row for row in inside if row.captured_at >= by - WELL), None)
        if by - WELL < hint < by + WELL and shortly_before is not None:
            return shortly_before
    middle = after + (by - after) / 2
    return min(inside, key=lambda row: (abs(row.captured_at - middle), row.timestamp), default=None)


# policies


def policies(known: Known) -> tuple[Found, ...]:
    """Return the site's policies, the general one first."""
    spans = _with_unlinked(known, _with_redirect(known, _linked(known))) or _by_address(known)
    general = (Found(Label.GENERAL, tuple(spans)),) if spans else ()
    return general + tuple(_others(known, {surt(span.url) for span in spans}))


def _linked(known: Known) -> list[Span]:
    linked = [one for one in known.observations if one.link]
    if not linked:
        return []
    brackets = moves(known)
    starts = [linked[0], *(move.new for move in brackets)]
    spans = []
    for number, start in enumerate(starts):
        until = starts[number + 1].at if number + 1 < len(starts) else None
        same = [one for one in linked if one.at >= start.at and (until is None or one.at < until)]
        evidence = tuple(dict.fromkeys(e for one in (same[0], same[-1]) for e in one.evidence))
        after, first = (brackets[number - 1].after, brackets[number - 1].by) if number else _begin(known, start)
        before: datetime | None
        if number < len(brackets):
            last, before = brackets[number].after, brackets[number].by
        else:
            last, before = _end(known, start, same[-1].at)
        span = Span("", after, first, max(first, last), before, evidence + _index_entry(known, start.key))
        spans += [replace(span, url=url) for url in _spellings(known, same)]
    return spans


def _spellings(known: Known, same: Sequence[Observation]) -> list[str]:
    """The URLs to list for what home pages link to as one page, each as it was linked; the newest last."""
    newest = next(one.link.url for one in reversed(same) if one.link)
    captured = known.captured_as(same[-1].key) or [newest]
    captured.sort(key=lambda url: surt(url) == surt(newest))  # stable: the policy is known by the last
    return [known.newest_spelling(url) for url in captured]


def _begin(known: Known, start: Observation) -> tuple[datetime | None, datetime]:
    first = min([start.at, *(page.captured_at for page in known.pages_of(start.key)[:1])])
    none = [one.at for one in known.observations if one.link is None and one.at < first]
    return (max(none) if none else None), first


def _end(known: Known, start: Observation, linked_at: datetime) -> tuple[datetime, datetime | None]:
    last = max([linked_at, *(page.captured_at for page in known.pages_of(start.key)[-1:])])
    end = known.end_of(start.key)
    return last, (end.captured_at if end is not None and end.captured_at > last else None)


def _index_entry(known: Known, key: str) -> tuple[Evidence, ...]:
    pages = known.pages_of(key)
    if not pages:
        return ()
    text = f"index: pages from {pages[0].captured_at:%Y-%m-%d}"
    if known.asked(AskKind.URL, pages[0].original):  # else only its first row is known
        text += f" to {pages[-1].captured_at:%Y-%m-%d}"
    return (Evidence(Source.INDEX, pages[0].original, pages[0].captured_at, text),)


# redirects


def followed(known: Known, answer: Answer) -> str:
    """Tell why the target of an archived redirect is the policy's next URL, "" where it is not (or not yet known)."""
    target, _why_not = lineage_target(answer.url, answer.target)
    page = known.page(target) if target else None
    if not target or known.rejected(surt(target)):
        return ""
    if same_company(known.home, target):
        return "the same site or name"
    if any(surt(link.url) == surt(target) for a in known.of_kind(AskKind.HOME) for link in a.links):
        return "the site links to it"
    return "its text names the site" if page and page.verdict and page.verdict.names_site else ""


def _with_redirect(known: Known, spans: list[Span]) -> list[Span]:
    """Add where archived redirects from the last URL lead."""
    for answer in known.of_kind(AskKind.REDIRECT):
        target, why = answer.target, followed(known, answer)
        if not spans or not why or surt(answer.url) != surt(spans[-1].url):
            continue
        if any(surt(span.url) == surt(target) for span in spans):
            continue
        end = spans[-1].before
        if end is None:
            continue
        last = max([end, *(page.captured_at for page in known.pages_of(surt(target))[-1:])])
        gone = known.end_of(surt(target))
        evidence = (Evidence(Source.REDIRECT, answer.url, end, f"archived redirect ({why})"),)
        spans.append(
            Span(
                target,
                spans[-1].last,
                end,
                last,
                gone.captured_at if gone and gone.captured_at > last else None,
                evidence + _index_entry(known, surt(target)),
            )
        )
    return spans


# by address


def read_as_policy(known: Known) -> list[str]:
    """Return the keys of pages that were found by address, and judged to be privacy policies, best first."""
    judged = [a for a in known.of_kind(AskKind.PAGE) if a.verdict and a.verdict.privacy]
    order = {surt(link.url): at for at, link in enumerate(known.by_address) if link.score >= TAKEN}
    keys = {surt(a.url) for a in judged} & order.keys()
    return sorted(keys, key=lambda key: (-len(known.pages_of(key)), order[key]))


def _by_address(known: Known) -> list[Span]:
    """The pages that were judged, where no home page tells: the one with most captures, and others for times in which
    none of those taken was captured.
    """
    taken: list[Span] = []
    for key in read_as_policy(known):
        span = _own_span(known, key)
        if span and all(span.last < other.first or span.first > other.last for other in taken):
            taken.append(span)
    taken.sort(key=lambda span: span.first)
    joined = []
    for number, span in enumerate(taken):
        after = taken[number - 1].last if number else None
        before = span.before if number + 1 == len(taken) else taken[number + 1].first
        joined.append(Span(span.url, after, span.first, span.last, before, span.evidence))
    return joined


def _own_span(known: Known, key: str) -> Span | None:
    pages, answer = known.pages_of(key), known.judged_page(key)
    if not pages or answer is None:
        return None
    end = known.end_of(key)
    evidence = (judged_evidence(answer), *_index_entry(known, key))
    url = pages[-1].original
    return Span(url, None, pages[0].captured_at, pages[-1].captured_at, end.captured_at if end else None, evidence)


def _with_unlinked(known: Known, spans: list[Span]) -> list[Span]:
    """Add pages that were judged and stood before the first URL or after the last, where no home page tells."""
    for key in read_as_policy(known):
        span = _own_span(known, key)
        if not spans or span is None or key in {surt(one.url) for one in spans}:
            continue
        if span.last < spans[0].first:
            spans = [replace(span, before=spans[0].first), replace(spans[0], after=span.last), *spans[1:]]
        elif untold_after(known, spans[-1]) and span.first > spans[-1].last:
            before = min(spans[-1].before or span.first, span.first)
            spans[-1] = replace(spans[-1], before=before)
            spans.append(replace(span, after=spans[-1].last))
    return spans


def untold_after(known: Known, span: Span) -> bool:
    """Tell whether no home page was read from after the last sign of a URL."""
    return not any(one.at > span.last for one in known.observations)


# other policies of the site


def _others(known: Known, general: set[str]) -> list[Found]:
    """Children's, applicants', regional policies and products': each by the links that lead to it."""
    links: dict[tuple[str, Label], list[tuple[datetime, Evidence, str]]] = defaultdict(list)
    dates = {row.timestamp: row.captured_at for row in known.homes}
    for answer in known.of_kind(AskKind.HOME):
        for link in answer.links:
            key, at = surt(link.url), dates.get(answer.timestamp)
            if at and link.label in _SEPARATE and link.score >= KEPT and key not in general:
                evidence = Evidence(Source.LINK, answer.url, at, link.text)
                links[key, link.label].append((at, evidence, link.url))
    found = []
    for (key, label), some in sorted(links.items()):
        if known.rejected(key):
            continue
        some.sort(key=lambda one: one[0])
        seen_at = [some[0][0], some[-1][0], *(row.captured_at for row in known.pages_of(key))]
        end = known.end_of(key)
        before = end.captured_at if end is not None and end.captured_at > max(seen_at) else None
        span = Span(some[-1][2], None, min(seen_at), max(seen_at), before, (some[0][1], *_index_entry(known, key)))
        found.append(Found(label, (span,)))
    return found


def has_redirects(known: Known, key: str) -> Capture | None:
    """Return the capture with which a URL begins to redirect for good, None where it does not."""
    end = known.end_of(key)
    return end if end is not None and seen(end) is Seen.REDIRECT else None
