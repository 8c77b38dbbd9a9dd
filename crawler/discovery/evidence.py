"""What a text or an address says for its being a privacy policy's, taken alone: str → Witness. Pure.

    text ────► PhrasesRead (policy_text) ──► worth, label, doubt
    address ──► its parts ──► Readings ──► the last part that names privacy, what stands before and after it

Weights are round on purpose; they were set on 495 real pages and 992 real addresses (benchmarks/discovery.py).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache
from typing import Final
from urllib.parse import parse_qsl, unquote_to_bytes, urlsplit

from crawler.archives.surt import MAX_URL
from crawler.discovery.phrases import MAX_CHARS, PhrasesRead, fold, read_text


class Label(StrEnum):
    """What a candidate is. Only GENERAL and HUB are ever taken as the policy; COOKIES are also consents and choices."""

    GENERAL = "general"
    CHILDREN = "children"
    APPLICANTS = "applicants"
    REGIONAL = "regional"
    PRODUCT = "product"
    COOKIES = "cookies"
    HUB = "hub"
    PRINT = "print"
    OLDER = "older"


@dataclass(frozen=True, slots=True)
class Witness:
    """What one source says.

    :param worth: 0…1, how likely by it alone.
    :param doubt: a factor on what others say: a blog's address makes the clearest text doubtful.
    :param why: for a person.
    :param names: words that no table knows, folded.
    """

    worth: float = 0.0
    label: Label = Label.GENERAL
    why: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    doubt: float = 1.0


SILENT: Final = Witness()
# What a text is worth that names a policy, the subject only, the subject in other words, legal matters.
NAMED, BARE = 0.9, 0.8
_TEXT: Final = (NAMED, BARE, 0.4, 0.25)
# An address is worth less: pages about privacy have such addresses too.
_ADDRESS: Final = (0.6, 0.6, 0.24, 0.15)
INNER: Final = 0.35  # it names a page below /privacy/
_HOST, _LEGAL = 0.3, 0.15
# Words left over that no table knows: one or two are a name; more make a sentence of it.
_LEFT_NAMED: Final = (1.0, 0.95, 0.85, 0.7, 0.55, 0.4, 0.3, 0.2)
_LEFT_BARE: Final = (1.0, 0.5, 0.35, 0.25, 0.15)
_COMBINED: Final = 0.85  # "Terms & Privacy", "Privacy & Cookies": the policy is a part of it
_HUB: Final = 0.75
_SECURITY: Final = 0.7
_TALK: Final = 0.4
_TALK_OF_POLICY: Final = 0.6  # "Changes to our privacy policy"
_DOUBT: Final = 0.75
_NEWS_DOUBT: Final = 0.5
_NOT_A_POLICY: Final = 0.3  # settings, consents, requests
_STEP: Final = 0.01  # of two addresses the shorter
_PDF: Final = 0.05  # of a page and its PDF the page
_MAX_PARTS: Final = 12
_MAX_QUERY: Final = 40
_SUBJECTS: Final = ("privacy", "weak", "document", "settings", "cookies", "terms")
_BY_WORD: Final = (
    ("CHILDREN", Label.CHILDREN),
    ("APPLICANTS", Label.APPLICANTS),
    ("REGIONAL", Label.REGIONAL),
    ("OLDER", Label.OLDER),
    ("PRINT", Label.PRINT),
    ("PRODUCT", Label.PRODUCT),
)
_UNREMARKABLE: Final = (Label.GENERAL, Label.HUB)
_FILE: Final = re.compile(r"\.(?:css|gif|ico|jpe?g|js|json|mp[34]|png|svg|webp|woff2?|xml|zip)$", re.IGNORECASE)
_PAGE_NAME: Final = re.compile(r"\.(?:[sx]?html?|php\d?|aspx?|jsp|cfm|do|md|pdf|txt)$", re.IGNORECASE)
# Parts of an address that name no page: languages, numbers, ids, default pages.
_NEUTRAL: Final = re.compile(
    r"[a-z]{2}(?:[-_][a-z]{2,4})?|intl|\d{1,20}|[0-9a-f-]{16,}|index|default|home|v\d+|row|all|latest|(?<!\w)(?=\w*\d)(?=\w*[a-z])\w{8,}",
    re.IGNORECASE,
)
_YEAR_DIRECTORY: Final = re.compile(r"(?:19|20)\d\d")
# A day in an address: 2019-05-25, 20190525, 25-5-2019, 10-10-2025.
_DAY: Final = re.compile(
    r"(?<!\d)(?:(?:19|20)\d\d[-_.]?[01]?\d[-_.]?[0-3]?\d|[0-3]?\d[-_.][0-3]?\d[-_.](?:19|20)\d\d)(?!\d)"
)
# A query's field that tells where one came from or goes on to.
_ELSEWHERE: Final = re.compile(
    r"ref|from|source|src|utm_|next|return|redirect|continue|dest|goto|url|u$|back|callback|origin|int", re.IGNORECASE
)
_PRINT_QUERY: Final = re.compile(
    r"(?:^|[&_])(?:print|printable|printer|printerfriendly|view=print|format=print|mode=print|tmpl=component)(?![a-z])",
    re.IGNORECASE,
)
_VERSION_QUERY: Final = re.compile(r"(?:^|[&_])(?:version|revision|oldid|archive|date)=\d", re.IGNORECASE)
_BY_DIRECTORY: Final = (Label.OLDER, Label.PRINT, Label.APPLICANTS, Label.CHILDREN, Label.COOKIES)
_MAIL: Final = re.compile(r"[^@\s]@[^@\s]+\.[^@\s]")
_CAMEL: Final = re.compile(r"(?<=[a-z])(?=[A-Z])")


def said(text: str, source: str = "text", brand: str = "") -> Witness:
    """Return what a text says; SILENT where nothing, or where it is an address.

    :param source: what to call it in the evidence.
    :param brand: the site's name in one word: what is part of it is no word left over.

    >>> said("Datenschutzerklärung").worth
    0.9
    >>> said("Cookie-Einstellungen").label
    <Label.COOKIES: 'cookies'>
    """
    return _said(text[:MAX_CHARS], source, brand)


@lru_cache(maxsize=16384)
def _said(text: str, source: str, brand: str) -> Witness:
    reading = None if is_address(text) else _read(text)
    if reading is None:
        return SILENT
    reading = reading.without(brand)
    worth, label = _worth(reading, _TEXT), _label(reading)
    doubt = _DOUBT if "TALK" in reading else 1.0
    return Witness(worth, label, _why(source, reading, label), reading.names, doubt)


def label_beside(text: str) -> Label:
    """Return what a text that does not speak of privacy says of a policy: "Print", "For children", "Archive"."""
    reading = _read(f"privacy {text}")
    return Label.GENERAL if reading is None else _label(reading)


def is_address(text: str) -> bool:
    """Tell whether a text is itself an address, of a page or for mail."""
    return text.strip().lower().startswith(("http://", "https://", "www.")) or _MAIL.search(text) is not None


def says_ours(text: str) -> bool:
    """Tell whether a text speaks of "our" policy.

    >>> says_ours("Lesen Sie unsere")
    True
    """
    reading = _read(f"privacy {text}")
    return reading is not None and "OURS" in reading


def _read(text: str, *, anywhere: bool = False) -> PhrasesRead | None:
    return read_text(_CAMEL.sub(" ", text), anywhere=anywhere)


def _worth(reading: PhrasesRead, values: tuple[float, float, float, float]) -> float:
    """What a reading is worth, by what names a policy, the subject, other words of it, legal matters."""
    named, bare, weak, legal = values
    left = round(reading.rest)
    if "privacy" in reading:
        steps = _LEFT_NAMED if "document" in reading else _LEFT_BARE
        worth = (named if "document" in reading else bare) * steps[min(left, len(steps) - 1)]
    elif "weak" in reading:
        worth = (bare if "document" in reading else weak) * _LEFT_BARE[min(left, len(_LEFT_BARE) - 1)]
    elif "cookies" in reading:
        return legal
    else:
        return legal if left == 0 and ("document" in reading or "terms" in reading) else 0.0
    return worth * _beside(reading)


def _beside(reading: PhrasesRead) -> float:
    factor = _COMBINED if "cookies" in reading or "terms" in reading else 1.0
    if "settings" in reading:
        factor *= _NOT_A_POLICY
    if "HUB" in reading:
        factor *= _HUB
    if "SECURITY" in reading:
        factor *= _SECURITY
    if "TALK" in reading:
        factor *= _TALK_OF_POLICY if "document" in reading else _TALK
    return factor


def _label(reading: PhrasesRead) -> Label:
    tells = _tells(reading)
    if "settings" in reading or ("cookies" in reading and not tells):
        return Label.COOKIES
    if not tells:
        return Label.HUB
    for word, label in _BY_WORD:
        if word in reading:
            return label
    return Label.HUB if "HUB" in reading and "document" not in reading else Label.GENERAL


def _why(source: str, reading: PhrasesRead, label: Label) -> tuple[str, ...]:
    words = [reading.said[subject] for subject in _SUBJECTS if subject in reading]
    told = f"{source}: {' + '.join(words)}" + (f" ({reading.language})" if reading.language else "")
    return _told(told, source, label)


def _told(told: str, source: str, label: Label) -> tuple[str, ...]:
    return (told,) if label in _UNREMARKABLE else (told, f"{source} says {label.value}")


def _tells(reading: PhrasesRead | None) -> bool:
    return reading is not None and ("privacy" in reading or "weak" in reading)


def address(url: str) -> Witness:
    """Return what an address names: the last part of its path that tells, else its query, fragment, or host.

    >>> address("https://a.example/legal/privacy.html").why
    ('address: /privacy',)
    """
    return _address(url) if len(url) <= MAX_URL else SILENT


@lru_cache(maxsize=4096)
def _address(url: str) -> Witness:
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return SILENT
    if _FILE.search(parts.path) or _MAIL.search(parts.path):
        return SILENT
    route = parts.fragment.split("/") if parts.fragment.startswith(("!", "/")) else []
    path = [_unquoted(piece) for piece in (*parts.path.split("/"), *route) if piece][-_MAX_PARTS:]
    pieces = [_PAGE_NAME.sub("", piece) for piece in path]
    found = _path(tuple(piece for piece in pieces if not _NEUTRAL.fullmatch(piece) or _names_it(piece)))
    if found.worth < INNER:
        found = max(
            found,
            _query(parts.query),
            _fragment(parts.fragment),
            _host(host, bare=not pieces),
            key=lambda one: one.worth,
        )
    if found.worth and parts.path.lower().endswith(".pdf"):
        found = replace(found, worth=found.worth - _PDF)
    return _doubted(_relabelled(found, pieces[:-1], parts.query), [*host.split(".")[:-2], *pieces[:-1]])


def _unquoted(piece: str) -> str:
    """Undo %-coding: UTF-8, or what browsers sent before 2005, the page's own encoding: here Western, or mostly Cyrillic."""
    data = unquote_to_bytes(piece)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        high = sum(byte >= 0x80 for byte in data)
        return data.decode("cp1251" if 2 * high > len(data) else "cp1252", errors="replace")


