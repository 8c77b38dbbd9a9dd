"""What others declared of a policy: its URLs with their time, and hints to its text. Tables policy_urls, declarations.

A policy with hints is read by an extractor of its own, named after the program's and the hints: with other hints it is
another extractor, all that is kept is read anew, and what differs is technical, never a change of the policy.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from crawler.archives.surt import surt
from crawler.archives.timestamps import format_iso
from crawler.choosing.rows import NO_DIGESTS
from crawler.targets.declarations import EVIDENCE, Declared
from crawler.targets.hints import ANY_PART, NO_HINTS, Asked, Hint, Hints, hints_json, hints_key, hints_of, in_order
from pipelines.reading.extractor import declared_extractor

if TYPE_CHECKING:
    from crawler.archives.capture import Policy
    from pipelines.store.tables.at_hand import AtHand
    from pipelines.store.transactions import OpenFile

# The earliest capture of the page that a capture shows, as far as the index tells.
_EARLIEST = """
SELECT b.urlkey, k.digest, min(k.at), min(o.at) FROM capture_rows k
JOIN addresses a ON a.id = k.address_id
JOIN addresses b ON b.urlkey = a.urlkey AND b.archive = a.archive
JOIN capture_rows o ON o.address_id = b.id AND o.digest = k.digest
WHERE k.id = ? GROUP BY 1, 2
"""
_AT_HAND = 1_000  # policies: twice as many as a run works at together


class DeclarationShelf:
    """The declarations of one database."""

    def __init__(self, file: OpenFile) -> None:
        self._file, self._db = file, file.db
        self._held: AtHand[int, tuple[Hint, ...]] = file.memory(_AT_HAND)
        self._asked: AtHand[int, Asked] = file.memory(_AT_HAND)

    def put(self, policy: Policy, declared: Declared) -> None:
        """Note what others declared of a policy, in the place of what they did: its URLs, each for its time, and hints to
        its text. Its versions are folded anew where that differs. One transaction.
        """
        with self._file.transaction():
            self._put(policy.policy_id, declared)

    def _put(self, policy_id: int, declared: Declared) -> None:
        before = self._state(policy_id)
        self._asked.pop(policy_id, None)
        for one in declared.urls:
            begin, end = (format_iso(at) if at else None for at in (one.valid_from, one.valid_to))
            # an archived redirect that led there earlier is evidence, too
            self._db.execute(
                "INSERT INTO policy_urls (policy_id, urlkey, url, valid_from, valid_to, evidence, bounded) "
                "VALUES (?, ?, ?, ?, ?, ?, 1) ON CONFLICT (policy_id, urlkey) DO UPDATE SET url = excluded.url, "
                "valid_from = CASE WHEN bounded AND valid_from < excluded.valid_from THEN valid_from "
                "ELSE excluded.valid_from END, valid_to = excluded.valid_to, evidence = excluded.evidence, bounded = 1",
                [policy_id, surt(one.url), one.url, begin, end, one.evidence],
            )
        self._put_hints(policy_id, declared.hints)
        if self._state(policy_id) != before:
            self._db.execute("UPDATE policies SET dirty = dirty + 1 WHERE id = ?", [policy_id])

    def _put_hints(self, policy_id: int, hints: tuple[Hint, ...]) -> None:
        if hints == self._hints(policy_id):
            return
        self._held.pop(policy_id, None)
        self._db.execute("DELETE FROM declarations WHERE policy_id = ?", [policy_id])
        if hints:
            self._db.execute(
                "INSERT INTO declarations (policy_id, declared_at, hints) VALUES (?, ?, ?)",
                [policy_id, self._file.now(), hints_json(hints)],
            )

    def _state(self, policy_id: int) -> list[tuple[object, ...]]:
        urls = "SELECT urlkey, valid_from, valid_to, bounded FROM policy_urls WHERE policy_id = ? ORDER BY 1"
        held = "SELECT hints FROM declarations WHERE policy_id = ?"
        return [row for sql in (urls, held) for row in self._db.execute(sql, [policy_id]).fetchall()]

    def _hints(self, policy_id: int) -> tuple[Hint, ...]:
        if policy_id not in self._held:
            row = self._db.execute("SELECT hints FROM declarations WHERE policy_id = ?", [policy_id]).fetchone()
            self._held.keep(policy_id, hints_of(row[0]) if row else ())
        return self._held[policy_id]

    def _part(self, policy_id: int) -> Asked:
        """Which document of its pages a policy is. A declared one is its page where that holds no other; a part that was
        found on a page, or named by a person, is nothing but that.
        """
        if policy_id not in self._asked:
            part, declared = self._db.execute(
                "SELECT part, EXISTS (SELECT 1 FROM policy_urls u WHERE u.policy_id = p.id AND u.evidence LIKE ?) "
                "FROM policies p WHERE id = ?",
                [f"{EVIDENCE}%", policy_id],
            ).fetchone()
            self._asked.keep(policy_id, Asked(part, only=not declared) if part else ANY_PART)
        return self._asked[policy_id]

    def hints(self, policy: Policy, capture_id: int) -> Hints:
        """Return what the page of a policy's capture is to be read with. A page that was captured many times is read once, as of the
        first: it has one text, whatever was declared later.
        """
        hints, asked = self._hints(policy.policy_id), self._part(policy.policy_id)
        key = hints_key(hints, asked)
        if not hints:
            return Hints(key, (), asked) if key else NO_HINTS
        urlkey, digest, own, first = self._db.execute(_EARLIEST, [capture_id]).fetchone()
        at = datetime.fromtimestamp(own if digest in NO_DIGESTS else first, UTC)
        return Hints(key, in_order(hints, urlkey, at), asked)

    def extractor(self, policy: Policy, extractor: str) -> str:
        """Return the extractor that reads a policy: the program's, or its own where hints are declared, or it is a part."""
        key = hints_key(self._hints(policy.policy_id), self._part(policy.policy_id))
        return declared_extractor(extractor, key)
