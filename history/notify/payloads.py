"""A change or event as data, for programs: small, whatever the page says.

data_of(message) ──► {"type": "policy.changed" | "policy.event", "data": {…}}      less than 20 KB (Standard Webhooks 1.0.0)
"""

from __future__ import annotations

from typing import Any, Final

from crawler.archives.timestamps import format_iso
from history.diff.word_steps import Op
from history.notify.message import Entry, EventEntry, Message, marked_parts
from history.plain import line
from history.uris import link_data

_PASSAGES: Final = 5
_CHARACTERS: Final = (
    400  # of a passage: 5 added and 5 removed, JSON-escaped at six bytes each, are 24 KB at the very most
)
_BYTES: Final = 1500  # of a URL or a list of sections


def data_of(message: Message) -> dict[str, Any]:
    """Return a message of one change or one event as data; of several, the first (programs get one by one)."""
    if message.entries:
        return {"type": "policy.changed", "watch": message.watch, "data": _change(message.entries[0])}
    if message.events:
        return {"type": "policy.event", "watch": message.watch, "data": _event(message.events[0])}
    return {"type": "policy.none", "watch": message.watch, "data": {}}


def _change(entry: Entry) -> dict[str, Any]:
    links = dict(entry.links)
    return {
        "site": entry.sites[0],
        "policy_url": entry.policy_url[:_BYTES],
        "not_before": format_iso(entry.not_before),
        "not_after": format_iso(entry.not_after),
        "change_class": entry.change_class,
        "words_added": entry.words_added,
        "words_removed": entry.words_removed,
        "sections": [line(section)[:100] for section in entry.sections[:10]],
        "added": _passages(entry, Op.INSERT),
        "removed": _passages(entry, Op.DELETE),
        "claims_added": [line(name)[:100] for name in entry.claims_added[:10]],
        "claims_removed": [line(name)[:100] for name in entry.claims_removed[:10]],
        "citation": entry.citations[0],
        **link_data(links.get("new wording", "")[:_BYTES]),
        **link_data(links.get("old wording", "")[:_BYTES], "before_"),
        "diff_url": links.get("whole difference", "")[:_BYTES],
    }


def _passages(entry: Entry, op: Op) -> list[str]:
    found = [text for sentence in entry.excerpt.sentences for own, text in marked_parts(sentence) if own is op]
    return [text if len(text) <= _CHARACTERS else f"{text[: _CHARACTERS - 1]}…" for text in found[:_PASSAGES]]


def _event(event: EventEntry) -> dict[str, Any]:
    return {
        "site": event.site,
        "policy_url": event.policy_url[:_BYTES],
        "kind": event.kind,
        "meaning": event.meaning,
        "not_before": format_iso(event.after) if event.after else None,
        "not_after": format_iso(event.not_after),
        "evidence": [line(text)[:300] for text in event.evidence[:5]],
        **link_data(event.capture_url[:_BYTES]),
    }
