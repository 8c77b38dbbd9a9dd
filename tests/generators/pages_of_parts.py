"""Invented pages that hold several legal documents, and pages of one that only look so; with what stands where.

several(seed) ──► html, the documents in reading order, each with the words that only it has
single(seed)  ──► html of one policy with sections and furniture named like documents
"""

import random
from dataclasses import dataclass, field

from pipelines.model import DocumentKind
from pipelines.reading.parts.titles import TITLES

KINDS = (DocumentKind.PRIVACY, DocumentKind.COOKIES, DocumentKind.TERMS, DocumentKind.GUIDELINES, DocumentKind.IMPRINT)
LANGUAGES = ("en", "de", "fr", "es", "it", "nl", "pl", "pt", "sv", "ru", "uk", "el", "tr", "ja", "ar", "ko")
STYLES = (
    "h1",
    "h2 under h1",
    "h3 under h2",
    "details",
    "aria accordion",
    "heading accordion",
    "sections",
    "tabs",
    "tabs of short names",
    "menu of anchors",
    "bold lines",
    "bold lines in cells",
    "flat with dates",
    "flat and numbered",
    "flat with a menu",
)
SECTIONS = ("Scope", "What we do", "Who may use it", "How long", "Your rights", "Contact us", "Changes", "Security")
WORDS = (
    "we keep what you send us as long as the law asks for it and no longer than the service needs it to work".split()
)


@dataclass
class Document:
    kind: DocumentKind
    title: str
    anchor: str
    marks: list[str]
    sections: list[list[str]] = field(default_factory=list)


@dataclass
class Page:
    html: str
    documents: list[Document]
    style: str


def _document(rng: random.Random, number: int, kind: DocumentKind, language: str, brand: str) -> Document:
    title = rng.choice(TITLES[kind].get(language, TITLES[kind]["en"]).split(",")).strip().capitalize()
    if rng.random() < 0.3:
        title = rng.choice((f"{brand} {title}", f"{title} – {brand}", title.upper()))
    document = Document(kind, title, f"{kind.value}-{rng.randrange(99)}", [])
    for section in range(rng.randrange(3, 9)):
        paragraphs = []
        for paragraph in range(rng.randrange(1, 4)):
            mark = f"d{number}s{section}p{paragraph}x{rng.randrange(10**6)}"
            document.marks.append(mark)
            words = rng.choices(WORDS, k=rng.randrange(25, 70))
            paragraphs.append(f"{mark} {' '.join(words)}.")
        document.sections.append(paragraphs)
    return document


def _sections(rng: random.Random, document: Document, tag: str, *, numbered: bool = False, dated: bool = False) -> str:
    """The sections of a document under headings of a tag ("b" makes bold lines)."""
    out = [f"<p>Last updated: {rng.randrange(1, 28)} May 20{rng.randrange(10, 25)}</p>"] if dated else []
    for number, paragraphs in enumerate(document.sections, start=1):
        name = SECTIONS[(number - 1) % len(SECTIONS)]
        name = f"{number}. {name}" if numbered else name
        out.append(f"<p><b>{name}</b></p>" if tag == "b" else f"<{tag}>{name}</{tag}>")
        out += [f"<p>{paragraph}</p>" for paragraph in paragraphs]
    return "".join(out)


