r"""Page text made harmless and plain, for whatever shows it: a terminal, a report, a patch.

clean("a\x1b[31mb") ──► "a\ufffd[31mb"      plain_text("We *never* \*sell*") ──► "We never *sell"      line(…)
"""

from __future__ import annotations

import json
import re
from typing import Any

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")  # C0 but tab and newline, DEL, C1
_EMPHASIS = re.compile(r"\\([!-/:-@\[-`{-~])|\*+|<br>")
_NOT_IN_JSON = re.compile(r"[\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")  # json escapes the rest
_BIDI = re.compile(r"[\u202a-\u202e\u2066-\u2069]")  # would reorder what stands beside it


def clean(text: str) -> str:
    r"""Return text with nothing in it that a terminal obeys: control characters become visible, overrides vanish.

    >>> clean("a\x1b[31mb\r\n")
    'a�[31mb\n'
    """
    if text.isprintable():  # it has none of them, and nearly every text has none
        return text
    return _CONTROL.sub("\ufffd", _BIDI.sub("", text.replace("\r\n", "\n")))


def plain_text(text: str) -> str:
    """Return inline Markdown as it reads: no emphasis marks, no escapes, no line breaks."""
    bare = _EMPHASIS.sub(lambda match: match.group(1) or "", text)
    return re.sub(r"(?<!\s)[^\S\n]*+\n\s*", " ", re.sub(r"(?<![ \t])[ \t]*+\n\n\s*", " ¶ ", bare))


def line(text: str) -> str:
    """Return text cleaned and on one line."""
    return clean(" ".join(text.split()))


def json_text(data: Any, indent: int | None = None) -> str:
    """Return data as JSON: characters as they are, but none that a terminal obeys."""
    text = json.dumps(data, ensure_ascii=False, indent=indent)
    return _NOT_IN_JSON.sub(lambda match: f"\\u{ord(match.group()):04x}", text)
