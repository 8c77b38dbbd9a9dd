"""How a site's policies were found, in the tables discovery_answers, discoveries, candidates, url_spans."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from crawler.archives.capture import Capture, Outcome, Policy
from crawler.archives.surt import surt
from crawler.archives.timestamps import format_iso, parse_iso, repair_timestamp
from crawler.discovery.asks import Answer, AskKind, Discovery, Evidence, Found, Verdict
from crawler.discovery.links import Label, PolicyLink

if TYPE_CHECKING:
    from pipelines.store.shelves.policies import PolicyShelf
    from pipelines.store.transactions import OpenFile

_ROW = ("urlkey", "timestamp", "original", "mimetype", "statuscode", "digest", "length", "oddity")


class DiscoveryShelf:
    """Keeps discoveries in a database; a method that writes is one transaction."""

    def __init__(self, file: OpenFile, policies: PolicyShelf) -> None:
        self._file, self._db, self._policies = file, file.db, policies

    def answers(self, site: str, archive: str) -> list[Answer]:
        """Return all that an archive ever said about a site, the latest word on each ask."""
        rows = self._db.execute(
            "SELECT a.kind, a.url, a.timestamp, a.at, a.outcome, a.detail, a.answer FROM discovery_answers a "
            "JOIN sites s ON s.id = a.site_id WHERE s.site = ? AND a.archive = ? ORDER BY 4, 1, 2, 3",
            [site, archive],
        )
        return [_answer(*row) for row in rows]

    def put_answer(self, site: str, archive: str, answer: Answer) -> None:
        """Keep what an archive said, in the place of what it said before."""
        row = [
            archive,
            answer.kind.value,
            answer.url,
            answer.timestamp,
            format_iso(answer.at),
            answer.outcome.value,
            answer.detail,
            _answer_json(answer),
        ]
        with self._file.transaction():
            self._db.execute(
                "INSERT OR REPLACE INTO discovery_answers (site_id, archive, kind, url, timestamp, at, outcome, detail, "
                "answer) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [self._policies.site_id(site), *row],
            )

    def put(self, site: str, archive: str, found: Discovery) -> None:
        """Keep where a search has come to, in the place of the earlier one."""
        with self._file.transaction():
            self._put([self._policies.site_id(site), archive], found)

    def _put(self, key: list[Any], found: Discovery) -> None:
        for table in ("discoveries", "candidates", "url_spans"):
            self._db.execute(f"DELETE FROM {table} WHERE site_id = ? AND archive = ?", key)
        self._db.execute(
            "INSERT INTO discoveries (site_id, archive, at, requests, notes) VALUES (?, ?, ?, ?, ?)",
            [*key, self._file.now(), found.spent, _json(found.notes)],
        )
        for one in found.candidates:
            self._db.execute(
                "INSERT OR IGNORE INTO candidates (site_id, archive, url, label, score, taken, why, evidence) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                [*key, one.url, one.label.value, one.score, one.taken, _json(one.why), _evidence(one.evidence)],
            )
        for policy, number, label, span in (
            (p, n, one.label, span) for p, one in enumerate(found.policies, 1) for n, span in enumerate(one.spans, 1)
        ):
            dates = (format_iso(at) if at else None for at in (span.after, span.first, span.last, span.before))
            self._db.execute(
                "INSERT INTO url_spans (site_id, archive, policy, number, label, url, after, first_seen, last_seen, "
                "before, evidence) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [*key, policy, number, label.value, span.url, *dates, _evidence(span.evidence)],
            )

    def policy_of(self, site: str, found: Found) -> Policy:
        """Return the policy that was found, with its dated URLs; the one that has any of them, else a new one."""
        with self._file.transaction():
            return self._policy_of(site, found)

    def _policy_of(self, site: str, found: Found) -> Policy:
        site_id, keys = self._policies.site_id(site), [surt(span.url) for span in found.spans]
        row = self._db.execute(
            "SELECT p.id, p.policy_url FROM policies p JOIN policy_urls u ON u.policy_id = p.id WHERE p.site_id = ? "
            f"AND p.part = '' AND u.urlkey IN ({', '.join('?' * len(keys))}) ORDER BY p.id LIMIT 1",
            [site_id, *keys],
        ).fetchone()
        if row is None:
            cursor = self._db.execute(
                "INSERT INTO policies (site_id, urlkey, policy_url, added_at, label) VALUES (?, ?, ?, ?, ?)",
                [site_id, keys[-1], found.url, self._file.now(), found.label.value],
            )
            row = (int(cursor.lastrowid or 0), found.url)
        for key, span in zip(keys, found.spans, strict=True):
            ended = format_iso(span.last) if span.before else None
            self._db.execute(
                "INSERT INTO policy_urls (policy_id, urlkey, url, valid_from, valid_to, evidence) "
                "VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (policy_id, urlkey) DO UPDATE SET "
                "valid_from = excluded.valid_from, valid_to = excluded.valid_to, evidence = excluded.evidence",
                [row[0], key, span.url, format_iso(span.first), ended, _in_words(span.evidence)],
            )
        return Policy(row[0], site, row[1])

    def linked(self, site: str, url: str) -> bool:
        """Tell whether a page of the site was found to link to a URL, as to a policy."""
        rows = self._db.execute(
            "SELECT c.url FROM candidates c JOIN sites s ON s.id = c.site_id WHERE s.site = ? "
            'AND c.evidence LIKE \'%"source": "link"%\'',
            [site],
        )
        return any(surt(found) == surt(url) for (found,) in rows)


def _in_words(evidence: Sequence[Evidence]) -> str:
    return "; ".join(f"{e.source.value} {e.text!r} on {e.page} of {e.at:%Y-%m-%d}" for e in evidence) or "discovered"


def _evidence(evidence: Iterable[Evidence]) -> str:
    return _json([asdict(e) | {"source": e.source.value, "at": format_iso(e.at)} for e in evidence])


def _json(data: Any) -> str:
    return json.dumps(data, ensure_ascii=False)


def _answer_json(answer: Answer) -> str:
    data: dict[str, Any] = {}
    if answer.rows:
        data["rows"] = _packed(answer.rows)
    if answer.links:
        data["links"] = [[link.url, link.text, link.score, link.label.value, *link.why] for link in answer.links]
    data |= {"more": True} if answer.more else {}
    data |= {"target": answer.target} if answer.target else {}
    data |= {"verdict": asdict(answer.verdict)} if answer.verdict else {}
    return _json(data).encode("utf-8", "replace").decode()


def _answer(kind: str, url: str, timestamp: str, at: str, outcome: str, detail: str, text: str) -> Answer:
    data = json.loads(text)
    return Answer(
        AskKind(kind),
        url,
        timestamp,
        parse_iso(at),
        Outcome(outcome),
        detail,
        rows=_unpacked(data.get("rows", ())),
        more=data.get("more", False),
        links=tuple(PolicyLink(row[0], row[1], row[2], Label(row[3]), tuple(row[4:])) for row in data.get("links", ())),
        target=data.get("target", ""),
        verdict=Verdict(**data["verdict"]) if "verdict" in data else None,
    )


def _packed(rows: Sequence[Capture]) -> list[list[str | int]]:
    """The fields of each row, 0 where it is as in the row before: most of the home page's are."""
    packed, before = [], [""] * len(_ROW)
    for row in rows:
        fields = [getattr(row, name) for name in _ROW]
        packed.append([0 if new == old else new for new, old in zip(fields, before, strict=True)])
        before = fields
    return packed


def _unpacked(packed: Iterable[Sequence[str | int]]) -> tuple[Capture, ...]:
    rows, fields = [], [""] * len(_ROW)
    for one in packed:
        fields = [str(new) if new != 0 else old for new, old in zip(one, fields, strict=True)]
        row = dict(zip(_ROW, fields, strict=True))
        rows.append(Capture(**row, captured_at=repair_timestamp(row["timestamp"])))
    return tuple(rows)