def _body(rng: random.Random, documents: list[Document], style: str) -> str:
    labels = "".join(f"<li><a href='#{one.anchor}'>{one.title}</a></li>" for one in documents)
    inner = rng.choice(("h3", "h4"))
    dated = rng.random() < 0.5

    def joined(form: str, tag: str = inner, **how: bool) -> str:
        return "".join(form.format(one=one, text=_sections(rng, one, tag, **how)) for one in documents)

    match style:
        case "h1":
            return joined("<h1 id='{one.anchor}'>{one.title}</h1>{text}", rng.choice(("h2", "h3")), dated=dated)
        case "h2 under h1":
            return "<h1>Legal</h1>" + joined("<h2 id='{one.anchor}'>{one.title}</h2>{text}", dated=dated)
        case "h3 under h2":
            return "<h1>Acme</h1><h2>Policies</h2>" + joined("<h3 id='{one.anchor}'>{one.title}</h3>{text}", "h4")
        case "details":
            return "<h1>Policies</h1>" + joined(
                "<details id='{one.anchor}'><summary>{one.title}</summary><div>{text}</div></details>"
            )
        case "aria accordion":
            form = (
                "<div class=item><h2><button aria-expanded=false aria-controls='{one.anchor}'>{one.title}</button></h2>"
                "<div id='{one.anchor}' role=region>{text}</div></div>"
            )
            return "<h1>Legal</h1>" + joined(form)
        case "heading accordion":
            return joined(
                "<div class=panel><h2 class=acc id='{one.anchor}'>{one.title}</h2><div class=body>{text}</div></div>"
            )
        case "sections":
            return joined(
                "<section id='{one.anchor}'><header><h2>{one.title}</h2></header>{text}</section>",
                rng.choice(("h2", "h3")),
            )
        case "tabs" | "tabs of short names":
            short = {
                "privacy": "Privacy",
                "cookies": "Cookies",
                "terms": "Terms",
                "guidelines": "Guidelines",
                "imprint": "Imprint",
            }
            names = [one.title if style == "tabs" else short[one.kind.value] for one in documents]
            bar = "".join(
                f"<li><a href='#{one.anchor}'>{name}</a></li>" for one, name in zip(documents, names, strict=True)
            )
            return (
                f"<ul class=nav-tabs>{bar}</ul><div class=tab-content>"
                + joined("<div id='{one.anchor}'>{text}</div>")
                + "</div>"
            )
        case "menu of anchors":
            return f"<h1>Legal</h1><ul>{labels}</ul>" + joined("<a name='{one.anchor}'></a><h2>{one.title}</h2>{text}")
        case "bold lines":
            return joined("<p><b>{one.title}</b></p>{text}", "h4")
        case "bold lines in cells":
            return (
                "<table><tr><td>"
                + joined("<p align=center><strong>{one.title}</strong></p>{text}", "b", dated=True)
                + "</td></tr></table>"
            )
        case "flat with dates":
            return joined("<h2 id='{one.anchor}'>{one.title}</h2>{text}", "h2", dated=True)
        case "flat and numbered":
            return joined("<h2 id='{one.anchor}'>{one.title}</h2>{text}", "h2", numbered=True)
        case "flat with a menu":
            return f"<ul>{labels}</ul>" + joined("<h2 id='{one.anchor}'>{one.title}</h2>{text}", "h2")
    raise AssertionError(style)


def _around(rng: random.Random, body: str, title: str) -> str:
    """The page round a text: menus above and below, with the names of documents."""
    links = "".join(
        f"<li><a href='/{name}'>{name.title()} Policy</a></li>" for name in ("privacy", "cookies", "about", "terms")
    )
    tag = rng.choice(("main", "div", "article"))
    nonce = f"r{rng.randrange(10**8)}"
    return (
        f"<html lang=en><head><title>{title}</title></head><body class='{nonce}'><header><nav><ul>{links}</ul></nav></header>"
        f"<{tag} class='content {nonce}'>{body}</{tag}><footer><ul>{links}</ul><p>© 2024 Acme</p></footer></body></html>"
    )


def several(seed: int, style: str = "") -> Page:
    rng = random.Random(seed)
    style = style or rng.choice(STYLES)
    kinds = [DocumentKind.PRIVACY, *rng.sample(KINDS[1:], rng.randrange(1, 4))]
    rng.shuffle(kinds)
    language = rng.choice(LANGUAGES)
    documents = [_document(rng, number, kind, language, "Acme") for number, kind in enumerate(kinds)]
    html = _around(rng, _body(rng, documents, style), rng.choice(("Legal | Acme", "Acme", "Policies – Acme")))
    return Page(html, documents, style)


SINGLES = (
    "sections of lower rank",
    "flat",
    "numbered",
    "title of two kinds",
    "titled above",
    "menu of sections",
    "cards below",
    "panels of sections",
    "titled in bold",
    "references",
    "dates in sentences",
    "short menu of sections",
)


