"""Companies that a text names: by their name in its own capitals, or by a domain of theirs.

    parties("We use Google Analytics and hotjar.com.") ──► ["google", "hotjar"]

The list is data/rules/parties.tsv, made of npm's third-party-web (MIT, notice beside it) by contrib/parties.py. A product
counts as its company. A name that is also an everyday word (Segment, Branch, Meta) counts only before "Inc." and the like,
or in a list beside a company whose name is no such word ("Google, Meta and TikTok"). As a part of a longer name it does not
("Google Ads Remarketing"), nor where the word is all that the list knows of its company. The address of a page tells where
something stands, and names nobody.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Final, NamedTuple, TypeAlias

from pipelines.claims.files import FOLDER

# A word with a capital, not behind "@", "." or "-". It begins with its letters: the engine skips to them.
_FIRST: Final = re.compile(r"[A-Z0-9r](?<![\w@.-].)(?:(?<=r)eCAPTCHA|(?<!r)[\w!]*)")
_CAPITAL: Final = re.compile(r"[A-Z0-9](?<![\w@.-].)[\w!]*")  # the same where no reCAPTCHA is: no look at each "r"
_DOMAIN: Final = re.compile(r"(?<![\w@.-])(?<!//)(?<!@ )(?:[a-z0-9-]{1,63}\.){1,5}[a-z]{2,10}(?![\w-])")
_DOTTED: Final = re.compile(r"\.(?<=\w\.)\w\w")  # the engine skips to the stops
_COMPANY: Final = re.compile(
    r",? (?:Inc|LLC|Ltd|Limited|GmbH|AG|Corp|Corporation|S\.?A\.?S?|B\.?V|PLC|plc|Pty|SE|Technologies|Technology)\b"
)
_FORMS: Final = frozenset(  # what _COMPANY takes, in small letters
    "inc llc ltd limited gmbh ag corp corporation sa sas bv plc pty se technologies technology".split()
)
_SHORT_FORM: Final = re.compile(r"s\.a|sa\.|b\.v")
_RUN: Final = re.compile(r"[^\W_]+")
_BESIDE: Final = re.compile(r", (?:and |or )?| (?:and|or) |/| \(")  # what stands between two names of a list


class _Around(NamedTuple):
    """goes_on: what right behind a name makes it another one; part: what right before an everyday word does."""

    goes_on: re.Pattern[str]
    part: re.Pattern[str]


# In English a hyphen and a capital make another name ("Google-Extended" is a crawler), where others join words by them
# ("Google-Dienste" are Google's), and so does a word with a capital before it that is not a sentence's first.
_AROUND: Final = {"en": _Around(re.compile(r"[^\W_]|-[A-Z]"), re.compile(r"\w,? [A-Z]\w* \Z"))}
_AROUND_ELSEWHERE: Final = _Around(re.compile(r"[^\W_]"), re.compile(r"(?!)"))
_NEAR: Final = 60  # characters before a word that are looked at

_Name: TypeAlias = tuple[int, int, str]


@dataclass(frozen=True, slots=True)
class _List:
    """names: by their first word, (name, company, whether it needs "Inc."), longest first; domains: company by domain;
    titles: the company's name by its id; words: the companies of which the list has one everyday word, and no more.
    """

    names: dict[str, tuple[tuple[str, str, bool], ...]]
    domains: dict[str, str]
    titles: dict[str, str]
    words: frozenset[str]


@cache
def _list() -> _List:
    names: dict[str, list[tuple[str, str, bool]]] = {}
    domains: dict[str, str] = {}
    titles: dict[str, str] = {}
    words: set[str] = set()
    for line in (FOLDER / "parties.tsv").read_text(encoding="utf-8").splitlines()[1:]:
        key, company, called, doubtful, sites = line.split("\t")
        titles[key] = company
        if not called and not sites and " " not in doubtful:
            words.add(key)
        for text, needs in ((called, False), (doubtful, True)):
            for name in filter(None, text.split("|")):
                first = _FIRST.match(name)
                if first:
                    names.setdefault(first.group(), []).append((name, key, needs))
        domains |= dict.fromkeys(filter(None, sites.split("|")), key)
    ordered = {first: tuple(sorted(found, key=lambda one: -len(one[0]))) for first, found in names.items()}
    return _List(ordered, domains, titles, frozenset(words))


def party_title(key: str) -> str:
    """Return a company's name."""
    return _list().titles.get(key, key)


