"""Every URL that was looked at, with its score, whether it was taken, and why or why not. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from crawler.archives.surt import surt
from crawler.discovery.asks import AskKind, Candidate, Evidence, Found, Source
from crawler.discovery.companies import same_company
from crawler.discovery.known import Known, judged_evidence
from crawler.discovery.links import TAKEN, Label, PolicyLink, rank_url
from crawler.discovery.spans import followed

MOST: Final = 30  # candidates of a site that are kept and shown
_WORTH: Final = 0.2  # a link below it is not worth a mention
_BY_ADDRESS: Final = 0.8  # what an address says counts less than a link's words


def candidates(known: Known, found: Sequence[Found]) -> tuple[Candidate, ...]:
    """Return the candidates, taken ones first, then by score."""
    taken = {surt(span.url): one.label for one in found for span in one.spans}
    best: dict[str, tuple[PolicyLink, tuple[Evidence, ...]]] = {}
    for link, evidence in _links(known):
        key = surt(link.url)
        if key not in best or best[key][0].score < link.score:
            best[key] = link, (*(best[key][1] if key in best else ()), *evidence)
    some = [_candidate(known, key, *one, taken.get(key)) for key, one in best.items()]
    some.sort(key=lambda one: (not one.taken, -one.score, one.url))
    return tuple(some[:MOST])


def _links(known: Known) -> Iterator[tuple[PolicyLink, tuple[Evidence, ...]]]:
    dates = {row.timestamp: row.captured_at for row in known.homes}
    own = [a for a in known.of_kind(AskKind.PAGE) if same_company(known.home, a.url)]  # not a judged buyer's page
    for answer in [*known.of_kind(AskKind.HOME), *own]:
        for link in answer.links:
            if link.score >= _WORTH:
                at = dates.get(answer.timestamp, answer.at)
                yield link, (Evidence(Source.LINK, answer.url, at, link.text),)
    for answer in known.of_kind(AskKind.REDIRECT):
        if answer.target and surt(answer.url) != surt(known.home):
            by_url = rank_url(answer.target)
            why = followed(known, answer)
            what = f"redirect from {answer.url}" + (
                f" ({why})" if why else "; nothing says that it is the same company's"
            )
            yield PolicyLink(answer.target, "", by_url.score * _BY_ADDRESS, by_url.label, (what, *by_url.why)), ()
    for link in known.by_address:
        if link.score * _BY_ADDRESS >= _WORTH:
            yield PolicyLink(link.url, "", link.score * _BY_ADDRESS, link.label, link.why), ()


def _candidate(
    known: Known, key: str, link: PolicyLink, evidence: tuple[Evidence, ...], label: Label | None
) -> Candidate:
    page, score, why = known.judged_page(key), link.score, list(link.why)
    if page is not None and page.verdict is not None:
        verdict = page.verdict
        score = max(score, verdict.score) if verdict.privacy else score * 0.3
        why.append(f"read: {'a privacy policy' if verdict.privacy else f'no privacy policy but {verdict.kind}'}")
        evidence = (*evidence, judged_evidence(page))
    if not same_company(known.home, link.url):
        why.append("on another host")
    if label is None:
        why.append(_why_not(known, key, link))
    return Candidate(link.url, label or link.label, round(min(score, 1.0), 3), label is not None, tuple(why), evidence)


def _why_not(known: Known, key: str, link: PolicyLink) -> str:
    page = known.judged_page(key)
    reasons = (
        (link.label is Label.HUB and page and known.choose(page.links), "it leads to the policy"),
        (known.rejected(key), "its page was read, and is none"),
        (known.refused(link), "another company's, which does not name the site"),
        (link.label is not Label.GENERAL, link.label.value),
        (link.score < TAKEN, "too weak"),
        (not link.text, "only its address speaks for it"),
        (True, "another link of the same pages is better"),
    )
    return next(f"not taken: {reason}" for holds, reason in reasons if holds)