def _path(names: tuple[str, ...]) -> Witness:
    readings = [_read(name, anywhere=True) for name in names]
    spot = next((at for at in reversed(range(len(names))) if _tells(readings[at])), None)
    reading = readings[-1 if spot is None else spot] if names else None
    if reading is None:
        return SILENT
    worth, label = _worth(reading, _ADDRESS), _label(reading)
    if spot is None:
        return Witness(worth if reading.rest < 1 else 0.0, label, (f"address: /{names[-1]}",))
    inner = " ".join(names[spot + 1 :])
    whole = _read(f"{names[spot]} {inner}", anywhere=True)
    if inner and whole is not None:  # /privacy/policy is one name, /privacy/cookies another page
        below = _read(inner, anywhere=True)
        label = Label.COOKIES if below is not None and "cookies" in below else _label(whole)
        part_of_name = round(whole.rest) == 0 and label is Label.GENERAL
        worth = _worth(whole, _ADDRESS) if part_of_name else min(worth, INNER)
    told = f"address: /{'/'.join(names[spot:])}"
    return Witness(worth - _STEP * min(len(names), 5), label, _told(told, "address", label))


def _query(query: str) -> Witness:
    if query.count("&") > _MAX_QUERY:
        return SILENT
    for name, value in parse_qsl(query):
        reading = None if _ELSEWHERE.match(name) else _read(value, anywhere=True)
        if reading is not None and _tells(reading):
            label = _label(reading)
            return Witness(
                _worth(reading, _ADDRESS) - _STEP, label, _told(f"address: ?{name}={value[:60]}", "address", label)
            )
    return SILENT


