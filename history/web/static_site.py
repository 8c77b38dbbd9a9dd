"""The pages as files, for any web host: the same templates, relative links, no server.

write_site(job, folder) ──► Done       index.html, site/SITE/POLICY/timeline.html, …/v/KEY.html, …/diff/A..B.html, *.json

Every page that a written page links is written, so that no link is dead. Blame is written of the latest version; links
to that of an older one lead to its text. Forms that need somebody to answer are left out. The search is Pagefind's
(pagefind.app), where its package is installed: one record per version, of the passages that are new in it, so that a
passage is found once; without filters, whose files Pagefind 1.5 writes in another order each time. A file whose bytes are
the same stays untouched. The manifest has a fingerprint of all that the versions, diffs and blame of a policy are made
of; where it is the same, and all their files are there as they were written, they are not made again.
"""

from __future__ import annotations

import asyncio
import hashlib
import html
import json
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from importlib.metadata import version as installed
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from history.annotations import read_annotated
from history.diff.comparison import page_of
from history.diff.links import read_links
from history.export.feed import Feed, atom, json_feed, read_entries
from history.export.formats import Job
from history.export.writing.files import Folder, Written, describe, through_link
from history.export.writing.manifest import Done
from history.plain import json_text
from history.sites import PolicyRow
from history.timeline.stated_dates import read_written
from history.timeline.timeline import read_versions
from history.web.app import answer
from history.web.catalogue import Catalogue, read_catalogue
from history.web.keys import version_keys
from history.web.legal import read_dates
from history.web.links import ASSETS, Links
from history.web.page import MOST, Ask
from history.web.pages.policy import texts_of
from history.web.render import ASSET_TYPES, STATIC
from history.web.text import shown
from pipelines.claims.texts import reading_version
from pipelines.model import BlockKind

_FIRST: Final = ("", "changes", "search", "coverage")
_BESIDE: Final = ("timeline", "claims", "changes", "coverage", "sites")  # pages whose data is written, too
_OLDEST: Final = 500  # changes that the pages lead back to
_OF_VERSIONS: Final = ("v/", "diff/", "blame/", "claims")  # pages of a policy that are the same while its versions are
_TEXTS: Final = (
    "SELECT text_digest, language, languages FROM texts WHERE id IN (SELECT value FROM json_each(?)) ORDER BY id"
)
_NOT_HERE: Final = ("trends", "runs", "at", "compare")
_MADE_BY: Final = tuple(Path(__file__).parents[2] / name for name in ("crawler", "history", "pipelines"))
_Asked = tuple[str, tuple[tuple[str, str], ...]]  # a path and what of its query makes another file


def write_site(job: Job, folder: Folder) -> Done:
    """Write the site of a job's policies.

    :raises StoreError: a file cannot be written.
    """
    if not any(policy.versions for policy in job.policies):
        return Done({"versions": 0})
    folder.by_path = True
    writer = _Writer(job, folder, _only(read_catalogue(job.db), job))
    writer.assets()
    pages = writer.pages()
    entries = read_entries(job.db, job.policies, MOST)
    writer.add("changes.atom", atom(Feed("", entries, ""), job.program))
    writer.add("feed.json", json_text(json_feed(Feed("", entries, "")), indent=2).encode())
    records = writer.search()
    left_out = {} if records is not None else {"search_index": 1}
    versions = sum(policy.versions for policy in job.policies)
    return Done({"pages": pages, "versions": versions}, left_out, {"fingerprints": writer.fingerprints})


def _only(catalogue: Catalogue, job: Job) -> Catalogue:
    """The catalogue of those policies that are exported."""
    wanted = {policy.policy_id for policy in job.policies}
    policies = {
        site: [one for one in some if one.policy_id in wanted]
        for site, some in catalogue.policies.items()
        if any(one.policy_id in wanted for one in some)
    }
    sites = {name: site for name, site in catalogue.sites.items() if site in policies}
    by_url = {key: one for key, one in catalogue.by_url.items() if one.policy_id in wanted}
    return Catalogue(sites, policies, catalogue.names, by_url)


