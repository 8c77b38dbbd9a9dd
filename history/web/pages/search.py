"""Search: passages, each once, with what was met, whose they are, and their lifetimes as bars on one axis."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any, Final

from history.answers.search import found_data
from history.claims.passages import claims_of_blocks, facets
from history.claims.said import Said
from history.claims.selectors import meant, name_of
from history.plain import clean, line
from history.search.index_words import Span
from history.search.search import Found, Owner, Passage, search
from history.web.catalogue import Catalogue
from history.web.drawing import Axis, axis
from history.web.page import MOST, Ask, Page, Row

_AT_ONCE: Final = 20
_OWNERS: Final = 8  # of one passage, before the rest is folded
_ALL_OWNERS: Final = 60  # of one passage; the data has all
_WIDTH: Final = 300.0  # units of a bar's axis
_FACETS: Final = 24  # claims that are counted
_LONG: Final = 1_200  # characters of a passage


def search_page(ask: Ask) -> Page:
    """Return what a query finds; without one, how to ask."""
    name = ask.text("claim")
    query, limit = ask.text("q"), ask.number("limit", _AT_ONCE, 1, MOST)
    found = Found((), 0, complete=True)
    if query:
        policies = ask.policies()
        found = search(
            ask.db,
            query,
            limit=limit,
            policies=None if policies is None else [p.policy_id for p in policies],
            at=ask.moment("at", end=True),
            first=ask.text("first") == "1",
            claims=meant([name]) if name else None,
        )
    says = claims_of_blocks(ask.db, [passage.block_ids[0] for passage in found.passages])
    stands = ask.one_of("stands", ("", "yes", "no"))
    passages = [one for one in found.passages if not stands or _stands(one) == (stands == "yes")]
    owners = [owner for passage in passages for owner in passage.owners]
    line = (
        axis([moment for owner in owners for moment in (owner.first_seen, owner.last_seen)], _WIDTH) if owners else None
    )
    context = {
        "q": query,
        "site": ask.text("site"),
        "at": ask.text("at"),
        "first": ask.text("first") == "1",
        "stands": stands,
        "limit": limit,
        "next_limit": min(limit + _AT_ONCE, MOST) if found.total > len(found.passages) and limit < MOST else None,
        "found": found,
        "passages": [
            _passage(ask.catalogue, passage, line) | {"claims": _told(says.get(passage.block_ids[0], ()))}
            for passage in passages
        ],
        "claim": name,
        "claims": [(name_of(what), str(what), number) for what, number in islice(facets(says.values()), _FACETS)],
        "years": line.years() if line else [],
        "width": _WIDTH,
        "sites": Counter(owner.site for owner in owners).most_common(12),
        "standing": sum(map(_stands, found.passages)),
        "span": (line.first, line.last) if line else None,
    }

    def rows() -> Iterator[Row]:
        yield (
            "passage",
            "markdown",
            "site",
            "policy_url",
            "not_before",
            "first_seen",
            "last_seen",
            "gone_by",
            "citation",
        )
        for number, passage in enumerate(found.passages, start=1):
            for o in passage.owners:
                yield (
                    number,
                    passage.markdown,
                    o.site,
                    o.policy_url,
                    o.not_before,
                    o.first_seen,
                    o.last_seen,
                    o.gone_by,
                    o.citation,
                )

    title = f"Search: {query}" if query else "Search"
    return Page("search.html", title, "search", context, lambda: {"query": query, **found_data(found)}, rows)


def _told(said: Sequence[Said]) -> list[str]:
    return [line(one) for one in islice(dict.fromkeys(str(one.what) for one in said), _FACETS)]


def _stands(passage: Passage) -> bool:
    return any(owner.gone_by is None for owner in passage.owners)


def _passage(catalogue: Catalogue, passage: Passage, line: Axis | None) -> dict[str, Any]:
    owners = [_owner(catalogue, owner, line) for owner in passage.owners[:_ALL_OWNERS]]
    return {
        "kind": passage.kind,
        "pieces": list(_pieces(passage.markdown[:_LONG], passage.spans)),
        "cut": len(passage.markdown) > _LONG,
        "sites": passage.sites,
        "certain": passage.first_is_certain,
        "first": passage.owners[0].site,
        "owners": owners[:_OWNERS],
        "others": owners[_OWNERS:],
        "left": max(len(passage.owners) - _ALL_OWNERS, 0),
        "stands": _stands(passage),
    }


def _owner(catalogue: Catalogue, owner: Owner, line: Axis | None) -> dict[str, Any]:
    assert line is not None
    path = catalogue.path_of(owner.site, owner.policy_url)
    x, wide = line.span(owner.first_seen, owner.last_seen)
    before = line.x(owner.not_before) if owner.not_before else x
    after = line.x(owner.gone_by) if owner.gone_by else x + wide
    return {
        "site": owner.site,
        "path": f"{path}/v/{owner.citation.rpartition('@')[2]}" if path else "",
        "first": owner.first_seen,
        "last": owner.last_seen,
        "not_before": owner.not_before,
        "gone_by": owner.gone_by,
        "x": x,
        "wide": wide,
        "before": min(before, x),
        "after": max(after, x + wide),
    }


def _pieces(markdown: str, spans: Sequence[Span]) -> Iterator[tuple[bool, str]]:
    """(met, text) in order; the marks of emphasis are left out."""
    at = 0
    for start, end in spans:
        if start > at:
            yield False, _inside(markdown[at:start])
        yield True, _inside(markdown[start:end])
        at = max(end, at)
    if at < len(markdown):
        yield False, _inside(markdown[at:])


def _inside(text: str) -> str:
    return clean(text.replace("<br>", " ").replace("*", "").replace("\\", ""))
