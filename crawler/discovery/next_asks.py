"""From what is known of a site to what to ask next, until its policy's URLs are known over time. Pure; keeps no state.

    (site, answers so far, now) ──discover──► Discovery(asks, policies, candidates)

Cheapest first: the site's index entries that look like a policy's, and the list of its home pages; then the newest
and the oldest home page, and the listing of each URL that they link to; then home pages between, only where the link
changed and the URLs' own index entries do not date the move; then redirects, pages that only their address speaks
for, the site's map, and well-known paths. A home page is one request of a few, never one of all.

A round of asks depends on earlier rounds only, and the rounds are gone through anew each time: so the order in which
answers come, and how many at once, make no difference, and a discovery that was killed goes on where it was.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final

from crawler.archives.capture import Capture, Outcome
from crawler.archives.surt import surt
from crawler.discovery.asks import Answer, Ask, AskKind, Discovery
from crawler.discovery.candidates import candidates
from crawler.discovery.companies import lineage_target, same_company
from crawler.discovery.known import Known, Seen, seen
from crawler.discovery.links import TAKEN, Label
from crawler.discovery.spans import (
    WELL,
    best_probe,
    followed,
    has_redirects,
    moves,
    policies,
    untold_after,
)

BUDGET: Final = 12  # requests a site, of one discovery
FRESH: Final = timedelta(days=30)  # what an index answered is asked for again after so long, as listings are
EXCLUDED_FOR: Final = timedelta(days=7)  # an exclusion is asked about once a week, as by listings
# Where policies stand most often, of 992 real addresses; asked only where the index could not be.
WELL_KNOWN_PATHS: Final = ("/privacy", "/privacy-policy", "/privacy.html", "/legal/privacy", "/privacypolicy")
SURE: Final = 0.65  # a link below it is taken only when its page has been read
_LONG: Final = timedelta(days=4 * 365)  # nothing was seen of the policy for so long: another may have been in between
_COVERED: Final = timedelta(days=90)  # a home page read so shortly before the newest says the same
_BEGINNING: Final = timedelta(days=2 * 365)  # so long before its first URL another one is looked for
_MISSES: Final = 5  # home pages without a link that are read in search of the first one with
_BY_ADDRESS: Final = 2  # pages that only their address speaks for, at most
_INDEXES: Final = (AskKind.INDEX, AskKind.HOMES)


def discover(site: str, answers: Iterable[Answer], now: datetime, budget: int = BUDGET) -> Discovery:
    """Say where the search for a site's policies stands, and what to ask next.

    :param site: as the person names it: a host, perhaps with a port.
    :param answers: all that were ever given for this site, in any order.
    :param now: when the run began: answers of indexes are fresh for FRESH, failures count in the run that met them.
    :param budget: requests of one discovery, at most.
    """
    fresh = [a for a in answers if not stale(a, now)]
    begun = min((a.at for a in fresh if a.kind in _INDEXES), default=now)
    known = [a for a in fresh if a.at < begun]
    by_key = {a.key: a for a in fresh if a.at >= begun}
    spent = 0
    while True:
        state = Known(site, known)
        asks = _next_asks(state)[: max(budget - spent, 0)]
        missing = tuple(ask for ask in asks if ask.key not in by_key)
        if missing:  # the rest of this round may be there already: it counts when the round is complete
            return _where(state, missing, spent + len(asks) - len(missing), budget)
        if not asks:
            return _where(state, (), spent, budget)
        known += [by_key[ask.key] for ask in asks]
        spent += len(asks)


def stale(answer: Answer, now: datetime) -> bool:
    """Tell whether an answer is too old to count: what a capture shows never is, what failed is after its run."""
    if answer.outcome in (Outcome.EXCLUDED, Outcome.EXCLUDED_ROBOTS):
        return now - answer.at > EXCLUDED_FOR
    if not answer.ok:
        passing = not answer.outcome.settled or answer.outcome is Outcome.LISTING_FAILED
        return answer.at < now if passing else now - answer.at > FRESH
    return answer.kind in _INDEXES and now - answer.at > FRESH


def _where(known: Known, asks: tuple[Ask, ...], spent: int, budget: int) -> Discovery:
    found = policies(known)
    notes = [
        f"{a.kind} {a.url}{f' at {a.timestamp}' if a.timestamp else ''}: {a.detail or a.outcome.value}"
        for a in known.answers
        if not a.ok
    ]
    notes += [f"the index has more URLs of {a.url} than it gave" for a in known.of_kind(AskKind.INDEX) if a.more]
    if not asks and spent >= budget and _next_asks(known):
        notes.append(f"the budget of {budget} requests is spent; a larger one would ask for more")
    return Discovery(asks, spent, found, candidates(known, found), tuple(notes))


def _next_asks(known: Known) -> list[Ask]:
    """Return the asks of the next round; none where nothing is worth asking."""
    if known.excluded:
        return []
    steps: tuple[Callable[[Known], list[Ask]], ...] = (
        _first,
        _moved_home,
        _ends,
        _seek,
        _listings,
        _hubs,
        _doubts,
        _moves,
        _beginning,
        _unseen,
        _redirects,
        _older,
        _sitemap,
        _well_known,
    )
    for step in steps:
        asks = list({ask.key: ask for ask in step(known) if ask.key not in known.by_key}.values())
        if asks:
            return asks
    return []


def _first(known: Known) -> list[Ask]:
    return [
        Ask(AskKind.INDEX, known.site, why="which URLs look like the policy's"),
        Ask(AskKind.HOMES, known.home, why="when the home page was captured"),
    ]


def _moved_home(known: Known) -> list[Ask]:
    """Where the home page always was a redirect: what it leads to is the home page."""
    if known.homes:
        return []
    listed = Ask(AskKind.URL, known.home, why="no page is captured at the home page's address")
    if listed.key not in known.by_key:
        return [listed]
    redirects = [row for row in known.rows.get(surt(known.home), ()) if seen(row) is Seen.REDIRECT]
    if not redirects:
        return []
    redirect = Ask(AskKind.REDIRECT, known.home, redirects[-1], "where the home page leads")
    answer = known.by_key.get(redirect.key)
    if answer is None:
        return [redirect]
    onward = answer.target and surt(answer.target) != surt(known.home) and same_company(known.home, answer.target)
    return [Ask(AskKind.HOMES, answer.target, why="the home page leads there")] if onward else []


def _home(row: Capture, why: str) -> Ask:
    return Ask(AskKind.HOME, row.original, row, why)


def _ends(known: Known) -> list[Ask]:
    homes, read = known.homes, [one.at for one in known.observations]
    if not homes or (read and homes[-1].captured_at - max(read) <= _COVERED):
        return []
    return [_home(homes[-1], "the newest home page"), _home(_oldest(known), "the oldest home page with a policy")]


def _oldest(known: Known) -> Capture:
    """The first home page after a page was captured that looks like the policy by its address; else the oldest."""
    begin = known.beginnings[0] if known.beginnings else known.homes[0].captured_at
    after = [row for row in known.homes if begin <= row.captured_at <= begin + WELL]
    return after[0] if after else known.homes[0]


def _seek(known: Known) -> list[Ask]:
    """While no home page links to a policy: one in the middle of the longest stretch of which none was read."""
    if any(one.link for one in known.observations) or len(known.tried) >= _MISSES:
        return []
    if any(known.hub_of(answer) for answer in known.of_kind(AskKind.HOME)):
        return []
    stretches, begin = [], None
    for at, row in enumerate([*known.homes, None]):
        if row is not None and row.timestamp not in known.tried:
            begin = at if begin is None else begin
        elif begin is not None:
            stretches.append((at - begin, begin))
            begin = None
    if not stretches:
        return []
    length, begin = max(stretches)
    return [_home(known.homes[begin + length // 2], "no home page read so far links to a policy")]


def _listings(known: Known) -> list[Ask]:
    """The index entries of each URL that a home page names, which a crawl needs as well."""
    urls = [url for one in known.observations if one.link for url in known.to_list(one)]
    return [
        Ask(AskKind.URL, url, why="when the policy was captured there")
        for url in urls
        if not known.asked(AskKind.URL, url)
    ]


def _hubs(known: Known) -> list[Ask]:
    """A page of legal documents, where a home page links to nothing nearer: its listing, then one capture."""
    for answer in known.of_kind(AskKind.HOME):
        hub = known.hub_of(answer)
        if hub is not None and known.page(hub.url) is None:
            return _page(known, hub.url, "the home page links to it, and to no policy", answer.timestamp)
    return []


def _page(known: Known, url: str, why: str, near: str = "") -> list[Ask]:
    """Ask for a URL's listing, then for the one of its captures that is nearest to a date (the last)."""
    if not known.asked(AskKind.URL, url):
        return [Ask(AskKind.URL, url, why=why)]
    pages = known.pages_of(surt(url))
    if not pages or any(a.url == url and not a.ok for a in known.of_kind(AskKind.PAGE)):
        return []
    later = [row for row in pages if row.timestamp >= near] if near else []
    row = later[0] if later else pages[-1]
    return [Ask(AskKind.PAGE, row.original, row, why)]


