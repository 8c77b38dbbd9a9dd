"""The half of PDF reading that touches pdfium: run as a script, a PDF on standard input, JSON on standard output.

    python process.py CPU_SECONDS SECONDS < file.pdf    →    {"title", "language", "pages": [{"pieces", "links", "drawn"}]}
                                                or   {"error": "password" | "damaged" | "pages" | "characters"}

A process of its own because pdfium is C++: a few nested forms (ten levels of ten) keep it busy for ever, and neither
an alarm nor an exception stops a C call. This one is ended from outside, and ends itself if nobody does; a crash or
a bomb costs one PDF. JSON and not pickle: what a hostile file could make of this process, it cannot make of the caller.
"""

from __future__ import annotations

import contextlib
import ctypes
import faulthandler
import json
import math
import os
import sys
import time
from itertools import groupby
from typing import Any, Final, NamedTuple

import pypdfium2
import pypdfium2.raw as pdfium

# The longest policy seen has 0.4 M characters of text (see extract.py), about 150 pages.
MAX_PAGES: Final = 1000
MAX_CHARS: Final = 1_500_000
MAX_LINKS: Final = 500  # of a page
_MEMORY: Final = 2**30  # bytes of address space; 36 pages need 0.1 GiB, the largest body allowed another 0.1
_ERROR_PASSWORD: Final = pdfium.FPDF_ERR_PASSWORD
_URI_CHARS: Final = 4096
# A gap of so many font sizes is no space between words: a column or a cell begins. Justified lines seldom have it, and
# are put together again where no column is found.
_WIDE_GAP: Final = 1.2
_JUMP: Final = 0.5  # of the font size: another line; less is a superscript
_TILT: Final = 5.0  # degrees; text at other angles is a watermark
_FORCE_BOLD: Final = 1 << 18  # PDF 32000-1, table 123, bit 19
_BOLD_WEIGHT: Final = 600
_BOLD_NAMES: Final = ("bold", "black", "heavy", "demi")
_FAR: Final = 1e6  # points; beyond it coordinates are nonsense
_LOOKED_AT: Final = 1000  # objects of a page
_MANY_DRAWINGS: Final = 200  # a page without text, but with so many drawings, shows its letters as drawings
_HYPHEN: Final = 2  # what pdfium gives for a hyphen at the end of a line


class _Style(NamedTuple):
    size: float
    bold: bool
    angle: int | None


class _Glyph(NamedTuple):
    text: str
    x0: float
    x1: float
    y: float  # baseline, downwards
    style: _Style


def read_document(body: bytes) -> dict[str, Any]:
    """All text of a PDF with its place, as far as JSON can carry it; or the one-word reason why not."""
    try:
        document = pypdfium2.PdfDocument(body)
    except pypdfium2.PdfiumError as error:
        return {"error": "password" if error.err_code == _ERROR_PASSWORD else "damaged"}
    if len(document) > MAX_PAGES:
        return {"error": "pages", "count": len(document)}
    pages: list[dict[str, Any]] = []
    chars = 0
    for number in range(len(document)):
        page = _read_page(document, number, MAX_CHARS - chars)
        if page is None:
            return {"error": "characters"}
        chars += sum(len(piece[0]) for piece in page["pieces"])
        pages.append(page)
    title = document.get_metadata_value("Title")
    return {"title": title, "language": _language(document), "pages": pages}


def _read_page(document: pypdfium2.PdfDocument, number: int, room: int) -> dict[str, Any] | None:
    """One page; an unreadable one is "broken"; None if it has more characters than there is room for."""
    try:
        page = document[number]
        text = page.get_textpage()
    except pypdfium2.PdfiumError:
        return {"pieces": [], "links": [], "drawn": False, "broken": True}
    count = text.count_chars()
    if count > room:
        return None
    glyphs = _upright(_glyphs(text.raw, count))
    found = {"pieces": _pieces(glyphs), "links": _links(document, page, text), "drawn": _is_drawn(page)}
    text.close()
    page.close()
    return found


# --- glyphs ---------------------------------------------------------------------------------------------------


