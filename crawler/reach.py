"""Is what answers at an address the archive that was named? Asked once, before a run's first listing.

    Archive, ask ──check_archive──► nothing, or ConfigError with the names that exist

pywb answers 200 and no rows for a collection that it does not have, a server in another dialect answers 404: each would
become "the archive has no capture", a fact of absence that is none. One request that costs nothing is enough to tell, an
index query for a URL that cannot exist; of pywb a second one, for its list of collections. Only an address that a
person typed is asked; the archives of the table are known.

What may pass (429, 5xx, no answer in time) tells nothing of the address, and the crawl has its own ways with it.
"""

from __future__ import annotations

import asyncio
import http.client
import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from crawler.archives.cdx import says_no_captures
from crawler.archives.coding import undo_content_encoding
from crawler.archives.dialects import Archive, parse_archive
from crawler.archives.errors import ConfigError, DecodeError, RateLimited, UnexpectedArchiveResponse
from crawler.archives.memento import TRANSIENT_STATUSES, classify_exclusion
from crawler.archives.table import BY_NAME, CDX
from crawler.asking.gate import Gate, open_gate
from crawler.asking.limits import parse_retry_after
from crawler.options import options_of
from crawler.spiders.job import user_agent

if TYPE_CHECKING:
    from scrapy.settings import BaseSettings

NOWHERE = "http://policylapse.invalid/"  # RFC 2606: nobody has it, so that the answer is short
_MOST_BYTES = 256 * 1024
_SECONDS = 30.0
_NAMES = 20  # of collections that are told


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back: status 0 where nothing did."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


Ask = Callable[[str], Reply]


def is_named(archive: Archive) -> bool:
    """Tell whether an archive is a server whose address a person typed."""
    return archive.root is None and archive.name not in BY_NAME


def check_archive(archive: Archive, ask: Ask) -> None:
    """Return where an archive is what it is called.

    :raises ConfigError: it is not; says what there is.
    """
    reply = ask(archive.listing_url(NOWHERE, since=None, until=None))
    if reply.status == 429 or reply.status in TRANSIENT_STATUSES or reply.status == 0:
        return
    if not _is_listing(archive, reply) and not _knows_path(archive, reply, ask):
        raise ConfigError(_wrong(archive, _what(reply), ask))
    if archive.pywb:
        root, _, name = _base(archive).rpartition("/")
        names = _collections(ask(f"{root}/collinfo.json"))
        if names is not None and name not in names and urlsplit(root).netloc:
            raise ConfigError(_wrong(archive, f"it has no collection {name!r}", ask))


def _is_listing(archive: Archive, reply: Reply) -> bool:
    if classify_exclusion(reply.status, reply.headers, reply.body) is not None:
        return True
    if reply.status != 200:
        return reply.status == 404 and says_no_captures(reply.body)
    try:
        archive.read_listing(undo_content_encoding(reply.body, dict(reply.headers))[0])
    except (UnexpectedArchiveResponse, DecodeError):
        return False
    return True


def _knows_path(archive: Archive, reply: Reply, ask: Ask) -> bool:
    """An index may say 404 of a URL that it does not have; then it says something else to a query for none."""
    return reply.status == 404 and ask(archive.cdx_url).status in (200, 400)


def _what(reply: Reply) -> str:
    return "it answers, but with no listing" if reply.status == 200 else f"it answers HTTP {reply.status}"


def _wrong(archive: Archive, why: str, ask: Ask) -> str:
    dialect = "pywb" if archive.pywb else "Wayback"
    return f"{archive.name} is no archive that can be read in the {dialect} dialect ({why}); {_hint(archive, ask)}"


