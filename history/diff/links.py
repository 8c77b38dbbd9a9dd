"""What changed in the links of a policy: where they lead, never what a tracker was told on the way.

    read_links(db, version) ──► the links of the version's text       link_changes(old, new) ──► LinkChange…

Two targets are one if they differ only in tracking parameters, in the order of the query, in the default port, in http
and https or in `www.`. Links are no part of the wording: a version may have changed in nothing
else, and two versions of another wording may have the same links.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from urllib.parse import parse_qsl, urlsplit

from rapidfuzz.distance import LCSseq
from w3lib.url import canonicalize_url, url_query_cleaner

from history.timeline.timeline import VersionRow
from pipelines.model import Link
from pipelines.text.wording import words

_MAX_LENGTH = 4096  # of an address that is still looked into; longer ones are compared as they are
_SCHEME = re.compile(r"https?://(?:www\d?\.)?", re.IGNORECASE)
_PORT = re.compile(r"(?<=[^/:]):(?:80|443)(?=/|\?|#|$)")
# What Firefox and Brave take out of addresses (privacy.query_stripping.strip_list, brave-core query_filter), and the
# parameters of Google Analytics.
_TRACKERS = re.compile(
    r"utm_.*|ga_.*|_g[al]|[gd]clid|gclsrc|[gw]braid|fbclid|msclkid|yclid|ysclid|twclid|ttclid|li_fat_id|igshid|igsh|"
    r"mc_[ce]id|mkt_tok|oly_(?:anon|enc)_id|vero_id|vero_conv|_hs(?:enc|mi)|__hs(?:fp|sc|tc)|hscta\w*|__s|s_cid|"
    r"wickedid|rb_clickid|unicorn_click_id|ref_src|srsltid|_openstat|epik|guce_referrer(?:_sig)?|mtm_.*|pk_.*",
    re.IGNORECASE,
)


class LinkKind(StrEnum):
    ADDED = "added"
    REMOVED = "removed"
    RETARGETED = "retargeted"  # the same words lead elsewhere
    RENAMED = "renamed"  # other words lead to the same place


@dataclass(frozen=True, slots=True)
class LinkChange:
    """One link that changed; `old` is None where it is new, `new` where it is gone."""

    kind: LinkKind
    old: Link | None
    new: Link | None


def read_links(db: sqlite3.Connection, version: VersionRow, policy_id: int) -> tuple[Link, ...] | None:
    """Return the links of a version's text as its first capture had them, in order; None where none were kept.

    :param db: of history.database.open_database.
    """
    row = db.execute(
        "SELECT l.links FROM versions v JOIN policies p ON p.id = v.policy_id AND p.extractor_id = v.extractor_id "
        "JOIN captures k ON k.id = v.first_capture_id "
        "JOIN extractions e ON e.payload_id = k.payload_id AND e.extractor_id = v.extractor_id "
        "JOIN link_layers l ON l.id = e.link_layer_id WHERE v.policy_id = ? AND v.version = ?",
        [policy_id, version.version],
    ).fetchone()
    return tuple(Link(text, href) for text, href in json.loads(row[0])) if row else None


def link_changes(old: Sequence[Link], new: Sequence[Link]) -> tuple[LinkChange, ...]:
    """Return what changed, in the order of the new links; those that went stand where they stood."""
    changes: list[LinkChange] = []
    ours, theirs = [_key(link) for link in old], [_key(link) for link in new]
    moved_out, moved_in = _leftovers(ours, theirs), _leftovers(theirs, ours)
    src = dest = 0
    for op in [*LCSseq.opcodes(ours, theirs), None]:
        if op is None or op.tag == "equal":
            end_src, end_dest = (len(old), len(new)) if op is None else (op.src_start, op.dest_start)
            went = [old[at] for at in range(src, end_src) if at in moved_out]
            came = [new[at] for at in range(dest, end_dest) if at in moved_in]
            changes += _place(went, came)
            src, dest = (end_src, end_dest) if op is None else (op.src_end, op.dest_end)
    return tuple(changes)


def target(href: str) -> str:
    """Return an address without what does not say where it leads."""
    if len(href) > _MAX_LENGTH or not _SCHEME.match(href):
        return href
    return _target(href)


@lru_cache(maxsize=4096)
def _target(href: str) -> str:
    try:
        found = [name for name, _value in parse_qsl(urlsplit(href).query, keep_blank_values=True)]
        trackers = [name for name in found if _TRACKERS.fullmatch(name)]
        kept = url_query_cleaner(href, trackers, remove=True, keep_fragments=True, unique=False)
        normal = canonicalize_url(kept if trackers else href, keep_fragments=True)
    except ValueError:
        return href
    return _PORT.sub("", _SCHEME.sub("//", normal, count=1), count=1).rstrip("/")


def _key(link: Link) -> tuple[tuple[str, ...], str]:
    return tuple(words(link.text)), target(link.href)


def _leftovers(here: Sequence[object], there: Sequence[object]) -> set[int]:
    """Positions of those that the other side has fewer of: a link that only moved is no change."""
    held: dict[object, int] = {}
    for one in there:
        held[one] = held.get(one, 0) + 1
    left = set()
    for at, one in enumerate(here):
        if held.get(one):
            held[one] -= 1
        else:
            left.add(at)
    return left


def _place(went: list[Link], came: list[Link]) -> list[LinkChange]:
    """Links that went and came at one place: pairs first, by their words, then by where they lead."""
    pairs: dict[int, tuple[LinkKind, Link]] = {}
    for part, kind in ((0, LinkKind.RETARGETED), (1, LinkKind.RENAMED)):
        for at, link in enumerate(came):
            key = _key(link)[part]
            other = next((one for one in went if _key(one)[part] == key), None) if at not in pairs and key else None
            if other:
                went.remove(other)
                pairs[at] = (kind, other)
    gone = [LinkChange(LinkKind.REMOVED, link, None) for link in went]
    return gone + [
        LinkChange(pairs[at][0], pairs[at][1], link) if at in pairs else LinkChange(LinkKind.ADDED, None, link)
        for at, link in enumerate(came)
    ]
