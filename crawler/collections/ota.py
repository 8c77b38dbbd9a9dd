"""Open Terms Archive's collections as they lie in git: what a path, a subject and a message say. Pure.

    snapshots:  `Service/Privacy Policy.html`, `Service/Privacy Policy #legal-privacy.pdf`   a page as it was fetched
    versions:   `Service/Privacy Policy.md`                                                  what they read in it

The document's id behind `#` came with terms of several pages; before, and for terms of one page, there is none. Since
engine 2 a snapshot's message has a trailer `X-source-document-location`, the page's URL; before, only the declarations know
it. Format: OpenTermsArchive/engine, src/archivist/recorder/repositories/git/dataMapper.js and src/archivist/services/
sourceDocument.js.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum, StrEnum
from functools import lru_cache
from typing import Final
from urllib.parse import unquote, urlsplit

from crawler.archives.errors import ConfigError
from crawler.archives.surt import check_url
from crawler.targets.declarations import DatedUrl

_SEPARATOR: Final = " #"
_TYPES: Final = {  # of snapshots, by the file's ending
    "html": "text/html; charset=utf-8",  # the engine writes the text that its browser or client decoded
    "htm": "text/html; charset=utf-8",
    "xhtml": "application/xhtml+xml; charset=utf-8",
    "pdf": "application/pdf",
}
_LOCATION: Final = re.compile(r"^X-source-document-location:[ \t]*(\S{1,4000})[ \t]*$", re.MULTILINE)
_COMMIT_ID: Final = re.compile(r"(?<![0-9a-zA-Z])[0-9a-f]{7,64}(?![0-9a-zA-Z])")
_ILLEGAL: Final = re.compile(r'[\\:"<>|*?]')
_ENDING: Final = re.compile(r"\.(?:html?|xhtml|php|aspx?|pdf|txt|md)$", re.IGNORECASE)
_MOST_IDS: Final = 200
BETWEEN_DOCUMENTS: Final = "\n\n- - -\n\n"  # in a version of several pages


class Record(Enum):
    """What a commit records, by its subject."""

    FIRST = "first"
    CHANGE = "change"
    TECHNICAL = "technical"  # the engine or the declaration changed, the site did not


class RecordKind(StrEnum):
    SNAPSHOT = "snapshot"
    VERSION = "version"


_SUBJECTS: Final = (
    ("First record of", Record.FIRST),
    ("Record new changes of", Record.CHANGE),
    ("Apply technical", Record.TECHNICAL),
    ("Start tracking", Record.FIRST),  # the engine until 2022
    ("Update", Record.CHANGE),
    ("Refilter", Record.TECHNICAL),
)


@dataclass(frozen=True, slots=True, order=True)
class Document:
    """A page that they track.

    :param service: its id. :param terms: the type, "Privacy Policy". :param page: its id among the pages of these terms, ""
        where it is the only one.
    """

    service: str
    terms: str
    page: str = ""


@dataclass(frozen=True, slots=True)
class Named:
    """What a path names. :param content_type: of a snapshot; "" for a version."""

    document: Document
    kind: RecordKind
    content_type: str = ""


def read_path(path: str) -> Named | None:
    """Return what a file of a collection is; None for a README and the like.

    >>> read_path("Shop/Privacy Policy #legal-privacy.html").document
    Document(service='Shop', terms='Privacy Policy', page='legal-privacy')
    >>> read_path("README.md")
    >>> read_path("Shop/Privacy Policy.md").kind
    <RecordKind.VERSION: 'version'>
    """
    service, slash, file = path.rpartition("/")
    name, dot, ending = file.rpartition(".")
    terms, _, page = name.partition(_SEPARATOR)
    if not (slash and dot and service and terms.strip()) or service.startswith(".") or not path.isprintable():
        return None
    document = Document(service.rpartition("/")[2], terms, page)
    if ending == "md":
        return Named(document, RecordKind.VERSION)
    content_type = _TYPES.get(ending.lower())
    return Named(document, RecordKind.SNAPSHOT, content_type) if content_type else None


def read_subject(subject: str) -> Record | None:
    """Return what a commit records; None for one that moves or edits files by hand.

    >>> read_subject("Refilter Shop Privacy Policy"), read_subject("Rename Shop")
    (<Record.TECHNICAL: 'technical'>, None)
    """
    return next((record for begins, record in _SUBJECTS if subject.startswith(begins)), None)


_checked = lru_cache(maxsize=1024)(check_url)  # thousands of snapshots in a row are of one URL


def read_location(message: str) -> str:
    r"""Return the URL that a snapshot's message gives, "" where it gives none that is usable.

    >>> read_location("First record of …\n\nX-fetcher: htmlOnly\nX-source-document-location: https://shop.example/p")
    'https://shop.example/p'
    """
    found = _LOCATION.findall(message)
    try:
        return _checked(found[-1]) if found and found[-1].lower().startswith(("http://", "https://")) else ""
    except ConfigError:
        return ""


def snapshot_ids(message: str) -> list[str]:
    r"""Return the ids of snapshots that a version's message names: whole or short, alone or in a link.

    >>> snapshot_ids("Update Shop\n\nThis version was recorded after filtering snapshot https://git.example/commit/0123abcd")
    ['0123abcd']
    """
    return list(dict.fromkeys(_COMMIT_ID.findall(message.partition("\n")[2])))[:_MOST_IDS]


def page_id(url: str) -> str:
    """Return the id that the engine gives to a page of several, by its URL.

    >>> page_id("https://shop.example/legal/privacy.html?x=1")
    'legal-privacy'
    """
    try:
        path = unquote(urlsplit(url).path)
    except ValueError:
        return ""
    return _ILLEGAL.sub("_", "-".join(filter(None, _ENDING.sub("", path).split("/"))))


def url_at(urls: Sequence[DatedUrl], at: datetime) -> str:
    """Return where declared terms stood at a moment: the URL in force, else the one nearest in time; "" of none."""
    far = datetime.max.replace(tzinfo=UTC)
    near = datetime.min.replace(tzinfo=UTC)

    def distance(one: DatedUrl) -> float:
        begin, end = one.valid_from or near, one.valid_to or far
        return max((begin - at).total_seconds(), (at - end).total_seconds(), 0.0)

    return min(urls, key=distance).url if urls else ""
