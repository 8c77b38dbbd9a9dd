"""Is this page a policy at all, or a bot check, a log-in, an error page, an empty shell? And which kind of document?

    headers ──────────────────────► bot check
    phrases (junk_phrases.py) ─────► the reason they name   } unless the words are a document's (document_terms.py)
    <title>, status, scripts ──────► error page, bot check  }
    next to no words, a bare menu,
    only headings, message keys ───► empty page
    no legal word, no name of one ─► no legal document
    else ──document_kind.py──► a document, of a kind

Conservative: a policy taken for junk is a hole in its history, so strong evidence or a short text is asked for.
The kind has no say in it: terms and imprints are followed as well.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import chain
from typing import TYPE_CHECKING, Final

from pipelines.model import BlockKind, DocumentKind, Judgement, Junk
from pipelines.reading.judging import junk_phrases as junk
from pipelines.reading.judging.document_kind import folded, headline, kind_of_document, names_in, vocabulary_of
from pipelines.reading.judging.document_terms import VOCABULARY
from pipelines.reading.judging.languages import text_languages
from pipelines.text.wording import words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pipelines.model import Block, Decoded, Extraction
    from pipelines.reading.judging.document_kind import Vocabulary

# A text of so many words is a document, whatever phrases of junk occur in it; error pages without menus have 180.
_SHORT_WORDS: Final = 250
# With their menus, error pages and consent walls have up to so many; then only their headings and short lines speak.
_LONG_WORDS: Final = 700
_LINE_WORDS: Final = 15
# A shell without its text may have the document's <title>, but has fewer words.
_NAMED_WORDS: Final = 60
# Fewer words than this say nothing, in any language; a short imprint has 15.
_FEW_WORDS: Final = 8
# Words of the kinds' vocabularies are 2 to 30 in 100 of a document (median 13, of 203); of junk, 0 to 6.
_LEGAL_SHARE: Final = 0.06
_LEGAL_WORDS: Final = 4
# Home pages have 1 in 100; the poorest document of 32,000 captures, a table of prices, has 2.7.
_NO_LEGAL_SHARE: Final = 0.015
_NO_LEGAL_WORDS: Final = 100
# Only in a language that has all of these tables is a lack of such words telling.
_WIDE_KINDS: Final = (DocumentKind.PRIVACY, DocumentKind.TERMS, DocumentKind.GUIDELINES, DocumentKind.OTHER)
# A line of a menu has fewer words.
_MENU_WORDS: Final = 7
_SOME_SENTENCES: Final = 0.3  # of a text's lines; menus seen on 1,464 pages had none
_SENTENCE_END: Final = re.compile(r"[.!?;。！？।؟]\W{0,3}$")
# A consent wall has no sections and no address to write to.
_WALL_WORDS: Final = 450
_WALL_HEADINGS: Final = 2
_WALL_FIRST: Final = 3
_MAX_HTML: Final = 200_000
# Untranslated messages: at least so many, and beside each no more words than these ("Body").
_MIN_KEYS: Final = 3
_KEY_WORDS: Final = 3
_MIN_HEADINGS: Final = 3
_HEADS: Final = frozenset((BlockKind.HEADING, BlockKind.TITLE))
# "privacy.section1.title", "PRIVACY_SECTION_1_TEXT", "[[terms.text3]]", "{{gdpr.p1}}": one word of several.
_MESSAGE_KEY: Final = re.compile(
    r"[*#\[{%$(<]{0,4}[A-Za-z][A-Za-z0-9]{0,40}(?:[._:/-][A-Za-z0-9]{1,40}){1,10}[*\]}%)>]{0,4}"
)

_FRAMES: Final = re.compile(r"<frameset\b", re.IGNORECASE)
_PASSWORD_FIELD: Final = re.compile(r"<input[^>]{0,300}type\s*=\s*[\"']?password", re.IGNORECASE)
_BUTTON: Final = re.compile(
    r"<(?:button|a)\b[^>]{0,300}>(?:\s*<span[^>]{0,200}>)?([^<>]{3,40})<|value=[\"']([^\"'<>]{3,40})[\"']"
)


@dataclass(frozen=True)  # without slots, for cached_property
class _JudgedPage:
    """What the rules look at."""

    page: Decoded
    extraction: Extraction
    status: int
    vocabulary: Vocabulary
    count: int

    @cached_property
    def legal(self) -> bool:
        """Whether it reads like a legal document."""
        return self.vocabulary.legal >= max(_LEGAL_WORDS, _LEGAL_SHARE * self.vocabulary.counted)

    @cached_property
    def title(self) -> str:
        return folded(self.extraction.title[:200])

    @cached_property
    def headline(self) -> str:
        return folded(headline(self.extraction.blocks))

    @cached_property
    def named(self) -> bool:
        """Whether title or headline are names of a legal document."""
        return any(names_in(line) for line in (self.title, self.headline))

    @cached_property
    def lines(self) -> tuple[str, ...]:
        """Folded lines that may say what page this is: all of a short text, the short ones of a longer text."""
        if self.count >= _LONG_WORDS:
            return ()
        blocks = self.extraction.blocks
        if self.count >= _SHORT_WORDS:
            blocks = tuple(block for block in blocks if len(block.markdown.split()) <= _LINE_WORDS)
        return (self.title, *(folded(block.markdown.replace("*", "").replace("\\", "")) for block in blocks))


def judge(
    page: Decoded, extraction: Extraction, *, status: int = 200, headers: Mapping[str, str], url: str = ""
) -> Judgement:
    """Tell a policy, or any other legal document, from a page that stands in its place; and say which kind it is.

    :param status: the original response's HTTP status.
    :param headers: the original response's headers, names in lower case.
    :param url: the page's original address; speaks for a kind, never for or against junk.
    """
    vocabulary = vocabulary_of(extraction.blocks)
    reason, evidence = _junk(_JudgedPage(page, extraction, status, vocabulary, _counted(extraction.blocks)), headers)
    if reason:
        return Judgement(is_policy=False, reason=reason, score=0.0, evidence=(evidence,))
    found = kind_of_document(extraction.part or extraction.title, extraction.blocks, url, vocabulary)
    return Judgement(
        is_policy=True,
        reason=Junk.NONE,
        score=found.privacy,
        evidence=found.evidence,
        kind=found.kind,
        kind_scores=found.points,
    )


def _counted(blocks: Iterable[Block]) -> int:
    """Words of a text without its title; it stops counting where no rule asks any more."""
    count = 0
    for block in blocks:
        if block.kind is not BlockKind.TITLE:
            count += len(words(block.markdown))
        if count >= _LONG_WORDS:
            break
    return count


def _junk(seen: _JudgedPage, headers: Mapping[str, str]) -> tuple[Junk, str]:
    """Reason and evidence; (NONE, "") if the page looks like a document."""
    if wall := _wall_header(headers):
        return Junk.BOT_CHECK, wall
    for rule in (_by_phrase, _by_consent, _by_title, _by_hollowness, _by_silence, _by_vocabulary):
        reason, evidence = rule(seen)
        if reason:
            return reason, f"{seen.count} words, {evidence}"
    return Junk.NONE, ""


def _by_phrase(seen: _JudgedPage) -> tuple[Junk, str]:
    """What a short text, or a heading or short line of a longer one, says of itself.

    A legal document may print any of the phrases, but hardly as its headline; the law's words in a short text under
    "Page not found" are a footer's.
    """
    if seen.named and seen.count >= _NAMED_WORDS:
        return Junk.NONE, ""
    headlined = seen.count < _SHORT_WORDS and not seen.named
    lines = seen.lines if not seen.legal or _titled_junk(seen) else (seen.title, seen.headline) if headlined else ()
    for reason, phrases in _phrases().items():
        found = phrases.find(lines)
        if found and (reason != Junk.LOG_IN or _asks_for_a_password(seen)):
            return reason, f"among them “{found}”"
    return Junk.NONE, ""


def _by_consent(seen: _JudgedPage) -> tuple[Junk, str]:
    """A question for consent: it opens as one, has its buttons, and has neither sections nor an address."""
    blocks = seen.extraction.blocks
    if not 0 < seen.count < _WALL_WORDS or any("@" in block.markdown for block in blocks):
        return Junk.NONE, ""
    if sum(block.kind is BlockKind.HEADING for block in blocks) > _WALL_HEADINGS:
        return Junk.NONE, ""
    opener = _consent_openers().find([folded(block.markdown) for block in blocks[:_WALL_FIRST]])
    if not opener:
        return Junk.NONE, ""
    buttons = [folded(first or second) for first, second in _BUTTON.findall(seen.page.text[:_MAX_HTML])]
    button = _consent_buttons().find((*seen.lines, *buttons))
    return (Junk.CONSENT, f"among them “{opener}”, and “{button}”") if button else (Junk.NONE, "")


def _by_title(seen: _JudgedPage) -> tuple[Junk, str]:
    if _titled_junk(seen):
        return Junk.ERROR_PAGE, f"titled “{seen.extraction.title[:60]}”"
    return Junk.NONE, ""


def _by_hollowness(seen: _JudgedPage) -> tuple[Junk, str]:
    """The frame of a document without its text: headings over nothing, or the keys of messages that nobody filled in."""
    if seen.count >= _LONG_WORDS:
        return Junk.NONE, ""
    blocks = [block for block in seen.extraction.blocks if block.markdown]
    keys = [block for block in blocks if _MESSAGE_KEY.fullmatch(block.markdown.replace("\\", ""))]
    said = sum(len(words(b.markdown)) for b in blocks if b.kind not in _HEADS and b not in keys)
    if len(keys) >= _MIN_KEYS and said < _KEY_WORDS * len(keys):
        return (
            Junk.EMPTY_PAGE,
            f"{len(keys)} of {len(blocks)} lines are message keys, such as “{keys[0].markdown[:40]}”",
        )
    heads = [block for block in blocks if block.kind in _HEADS]
    bare = said < _FEW_WORDS and all(len(words(block.markdown)) <= _LINE_WORDS for block in heads)
    return (
        (Junk.EMPTY_PAGE, f"{len(heads)} headings without text")
        if bare and len(heads) >= _MIN_HEADINGS
        else (Junk.NONE, "")
    )


def _by_silence(seen: _JudgedPage) -> tuple[Junk, str]:
    """Junk that does not say so: a wall's scripts, an error status, next to no text."""
    if seen.count >= _SHORT_WORDS:
        return Junk.NONE, ""
    mark = None if seen.legal else junk.WALL_MARKS.search(seen.page.text)
    if mark:
        return Junk.BOT_CHECK, f"and “{mark.group()[:60]}”"
    if seen.status >= 400 and not seen.legal:
        return Junk.ERROR_PAGE, f"with status {seen.status}"
    if seen.count < _FEW_WORDS or _is_bare_menu(seen.extraction):
        return (Junk.FRAMES, "the text is in them") if _FRAMES.search(seen.page.text) else (Junk.EMPTY_PAGE, "no text")
    return Junk.NONE, ""


