"""What a message says, whatever carries it: the news of one watch, as data, as plain text and as HTML.

    Message ──plain──► text of 78 columns at most      Message ──html──► the same in HTML (html.py)
            ──subject──► one line

Pure. The same words in both. Text of pages is somebody else's: cleaned here, escaped where it is marked up.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from crawler.archives.memento import replay_url
from crawler.counting import count
from history.diff.word_steps import Op
from history.notify.marked import Excerpt, Marked, Piece
from history.plain import line, plain_text

COLUMNS: Final = 78  # RFC 5322, 2.1.1
FULL: Final = 25  # changes that a message shows with their sentences; the others get a line each
LEGEND: Final = "[-Words-] like these were removed, {+words+} like these were added."
LEGEND_HTML: Final = "Words struck through were removed, underlined words were added."
_SITES: Final = 8  # sites that are named of one edit
_SECTIONS: Final = 6
_CLAIMS: Final = 8  # named of each kind
_SUBJECT: Final = 150  # characters


@dataclass(frozen=True, slots=True)
class Entry:
    """One change, or the same edit of several sites.

    :param sites: whose; more than one for the same edit. :param words_added, words_removed: of the first site's.
    :param links: (what it is, URL). :param command: that shows the whole difference.
    :param claims_added, claims_removed: of a watch on claims, those that came and went.
    """

    sites: tuple[str, ...]
    policy_url: str
    not_before: datetime
    not_after: datetime
    change_class: str
    words_added: int
    words_removed: int
    sections: tuple[str, ...]
    excerpt: Excerpt
    citations: tuple[str, ...]
    links: tuple[tuple[str, str], ...]
    command: str
    claims_added: tuple[str, ...] = ()
    claims_removed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class EventEntry:
    """An event of a policy: deleted, moved off-site, …"""

    site: str
    policy_url: str
    kind: str
    meaning: str
    after: datetime | None
    not_after: datetime
    evidence: tuple[str, ...]
    capture_url: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """What is not known: the reader must not take silence for "nothing changed".

    :param stale: (site, day of its newest capture), of watched sites without a new capture for `days` days.
    :param failures: phrases on what the last crawl could not do.
    """

    days: int = 60
    stale: tuple[tuple[str, datetime], ...] = ()
    failures: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Message:
    """The news of one watch.

    :param past: changes that were found and are too old to be news.
    """

    watch: str
    entries: tuple[Entry, ...]
    events: tuple[EventEntry, ...] = ()
    unknown: Unknown = field(default_factory=Unknown)
    past: int = 0
    unsubscribe: str = ""


def subject(message: Message) -> str:
    """Return one line that says what is in the message."""
    entries, events = message.entries, message.events
    if len(entries) == 1 and not events:
        (one,) = entries
        more = f" and {count(len(one.sites) - 1, 'other site')}" if len(one.sites) > 1 else ""
        text = f"{one.sites[0]}{more}: {one.change_class} change, {numbers(one)}"
    elif len(events) == 1 and not entries:
        text = f"{events[0].site}: {events[0].kind.replace('_', ' ')}"
    else:
        parts = [count(number, what) for number, what in ((len(entries), "change"), (len(events), "event")) if number]
        text = f"Policies: {', '.join(parts)}"
    text = line(text)
    return text if len(text) <= _SUBJECT else f"{text[: _SUBJECT - 1]}…"


def numbers(entry: Entry) -> str:
    return f"+{entry.words_added:,} \N{MINUS SIGN}{entry.words_removed:,} words"


def bracket_words(before: datetime | None, after: datetime) -> str:
    """Return a bracket as one says it.

    >>> from datetime import UTC
    >>> day = datetime(2026, 11, 19, 16, 20, tzinfo=UTC)
    >>> bracket_words(datetime(2026, 11, 3, tzinfo=UTC), day), bracket_words(datetime(2026, 10, 28, tzinfo=UTC), day)
    ('between 3 and 19 November 2026', 'between 28 October and 19 November 2026')
    >>> bracket_words(datetime(2025, 12, 28, tzinfo=UTC), day), bracket_words(None, day)
    ('between 28 December 2025 and 19 November 2026', 'not later than 19 November 2026')
    >>> bracket_words(datetime(2026, 11, 19, 4, 5, tzinfo=UTC), day)
    'on 19 November 2026, between 04:05 and 16:20 UTC'
    """
    last = f"{after.day} {after:%B %Y}"
    if before is None:
        return f"not later than {last}"
    if before.date() == after.date():
        return f"on {last}, between {before:%H:%M} and {after:%H:%M} UTC"
    first = f"{before.day}"
    first += f" {before:%B}" if (before.year, before.month) != (after.year, after.month) else ""
    first += f" {before.year}" if before.year != after.year else ""
    return f"between {first} and {last}"


def headline(entry: Entry) -> str:
    """Return whose change it is, and how large."""
    if len(entry.sites) == 1:
        return line(f"{entry.sites[0]}: {entry.change_class}, {numbers(entry)}")
    return f"{len(entry.sites):,} sites made the same edit: {entry.change_class}, {numbers(entry)}"


def names_of(entry: Entry) -> str:
    """Return the sites of the same edit, "" where it is one site's."""
    if len(entry.sites) == 1:
        return ""
    more = len(entry.sites) - _SITES
    return line(", ".join(entry.sites[:_SITES])) + (f" and {more:,} more" if more > 0 else "")


