"""The pages as files, for any web host: the same templates, relative links, no server.

write_site(job, folder) ──► Done       index.html, site/SITE/POLICY/timeline.html, …/v/KEY.html, …/diff/A..B.html, *.json

Every page that a written page links is written, so that no link is dead. Blame is written of the latest version; links
to that of an older one lead to its text. Forms that need somebody to answer are left out. The search is Pagefind's
(pagefind.app), where its package is installed: one record per version, of the passages that are new in it, so that a
passage is found once; without filters, whose files Pagefind 1.5 writes in another order each time. A file whose bytes are the same stays untouched.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections import deque
from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from history.export.feed import Feed, atom, json_feed, read_entries
from history.export.files import Folder, Written
from history.export.formats import Job
from history.export.manifest import Done
from history.plain import json_text
from history.sites import PolicyRow
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
from pipelines.model import BlockKind

_FIRST: Final = ("", "changes", "search", "coverage")
_BESIDE: Final = ("timeline", "changes", "coverage", "sites")  # pages whose data is written, too
_OLDEST: Final = 500  # changes that the pages lead back to
_NOT_HERE: Final = ("trends", "runs", "at", "compare")
_Asked = tuple[str, tuple[tuple[str, str], ...]]  # a path and what of its query makes another file


def write_site(job: Job, folder: Folder) -> Done:
    """Write the site of a job's policies.

    :raises StoreError: a file cannot be written.
    """
    writer = _Writer(job, folder, _only(read_catalogue(job.db), job))
    writer.assets()
    pages = writer.pages()
    entries = read_entries(job.db, job.policies, MOST)
    writer.add("changes.atom", atom(Feed("", entries, ""), job.program))
    writer.add("feed.json", json_text(json_feed(Feed("", entries, "")), indent=2).encode())
    records = writer.search()
    left_out = {} if records is not None else {"search_index": 1}
    return Done({"pages": pages, "versions": sum(policy.versions for policy in job.policies)}, left_out)


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
            self._page(path, dict(query))
            done += 1
        return done

    def _page(self, path: str, query: Mapping[str, str]) -> None:
        group = "/".join(path.split("/")[:3])
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
        there = self._folder.root.joinpath(*name.split("/"))
        digest = hashlib.sha256(body).hexdigest()
        if there.is_file() and not there.is_symlink() and there.stat().st_size == len(body):
            with there.open("rb") as stream:
                if hashlib.file_digest(stream, "sha256").hexdigest() == digest:
                    self._folder.note(Written(name, len(body), digest))
                    return
        self._folder.add(name, [body])

    def search(self) -> int | None:
        """Write the index of the search; return how many records it has, None where Pagefind is not installed."""
        try:
            from pagefind.index import PagefindIndex  # noqa: PLC0415 - of an extra
        except ModuleNotFoundError:
            return None

        async def index(folder: str) -> int:
            number = 0
            # leaving the block writes the index once more, to `output_path`, and does not wait until it is there
            async with PagefindIndex(config={"output_path": f"{folder}/again"}) as made:
                for record in self._records():
                    await made.add_custom_record(**record)
                    number += 1
                await made.write_files(f"{folder}/index")
                self._take(Path(folder, "index"))
            return number

        with TemporaryDirectory(ignore_cleanup_errors=True) as scratch:
            return asyncio.run(index(scratch))

    def _take(self, folder: Path) -> None:
        for file in sorted(path for path in folder.rglob("*") if path.is_file()):
            self.add(f"pagefind/{file.relative_to(folder).as_posix()}", file.read_bytes())

    def _records(self) -> Iterator[dict[str, Any]]:
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
                    yield {
                        "url": f"/{self._catalogue.path(policy)}/v/{key}.html",
                        "content": "\n".join(new),
                        "language": "en",
                        "meta": {
                            "title": f"{policy.site}, version {version.version}, first seen {version.first_seen:%Y-%m-%d}"
                        },
                    }


def _file(path: str, query: Mapping[str, str]) -> str:
    """The name of a page's file, without its ending."""
    return (path or "index") + "".join(f"-{name}-{value}" for name, value in sorted(query.items()))
