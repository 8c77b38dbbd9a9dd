"""PDF policies: from the bytes of a PDF to the text's blocks.

    bytes ──process.py, a process of its own──► pieces of text with their place
          ──rows.py──► rows, without running headers and page numbers
          ──layout.py──► lines in reading order, columns and tables told apart
          ──blocks.py──► headings, paragraphs, items, rows

Every PDF that cannot be read is a DecodeError (damaged, locked: its bytes are no text to us) or an ExtractError (a
scan, too long, too complex), with what a person can do about it.
"""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any, Final
from urllib.parse import urljoin, urlsplit

from crawler.archives.errors import DecodeError, ExtractError, TookTooLong
from pipelines.model import Extraction, Link
from pipelines.reading.pdf.blocks import read_lines
from pipelines.reading.pdf.layout import reading_order
from pipelines.reading.pdf.rows import Piece
from pipelines.reading.titles import mark_title

# Seconds of processor time, below the limit of one page in apart.py; 36 pages of a manual take half a second.
TIME_LIMIT: Final = 20.0
_WAIT: Final = 20  # so many times longer by the clock, for a machine that does much else
_PROCESS: Final = Path(__file__).with_name("process.py")
# A page of a policy has 2,000 to 4,000 characters; a scanned one a stamp or a page number at most.
_BARE_PAGE_CHARS: Final = 100
_SCAN_CHARS: Final = 200  # a page, over the whole of a scanned document
# RLIMIT_CPU sends SIGXCPU; the process ends itself with 1 when its time by the clock is over (faulthandler).
_OUT_OF_TIME: Final = (-getattr(signal, "SIGXCPU", 0), 1)
_REASONS: Final = {
    "password": "The PDF is locked with a password: look for an open copy of it in another capture or archive.",
    "damaged": "The PDF is damaged or cut off: look at another capture of it.",
    "pages": "The PDF has too many pages for a policy: check that the URL is the policy's.",
    "characters": "The PDF has too much text for a policy: check that the URL is the policy's.",
}
# Names that word processors give when nobody gave one.
_NO_TITLE: Final = re.compile(r"untitled.{0,20}|.{0,200}\.(?:docx?|pdf|indd|odt|rtf|pages|html?|tmp)", re.IGNORECASE)
_BY_WORD: Final = "Microsoft Word - "


def read_pdf(body: bytes, url: str, time_limit: float | None = None) -> Extraction:
    """Get the text of a PDF.

    :param body: its bytes.
    :param url: its original address, for relative links.
    :param time_limit: seconds of processor time that the PDF library may take; None: TIME_LIMIT.
    :raises TookTooLong: it took more.
    :raises DecodeError: it is damaged, cut off or locked.
    :raises ExtractError: it is a scan, is over the limits of process.py, or has no pages.
    """
    found = _read_apart(body, TIME_LIMIT if time_limit is None else time_limit)
    if reason := found.get("error"):
        kind = DecodeError if reason in ("password", "damaged") else ExtractError
        raise kind(_REASONS[reason])
    pages = [[Piece(_clean(text), *place) for text, *place in page["pieces"]] for page in found["pages"]]
    _refuse_unreadable(found["pages"], pages)
    lines, dropped = reading_order(pages)
    title = _title(found["title"])
    decisions = [f"The page is a PDF of {len(pages)} page{'s' * (len(pages) > 1)}."]
    if dropped:
        decisions.append(f"{dropped} lines of running headers, footers and page numbers were dropped.")
    if broken := sum("broken" in page for page in found["pages"]):
        decisions.append(f"{broken} pages are damaged and were left out.")
    return Extraction(
        title, mark_title(read_lines(lines), title), found["language"], _links(found["pages"], url), tuple(decisions)
    )


def _read_apart(body: bytes, time_limit: float) -> dict[str, Any]:
    """Run process.py; what kills it, or keeps it too long, is no text."""
    # -P: nothing beside the script can be imported in place of a library
    command = [sys.executable, "-P", str(_PROCESS), str(time_limit), str(_WAIT * time_limit)]
    try:
        done = subprocess.run(
            command,
            input=body,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=_WAIT * time_limit + 1,
            check=True,
        )
        found: dict[str, Any] = json.loads(done.stdout)
    except subprocess.TimeoutExpired:
        raise _too_long(time_limit) from None
    except (subprocess.CalledProcessError, ValueError) as error:
        if isinstance(error, subprocess.CalledProcessError) and error.returncode in _OUT_OF_TIME:
            raise _too_long(time_limit) from None
        raise ExtractError("The PDF is too complex for its reader: look at another capture of it.") from error
    return found


def _too_long(time_limit: float) -> TookTooLong:
    return TookTooLong(f"The PDF takes more than {time_limit:g} s of processor time: look at another capture of it.")


def _refuse_unreadable(pages: list[dict[str, Any]], pieces: list[list[Piece]]) -> None:
    """A document of pictures; no pages, or damaged ones only. (One without any text is left to the judge.)"""
    if all("broken" in page for page in pages):
        raise DecodeError(_REASONS["damaged"] if pages else "The PDF has no pages: look at another capture of it.")
    sizes = [sum(len(piece.text) for piece in page) for page in pieces]
    pictures = sum(page["drawn"] and size < _BARE_PAGE_CHARS for page, size in zip(pages, sizes, strict=True))
    if pictures * 2 >= len(pages) and pictures and sum(sizes) < _SCAN_CHARS * len(pages):
        raise ExtractError(
            f"The PDF is a scan: {pictures} of its {len(pages)} pages are pictures without text. "
            "Text recognition (such as ocrmypdf) can make a readable copy of it."
        )


def _clean(text: str) -> str:
    """Well-formed Unicode: halves of characters put together, what stands alone replaced."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _title(given: str) -> str:
    title = " ".join(_clean(given).split()).removeprefix(_BY_WORD)
    return "" if _NO_TITLE.fullmatch(title) else title


def _links(pages: list[dict[str, Any]], url: str) -> tuple[Link, ...]:
    links = []
    for words, target in (link for page in pages for link in page["links"]):
        text = " ".join(_clean(words).split())
        try:
            href = urljoin(url, _clean(target).strip())
            scheme = urlsplit(href).scheme
        except ValueError:  # brackets that are no IPv6 address
            continue
        if text and scheme in ("http", "https", "mailto", "tel"):
            links.append(Link(text, href))
    return tuple(links)
