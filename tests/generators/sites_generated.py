"""Invented sites through twenty years, from a seed, with the truth: at which URLs the policy stood, from when to when.

`generate(40)` makes sites of each PROFILE in turn; `GeneratedArchive(sites)` serves them as WARC files are served.
What an archive holds of them is as uneven as real holdings: home pages about monthly with gaps, policies every few
weeks to months, old URLs that stay up, vanish or redirect.
"""

import hashlib
import random
from base64 import b32encode
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from crawler.archives.capture import Capture
from crawler.archives.files.record_index import Record, RecordIndex
from crawler.archives.files.records import Place
from crawler.archives.files.warc import Answered, Damages, WarcArchive, archive_headers
from crawler.archives.surt import surt
from crawler.archives.timestamps import format_timestamp
from tests.generators.many_captures import SECTIONS

LAST = datetime(2024, 12, 1, tzinfo=UTC)
DAY = timedelta(days=1)

# language: paths in the order of their fashion, words of the link
LANGUAGES = {
    "en": (("/privacy.html", "/privacy-policy", "/legal/privacy"), "Privacy Policy"),
    "de": (("/datenschutz.html", "/datenschutz", "/rechtliches/datenschutz"), "Datenschutzerklärung"),
    "fr": (
        ("/confidentialite.htm", "/politique-de-confidentialite", "/mentions/confidentialite"),
        "Politique de confidentialité",
    ),
    "es": (("/privacidad.html", "/politica-de-privacidad", "/legal/privacidad"), "Política de privacidad"),
    "it": (("/riservatezza.html", "/informativa-privacy", "/legale/privacy"), "Informativa sulla privacy"),
    "nl": (("/privacybeleid.html", "/privacybeleid", "/over/privacy"), "Privacybeleid"),
    "sv": (("/integritet.html", "/integritetspolicy", "/om/integritetspolicy"), "Integritetspolicy"),
    "fi": (("/tietosuoja.html", "/tietosuojaseloste", "/tietoa/tietosuoja"), "Tietosuojaseloste"),
    "pl": (("/prywatnosc.html", "/polityka-prywatnosci", "/info/polityka-prywatnosci"), "Polityka prywatności"),
    "tr": (("/gizlilik.asp", "/gizlilik-politikasi", "/kurumsal/gizlilik"), "Gizlilik Politikası"),
}
PROFILES = (
    "one URL",
    "one move, redirect",
    "two moves, gone",
    "two moves, old ones stay",
    "unnamed path",
    "hub",
    "other host",
    "gap",
    "sold",
    "no home page",
    "several policies",
    "no policy",
    "home elsewhere",
    "begins late",
    "three moves",
    "other domain",
    "removed",
    "shell at last",
    "parked",
)
NAMES = (
    "amber birch cobalt dune elm fjord garnet heron iris juniper kelp lark maple nettle opal pine quartz reed "
    "sage tern umber violet willow yarrow"
).split()
TRADES = "bakery cycles drapers ferries gardens kitchens lamps maps papers tools".split()


@dataclass(frozen=True)
class Era:
    """A URL at which the policy really stood: from `start` on, until `end` (None: it still does)."""

    url: str
    start: datetime
    end: datetime | None


@dataclass(frozen=True)
class Shot:
    """A capture: what was there, told by `kind`: home, policy, page or redirect."""

    url: str
    at: datetime
    kind: str
    status: int = 200
    location: str = ""


