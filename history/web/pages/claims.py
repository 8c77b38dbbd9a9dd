"""What a policy promises over time: a row per claim on the policy's time axis, a bar where it stands, the sentences below.

A bar leads to the sentence that brought the claim. Its shape says the polarity, and so does a word beside it. Pages of
_ON_PAGE rows, so that a text with many claims has pages of the usual size; the data has everything.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from itertools import groupby
from typing import Any, Final

from history.annotations import Annotated, LabelState
from history.answers.claims import HEAD, PolicyClaims, claim_rows, claims_data, read_claims
from history.claims.selectors import meant
from history.claims.standing import ClaimStory, SaidSentence, stay_at
from history.plain import line
from history.sites import PolicyRow
from history.timeline.timeline import VersionRow
from history.web.drawing import Axis, axis, stacked
from history.web.limits import check_size
from history.web.page import Ask, Page, Row, paging
from history.web.pages.policy import base_context, policy_of, versions_of
from pipelines.claims.texts import reading_version
from pipelines.claims.values import in_words

_ON_PAGE: Final = 32  # claims, 1.3 kB each
_BARS: Final = 8  # of one claim that lead to a sentence each; of more, one bar each without a link
_MOST_BARS: Final = 200  # of those without
_SHOWN: Final = 2  # sentences of one claim, besides those to which its bars lead
_LONG: Final = 500  # characters of a sentence
_WIDTH: Final = 600.0  # units of the axis
_LABELS: Final = 60  # made elsewhere, on the page; the JSON has all
_LABEL: Final = 60.0  # units that the name of a law needs


def claims_page(ask: Ask) -> Page:
    """Return the claims of a policy; `claim` names those that are meant, `standing=1` those of the latest version.

    :raises TooLarge: its texts are too large for a page.
    """
    policy = policy_of(ask)
    versions = versions_of(ask, policy)
    found = _claims_of(ask, policy, versions)
    name, standing = ask.text("claim"), ask.text("standing") == "1"
    test, last = meant([name] if name else []), len(versions) - 1
    numbered = [
        (number, story)
        for number, story in enumerate(found.stories, start=1)
        if test(story.what) and (not standing or story.stay_at(last))
    ]
    context = base_context(ask, policy, versions, "claims")
    pages = paging(ask, len(numbered), _ON_PAGE)
    drawing = _Drawing(versions, context["keys"], axis([versions[0].first_seen, versions[-1].last_seen], _WIDTH))
    shown = [drawing.claim(number, story) for number, story in numbered[pages["start"] : pages["stop"]]]
    context |= {
        "categories": [(category, list(same)) for category, same in groupby(shown, key=lambda one: one["category"])],
        "names": list(dict.fromkeys(story.what.category for story in found.stories)),
        "pages": pages,
        "total": len(found.stories),
        "stand": len(found.at(last)),
        "claim": name,
        "standing": standing,
        "labels": [drawing.label(one, last) for one in found.labels[:_LABELS]],
        "more_labels": max(len(found.labels) - _LABELS, 0),
        "rules": reading_version(),
        "width": _WIDTH,
        "years": drawing.line.years(),
        "grid": "".join(f"M{year['x']:g} 0v16" for year in drawing.line.years()),
        "laws": list(_laws(drawing.line, ask)),
        "span": (versions[0].first_seen, versions[-1].last_seen),
    }
    stories = [story for _number, story in numbered]

    def data() -> dict[str, Any]:
        return claims_data(found, stories, None)

    def rows() -> Iterator[Row]:
        yield HEAD
        yield from claim_rows(found, stories, None)

    return Page("claims.html", f"{policy.site}: claims", "sites", context, data, rows)


def _claims_of(ask: Ask, policy: PolicyRow, versions: Sequence[VersionRow]) -> PolicyClaims:
    """The claims of a policy, read once for all its pages."""
    key = f"claims {policy.policy_id}"
    if key not in ask.memo:
        check_size(ask.db, [one.text_id for one in versions])
        ask.memo[key] = read_claims(ask.db, policy, versions)
    found: PolicyClaims = ask.memo[key]
    return found


@dataclass(frozen=True, slots=True)
class _Drawing:
    """What is drawn and told of a claim."""

    versions: Sequence[VersionRow]
    keys: Sequence[str]
    line: Axis

    def claim(self, number: int, story: ClaimStory) -> dict[str, Any]:
        stays = story.stays[:_BARS] if len(story.stays) > _BARS else story.stays
        brought = [next(n for n, one in enumerate(story.evidence) if stay_at(one.stays, first)) for first, _ in stays]
        shown = sorted({*brought, *range(min(_SHOWN, len(story.evidence)))})
        return {
            "number": number,
            "category": story.what.category,
            "name": story.what.name,
            "value": in_words(story.what.value),
            "polarity": story.what.polarity.value,
            "applied": story.what.applied,
            "bars": [self.stay(*stay) | {"sentence": sentence} for stay, sentence in zip(stays, brought, strict=True)],
            "more_bars": [self.stay(*stay) for stay in story.stays[_BARS:]][:_MOST_BARS],
            "sentences": [self.sentence(at, story.evidence[at]) for at in shown],
            "more": len(story.evidence) - len(shown),
        }

    def stay(self, first: int, last: int) -> dict[str, Any]:
        """A bar, thin before and behind it where it is not certain, and both brackets."""
        came, left = self.versions[first], self.versions[last]
        gone = self.versions[last + 1] if last + 1 < len(self.versions) else None
        x, wide = self.line.span(came.first_seen, left.last_seen)
        before = min(self.line.x(came.previous_last_seen), x) if came.previous_last_seen else x
        after = max(self.line.x(gone.first_seen), x + wide) if gone else x + wide
        return {
            "x": x,
            "wide": wide,
            "maybe": f"M{before:g} 8H{x:g}M{x + wide:g} 8H{after:g}" if before < x or after > x + wide else "",
            "version": came.version,
            "key": self.keys[first],
            "not_before": came.previous_last_seen,
            "first": came.first_seen,
            "last": left.last_seen,
            "gone": gone.first_seen if gone else None,
        }

    def sentence(self, at: int, one: SaidSentence) -> dict[str, Any]:
        text = line(f"{one.said.lead} {one.said.sentence}" if one.said.lead else one.said.sentence)
        return {
            "at": at,
            "text": text if len(text) <= _LONG else f"{text[: _LONG - 1]}…",
            "heading": line(one.said.heading),
            "rule": one.said.rule,
            "stays": [self.stay(*stay) for stay in one.stays[:_SHOWN]],
            "more": max(len(one.stays) - _SHOWN, 0),
        }

    def label(self, one: Annotated, last: int) -> dict[str, Any]:
        """A label from elsewhere, and whether the latest version still has its passage."""
        text, note = line(one.passage), line(one.annotation.note)
        return {
            "label": line(one.annotation.label),
            "by": line(one.annotation.by),
            "day": one.annotation.labelled_at[:10],
            "note": note if len(note) <= _LONG else f"{note[: _LONG - 1]}…",
            "text": text if len(text) <= _LONG else f"{text[: _LONG - 1]}…",
            "changed": one.state(last) is LabelState.CHANGED,
            **self.stay(*one.stays[-1]),
        }


def _laws(line: Axis, ask: Ask) -> Iterator[dict[str, Any]]:
    marks = []
    for one in ask.dates:
        moment = datetime.combine(one.day, time(), UTC)
        if line.first <= moment <= line.last:
            marks.append((line.x(moment), {"x": line.x(moment), "label": one.label, "meaning": one.meaning}))
    for row, mark in stacked(marks, _LABEL, 2):
        yield mark | {"y": 9.0 + 11.0 * row, "end": mark["x"] > _WIDTH - _LABEL}
