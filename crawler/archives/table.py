"""The table of archives: who holds what, at which address, how fast it may be asked, and who says so. Data, no code.

    ROWS ──dialects.py──► Archive, by its name: `--archive arquivo`, `--fallback arquivo,commoncrawl`
    LEFT_ALONE ──────────► an error that says why, and `policylapse archives`

A row is off until a person names it; only the Wayback Machine is the default. An archive that asks to be left alone, or
bans programs, has no row: it stands in LEFT_ALONE with its reason. Addresses were read in the source that each row
names; none of the rows was tried from here (docs/archives.md).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

CDX, PLAYBACK = "cdx", "playback"  # the two endpoints, each with a budget and a download slot of its own
SAVE: Final = "save"  # Save Page Now, asked by `policylapse save` only
WAYBACK_DIALECT, PYWB_DIALECT, CRAWLS_DIALECT = "wayback", "pywb", "common crawl"


@dataclass(frozen=True, slots=True)
class Budget:
    """At most `requests` in `seconds`; `source` says who says so."""

    requests: int
    seconds: float
    source: str

    @property
    def interval(self) -> float:
        """Seconds from one request to the next."""
        return self.seconds / self.requests


@dataclass(frozen=True, slots=True)
class Row:
    """One archive.

    :param name: how a person names it, and as stored with every capture.
    :param index: address of its index (CDX); of a Common Crawl, of the list of its crawls.
    :param playback: what stands before `<timestamp>id_/<url>`; of a Common Crawl, before a file's name.
    :param citation: as `playback`, of the page that a person is shown.
    :param holds: whose pages it has, for a person.
    :param source: where the addresses were read.
    :param budgets: by endpoint. :param concurrency: requests at once.
    :param forgives: a pause that it asks for is waited for; else its first refusal ends it for the run.
    :param refusals: HTTP statuses by which it asks us to stay away.
    """

    name: str
    label: str
    dialect: str
    index: str
    playback: str
    citation: str
    holds: str
    source: str
    budgets: Mapping[str, Budget]
    concurrency: int = 1
    forgives: bool = True
    refusals: tuple[int, ...] = (429,)


@dataclass(frozen=True, slots=True)
class LeftAlone:
    """An archive that is not asked, and why."""

    name: str
    label: str
    why: str


# Nobody says what these archives bear, so they are asked more slowly than any that does.
_UNSAID: Final = "no limit is published; our own choice"
_CAREFUL: Final = {CDX: Budget(20, 60.0, _UNSAID), PLAYBACK: Budget(60, 60.0, _UNSAID)}
_NOTEBOOK: Final = "GLAM-Workbench/web-archives, comparing_cdx_apis.ipynb (2023)"

ROWS: Final = (
    Row(
        "wayback",
        "Wayback Machine",
        WAYBACK_DIALECT,
        "https://web.archive.org/cdx/search/cdx",
        "https://web.archive.org/web/",
        "https://web.archive.org/web/",
        "the web, since 1996",
        "edgi-govdata-archiving/wayback",
        {
            # 80% of the hard limits, as the Internet Archive asks of clients (edgi wayback/_client.py:66-69, 2026-06)
            CDX: Budget(24, 60.0, "30/min for CDX and TimeMap together: edgi-govdata-archiving/wayback#206, #208"),
            PLAYBACK: Budget(480, 60.0, "600/min: edgi-govdata-archiving/wayback _client.py:66"),
            SAVE: Budget(6, 60.0, "7/min with an account: agude/wayback-machine-archiver 631ac8c (2026-07)"),
        },
        concurrency=2,
    ),
    Row(
        "arquivo",
        "Arquivo.pt",
        PYWB_DIALECT,
        "https://arquivo.pt/wayback/cdx",
        "https://arquivo.pt/noFrame/replay/",
        "https://arquivo.pt/wayback/",
        "the larger sites of the world, since 1996; everything in .pt",
        "arquivo/pwa-technologies wiki, APIs (2025)",
        {
            # half of what is allowed: who exceeds it is blocked for ever, and nobody can be asked to lift it
            CDX: Budget(120, 60.0, "250/min, then a permanent block: arquivo/pwa-technologies wiki, APIs (2025)"),
            PLAYBACK: Budget(
                120, 60.0, "250/min is the lowest of its limits: arquivo/pwa-technologies wiki, APIs (2025)"
            ),
        },
        concurrency=2,
        forgives=False,  # a permanent block follows
    ),
    Row(
        "awa",
        "Australian Web Archive",
        PYWB_DIALECT,
        "https://web.archive.org.au/awa/cdx",
        "https://web.archive.org.au/awa/",
        "https://web.archive.org.au/awa/",
        ".au, and some sites beside",
        _NOTEBOOK,
        _CAREFUL,
    ),
    Row(
        "vefsafn",
        "Icelandic Web Archive",
        PYWB_DIALECT,
        "https://vefsafn.is/is/cdx",
        "https://vefsafn.is/is/",
        "https://vefsafn.is/is/",
        ".is, and chosen Icelandic sites beside",
        "iipc/awesome-web-archiving and lists like it (2025)",
        _CAREFUL,
    ),
    Row(
        "ukwa",
        "UK Web Archive",
        PYWB_DIALECT,
        "https://www.webarchive.org.uk/wayback/archive/cdx",
        "https://www.webarchive.org.uk/wayback/archive/",
        "https://www.webarchive.org.uk/wayback/archive/",
        ".uk; about 19,000 sites are public, the rest answers 451",
        f"{_NOTEBOOK}; oduwsdl/MemGator archives.json (2026-04)",
        _CAREFUL,
    ),
    Row(
        "nlnz",
        "New Zealand Web Archive",
        PYWB_DIALECT,
        "https://ndhadeliver.natlib.govt.nz/webarchive/cdx",
        "https://ndhadeliver.natlib.govt.nz/webarchive/",
        "https://ndhadeliver.natlib.govt.nz/webarchive/",
        ".nz, chosen sites",
        _NOTEBOOK,
        _CAREFUL,
    ),
    Row(
        "gcwa",
        "Government of Canada Web Archive",
        WAYBACK_DIALECT,
        "https://webarchiveweb.wayback.bac-lac.canada.ca/web/timemap/cdx",
        "https://webarchiveweb.wayback.bac-lac.canada.ca/web/",
        "https://webarchiveweb.wayback.bac-lac.canada.ca/web/",
        ".gc.ca, and Canadian sites that Library and Archives Canada chose",
        "two public clients that ask it so (2025)",
        _CAREFUL,
    ),
    Row(
        "archive-it",
        "Archive-It",
        WAYBACK_DIALECT,
        "https://wayback.archive-it.org/all/timemap/cdx",
        "https://wayback.archive-it.org/all/",
        "https://wayback.archive-it.org/all/",
        "what universities and governments chose",
        "owasp-amass/amass archiveit.ads; oduwsdl/MemGator archives.json (2026-04)",
        _CAREFUL,  # the Internet Archive's machines
    ),
    Row(
        "commoncrawl",
        "Common Crawl",
        CRAWLS_DIALECT,
        "https://index.commoncrawl.org/collinfo.json",
        "https://data.commoncrawl.org/",
        "https://index.commoncrawl.org/",
        "two to three billion pages a month, since 2008; a page of a smaller site in some of the crawls",
        "commoncrawl/cc-index-server; commoncrawl/cdx_toolkit",
        {
            # no number is published; its staff: slow down at the first 503 (commoncrawl/cc-index-server#15, #16)
            CDX: Budget(20, 60.0, "no limit is published, users are blocked after a few hundred: cc-index-server#16"),
            PLAYBACK: Budget(60, 60.0, "one request in 0.55 s: commoncrawl/cdx_toolkit myrequests.py"),
        },
        forgives=False,
        refusals=(403, 429, 503),
    ),
)

LEFT_ALONE: Final = (
    LeftAlone(
        "loc", "Library of Congress", "it asked aggregators to leave it alone (oduwsdl/MemGator 6a22246, 2026-04)"
    ),
    LeftAlone("archive.today", "archive.today", "it bans programs, and gives no bytes as they were captured"),
    LeftAlone("perma.cc", "Perma.cc", "it gives captured bytes to holders of a key only"),
    LeftAlone(
        "ukgwa", "UK Government Web Archive", "it holds no policies of companies, and its service was cut (2026-04)"
    ),
    LeftAlone("memgator", "MemGator and Time Travel", "they ask a dozen archives at once, on our behalf"),
)
BY_NAME: Final = {row.name: row for row in ROWS}
