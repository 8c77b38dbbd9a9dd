"""Changes over all sites, newest first; the same edit of several sites is one card."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, Final

from history.answers.changes import Feed, feed_data
from history.claims.placed import claims_are_stored
from history.claims.said import Said
from history.claims.steps import ClaimStep
from history.plain import clean, line, plain_text
from history.search.changes import (
    ChangeRow,
    Filter,
    capture_urls,
    claim_steps,
    read_changes,
    together,
    with_passages,
)
from history.search.same_edits import Event
from history.web.drawing import five_blocks
from history.web.limits import check_size
from history.web.page import Ask, Page, Row
from history.web.pages.sites import change_line
from pipelines.model import ChangeClass

_CLASSES: Final = tuple(one.value for one in ChangeClass)
PAGE: Final = 25  # changes on one page
_PASSAGES: Final = 2  # of a card
_CLAIMS: Final = 20  # of a card
_LONG: Final = 280  # characters of a passage
_DEEPEST: Final = 1_000_000  # changes that pages lead back to


def changes_page(ask: Ask) -> Page:
    """Return one page of the changes that the form asks for."""
    policies = ask.policies()
    wanted = Filter(
        classes=tuple(ChangeClass(one) for one in ask.text("class").split(",") if one in _CLASSES),
        min_words=ask.number("min_words", 0, 0, 1_000_000),
        since=ask.moment("since"),
        until=ask.moment("until", end=True),
        section=ask.text("section"),
        added=ask.text("added"),
        removed=ask.text("removed"),
        policies=None if policies is None else [policy.policy_id for policy in policies],
        turns=ask.text("all") == "1",
    )
    start = ask.number("skip", 0, 0, _DEEPEST)
    rows = list(islice(read_changes(ask.db, wanted), start, start + PAGE + 1))
    more, rows = len(rows) > PAGE, rows[:PAGE]
    passages = with_passages(ask.db, rows)
    apart = ask.text("apart") == "1"
    events = [Event((row.change_id,)) for row in rows] if apart else together(rows, passages)
    by_id = {row.change_id: row for row in rows}
    urls = capture_urls(ask.db, [number for event in events for number in event.numbers])
    stored = claims_are_stored(ask.db)
    claimed = ask.text("claims") == "1" or stored
    if claimed and not stored:
        check_size(ask.db, [text_id for row in rows for text_id in (row.from_text_id, row.to_text_id)])
    claims = claim_steps(ask.db, rows) if claimed else None
    feed = Feed(events, by_id, passages, urls, None if more or start else len(events), claims)
    given = {
        name: ask.text(name)
        for name in (
            "class",
            "min_words",
            "since",
            "until",
            "section",
            "added",
            "removed",
            "site",
            "apart",
            "all",
            "claims",
        )
    }
    context = {
        "cards": [_card(ask, feed, event) for event in events],
        "given": given,
        "classes": _CLASSES,
        "start": start,
        "shown": len(rows),
        "newer": max(start - PAGE, 0) if start else None,
        "older": start + PAGE if more else None,
        "apart": apart,
        "filtered": any(value for name, value in given.items() if name not in ("apart", "claims")),
        "claimed": claimed,
        "stored": stored,
    }
    return Page(
        "changes.html",
        "Changes on all sites",
        "changes",
        context,
        lambda: feed_data(feed),
        lambda: _rows(rows, claims),
    )


def _rows(rows: Sequence[ChangeRow], claims: Mapping[int, ClaimStep] | None) -> Iterator[Row]:
    """The changes as a table; what came and went of claims only where it was asked for."""
    yield (
        "site",
        "policy_url",
        "from_version",
        "to_version",
        "not_before",
        "not_after",
        "change_class",
        "words_added",
        "words_removed",
        "sections",
        "from_citation",
        "citation",
        *(() if claims is None else ("claims_added", "claims_removed")),
    )
    for row in rows:
        yield (
            row.site,
            row.policy_url,
            row.from_version,
            row.to_version,
            row.not_before,
            row.not_after,
            row.change.change_class.value,
            row.change.words_added,
            row.change.words_removed,
            "; ".join(row.change.sections),
            row.from_citation,
            row.to_citation,
            *(() if claims is None else map(_listed, (claims[row.change_id].came, claims[row.change_id].went))),
        )


def _listed(said: Sequence[Said]) -> str:
    return "; ".join(str(one.what) for one in said)


def _card(ask: Ask, feed: Feed, event: Event) -> dict[str, Any]:
    rows = [feed.rows[number] for number in event.numbers]
    lines = [change_line(ask.catalogue, row) for row in rows]
    first = min(rows, key=lambda row: row.not_after)
    return {
        "lines": lines,
        "sites": len({row.site for row in rows}),
        "first": first.site,
        "not_before": min(row.not_before for row in rows),
        "not_after": max(row.not_after for row in rows),
        "blocks": five_blocks(rows[0].change.words_added, rows[0].change.words_removed),
        "claims": _claims(feed, rows[0]),
        **_passages(feed, rows[0]),
    }


def _claims(feed: Feed, row: ChangeRow) -> list[tuple[str, str]]:
    """(added or removed, claim) of a change."""
    made = (feed.claims or {}).get(row.change_id, ClaimStep())
    found = [("added", said) for said in made.came] + [("removed", said) for said in made.went]
    return [(word, line(str(said.what))) for word, said in found[:_CLAIMS]]


def _passages(feed: Feed, row: ChangeRow) -> Mapping[str, Any]:
    one = feed.passages[row.change_id]
    return {
        "came": [_short(text) for text in one.came[:_PASSAGES]],
        "went": [_short(text) for text in one.went[:_PASSAGES]],
        "more": max(len(one.came) - _PASSAGES, 0) + max(len(one.went) - _PASSAGES, 0),
    }


def _short(markdown: str) -> str:
    text = plain_text(clean(markdown))
    return text if len(text) <= _LONG else f"{text[:_LONG]}…"
