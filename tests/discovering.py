"""What tests and the benchmark of discovery share: asks answered without a network, and found spans held to the truth."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from crawler.archives.capture import Outcome
from crawler.archives.dialects import parse_archive
from crawler.archives.files.warc import WarcArchive
from crawler.archives.memento import classify_playback
from crawler.archives.surt import surt
from crawler.asking.handlers import answer as answer_request
from crawler.discovery.asks import Answer, Ask, AskKind, Discovery, Found
from crawler.discovery.index_queries import index_query
from crawler.discovery.known import thin
from crawler.discovery.next_asks import BUDGET, discover
from crawler.discovery.spans import WELL
from crawler.targets.fetched import Fetched
from pipelines.reading.candidates import read_candidate, read_links
from tests.generators.sites_generated import Site

NOW = datetime(2025, 1, 15, tzinfo=UTC)
ARCHIVE = parse_archive("sample")  # for its addresses only


def answer(archive: WarcArchive, site: str, ask: Ask, at: datetime = NOW) -> Answer:
    """Return what an archive says to an ask."""
    if ask.capture is None:
        query = index_query(ask.kind, ask.url)
        url = ARCHIVE.query_url(query) if query else ARCHIVE.listing_url(ask.url, since=None, until=None)
        page = ARCHIVE.read_listing(answer_request(archive, url).body)
        more = len(page.captures) >= query.limit if query else bool(page.resume_key)
        return Answer(ask.kind, ask.url, "", at, rows=thin(page.captures, ask.kind), more=more)
    url = ARCHIVE.memento_url(ask.capture)
    got = answer_request(archive, url)
    playback = classify_playback(got.status, got.headers, got.body, url)
    told = {"kind": ask.kind, "url": ask.url, "timestamp": ask.capture.timestamp, "at": at}
    if ask.kind is AskKind.REDIRECT:
        return Answer(**told, target=playback.location)
    if got.status != 200:
        return Answer(**told, outcome=Outcome.ARCHIVED_ERROR, detail=f"HTTP {got.status}")
    if ask.kind in (AskKind.HOME, AskKind.SITEMAP):
        return Answer(**told, links=read_links(Fetched(got.body, got.headers, ask.url)))
    verdict, links = read_candidate(Fetched(got.body, got.headers, ask.url), site)
    return Answer(**told, verdict=verdict, links=links)


def search(
    archive: WarcArchive, site: str, budget: int = BUDGET, now: datetime = NOW, known=()
) -> tuple[Discovery, list[Answer]]:
    """Discover a site's policies to the end; return what was found, and all answers."""
    answers = list(known)
    while True:
        state = discover(site, answers, now, budget)
        if state.done:
            return state, answers
        answers += [answer(archive, site, ask, now) for ask in state.asks]


@dataclass(frozen=True)
class Score:
    """URL intervals of a site: real ones, found ones, and how many of them agree."""

    true: int
    found: int
    exact: int
    wrong: tuple[str, ...]


def score(site: Site, general: Found | None) -> Score:
    """Hold what was found to the truth."""
    spans, wrong = list(general.spans) if general else [], []
    eras = {surt(era.url): era for era in site.eras}
    homes = sorted(shot.at for shot in site.shots if shot.kind == "home")
    exact = 0
    for span in spans:
        era = eras.get(surt(span.url))
        why = "not the policy's URL" if era is None else _flaw(era, span, homes)
        exact += not why
        if why:
            wrong.append(f"{site.name} ({site.profile}) {span.url}: {why}")
    wrong += [
        f"{site.name} ({site.profile}) {e.url}: not found"
        for e in site.eras
        if surt(e.url) not in {surt(s.url) for s in spans}
    ]
    return Score(len(site.eras), len(spans), exact, tuple(wrong))


def _flaw(era, span, homes) -> str:
    if (span.after and era.start <= span.after) or era.start > span.first:
        return f"begins {era.start:%F}, found {span.after and f'{span.after:%F}'}…{span.first:%F}"
    if era.end is None:
        return f"has not ended, found {span.before:%F}" if span.before else ""
    if span.before is None or era.end <= span.last or era.end > span.before:
        return f"ends {era.end:%F}, found {span.last:%F}…{span.before and f'{span.before:%F}'}"
    month = timedelta(days=45)  # a home page so near to an end would tell next to nothing
    loose = span.before - span.last > WELL and any(span.last + month < at < span.before - month for at in homes)
    return f"ends {era.end:%F}, found only {span.last:%F}…{span.before:%F}" if loose else ""