def sections_of(entry: Entry) -> str:
    more = len(entry.sections) - _SECTIONS
    named = line("; ".join(entry.sections[:_SECTIONS]))
    return f"in {named}{f'; {more:,} more' if more > 0 else ''}" if named else ""


def claims_of(entry: Entry) -> list[str]:
    """Return which watched claims came and went, a line each; of many, the first."""
    lines = []
    for what, some in (("added", entry.claims_added), ("removed", entry.claims_removed)):
        more = len(some) - _CLAIMS
        if some:
            lines.append(line(f"claims {what}: {', '.join(some[:_CLAIMS])}{f' and {more:,} more' if more > 0 else ''}"))
    return lines


def more_of(excerpt: Excerpt) -> str:
    """Return what an excerpt leaves out, "" for nothing."""
    words = f"{count(excerpt.more_added, 'word')} added, {excerpt.more_removed:,} removed"
    if excerpt.more:
        return f"… {count(excerpt.more, 'more changed sentence')} ({words})"
    if excerpt.more_added or excerpt.more_removed:
        return f"… and more of this sentence ({words})"
    if not excerpt.sentences and excerpt.moved:
        return f"{count(excerpt.moved, 'passage')} moved, no word changed"
    return "" if excerpt.sentences else "no word changed that is shown here"


def marked_parts(sentence: Marked) -> Iterator[tuple[Op, str]]:
    """Yield the pieces of a sentence as they read, white space outside of what is marked."""
    for piece in sentence.pieces:
        text = _read(piece)
        core = text.strip()
        if piece.op is Op.EQUAL or not core:
            yield Op.EQUAL, text
            continue
        at = text.find(core)
        yield Op.EQUAL, text[:at]
        yield piece.op, core
        yield Op.EQUAL, text[at + len(core) :]


def _read(piece: Piece) -> str:
    """On one line, with a space where the piece begins or ends with white space."""
    text = plain_text(piece.text)
    inner = line(text)
    lead = " " if text[:1].isspace() else ""
    return f"{lead}{inner}{' ' if inner and text[-1:].isspace() else ''}"


def in_words(sentence: Marked) -> str:
    """Return a sentence with what went in [-…-] and what came in {+…+}."""
    signs = {Op.EQUAL: "{}", Op.DELETE: "[-{}-]", Op.INSERT: "{{+{}+}}"}
    return " ".join("".join(signs[op].format(text) for op, text in marked_parts(sentence) if text).split())


def event_line(event: EventEntry) -> str:
    told = f" ({'; '.join(event.evidence)})" if event.evidence else ""
    return line(f"{event.site}: {event.meaning}, {bracket_words(event.after, event.not_after)}{told}")


