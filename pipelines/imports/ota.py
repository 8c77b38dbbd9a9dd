"""A collection of Open Terms Archive, out of its git repositories into the store.

    snapshots (git) ──► captures of the archive `ota:NAME`: author's date, URL, raw HTML or PDF
    declarations    ──► names, dated URLs and selectors, as for a crawl (crawler/targets/declarations.py)
    versions (git)  ──► their reading of each snapshot, stored beside ours, and compared

What comes in: a repository that is only read (crawler/collections/git.py), which services and types of terms are wanted. What
comes out: rows as a crawl writes them, so that every question, export and page works on them, and Done for each terms.

Decisions:

* A capture's archive is `ota:NAME`, and it is cited by `git:NAME@COMMIT:PATH`. That is no address: nobody promises that a
  forge shows it next year. `git cat-file blob COMMIT:PATH` in any clone gives the bytes, and git's id of them was checked
  (digest_verdict `git object`). `digest` is the payload's SHA-1 as indexes write it, so that the same bytes are one payload.
* The time is the author's date, which the engine sets to the time of the fetch. A history that was rewritten (rebased, filtered)
  keeps it, and has other dates of the committer.
* The URL is the one that the commit names, else the one declared for that day. Where neither is known the page is not taken
  in (`not_imported`): a history needs a URL.
* A policy that the database knows at one of these URLs is that policy: what was crawled and what is imported is one history.
* A version of theirs is the reading of all snapshots from the one it was recorded of until their next version: they record
  nothing where their text stays the same. In a version of several pages each page has its part, where the parts can be told.
* Documents are gone through one after the other, each oldest first, as pages compress against the page before.

Costs: the walk over the commits holds about 0.5 kB a snapshot; of bytes it holds one transaction's (32 MB).
"""

from __future__ import annotations

from bisect import bisect_left
from collections import OrderedDict, defaultdict
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from crawler.archives.capture import Outcome, Policy, sha1_base32
from crawler.archives.surt import site_of, surt
from crawler.collections.git import Repository, UnreadableError, locator
from crawler.collections.ota import (
    BETWEEN_DOCUMENTS,
    Document,
    Record,
    RecordKind,
    page_id,
    read_location,
    read_path,
    read_subject,
    snapshot_ids,
    url_at,
)
from crawler.targets.declarations import EVIDENCE, Declared, declared_as, part_of_terms, wants
from pipelines.imports.comparison import compare
from pipelines.imports.intake import Done, Intake
from pipelines.imports.their_text import Theirs, read_theirs
from pipelines.reading.reading import Reading
from pipelines.store.shelves.copies import Copy
from pipelines.text.digests import GIT_OBJECT

_READ_AT_HAND: Final = 32  # texts of theirs that may return


def archive_name(collection: str) -> str:
    """Return the name of a collection as an archive.

    >>> archive_name("contrib-snapshots")
    'ota:contrib-snapshots'
    """
    return f"ota:{collection}"


@dataclass(frozen=True, slots=True)
class _Snapshot:
    commit_id: str
    at: datetime
    path: str
    oid: str
    url: str
    content_type: str


@dataclass(frozen=True, slots=True)
class _Version:
    """A text of theirs. :param snapshots: ids of the commits that it was recorded of, whole or short."""

    commit_id: str
    at: datetime
    path: str
    oid: str
    record: Record
    snapshots: tuple[str, ...]


Terms = tuple[str, str]  # service, type


