"""What the pure pipeline passes from step to step: one frozen dataclass per stage, no dicts, nothing mutated.

    bytes + headers ──decode──► Decoded ──extract──► Extraction(Block…) ──judge──► Judgement
                                                            │
                                  wording_key ◄─────────────┘
    Observation… (one per capture whose wording is known) ──fold──► Version… ──compare──► Change…

A text is a sequence of blocks; a block is a heading, a paragraph, a list item, a table row, a quotation or a
piece of preformatted text. Blocks are what the store keeps once for all texts of all sites.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class BlockKind(StrEnum):
    TITLE = "title"  # the page's own title shown as its first heading: kept, shown, not part of the wording
    HEADING = "heading"
    PARAGRAPH = "paragraph"
    ITEM = "item"  # of an unordered list
    NUMBERED = "numbered"  # item of an ordered list
    TERM = "term"  # <dt>
    DEFINITION = "definition"  # <dd>
    ROW = "row"  # of a table: cells joined by " | "
    QUOTE = "quote"
    PRE = "pre"

    __hash__ = str.__hash__  # that of an Enum is a function in Python, and blocks are looked up by the thousand


@dataclass(frozen=True, slots=True)
class Block:
    """One Markdown block.

    :param kind: what it is.
    :param level: heading level 1-6; nesting depth 1… of a list item; for a row 1 = header row, 2 = body row;
        0 for the rest.
    :param markdown: its inline Markdown (emphasis, line breaks as two spaces and a newline), without the block's
        own marker (no `#`, no `*`, no number) and without link targets.
    """

    kind: BlockKind
    level: int
    markdown: str


@dataclass(frozen=True, slots=True)
class Link:
    """A link of the text: the words it stands on, and its absolute target on the original site."""

    text: str
    href: str


@dataclass(frozen=True, slots=True)
class Decoded:
    """A payload as Unicode text.

    :param text: the characters.
    :param charset: the codec used, as Python names it.
    :param charset_source: where the charset was read: "bom", "header", "meta", "detected", "default", "none".
    :param media_type: lower-case type/subtype, from the header or sniffed.
    :param notes: repairs made on the way, for the person ("Content-Encoding said gzip, body was not").
    :param body: the document's bytes, content codings undone, where the text is yet to be read from them: a PDF's.
        Then `text` and `charset` are "" and `charset_source` is "none".
    :param utf8: the text in UTF-8, where the payload was just that; b"" where it is to be encoded.
    """

    text: str
    charset: str
    charset_source: str
    media_type: str
    notes: tuple[str, ...] = ()
    body: bytes = b""
    utf8: bytes = b""


class DocumentKind(StrEnum):
    PRIVACY = "privacy"
    TERMS = "terms"  # terms of service, of sale, commercial and data processing contracts
    COOKIES = "cookies"
    IMPRINT = "imprint"  # legal notice: who publishes the site
    GUIDELINES = "guidelines"  # rules for users: community guidelines, acceptable use
    OTHER = "other"  # another legal document, or one whose kind cannot be told


@dataclass(frozen=True, slots=True)
class PagePart:
    """One of several documents that stand on one page, or an earlier version of one.

    :param title: its own heading, or what the page's menu calls it.
    :param kinds: of document, the first named first; () for an earlier version within a document.
    :param anchors: names by which a URL's fragment leads to it.
    :param words: how many it has.
    :param extra: words of its title that are not the name of such a document: the general one has the fewest.
    :param earlier: an earlier version, which the page keeps.
    :param in_force: from when to when, as its title says; None is not told.
    """

    title: str
    kinds: tuple[DocumentKind, ...]
    anchors: tuple[str, ...] = ()
    words: int = 0
    extra: int = 0
    earlier: bool = False
    in_force: tuple[date | None, date | None] = (None, None)


@dataclass(frozen=True, slots=True)
class Extraction:
    """The text one extractor got from one payload.

    :param title: the page's `<title>`, white space folded ("" if none).
    :param blocks: the text, in reading order.
    :param language: language code of the document, "" if not told by the page.
    :param links: the link layer, never part of the wording.
    :param decisions: what was decided and why, short sentences for the person.
    :param parts: the documents that the page holds, where it is cut (pipelines/reading/parts/parts.py); () for a page of one.
    :param part: title of the one that the text is, "" where the page was not cut.
    """

    title: str
    blocks: tuple[Block, ...]
    language: str = ""
    links: tuple[Link, ...] = ()
    decisions: tuple[str, ...] = ()
    parts: tuple[PagePart, ...] = ()
    part: str = ""

    @property
    def other_kinds(self) -> tuple[str, ...]:
        """The kinds of document on the page beside that of the text, by which they can be asked for."""
        own = next((part.kinds for part in self.parts if part.title == self.part), ())
        kinds = (part.kinds[0].value for part in self.parts if part.kinds and part.kinds[0] not in own)
        return tuple(dict.fromkeys(kinds)) if self.part else ()


class Junk(StrEnum):
    """What stands in the place of a document. The value is what is stored as the outcome's detail."""

    NONE = ""
    BOT_CHECK = "bot check"
    ACCESS_DENIED = "access denied"
    NOT_FOUND = "page not found"
    PARKED = "parked domain"
    LOG_IN = "log-in"
    MAINTENANCE = "maintenance"
    CONSENT = "consent wall"
    JAVASCRIPT = "needs JavaScript"
    COUNTRY = "country choice"
    ERROR_PAGE = "error page"
    EMPTY_PAGE = "empty page"
    FRAMES = "frames"
    NO_LEGAL_DOCUMENT = "no legal document"
    NOT_ON_THE_PAGE = "not on the page"  # there is a document, but not the one that was asked for


