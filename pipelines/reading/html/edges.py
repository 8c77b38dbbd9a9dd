"""Furniture at the edges of a text, known by what it says: the last step of extraction.

Lines that differ in every capture (today's date, "served in 0.18 s", a counter) or every January (the footer's
copyright year) stand first or last on old pages, in no element that tells them from the text.
"""

from __future__ import annotations

import re
from itertools import takewhile
from typing import TYPE_CHECKING, Final

from pipelines.model import BlockKind
from pipelines.reading.html.vocabulary import DATE_LINE

if TYPE_CHECKING:
    from pipelines.model import Block

# A run of so many closing blocks is furniture if trafilatura leaves all of it out, and each is short.
_MIN_LEFTOVERS: Final = 3
_MAX_LEFTOVERS: Final = 12
_LEFTOVER_CHARS: Final = 120
# Not items and rows: trafilatura takes a line that is just "Google" or "Facebook" for a share button.
_LEFTOVER_KINDS: Final = (BlockKind.HEADING, BlockKind.PARAGRAPH)
_NO_MARKS: Final = str.maketrans("", "", "*\\")
# Footer and top lines: so short, so many.
_LINE_CHARS: Final = 160
_MAX_LINES: Final = 6
_COPYRIGHT: Final = re.compile(
    r"^(?:[^\w©(]|\((?!c\)))*+(?:(?:©|copyright\b).*(?<!\d)|\(c\)\s?(?:copyright )?)(?:19|20)\d\d(?!\d)|^(?=.*(?:©|\(c\)|copyright)).*(?:all rights reserved|"
    r"alle rechte vorbehalten|tous droits réservés|todos los derechos reservados|todos os direitos reservados|"
    r"tutti i diritti riservati|alle rechten voorbehouden|все права защищены|版权所有)",
    re.IGNORECASE | re.DOTALL,
)
_MEASURED: Final = re.compile(
    r"\b(?:page|site|seite|página|pagina|страница)\b.{0,60}\d[.,]\d+\s?(?:ms|s|sec|seconds?|sek|sekunden|secondes?|segundos|secondi|сек)\b|"
    r"^\W*hits:\s?\d|^\W*(?:page (?:last )?(?:viewed|accessed|loaded|served|rendered|generated|printed)|(?:visitors?|besucher|visiteurs|visitantes)"
    r"(?: today| online| number| heute| aujourd'hui)|you are visitor|users? online|online now|all times are|(?:the )?time now is)\b.*\d|"
    r"^\W*(?:version|v|ver|build|release)\W{0,3}\d+\.\d+\.\d+\.\d+\W*$|"
    r"^\W*(?:(?:web ?)?(?:site|design|development|hosting)|(?:web ?)?(?:site )?(?:designed|developed|hosted|powered|created|built)) by\b",
    re.IGNORECASE | re.DOTALL,
)
_TODAY: Final = re.compile(
    r"\b(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day|(?:mon|diens|donners|frei|sams|sonn)tag|mittwoch|sonnabend|lundi|mardi|mercredi|"
    r"jeudi|vendredi|samedi|dimanche|lunes|martes|miércoles|jueves|viernes|sábado|domingo|lunedì|martedì|mercoledì|giovedì|venerdì|"
    r"sabato|domenica),?\s.{0,20}\b(?:19|20)\d\d(?:[,\s]+\d\d?:\d\d(?::\d\d)?(?:\s?[ap]m)?)?\W*$",
    re.IGNORECASE,
)


def without_edges(blocks: tuple[Block, ...]) -> tuple[tuple[Block, ...], tuple[str, ...]]:
    """Drop today's date above the first heading, and copyright, counter and timing lines after the last paragraph.

    Out: the rest, and what was decided.
    """
    end = len(blocks)
    while end and len(blocks) - end < _MAX_LINES and _is_footer_line(blocks[end - 1]):
        end -= 1
    heading = next((i for i, block in enumerate(blocks[:_MAX_LINES]) if block.kind is BlockKind.HEADING), 0)
    kept = tuple(b for i, b in enumerate(blocks[:end]) if i >= heading or not _is_today(b.markdown))
    dropped = len(blocks) - len(kept)
    return kept, (f"{dropped} lines of date, copyright or counting at the edges were dropped.",) if dropped else ()


def _is_today(text: str) -> bool:
    """A date with its weekday; a policy's own date has a word beside it or stands below the heading."""
    return len(text) <= _LINE_CHARS and _TODAY.search(text) is not None and DATE_LINE.search(text) is None


def _is_footer_line(block: Block) -> bool:
    return block.kind in (BlockKind.PARAGRAPH, BlockKind.ITEM) and is_footer_text(block.markdown)


def is_footer_text(text: str) -> bool:
    """A short line of measurements or of copyright, without a date that the text could have."""
    if len(text) > _LINE_CHARS:
        return False
    if _MEASURED.search(text):
        return True
    return _COPYRIGHT.search(text) is not None and DATE_LINE.search(text) is None


def may_end_in_leftovers(blocks: tuple[Block, ...]) -> bool:
    """Tell whether a text ends in blocks that `without_leftovers` could drop, so that trafilatura has to be asked."""
    last = blocks[-_MIN_LEFTOVERS:]
    return len(blocks) >= 2 * _MIN_LEFTOVERS and all(_is_throwaway(block) for block in last)


def without_leftovers(blocks: tuple[Block, ...], engine_text: str) -> tuple[tuple[Block, ...], str]:
    """Drop the short closing blocks that trafilatura leaves out: feedback questions, calls to action.

    One or two such blocks may be the policy's last line, and a date or an address always is.

    :param engine_text: trafilatura's text, squeezed.
    """
    leftovers = list(takewhile(lambda block: not _has(engine_text, block), reversed(blocks)))
    if not _MIN_LEFTOVERS <= len(leftovers) <= min(_MAX_LEFTOVERS, len(blocks) // 2):
        return blocks, "Trafilatura reads on to the end of the text."
    if any(not _is_throwaway(block) for block in leftovers):
        return blocks, "Trafilatura stops before the end of the text; the rest stays, it is no leftover."
    return blocks[: -len(leftovers)], f"The last {len(leftovers)} blocks, which trafilatura leaves out, were dropped."


def squeezed(text: str) -> str:
    """A text without white space."""
    return "".join(text.split())


def _has(engine_text: str, block: Block) -> bool:
    return squeezed(block.markdown.translate(_NO_MARKS)) in engine_text


def _is_throwaway(block: Block) -> bool:
    text = block.markdown
    return (
        block.kind in _LEFTOVER_KINDS
        and len(text) < _LEFTOVER_CHARS
        and not any(char.isdigit() or char in "@©" for char in text)
    )