def _by_vocabulary(seen: _JudgedPage) -> tuple[Junk, str]:
    """A home page or news: hardly a word of the law, no name of a legal document, in a language that we know."""
    vocabulary, blocks = seen.vocabulary, seen.extraction.blocks
    if seen.count < _NO_LEGAL_WORDS or vocabulary.legal > _NO_LEGAL_SHARE * vocabulary.counted:
        return Junk.NONE, ""
    lines = (block.markdown for block in blocks if len(block.markdown.split()) <= _LINE_WORDS)
    if any(names_in(line[:200]) for line in chain((seen.extraction.title,), lines)):
        return Junk.NONE, ""
    language = text_languages(blocks, seen.extraction.language).language
    if any(language not in VOCABULARY[kind] for kind in _WIDE_KINDS):
        return Junk.NONE, ""
    return (
        Junk.NO_LEGAL_DOCUMENT,
        f"{vocabulary.legal} of the first {vocabulary.counted} are of the law; no title of one",
    )


def _titled_junk(seen: _JudgedPage) -> bool:
    """Whether a short text's <title> can only be one of junk."""
    return seen.count < _SHORT_WORDS and seen.title.startswith(_junk_titles()) and not names_in(seen.title)


def _asks_for_a_password(seen: _JudgedPage) -> bool:
    titled = any(title in seen.title for title in _login_titles())
    return titled or _PASSWORD_FIELD.search(seen.page.text) is not None