@dataclass
class Site:
    name: str
    profile: str
    language: str
    eras: list[Era]
    shots: list[Shot] = field(default_factory=list)
    others: dict[str, str] = field(default_factory=dict)  # label -> URL of its other policies
    hub: str = ""
    via_hub: int = -1  # number of the era in which the home page links to the hub only
    shell_from: datetime | None = None
    parked_from: datetime | None = None

    def era_at(self, at: datetime) -> Era | None:
        return next((era for era in self.eras if era.start <= at and (era.end is None or at < era.end)), None)

    def render(self, shot: Shot) -> bytes:
        if shot.kind == "home":
            return self._home(shot.at)
        if shot.kind == "hub":
            era = self.era_at(shot.at)
            inner = f'<p><a href="{era.url}">{LANGUAGES[self.language][1]}</a></p>' if era else ""
            return _html("Legal information", f'<h1>Legal</h1>{inner}<p><a href="/terms">Terms of Use</a></p>')
        if shot.kind == "policy":
            return self._policy(shot)
        if shot.kind == "cookies":
            return _html("Cookies", "<h1>Cookies</h1><p>Cookies are small files. We use them for the basket.</p>")
        return _html("Page", "<h1>Opening hours</h1><p>We are open from nine to five, and closed on Mondays.</p>" * 5)

    def _policy(self, shot: Shot) -> bytes:
        sections = "".join(f"<h2>{title}</h2><p>{text}</p>" for title, text in SECTIONS.items())
        first = (
            f"<p>This privacy policy tells what {self.name.partition('.')[0]} does with your personal information.</p>"
        )
        if shot.url.startswith("http://bigcorp-group.example"):
            first = "<p>This privacy policy tells what Bigcorp Group does with your personal information.</p>"
        return _html("Privacy Policy", f"<h1>Privacy Policy</h1>{first}{sections}")

    def _home(self, at: datetime) -> bytes:
        if self.parked_from and at >= self.parked_from:
            links = '<a href="http://bigcorp-group.example/privacy">Privacy Policy</a>'
            return _html(self.name, f"<h1>{self.name}</h1><p>This domain may be for sale.</p><footer>{links}</footer>")
        if self.shell_from and at >= self.shell_from:
            return b'<!DOCTYPE html><html><head><title>App</title></head><body><div id="root"></div></body></html>'
        era, rng = self.era_at(at), random.Random(f"{self.name} {at}")
        links = ['<a href="/about">About us</a>', '<a href="/terms">Terms of Use</a>', '<a href="/cookies">Cookies</a>']
        if era is not None:
            hub = self.via_hub >= 0 and era is self.eras[self.via_hub]
            url, text = (self.hub, "Legal") if hub else (era.url, LANGUAGES[self.language][1])
            links.insert(rng.randrange(3), f'<a href="{url}">{text}</a>')
        links += [f'<a href="{url}">{text}</a>' for text, url in self.others.items()]
        story = f'<p><a href="/blog/{at.year}/why-privacy-matters-to-small-shops">Why privacy matters to small shops like ours, and what we did about it this year</a></p>'
        return _html(
            self.name,
            f'<div id="menu"><a href="/">Home</a> <a href="/shop?sid={rng.random():.6f}">Shop</a></div>'
            f"<h1>Welcome</h1><p>Our spring sale has begun.</p>{story}"
            f'<div id="footer" class="footer">{" | ".join(links)} <span>visitor {rng.randrange(10**6)}</span></div>',
        )


def _html(title: str, body: str) -> bytes:
    return (
        f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{title}</title></head>'
        f"<body>{body}</body></html>"
    ).encode()


def generate(count: int, seed: int = 7) -> list[Site]:
    """Return sites with their truth, the same for one seed."""
    return [
        _site(number, PROFILES[number % len(PROFILES)], random.Random(f"{seed}/{number}")) for number in range(count)
    ]


def _site(number: int, profile: str, rng: random.Random) -> Site:
    name = f"{NAMES[number % len(NAMES)]}{TRADES[number // len(NAMES) % len(TRADES)]}.example"
    judged = profile in ("no home page", "sold", "other domain", "parked")  # its page is read: in English
    language = "en" if judged else list(LANGUAGES)[number % len(LANGUAGES)]
    begin = datetime(rng.randrange(1999, 2006), rng.randrange(1, 13), 3, tzinfo=UTC)
    site = Site(name, profile, language, _eras(name, profile, language, begin, rng))
    _captures(site, begin, rng)
    return site


def _eras(name: str, profile: str, language: str, begin: datetime, rng: random.Random) -> list[Era]:
    paths = [f"http://{name}{path}" for path in LANGUAGES[language][0]]
    urls = {
        "one URL": paths[:1],
        "one move, redirect": paths[:2],
        "unnamed path": [f"http://{name}/pp.html", paths[1]],
        "other host": [paths[0], f"http://{name.partition('.')[0]}.policy-host.example/privacy"],
        "sold": paths[:1],
        "no home page": paths[:2],
        "no policy": [],
        "begins late": paths[1:2],
        "shell at last": paths[:2],
        "three moves": [*paths, f"http://{name}/trust/privacy-notice"],
        "hub": paths[:2],
        "gap": paths[:2],
        "other domain": [paths[0], f"http://{name.partition('.')[0]}.invalid/legal/privacy"],
        "removed": paths[:1],
        "parked": paths[:1],
        "several policies": paths[:2],
    }.get(profile, paths)
    start = begin + timedelta(days=rng.randrange(2000, 3000) if profile == "begins late" else rng.randrange(60))
    step = (LAST - start) / max(len(urls), 1)
    moves = [start, *(start + step * n + timedelta(days=rng.randrange(-300, 300)) for n in range(1, len(urls)))]
    end = start + (LAST - start) * 0.7 if profile in ("sold", "removed", "parked") else None
    return [
        Era(url, at, moves[n + 1] if n + 1 < len(urls) else end)
        for n, (url, at) in enumerate(zip(urls, moves, strict=False))
    ]


FATES = {
    "one move, redirect": "redirect",
    "two moves, gone": "gone",
    "two moves, old ones stay": "stays",
    "other domain": "redirect",
    "sold": "sold",
    "removed": "gone",
    "parked": "gone",
    "no home page": "gone",
}


