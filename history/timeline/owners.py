"""Whose policy a text is, as far as it says so itself: the domains it gives for contact, and the company it names. Pure.

owner_of(text, site) ──► Owner;  differ(old, new) ──► reasons to think them two companies, or nothing
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from crawler.archives.surt import site_of

_MAIL = re.compile(r"[\w.+-]{1,64}@((?:[a-z0-9-]{1,63}\.){1,4}[a-z]{2,24})\b", re.IGNORECASE)
# Anybody's: they say nothing of a company.
_FREE_MAIL = frozenset(
    (
        "gmail.com",
        "googlemail.com",
        "yahoo.com",
        "hotmail.com",
        "outlook.com",
        "live.com",
        "aol.com",
        "icloud.com",
        "gmx.de",
        "gmx.net",
        "web.de",
        "mail.ru",
        "yandex.ru",
        "qq.com",
        "163.com",
        "protonmail.com",
        "proton.me",
    )
)
# Legal forms of companies (Wikipedia, "List of legal entity types by country"): those that follow a name.
_FORMS = (
    r"Inc|LLC|L\.L\.C|LLP|Ltd|Limited|PLC|Corp|Corporation|GmbH|AG|SE|KG|S\.?A\.?S?|SARL|B\.?V|N\.?V|A/S|ApS|AS|AB|Oyj?"
    r"|S\.?p\.?A|S\.?r\.?l|S\.?L|Lda|Ltda|Pty|s\.r\.o|a\.s|Kft|d\.o\.o"
)
_COMPANY = re.compile(rf"\b([A-Z][\w&'’-]{{1,30}}(?:[ .][A-Z][\w&'’-]{{0,30}}){{0,3}}),? (?:{_FORMS})(?![\w&'’])")
_FIRST_CHARS = 2000  # whose policy it is stands at its beginning
_MAX_CHARS = 400_000  # the longest policy seen
_OFTEN = 2  # so often named, and most often of all


@dataclass(frozen=True, slots=True)
class Owner:
    """What a text says of whose it is.

    :param contacts: registrable domains of its mail addresses, of nobody's mail service.
    :param companies: names with a legal form, that form left off: the first one, and the one named most.
    :param names_site: it names the site's own name ("lumenkart" of lumenkart.example).
    """

    contacts: frozenset[str]
    companies: frozenset[str]
    names_site: bool


def owner_of(text: str, site: str) -> Owner:
    """Return what a policy's text (its title with it) says of whose it is."""
    text = text[:_MAX_CHARS]
    contacts = {site_of(f"http://{host.lower()}/") for host in _MAIL.findall(text)} - _FREE_MAIL
    label = site.partition(".")[0].lower()
    return Owner(frozenset(contacts), frozenset(_companies(text)), len(label) > 2 and label in _squeezed(text))


def _companies(text: str) -> Iterable[str]:
    named = [(found.start(), _squeezed(found.group(1))) for found in _COMPANY.finditer(text)]
    if named and named[0][0] < _FIRST_CHARS:
        yield named[0][1]
    for name, number in Counter(name for _at, name in named).most_common(1):
        if number >= _OFTEN:
            yield name


def _squeezed(text: str) -> str:
    return re.sub(r"[\W_]+", "", text).lower()


def differ(old: Owner, new: Owner) -> tuple[str, ...]:
    """Return why two texts are of two companies; () where anything says that they are of one, or one reason alone."""
    reasons = []
    for what, before, after in (
        ("contact", old.contacts, new.contacts),
        ("company", old.companies, new.companies),
    ):
        if before & after:
            return ()
        if before and after:
            reasons.append(f"{what}: {', '.join(sorted(before))} before, {', '.join(sorted(after))} after")
    if old.names_site and not new.names_site:
        reasons.append("the site's own name stands in the old text only")
    return tuple(reasons) if len(reasons) > 1 else ()
