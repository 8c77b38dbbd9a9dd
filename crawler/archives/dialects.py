"""How an archive is asked: what a person names becomes an Archive, in one of the dialects.

    parse_archive("wayback") ──table.py──► Archive(endpoints, dialect, limits with their source, how to cite)

Three dialects exist: Wayback (web.archive.org and servers like it; also how WARC files are served, see handlers.py),
pywb (pywb itself, and most national archives) and Common Crawl's (common_crawl.py). Names and addresses of public archives are rows of table.py.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from urllib.parse import quote, urlencode, urlsplit

from crawler.archives import cdx
from crawler.archives.capture import Capture
from crawler.archives.cdx import CdxPage
from crawler.archives.common_crawl import citation as crawl_citation
from crawler.archives.common_crawl import locator_in, read_rows
from crawler.archives.errors import ConfigError
from crawler.archives.files.archive_files import PATTERNS, unread_files, warc_files
from crawler.archives.files.wacz import check_wacz, is_wacz
from crawler.archives.index_query import IndexQuery, pywb_params, wayback_params
from crawler.archives.table import BY_NAME, CRAWLS_DIALECT, LEFT_ALONE, PYWB_DIALECT, Budget, Row
from crawler.archives.timestamps import format_timestamp

_ROOT = Path(__file__).resolve().parents[2]
_CLONE = (_ROOT / "data" / "sample", _ROOT / "data" / "sites" / "sample.csv")
_WHEEL = (_ROOT / "crawler" / "sample", _ROOT / "crawler" / "sample" / "sites.csv")  # pyproject.toml puts it there
# the bundled archive, and the list of its sites: what a crawl of it takes where nothing is named
SAMPLE, SAMPLE_SITES = _CLONE if _CLONE[0].is_dir() else _WHEEL
LOCAL_ORIGIN = "warc://local"  # answered by crawler.asking.handlers.WarcHandler
_SHOWN = 5  # files that an error names
PAGE_ROWS = 5_000  # rows of one index answer: half a megabyte; the Wayback server would give 150,000


@dataclass(frozen=True, slots=True)
class Archive:
    """What one archive is.

    :param name: as stored with every capture.
    :param cdx_url: its index.
    :param playback_url: prefix of `<timestamp>id_/<url>`.
    :param public: somebody else's server: a contact is required, budgets can be lowered but not raised.
    :param budgets: by endpoint; none means as fast as it answers.
    :param citation: prefix of the URL under which a person finds the capture.
    :param label: how a person names it.
    :param forgives: a pause that it asks for is waited for; else its first refusal ends it for the run.
    :param refusals: HTTP statuses by which it asks us to stay away.
    :param crawls: it has no playback, and an index for each of its crawls (common_crawl.py); `cdx_url` is their list.
    :param root: folder or file of WARCs, or a WACZ, for an archive on this machine.
    """

    name: str
    cdx_url: str
    playback_url: str
    read_listing: Callable[[bytes], CdxPage]
    extra_params: Mapping[str, str]
    public: bool = False
    budgets: Mapping[str, Budget] = field(default_factory=dict)
    concurrency: int = 8
    citation: str = "https://web.archive.org/web/"
    label: str = "Wayback Machine"
    root: Path | None = None
    pywb: bool = False
    forgives: bool = True
    refusals: tuple[int, ...] = (429,)
    crawls: bool = False

    def listing_url(self, url: str, *, since: datetime | None, until: datetime | None, resume_key: str = "") -> str:
        """Return the index request for the captures of exactly one URL (exact on its SURT), oldest first.

        waybackpy checks the parameters and builds the query, encoding each value once; its client, which blocks, is
        not used. No filter is ever sent: `statuscode:200` would lose every revisit (docs/archives.md). A star
        is encoded, since the index would take it for "everything that begins so".
        """
        from waybackpy.cdx_api import WaybackMachineCDXServerAPI  # noqa: PLC0415 - it loads requests, which takes 0.2 s
        from waybackpy.cdx_utils import full_url  # noqa: PLC0415

        query = WaybackMachineCDXServerAPI(
            url.replace("*", "%2A"),
            start_timestamp=format_timestamp(since) if since else None,
            end_timestamp=format_timestamp(until) if until else None,
            match_type="exact",
            gzip="",  # None would ask for an uncompressed answer
        )
        params = dict(self.extra_params)
        query.add_payload(params)
        if resume_key:
            params["resumeKey"] = resume_key
        return str(full_url(self.cdx_url, params))

    def query_url(self, query: IndexQuery) -> str:
        """Return the index request of a query that is filtered, collapsed or over many URLs."""
        if self.pywb:
            return f"{self.cdx_url}?{urlencode(pywb_params(query), quote_via=quote, safe='')}"
        from waybackpy.cdx_utils import full_url  # noqa: PLC0415 - as above

        return str(full_url(self.cdx_url, wayback_params(query)))

    def memento_url(self, capture: Capture) -> str:
        """Return the URL that plays back the captured bytes (`id_`: unchanged, no toolbar); without playback, the file that
        they are in, with the range behind "#", which is not sent.
        """
        if self.crawls and (locator := locator_in(f"#{capture.locator}")):
            return f"{self.playback_url}{locator.filename}#{locator.bytes}"
        return f"{self.playback_url}{capture.timestamp}id_/{capture.original}"

    def citation_of(self, capture: Capture) -> str:
        """Return the link to cite a capture by."""
        if self.crawls:
            return crawl_citation(self.citation, capture)
        return citation_url(capture.timestamp, capture.original, self.citation)

    def owns(self, url: str) -> bool:
        """Tell whether a playback URL is this archive's: what is not is never followed."""
        return _schemeless(url).startswith(_schemeless(self.playback_url))

    def slot(self, endpoint: str) -> str:
        return f"{self.name}:{endpoint}"

    @property
    def argument(self) -> str:
        """How a person names it: what `parse_archive` reads."""
        return self.name.removeprefix("warc:")

    @property
    def address(self) -> str:
        """HOST:PORT of the server, for the person; "" of files."""
        parts = urlsplit(self.cdx_url)
        port = parts.port or {"http": 80, "https": 443}.get(parts.scheme, 0)
        return f"{parts.hostname}:{port}" if self.root is None else ""

    @property
    def private(self) -> bool:
        """Whether it is on this machine or in a private network: nobody else's to ban us."""
        return self.root is not None or is_private_host(urlsplit(self.cdx_url).hostname or "")