def _fragment(fragment: str) -> Witness:
    return Witness(_HOST, Label.GENERAL, (f"address: #{fragment[:60]}",)) if _names_it(fragment) else SILENT


def _host(host: str, *, bare: bool) -> Witness:
    host = _readable(host)
    if not _names_it(host):
        return SILENT
    own = any(map(_names_it, host.split(".")[:-2]))  # privacy.a.example, not privacyscreens.example
    return Witness(_HOST if own and bare else _LEGAL, Label.HUB, (f"address: {host}",))


def _readable(host: str) -> str:
    """A host with its labels as people write them: "xn--…" decoded."""
    if "xn--" not in host:
        return host
    try:
        return host.encode("ascii").decode("idna")
    except UnicodeError:
        return host


def _names_it(name: str) -> bool:
    return bool(name) and _tells(_read(name, anywhere=True))


def _relabelled(found: Witness, directories: list[str], query: str) -> Witness:
    """/archive/privacy is an older one, /settings/privacy a control, /careers/privacy the applicants', /privacy?print=1 for printing."""
    if not found.worth or found.label is not Label.GENERAL:
        return found
    beside = [label_beside(directory) for directory in directories]
    label = next((label for label in beside if label in _BY_DIRECTORY), Label.GENERAL)
    if _PRINT_QUERY.search(query):
        label = Label.PRINT
    elif _VERSION_QUERY.search(query):
        label = Label.OLDER
    return (
        found
        if label is Label.GENERAL
        else replace(found, label=label, why=(*found.why, f"address says {label.value}"))
    )


def _doubted(found: Witness, sections: list[str]) -> Witness:
    """In a section of news, under a year's directory, a policy's name is news about it."""
    if not found.worth or not any(_is_news(section) or _YEAR_DIRECTORY.fullmatch(section) for section in sections):
        return found
    return Witness(found.worth * _TALK, found.label, (*found.why, "address of news"), found.names, _NEWS_DOUBT)


def _is_news(name: str) -> bool:
    reading = read_text(f"privacy {fold(name)}")
    return reading is not None and "NEWS" in reading


def has_day(url: str) -> bool:
    """Tell whether an address has a day in it, as those of older versions have.

    >>> has_day("https://a.example/privacy-policy-10-10-2025")
    True
    """
    return _DAY.search(url) is not None
