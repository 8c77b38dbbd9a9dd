"""What can be done with shards, by name: how its shards are put out, and what is made of each.

    WORKS["claims"] ──put_out──► versions/… ──work──► claims/…

`extract` reads stored pages anew, and its readings go back into the database. `claims`, `edits` and `words` are tables of all
versions. `warcs` and `commoncrawl` find privacy policies in what others captured, and write WARC files of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Final

from cli.keeping.stored_claims import keep_stored_claims
from crawler.archives.errors import ConfigError
from crawler.lock import CrawlLock
from history.database import open_database, require_database

# the writer's half and the reader are imported where they are needed, so that other commands need not load them
if TYPE_CHECKING:
    from pipelines.shards.model import Work
    from pipelines.shards.place import JobFolders
    from pipelines.store.store import Store

MEGABYTE: Final = 1_000_000
EXTRACT, WARCS, COMMONCRAWL = "extract", "warcs", "commoncrawl"
TABLES: Final = ("claims", "edits", "words")
NAMES: Final = (EXTRACT, *TABLES, WARCS, COMMONCRAWL)
OF_FILES: Final = (WARCS, COMMONCRAWL)  # they take files of others, and no database


@dataclass(frozen=True, slots=True)
class PutShards:
    """What was put out.

    :param count: of what: pages, policies, files, records (`what`: one, several).
    :param read: of the shards, those that are done already.
    """

    count: int
    what: tuple[str, str]
    shards: tuple[str, ...]
    read: int


def put_out(
    name: str, place: JobFolders, db: Path, site: str, size: int, files: tuple[Path, ...], told: Callable[[int], None]
) -> PutShards:
    """Put a work's shards out.

    :param size: megabytes a shard, where shards have a size. :param files: of others. :param told: how far it is.
    :raises ConfigError: there is no database, or no file; or files where the work takes none.
    """
    if bool(files) is not (name in OF_FILES):
        raise ConfigError(
            f"`--work {name}` takes files: name them, as in `policylapse shard out --work {name} --into job FILE...`"
            if name in OF_FILES
            else f"`--work {name}` takes no files: it takes what the database has"
        )
    if name == EXTRACT:
        require_database(db)
        with writing(db, site) as store:
            return put_pages(store, place, site, size, told)
    if name in TABLES:
        return _put_versions(name, place, db, site, size, told)
    return _put_files(name, place, files)


def put_pages(store: Store, place: JobFolders, site: str, size: int, told: Callable[[int], None]) -> PutShards:
    """Put out what the present extractor has not read."""
    from pipelines.reading.extractor import extractor_id  # noqa: PLC0415
    from pipelines.shards.out import shard_out  # noqa: PLC0415

    put = shard_out(store, place, extractor_id(), site, size * MEGABYTE, told)
    return PutShards(put.pages, ("page", "pages"), put.shards, put.read)


def _put_versions(
    name: str, place: JobFolders, db: Path, site: str, size: int, told: Callable[[int], None]
) -> PutShards:
    from history.analyses.versions import put_out as put_versions  # noqa: PLC0415

    with closing(open_database(db)) as opened:
        count, shards = put_versions(opened, place, site, size * MEGABYTE, told)
    return PutShards(count, ("policy", "policies"), shards, len(set(shards) & set(place.names(name))))


def _put_files(name: str, place: JobFolders, files: tuple[Path, ...]) -> PutShards:
    from cli.getting.imports.cc_index import read_captures  # noqa: PLC0415
    from pipelines.shards.collect import POLICIES  # noqa: PLC0415
    from pipelines.shards.lists import locators_out, warcs_out  # noqa: PLC0415

    if name == WARCS:
        shards = warcs_out(place, list(chain.from_iterable(map(_uris, files))))
        count, what = len(shards), ("file", "files")
    else:
        count, shards = locators_out(place, chain.from_iterable(map(read_captures, files)))
        what = ("record", "records")
    return PutShards(count, what, shards, len(set(shards) & set(place.names(POLICIES))))


def _uris(path: Path) -> list[str]:
    """A file of records; or a list of them, one path or URI a line, as Common Crawl gives them (`warc.paths`)."""
    if path.suffix not in (".txt", ".paths"):
        return [str(path)]
    return [line.strip() for line in path.read_text("utf-8", "replace").splitlines() if line.strip()]


def work_of(name: str, contact: str = "", machines: int = 1) -> Work:
    """Return a work.

    :param contact: for the archive that is asked, where one is. :param machines: among which its budget is shared.
    :raises ConfigError: an archive is to be asked, and nobody says who asks.
    """
    if name in OF_FILES:
        from cli.keeping.collecting import collect_file, collect_located, ranges  # noqa: PLC0415
        from pipelines.shards.collect import POLICIES  # noqa: PLC0415
        from pipelines.shards.lists import LOCATORS  # noqa: PLC0415
        from pipelines.shards.lists import WARCS as FILES  # noqa: PLC0415
        from pipelines.shards.model import Work  # noqa: PLC0415

        if name == WARCS:
            return Work(FILES, POLICIES, collect_file)
        return Work(LOCATORS, POLICIES, partial(collect_located, ranges(contact, machines)))
    if name in TABLES:
        from history.analyses.tables import work_of as table  # noqa: PLC0415

        return table(name)
    from pipelines.shards.work import READ  # noqa: PLC0415

    return READ


@contextmanager
def writing(db: Path, site: str) -> Iterator[Store]:
    """Give the database's store, to the only one who writes.

    :raises ConfigError: it holds no policy of the site.
    """
    from pipelines.store.store import Store  # noqa: PLC0415

    with CrawlLock(db), closing(Store(db, lambda: datetime.now(UTC))) as store:
        if site and not store.policies.of(site):
            raise ConfigError(f"the database {db} holds no policy of {site!r}: `policylapse sites` lists what it holds")
        yield store
    keep_stored_claims(db)