def citation_url(timestamp: str, original: str, prefix: str = "https://web.archive.org/web/") -> str:
    """Return the link to cite a capture by."""
    return f"{prefix}{timestamp}id_/{original}"


def is_private_host(host: str) -> bool:
    """Tell whether a host is this machine or in a private network, by what it is called: names are not looked up.

    >>> [is_private_host(host) for host in ("localhost", "127.0.0.1", "::1", "10.1.2.3", "nas", "pywb.local")]
    [True, True, True, True, True, True]
    >>> [is_private_host(host) for host in ("web.archive.org", "9.9.9.9", "2620:fe::fe")]
    [False, False, False]
    """
    try:
        return ipaddress.ip_address(host).is_private
    except ValueError:
        return "." not in host or host.endswith(_PRIVATE_NAMES)


def _schemeless(url: str) -> str:
    return re.sub(r"^https?:", "", url)


# RFC 6761, RFC 6762, RFC 8375, and what ICANN reserved in 2024
_PRIVATE_NAMES = (".localhost", ".local", ".test", ".home.arpa", ".internal", ".lan")
_WAYBACK_PARAMS = {"limit": str(PAGE_ROWS), "showResumeKey": "true"}
_PYWB_PARAMS = {
    "output": "json",
    "limit": "1000000",
}  # pywb cuts at 100,000 rows without saying so (query.py:71)