class _Writer:
    """Writes pages until none is left that a written one links."""

    def __init__(self, job: Job, folder: Folder, catalogue: Catalogue) -> None:
        self._job, self._folder, self._catalogue = job, folder, catalogue
        self._dates = read_dates(None)
        self._seen: set[_Asked] = set()
        self._waiting: deque[_Asked] = deque()
        self._latest = {f"{catalogue.path(policy)}/blame/{keys[-1]}" for policy, keys in self._keys() if keys}
        self._memo: dict[str, Any] = {"beside": set()}
        self._group = ""
        self._by_path = {catalogue.path(policy): policy for policy in job.policies}
        self._code = _code_version(job.program)
        self.fingerprints: dict[str, str] = {}
        self._kept: set[str] = set()  # policies whose pages of versions are not made again

    def _keys(self) -> Iterator[tuple[PolicyRow, tuple[str, ...]]]:
        for policy in self._job.policies:
            yield policy, version_keys(read_versions(self._job.db, policy))

    def assets(self) -> None:
        for name in ASSET_TYPES:
            self.add(f"{ASSETS}/{name}", (STATIC / name).read_bytes())

    def pages(self) -> int:
        for path in _FIRST:
            self._want(path, {})
        done = 0
        while self._waiting:
            path, query = self._waiting.popleft()
            done += self._page(path, dict(query))
        return done

    def _page(self, path: str, query: Mapping[str, str]) -> int:
        """Write a page; return how many pages are there by that."""
        group = "/".join(path.split("/")[:3])
        kept = 0
        if group in self._by_path and group not in self.fingerprints:
            self.fingerprints[group] = self._fingerprint(self._by_path[group])
            kept = self._keep(group)
        if group in self._kept and path != group and path.startswith(tuple(f"{group}/{kind}" for kind in _OF_VERSIONS)):
            return kept
        if group != self._group:  # what the pages of one policy share is not held for all
            self._group, self._memo = group, {"beside": self._memo["beside"]}
        name = _file(path, query)
        beside = path.rpartition("/")[2] in _BESIDE and not query
        if beside:
            self._memo["beside"].add((path, "json"))
        links = Links("/", ".html", name, self._instead)
        ask = Ask(self._job.db, self._catalogue, links, path, query, self._dates, memo=self._memo)
        self.add(f"{name}.html", answer(ask, "html", self._job.program).body)
        if beside:
            self.add(f"{name}.json", answer(ask, "json", self._job.program).body)
        return kept + 1

    def _fingerprint(self, policy: PolicyRow) -> str:
        """Return a key of all that the pages of a policy's versions are made of."""
        db, catalogue = self._job.db, self._catalogue
        versions = read_versions(db, policy)
        texts = [one.text_id for one in versions]
        made_of: tuple[object, ...] = (
            self._code,
            reading_version(),
            read_annotated(db, versions),
            policy,
            catalogue.path(policy),
            len(catalogue.policies[policy.site]),
            versions,
            [tuple(row) for row in db.execute(_TEXTS, [json.dumps(texts)])],
            read_written(db, texts),
            [page_of(db, policy, one, which) for one in versions for which in ("first_capture_id", "last_capture_id")],
            [read_links(db, one, policy.policy_id) for one in versions],
        )
        return hashlib.sha256(repr(made_of).encode("utf-8", "backslashreplace")).hexdigest()

    def _keep(self, group: str) -> int:
        """Leave the pages of a policy's versions as they are, if they can be; return how many these are."""
        held = self._folder.earlier_head.get("fingerprints")
        if not isinstance(held, dict) or held.get(group) != self.fingerprints[group]:
            return 0
        heads = tuple(f"{group}/{kind}" for kind in _OF_VERSIONS)
        names = [name for name in self._folder.earlier if name.startswith(heads) and ".." not in name.split("/")]
        there = [self._there(name, self._folder.earlier[name]) for name in names]
        written = [one for one in there if one is not None]
        if len(written) < len(names):
            return 0
        for one in written:
            self._folder.note(one)
        self._kept.add(group)
        return sum(name.endswith(".html") for name in names)

    def _there(self, name: str, digest: str) -> Written | None:
        """A file that is there with these bytes."""
        there = self._folder.root.joinpath(*name.split("/"))
        if not there.is_file() or there.is_symlink() or through_link(self._folder.root, there):
            return None
        held = describe(there, name)
        return held if held.sha256 == digest else None

    def _instead(self, path: str, query: Mapping[str, str]) -> str:
        """The file that stands for a page; it is written, too."""
        parts = path.split("/")
        if "blame" in parts[3:4] and path not in self._latest:
            path = path.replace("/blame/", "/v/", 1)
        if parts[-1] in _NOT_HERE or int(query.get("skip", "0")) >= _OLDEST:
            path, query = "changes" if parts[-1] == "changes" else "", {}
        kept = {name: value for name, value in query.items() if name in ("page", "skip") and value not in ("0", "1")}
        return self._want(path, kept)

    def _want(self, path: str, query: Mapping[str, str]) -> str:
        asked = (path, tuple(sorted(query.items())))
        if asked not in self._seen:
            self._seen.add(asked)
            # depth first within a policy, so that what its pages share is read once
            (self._waiting.appendleft if path.startswith("site/") else self._waiting.append)(asked)
        return _file(path, query)

    def add(self, name: str, body: bytes) -> None:
        """Write a file, if it is not there with these bytes already."""
        same = self._there(name, hashlib.sha256(body).hexdigest())
        if same is None:
            self._folder.add(name, [body])
        else:
            self._folder.note(same)

    def search(self) -> int | None:
        """Write the index of the search; return how many records it has, None where Pagefind is not installed."""
        try:
            from pagefind.index import PagefindIndex  # noqa: PLC0415 - of an extra
        except ModuleNotFoundError:
            return None

        async def index(folder: str) -> int:
            # leaving the block writes the index once more, to `output_path`, and does not wait until it is there
            async with PagefindIndex(config={"output_path": f"{folder}/again"}) as made:
                # one message for all: its service takes a tenth of a second for each
                number = int((await made.add_directory(f"{folder}/pages"))["page_count"])
                await made.write_files(f"{folder}/index")
                self._take(Path(folder, "index"))
            return number

        with TemporaryDirectory(ignore_cleanup_errors=True) as scratch:
            pages = Path(scratch, "pages")
            pages.mkdir()
            for name, page in self._records():
                (pages / name).parent.mkdir(parents=True, exist_ok=True)
                (pages / name).write_text(page, encoding="utf-8", errors="replace")
            return asyncio.run(index(scratch))

    def _take(self, folder: Path) -> None:
        for file in sorted(path for path in folder.rglob("*") if path.is_file()):
            self.add(f"pagefind/{file.relative_to(folder).as_posix()}", file.read_bytes())

    def _records(self) -> Iterator[tuple[str, str]]:
        """What is new in each version, as a page for the index: its name, and its HTML."""
        for policy, keys in self._keys():
            versions = read_versions(self._job.db, policy)
            if not versions:
                continue
            ask = Ask(self._job.db, self._catalogue, Links(), "")
            texts, told = texts_of(ask, policy, versions), set[str]()
            for version, key in zip(versions, keys, strict=True):
                new = [
                    one
                    for block in texts[version.text_id]
                    if block.kind is not BlockKind.TITLE and (one := shown(block)) not in told
                ]
                told.update(new)
                if new:
                    title = f"{policy.site}, version {version.version}, first seen {version.first_seen:%Y-%m-%d}"
                    yield f"{self._catalogue.path(policy)}/v/{key}.html", _record(title, new)


def _record(title: str, lines: Sequence[str]) -> str:
    head = f'<meta data-pagefind-meta="title[content]" content="{html.escape(title)}">'
    body = "".join(f"<p>{html.escape(one)}</p>\n" for one in lines)
    return f'<!doctype html><html lang="en"><head>{head}</head><body data-pagefind-body>{body}</body></html>'


def _code_version(program: str) -> str:
    """Return a key of what makes pages: another one where the program is, any of its files, or what templates run by."""
    digest = hashlib.sha256(f"{program} {installed('jinja2')} {installed('markupsafe')}".encode())
    for root in _MADE_BY:
        for file in sorted(one for one in root.rglob("*") if one.is_file() and one.suffix != ".pyc"):
            digest.update(f"{file.relative_to(root).as_posix()}\n".encode())
            digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def _file(path: str, query: Mapping[str, str]) -> str:
    """The name of a page's file, without its ending."""
    return (path or "index") + "".join(f"-{name}-{value}" for name, value in sorted(query.items()))