class LanguageSource(StrEnum):
    TEXT = "text"
    DECLARED = "declared"
    UNKNOWN = ""


@dataclass(frozen=True, slots=True)
class TextLanguages:
    """The languages of one text; codes are ISO 639-1, Norwegian always "no".

    :param language: of the document: the one of most words; "" if it cannot be told.
    :param source: what told it.
    :param shares: each language with a tenth of the words or more in stretches, and its share, largest first; two of
        them are a page in two languages.
    :param blocks: one code for each block, in order; what is too short to tell has its surroundings' language.
    """

    language: str
    source: LanguageSource
    shares: tuple[tuple[str, float], ...] = ()
    blocks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Judgement:
    """Is this page a policy at all, and what kind of legal document?

    :param is_policy: False for bot checks, log-ins, soft 404s, parked domains, empty shells…; never because of `kind`.
    :param reason: why it is none, for the outcome's detail.
    :param score: 0…1, how sure that it is a privacy policy.
    :param evidence: what was seen, short phrases: of the junk, or of the kind.
    :param kind: the likeliest kind; OTHER for junk.
    :param kind_scores: points of every kind that has any, most first; 7 is much, below 1.5 says nothing.
    """

    is_policy: bool
    reason: Junk
    score: float
    evidence: tuple[str, ...] = ()
    kind: DocumentKind = DocumentKind.OTHER
    kind_scores: tuple[tuple[DocumentKind, float], ...] = ()


class DateKind(StrEnum):
    UPDATED = "updated"  # the day of this wording: "Last updated", "Stand:", "Version of"
    EFFECTIVE = "effective"  # in force from then on; may lie in the future
    PUBLISHED = "published"
    OTHER = "other"  # another version's, or a date that stands alone


@dataclass(frozen=True, slots=True)
class TextDate:
    """A date by which a policy's text dates itself.

    :param dates: the day; several where the order of day and month cannot be told, the likelier first; the first of
        the month for `month_only`.
    :param words: what it was read from, label included.
    :param block: position of its block in the text, from 0.
    :param implausible: later than the capture allows: none of these days can be meant.
    """

    kind: DateKind
    dates: tuple[date, ...]
    words: str
    block: int
    month_only: bool = False
    implausible: bool = False


@dataclass(frozen=True, slots=True)
class PageDate:
    """A date that a page's metadata declares, beside the text.

    :param source: the name it stands under: "article:modified_time", "dateModified"…
    :param implausible: later than the capture.
    """

    kind: DateKind
    day: date
    source: str
    implausible: bool = False


@dataclass(frozen=True, slots=True)
class Observation:
    """One capture whose wording is known.

    :param capture_id: the store's id of the capture; breaks ties between captures of one second.
    :param captured_at: when the archive took it (UTC).
    :param wording: key of the wording (wording.wording_key).
    :param text_id: the store's id of the text; several texts may have one wording.
    """

    captured_at: datetime
    capture_id: int
    wording: str
    text_id: int


@dataclass(frozen=True, slots=True)
class Version:
    """A maximal run of a policy's observations, in time order, with one wording.

    The change to this version happened after `previous_last_seen` and not later than `first_seen`.
    """

    number: int
    wording: str
    text_id: int
    first_seen: datetime
    last_seen: datetime
    previous_last_seen: datetime | None
    captures: int
    first_capture_id: int
    last_capture_id: int


class ChangeClass(StrEnum):
    SUBSTANTIVE = "substantive"  # new or removed words
    MINOR = "minor"  # spelling only: every word that went has a twin, one letter off, that came
    DATES = "dates"  # only numbers and names of months and days
    MOVED = "moved"  # the same blocks in another order
    REPLACED = "replaced"  # over half of the words
    RETURN = "return"  # a wording that this policy had before (A-B-A)
    LANGUAGE = "language"  # another language
    UNSURE = "unsure"  # probably furniture: a few words above or below the text, no sentence


@dataclass(frozen=True, slots=True)
class Change:
    """The step from one version to the next.

    :param words_added: words of the new text that the old has not, in an alignment that keeps order.
    :param words_removed: words of the old text that the new has not.
    :param sections: headings under which words came or went, in reading order.
    """

    change_class: ChangeClass
    words_added: int
    words_removed: int
    sections: tuple[str, ...] = ()
