"""What each site published and when a crawler came by: the plan which the archive and its truth follow.

A site has *wordings* of its policy (`Wording`), pages around it (`Look`) and addresses (`urls`), each of
which changes at its own time: that a redesign or a move is no change of the policy is the point of it.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from . import styles
from .noise import Noise

Change = Literal["substantive", "minor", "dates", "moved", "replaced", "return"]
Outcome = Literal["fetched", "revisit", "not_a_policy", "redirect", "archived_error"]
Headers = tuple[tuple[str, str], ...]

QUICKLY = timedelta(hours=3)  # captures this close come from the cache of the site: same bytes


@dataclass(frozen=True)
class Wording:
    """A run of captures with one wording, as the crawler saw it: `captures` from `first` until the next."""

    label: str
    first: str
    captures: int
    text: str
    edition: int
    change: Change | None
    summary: str
    until: str = ""  # the last capture is before this, not before the next wording: makes a gap


@dataclass(frozen=True)
class Look:
    """The page around the policy since `since`, and the server that sent it."""

    since: str
    template: str
    style: type[styles.Style]
    headers: Headers
    content_type: str = "text/html; charset=utf-8"
    encoding: str = "utf-8"
    gzip: bool = False
    static: bool = False  # a file on a disk: the same bytes for everybody


@dataclass(frozen=True)
class Special:
    """A capture which shows something else than the policy."""

    timestamp: str
    url: str
    kind: Literal["redirect", "bot", "503", "404"]
    location: str = ""


@dataclass(frozen=True)
class Other:
    """A capture of a page which is no policy at all; `body` is a page of ours, or plain text."""

    timestamp: str
    url: str
    page: str = ""
    text: str = ""
    static: bool = True


@dataclass(frozen=True)
class Site:
    name: str
    company: str
    language: str
    title: str
    wordings: tuple[Wording, ...]
    urls: tuple[tuple[str, str], ...]
    looks: tuple[Look, ...]
    end: str
    specials: tuple[Special, ...] = ()
    others: tuple[Other, ...] = ()
    posts: tuple[str, ...] = ()

    def url(self, timestamp: str) -> str:
        return next(url for since, url in reversed(self.urls) if since <= timestamp)

    def look(self, timestamp: str) -> Look:
        return next(look for look in reversed(self.looks) if look.since <= timestamp)

    def policy_captures(self) -> list["PolicyCapture"]:
        """Every capture of the policy itself, in time order, specials left out."""
        captures: list[PolicyCapture] = []
        for number, wording in enumerate(self.wordings):
            following = self.wordings[number + 1].first if number + 1 < len(self.wordings) else self.end
            times = visits(wording.first, wording.until or following, wording.captures, f"{self.name}/{wording.label}")
            for timestamp in times:
                captures.append(self._capture(wording, timestamp, captures[-1] if captures else None))
        return captures

    def _capture(self, wording: Wording, timestamp: str, before: "PolicyCapture | None") -> "PolicyCapture":
        look, url = self.look(timestamp), self.url(timestamp)
        seed = f"{self.name}/{look.since}" if look.static else f"{self.name}/{timestamp}"
        if before and (before.look, before.wording, before.url) == (look, wording, url):
            soon = parse_time(timestamp) - parse_time(before.timestamp) < QUICKLY
            seed = before.seed if soon else seed
        return PolicyCapture(timestamp, url, wording, look, seed)


@dataclass(frozen=True)
class PolicyCapture:
    timestamp: str
    url: str
    wording: Wording
    look: Look
    seed: str  # captures of one wording in one look with one seed are the same bytes


def parse_time(timestamp: str) -> datetime:
    return datetime.strptime(timestamp, "%Y%m%d%H%M%S").replace(tzinfo=UTC)


def visits(first: str, end: str, count: int, seed: str) -> list[str]:
    """`count` times from `first` until before `end`, as irregular as a crawler's: bursts and long silences.

    >>> visits("20010101000000", "20020101000000", 2, "x")[0]
    '20010101000000'
    """
    noise = Noise(f"visits/{seed}")
    start = parse_time(first)
    span = int((parse_time(end) - start).total_seconds())
    weights = [_interval(noise, number) for number in range(count)]
    times = [first]
    for number in range(1, count):
        burst = weights[number] == 0
        previous = parse_time(times[-1])
        pace = span * sum(weights[: number + 1]) // (sum(weights) + weights[0])
        step = timedelta(seconds=noise.number(f"burst/{number}", 40, 9000))
        times.append(
            (previous + step if burst else max(previous + step, start + timedelta(seconds=pace))).strftime(
                "%Y%m%d%H%M%S"
            )
        )
    return times


def _interval(noise: Noise, number: int) -> int:
    """A weight; 0 for a visit that follows the one before within hours. The first is never 0."""
    if number and noise.number(f"kind/{number}", 1, 100) <= 25:
        return 0
    return noise.number(f"weight/{number}", 1, 10) ** 2


OLD_APACHE: Headers = (
    ("Server", "Apache/1.3.9 (Unix) PHP/3.0.12"),
    ("Last-Modified", "Thu, 28 Oct 1999 16:20:11 GMT"),
)
APACHE_2: Headers = (("Server", "Apache/2.0.52 (Red Hat)"), ("Accept-Ranges", "bytes"))
APACHE_PHP: Headers = (("Server", "Apache/2.2.3 (CentOS)"), ("X-Powered-By", "PHP/5.1.6"))
WORDPRESS: Headers = (
    ("Server", "Apache"),
    ("X-Powered-By", "PHP/5.2.10"),
    ("X-Pingback", "http://www.kettleandloom.example/xmlrpc.php"),
)
WORDPRESS_CACHED: Headers = (
    ("Server", "nginx"),
    ("Vary", "Accept-Encoding, Cookie"),
    ("Cache-Control", "max-age=3, must-revalidate"),
    ("Link", "<https://www.kettleandloom.example/?p=7>; rel=shortlink"),
)
RAILS: Headers = (
    ("Server", "nginx/1.4.6 (Ubuntu)"),
    ("X-Frame-Options", "SAMEORIGIN"),
    ("X-UA-Compatible", "IE=Edge,chrome=1"),
    ("Cache-Control", "max-age=0, private, must-revalidate"),
)
PROXIED: Headers = (
    ("Server", "cloudflare-nginx"),
    ("Cache-Control", "max-age=0, private, must-revalidate"),
    ("X-Frame-Options", "SAMEORIGIN"),
)
PROXIED_LATER: Headers = (
    ("Server", "cloudflare"),
    ("CF-Cache-Status", "DYNAMIC"),
    ("Strict-Transport-Security", "max-age=15552000; includeSubDomains"),
    ("X-Content-Type-Options", "nosniff"),
)
NODE: Headers = (
    ("X-Powered-By", "Next.js"),
    ("Vary", "Accept-Encoding"),
    ("Cache-Control", "s-maxage=10800"),
)
EDGE: Headers = (
    ("server", "edge"),
    ("strict-transport-security", "max-age=63072000"),
    ("vary", "RSC, Accept-Encoding"),
    ("x-edge-cache", "MISS"),
)
IIS_5: Headers = (("Server", "Microsoft-IIS/5.0"), ("Cache-control", "private"))
IIS_6: Headers = (("Server", "Microsoft-IIS/6.0"), ("X-Powered-By", "ASP.NET"), ("Cache-Control", "private"))
NGINX: Headers = (("Server", "nginx/1.2.1"), ("Vary", "Accept-Encoding"))

GRUNWALDFRERE = Site(
    name="grunwaldfrere.example",
    company="Grünwald & Frère",
    language="en",
    title="Privacy",
    wordings=(
        Wording(
            "v1",
            "19991104083012",
            5,
            "grunwaldfrere-1",
            1,
            None,
            "Never sells or lends its list of customers.",
        ),
        Wording(
            "v2",
            "20010614221503",
            6,
            "grunwaldfrere-1",
            2,
            "substantive",
            "Rents its list of customers after all; cookies and a banner network.",
        ),
        Wording("v3", "20030722040911", 3, "grunwaldfrere-1", 3, "minor", "A typing error: recieve → receive."),
        Wording("v4", "20040318170244", 7, "grunwaldfrere-1", 4, "substantive", "Electronic letters; children."),
        Wording(
            "v5",
            "20070605112857",
            4,
            "grunwaldfrere-2",
            5,
            "replaced",
            "New owner, new policy: list brokers, demographic data, seven years.",
            until="20081206000000",
        ),
        Wording(
            "v6",
            "20110112093340",
            3,
            "grunwaldfrere-2",
            6,
            "substantive",
            "Advertising exchange; opt-out takes eight weeks instead of six. First seen after two years without captures.",
        ),
    ),
    urls=(
        ("19990101000000", "http://www.grunwaldfrere.example:80/privacy.htm"),
        ("20010301000000", "http://www.grunwaldfrere.example/privacy.htm"),
    ),
    looks=(
        Look("19990101000000", "grunwaldfrere1999", styles.Font, OLD_APACHE, "text/html", "windows-1252"),
        Look(
            "20010301000000",
            "grunwaldfrere2001",
            styles.Font,
            APACHE_2,
            "text/html; charset=iso-8859-1",
            "windows-1252",
            static=True,
        ),
        Look("20061009000000", "grunwaldfrere2006", styles.Straight, APACHE_PHP, "text/html", static=True),
    ),
    end="20111201000000",
    specials=(
        Special("20120309184502", "http://www.grunwaldfrere.example/privacy.htm", "404"),
        Special("20121102061927", "http://www.grunwaldfrere.example/privacy.htm", "404"),
        Special("20130515130310", "http://www.grunwaldfrere.example/privacy.htm", "404"),
    ),
    others=(Other("19991104082955", "http://www.grunwaldfrere.example:80/", "grunwaldfrere-home", static=False),),
)

KETTLEANDLOOM = Site(
    name="kettleandloom.example",
    company="Kettle & Loom",
    language="en",
    title="Privacy Policy",
    wordings=(
        Wording("v1", "20090917143122", 6, "kettleandloom-1", 1, None, "A small shop's own words."),
        Wording("v2", "20120208201547", 6, "kettleandloom-1", 2, "substantive", "Cookies and visitor statistics."),
        Wording(
            "v3",
            "20141118072809",
            4,
            "kettleandloom-1",
            3,
            "substantive",
            "A camera in the shop recognises the faces of returning customers.",
        ),
        Wording(
            "v4",
            "20150429190036",
            6,
            "kettleandloom-1",
            2,
            "return",
            "The camera is withdrawn: v2 again, to the word.",
        ),
        Wording("v5", "20180524235114", 5, "kettleandloom-2", 5, "replaced", "GDPR rewrite."),
        Wording(
            "v6",
            "20181203101733",
            3,
            "kettleandloom-2",
            6,
            "minor",
            "A typing error: etablished → established.",
        ),
    ),
    urls=(
        ("20090101000000", "http://www.kettleandloom.example/privacy-policy/"),
        ("20160601000000", "https://www.kettleandloom.example/privacy-policy/"),
    ),
    looks=(
        Look("20090101000000", "kettleandloom2009", styles.WordPress, WORDPRESS, "text/html; charset=UTF-8"),
        Look(
            "20150810000000",
            "kettleandloom2015",
            styles.WordPress,
            WORDPRESS_CACHED,
            "text/html; charset=UTF-8",
            gzip=True,
        ),
    ),
    end="20190701000000",
    specials=(
        Special("20190822045210", "https://www.kettleandloom.example/privacy-policy/", "404"),
        Special("20191130171600", "https://www.kettleandloom.example/privacy-policy/", "404"),
        Special("20200217092348", "https://www.kettleandloom.example/privacy-policy/", "404"),
    ),
    others=(
        Other("20090917143101", "http://www.kettleandloom.example/", "kettleandloom-home", static=False),
        Other(
            "20120208201502",
            "http://www.kettleandloom.example/robots.txt",
            text="User-agent: *\nDisallow: /wp-admin/\nDisallow: /basket/\n\nSitemap: http://www.kettleandloom.example/sitemap.xml\n",
        ),
    ),
    posts=(
        "Moss green is back, for now",
        "How to block a shawl on a floor with a cat",
        "The great tea cosy census, part four",
        "Knit along: week one, casting on",
        "Knit along: week two, counting again",
        "What the moths taught us",
        "Superwash or not?",
        "A visit to the dye shed",
        "Orla tries intarsia",
        "Left-handed cables, explained by a left-handed person",
        "Opening hours over Easter",
        "Seven uses for a single odd sock",
    ),
)

NESTWELL = Site(
    name="nestwell.example",
    company="Nestwell",
    language="en",
    title="Privacy Policy",
    wordings=(
        Wording(
            "v1",
            "20140322062513",
            6,
            "nestwell",
            1,
            None,
            "90 days of measurements, none for energy suppliers.",
        ),
        Wording(
            "v2",
            "20160209151148",
            7,
            "nestwell",
            2,
            "substantive",
            "26 months instead of 90 days; hourly measurements for energy suppliers.",
        ),
        Wording("v3", "20180523094002", 6, "nestwell", 3, "substantive", "GDPR: controller, legal bases, rights."),
        Wording("v4", "20200103031955", 6, "nestwell", 4, "substantive", "CCPA: rights in California."),
        Wording("v5", "20210917224231", 4, "nestwell", 5, "substantive", "Ltd → Limited."),
        Wording(
            "v6",
            "20230614120807",
            4,
            "nestwell",
            6,
            "substantive",
            "Trains models and sells the predictions.",
        ),
    ),
    urls=(
        ("20140101000000", "http://nestwell.example/privacy"),
        ("20160815000000", "https://nestwell.example/privacy"),
    ),
    looks=(
        Look("20140101000000", "nestwell2014", styles.Panels, RAILS),
        Look("20170301000000", "nestwell2014", styles.CloudflarePanels, PROXIED, gzip=True),
        Look(
            "20190610000000",
            "nestwell2019",
            styles.CloudflarePanels,
            PROXIED_LATER,
            "text/html; charset=UTF-8",
            gzip=True,
        ),
    ),
    end="20231220000000",
    others=(
        Other("20140322062458", "http://nestwell.example/", "nestwell-home", static=False),
        Other("20150706131220", "http://nestwell.example/terms", "nestwell-terms", static=False),
    ),
)

LUMENKART = Site(
    name="lumenkart.example",
    company="Lumenkart",
    language="en",
    title="Privacy Policy",
    wordings=(
        Wording(
            "v1",
            "20180611080214",
            6,
            "lumenkart",
            1,
            None,
            "“We do not sell your personal information, and we never will.”",
        ),
        Wording("v2", "20190604173350", 4, "lumenkart", 2, "dates", "Only the date of the last update."),
        Wording("v3", "20200107022907", 5, "lumenkart", 3, "substantive", "CCPA: a section for California."),
        Wording(
            "v4",
            "20210302114416",
            5,
            "lumenkart",
            4,
            "moved",
            "Security and Children move to the end, and change places.",
        ),
        Wording(
            "v5",
            "20220913065128",
            6,
            "lumenkart",
            5,
            "substantive",
            "“We may share your personal information with selected partners”; two partners; 26 months instead of 30 days.",
        ),
        Wording(
            "v6",
            "20230829150933",
            5,
            "lumenkart",
            6,
            "substantive",
            "Trains and licenses models on customers' photographs and faces.",
        ),
        Wording(
            "v7",
            "20240214041702",
            6,
            "lumenkart",
            7,
            "substantive",
            "Training only for those who switch it on; models trained on faces deleted.",
        ),
    ),
    urls=(
        ("20180101000000", "http://lumenkart.example/privacy"),
        ("20190901000000", "https://lumenkart.example/privacy"),
    ),
    looks=(
        Look("20180101000000", "lumenkart2018", styles.Anchored, NODE, gzip=True),
        Look("20220404000000", "lumenkart2022", styles.Anchored, EDGE, "text/html;charset=utf-8", gzip=True),
    ),
    end="20250901000000",
    specials=(
        Special(
            "20190918104411",
            "http://lumenkart.example/privacy",
            "redirect",
            "https://lumenkart.example/privacy",
        ),
        Special(
            "20210811200519",
            "http://lumenkart.example/privacy",
            "redirect",
            "https://lumenkart.example/privacy",
        ),
        Special(
            "20230902013305",
            "http://lumenkart.example/privacy",
            "redirect",
            "https://lumenkart.example/privacy",
        ),
    ),
    others=(
        Other("20180611080147", "http://lumenkart.example/", "lumenkart-home", static=False),
        Other(
            "20220913065040",
            "https://lumenkart.example/robots.txt",
            text="User-agent: *\nAllow: /\nDisallow: /basket\n",
        ),
    ),
)

HARBORLINE_OLD = "http://www.harborline.example/privacy.asp"
HARBORLINE_NEW = "http://www.harborline.example/legal/privacy"
HARBORLINE = Site(
    name="harborline.example",
    company="Harborline Ferries",
    language="en",
    title="Privacy Policy",
    wordings=(
        Wording(
            "v1",
            "20030408195521",
            5,
            "harborline",
            1,
            None,
            "Shares passenger data with the Coast Guard only.",
        ),
        Wording(
            "v2",
            "20060511032740",
            6,
            "harborline",
            2,
            "substantive",
            "Frequent Crossing cards are scanned and kept.",
        ),
        Wording(
            "v3",
            "20100302142816",
            8,
            "harborline",
            3,
            "substantive",
            "Records shared with hotels, and used to set the fare. Moves to /legal/privacy in 2012, unchanged.",
        ),
        Wording(
            "v4",
            "20150619071305",
            5,
            "harborline",
            4,
            "substantive",
            "Wi-Fi tracking of passing devices, for 30 days.",
        ),
        Wording(
            "v5",
            "20180525180459",
            5,
            "harborline",
            5,
            "substantive",
            "GDPR; dynamic fares; Wi-Fi records for 18 months.",
        ),
        Wording(
            "v6",
            "20220405095143",
            4,
            "harborline",
            6,
            "substantive",
            "Sells movement data; advertising networks.",
        ),
    ),
    urls=(
        ("20030101000000", HARBORLINE_OLD),
        ("20120905000000", HARBORLINE_NEW),
        ("20170901000000", "https://www.harborline.example/legal/privacy"),
    ),
    looks=(
        Look("20030101000000", "harborline2003", styles.Breaks, IIS_5, "text/html", "windows-1252"),
        Look("20081101000000", "harborline2008", styles.Style, IIS_6),
        Look("20120905000000", "harborline2012", styles.Style, NGINX, "text/html"),
        Look("20190318000000", "harborline2019", styles.Style, PROXIED_LATER, gzip=True),
    ),
    end="20240701000000",
    specials=(
        Special("20121011055230", HARBORLINE_OLD, "redirect", HARBORLINE_NEW),
        Special("20130220162745", HARBORLINE_OLD, "redirect", HARBORLINE_NEW),
        Special("20140708010911", HARBORLINE_OLD, "redirect", HARBORLINE_NEW),
        Special("20151230213404", HARBORLINE_OLD, "redirect", HARBORLINE_NEW),
        Special("20170605083959", HARBORLINE_OLD, "redirect", HARBORLINE_NEW),
    ),
    others=(Other("20030408195502", "http://www.harborline.example/", "harborline-home", static=False),),
)

QUILLLEDGER = Site(
    name="quillledger.example",
    company="Quill & Ledger",
    language="en",
    title="Privacy at Quill & Ledger",
    wordings=(
        Wording(
            "v1",
            "20120510134427",
            6,
            "quillledger",
            1,
            None,
            "“Nothing”, it does with its customers' clients' data.",
        ),
        Wording(
            "v2",
            "20150211060138",
            6,
            "quillledger",
            2,
            "substantive",
            "Product analytics; 90 days after cancelling.",
        ),
        Wording("v3", "20180518213052", 6, "quillledger", 3, "substantive", "GDPR; data centres move to Europe."),
        Wording(
            "v4",
            "20211006004619",
            5,
            "quillledger",
            4,
            "substantive",
            "Sells punctuality scores of its customers' clients.",
        ),
    ),
    urls=(("20120101000000", "https://quillledger.example/privacy"),),
    looks=(
        Look("20120101000000", "quillledger2012", styles.Style, RAILS),
        Look("20180401000000", "quillledger2018", styles.Style, PROXIED_LATER, gzip=True),
    ),
    end="20240920000000",
    specials=(
        Special("20160419112008", "https://quillledger.example/privacy", "503"),
        Special("20190307180741", "https://quillledger.example/privacy", "bot"),
        Special("20220811054512", "https://quillledger.example/privacy", "bot"),
    ),
    others=(Other("20120510134402", "https://quillledger.example/", "quillledger-home", static=False),),
    posts=(
        "Net 30 is not a law of nature",
        "A polite third reminder, with examples",
        "What our landlord thinks of version 2",
        "Time sheets for people who forget time sheets",
        "Rounding, and why we do it once",
        "How Ada got paid",
        "Seven currencies, one cup of tea",
        "An invoice is a letter",
    ),
)

WALDKISTE = Site(
    name="waldkiste.example",
    company="Die Waldkiste",
    language="de",
    title="Datenschutz",
    wordings=(
        Wording("v1", "20110627105633", 6, "waldkiste-1", 1, None, "Namen, Anschriften und Abstellorte."),
        Wording(
            "v2",
            "20140916044950",
            5,
            "waldkiste-1",
            2,
            "substantive",
            "Webanalyse und „Gefällt mir“-Knopf; drei Jahre.",
        ),
        Wording("v3", "20180523171827", 6, "waldkiste-2", 3, "replaced", "Neufassung nach der DSGVO."),
        Wording(
            "v4",
            "20201112023614",
            5,
            "waldkiste-2",
            4,
            "substantive",
            "Kein Privacy Shield mehr, eigene Statistik.",
        ),
        Wording("v5", "20230718195208", 4, "waldkiste-2", 5, "minor", "Ein Tippfehler: widerufen → widerrufen."),
    ),
    urls=(
        ("20110101000000", "http://www.waldkiste.example/datenschutz.html"),
        ("20180501000000", "https://www.waldkiste.example/datenschutz.html"),
    ),
    looks=(
        Look(
            "20110101000000",
            "waldkiste2011",
            styles.Style,
            APACHE_PHP,
            "text/html",
            "windows-1252",
            static=True,
        ),
        Look("20180501000000", "waldkiste2018", styles.Style, NGINX, gzip=True),
    ),
    end="20241101000000",
    others=(
        Other("20110627105610", "http://www.waldkiste.example/", "waldkiste-home"),
        Other("20140916045002", "http://www.waldkiste.example/impressum.html", "waldkiste-imprint"),
    ),
    posts=(
        "Spitzkohl aus dem Ofen",
        "Was man mit Möhrengrün anfängt",
        "Rote Bete für Leute, die keine mögen",
        "Kürbissuppe mit Apfel",
        "Grüne Soße",
        "Wirsingrouladen ohne Fleisch",
        "Linsen und Spätzle",
    ),
)

TINROOFRADIO = Site(
    name="tinroofradio.example",
    company="Tin Roof Radio",
    language="en",
    title="Listener Privacy",
    wordings=(
        Wording("v1", "20050812211409", 6, "tinroofradio", 1, None, "Knows little about its listeners."),
        Wording(
            "v2",
            "20130405160257",
            9,
            "tinroofradio",
            2,
            "substantive",
            "Podcasts, hosted and counted elsewhere.",
        ),
        Wording(
            "v3",
            "20190910083521",
            5,
            "tinroofradio",
            3,
            "substantive",
            "Podcasts with targeted advertisements; cookies.",
        ),
    ),
    urls=(("20050101000000", "http://tinroofradio.example/privacy.html"),),
    looks=(
        Look(
            "20050101000000",
            "tinroofradio2005",
            styles.Entities,
            APACHE_2,
            "text/html",
            "us-ascii",
            static=True,
        ),
    ),
    end="20211015000000",
    others=(Other("20050812211355", "http://tinroofradio.example/", "tinroofradio-home"),),
)

SITES = (
    GRUNWALDFRERE,
    TINROOFRADIO,
    HARBORLINE,
    KETTLEANDLOOM,
    WALDKISTE,
    QUILLLEDGER,
    NESTWELL,
    LUMENKART,
)
