"""Write the sample archive as one WARC, the same bytes every time.

Record ids are name-based UUIDs, dates are the plan's, noise is hashed; nothing asks the clock or the host.
"""

import hashlib
import re
import uuid
import zlib
from base64 import b32encode
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from io import BytesIO
from pathlib import Path
from string import Template

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from . import policytext
from .noise import Noise
from .policytext import HERE, Block
from .sites import SITES, Look, Other, Outcome, PolicyCapture, Site, Special, parse_time

FILE_NAME = "sample.warc.gz"
NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "https://policylapse.example/sample-archive")
REVISITS_SINCE = "2008"  # before, crawlers wrote the same payload again
REVISITS_IN_TEN = 8
REASONS = {200: "OK", 301: "Moved Permanently", 404: "Not Found", 503: "Service Unavailable"}
SPECIAL_OUTCOMES: dict[str, Outcome] = {
    "redirect": "redirect",
    "bot": "not_a_policy",
    "503": "archived_error",
    "404": "archived_error",
}


@dataclass(frozen=True)
class Exchange:
    """What the server answered: status, headers in order, body as sent."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def digest(self) -> str:
        return "sha1:" + b32encode(hashlib.sha1(self.body, usedforsecurity=False).digest()).decode()


@dataclass(frozen=True)
class Record:
    """One capture of the archive, with what the truth says about it."""

    site: Site
    timestamp: str
    url: str
    exchange: Exchange
    outcome: Outcome | None  # None: a page that is no policy's URL
    version: str = ""
    refers_to: tuple[str, str] | None = None  # a revisit: URL and timestamp of the capture with the payload


def write(path: Path) -> int:
    """Write the archive to `path`; how many captures it holds."""
    count = 0
    with path.open("wb") as file:
        writer = WARCWriter(file, gzip=True)
        _write_info(writer)
        for record in records():
            _write_record(writer, record)
            count += 1
    return count


def records() -> Iterator[Record]:
    """Every capture of every site, site by site."""
    for site in SITES:
        yield from site_records(site)


def site_records(site: Site) -> list[Record]:
    """Every capture of one site in time order."""
    found = list(_policy_records(site))
    found += [_special(site, special) for special in site.specials]
    found += [_other(site, other) for other in site.others]
    return sorted(found, key=lambda record: (record.timestamp, record.url))


def render(site: Site, capture: PolicyCapture) -> str:
    """The page a policy capture shows."""
    blocks = policytext.policy(capture.wording.text, capture.wording.edition)
    return _page(site, capture.look, capture.timestamp, capture.seed, site.title, blocks)


def _policy_records(site: Site) -> Iterator[Record]:
    """Captures of the policy; one whose payload the archive has already may be a revisit."""
    seen: dict[tuple[str, str], tuple[str, str]] = {}
    for capture in site.policy_captures():
        exchange = _ok(capture.look, capture.timestamp, render(site, capture))
        key = (capture.url, exchange.digest())
        earlier = seen.setdefault(key, (capture.url, capture.timestamp))
        again = earlier[1] != capture.timestamp and _is_revisit(capture)
        yield Record(
            site,
            capture.timestamp,
            capture.url,
            exchange,
            "revisit" if again else "fetched",
            capture.wording.label,
            earlier if again else None,
        )


def _is_revisit(capture: PolicyCapture) -> bool:
    chance = Noise(f"revisit/{capture.url}/{capture.timestamp}").number("chance", 1, 10)
    return capture.timestamp >= REVISITS_SINCE and chance <= REVISITS_IN_TEN


def _special(site: Site, special: Special) -> Record:
    """An archived redirect, error or bot check."""
    extra: tuple[tuple[str, str], ...]
    match special.kind:
        case "redirect":
            status, template, extra = 301, "moved301", (("Location", special.location),)
        case "bot":
            status, template, extra = (
                200,
                "botcheck",
                (("Cache-Control", "private, no-store"), ("Server", "gatewarden")),
            )
        case "503":
            status, template, extra = 503, "unavailable503", (("Server", "Varnish"), ("Retry-After", "5"))
        case "404":
            own = HERE / "templates" / f"{site.name.partition('.')[0]}404.html"
            status, template, extra = (
                404,
                own.stem if own.exists() else "notfound404",
                (("Server", "Apache"),),
            )
    host, path = re.fullmatch(r"https?://([^/:]+)(?::\d+)?(/.*)", special.url).groups()  # type: ignore[union-attr]
    fields = _fields(site, special.timestamp, f"{site.name}/{special.timestamp}") | {
        "host": host,
        "path": path,
    }
    body = _template(template).substitute(fields).encode("utf-8")
    headers = (("Date", _http_date(special.timestamp)), *extra, ("Content-Type", "text/html; charset=UTF-8"))
    return Record(
        site,
        special.timestamp,
        special.url,
        Exchange(status, (*headers, ("Content-Length", str(len(body)))), body),
        SPECIAL_OUTCOMES[special.kind],
    )


def _other(site: Site, other: Other) -> Record:
    """A page of the site which is not its policy, or a text file."""
    if other.text:
        body = other.text.encode("utf-8")
        headers = (
            ("Date", _http_date(other.timestamp)),
            ("Content-Type", "text/plain"),
            ("Content-Length", str(len(body))),
        )
        return Record(site, other.timestamp, other.url, Exchange(200, headers, body), None)
    look = site.look(other.timestamp)
    blocks = policytext.page(other.page)
    seed = f"{site.name}/{other.page}" if other.static else f"{site.name}/{other.timestamp}"
    html = _page(site, look, other.timestamp, seed, blocks[0].text, blocks)  # type: ignore[union-attr]
    return Record(site, other.timestamp, other.url, _ok(look, other.timestamp, html), None)


def _page(site: Site, look: Look, timestamp: str, seed: str, title: str, blocks: tuple[Block, ...]) -> str:
    """Put a text into the template of its time."""
    style = look.style(Noise(seed))
    fields = _fields(site, timestamp if not look.static else look.since, seed)
    fields |= {"title": style.text(title), "content": style.render(blocks)}
    return _template(look.template).substitute(fields)


def _template(name: str) -> Template:
    return Template((HERE / "templates" / f"{name}.html").read_text("utf-8"))


def _fields(site: Site, timestamp: str, seed: str) -> dict[str, str]:
    """Everything in a page which differs between two visits, for the templates to take what they want.

    It hangs on `seed`, not on the time of the capture: a page from a cache is the same in every byte.
    """
    noise = Noise(seed)
    when = parse_time(seed.rpartition("/")[2]) if re.fullmatch(r".*/\d{14}", seed) else parse_time(timestamp)
    build = Noise(f"build/{site.name}/{when:%Y%m}")  # a site is deployed about once a month
    posts = noise.pick("posts", site.posts, 5)
    related = noise.pick("related", site.posts, 3)
    return {
        "year": str(when.year),
        "now": f"{when:%Y-%m-%d %H:%M:%S}",
        "epoch": str(int(when.timestamp())),
        "nonce": noise.hex("nonce", 10),
        "token": noise.hex("token", 40),
        "session": noise.hex("session", 32),
        "request": str(uuid.uuid5(NAMESPACE, f"request/{seed}")),
        "ray": f"{noise.hex('ray', 16)}",
        "build": build.hex("build", 8),
        "variant": ("control", "blue-button", "sticky-basket")[noise.number("variant", 0, 2)],
        "cart": str(noise.number("cart", 0, 3)),
        "seconds": f"0.{noise.number('seconds', 120, 980)}",
        "millis": str(noise.number("millis", 14, 420)),
        "queries": str(noise.number("queries", 19, 41)),
        "visitors": f"{(when.year - 1999) * 9000 + when.timetuple().tm_yday * 24 + noise.number('visitors', 0, 20):06d}",
        "viewstate": "/wEPDwUK" + noise.hex("viewstate", 120),
        "validation": "/wEWAgL" + noise.hex("validation", 32),
        "sailing": f"{noise.number('sailing', 6, 11)}:{noise.number('minute', 10, 59)}",
        "sailing2": f"{noise.number('sailing2', 12, 21)}:{noise.number('minute2', 10, 59)}",
        "weather": noise.pick("weather", ("Fog until noon", "Clear, wind 8 knots", "Small craft advisory", "Rain"), 1)[
            0
        ],
        "posts": "\n".join(f'<li><a href="/blog/{_slug(post)}/">{escape(post)}</a></li>' for post in posts),
        "related": "\n".join(
            f'<li><a href="/blog/{_slug(post)}/" rel="nofollow">{escape(post)}</a></li>' for post in related
        ),
    }


def _slug(title: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")


def _ok(look: Look, timestamp: str, html: str) -> Exchange:
    """A good answer of the look's server, compressed where it did that."""
    body = html.encode(look.encoding)
    headers = [("Date", _http_date(timestamp)), *look.headers, ("Content-Type", look.content_type)]
    if look.gzip:
        body = _gzip(body)
        headers.append(("Content-Encoding", "gzip"))
    return Exchange(200, (*headers, ("Content-Length", str(len(body)))), body)


