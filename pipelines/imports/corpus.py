"""The Princeton-Leuven corpus, out of its git repository into the store: captures of the Wayback Machine, without a request.

    pairs of a site (git) ──header──► captures of the archive that the header links to, with the page as the corpus kept it
                          ──text────► their reading of it, stored beside ours, and compared

What comes in: the repository, which is only read (crawler/collections/git.py). What comes out: rows as a crawl writes them.

Decisions:

* The header says which capture it is: archive, timestamp, URL. So the archive is `wayback` and the capture is cited by the
  Wayback Machine's own link. A later crawl finds it held and fetches only what lies between; where the index lists it, the
  row takes the index's digest and length (ListingShelf) and stays one capture.
* The page is not the archive's payload. The corpus wrote what a browser made of it, as UTF-8, under a header. So its verdict is
  `copy`: no digest of it is claimed to match, whatever the index says, and bundles say so. Who kept it, in which commit and
  file, stands in `memento_url` (`git:NAME@COMMIT:PATH`).
* A site is one policy, as in the corpus: it filed under the SITE what that site's home page linked to, wherever it stood.
* A capture that is held already, fetched or imported, stays as it is: what the archive sent is better than a copy.
* A shallow clone will do: each file says itself when it was captured.

Costs: the walk over the commits holds about 0.1 kB a snapshot (a million: 100 MB); of bytes it holds one transaction's.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial

from crawler.archives.capture import Outcome, Policy
from crawler.archives.surt import surt
from crawler.collections.corpus import Half, Header, read_header, read_path
from crawler.collections.git import ChangedFile, Commit, Repository, UnreadableError, locator
from pipelines.imports.comparison import Compared, compare
from pipelines.imports.intake import Done, Intake
from pipelines.imports.their_text import read_theirs
from pipelines.reading.reading import Reading
from pipelines.store.shelves.copies import NO_DIGEST, Copy
from pipelines.text.digests import COPY

_ENDINGS = {"text/html; charset=utf-8": "html", "application/pdf": "pdf"}


def reader_name(collection: str) -> str:
    """Return the name of a corpus' texts as an extractor.

    >>> reader_name("privacy-policy-historical")
    'corpus:privacy-policy-historical'
    """
    return f"corpus:{collection}"


@dataclass(frozen=True, slots=True)
class _Pair:
    """One snapshot of a site. :param text, page: ids of the objects; "" for what is not there."""

    commit_id: str
    text: str
    page: str
    content_type: str


@dataclass(slots=True)
class _Site:
    """The snapshots of one file's history, packed: a million of them are held."""

    packed: list[bytes] = field(default_factory=list)
    text: str = ""
    page: str = ""
    content_type: str = ""

    def meet(self, half: Half, oid: str) -> None:
        if half.content_type:
            self.page, self.content_type = oid, half.content_type
        else:
            self.text = oid

    def record(self, commit_id: str) -> None:
        is_pdf = self.content_type == "application/pdf"
        fields = (commit_id, self.text, self.page)
        self.packed.append(b"".join(bytes([len(one) // 2]) + bytes.fromhex(one) for one in fields) + bytes([is_pdf]))

    def pairs(self) -> Iterator[_Pair]:
        for packed in self.packed:
            fields, at = [], 0
            for _field in range(3):
                size = packed[at]
                fields.append(packed[at + 1 : at + 1 + size].hex())
                at += 1 + size
            commit_id, text, page = fields
            yield _Pair(commit_id, text, page, "application/pdf" if packed[at] else "text/html; charset=utf-8")


class CorpusImport:
    """One import.

    :param texts: also store their texts as readings beside ours, and compare.
    """

    def __init__(self, intake: Intake, repository: Repository, *, name: str = "", texts: bool = True) -> None:
        self._intake, self._store, self._repository = intake, intake.store, repository
        self._name = name or repository.name
        self._texts = texts

    async def run(self) -> AsyncIterator[Done]:
        """Take in the corpus; yield each site when it is read and compared."""
        sites = self._gather()
        for stem in sorted(sites):
            policy = await self._site(stem, sites.pop(stem))
            if policy is None:
                yield Done(stem, ())
                continue
            yield Done(stem, (policy,), self._compared(policy))

    def _compared(self, policy: Policy) -> tuple[Compared, ...]:
        if not self._texts:
            return ()
        return (compare(self._store, policy, reader_name(self._name), self._intake.reader.extractor),)

    def _gather(self) -> dict[str, _Site]:
        sites: dict[str, _Site] = defaultdict(_Site)
        touched: set[str] = set()
        commit: Commit | None = None

        def record() -> None:
            for stem in touched:
                assert commit is not None
                sites[stem].record(commit.commit_id)
                self._intake.counts.found += 1
            touched.clear()

        try:
            for entry in self._repository.entries():
                if commit is not None and entry.commit.commit_id != commit.commit_id:
                    record()
                commit = entry.commit
                half = read_path(entry.path)
                if half is None or not _is_id(entry):
                    self._intake.counts.left_out["no text and no page"] += 1
                    continue
                sites[half.stem].meet(half, entry.oid)
                touched.add(half.stem)
        except UnreadableError as error:
            self._intake.refuse(Outcome.DAMAGED_ARCHIVE, str(self._repository.path), str(error), pages=0)
        record()
        return sites

    async def _site(self, stem: str, site: _Site) -> Policy | None:
        pairs = list(site.pairs())
        newest = next((header for pair in reversed(pairs) if (header := self._peek(pair))), None)
        if newest is None:
            told = (
                "no header says which capture it is"
                if any(p.page for p in pairs)
                else "only their text is kept, no page"
            )
            self._intake.refuse(Outcome.NOT_IMPORTED, self._source(stem, pairs[-1]), told, pages=len(pairs))
            return None
        policy = self._policy(stem, newest, pairs)
        self._intake.take(policy, self._copies(stem, policy, pairs))
        await self._intake.read(policy)
        if self._texts:
            await self._read_theirs(stem, policy, pairs)
        return policy

    def _source(self, stem: str, pair: _Pair) -> str:
        return locator(self._name, pair.commit_id, f"{stem}.{_ENDINGS[pair.content_type]}")

    def _peek(self, pair: _Pair) -> Header | None:
        """The header of a pair that has a page; None where it has none, or cannot be read."""
        for oid in (pair.page, pair.text) if pair.page else ():
            try:
                header = read_header(self._repository.blob(oid)) if oid else None
            except UnreadableError:
                continue
            if header is not None:
                return header
        return None

    def _policy(self, stem: str, newest: Header, pairs: Sequence[_Pair]) -> Policy:
        evidence = self._evidence(stem)
        policies = self._store.policies
        known = policies.with_evidence(newest.site, evidence) or policies.at(newest.site, [newest.url])
        if known is None:  # no page of the oldest is read where the policy is known without
            oldest = self._peek(pairs[0]) or newest
            known = policies.at(newest.site, [oldest.url]) if oldest.url != newest.url else None
        return known or policies.named(newest.site, newest.url, evidence)

    def _evidence(self, stem: str) -> str:
        return f"filed under {stem} in {self._name}"

    def _copies(self, stem: str, policy: Policy, pairs: Sequence[_Pair]) -> Iterator[Copy]:
        """Yield what was not taken in before; note each URL at which the policy stood."""
        intake, shelf = self._intake, self._store.copies
        known = {source for _urlkey, source in shelf.known(policy)}
        urls = {surt(url) for url in self._store.policies.urls(policy)}
        for pair in pairs:
            source = self._source(stem, pair)
            if source in known:
                intake.counts.known += 1
                continue
            found = self._page(policy, pair, source)
            if found is None:
                continue
            header, body = found
            if self._store.captures.forgotten(header.url):
                intake.counts.forgotten += 1
                continue
            if surt(header.url) not in urls:
                urls.add(surt(header.url))
                self._store.policies.add_url(policy, header.url, header.captured_at, self._evidence(stem))
            yield Copy(
                archive=header.archive,
                url=header.url,
                captured_at=header.captured_at,
                body=body,
                content_type=pair.content_type,
                citation=header.citation,
                source=source,
                digest=NO_DIGEST,
                verdict=COPY,
            )

    def _page(self, policy: Policy, pair: _Pair, source: str) -> tuple[Header, bytes] | None:
        """A pair's header and its page without one; None where they cannot be had, which is recorded."""
        if not pair.page:
            self._intake.refuse(Outcome.NOT_IMPORTED, source, "only their text is kept, no page", policy)
            return None
        body = self._intake.body(policy, self._repository, pair.page, source)
        if body is None:
            return None
        own = read_header(body)
        header = own or self._peek(pair)
        body = body[own.size :] if own else body
        if header is None or not body.strip():
            told = "no header says which capture it is" if header is None else "there is no page under the header"
            self._intake.refuse(Outcome.NOT_IMPORTED, source, told, policy)
            return None
        return header, body

    async def _read_theirs(self, stem: str, policy: Policy, pairs: Sequence[_Pair]) -> None:
        who = reader_name(self._name)
        payloads = self._store.copies.payloads(policy)
        done = self._store.readings.read_by(policy, who)
        for pair in pairs:
            payload_id = payloads.get(self._source(stem, pair))
            if payload_id is None or payload_id in done or not pair.text:
                continue
            source = locator(self._name, pair.commit_id, f"{stem}.md")
            body = self._intake.body(policy, self._repository, pair.text, source)
            if body is None:
                continue
            header = read_header(body)
            text = body[header.size if header else 0 :].decode("utf-8", "replace")
            found = await self._intake.reader.run(read_theirs, (text, who, source), source, partial(_unread, who))
            if found.outcome is Outcome.FETCHED:
                self._store.readings.put_other(payload_id, found)


def _unread(who: str, outcome: Outcome, detail: str) -> Reading:
    return Reading(outcome, who, detail)


def _is_id(entry: ChangedFile) -> bool:
    return bool(entry.oid) and all(char in "0123456789abcdef" for char in entry.oid)