def _glyphs(text: Any, count: int) -> list[_Glyph]:
    """The characters in pdfium's order (right-to-left runs already in logical order); line ends and spaces without place."""
    styles: dict[int, _Style] = {}
    box, x, y = pdfium.FS_RECTF(), ctypes.c_double(), ctypes.c_double()
    nowhere = _Style(0.0, bold=False, angle=0)
    glyphs = []
    for index in range(count):
        code = pdfium.FPDFText_GetUnicode(text, index)
        char = "-" if code == _HYPHEN else chr(min(code, 0x10FFFF))
        if char.isspace():
            glyphs.append(_Glyph("\n" if char in "\r\n" else " ", 0, 0, 0, nowhere))
            continue
        if char < " ":
            continue
        pdfium.FPDFText_GetLooseCharBox(text, index, box)
        pdfium.FPDFText_GetCharOrigin(text, index, x, y)
        style = _style(text, index, styles)
        if (
            abs(box.left) + abs(box.right) + abs(box.top) + abs(box.bottom) + abs(x.value) + abs(y.value) < _FAR
        ):  # no NaN
            glyphs.append(_turned(char, box, x.value, y.value, style))
    return glyphs


def _turned(char: str, box: Any, x: float, y: float, style: _Style) -> _Glyph:
    """The glyph as seen with its own line of text running to the right."""
    if style.angle == 90:
        return _Glyph(char, box.bottom, box.top, x, style)
    if style.angle == 180:
        return _Glyph(char, -box.right, -box.left, y, style)
    if style.angle == 270:
        return _Glyph(char, -box.top, -box.bottom, -x, style)
    return _Glyph(char, box.left, box.right, -y, style)


def _style(text: Any, index: int, styles: dict[int, _Style]) -> _Style:
    """Size as shown, boldness and direction: once per text object."""
    handle = pdfium.FPDFText_GetTextObject(text, index)
    key = ctypes.addressof(handle.contents) if handle else 0
    if key not in styles or not key:
        matrix = pdfium.FS_MATRIX()
        pdfium.FPDFText_GetMatrix(text, index, matrix)
        size = pdfium.FPDFText_GetFontSize(text, index) * math.hypot(matrix.c, matrix.d)
        size = min(max(size, 1.0), 500.0) if math.isfinite(size) else 1.0
        styles[key] = _Style(size, bool(key) and _is_bold(handle), _angle(matrix.a, matrix.b))
    return styles[key]


def _angle(a: float, b: float) -> int | None:
    """Direction of the text, 0, 90, 180 or 270 degrees against the clock; None in between."""
    degrees = math.degrees(math.atan2(b, a))
    quarter = round(degrees / 90)
    return quarter % 4 * 90 if abs(degrees - quarter * 90) <= _TILT else None


def _is_bold(handle: Any) -> bool:
    font = pdfium.FPDFTextObj_GetFont(handle)
    if not font:
        return False
    name = ctypes.create_string_buffer(256)
    pdfium.FPDFFont_GetBaseFontName(font, name, 256)
    weight, flags = pdfium.FPDFFont_GetWeight(font), pdfium.FPDFFont_GetFlags(font)
    lower = name.value.decode("latin-1").lower()
    return (
        any(word in lower for word in _BOLD_NAMES)
        or weight >= _BOLD_WEIGHT
        or (flags > 0 and bool(flags & _FORCE_BOLD))
        or pdfium.FPDFTextObj_GetTextRenderMode(handle) == pdfium.FPDF_TEXTRENDERMODE_FILL_STROKE
    )


def _upright(glyphs: list[_Glyph]) -> list[_Glyph]:
    """Only the glyphs that run as most of the page does: a page may lie on its side; the rest is watermarks."""
    counts: dict[int, int] = {}
    for glyph in glyphs:
        if glyph.style.size and glyph.style.angle is not None:
            counts[glyph.style.angle] = counts.get(glyph.style.angle, 0) + 1
    most = max(counts, key=counts.__getitem__, default=0)
    return [glyph for glyph in glyphs if glyph.style.angle == most or not glyph.style.size]


# --- pieces ---------------------------------------------------------------------------------------------------


def _pieces(glyphs: list[_Glyph]) -> list[list[Any]]:
    """[text, x0, x1, y, size, bold share] of each run of glyphs on one baseline without a wide gap."""
    pieces: list[list[_Glyph]] = []
    last: _Glyph | None = None
    space: _Glyph | None = None
    for glyph in glyphs:
        if not glyph.style.size:
            last, space = (None, None) if glyph.text == "\n" else (last, glyph)
            continue
        if last is None or _breaks(last, glyph):
            pieces.append([])
        elif space is not None:
            pieces[-1].append(space)
        pieces[-1].append(glyph)
        last, space = glyph, None
    return [_piece(piece) for piece in pieces]