def single(seed: int, style: str = "", kind: DocumentKind = DocumentKind.PRIVACY) -> Page:
    """One document, whatever its sections are called."""
    rng = random.Random(seed)
    style = style or rng.choice(SINGLES)
    language = rng.choice(LANGUAGES)
    policy = _document(rng, 0, kind, language, "Acme")
    kinds = [DocumentKind.COOKIES, DocumentKind.TERMS, DocumentKind.GUIDELINES, DocumentKind.PRIVACY]
    others = rng.sample([one for one in kinds if one is not kind], rng.randrange(1, 4))
    named = [_document(rng, number, kind, language, "Acme") for number, kind in enumerate(others, start=1)]
    for one in named:
        one.sections = one.sections[:2]
        policy.marks += [paragraph.split()[0] for section in one.sections for paragraph in section]
    title, text = policy.title, _sections(rng, policy, "h2")

    def sections(form: str) -> str:
        return "".join(
            form.format(
                one=one,
                number=len(policy.sections) + number,
                text="".join(f"<p>{p}</p>" for s in one.sections for p in s),
            )
            for number, one in enumerate(named, start=1)
        )

    match style:
        case "sections of lower rank":
            body = f"<h1>{title}</h1>{text}" + sections("<h2>{one.title}</h2>{text}")
        case "flat":
            body = (
                f"<h2>{title}</h2>{text}"
                + sections("<h2>{one.title}</h2>{text}")
                + "<h2>Contact us</h2><p>Write to us.</p>"
            )
        case "numbered":
            body = f"<h2>{title}</h2>{_sections(rng, policy, 'h2', numbered=True)}" + sections(
                "<h2>{number}. {one.title}</h2>{text}"
            )
        case "title of two kinds":
            body = f"<h1>Privacy and Cookie Policy</h1><h2>{title}</h2>{_sections(rng, policy, 'h3')}" + sections(
                "<h2>{one.title}</h2>{text}"
            )
        case "titled above":
            body = f"<h3>{title}</h3><h2>Introduction</h2>{text}" + sections("<h2>{one.title}</h2>{text}")
        case "menu of sections":
            menu = "".join(f"<li><a href='#s{n}'>{name}</a></li>" for n, name in enumerate(SECTIONS))
            menu += "".join(f"<li><a href='#{one.anchor}'>{one.title}</a></li>" for one in named)
            body = f"<h2>{title}</h2><ul>{menu}</ul>{text}" + sections("<h2 id='{one.anchor}'>{one.title}</h2>{text}")
        case "cards below":
            cards = "".join(f"<div class=card><h2>{one.title}</h2><p>Read it.</p></div>" for one in named)
            body = f"<h2>{title}</h2>{_sections(rng, policy, 'h3')}" + sections("<h3>{one.title}</h3>{text}") + cards
        case "panels of sections":
            panels = "".join(
                f"<section><h2>{SECTIONS[n % 8]}</h2><p>{'</p><p>'.join(s)}</p></section>"
                for n, s in enumerate(policy.sections)
            )
            body = f"<section><h2>{title}</h2><p>{' '.join(WORDS)}.</p></section>{panels}" + sections(
                "<section><h2>{one.title}</h2>{text}</section>"
            )
        case "titled in bold":
            body = f"<p><b>{title}</b></p>{_sections(rng, policy, 'b')}" + sections("<p><b>{one.title}</b></p>{text}")
        case "dates in sentences":
            said = f"<p>This is effective and of version {rng.randrange(2, 9)}: we update it every {rng.randrange(2, 90)} days since May 2018. {' '.join(WORDS)}.</p>"
            body = f"<h2>{title}</h2>{text}" + sections("<h2>{one.title}</h2>" + said + "{text}")
            body += "<h2>Contact us</h2><p>Write to us.</p>"
        case "short menu of sections":
            entries = [
                *((one.anchor, one.title) for one in named),
                *((f"s{n}", SECTIONS[n]) for n in range(2 * len(named))),
            ]
            menu = "".join(f"<li><a href='#{anchor}'>{name}</a></li>" for anchor, name in entries)
            for n in range(2 * len(named)):
                text = text.replace(f"<h2>{SECTIONS[n]}<", f"<h2 id=s{n}>{SECTIONS[n]}<")
            body = f"<h2>{title}</h2><ul>{menu}</ul>{text}" + sections("<h2 id='{one.anchor}'>{one.title}</h2>{text}")
        case "references":
            body = f"<h1>Acme</h1><h2>{title}</h2>{_sections(rng, policy, 'h3')}"
            policy.marks = [mark for mark in policy.marks if mark.startswith("d0")]
            body += "".join(f"<h2>{one.title}</h2><p>We have <a href='/x'>one of these</a>, too.</p>" for one in named)
    return Page(_around(rng, body, rng.choice(("Acme", f"{title} | Acme"))), [policy], style)


EDITIONS = ("headed by period", "titled by period", "below the text", "archive of panels")