def _is_bare_menu(extraction: Extraction) -> bool:
    """Only short lines, with neither a number nor an address among them: what is left of a page without its text.

    A policy may have short lines only, too ("We sell nothing."); but its lines are sentences, and those of menus are not.
    """
    text = [block.markdown for block in extraction.blocks]
    if any(len(words(line)) >= _MENU_WORDS for line in text):
        return False
    if sum(_SENTENCE_END.search(line) is not None for line in text) >= _SOME_SENTENCES * len(text) > 0:
        return False
    return not any(char.isdigit() or char == "@" for line in text for char in line)


def _wall_header(headers: Mapping[str, str]) -> str:
    """The header by which a bot wall gives itself away, "" if there is none."""
    action = headers.get("x-amzn-waf-action", "").lower()
    if action in ("challenge", "captcha"):
        return f"x-amzn-waf-action: {action}"
    if headers.get("cf-mitigated", "").lower() == "challenge":
        return "cf-mitigated: challenge"
    return ""


class _Phrases:
    """Phrases of one table, folded once; a plain substring search each, which is faster than one large pattern."""

    def __init__(self, phrases: Iterable[str]) -> None:
        folded_phrases = [folded(phrase) for phrase in phrases]
        self._whole = frozenset(phrase[1:] for phrase in folded_phrases if phrase.startswith("="))
        self._plain = tuple(p for p in folded_phrases if not p.startswith("=") and "*" not in p)
        self._gapped = tuple(
            (p, re.compile(".{0,40}".join(re.escape(part.strip()) for part in p.split("*"))))
            for p in folded_phrases
            if "*" in p
        )

    def find(self, lines: Iterable[str]) -> str:
        """The first phrase that stands in one of the lines, "" if none does."""
        lines = list(lines)
        text = "\n".join(lines)
        if plain := next((phrase for phrase in self._plain if phrase in text), ""):
            return plain
        if gapped := next((phrase for phrase, pattern in self._gapped if pattern.search(text)), ""):
            return gapped
        return next((line for line in lines if line in self._whole), "")


@cache
def _phrases() -> Mapping[Junk, _Phrases]:
    return {reason: _Phrases(chain.from_iterable(table.values())) for reason, table in junk.PHRASES.items()}


@cache
def _consent_openers() -> _Phrases:
    return _Phrases(chain.from_iterable(junk.CONSENT_OPENERS.values()))


@cache
def _consent_buttons() -> _Phrases:
    return _Phrases(chain.from_iterable(junk.CONSENT_BUTTONS.values()))


@cache
def _junk_titles() -> tuple[str, ...]:
    return tuple(folded(title) for title in junk.JUNK_TITLES)


@cache
def _login_titles() -> tuple[str, ...]:
    return tuple(folded(title) for title in junk.LOGIN_TITLES)