def _breaks(last: _Glyph, glyph: _Glyph) -> bool:
    size = max(last.style.size, glyph.style.size)
    gap = max(glyph.x0 - last.x1, last.x0 - glyph.x1)
    return gap > _WIDE_GAP * size or abs(glyph.y - last.y) > _JUMP * size


def _piece(run: list[_Glyph]) -> list[Any]:
    """A run's place is that of its most frequent baseline and size: superscripts do not count."""
    placed = [glyph for glyph in run if glyph.style.size]
    ordered = sorted((glyph.style.size, glyph.y) for glyph in placed)
    (size, y), _ = max(
        ((key, len(list(same))) for key, same in groupby(ordered)), key=lambda counted: (counted[1], counted[0][0])
    )
    bold = sum(glyph.style.bold for glyph in placed) / len(placed)
    x0, x1 = min(glyph.x0 for glyph in placed), max(glyph.x1 for glyph in placed)
    text = "".join(glyph.text for glyph in run)
    return [text, round(x0, 2), round(x1, 2), round(y, 2), round(size, 2), round(bold, 2)]


# --- what else a document says --------------------------------------------------------------------------------


def _is_drawn(page: pypdfium2.PdfPage) -> bool:
    """The page shows an image, a form, or very many drawings: letters may be among them."""
    first = range(min(pdfium.FPDFPage_CountObjects(page.raw), _LOOKED_AT))
    kinds = [pdfium.FPDFPageObj_GetType(pdfium.FPDFPage_GetObject(page.raw, index)) for index in first]
    pictures = pdfium.FPDF_PAGEOBJ_IMAGE in kinds or pdfium.FPDF_PAGEOBJ_FORM in kinds
    return pictures or kinds.count(pdfium.FPDF_PAGEOBJ_PATH) >= _MANY_DRAWINGS


def _links(document: pypdfium2.PdfDocument, page: pypdfium2.PdfPage, text: Any) -> list[tuple[str, str]]:
    """(words, address) of the page's links to the web."""
    found: list[tuple[str, str]] = []
    position, link, box = ctypes.c_int(0), pdfium.FPDF_LINK(), pdfium.FS_RECTF()
    while len(found) < MAX_LINKS and pdfium.FPDFLink_Enumerate(page.raw, position, link):
        action = pdfium.FPDFLink_GetAction(link)
        if not action or pdfium.FPDFAction_GetType(action) != pdfium.PDFACTION_URI:
            continue
        uri = ctypes.create_string_buffer(_URI_CHARS)
        pdfium.FPDFAction_GetURIPath(document.raw, action, uri, _URI_CHARS)
        if uri.value and pdfium.FPDFLink_GetAnnotRect(link, box):
            words = text.get_text_bounded(box.left, box.bottom, box.right, box.top)
            found.append((words[:_URI_CHARS], uri.value.decode("utf-8", "replace")))
    return found


def _language(document: pypdfium2.PdfDocument) -> str:
    length = 64
    buffer = (ctypes.c_ushort * length)()
    size = pdfium.FPDFCatalog_GetLanguage(document.raw, buffer, length)
    return "".join(chr(unit) for unit in buffer[: max(min(size, length) - 1, 0)] if 32 < unit < 127)


def main() -> None:
    cpu, seconds = float(sys.argv[1]), float(sys.argv[2])
    with open(os.devnull, "w", encoding="ascii") as nowhere:  # noqa: PTH123 -- a device, not a path of ours
        faulthandler.dump_traceback_later(seconds, exit=True, file=nowhere)
        with contextlib.suppress(ImportError, ValueError, OSError):
            import resource  # noqa: PLC0415 -- not on Windows

            resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
            used = math.ceil(time.process_time() + cpu)
            resource.setrlimit(resource.RLIMIT_CPU, (used, used + 1))
        json.dump(read_document(sys.stdin.buffer.read()), sys.stdout)
        faulthandler.cancel_dump_traceback_later()


if __name__ == "__main__":
    main()