def _moves(known: Known) -> list[Ask]:
    return [_home(move.probe, "the policy's URL changed about then") for move in moves(known) if move.probe]


def _beginning(known: Known) -> list[Ask]:
    """Where the first URL begins long after a home page without any, and where the last ends long before one: a home
    page in between.
    """
    linked = [one for one in known.observations if one.link]
    if not linked:
        return []
    pages = {one.key: known.pages_of(one.key) for one in (linked[0], linked[-1])}
    begins = min([linked[0].at, *(page.captured_at for page in pages[linked[0].key][:1])])
    ends = max([linked[-1].at, *(page.captured_at for page in pages[linked[-1].key][-1:])])
    none_before = max((one.at for one in known.observations if one.at < begins), default=known.homes[0].captured_at)
    none_after = min((one.at for one in known.observations if one.at > linked[-1].at), default=ends)
    if any(linked[-1].at < begin < none_after for begin in known.beginnings):
        ends = linked[-1].at  # the old page may have stayed up beside a new one
    asks = []
    for after, by, why in ((none_before, begins, "before"), (ends, none_after, "later")):
        row = best_probe(known, after, by) if by - after > _BEGINNING else None
        if row is not None:
            asks.append(_home(row, f"where the policy stood {why}"))
    return asks


def _doubts(known: Known) -> list[Ask]:
    """Read the page of a link that is taken, but with doubt: it is not clear, or leads to another company's host."""
    for one in known.observations:
        if one.link is None or known.page(one.link.url) is not None:
            continue
        if one.link.score < SURE or not same_company(known.home, one.link.url):
            asks = _page(known, one.link.url, "its link is not clear", f"{one.at:%Y%m%d%H%M%S}")
            if asks and asks[0].key not in known.by_key:
                return asks
    return []