def unknown_lines(message: Message) -> list[str]:
    """Return what is not known, a sentence each."""
    found = []
    stale = message.unknown.stale
    if stale:
        named = ", ".join(f"{site} (since {day:%Y-%m-%d})" for site, day in stale[:_SITES])
        more = f" and {len(stale) - _SITES:,} more" if len(stale) > _SITES else ""
        have = "site has" if len(stale) == 1 else "sites have"
        found.append(
            line(f"{len(stale):,} {have} no new capture for {count(message.unknown.days, 'day')}: {named}{more}.")
        )
    found += [line(f"{failure}.") for failure in message.unknown.failures]
    if message.past:
        what = f"{count(message.past, 'change')} found that {'is' if message.past == 1 else 'are'} too old to be news"
        found.append(f"{what}: see policylapse changes --found-since.")
    return found


def foot_lines(message: Message, legend: str = LEGEND) -> list[str]:
    """Return why this came, how to stop it, and how changed words are marked."""
    stop = f"To stop: {message.unsubscribe}" if message.unsubscribe else "To stop, change notify.toml."
    return [
        f"You get this because of the watch “{message.watch}”. {stop}",
        f"{legend} A change happened between the two captures that are linked.",
    ]


def plain(message: Message) -> str:
    """Return the message as text: no line is longer than 78 columns but one that is a single address or command."""
    parts = [_entry(entry) for entry in message.entries[:FULL]]
    rest = message.entries[FULL:]
    if rest:
        parts.append(["Also:", *(f"* {headline(one)}, {bracket_words(one.not_before, one.not_after)}" for one in rest)])
    if message.events:
        parts.append([text for event in message.events for text in _event(event)])
    unknown = unknown_lines(message)
    if unknown:
        parts.append(["Not known:", *(f"* {text}" for text in unknown)])
    parts.append(["-- ", *foot_lines(message)])
    return "\n".join(row for part in parts for row in [*_wrapped(part), ""])


def _entry(entry: Entry) -> list[str]:
    rows = [headline(entry), f"  {bracket_words(entry.not_before, entry.not_after)}"]
    rows += [f"  {text}" for text in (names_of(entry), sections_of(entry), *claims_of(entry)) if text]
    rows += ["", *(f"  * {in_words(one)}" for one in entry.excerpt.sentences)]
    more = more_of(entry.excerpt)
    rows += [f"  {more}"] if more else []
    rows.append("")
    rows += [f"  {what}: {line(replay_url(url))}" for what, url in entry.links]
    rows += [f"  cite: {line(entry.citations[0])}"]
    return [*rows, f"  {line(entry.command)}"]


def _event(event: EventEntry) -> list[str]:
    return [event_line(event), *([f"  {line(replay_url(event.capture_url))}"] if event.capture_url else []), ""]


def _wrapped(rows: Iterable[str]) -> Iterator[str]:
    for row in rows:
        if row == "-- ":  # RFC 3676, 4.3: a signature follows
            yield row
            continue
        bare = row.lstrip(" ")
        indent = " " * (len(row) - len(bare))
        yield from wrap(bare, indent, indent + ("  " if bare.startswith(("* ", "… ")) else ""))


def wrap(text: str, first: str, rest: str) -> Iterator[str]:
    """Yield a text in lines of 78 columns; a word that is wider stands alone, an ideographic text is cut anywhere."""
    current, width, empty = first, _width(first), True
    for word in _pieces(text.split(" ")):
        glue = "" if empty or word.joined else " "
        if not empty and width + len(glue) + word.width > COLUMNS:
            yield current.rstrip()
            current, width, glue = rest, _width(rest), ""
        current += glue + word.text
        width += len(glue) + word.width
        empty = False
    yield current.rstrip()


@dataclass(frozen=True, slots=True)
class _Word:
    text: str
    width: int
    joined: bool  # to the one before, without a space


def _pieces(found: Sequence[str]) -> Iterator[_Word]:
    for word in found:
        width = _width(word)
        if width <= COLUMNS - 8 or word.isascii():  # an address is never cut
            yield _Word(word, width, joined=False)
            continue
        for at in range(0, len(word), 30):  # 60 columns at most
            piece = word[at : at + 30]
            yield _Word(piece, _width(piece), joined=at > 0)


def _width(text: str) -> int:
    """Columns on a terminal: wide characters take two, marks that stand on others none (UAX #11)."""
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text
    )