@dataclass(slots=True)
class _Gathered:
    documents: dict[Document, list[_Snapshot]] = field(default_factory=lambda: defaultdict(list))
    versions: dict[Terms, list[_Version]] = field(default_factory=lambda: defaultdict(list))


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to import.

    :param terms: types or our kinds (crawler.targets.declarations.wants). :param services: ids; () for all.
    :param declared: what declarations say.
    """

    terms: Sequence[str]
    services: Sequence[str] = ()
    declared: Sequence[Declared] = ()

    def has(self, document: Document) -> bool:
        return wants(document.terms, self.terms) and (not self.services or document.service in self.services)


class OtaImport:
    """One import.

    :param snapshots: the repository of pages; `versions` that of texts, None for none.
    """

    def __init__(
        self,
        intake: Intake,
        snapshots: Repository,
        wanted: Wanted,
        *,
        name: str = "",
        versions: Repository | None = None,
    ) -> None:
        self._intake, self._store = intake, intake.store
        self._snapshots, self._versions = snapshots, versions
        self._wanted = wanted
        self._name = name or snapshots.name
        self._archive = archive_name(self._name)
        self._declared: dict[Terms, list[Declared]] = defaultdict(list)
        for one in wanted.declared:
            told = declared_as(one.urls[-1].evidence)
            if told is not None:
                self._declared[told].append(one)

    async def run(self) -> AsyncIterator[Done]:
        """Take in the collection; yield each service's terms when they are read and compared."""
        gathered = _Gathered()
        self._gather(self._snapshots, RecordKind.SNAPSHOT, gathered)
        if self._versions is not None:
            self._gather(self._versions, RecordKind.VERSION, gathered)
        terms: dict[Terms, list[Document]] = defaultdict(list)
        for document in sorted(gathered.documents):
            terms[document.service, document.terms].append(document)
        for key, documents in terms.items():
            yield await self._terms(key, documents, gathered)

    def _gather(self, repository: Repository, kind: RecordKind, into: _Gathered) -> None:
        counts = self._intake.counts
        try:
            for entry in repository.entries():
                named, record = read_path(entry.path), read_subject(entry.commit.subject)
                if named is None or named.kind is not kind:
                    counts.left_out[f"no {kind.value}"] += 1
                elif not self._wanted.has(named.document):
                    counts.left_out["other services or types of terms"] += 1
                elif record is None:
                    counts.left_out["edited by hand, not recorded"] += 1
                elif entry.commit.recorded_at is None:
                    self._intake.refuse(
                        Outcome.NOT_IMPORTED,
                        locator(self._name, entry.commit.commit_id, entry.path),
                        "its commit has no date that can be read",
                    )
                elif kind is RecordKind.SNAPSHOT:
                    counts.found += 1
                    one = _Snapshot(
                        entry.commit.commit_id,
                        entry.commit.recorded_at,
                        entry.path,
                        entry.oid,
                        read_location(entry.commit.message),
                        named.content_type,
                    )
                    into.documents[named.document].append(one)
                else:
                    ids = tuple(snapshot_ids(entry.commit.message))
                    version = _Version(
                        entry.commit.commit_id, entry.commit.recorded_at, entry.path, entry.oid, record, ids
                    )
                    into.versions[named.document.service, named.document.terms].append(version)
        except UnreadableError as error:
            self._intake.refuse(Outcome.DAMAGED_ARCHIVE, str(repository.path), str(error), pages=0)

    # one service's terms

    async def _terms(self, key: Terms, documents: Sequence[Document], gathered: _Gathered) -> Done:
        policies: dict[Document, Policy] = {}
        for document in documents:
            snapshots = gathered.documents[document]
            snapshots.sort(key=lambda one: one.at)
            policy = await self._document(document, snapshots)
            if policy is not None:
                policies[document] = policy
        found = tuple(dict.fromkeys(policies.values()))
        for policy in found:
            self._intake.note_certainty(policy, self._archive)
        subject = f"{key[0]}, {key[1]}"
        if self._versions is None:
            return Done(subject, found)
        pages = {document: gathered.documents[document] for document in policies}
        await self._read_theirs(gathered.versions.get(key, []), pages, policies)
        extractor = self._intake.reader.extractor
        return Done(subject, found, tuple(compare(self._store, one, self._their_name, extractor) for one in found))

    async def _document(self, document: Document, snapshots: Sequence[_Snapshot]) -> Policy | None:
        declared = self._declared_of(document, snapshots)
        dated = ((one, one.url or (url_at(declared.urls, one.at) if declared else "")) for one in snapshots)
        pages = [replace(one, url=url) for one, url in dated if url and site_of(url)]
        if len(pages) < len(snapshots):
            without = len(snapshots) - len(pages)
            self._intake.refuse(
                Outcome.NOT_IMPORTED,
                self._locator(snapshots[-1]),
                f"the URL of {without:,} of its {len(snapshots):,} snapshots is not known",
                pages=without,
            )
        if not pages:
            return None
        policy = self._policy(document, pages, declared)
        self._intake.take(policy, self._copies(policy, pages))
        await self._intake.read(policy)
        return policy

    def _declared_of(self, document: Document, snapshots: Sequence[_Snapshot]) -> Declared | None:
        """The declared page that a document is: by its URL, by its id, or the only one."""
        some = self._declared.get((document.service, document.terms), [])
        keys = {surt(one.url) for one in snapshots if one.url}
        for declared in some:
            if keys & {surt(one.url) for one in declared.urls}:
                return declared
        for declared in some:
            if document.page and document.page in {page_id(one.url) for one in declared.urls}:
                return declared
        return some[0] if len(some) == 1 else None

    def _copies(self, policy: Policy, pages: Sequence[_Snapshot]) -> Iterator[Copy]:
        """Yield what was not taken in before, with its bytes."""
        intake, copies = self._intake, self._store.copies
        known = copies.known(policy)
        forgotten = {url for url in {one.url for one in pages} if self._store.captures.forgotten(url)}
        for one in pages:
            source = self._locator(one)
            if (surt(one.url), source) in known:
                intake.counts.known += 1
            elif one.url in forgotten:
                intake.counts.forgotten += 1
            elif (body := intake.body(policy, self._snapshots, one.oid, source)) is not None:
                digest = sha1_base32(body)
                yield Copy(self._archive, one.url, one.at, body, one.content_type, source, source, digest, GIT_OBJECT)

    def _locator(self, one: _Snapshot) -> str:
        return locator(self._name, one.commit_id, one.path)

    def _policy(self, document: Document, pages: Sequence[_Snapshot], declared: Declared | None) -> Policy:
        """The policy that a document is; its URLs, each from its first snapshot on."""
        evidence = f"{EVIDENCE}{document.service}, {document.terms}"  # what their path says, which is what they declare
        policies = self._store.policies
        first: dict[str, _Snapshot] = {}
        for page in pages:
            first.setdefault(surt(page.url), page)
        url = declared.url if declared else pages[-1].url
        part = declared.part if declared else part_of_terms(document.terms)
        site = declared.site if declared else site_of(url)
        urls = [*(one.url for one in (declared.urls if declared else ())), *(page.url for page in first.values())]
        policy = policies.at(site, urls, part) or policies.named(site, url, evidence, part)
        if declared is not None:
            self._store.declarations.put(policy, declared)
        held = {surt(one) for one in policies.urls(policy)}
        for key, page in first.items():
            if key not in held:
                policies.add_url(policy, page.url, page.at, evidence)
        return policy

    # what they read

    @property
    def _their_name(self) -> str:
        """Their extractor, as ours is named: who read."""
        assert self._versions is not None
        return archive_name(self._versions.name)

    async def _read_theirs(
        self,
        versions: Sequence[_Version],
        documents: Mapping[Document, Sequence[_Snapshot]],
        policies: Mapping[Document, Policy],
    ) -> None:
        assert self._versions is not None
        reading = _TheirTexts(self._intake, self._versions, self._their_name)
        for number, (document, snapshots) in enumerate(documents.items()):
            payloads = self._store.copies.payloads(policies[document])
            told = self._store.readings.read_by(policies[document], self._their_name)
            known = {payload_id: Theirs.of(notes) for payload_id, notes in told.items()}
            part = f"{number + 1} of {len(documents)}" if len(documents) > 1 else ""
            texts: dict[int, list[_Version]] = defaultdict(list)  # a page may return under another text of theirs
            for snapshot, version in in_force(snapshots, versions):
                if (payload_id := payloads.get(self._locator(snapshot))) is not None:
                    texts[payload_id].append(version)
            for payload_id, some in texts.items():
                for version in reversed(dict.fromkeys(some)):  # the last one that can be read
                    held = known.get(payload_id)
                    if held is not None and (held.source, held.part) == (reading.source(version), part):
                        break
                    theirs = await reading.of(version, number, len(documents), part)
                    if theirs is not None:
                        self._store.readings.put_other(payload_id, theirs)
                        break


