"""The index: every site with its length over time, its coverage and its last change; and the latest changes of all."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any, Final

from crawler.archives.timestamps import parse_iso
from history.answers.rows import site_data
from history.search.changes import ChangeRow, Filter, read_changes
from history.sites import PolicyRow, list_sites
from history.timeline.coverage import State
from history.timeline.timeline import GAP
from history.web.catalogue import Catalogue
from history.web.drawing import spark
from history.web.page import Ask, Page, Row, paging
from pipelines.model import ChangeClass

LATEST: Final = 8  # changes at the head of the index
_AT_ONCE: Final = 25  # sites on one page, 2 kB each
_POINTS: Final = 32  # of a small curve
_SORTS: Final = ("changed", "site", "versions")


@dataclass(frozen=True, slots=True)
class _Seen:
    """A version, as the index needs it."""

    policy_id: int
    first_seen: datetime
    last_seen: datetime
    words: int
    change_class: str | None
    before: datetime | None


def sites_page(ask: Ask) -> Page:
    """Return the index."""
    heads = _heads(ask)
    wanted = ask.text("q").lower()
    chosen = [one for one in heads if wanted in one["site"]]
    sort = ask.one_of("sort", _SORTS)
    if sort == "site":
        chosen.sort(key=lambda one: one["site"])
    elif sort == "versions":
        chosen.sort(key=lambda one: (-one["versions"], one["site"]))
    else:
        chosen.sort(key=lambda one: one["changed"] or "", reverse=True)
    pages = paging(ask, len(chosen), _AT_ONCE)
    shown = chosen[pages["start"] : pages["stop"]]
    names = [one["site"] for one in shown]
    seen = _versions(ask.db, ask.catalogue, names)
    span = _span(heads)
    context = {
        "sites": [_site(ask.catalogue, one, seen, span) for one in shown],
        "latest": [change_line(ask.catalogue, row) for row in _latest(ask.db)] if pages["page"] == 1 else [],
        "pages": pages,
        "q": ask.text("q"),
        "sort": sort,
        "totals": {
            "sites": len(heads),
            "versions": sum(one["versions"] for one in heads),
            "first": span[0],
            "last": span[1],
        },
        "states": _LEGEND,
    }
    return Page(
        "sites.html",
        "Privacy policies over time",
        "sites",
        context,
        lambda: {"total": len(chosen), "sites": _data(ask.db, names)},
        lambda: _rows(ask.db, names),
    )


_LEGEND: Final = (
    (State.FOUND.value, "a capture shows the policy"),
    ("held", "no capture, and the same wording before and after"),
    ("unknown", "not known"),
)


def _data(db: sqlite3.Connection, names: Sequence[str]) -> list[dict[str, Any]]:
    return [site_data(row) for row in list_sites(db, names)]


def _rows(db: sqlite3.Connection, names: Sequence[str]) -> Iterator[Row]:
    yield (
        "site",
        "policies",
        "versions",
        "first_seen",
        "last_seen",
        "captures",
        "last_change",
        "not_before",
        "not_after",
        "outcome",
        "detail",
        "next_step",
    )
    for one in _data(db, names):
        last = one["last_change"] or {}
        yield (
            one["site"],
            one["policies"],
            one["versions"],
            one["first_seen"],
            one["last_seen"],
            sum(one["captures"].values()),
            last.get("change_class"),
            last.get("not_before"),
            last.get("not_after"),
            one["outcome"],
            one["detail"],
            one["next_step"],
        )


def _heads(ask: Ask) -> Sequence[Mapping[str, Any]]:
    """What the list needs of every site; read once per state of the database."""
    if "heads" not in ask.catalogue.held:
        ask.catalogue.held["heads"] = _read_heads(ask.db)
    found: Sequence[Mapping[str, Any]] = ask.catalogue.held["heads"]
    return found


def _read_heads(db: sqlite3.Connection) -> list[dict[str, Any]]:
    rows = db.execute(
        "SELECT s.site, count(v.id) AS versions, min(v.first_seen) AS first_seen, max(v.last_seen) AS last_seen, "
        "max(CASE WHEN v.version > 1 THEN v.first_seen END) AS changed FROM sites s "
        "LEFT JOIN policies p ON p.site_id = s.id "
        "LEFT JOIN versions v ON v.policy_id = p.id AND v.extractor_id = p.extractor_id GROUP BY s.id"
    )
    return [dict(row) for row in rows]


def _span(heads: Iterable[Mapping[str, Any]]) -> tuple[datetime | None, datetime | None]:
    known = [one for one in heads if one["first_seen"]]
    if not known:
        return None, None
    return parse_iso(min(one["first_seen"] for one in known)), parse_iso(max(one["last_seen"] for one in known))


def _versions(db: sqlite3.Connection, catalogue: Catalogue, sites: Sequence[str]) -> dict[int, list[_Seen]]:
    ids = [policy.policy_id for site in sites for policy in catalogue.policies.get(site, ())]
    rows = db.execute(
        "SELECT v.policy_id, v.first_seen, v.last_seen, t.words, c.change_class, v.previous_last_seen FROM policies p "
        "JOIN versions v ON v.policy_id = p.id AND v.extractor_id = p.extractor_id JOIN texts t ON t.id = v.text_id "
        "LEFT JOIN changes c ON c.to_version_id = v.id "
        "WHERE p.id IN (SELECT value FROM json_each(?)) ORDER BY v.policy_id, v.version",
        [json.dumps(ids)],
    )
    found: dict[int, list[_Seen]] = {}
    for policy_id, first, last, words, change_class, before in rows:
        found.setdefault(policy_id, []).append(
            _Seen(
                policy_id, parse_iso(first), parse_iso(last), words, change_class, parse_iso(before) if before else None
            )
        )
    return found


def _site(
    catalogue: Catalogue,
    head: Mapping[str, Any],
    seen: Mapping[int, Sequence[_Seen]],
    span: tuple[datetime | None, datetime | None],
) -> dict[str, Any]:
    policies = [
        policy_card(catalogue, policy, seen.get(policy.policy_id, ()), span)
        for policy in catalogue.policies.get(head["site"], ())
    ]
    known = [one for one in policies if one["versions"]] or policies
    changed = [one["changed"] for one in known if one["changed"]]
    return {
        "site": head["site"],
        "versions": head["versions"],
        "policies": known,
        "path": known[0]["path"] + "/timeline" if len(known) == 1 else "",
        "changed": max(changed, key=lambda one: one["not_after"], default=None),
    }


def policy_card(
    catalogue: Catalogue, policy: PolicyRow, seen: Sequence[_Seen], span: tuple[datetime | None, datetime | None]
) -> dict[str, Any]:
    """Return what a list shows of a policy: its small curve, its strip of half-years, its last change."""
    changed = [one for one in seen if one.change_class and one.before]
    return {
        "path": catalogue.path(policy),
        "name": policy.name,
        "short": catalogue.names[policy.policy_id],
        "versions": len(seen),
        "words": seen[-1].words if seen else None,
        "first": seen[0].first_seen if seen else None,
        "last": seen[-1].last_seen if seen else None,
        "lines": spark(_lengths(seen, span), 160, 24),
        "strip": _strip(seen, span),
        "changed": {
            "class": changed[-1].change_class,
            "not_before": changed[-1].before,
            "not_after": changed[-1].first_seen,
        }
        if changed
        else None,
    }


def _lengths(seen: Sequence[_Seen], span: tuple[datetime | None, datetime | None]) -> list[float | None]:
    """The words at moments evenly over the span of all sites, so that all curves have one axis."""
    first, last = span
    if not seen or first is None or last is None:
        return []
    found: list[float | None] = []
    at = 0
    for number in range(_POINTS):
        moment = first + (last - first) * number / (_POINTS - 1)
        while at + 1 < len(seen) and seen[at + 1].first_seen <= moment:
            at += 1
        stands = seen[at].first_seen <= moment and (moment <= seen[at].last_seen or at + 1 < len(seen))
        bracket = (
            at + 1 < len(seen) and moment > seen[at].last_seen and seen[at + 1].first_seen - seen[at].last_seen > GAP
        )
        found.append(seen[at].words if stands and not bracket else None)
    return found


def _strip(seen: Sequence[_Seen], span: tuple[datetime | None, datetime | None]) -> dict[str, Any]:
    """The states of half-years from the first of all sites to the last: told by versions alone, which a list can afford."""
    first, last = span
    if first is None or last is None:
        return strip_paths([])
    halves = range(_half(first), _half(last) + 1)
    states = dict.fromkeys(halves, "unknown")
    for one in seen:
        for half in range(_half(one.first_seen), _half(one.last_seen) + 1):
            states[half] = "held"
        states[_half(one.first_seen)] = states[_half(one.last_seen)] = State.FOUND.value
    return strip_paths(list(states.values()))


def strip_paths(states: Sequence[str]) -> dict[str, Any]:
    """Return the marks of a strip, one path per state.

    >>> strip_paths(["found", "unknown", "found"])
    {'wide': 12, 'paths': [('found', 'M0 0h3.4v10h-3.4zM8 0h3.4v10h-3.4z'), ('unknown', 'M4 4h3.4v2h-3.4z')]}
    """
    paths: dict[str, str] = {}
    for number, state in enumerate(states):
        top, height = (4, 2) if state == "unknown" else (0, 10)
        paths[state] = paths.get(state, "") + f"M{number * 4} {top}h3.4v{height}h-3.4z"
    return {"wide": len(states) * 4, "paths": list(paths.items())}


def _half(moment: datetime) -> int:
    return 2 * moment.year + (moment.month > 6)


def _latest(db: sqlite3.Connection) -> list[ChangeRow]:
    wanted = Filter(classes=(ChangeClass.SUBSTANTIVE, ChangeClass.REPLACED), turns=True)
    return list(islice(read_changes(db, wanted), LATEST))


def change_line(catalogue: Catalogue, row: ChangeRow) -> dict[str, Any]:
    """Return what a list shows of a change."""
    path = catalogue.path_of(row.site, row.policy_url)
    old, new = (citation.rpartition("@")[2] for citation in (row.from_citation, row.to_citation))
    return {
        "site": row.site,
        "policy_url": row.policy_url,
        "path": path,
        "diff": f"{path}/diff/{old}..{new}" if path else "",
        "not_before": row.not_before,
        "not_after": row.not_after,
        "class": row.change.change_class.value,
        "added": row.change.words_added,
        "removed": row.change.words_removed,
        "sections": row.change.sections[:4],
        "more_sections": max(len(row.change.sections) - 4, 0),
        "version": row.to_version,
    }


def site_page(ask: Ask) -> Page:
    """Return the page of a site: its policies; its data is what `timeline --json` gives of them, in short."""
    site = ask.catalogue.site(ask.path.split("/")[1])
    seen = _versions(ask.db, ask.catalogue, [site])
    every = [one for versions in seen.values() for one in versions]
    span = (min(one.first_seen for one in every), max(one.last_seen for one in every)) if every else (None, None)
    cards = [
        policy_card(ask.catalogue, policy, seen.get(policy.policy_id, ()), span)
        for policy in ask.catalogue.policies[site]
    ]
    context = {"site": site, "cards": cards, "states": _LEGEND}
    return Page(
        "site.html",
        site,
        "sites",
        context,
        lambda: {"total": 1, "sites": _data(ask.db, [site])},
        lambda: _rows(ask.db, [site]),
    )
