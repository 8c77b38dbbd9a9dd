"""All captures of one policy, read at once and narrow: a policy may have tens of thousands, and its timeline reads them all.

read_captures(db, policy) ──► Captures(read, silent)           a plain tuple a capture, in time order
read_after(db, policy, moment) ──► AlikeCaptures(first, last, how many)…       later captures, alike ones in a row as one

What is asked of the views `captures` and `readings` elsewhere is asked of their tables here: a view makes each row's texts
(dates, addresses, whether it is needed) anew, and of 10,000 rows that takes longer than all that is done with them. Texts
that only a few captures need are asked for by those captures' ids (`citations`). Moments are seconds since 1970 in here.
SQL's window functions would give the runs without their captures, but take longer than handing out the rows does.
"""

from __future__ import annotations

import json
import sqlite3
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain, groupby, product
from operator import itemgetter
from typing import Any

from crawler.archives.capture import Outcome
from crawler.archives.timestamps import parse_iso
from history.sites import PolicyRow
from pipelines.store.load import FATE, WHILE_THERE

# At a moment, capture id, address id, title. Where the archive played back another date, the text is of that date.
Read = tuple[int, int, int, str]
# At a moment, capture id, outcome, the reason given.
Unread = tuple[int, int, Outcome, str]

# CROSS JOIN: in this order. The planner cannot know that one policy has all the captures of its few addresses.
_OF_POLICY = """FROM policies p JOIN policy_urls u ON u.policy_id = p.id CROSS JOIN addresses a ON a.urlkey = u.urlkey
CROSS JOIN capture_rows k ON k.address_id = a.id"""
_AT = "strftime('%Y-%m-%dT%H:%M:%SZ', k.at, 'unixepoch')"
# Of nearly all URLs the first line is true, and nothing is asked for each capture.
_THERE = f"""(NOT u.bounded AND u.valid_to IS NULL
  OR {WHILE_THERE.replace("k.captured_at", _AT)})"""
_ALL = f"""
SELECT k.at, k.id, k.address_id, k.kind_id, x.finding_id, k.detail, CASE WHEN k.drift_seconds <> 0
  THEN coalesce(CAST(strftime('%s', json_extract(k.unusual, '$.memento_at')) AS INTEGER), k.at + k.drift_seconds) END
{_OF_POLICY}
LEFT JOIN extraction_rows x ON x.payload_id = k.payload_id AND x.extractor_id = p.extractor_id
WHERE p.id = ? AND {_THERE}
"""
_KINDS = "SELECT o.id, o.outcome FROM json_each(?) j CROSS JOIN capture_kinds o ON o.id = j.value"
_TITLES = """SELECT f.id, f.title FROM json_each(?) j CROSS JOIN findings f ON f.id = j.value
WHERE f.outcome = 'fetched' AND f.text_id IS NOT NULL"""
_AFTER = f"""
SELECT k.at, a.original, k.id, o.outcome, coalesce(o.http_status, o.statuscode), coalesce(k.detail, ''),
  coalesce(k.redirect_url, '')
{_OF_POLICY} CROSS JOIN capture_kinds o ON o.id = k.kind_id
WHERE p.id = ? AND k.at > ? AND {_THERE} ORDER BY 1, 2, 4, 3
"""
# What becomes of a pending capture at an address is alike for all of them: FATE, asked once an address.
_ADDRESSES = f"""
SELECT k.id, k.original, {FATE} FROM policy_urls u
CROSS JOIN (SELECT id, original, urlkey, archive, 'pending' AS outcome FROM addresses) k ON k.urlkey = u.urlkey
WHERE u.policy_id = ?
"""
_ASIDE = """
SELECT a.first_seen, a.last_seen FROM set_aside a JOIN policies p ON p.id = a.policy_id AND p.extractor_id = a.extractor_id
WHERE a.policy_id = ?
"""
_CITATIONS = "SELECT k.id, k.citation_url FROM json_each(?) j CROSS JOIN captures k ON k.id = j.value"
_FIRST = itemgetter(0)


@dataclass(frozen=True, slots=True)
class Captures:
    """A policy's captures.

    :param read: those whose wording is known; `shown` those of them that are not set aside: they show the policy.
    :param silent: those that brought no text; one that was read, but not by the extractor of the policy's versions,
        counts as pending.
    :param urls: by address id.
    """

    read: Sequence[Read]
    shown: Sequence[Read]
    silent: Sequence[Unread]
    urls: dict[int, str]


