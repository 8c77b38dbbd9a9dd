"""What the tests of the pages share: asking for one without a server, and reading what it says."""

from contextlib import closing
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote, urljoin, urlsplit

from lxml import html

from history.database import open_database
from history.web.app import answer, split
from history.web.catalogue import read_catalogue
from history.web.legal import read_dates
from history.web.links import Links
from history.web.page import Ask

BASE = "http://pages.test"
OURS = "/-/policylapse-assets/"


@dataclass
class Site:
    """The pages of a database, asked for by their address, as a server would."""

    path: object

    def get(self, address):
        parts = urlsplit(address)
        path, form = split(unquote(parts.path.removeprefix("/").removeprefix("-/")))
        with closing(open_database(self.path)) as db:
            query = dict(parse_qsl(parts.query, keep_blank_values=True))
            ask = Ask(db, read_catalogue(db), Links("/", here=path), path, query, read_dates(None))
            return answer(ask, form, "policylapse/test")

    def page(self, address):
        """An answer that leads elsewhere is followed once."""
        found = self.get(address)
        if found.status == 302:
            found = self.get(found.location)
        assert found.status == 200, (address, found.body[-400:])
        return found

    def read(self, address):
        return html.fromstring(self.page(address).body.decode())


def links(tree, address):
    """Addresses of this server that a page leads to, without their fragments."""
    for element in tree.iter("a", "link", "script"):
        target = element.get("href") or element.get("src")
        if target:
            whole = urlsplit(urljoin(BASE + address, target))
            if f"{whole.scheme}://{whole.netloc}" == BASE:
                yield whole.path + (f"?{whole.query}" if whole.query else "")


def every_page(site, start="/", most=400):
    """Every page that can be reached from one, with its tree."""
    waiting, seen = [start], {start}
    while waiting:
        address = waiting.pop(0)
        if address.split("?")[0].endswith((".atom", ".json", ".csv")) or address.startswith(OURS):
            assert address.startswith(OURS) or site.page(address).body
            continue
        tree = site.read(address)
        yield address, tree
        for target in links(tree, address):
            if target not in seen and len(seen) < most:
                seen.add(target)
                waiting.append(target)