def party_of_domain(domain: str) -> str:
    """Return the company of a domain or a host below it, "" for none of the list."""
    known = _list().domains
    labels = domain.lower().split(".")
    return next((known[name] for at in range(len(labels) - 1) if (name := ".".join(labels[at:])) in known), "")


@cache
def name_words() -> frozenset[str]:
    """Return words in small letters of which a text has one if it names a company by name.

    Of each name the longest; of names that are everyday words too none, since beside those another name or a form stands.
    """
    names = (name for some in _list().names.values() for name, _company, needs in some if not needs)
    return _FORMS | {max(_RUN.findall(name.lower()), key=len) for name in names}


def name_sign(word: str) -> bool:
    """Tell whether a text may name a company that has a word with a stop in it: a domain of the list, or a form.

    :param word: in small letters, with the signs that stand at it.
    """
    return _SHORT_FORM.search(word) is not None or any(
        party_of_domain(match.group()) for match in _DOMAIN.finditer(word)
    )


@lru_cache(maxsize=8192)
def parties(text: str, language: str) -> tuple[str, ...]:
    """Return the ids of the companies that a text names, in alphabetical order.

    :param text: in its own capitals. :param language: its code ("en", "de-AT").

    >>> parties("We use Google Analytics, hotjar.com and our own branch in Berlin.", "en")
    ('google', 'hotjar')
    >>> parties("Branch Metrics, Segment Inc. and the segment of a market", "en")
    ('branch', 'segment')
    >>> parties("Meta tags help Google, Meta and others.", "en"), parties("Meta tags are words. Clarity matters.", "en")
    (('google', 'meta'), ())
    >>> parties("Bedrock, OpenAI and Google Ads Remarketing, Pinterest", "en")
    ('google', 'openai', 'pinterest')
    >>> parties("Our rules: https://stripe.com/privacy", "en")
    ()
    >>> parties("We block Google-Extended and AWS-owned hosts.", "en")
    ('amazon_web_services',)
    >>> parties("Wir nutzen Google-Dienste.", "de")
    ('google',)
    """
    return tuple(sorted(set(_named(text, _AROUND.get(language.partition("-")[0].lower(), _AROUND_ELSEWHERE)))))


def _named(text: str, around: _Around) -> Iterator[str]:
    known = _list()
    first = _FIRST if "reCAPTCHA" in text else _CAPITAL
    if not known.names.keys().isdisjoint(first.findall(text)):
        sure, doubtful = _found(text, known, first, around)
        yield from (key for _begin, _end, key in sure)
        yield from (key for begin, end, key in doubtful if any(_beside(text, begin, end, one) for one in sure))
    if _DOTTED.search(text):
        for match in _DOMAIN.finditer(text.lower()):
            found = party_of_domain(match.group())
            if found:
                yield found


def _found(text: str, known: _List, first: re.Pattern[str], around: _Around) -> tuple[list[_Name], list[_Name]]:
    """The names in a text that are sure, and those that are everyday words: where each begins and ends, and its company."""
    sure: list[_Name] = []
    doubtful: list[_Name] = []
    for match in first.finditer(text):
        for name, key, needs in known.names.get(match.group(), ()):
            begin, end = match.start(), match.start() + len(name)
            if text.startswith(name, begin) and not around.goes_on.match(text, end):
                if not needs or _COMPANY.match(text, end):
                    sure.append((begin, end, key))
                    break
                if key not in known.words and not around.part.search(text, max(0, begin - _NEAR), begin):
                    doubtful.append((begin, end, key))
    return sure, doubtful


def _beside(text: str, begin: int, end: int, other: _Name) -> bool:
    return bool(_BESIDE.fullmatch(text, other[1], begin) or _BESIDE.fullmatch(text, end, other[0]))


def party_ids() -> frozenset[str]:
    """Return the ids of all companies of the list."""
    return frozenset(_list().titles)
