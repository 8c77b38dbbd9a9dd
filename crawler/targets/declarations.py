"""Declarations of Open Terms Archive, taken as they are: which URL a service's terms stood at, when, and what of the page
they are. Pure.

    service.json + service.history.json ──parse_declaration──► Declared(dated URLs, hints) for each terms type

Format: docs.opentermsarchive.org and the schemas in OpenTermsArchive/engine (scripts/declarations/validate). Terms stand
under `terms` (until 2023 `documents`): a type → {fetch, select, remove, …} or {combine: [several of these]}; the history
file has a list of them for each type, each with `validUntil`. Filters are programs and `executeClientScripts` needs a
browser: neither is taken.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from crawler.archives.errors import ConfigError
from crawler.archives.surt import check_url, site_of, surt
from crawler.targets.hints import MAX_SELECTORS, Hint, Selector, check_selectors, range_of

MAX_CHARS: Final = 2_000_000  # of a file; the largest have 50,000
_MAX_ENTRIES, _MAX_PARTS = 500, 50  # of a terms type; the most seen are 40 and 20
# Our kinds of document (pipelines.model.DocumentKind) → terms types as the engine lists them (documentTypes.json).
KINDS: Final[Mapping[str, tuple[str, ...]]] = {
    "privacy": ("Privacy Policy",),
    "terms": ("Terms of Service", "Commercial Terms", "Developer Terms"),
    "cookies": ("Trackers Policy",),
    "guidelines": ("Community Guidelines", "Acceptable Use Policy", "Restricted Use Policy"),
}
EVIDENCE: Final = "OTA declaration "
_DETAILS: Final = re.compile(r"(?:, page \d+ of \d+)?(?:, valid until [\d-]+)?$")
_URLS_OWN: Final = ("Privacy Policy",)  # what a URL stands for where nothing else is said
DEFAULT_TERMS: Final = ("privacy",)


@dataclass(frozen=True, slots=True)
class DatedUrl:
    """A URL at which the terms stood; None is open."""

    url: str
    valid_from: datetime | None
    valid_to: datetime | None
    evidence: str


@dataclass(frozen=True, slots=True)
class Declared:
    """One document of a service through time.

    :param terms: its type, with its number where it is declared as several pages.
    :param url: the latest of `urls`, by which it is known.
    :param notes: what was left out, for the person.
    """

    terms: str
    site: str
    url: str
    urls: tuple[DatedUrl, ...]
    hints: tuple[Hint, ...]
    notes: tuple[str, ...] = ()

    @property
    def part(self) -> str:
        """Which policy of its URL it is: "" for the privacy policy, else its type; several may stand on one page."""
        return part_of_terms(self.terms)


@dataclass(frozen=True, slots=True)
class _DeclaredPage:
    """One page of one entry."""

    url: str
    select: tuple[Selector, ...]
    remove: tuple[Selector, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class _DatedEntry:
    sources: tuple[_DeclaredPage, ...]
    valid_from: datetime | None
    valid_to: datetime | None


def parse_declaration(
    service: str, text: str, history: str = "", wanted: Sequence[str] = DEFAULT_TERMS
) -> tuple[list[Declared], list[str]]:
    """Return the documents of a service, and what is wrong with the rest of its declaration.

    :param service: its id, the file's name without `.json`.
    :param text: the declaration, "" where only its history is there; `history` the history file's text.
    :param wanted: terms types, or our kinds; "all".
    :raises ConfigError: it is no declaration.
    """
    current, past = _terms(text) if text else {}, _history(history) if history else {}
    found: list[Declared] = []
    wrong: list[str] = []
    for terms in dict.fromkeys([*current, *past]):
        if wants(terms, wanted):
            entries = list(_entries(current.get(terms), past.get(terms, []), f"{service}, {terms}", wrong))
            found += _documents(service, terms, entries)
    return found, wrong


def part_of_terms(terms: str) -> str:
    """Return the part of a page that a type of terms is.

    >>> part_of_terms("Privacy Policy"), part_of_terms("Terms of Service")
    ('', 'Terms of Service')
    """
    return "" if terms in _URLS_OWN else terms


def declared_as(evidence: str) -> tuple[str, str] | None:
    """Return service and type of terms of a URL's evidence that a declaration is; None of any other.

    >>> declared_as("OTA declaration Foo, Inc, Privacy Policy, page 1 of 2, valid until 2020-01-01")
    ('Foo, Inc', 'Privacy Policy')
    >>> declared_as("named by you")
    """
    if not evidence.startswith(EVIDENCE):
        return None
    service, comma, terms = _DETAILS.sub("", evidence.removeprefix(EVIDENCE)).rpartition(", ")
    return (service, terms) if comma and service and terms else None


def terms_types(text: str) -> list[str]:
    """Return the types that a declaration has.

    :raises ConfigError: it is none.
    """
    return list(_terms(text))


def wants(terms: str, wanted: Sequence[str]) -> bool:
    """Tell whether a terms type is among those wanted.

    >>> wants("Privacy Policy", ["privacy"]), wants("Trackers Policy", ["trackers policy"]), wants("Imprint", ["terms"])
    (True, True, False)
    """
    names = {name.casefold() for name in wanted}
    kinds = {kind for kind, types in KINDS.items() if terms in types}
    return bool(names & {"all", terms.casefold(), *kinds})


def _load(text: str) -> dict[str, Any]:
    if len(text) > MAX_CHARS:
        raise ConfigError(f"it has more than {MAX_CHARS:,} characters")
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ConfigError(f"it is no JSON: {error}") from None
    if not isinstance(data, dict):
        raise ConfigError("it is no declaration: it must be a JSON object")
    return data


def _terms(text: str) -> dict[str, Any]:
    data = _load(text)
    terms = data.get("terms", data.get("documents"))
    if not isinstance(terms, dict):
        raise ConfigError("it is no declaration: it has neither `terms` nor `documents`")
    return terms


def _history(text: str) -> dict[str, list[Any]]:
    return {terms: entries for terms, entries in _load(text).items() if isinstance(entries, list)}


def _entries(current: Any, past: list[Any], where: str, wrong: list[str]) -> Iterator[_DatedEntry]:
    """Each entry with its period, oldest first: it is valid from the end of the one before."""
    dated: list[tuple[datetime, Any]] = []
    for number, entry in enumerate(past[:_MAX_ENTRIES], start=1):
        try:
            dated.append((_moment(entry), entry))
        except ConfigError as error:
            wrong.append(f"{where}, entry {number} of its history: {error}")
    dated.sort(key=lambda one: one[0])
    begin: datetime | None = None
    for end, entry in [*dated, (None, current)]:
        if entry is not None and (end is None or begin is None or end > begin):
            try:
                yield _DatedEntry(_sources(entry), begin, end)
            except ConfigError as error:
                until = f" until {end:%Y-%m-%d}" if end else ""
                wrong.append(f"{where}{until}: {error}")
        begin = end


def _moment(entry: Any) -> datetime:
    told = entry.get("validUntil") if isinstance(entry, dict) else None
    try:
        moment = datetime.fromisoformat(str(told))
    except ValueError:
        raise ConfigError(f"validUntil is no date: {str(told)[:40]!r}") from None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    try:
        return moment.astimezone(UTC).replace(microsecond=0)
    except OverflowError:
        raise ConfigError(f"validUntil is no date: {str(told)[:40]!r}") from None


def _sources(entry: Any) -> tuple[_DeclaredPage, ...]:
    if not isinstance(entry, dict):
        raise ConfigError("it is no JSON object")
    parts = entry.get("combine")
    if parts is None:
        return (_source(entry, {}),)
    if not isinstance(parts, list) or not 0 < len(parts) <= _MAX_PARTS:
        raise ConfigError(f"`combine` is a list of at most {_MAX_PARTS} pages")
    return tuple(_source(part, entry) for part in parts)


def _source(entry: Any, around: Mapping[str, Any]) -> _DeclaredPage:
    """One page; what it does not say itself, the declaration around it says for all of them."""
    if not isinstance(entry, dict) or not isinstance(entry.get("fetch"), str):
        raise ConfigError("it has no `fetch`")
    url = check_url(entry["fetch"])
    try:
        select, remove = (_selectors(entry.get(name, around.get(name))) for name in ("select", "remove"))
        check_selectors([*select, *remove])
    except ConfigError as error:
        return _DeclaredPage(url, (), (), f"{error}; its pages are read as usual")
    return _DeclaredPage(url, select, remove)


def _selectors(data: Any) -> tuple[Selector, ...]:
    told = data if isinstance(data, list) else [] if data is None else [data]
    if len(told) > MAX_SELECTORS:
        raise ConfigError(f"it has more than {MAX_SELECTORS} selectors")
    return tuple(_selector(one) for one in told)


def _selector(data: Any) -> Selector:
    if isinstance(data, dict):
        return range_of(data)
    if not isinstance(data, str) or not data.strip():
        raise ConfigError("a selector is CSS, or a range between two")
    return data.strip()


def _documents(service: str, terms: str, entries: Sequence[_DatedEntry]) -> Iterator[Declared]:
    """One document for each page that is declared beside others; its earlier URLs are those at the same place."""
    width = max((len(entry.sources) for entry in entries), default=0)
    for index in range(width):
        own = [(entry, entry.sources[index]) for entry in entries if index < len(entry.sources)]
        name = f"{terms}, page {index + 1} of {width}" if width > 1 else terms
        yield _document(f"{EVIDENCE}{service}, {name}", name, site_of(entries[-1].sources[0].url), own)


def _document(evidence: str, terms: str, site: str, own: Sequence[tuple[_DatedEntry, _DeclaredPage]]) -> Declared:
    urls: dict[str, DatedUrl] = {}
    hints: list[Hint] = []
    notes: list[str] = []
    for entry, source in own:
        key, last = surt(source.url), entry is own[-1][0]
        said = f"{evidence}, valid until {entry.valid_to:%Y-%m-%d}" if entry.valid_to else evidence
        ends = None if last else entry.valid_to  # nobody says that the last one ended
        begins = urls[key].valid_from if key in urls else entry.valid_from
        urls[key] = DatedUrl(source.url, begins, ends, said)
        if source.select or source.remove:
            hints.append(Hint(key, source.select, source.remove, entry.valid_from, entry.valid_to, said))
        if source.note:
            notes.append(f"{said}: {source.note}")
    return Declared(terms, site, own[-1][1].url, tuple(urls.values()), tuple(hints), tuple(notes))