def _redirects(known: Known) -> list[Ask]:
    """Follow the last URL where it became a redirect; judge where that leads to another company."""
    general = next((found for found in policies(known) if found.label is Label.GENERAL), None)
    if general is None:
        return []
    turned = has_redirects(known, surt(general.url))
    if turned is not None:
        ask = Ask(AskKind.REDIRECT, turned.original, turned, "the policy's last URL became a redirect")
        if ask.key not in known.by_key:
            return [ask]
    for answer in known.of_kind(AskKind.REDIRECT):
        if lineage_target(answer.url, answer.target)[0] and surt(answer.url) in {
            surt(span.url) for span in general.spans
        }:
            if not known.asked(AskKind.URL, answer.target):
                return [Ask(AskKind.URL, answer.target, why="the policy's URL redirects there")]
            if not followed(known, answer) and known.page(answer.target) is None:
                return _page(known, answer.target, "the policy's URL redirects to another company's site")
    return []


def _older(known: Known) -> list[Ask]:
    """Read pages that look like the policy by their address: where no home page tells, and for the time before."""
    found = policies(known)
    general = next((one for one in found if one.label is Label.GENERAL), None)
    if len(known.of_kind(AskKind.PAGE)) >= _BY_ADDRESS:
        return []
    last = general.spans[-1] if general else None
    untold = last.last if last is not None and untold_after(known, last) else None
    taken = {surt(span.url) for one in found for span in one.spans}
    for link in known.by_address:
        if link.score < TAKEN or link.label is not Label.GENERAL:
            continue
        pages = known.pages_of(surt(link.url))
        first = pages[0].captured_at
        later = untold is not None and first > untold
        if (general is None or later or first < general.spans[0].first) and (
            surt(link.url) not in taken and known.page(link.url) is None
        ):
            asks = _page(known, link.url, "its address looks like a policy's")
            if asks and asks[0].key not in known.by_key:
                return asks
    return []