def _captures(site: Site, begin: datetime, rng: random.Random) -> None:
    shots = site.shots
    gap = (
        (site.eras[0].end - timedelta(days=400), site.eras[0].end + timedelta(days=400))
        if site.profile == "gap"
        else None
    )
    home_end = site.eras[0].end if site.profile in ("sold", "other domain") else LAST
    if site.profile == "several policies":
        site.others = {
            "Children's Privacy Policy": "/kids/privacy",
            "Applicant Privacy Notice": "/applicant-privacy-notice",
        }
    if site.profile == "hub":
        site.hub, site.via_hub = f"http://{site.name}/legal", 1
        shots += [Shot(site.hub, at, "hub") for at in _times(rng, site.eras[1].start, LAST, 30, 200)]
    if site.profile == "parked":
        site.parked_from = LAST - timedelta(days=150)
        shots += [Shot("http://bigcorp-group.example/privacy", at, "policy") for at in _times(rng, begin, LAST, 30, 90)]
    if site.profile == "shell at last":
        site.shell_from = LAST - timedelta(days=500)
    home = f"http://{site.name}/"
    if site.profile == "home elsewhere":
        shots += [Shot(home, at, "redirect", 301, f"{home}en/index.html") for at in _times(rng, begin, LAST, 20, 80)]
        home = f"{home}en/index.html"
    for at in _times(rng, begin, home_end, 5, 60) if site.profile != "no home page" else []:
        if not (gap and gap[0] < at < gap[1]):
            shots.append(Shot(home, at, "home"))
    if site.profile == "sold":
        shots += [Shot(home, at, "page") for at in _times(rng, home_end + 200 * DAY, LAST, 30, 90)]
    for number, era in enumerate(site.eras):
        _policy_captures(site, number, era, gap, rng)
    for path, kind in (
        ("/cookies", "cookies"),
        ("/terms", "page"),
        ("/blog/2015/why-privacy-matters-to-small-shops", "page"),
    ):
        shots += [Shot(f"http://{site.name}{path}", at, kind) for at in _times(rng, begin, LAST, 100, 400)]
    for path in site.others.values():
        shots += [Shot(f"http://{site.name}{path}", at, "policy") for at in _times(rng, begin, LAST, 60, 200)]


def _policy_captures(site: Site, number: int, era: Era, gap, rng: random.Random) -> None:
    end = era.end or LAST
    for at in _times(rng, era.start + rng.randrange(1, 25) * DAY, end, 15, 110):
        if not (gap and gap[0] < at < gap[1]):
            site.shots.append(Shot(era.url, at, "policy"))
    if era.end is None:
        return
    fate = FATES.get(site.profile) or rng.choice(("redirect", "gone", "stays", "uncaptured"))
    until = min(LAST, end + timedelta(days=2500))
    onward = site.eras[number + 1].url if number + 1 < len(site.eras) else "http://bigcorp-group.example/privacy"
    for at in _times(rng, end + rng.randrange(1, 40) * DAY, until, 20, 150):
        if fate in ("redirect", "sold"):
            site.shots.append(Shot(era.url, at, "redirect", 301, onward))
        elif fate != "uncaptured":
            site.shots.append(Shot(era.url, at, *(("page", 404) if fate == "gone" else ("policy", 200))))
    if fate == "sold":
        site.shots += [Shot(onward, at, "policy") for at in _times(rng, end, LAST, 20, 100)]


def _times(rng: random.Random, begin: datetime, end: datetime, least: int, most: int) -> list[datetime]:
    found, at = [], begin + rng.randrange(86_400) * timedelta(seconds=1)
    while at < end:
        found.append(at)
        at += timedelta(days=rng.randrange(least, most), seconds=rng.randrange(80_000))
    return found


class GeneratedArchive(WarcArchive):
    """The captures of generated sites, rendered when they are played back."""

    def __init__(self, sites: list[Site]) -> None:
        self.damages, self._index = Damages(), RecordIndex()
        self._shots: dict[tuple[str, str], tuple[Site, Shot]] = {}
        for site in sites:
            for shot in site.shots:
                timestamp = format_timestamp(shot.at)
                digest = b32encode(hashlib.sha1(f"{shot.url} {timestamp}".encode()).digest()).decode()
                row = Capture(
                    surt(shot.url),
                    timestamp,
                    shot.url,
                    "text/html",
                    str(shot.status),
                    digest,
                    "900",
                    shot.at.replace(microsecond=0),
                )
                self._index.add(Record(row, Path("generated"), Place(0)))
                self._shots[row.original, timestamp] = (site, shot)
        self._index.ready()

    def _memento(self, record: Record, limit: int = 0) -> Answered:
        site, shot = self._shots[record.capture.original, record.capture.timestamp]
        headers = [("Content-Type", "text/html; charset=utf-8")] + (
            [("Location", shot.location)] if shot.location else []
        )
        return Answered(
            shot.status, archive_headers(record.capture, headers), b"" if shot.location else site.render(shot)
        )