def _gzip(body: bytes) -> bytes:
    """Gzip without a time; through zlib, since `gzip.compress` writes another header in each Python."""
    compressor = zlib.compressobj(6, zlib.DEFLATED, zlib.MAX_WBITS + 16)
    return compressor.compress(body) + compressor.flush()


def _http_date(timestamp: str) -> str:
    """Spelled out here: `strftime` would follow the locale."""
    when = parse_time(timestamp)
    day = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")[when.weekday()]
    month = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")[when.month - 1]
    return f"{day}, {when.day:02} {month} {when:%Y %H:%M:%S} GMT"


def _write_info(writer: WARCWriter) -> None:
    text = (
        "software: policylapse tests.sample_archive\r\n"
        "format: WARC File Format 1.0\r\n"
        "description: invented sites, see README.md beside this file\r\n"
    ).encode("ascii")
    info = writer.create_warc_record(
        "",
        "warcinfo",
        payload=BytesIO(text),
        length=len(text),
        warc_headers_dict={
            "WARC-Record-ID": _id("info"),
            "WARC-Date": "2025-09-01T00:00:00Z",
            "WARC-Filename": FILE_NAME,
        },
    )
    writer.write_record(info)


def _write_record(writer: WARCWriter, record: Record) -> None:
    exchange = record.exchange
    http = StatusAndHeaders(
        f"{exchange.status} {REASONS[exchange.status]}", list(exchange.headers), protocol="HTTP/1.1"
    )
    warc = {
        "WARC-Record-ID": _id(f"{record.timestamp}/{record.url}"),
        "WARC-Date": _warc_date(record.timestamp),
    }
    if record.refers_to:
        url, timestamp = record.refers_to
        warc["WARC-Refers-To"] = _id(f"{timestamp}/{url}")
        made = writer.create_revisit_record(
            record.url,
            exchange.digest(),
            url,
            _warc_date(timestamp),
            http_headers=http,
            warc_headers_dict=warc,
        )
    else:
        made = writer.create_warc_record(
            record.url,
            "response",
            payload=BytesIO(exchange.body),
            length=len(exchange.body),
            http_headers=http,
            warc_headers_dict=warc,
        )
    writer.write_record(made)


def _warc_date(timestamp: str) -> str:
    return f"{parse_time(timestamp):%Y-%m-%dT%H:%M:%SZ}"


def _id(name: str) -> str:
    return f"<urn:uuid:{uuid.uuid5(NAMESPACE, name)}>"