def _wayback(origin: str, name: str, **rest: object) -> Archive:
    return Archive(
        name=name,
        cdx_url=f"{origin}/cdx/search/cdx",
        playback_url=f"{origin}/web/",
        read_listing=cdx.read_wayback,
        extra_params=_WAYBACK_PARAMS,
        **rest,  # type: ignore[arg-type]
    )


def archive_of(row: Row) -> Archive:
    """Return the archive of a row of the table."""
    pywb, crawls = row.dialect == PYWB_DIALECT, row.dialect == CRAWLS_DIALECT
    return Archive(
        name=row.name,
        cdx_url=row.index,
        playback_url=row.playback,
        read_listing=read_rows if crawls else cdx.read_pywb if pywb else cdx.read_wayback,
        extra_params=_PYWB_PARAMS if pywb or crawls else _WAYBACK_PARAMS,
        public=True,
        budgets=row.budgets,
        concurrency=row.concurrency,
        citation=row.citation,
        label=row.label,
        pywb=pywb,
        forgives=row.forgives,
        refusals=row.refusals,
        crawls=crawls,
    )


WAYBACK = archive_of(BY_NAME["wayback"])


def parse_archive(text: str) -> Archive:
    """Return the archive that a setting names; ConfigError says what may stand there."""
    if text in (WAYBACK.name, ""):
        return WAYBACK
    if text in BY_NAME:
        return archive_of(BY_NAME[text])
    for one in LEFT_ALONE:
        if text == one.name:
            raise ConfigError(
                f"{one.label} is not asked: {one.why}. `policylapse archives` lists those that can be named"
            )
    if text == "sample":
        if not SAMPLE.exists():
            raise ConfigError(
                f"the bundled sample archive is not installed: there is no {SAMPLE}; name another archive with --archive, "
                "or run policylapse from a clone of its repository"
            )
        return _local(SAMPLE, "sample", label="bundled sample archive (invented)", citation="sample:")
    for prefix, make in (("wayback+", _wayback_server), ("pywb+", _pywb_server)):
        if text.startswith((f"{prefix}http://", f"{prefix}https://")):
            return make(text.removeprefix(prefix).rstrip("/"), text.rstrip("/"))
    path = Path(text).expanduser()
    if path.exists():
        return _local(path.resolve(), f"warc:{path.resolve()}", label=f"WARC files at {path}")
    raise ConfigError(
        f"there is no archive {text!r}: POLICYLAPSE_ARCHIVE (--archive) is `wayback` or another that "
        "`policylapse archives` lists, `sample`, `wayback+http://HOST:PORT`, `pywb+http://HOST:PORT/COLLECTION`, or a WARC or WACZ file or a folder of WARC files "
        "that exists"
    )


def _wayback_server(origin: str, name: str) -> Archive:
    return _wayback(origin, name, citation=f"{origin}/web/", label=f"archive at {origin}")


def _pywb_server(collection: str, name: str) -> Archive:
    return Archive(
        name=name,
        cdx_url=f"{collection}/cdx",
        playback_url=f"{collection}/",
        read_listing=cdx.read_pywb,
        pywb=True,
        extra_params=_PYWB_PARAMS,
        citation=f"{collection}/",
        label=f"archive at {collection}",
    )


def _local(root: Path, name: str, **rest: object) -> Archive:
    if not root.exists():
        raise ConfigError(f"there is no WARC file and no folder {root}")
    if root.is_dir() and not warc_files(root):
        unread = "".join(f"; {text}" for text in unread_files(root)[:_SHOWN])
        raise ConfigError(f"there is no WARC or ARC file ({PATTERNS}) in {root}{unread}")
    if is_wacz(root):
        check_wacz(root)
    return _wayback(LOCAL_ORIGIN, name, root=root, **rest)


def goes_on_capturing(name: str) -> bool:
    """Tell whether an archive of this name (Archive.name) is a server, of which a new capture may be expected.

    >>> goes_on_capturing("wayback"), goes_on_capturing("sample")
    (True, False)
    """
    return name in BY_NAME or name.startswith(("wayback+", "pywb+"))