@dataclass
class Kept:
    """A page that keeps earlier versions.

    :param now: marks of the policy in force; `earlier` those of each earlier version, newest first, with its period.
    :param others: marks of the other documents' texts.
    """

    html: str
    now: set[str]
    earlier: list[tuple[set[str], str, str]]
    others: set[str]


def kept_versions(seed: int, style: str = "") -> Kept:
    """A policy with its earlier versions on the page, alone or among a company's other documents."""
    rng = random.Random(seed)
    style = style or rng.choice(EDITIONS)
    policy = _document(rng, 0, DocumentKind.PRIVACY, "en", "Acme")
    policy.title = "Privacy Policy"
    lines = [
        [" ".join(rng.choices(LEXICON, k=rng.randrange(25, 60))) for _ in range(5)] for _ in range(rng.randrange(4, 8))
    ]
    versions: list[tuple[str, str, list[list[str]]]] = []
    years = sorted(rng.sample(range(2005, 2024), rng.randrange(2, 5)), reverse=True)
    for number, year in enumerate(years):
        until = f"2{years[number - 1] - 2000:03}-04-30" if number else ""
        text = [
            [f"v{number}s{s}p{p}y{year} {line}." for p, line in enumerate(section)] for s, section in enumerate(lines)
        ]
        text[rng.randrange(len(text))][0] = f"v{number}new{year} {' '.join(rng.choices(LEXICON, k=30))}."
        versions.append((f"{year}-05-01", until, text))
    months = "January February March April May June July August September October November December".split()

    def told(day: str) -> str:
        year, month, date_ = day.split("-")
        return f"{int(date_)} {months[int(month) - 1]} {year}"

    def period(begin: str, until: str) -> str:
        return f"in force from {told(begin)} to {told(until)}" if until else f"in force from {told(begin)}"

    def text_of(text: list[list[str]], tag: str) -> str:
        return "".join(
            f"<{tag}>{SECTIONS[s]}</{tag}>" + "".join(f"<p>{p}</p>" for p in section) for s, section in enumerate(text)
        )

    (_begin, _until, now), *past = versions
    match style:
        case "headed by period":
            body = "<h2 id=privacy>Privacy Policy</h2>" + "".join(
                f"<h3>Version {period(b, u)}</h3>{text_of(text, 'h4')}" for b, u, text in versions
            )
        case "titled by period":
            body = "".join(f"<h2>Privacy Policy ({period(b, u)})</h2>{text_of(text, 'h3')}" for b, u, text in versions)
        case "below the text":
            body = f"<h2>Privacy Policy</h2>{text_of(now, 'h4')}<h3>Earlier versions</h3>" + "".join(
                f"<h3>{period(b, u).capitalize()}</h3>{text_of(text, 'h4')}" for b, u, text in past
            )
        case "archive of panels":
            body = (
                f"<section><h2>Privacy Policy</h2>{text_of(now, 'h4')}"
                + "".join(
                    f"<details><summary>Privacy Policy, {period(b, u)}</summary>{text_of(text, 'h4')}</details>"
                    for b, u, text in past
                )
                + "</section>"
            )
    others = [
        _document(rng, n, kind, "en", "Acme") for n, kind in enumerate(rng.sample(KINDS[1:], rng.randrange(3)), start=1)
    ]
    for one in others:
        other = f"<h2 id='{one.anchor}'>{one.title}</h2>{_sections(rng, one, 'h3')}"
        other = f"<section>{other}</section>" if style == "archive of panels" else other
        body = body + other if rng.random() < 0.5 else other + body
    marks = [{p.split()[0] for section in text for p in section} for _b, _u, text in versions]
    return Kept(
        _around(rng, f"<h1>Legal</h1>{body}", "Legal | Acme"),
        marks[0],
        [(found, b, u) for found, (b, u, _text) in zip(marks[1:], past, strict=True)],
        {mark for one in others for mark in one.marks},
    )


LEXICON = (
    "account address advertising agree analytics apply archive ask authority browser business cancel card change choose collect "
    "company consent contact contract country customer data delete deliver device disclose email employee encrypt file form "
    "friend handle help host identify inform invoice keep law legal letter list log mail market member message name network "
    "notify number offer office order owner partner pay person phone photo place post process profile protect provide purpose "
    "query question reason receive record region register remove report request require retain review right safe sale save "
    "search secure sell send server service session share shop site social storage store supplier support survey system tax "
    "tell term text third time track transfer update usage user value vendor view visit web write year young zone".split()
)