def _hint(archive: Archive, ask: Ask) -> str:
    """Say which archives there are at that server, as a person would name them."""
    base = _base(archive)
    origin = "{0.scheme}://{0.netloc}".format(urlsplit(base))
    for root in dict.fromkeys((base.rpartition("/")[0], base, origin)):
        names = _collections(ask(f"{root}/collinfo.json")) if urlsplit(root).netloc else None
        if names is not None:
            some = [f"pywb+{root}/{name}" for name in names[:_NAMES]] + ["…"] * (len(names) > _NAMES)
            return f"its collections are: {', '.join(some)}" if some else "it is a pywb that has no collection"
    if archive.pywb:
        other = parse_archive(f"wayback+{origin}")
        reply = ask(other.listing_url(NOWHERE, since=None, until=None))
        if reply.status == 200 and _is_listing(other, reply):
            return f"its address is: {other.name}"
    return "check the address: wayback+http://HOST:PORT, or pywb+http://HOST:PORT/COLLECTION"


def _base(archive: Archive) -> str:
    return archive.playback_url.removesuffix("/").removesuffix("" if archive.pywb else "/web")


def _collections(reply: Reply) -> list[str] | None:
    """The names in pywb's collinfo.json, or in the older list that Common Crawl has; None where it is neither."""
    try:
        data: Any = json.loads(reply.body) if reply.status == 200 else None
    except (ValueError, RecursionError):
        return None
    if isinstance(data, dict) and isinstance(data.get("dynamic"), list) and isinstance(data.get("fixed"), list):
        return sorted({str(name) for name in data["fixed"] + data["dynamic"]})
    if isinstance(data, list) and data and all(isinstance(one, dict) and "id" in one for one in data):
        return [str(one["id"]) for one in data]
    return None


# the edge


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        return None


def reach(settings: BaseSettings) -> None:
    """Ask the archive that the settings name, at its gate like every request, before the reactor runs.

    :raises ConfigError: the address is wrong.
    :raises NotRunning: nobody listens at a private address.
    :raises RateLimited: it refuses connections, or asks us to wait for longer than one is willing to.
    """
    options = options_of(settings)
    for archive in filter(is_named, options.archives):
        with closing(open_gate(options, archive)) as gate, closing(asyncio.new_event_loop()) as loop:
            try:
                check_archive(archive, _asking(gate, loop, user_agent(settings)))
            except RateLimited:
                if not options.fallback:  # one archive that pauses is no reason not to ask the others
                    raise


def _asking(gate: Gate, loop: asyncio.AbstractEventLoop, agent: str) -> Ask:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirects)

    def ask(url: str) -> Reply:
        sent_at = loop.run_until_complete(gate.wait(CDX))  # a loop of its own: the reactor's is not run yet
        try:
            reply = _ask(opener, url, agent)
        except ConnectionRefusedError:
            gate.refused()
            raise RateLimited(gate.why) from None
        if reply.status == 429:
            gate.too_many(CDX, parse_retry_after(reply.headers.get("retry-after", ""), time.time()), sent_at)
            gate.check()
        elif reply.status:
            gate.answered(sent_at)
        return reply

    return ask


def _ask(opener: urllib.request.OpenerDirector, url: str, agent: str) -> Reply:
    request = urllib.request.Request(url, headers={"User-Agent": agent, "Accept": "*/*"})  # noqa: S310 - http(s) by dialects
    try:
        with opener.open(request, timeout=_SECONDS) as response:
            return _read(response)
    except urllib.error.HTTPError as error:
        with error:
            return _read(error)
    except urllib.error.URLError as error:
        if isinstance(error.reason, ConnectionRefusedError):
            raise error.reason from None
        if type(error.reason).__name__ == "gaierror":
            raise ConfigError(
                f"there is no host {urlsplit(url).hostname!r} ({error.reason}): check --archive"
            ) from None
        return Reply(0)
    except (OSError, http.client.HTTPException):
        return Reply(0)


def _read(response: Any) -> Reply:
    headers = {name.lower(): value for name, value in response.headers.items()}
    body, deadline = b"", time.monotonic() + _SECONDS
    while len(body) < _MOST_BYTES and time.monotonic() < deadline and (piece := response.read1(2**16)):
        body += piece
    return Reply(response.status, body, headers)