@dataclass(frozen=True, slots=True)
class AlikeCaptures:
    """Captures one after another of which all but the date is alike.

    :param first, last: when. :param url, capture_id: of the first.
    :param status: of the memento, or as the index gives it.
    """

    first: int
    last: int
    captures: int
    url: str
    capture_id: int
    outcome: Outcome
    status: str
    detail: str
    redirect_url: str


def moment(seconds: int) -> datetime:
    """Return the UTC datetime of seconds since 1970."""
    return datetime.fromtimestamp(seconds, UTC)


def seconds(moment: datetime) -> int:
    """Return the whole seconds since 1970."""
    return int(moment.timestamp())


def read_captures(db: sqlite3.Connection, policy: PolicyRow) -> Captures:
    """Return all captures of a policy that were made while it stood at their URL.

    :param db: of history.database.open_database.
    """
    addresses = list(_rows(db, _ADDRESSES, [policy.policy_id]))
    rows = list(_rows(db, _ALL, [policy.policy_id]))
    outcomes = dict(_rows(db, _KINDS, [_list({row[3] for row in rows})]))
    held = {kind for kind, outcome in outcomes.items() if outcome in ("fetched", "revisit")}
    titles = dict(_rows(db, _TITLES, [_list({row[4] for row in rows})]))
    read = sorted(
        (at if played is None else played, capture, address, titles[finding])
        for at, capture, address, kind, finding, _detail, played in rows
        if finding in titles and kind in held
    )
    became = {
        (address, kind): Outcome("pending" if kind in held else fate if outcome == "pending" else outcome)
        for (kind, outcome), (address, _url, fate) in product(outcomes.items(), addresses)
    }
    silent = sorted(
        (at, capture, became[address, kind], detail or "")
        for at, capture, address, kind, finding, detail, _played in rows
        if finding not in titles or kind not in held
    )
    urls = {address: url for address, url, _fate in addresses}
    return Captures(read, _without(read, _set_aside(db, policy)), silent, urls)


def read_after(db: sqlite3.Connection, policy: PolicyRow, after: int) -> Iterator[AlikeCaptures]:
    """Yield the captures of a policy after a moment; one that is held may be the policy, and counts as pending."""
    rows = _rows(db, _AFTER, [policy.policy_id, after])
    for (outcome, status, detail, redirect_url), alike in groupby(rows, key=itemgetter(3, 4, 5, 6)):
        first = last = next(alike)
        number = 1
        for number, last in enumerate(alike, 2):  # noqa: B007 - the last of both is meant
            pass
        what = Outcome.PENDING if outcome in ("fetched", "revisit") else Outcome(outcome)
        yield AlikeCaptures(first[0], last[0], number, first[1], first[2], what, str(status), detail, redirect_url)


def citations(db: sqlite3.Connection, capture_ids: Iterable[int]) -> dict[int, str]:
    """Return where a person finds captures, by their ids."""
    return dict(_rows(db, _CITATIONS, [_list(capture_ids)]))


def _list(ids: Iterable[int | None]) -> str:
    return json.dumps(list(ids))


def _rows(db: sqlite3.Connection, sql: str, values: Sequence[object]) -> Iterator[tuple[Any, ...]]:
    """Plain tuples: a sqlite3.Row for each of 10,000 captures takes time, and its names are not needed."""
    cursor = db.cursor()
    cursor.row_factory = None
    return cursor.execute(sql, values)


def _set_aside(db: sqlite3.Connection, policy: PolicyRow) -> list[tuple[int, int]]:
    return [
        (seconds(parse_iso(first)), seconds(parse_iso(last))) for first, last in _rows(db, _ASIDE, [policy.policy_id])
    ]


def _without(read: Sequence[Read], aside: Iterable[tuple[int, int]]) -> Sequence[Read]:
    """What lies in none of some stretches, their ends included."""
    spans = sorted(
        (bisect_left(read, first, key=_FIRST), bisect_right(read, last, key=_FIRST)) for first, last in aside
    )
    if not spans:
        return read
    kept, begin = [], 0
    for left, right in spans:
        kept.append(read[begin:left])
        begin = max(begin, right)
    return [*chain.from_iterable(kept), *read[begin:]]
