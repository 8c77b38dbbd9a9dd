"""One history of a policy, of which an archive has lost a part that another one has: WARC files for both.

    history(random) ──► Visit…, one a half-year or oftener     split(visits, random, 0.4) ──► (what A has, what B has)

Visits are 95 to 170 days apart: where one is lost, more than 180 days are without a capture, and where none is, less.
Each page has bytes of its own, so that no digest tells what a request would.
"""

import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from warcio.warcwriter import WARCWriter

from tests.generators.many_captures import page
from tests.generators.warc_files import put_response

POLICY = "http://gap.example/privacy"
FIRST = datetime(2008, 3, 1, 12, tzinfo=UTC)
_HEADERS = [("Content-Type", "text/html; charset=utf-8")]


@dataclass(frozen=True)
class Visit:
    """A robot came by, and the page had this edition."""

    at: datetime
    edition: int

    @property
    def timestamp(self) -> str:
        return f"{self.at:%Y%m%d%H%M%S}"

    @property
    def body(self) -> bytes:
        return page(self.edition, self.timestamp)


def history(chance: random.Random, visits: int = 24) -> list[Visit]:
    """Return visits, oldest first: an edition lasts for one or two of them, and some come back."""
    found, at, edition, left = [], FIRST, 0, 0
    for _ in range(visits):
        if not left:
            edition, left = (edition + chance.randint(1, 9)) % 11, chance.randint(1, 2)
        found.append(Visit(at, edition))
        left -= 1
        at += timedelta(days=chance.randint(95, 170), seconds=chance.randint(0, 80_000))
    return found


def split(visits: list[Visit], chance: random.Random, lost: float) -> tuple[list[Visit], list[Visit]]:
    """Return what archive A has, without a part of it chosen at random, and what B has: that part."""
    gone = set(chance.sample(range(len(visits)), round(lost * len(visits))))
    return [one for at, one in enumerate(visits) if at not in gone], [visits[at] for at in sorted(gone)]


def write(folder: Path, visits: list[Visit], url: str = POLICY) -> Path:
    """Write visits as a WARC file into a folder, which is made; return the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f"{len(list(folder.iterdir()))}.warc.gz").open("wb") as file:
        writer = WARCWriter(file, gzip=True)
        for one in visits:
            headers = [*_HEADERS, ("Content-Length", str(len(one.body)))]
            put_response(writer, f"{one.at:%Y-%m-%dT%H:%M:%SZ}", url, one.body, headers)
    return folder