def _unseen(known: Known) -> list[Ask]:
    """Where nothing was seen of a URL for years: the home page in the middle."""
    asks = []
    linked = [one for one in known.observations if one.link]
    for old, new in pairwise(linked):
        if old.key != new.key:
            continue
        between = [p.captured_at for p in known.pages_of(old.key) if old.at < p.captured_at < new.at]
        times = [old.at, *between, new.at]
        gap, after = max((later - earlier, earlier) for earlier, later in pairwise(times))
        inside = [h for h in known.homes if after < h.captured_at < after + gap and h.timestamp not in known.tried]
        if gap > _LONG and inside:
            asks.append(_home(inside[len(inside) // 2], "nothing was seen of the policy for years"))
    return asks


def _sitemap(known: Known) -> list[Ask]:
    """Where neither home pages nor the index name a policy: the addresses of the site's map that look like one."""
    if policies(known) or not (known.homes or _index_failed(known)):
        return []
    url = f"{known.home}sitemap.xml"
    if not known.asked(AskKind.URL, url):
        return [Ask(AskKind.URL, url, why="no page names a policy, perhaps the site's map does")]
    pages = known.pages_of(surt(url))
    if pages and not known.of_kind(AskKind.SITEMAP):
        return [Ask(AskKind.SITEMAP, pages[-1].original, pages[-1], "the site's map")]
    links = [link for answer in known.of_kind(AskKind.SITEMAP) for link in answer.links]
    good = [link for link in links if link.score >= TAKEN and link.label is Label.GENERAL]
    return [Ask(AskKind.URL, link.url, why="the site's map names it") for link in good[:_BY_ADDRESS]]


def _index_failed(known: Known) -> bool:
    return any(not a.ok or a.more for a in known.of_kind(AskKind.INDEX))


def _well_known(known: Known) -> list[Ask]:
    """The paths where policies stand most often, where the index could not be asked for all that look like one."""
    if policies(known) or not _index_failed(known):
        return []
    paths = [f"http://{known.site}{path}" for path in WELL_KNOWN_PATHS]
    return [Ask(AskKind.URL, url, why="a well-known path") for url in paths if not known.asked(AskKind.URL, url)]


# redirects to another company


def judge_target(target: str, near: str, answers: Iterable[Answer]) -> tuple[Ask, ...]:
    """Return what to ask to find out whether a redirect's target is the same company's policy: its listing, then the
    capture that is nearest after the redirect's date.

    :param near: timestamp of the redirect.
    """
    known = Known("", answers)
    if known.page(target) is not None:
        return ()
    asks = _page(known, target, "a redirect leads to another company's site", near)
    return tuple(ask for ask in asks if ask.key not in known.by_key)


def target_verdict(target: str, answers: Iterable[Answer]) -> str:
    """Return why a redirect's target is followed, "" if it is not: a privacy policy whose text names the site."""
    page = Known("", answers).page(target)
    good = page is not None and page.verdict is not None and page.verdict.privacy and page.verdict.names_site
    return "its text names the site" if good else ""