def in_force(snapshots: Sequence[_Snapshot], versions: Iterable[_Version]) -> Iterator[tuple[_Snapshot, _Version]]:
    """Yield each snapshot with the text that they had of it: the last one recorded of it, or of one before it.

    :param snapshots: of one document, oldest first. :param versions: of its terms, in the order of their commits.
    """
    ids = sorted((one.commit_id, one.at) for one in snapshots)
    dated = sorted((_effective(version, ids), number, version) for number, version in enumerate(versions))
    position, current = 0, None
    for snapshot in snapshots:
        while position < len(dated) and dated[position][0] <= snapshot.at:
            current = dated[position][2]
            position += 1
        if current is not None:
            yield snapshot, current


def _effective(version: _Version, ids: Sequence[tuple[str, datetime]]) -> datetime:
    """When the latest snapshot that a version names was taken; the version's own date where it names none of these."""
    named = []
    for short in version.snapshots:
        at = bisect_left(ids, short, key=lambda one: one[0])
        if at < len(ids) and ids[at][0].startswith(short):
            named.append(ids[at][1])
    return min(max(named), version.at) if named else version.at


class _TheirTexts:
    """Reads texts of their repository, beside ours, in the same processes under the same limits."""

    def __init__(self, intake: Intake, repository: Repository, who: str) -> None:
        self._intake, self._repository, self._who = intake, repository, who
        self._read: OrderedDict[tuple[str, int, int], Reading | None] = OrderedDict()

    def source(self, version: _Version) -> str:
        """Return where a version stands."""
        return locator(self._repository.name, version.commit_id, version.path)

    async def of(self, version: _Version, number: int, of: int, part: str) -> Reading | None:
        """Return a version as the reading of one of `of` pages; None where it cannot be had, or its parts be told."""
        key = (version.commit_id, number, of)
        if key not in self._read:
            self._read[key] = await self._reading(version, number, of, part)
            if len(self._read) > _READ_AT_HAND:
                self._read.popitem(last=False)
        return self._read[key]

    async def _reading(self, version: _Version, number: int, of: int, part: str) -> Reading | None:
        source = self.source(version)
        try:
            text = self._repository.blob(version.oid).decode("utf-8", "replace")
        except UnreadableError as error:
            self._intake.refuse(Outcome.DAMAGED_ARCHIVE, source, str(error))
            return None
        parts = text.split(BETWEEN_DOCUMENTS) if of > 1 else [text]
        if len(parts) != of:
            return None
        found = await self._intake.reader.run(
            read_theirs,
            (parts[number], self._who, source, version.record.value, part),
            source,
            lambda outcome, detail: Reading(outcome, self._who, detail),
        )
        return found if found.outcome is Outcome.FETCHED else None
